"""``xltool forms from``: a form definition out of an office's own workbook."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from xltool.commands.definition_workbooks import (
    SHEETS_GROUP,
    SavedDefinition,
    refuse_edition,
    save_definition,
    save_definition_workbook,
)
from xltool.errors import UsageError
from xltool.form_authoring.definition_workbook.read_definition_workbook import is_definition_workbook
from xltool.form_authoring.definitions.build_definition import (
    FormNaming,
    build_definition,
    find_first_year,
    find_period,
)
from xltool.form_authoring.definitions.merge_earlier import merge_earlier
from xltool.form_authoring.definitions.write_toml import write_definition
from xltool.form_authoring.list_placements import list_placements
from xltool.form_authoring.placements import Fate, Placement
from xltool.form_authoring.read_form_workbook import read_form_workbook
from xltool.form_authoring.relations.suggest_relations import suggest_cumulative, suggest_relations
from xltool.forms.definition_rules import is_year_name
from xltool.forms.load_definitions import find_named_form, load_forms_below
from xltool.messages import catalogue
from xltool.model.form import Form
from xltool.workbooks.save_files import save_file

if TYPE_CHECKING:
    from xltool.form_authoring.office_workbooks.openpyxl_marks import MarkWords

DEFAULT_FORM_ID = "form"


@dataclass(frozen=True)
class AuthoringRequest:
    """What to read and where to write; ``form`` and ``edition`` are "" where the program may choose them.

    ``examples`` are filled copies, or folders of them.
    ``like`` is the form whose ids are kept; without it, an earlier edition in ``output`` is found by itself.
    """

    workbook: Path
    output: Path
    form: str = ""
    edition: str = ""
    like: Form | None = None
    force: bool = False
    examples: tuple[Path, ...] = ()


@dataclass(frozen=True)
class AuthoredForm:
    """The new form, its folder, the marked copy of the workbook, and what became of every cell.

    ``dropped`` are the relations of the earlier edition whose figures are gone.
    """

    form: Form
    folder: Path
    marked: Path
    placements: tuple[Placement, ...]
    earlier: Form | None = None
    dropped: tuple[str, ...] = ()

    @property
    def suggested(self) -> tuple[str, ...]:
        """The names of the relations on trial."""
        return tuple(relation.name for relation in self.form.relations if relation.beta)


def author_form(request: AuthoringRequest) -> AuthoredForm | SavedDefinition:
    """Write the definition in a workbook: that of an office's own form, or one that states a definition.

    Raises UsageError, DefinitionError; then nothing is written.
    """
    from xltool.form_authoring.office_workbooks.openpyxl_reader import read_office_workbook

    book = read_office_workbook(request.workbook)
    if is_definition_workbook(book, catalogue.list_words(SHEETS_GROUP)):
        if request.like or request.examples:
            raise UsageError("authoring.definition_workbook", file=book.file)
        return save_definition_workbook(
            book, request.output, form_id=request.form, edition=request.edition, force=request.force
        )
    return author_from_workbook(request)


def author_from_workbook(request: AuthoringRequest) -> AuthoredForm:
    """Write the definition of the form in a workbook, and a copy of the workbook that shows what became what.

    Raises UsageError, DefinitionError for a workbook that is no form; then nothing is written.
    """
    from xltool.form_authoring.office_workbooks.openpyxl_marks import mark_placements
    from xltool.form_authoring.office_workbooks.openpyxl_reader import read_office_workbook, read_sheet_numbers

    book = read_office_workbook(request.workbook)
    earlier = request.like or _find_earlier(request)
    reading = read_form_workbook(book, earlier)
    naming = _name_form(request, earlier, find_first_year(reading, date.today().year - 1))
    folder = request.output / naming.form / naming.edition
    refuse_edition(folder, force=request.force)
    copies = [read_sheet_numbers(file) for file in _list_copies(request)]
    suggested = suggest_relations(reading.drafts, reading.found.relations, copies)
    suggested += suggest_cumulative(reading.drafts, find_period(reading))
    made = build_definition(reading, naming, suggested)
    definition, dropped = merge_earlier(made, earlier) if earlier else (made, ())
    placements = list_placements(reading)
    marked = mark_placements(
        request.workbook, [(item, describe_placement(item)) for item in placements], _load_mark_words()
    )
    form = save_definition(write_definition(definition, reading), folder)
    marked_file = folder / f"{request.workbook.stem}{catalogue.look_up_word('authoring', 'marked')}.xlsx"
    save_file(marked_file, marked, force=True)
    return AuthoredForm(form, folder, marked_file, placements, earlier, dropped)


def _list_copies(request: AuthoringRequest) -> list[Path]:
    """Return the filled copies: the files named, and the workbooks in the folders named."""
    found: list[Path] = []
    for path in request.examples:
        if not path.exists():
            raise UsageError("usage.no_path", path=str(path))
        found += sorted(path.glob("*.xlsx")) if path.is_dir() else [path]
    return [file for file in found if not file.name.startswith("~$")]


def _find_earlier(request: AuthoringRequest) -> Form | None:
    """Return the newest edition of the form in the output folder; None if there is none of that id."""
    if not request.output.is_dir() or not any(request.output.rglob("form.toml")):
        return None
    known = load_forms_below(request.output)
    ids = {form.id for form in known}
    if request.form:
        return find_named_form(known, request.form) if request.form in ids else None
    return find_named_form(known, next(iter(ids))) if len(ids) == 1 else None


def _name_form(request: AuthoringRequest, earlier: Form | None, first_year: int) -> FormNaming:
    name = "".join(sign for sign in request.workbook.stem if sign.isascii() and (sign.isalnum() or sign in "-_"))
    known = earlier.id if earlier is not None and request.like is None else ""
    named = name.strip("-_").lower() if any(sign.isalpha() for sign in name) else ""
    form = request.form or known or named or DEFAULT_FORM_ID
    edition = request.edition or str(first_year)
    return FormNaming(form, edition, max(first_year, int(edition) if is_year_name(edition) else first_year))


def describe_placement(placement: Placement) -> str:
    """Say what became of a cell, and why where that does not go without saying."""
    fate = catalogue.look_up_word("cellfate", placement.fate.value)
    if not placement.reason:
        return fate
    facts = dict(placement.facts)
    for key, group in (("kind", "cellkind"), ("told_by", "toldby"), ("why", "formulafault")):
        if key in facts:
            facts[key] = catalogue.look_up_word(group, str(facts[key]))
    return catalogue.format_line(
        f"placed_{placement.reason}", **{"fate": fate, "id": placement.id, "text": placement.text, **facts}
    )


def count_fates(placements: tuple[Placement, ...]) -> dict[Fate, int]:
    """Count the cells of each fate."""
    return {fate: sum(item.fate is fate for item in placements) for fate in Fate}


def _load_mark_words() -> "MarkWords":
    from xltool.form_authoring.office_workbooks.openpyxl_marks import MarkWords

    words = catalogue.list_words("authoring")
    heads = tuple(words[key] for key in ("sheet", "cell", "content", "fate", "id", "reason"))
    fates = {fate: catalogue.look_up_word("cellfate", fate.value) for fate in Fate}
    return MarkWords(words["list_sheet"], words["list_title"], heads, fates, words["program"])
