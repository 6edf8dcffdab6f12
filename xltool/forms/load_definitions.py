"""Load form definitions strictly: unknown keys and dangling references are errors, one clear message per mistake."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from xltool.errors import DefinitionError, UsageError
from xltool.forms.assemble_form import assemble_form
from xltool.forms.compiled_form import FormLibrary
from xltool.forms.schema import FormSpec, RelationsSpec, TablesSpec
from xltool.forms.text_patterns import CLAIMS_FILE as CLAIMS
from xltool.forms.text_patterns import ClaimsSpec
from xltool.model.form import Form
from xltool.package_data import find_data_folder

_Spec = TypeVar("_Spec")

REQUIRED_FILES = ("form.toml", "tables.toml", "relations.toml")
_UNKNOWN_FIELD = re.compile(r"unknown field `([^`]+)`(?: - at `([^`]+)`)?")
_MISSING_FIELD = re.compile(r"missing required field `([^`]+)`(?: - at `([^`]+)`)?")
_ERROR_PLACE = re.compile(r" - at `([^`]+)`")


def load_form(folder: Path) -> Form:
    """Load the form in ``folder`` (form, tables and relations.toml; claims.toml if present). Raises DefinitionError."""
    contents = {name: _read_definition_file(folder / name) for name in REQUIRED_FILES}
    if (folder / CLAIMS).is_file():
        contents[CLAIMS] = _read_definition_file(folder / CLAIMS)
    digest = hashlib.sha256(b"\0".join(contents.values())).hexdigest()
    form = _decode_toml(folder / "form.toml", contents["form.toml"], FormSpec)
    tables = _decode_toml(folder / "tables.toml", contents["tables.toml"], TablesSpec)
    relations = _decode_toml(folder / "relations.toml", contents["relations.toml"], RelationsSpec)
    claims = _decode_toml(folder / CLAIMS, contents.get(CLAIMS, b""), ClaimsSpec)
    return assemble_form(form, tables, relations, claims, digest, folder.as_posix())


def load_forms(extra: Iterable[Path] = ()) -> FormLibrary:
    """Load the forms shipped with the package, and those below each folder of ``extra`` (``<form>/<edition>/``).

    Raises DefinitionError for a broken one and for two of the same id and edition; UsageError for a missing folder.
    """
    forms: dict[tuple[str, str], Form] = {}
    for base in (find_data_folder("templates"), *extra):
        for form in load_forms_below(base):
            if form.key in forms:
                raise DefinitionError(
                    "definition.duplicate_form", file=form.source, place="form.toml", key=f"{form.id} {form.edition}"
                )
            forms[form.key] = form
    return FormLibrary(forms.values())


def load_forms_below(folder: Path) -> tuple[Form, ...]:
    """Load every form defined in or below ``folder``. Raises DefinitionError; UsageError if there is none."""
    if not folder.is_dir():
        raise UsageError("usage.no_folder", path=str(folder))
    forms = tuple(load_form(file.parent) for file in sorted(folder.rglob("form.toml")))
    if not forms:
        raise UsageError("usage.no_form_below", path=str(folder))
    return forms


def find_named_form(forms: Iterable[Form], form_id: str, edition: str | None = None) -> Form:
    """Return the form with that id and edition, or its newest edition. Raises UsageError."""
    candidates = [form for form in forms if form.id == form_id and edition in (None, form.edition)]
    if not candidates:
        raise UsageError("usage.no_such_form", form=f"{form_id} {edition or ''}".strip())
    return max(candidates, key=lambda form: form.first_year)


def find_form_for_year(forms: Iterable[Form], year: int, form_id: str | None = None) -> Form:
    """Return the edition in force for reports of ``year``. Raises UsageError if there is none or more than one form."""
    candidates = [form for form in forms if form.covers_year(year) and form_id in (None, form.id)]
    if not candidates:
        raise UsageError("usage.no_form_for_year", year=year)
    if len({form.id for form in candidates}) > 1:
        raise UsageError("usage.several_forms", year=year, forms=tuple(sorted(form.id for form in candidates)))
    return max(candidates, key=lambda form: form.first_year)


def _read_definition_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DefinitionError("definition.missing_file", file=str(path), place=path.name, key=path.name) from error


def _decode_toml(path: Path, content: bytes, kind: type[_Spec]) -> _Spec:
    try:
        return msgspec.toml.decode(content, type=kind)
    except msgspec.ValidationError as error:
        raise explain_msgspec_error(path, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise DefinitionError("definition.syntax", file=path.as_posix(), place=path.name, key=str(error)) from error


def explain_msgspec_error(path: Path, message: str) -> DefinitionError:
    """Translate a msgspec validation message into a DefinitionError for the author of the file."""
    for problem, pattern in (("unknown_key", _UNKNOWN_FIELD), ("missing_key", _MISSING_FIELD)):
        if match := pattern.search(message):
            return DefinitionError(
                f"definition.{problem}", file=path.as_posix(), place=_count_from_one(match[2] or "$"), key=match[1]
            )
    match = _ERROR_PLACE.search(message)
    return DefinitionError(
        "definition.wrong_value",
        file=path.as_posix(),
        place=_count_from_one(match[1] if match else "$"),
        key=_ERROR_PLACE.sub("", message),
    )


def _count_from_one(place: str) -> str:
    """Rewrite ``$.tables[0].labels[3]`` with indices counted from 1."""
    return re.sub(r"\[(\d+)\]", lambda match: f"[{int(match[1]) + 1}]", place).removeprefix("$.").replace("$", "-")
