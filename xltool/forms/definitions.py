"""Reads form definitions strictly: every key known, every reference holds, one clear message per mistake."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from xltool.errors import DefinitionError, UsageError
from xltool.forms.assembly import assemble
from xltool.forms.prose import FILE as CLAIMS
from xltool.forms.prose import ClaimsSpec
from xltool.forms.schema import FormSpec, RelationsSpec, TablesSpec
from xltool.model.form import Form
from xltool.package_data import data_folder

_Spec = TypeVar("_Spec")

FILES = ("form.toml", "tables.toml", "relations.toml")
_UNKNOWN = re.compile(r"unknown field `([^`]+)`(?: - at `([^`]+)`)?")
_MISSING = re.compile(r"missing required field `([^`]+)`(?: - at `([^`]+)`)?")
_PLACE = re.compile(r" - at `([^`]+)`")


def load_form(folder: Path) -> Form:
    """The form defined in ``folder`` (form, tables and relations.toml; claims.toml if any). Raises DefinitionError."""
    contents = {name: _bytes(folder / name) for name in FILES}
    if (folder / CLAIMS).is_file():
        contents[CLAIMS] = _bytes(folder / CLAIMS)
    digest = hashlib.sha256(b"\0".join(contents.values())).hexdigest()
    form = _decode(folder / "form.toml", contents["form.toml"], FormSpec)
    tables = _decode(folder / "tables.toml", contents["tables.toml"], TablesSpec)
    relations = _decode(folder / "relations.toml", contents["relations.toml"], RelationsSpec)
    claims = _decode(folder / CLAIMS, contents.get(CLAIMS, b""), ClaimsSpec)
    return assemble(form, tables, relations, claims, digest, folder.as_posix())


def load_forms(extra: Iterable[Path] = ()) -> tuple[Form, ...]:
    """All forms that travel with the package, and those below each folder of ``extra`` (``<form>/<edition>/``).

    Raises DefinitionError for a broken one and for two of the same id and edition; UsageError for a missing folder.
    """
    forms: dict[tuple[str, str], Form] = {}
    for base in (data_folder("templates"), *extra):
        for form in forms_below(base):
            if form.key in forms:
                raise DefinitionError(
                    "definition.duplicate_form", file=form.source, place="form.toml", key=f"{form.id} {form.edition}"
                )
            forms[form.key] = form
    return tuple(forms.values())


def forms_below(folder: Path) -> tuple[Form, ...]:
    """Every form defined in or below ``folder``. Raises DefinitionError; UsageError where there is no form."""
    if not folder.is_dir():
        raise UsageError("usage.no_folder", path=str(folder))
    forms = tuple(load_form(file.parent) for file in sorted(folder.rglob("form.toml")))
    if not forms:
        raise UsageError("usage.no_form_below", path=str(folder))
    return forms


def named_form(forms: Iterable[Form], form_id: str, edition: str | None = None) -> Form:
    """The form of that id, and edition (else its newest). Raises UsageError."""
    fitting = [form for form in forms if form.id == form_id and edition in (None, form.edition)]
    if not fitting:
        raise UsageError("usage.no_such_form", form=f"{form_id} {edition or ''}".strip())
    return max(fitting, key=lambda form: form.first_year)


def form_for_year(forms: Iterable[Form], year: int, form_id: str | None = None) -> Form:
    """The edition in force for reports of ``year``. Raises UsageError when there is none, or a choice is needed."""
    fitting = [form for form in forms if form.covers(year) and form_id in (None, form.id)]
    if not fitting:
        raise UsageError("usage.no_form_for_year", year=year)
    if len({form.id for form in fitting}) > 1:
        raise UsageError("usage.several_forms", year=year, forms=tuple(sorted(form.id for form in fitting)))
    return max(fitting, key=lambda form: form.first_year)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DefinitionError("definition.missing_file", file=str(path), place=path.name, key=path.name) from error


def _decode(path: Path, content: bytes, kind: type[_Spec]) -> _Spec:
    try:
        return msgspec.toml.decode(content, type=kind)
    except msgspec.ValidationError as error:
        raise refusal(path, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise DefinitionError("definition.syntax", file=path.as_posix(), place=path.name, key=str(error)) from error


def refusal(path: Path, message: str) -> DefinitionError:
    """What msgspec's message about a file means for who wrote the file."""
    for problem, pattern in (("unknown_key", _UNKNOWN), ("missing_key", _MISSING)):
        if match := pattern.search(message):
            return DefinitionError(
                f"definition.{problem}", file=path.as_posix(), place=_named(match[2] or "$"), key=match[1]
            )
    match = _PLACE.search(message)
    return DefinitionError(
        "definition.wrong_value",
        file=path.as_posix(),
        place=_named(match[1] if match else "$"),
        key=_PLACE.sub("", message),
    )


def _named(place: str) -> str:
    """``$.tables[0].labels[3]`` as form authors count: from 1."""
    return re.sub(r"\[(\d+)\]", lambda match: f"[{int(match[1]) + 1}]", place).removeprefix("$.").replace("$", "-")
