"""Read the regions of a definition workbook: which cells stand under which heading, row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from xltool.form_authoring.definition_workbook import definition_words
from xltool.form_authoring.definition_workbook.cell_texts import decode_text
from xltool.form_authoring.definition_workbook.regions import Region, RegionForm
from xltool.form_authoring.definition_workbook.workbook_problems import MIN_LIKENESS, WorkbookProblems
from xltool.form_authoring.office_workbooks.office_workbook import OfficeCell, OfficeSheet
from xltool.forms.cell_addresses import cell_address

MARK_COLUMN = 1  # of what a row is: the title of a region, headings, an explanation, an example
OWNER_KEY = "owner"


@dataclass(frozen=True)
class DefinitionRow:
    """One row below the headings of a region: its cells by key."""

    sheet: str
    row: int
    cells: Mapping[str, OfficeCell]

    @property
    def address(self) -> str:
        """The address of its first cell."""
        return next((cell.address for cell in self.cells.values()), cell_address(self.row, MARK_COLUMN + 1))


@dataclass
class _OpenRegion:
    """The region that the rows belong to, with the keys of its columns once its headings are read."""

    region: Region
    columns: dict[int, str] = field(default_factory=dict)


def show_content(office_cell: OfficeCell) -> str:
    """Return what stands in a cell, a formula with its equals sign."""
    return f"={office_cell.formula}" if office_cell.formula else decode_text(office_cell.value, parse=False)


def read_sheet_rows(
    office_sheet: OfficeSheet, regions: Sequence[Region], problems: WorkbookProblems
) -> Iterator[tuple[Region, DefinitionRow]]:
    """Yield every row with content below the headings of a region, with its region; add what belongs to none."""
    titles = {definition_words.say_words("region", title=region.title): region for region in regions}
    marks = {definition_words.say_words(mark): mark for mark in ("heading", "meaning", "example")}
    here: _OpenRegion | None = None
    started = False
    for row, cells in _group_rows(office_sheet):
        mark = show_content(cells[MARK_COLUMN]) if MARK_COLUMN in cells else ""
        if mark.startswith(definition_words.say_words("region", title="").strip()):
            started = True
            here = _OpenRegion(titles[mark]) if mark in titles else None
            if here is None:
                problems.add("unknown_region", office_sheet.name, cells[MARK_COLUMN].address, mark, known=tuple(titles))
            continue
        if here is None:
            if started is False and row <= 2:
                continue  # the title of the sheet and its explanation
            if not started:
                first = next(iter(cells.values()))
                problems.add("stray", office_sheet.name, first.address, show_content(first))
            continue
        if marks.get(mark) == "heading":
            here.columns = _read_headings(office_sheet, here.region, cells, problems)
        elif mark not in marks:
            yield from _read_row(office_sheet, here, row, cells, problems)


def _group_rows(office_sheet: OfficeSheet) -> Iterator[tuple[int, dict[int, OfficeCell]]]:
    rows: dict[int, dict[int, OfficeCell]] = {}
    for (row, column), cell in sorted(office_sheet.cells.items()):
        if not cell.is_blank:
            rows.setdefault(row, {})[column] = cell
    yield from rows.items()


def list_headings(region: Region) -> dict[str, str]:
    """Return the key of each heading of a region."""
    if region.form is RegionForm.SETTINGS:
        return {definition_words.say_words(word): word for word in ("setting", "content", "meaning")}
    headings = {region.find_heading(key.name): key.name for key in region.keys}
    return ({definition_words.find_owner_heading(region.owner): OWNER_KEY} if region.is_owned else {}) | headings


def _read_headings(
    office_sheet: OfficeSheet, region: Region, cells_by_column: Mapping[int, OfficeCell], problems: WorkbookProblems
) -> dict[int, str]:
    known = list_headings(region)
    keys = {key.name for key in region.keys}
    columns: dict[int, str] = {}
    for column, cell in cells_by_column.items():
        text = show_content(cell)
        if column == MARK_COLUMN:
            continue
        key = known.get(text) or (text if text in keys else "")
        if not key or key in columns.values():
            near = get_close_matches(text, known, 1, MIN_LIKENESS)
            problem = "repeated_column" if key else "unknown_column"
            problems.add(
                problem,
                office_sheet.name,
                cell.address,
                text,
                near="".join(near),
                title=region.title,
                known=tuple(known),
            )
            problems.unread_regions.add(region.full_name)
            key = ""
        columns[column] = key
    return columns


def _read_row(
    office_sheet: OfficeSheet,
    here: _OpenRegion,
    row: int,
    cells_by_column: Mapping[int, OfficeCell],
    problems: WorkbookProblems,
) -> Iterator[tuple[Region, DefinitionRow]]:
    found = {}
    for column, cell in cells_by_column.items():
        if column not in here.columns:
            problems.add("stray", office_sheet.name, cell.address, show_content(cell))
        elif here.columns[column]:
            found[here.columns[column]] = cell
    if found:
        yield here.region, DefinitionRow(office_sheet.name, row, found)
