"""Load form definitions strictly: unknown keys and dangling references are errors, every mistake is told at once."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from xltool.errors import DefinitionError, UsageError
from xltool.forms.assemble_form import assemble_form
from xltool.forms.blank_heads import find_blank_heads
from xltool.forms.compiled_form import FormLibrary
from xltool.forms.decode_definition import decode_definition, make_neutral_spec
from xltool.forms.definition_problems import DefinitionProblems
from xltool.forms.made_from import check_part_sums
from xltool.forms.prove_relations import find_conflicts
from xltool.forms.schema import ClaimsSpec, FormSpec, RelationsSpec, TablesSpec
from xltool.forms.text_patterns import CLAIMS_FILE as CLAIMS
from xltool.model.form import Form
from xltool.model.period import calendar_year, length_of, list_parts
from xltool.package_data import find_data_folder

DEFAULT_FORM = "zfxxgk-annual-report"  # where a year has several forms and none is named
NATIONAL_FOLDER, REGIONAL_FOLDER = "zfxxgk-annual-report", "regional"  # of the forms shipped with the package
REQUIRED_FILES = ("form.toml", "tables.toml", "relations.toml")
_MAX_CACHED_FORMS = 16


def load_form(folder: Path, *, shipped: bool = False) -> Form:
    """Load the form in ``folder`` (form, tables and relations.toml; claims.toml if present).

    Of a form ``shipped`` with the package, patterns are compiled only when they are used: a short run has no time.

    Raises DefinitionError, which carries every mistake of the definition.
    """
    return _load_contents(
        folder, tuple(_read_if_possible(folder / name) for name in (*REQUIRED_FILES, CLAIMS)), shipped
    )


def _read_if_possible(file: Path) -> bytes | None:
    """Return the bytes of a file; None if there is none, or it cannot be read, which is a mistake reported later."""
    try:
        return file.read_bytes()
    except OSError:
        return None


@lru_cache(maxsize=_MAX_CACHED_FORMS)
def _load_contents(folder: Path, _contents: tuple[bytes | None, ...], shipped: bool) -> Form:  # noqa: FBT001 - part of the key
    """Load the form in ``folder``, the same object for the same contents: what is derived from it is cached by it."""
    problems = DefinitionProblems(folder.as_posix(), shipped=shipped)
    form = _read_form(folder, problems)
    problems.raise_first()
    assert form is not None  # only mistakes leave no form
    return form


def check_forms_below(folder: Path, elsewhere: Sequence[Path] | None = None) -> tuple[Form, ...]:
    """Load every form in or below ``folder`` and try to disprove it.

    ``elsewhere`` are folders with other forms from which one may be made; where it is None, a form that is not below
    ``folder`` is not asked for. Raises DefinitionError, which carries every mistake of every form; UsageError if there
    is none.
    """
    forms, errors, doubtful = [], [], set()
    for file in _find_definitions(folder):
        problems = DefinitionProblems(file.parent.as_posix())
        form = _read_form(file.parent, problems)
        if form is not None:
            _check_folder_names(file.parent.relative_to(folder).parts, form, problems)
            _disprove_form(form, problems)
            forms.append(form)
            if problems.has_mistakes("tables.toml"):
                doubtful.add(form.key)
        errors += problems.errors
    others = None if elsewhere is None else _load_other_forms(folder, elsewhere)
    errors += check_part_sums(forms, others, doubtful)
    errors += _find_same_years((*(others or ()), *forms))
    if errors:
        first, *later = errors
        first.others = tuple(later)
        raise first
    return tuple(forms)


def _find_same_years(forms: Iterable[Form]) -> Iterator[DefinitionError]:
    """Yield the mistake of every edition that begins in the same year as another of its form and length of periods."""
    seen: dict[tuple[object, ...], Form] = {}
    for form in forms:
        other = seen.setdefault((form.id, form.period, form.first_year), form)
        if other.key != form.key:
            yield DefinitionError(
                "definition.same_first_year",
                file=f"{form.source}/form.toml",
                place="first_year",
                key=form.first_year,
                other=other.edition,
            )


def _disprove_form(form: Form, problems: DefinitionProblems) -> None:
    """Add contradictions and figures without a head of their own, unless mistakes of the tables may be their cause."""
    if problems.has_mistakes("tables.toml"):
        return
    names = {relation.id: relation.name for relation in form.relations}
    for conflict in find_conflicts(form):
        key = tuple(names[relation] for relation in conflict)
        problems.add("contradiction", "relations.toml", "relations", key=key)
    for table in form.tables:
        for cell, address, neighbour in find_blank_heads(table):
            facts = {"key": cell.id, "at": address, "other": neighbour.words}
            problems.add("blank_head", "tables.toml", f"tables.{table.id}", **facts)


def _load_other_forms(folder: Path, elsewhere: Sequence[Path]) -> tuple[Form, ...]:
    """Load the forms shipped with the package and in ``elsewhere``; not those below ``folder``, nor broken ones."""
    forms = []
    for base in (find_data_folder("templates"), *(place for place in elsewhere if place.is_dir())):
        for file in sorted(base.rglob("form.toml")):
            if not file.resolve().is_relative_to(folder.resolve()):
                with suppress(DefinitionError):
                    forms.append(load_form(file.parent))
    return tuple(forms)


def _read_form(folder: Path, problems: DefinitionProblems) -> Form | None:
    """Read a definition; add its mistakes to ``problems``. Return None if they leave no form."""
    contents = {}
    for name in (*REQUIRED_FILES, *([CLAIMS] if (folder / CLAIMS).is_file() else [])):
        with problems.collect():
            contents[name] = _read_definition_file(folder / name)
    digest = hashlib.sha256(b"\0".join(contents.values())).hexdigest()
    form = decode_definition(contents.get("form.toml"), FormSpec, problems, "form.toml")
    tables = decode_definition(contents.get("tables.toml"), TablesSpec, problems, "tables.toml")
    relations = decode_definition(contents.get("relations.toml"), RelationsSpec, problems, "relations.toml")
    claims = decode_definition(contents.get(CLAIMS, b""), ClaimsSpec, problems, CLAIMS)
    return assemble_form(
        form or make_neutral_spec(FormSpec),
        tables or make_neutral_spec(TablesSpec),
        relations or make_neutral_spec(RelationsSpec),
        claims or make_neutral_spec(ClaimsSpec),
        digest,
        problems,
    )


def _check_folder_names(parts: Sequence[str], form: Form, problems: DefinitionProblems) -> None:
    """Add a mistake for a folder ``<form>/<edition>`` named otherwise than its form."""
    if len(parts) > 1:
        for key, name, folder in (("id", form.id, parts[-2]), ("edition", form.edition, parts[-1])):
            if name != folder:
                problems.add("folder_differs", "form.toml", key, key=name, folder=folder)


def load_forms(extra: Iterable[Path] = (), *, regional: bool = False) -> FormLibrary:
    """Load the national form shipped with the package, and those below each folder of ``extra``.

    With ``regional`` also the forms of single places that travel with it.
    Raises DefinitionError for a broken one and for two of the same id and edition; UsageError for a missing folder.
    """
    forms: dict[tuple[str, str], Form] = {}
    templates = find_data_folder("templates")
    own = [templates / folder for folder in (*([REGIONAL_FOLDER] if regional else []), NATIONAL_FOLDER)]
    for base, shipped in (*((folder, True) for folder in own), *((folder, False) for folder in extra)):
        for form in load_forms_below(base, shipped=shipped):
            if form.key in forms:
                raise DefinitionError(
                    "definition.duplicate_form", file=form.source, place="form.toml", key=f"{form.id} {form.edition}"
                )
            forms[form.key] = form
    return FormLibrary(forms.values())


def load_forms_below(folder: Path, *, shipped: bool = False) -> tuple[Form, ...]:
    """Load every form defined in or below ``folder``. Raises DefinitionError; UsageError if there is none."""
    return tuple(load_form(file.parent, shipped=shipped) for file in _find_definitions(folder))


def _find_definitions(folder: Path) -> list[Path]:
    """Return every ``form.toml`` in or below ``folder``. Raises UsageError if there is none."""
    if not folder.is_dir():
        raise UsageError("usage.no_folder", path=str(folder))
    files = sorted(folder.rglob("form.toml"))
    if not files:
        raise UsageError("usage.no_form_below", path=str(folder))
    return files


def find_named_form(forms: Iterable[Form], form_id: str, edition: str | None = None) -> Form:
    """Return the form with that id and edition, or its newest edition. Raises UsageError."""
    candidates = [form for form in forms if form.id == form_id and edition in (None, form.edition)]
    if not candidates:
        raise UsageError("usage.no_such_form", form=f"{form_id} {edition or ''}".strip())
    return max(candidates, key=lambda form: form.first_year)


def find_form_for_year(forms: Iterable[Form], year: int, form_id: str | None = None) -> Form:
    """Return the edition in force for reports of ``year``, of `DEFAULT_FORM` if several forms are and none is named.

    Raises UsageError if there is none, or several without that one.
    """
    if form_id is not None and all(form.id != form_id for form in forms):
        raise UsageError("usage.no_such_form", form=form_id)
    named = [form for form in forms if form_id == form.id or (form_id is None and not form.named_only)]
    candidates = [form for form in named if form.covers_year(year)]
    if not candidates:
        _refuse_other_length(named, year, form_id)
        raise UsageError("usage.no_form_for_year", year=year)
    if form_id is None and any(form.id == DEFAULT_FORM for form in candidates):
        candidates = [form for form in candidates if form.id == DEFAULT_FORM]
    if len({form.id for form in candidates}) > 1:
        raise UsageError("usage.several_forms", year=year, forms=tuple(sorted(form.id for form in candidates)))
    first = max(form.first_year for form in candidates)
    newest, *same = [form for form in candidates if form.first_year == first]
    if same:
        editions = tuple(sorted(form.edition for form in (newest, *same)))
        raise UsageError("usage.same_first_year", form=newest.id, first=first, editions=editions)
    return newest


def _refuse_other_length(named: Sequence[Form], year: int, form_id: str | None) -> None:
    """Raise UsageError if a form that was named has periods of another length than the year or period asked for."""
    for form in named if form_id else ():
        if form.period is not length_of(year) and form.covers_calendar_year(year):
            example = next(iter(list_parts(calendar_year(year), form.period)), calendar_year(year))
            raise UsageError("usage.form_of_period", form=form_id, period=form.period, year=year, example=example)


def _read_definition_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DefinitionError("definition.missing_file", file=str(path), place=path.name, key=path.name) from error
