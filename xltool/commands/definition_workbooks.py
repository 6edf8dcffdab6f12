"""``xltool forms workbook``: a definition as a workbook, and the definition that such a workbook holds."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xltool.errors import DefinitionError, UsageError
from xltool.form_authoring.definition_workbook.assemble_spelling import assemble_parts
from xltool.form_authoring.definition_workbook.lay_out_regions import lay_out_regions
from xltool.form_authoring.definition_workbook.read_definition_workbook import read_definition_workbook
from xltool.form_authoring.definition_workbook.workbook_problems import ContentPlace, WorkbookProblems
from xltool.form_authoring.definitions.write_toml import write_definition_file
from xltool.forms.cell_addresses import merge_ranges
from xltool.forms.definition_data import DEFINITION_FILES, read_definition_data
from xltool.forms.definition_rules import is_form_id, is_year_name
from xltool.forms.load_definitions import REQUIRED_FILES, check_forms_below, load_form
from xltool.messages import catalogue
from xltool.model.form import Form
from xltool.workbooks.definition.write_definition_workbook import DefinitionContents, write_definition_workbook
from xltool.workbooks.save_files import save_file

if TYPE_CHECKING:
    from xltool.form_authoring.office_workbooks.office_workbook import OfficeWorkbook

SHEETS_GROUP = "definition_sheets"
_UNNAMED = "unnamed"  # folder of a trial whose id or edition cannot name one


@dataclass(frozen=True)
class SavedDefinition:
    """A definition read from a workbook and saved: the form, its folder, and labels that were mended on the drawing."""

    form: Form
    folder: Path
    mended: tuple[str, ...]


def write_form_workbook(form: Form, output: Path, *, force: bool = False) -> None:
    """Write the definition of a form as a workbook. Raises UsageError if the file exists (unless ``force``)."""
    data = read_definition_data(Path(form.source))
    parts = assemble_parts(data)
    assert parts is not None  # a definition that was loaded can be assembled
    pages, sets = lay_out_regions(data, parts.spelling)
    contents = DefinitionContents(
        form.title,
        form.edition,
        catalogue.list_words(SHEETS_GROUP),
        parts.drawing,
        pages,
        sets,
        frozenset(item.id for item in form.lists),
    )
    write_definition_workbook(output, contents, force=force)


def save_definition_workbook(
    office_book: "OfficeWorkbook", output: Path, *, form_id: str = "", edition: str = "", force: bool = False
) -> SavedDefinition:
    """Save the definition in a workbook below ``output``, with another id or edition if one is given.

    Raises DefinitionError with everything that is wrong, each with its sheet and cell; UsageError if the edition
    exists (unless ``force``). Then nothing is written.
    """
    reading = read_definition_workbook(office_book, catalogue.list_words(SHEETS_GROUP))
    problems = reading.problems
    form = reading.data.get("form.toml", {})
    stated_edition = str(form.get("edition", ""))
    form |= {key: value for key, value in (("id", form_id), ("edition", edition)) if value and form}
    form |= _date_edition(form, stated_edition, edition)
    files = {name: write_definition_file(content) for name, content in reading.data.items()}
    folder = output / (str(form.get("id", "")) or "form") / (str(form.get("edition", "")) or "0")
    if all(name in files for name in REQUIRED_FILES):
        _add_mistakes(files, folder, problems)
    problems.raise_first()
    refuse_edition(folder, force=force)
    return SavedDefinition(_save_files(files, folder), folder, reading.mended)


def _date_edition(form: Mapping[str, object], stated_edition: str, edition: str) -> Mapping[str, int]:
    """Return the first year of another edition that is called by a later year; else empty."""
    first = form.get("first_year")
    later = edition != stated_edition and is_year_name(edition) and isinstance(first, int) and int(edition) > first
    return {"first_year": int(edition)} if later else {}


def _add_mistakes(file_texts: Mapping[str, str], folder: Path, problems: WorkbookProblems) -> None:
    """Add the mistakes that loading finds, where nothing is told of their row yet."""
    added: list[DefinitionError] = []
    known_places = {(item.facts.get("sheet"), _row_of(str(item.facts.get("at")))) for item in problems.errors}
    try:
        check_definition(file_texts, folder)
    except DefinitionError as error:
        for mistake in (error, *error.others):
            located, place = _locate_mistake(mistake, problems)
            here = (place.sheet, _row_of(place.address)) if place else None
            follows = problems.lacks_parts and (place is None or mistake.code.startswith(_FOLLOWING))
            if here not in known_places and mistake.code not in _TOLD_ALREADY and not follows:
                added.append(located)
    problems.errors += added


def _row_of(address: str) -> str:
    return address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


# What may be said of a form that lacks parts.
_FOLLOWING = (
    "definition.expression.",
    "definition.unknown_",
    "definition.empty_section",
    "definition.table_without_section",
    "definition.cell_without_label",
    "definition.no_such_label",
    "definition.not_computable",
)
_TOLD_ALREADY = frozenset({"definition.missing_key", "definition.missing_file"})  # by the reader, with the cell


def refuse_edition(folder: Path, *, force: bool) -> None:
    """Raise UsageError if a folder has a definition (unless ``force``)."""
    if any((folder / name).exists() for name in REQUIRED_FILES) and not force:
        raise UsageError("authoring.edition_exists", folder=str(folder), edition=folder.name)


def check_definition(file_texts: Mapping[str, str], folder: Path) -> None:
    """Load the files of a definition elsewhere and try to disprove them.

    Raises DefinitionError, which names the files where they are to be saved.
    """
    with tempfile.TemporaryDirectory() as place:
        trial = Path(place).joinpath(*(part if is_form_id(part) else _UNNAMED for part in folder.parts[-2:]))
        trial.mkdir(parents=True)
        for name, text in file_texts.items():
            (trial / name).write_text(text, "utf-8")
        try:
            check_forms_below(Path(place))
        except DefinitionError as error:
            for mistake in (error, *error.others):
                if "file" in mistake.facts:
                    named = str(folder / Path(str(mistake.facts["file"])).name)
                    mistake.facts = {**mistake.facts, "file": named}
            raise


def save_definition(file_texts: Mapping[str, str], folder: Path) -> Form:
    """Write the files of a definition once it is proved valid together with those it leaves as they are.

    Raises DefinitionError if it is not.
    """
    left = {name: path for name in DEFINITION_FILES.keys() - file_texts.keys() if (path := folder / name).is_file()}
    whole = {name: path.read_text("utf-8") for name, path in left.items()} | dict(file_texts)
    check_definition(whole, folder)
    return _save_files(whole, folder)


def _save_files(file_texts: Mapping[str, str], folder: Path) -> Form:
    """Write the files of a definition, and remove those that it does not have."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in file_texts.items():
        save_file(folder / name, text.encode("utf-8"), force=True)
    for name in DEFINITION_FILES.keys() - file_texts.keys():
        (folder / name).unlink(missing_ok=True)
    return load_form(folder)


def _locate_mistake(
    mistake: DefinitionError, problems: WorkbookProblems
) -> tuple[DefinitionError, ContentPlace | None]:
    """Return a mistake with its place in the workbook that it was read from, and that place."""
    facts = dict(mistake.facts)
    part = str(facts.get("key") or facts.get("text", ""))
    place = problems.find_place(Path(str(facts.get("file", ""))).name, str(facts.get("place", "")), part)
    where = f"{place.sheet}!{place.address}" if place else ""
    names_place = any(
        "place" in catalogue.placeholders(wording.say)
        for wording in catalogue.list_wordings()
        if wording.code == mistake.code
    )
    facts["file"] = problems.file if names_place or not where else f"{problems.file} {where}"
    facts["place"] = where or facts.get("place", "")
    if isinstance(facts.get("key"), str):
        facts["key"] = problems.find_written(str(facts["key"]))
    if "text" in facts:
        facts["text"] = problems.find_written(str(facts["text"]))
    for side in ("left", "right"):
        names = facts.get(side)
        if isinstance(names, tuple) and all(name in problems.addresses for name in names):
            facts[side] = tuple(merge_ranges(problems.addresses[name] for name in names))
    return DefinitionError(mistake.code, **facts), place
