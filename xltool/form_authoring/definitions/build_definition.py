"""Build the definition of a form from what was read in a workbook, keeping what people wrote into an earlier one."""

from collections.abc import Sequence
from dataclasses import dataclass

from xltool.form_authoring.authoring_words import remove_word, say_sentence, search_word, squeeze_text
from xltool.form_authoring.office_workbooks.office_workbook import CellFont
from xltool.form_authoring.read_form_workbook import WorkbookReading
from xltool.form_authoring.relations.group_relations import RelationGroups
from xltool.form_authoring.relations.relation_draft import RelationDraft
from xltool.form_authoring.tables.form_parts import FormPart
from xltool.form_authoring.tables.list_tables import make_list_spec
from xltool.form_authoring.tables.read_surroundings import strip_period
from xltool.form_authoring.tables.table_draft import TableDraft, make_table_spec
from xltool.form_authoring.tables.table_looks import list_blanks, list_looks, make_page_spec
from xltool.forms.definition_rules import FIRST_YEAR
from xltool.forms.schema import FormSpec, RelationsSpec, SectionSpec, SignatureSpec, TableSpec, TablesSpec
from xltool.forms.vocabulary import Vocabulary

_NOT_IN_NAMES = '\\/:*?"<>|'


@dataclass(frozen=True)
class FormNaming:
    """How the new form is called: its id, its edition, and the first year it is for."""

    form: str
    edition: str
    first_year: int


@dataclass(frozen=True)
class Definition:
    """The three parts of a definition."""

    form: FormSpec
    tables: TablesSpec
    relations: RelationsSpec


def build_definition(
    reading: WorkbookReading, naming: FormNaming, suggested: Sequence[RelationDraft] = ()
) -> Definition:
    """Build the definition of a form, with ``suggested`` relations on trial."""
    specs = [
        complete_table(make_table_spec(draft), draft, page.around.title_font)
        for page in reading.sheets
        for draft in page.drafts
        if draft in reading.drafts
    ]
    lists = [make_list_spec(item) for item in reading.lists]
    cells = {cell.id: cell for table in reading.tables for cell in table.cells}
    groups = RelationGroups([*reading.found.relations, *suggested], Vocabulary(cells))
    relations = [*groups.make_specs(), *reading.found.row_relations]
    return Definition(
        _build_form(reading, naming), TablesSpec(tables=specs, lists=lists), RelationsSpec(relations=relations)
    )


def complete_table(table_spec: TableSpec, draft: TableDraft, title_font: CellFont) -> TableSpec:
    """Return the definition of a table with how it looks where it is printed."""
    looks = {"blanks": list_blanks(draft), "looks": list_looks(draft), "page": make_page_spec(draft, title_font)}
    return TableSpec(**{name: getattr(table_spec, name) for name in table_spec.__struct_fields__} | looks)


def _build_form(reading: WorkbookReading, naming: FormNaming) -> FormSpec:
    heading = _find_heading(reading)
    title = _clean_title(strip_period(heading))
    period = find_period(reading)
    says = "report_title" if period == "year" else "report_title_period"
    return FormSpec(
        id=naming.form,
        edition=naming.edition,
        title=title,
        official_title=_blank_year(heading),
        document=next((sheet.around.document for sheet in reading.sheets if sheet.around.document), ""),
        issuer=next((sheet.around.issuer for sheet in reading.sheets if sheet.around.issuer), ""),
        issued=str(naming.first_year),
        first_year=naming.first_year,
        last_year=next((sheet.around.last_year for sheet in reading.sheets if sheet.around.last_year), None),
        report_title=say_sentence(says, title=title),
        opening=say_sentence("opening" if period == "year" else "opening_period", title=title),
        instructions=[say_sentence("instruction"), *_list_instructions(reading)],
        signature=[SignatureSpec(id=key, label=label) for key, label in _find_signature(reading).items()],
        sections=[
            _build_section(part, number)
            for number, part in enumerate((part for page in reading.sheets for part in page.parts), start=1)
        ],
        count_optional=False,
        period=period,  # type: ignore[arg-type]  # one of the words of the schema
    )


def _find_heading(reading: WorkbookReading) -> str:
    """Return the title of the form: that of its first sheet, without the number that tells its sheets apart."""
    pages = [page.around.title.text if page.around.title else page.sheet.name for page in reading.sheets]
    whole = [remove_word("around", "title_number", page) for page in pages]
    numbered = len(pages) > 1 and whole[0] != squeeze_text(pages[0]) and len(set(whole)) == 1
    return whole[0] if numbered else pages[0]


def _find_signature(reading: WorkbookReading) -> dict[str, str]:
    """Return the fields of the signature line of the first sheet that has one."""
    return next((sheet.around.signature for sheet in reading.sheets if sheet.around.signature), {})


def _build_section(form_part: FormPart, number: int) -> SectionSpec:
    return SectionSpec(
        id=form_part.id,
        number=_chinese_number(number),
        title=form_part.title,
        sheet=form_part.name,
        table_titles=len(form_part.drafts) > 1,
    )


def _chinese_number(number: int) -> str:
    """Return the number of a section as it is printed, up to 99."""
    digits = say_sentence("section_numbers")
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones - 1]
    return (digits[tens - 1] if tens > 1 else "") + digits[9] + (digits[ones - 1] if ones else "")


def _clean_title(title: str) -> str:
    return "".join(sign for sign in squeeze_text(title) if sign not in _NOT_IN_NAMES and sign.isprintable())


def _blank_year(heading: str) -> str:
    """Return the printed title with a blank for its year."""
    match = search_word("around", "printed_year", heading)
    text = squeeze_text(heading)
    return text.replace(match[1], say_sentence("blank_year"), 1) if match else text


def _list_instructions(reading: WorkbookReading) -> list[str]:
    """Return the texts of sheets without a table that explain how to fill in the form."""
    texts = []
    for sheet in reading.plain_sheets:
        if explains_form(sheet.name):
            cells = sorted(sheet.cells.values(), key=lambda cell: cell.spot)
            texts += [remove_word("around", "item_number", cell.text) for cell in cells if cell.text][1:]
    return [text for text in texts if text]


def explains_form(name: str) -> bool:
    """Return True for the name of a sheet that explains the form."""
    return search_word("around", "explaining_sheet", name) is not None


def find_period(reading: WorkbookReading) -> str:
    """Return how long the periods of the form are: year, half, quarter or month."""
    return next((sheet.around.period for sheet in reading.sheets if sheet.around.period != "year"), "year")


def find_first_year(reading: WorkbookReading, default: int) -> int:
    """Return the year the workbook is for; ``default`` if it says none."""
    years = [sheet.around.year for sheet in reading.sheets if sheet.around.year]
    return years[0] if years and years[0] >= FIRST_YEAR else default
