"""Read an office's workbook as a form: its tables, its relations, and what became of every cell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xltool.errors import DefinitionError
from xltool.form_authoring.authoring_words import search_word
from xltool.form_authoring.definitions.keep_ids import KeptIds, match_tables
from xltool.form_authoring.office_workbooks.office_workbook import OfficeSheet, OfficeWorkbook, Spot
from xltool.form_authoring.relations.find_relations import FoundRelations, find_relations
from xltool.form_authoring.relations.formula_evidence import (
    collect_counted_spots,
    collect_row_counts,
    divides_values,
    is_plain_sum,
    list_added_spots,
    parse_if_possible,
    takes_away,
)
from xltool.form_authoring.tables.classify_cells import classify_cells
from xltool.form_authoring.tables.find_grids import OfficeGrid, find_grids, find_side_by_side
from xltool.form_authoring.tables.find_lists import ListRefusal, find_list
from xltool.form_authoring.tables.form_parts import FormPart, divide_sheet
from xltool.form_authoring.tables.grid_cells import CellPart, GridCells, TableCell
from xltool.form_authoring.tables.guess_kinds import (
    FigureKind,
    KindEvidence,
    drop_own_period,
    find_validation,
    guess_kind,
    list_column_heads,
    list_row_heads,
)
from xltool.form_authoring.tables.list_tables import ListDraft
from xltool.form_authoring.tables.read_surroundings import SheetSurroundings, read_surroundings, strip_period
from xltool.form_authoring.tables.separate_labels import has_same_words, separate_labels
from xltool.form_authoring.tables.table_draft import DraftFigure, TableDraft, make_table_spec
from xltool.form_authoring.tables.total_rows import settle_total
from xltool.forms.assemble_tables import MAX_GRID_COLUMNS, assemble_table
from xltool.forms.cell_addresses import box_address
from xltool.forms.definition_problems import DefinitionProblems
from xltool.model.form import Form, Table

MAX_FORM_ROWS = 400  # a longer rectangle is a list of data
HEAD_LINE_JOINT = "\u3000\u3000"
SUMMED_KINDS = frozenset({"count", "signed_count", "decimal", "amount"})
GUESSED_REASONS = frozenset({"words", "plain", "sample", "formula"})


@dataclass(frozen=True)
class SheetReading:
    """One sheet with tables: what stands around them, and the tables in the making."""

    sheet: OfficeSheet
    around: SheetSurroundings
    drafts: tuple[TableDraft, ...]
    parts: tuple[FormPart, ...]


@dataclass(frozen=True)
class WorkbookReading:
    """Everything read from a workbook; ``kept`` are the ids of each table, in the order of ``drafts``."""

    book: OfficeWorkbook
    sheets: tuple[SheetReading, ...]
    found: FoundRelations
    kept: tuple[KeptIds, ...]
    tables: tuple[Table, ...]
    plain_sheets: tuple[OfficeSheet, ...]  # that can be seen and have no table
    lists: tuple[ListDraft, ...] = ()
    refusals: tuple[ListRefusal, ...] = ()

    @property
    def drafts(self) -> tuple[TableDraft, ...]:
        """All tables that are no lists, in order."""
        listed = [item.table for item in self.lists]
        return tuple(draft for sheet in self.sheets for draft in sheet.drafts if draft not in listed)


def read_form_workbook(office_book: OfficeWorkbook, earlier: Form | None = None) -> WorkbookReading:
    """Read the tables and relations of a workbook, with the ids of an ``earlier`` edition.

    Raises DefinitionError for a workbook that is no form, which carries everything that is wrong with it.
    """
    grids = {sheet.name: find_grids(sheet) for sheet in office_book.sheets if sheet.state == "visible"}
    _refuse_other_workbooks(office_book, grids)
    counted, row_counts = collect_counted_spots(office_book), collect_row_counts(office_book)
    readings: list[SheetReading] = []
    lists: list[ListDraft] = []
    refusals: list[ListRefusal] = []
    parts: list[FormPart] = []
    number, days = 0, None
    for sheet in office_book.sheets:
        if not grids.get(sheet.name):
            continue
        around = read_surroundings(sheet, grids[sheet.name])
        days = around.days = around.days or days
        page_tables = tuple(_draft_tables(sheet, grids[sheet.name], around, number))
        number += len(page_tables)
        for table in page_tables:
            _draft_figures(table, counted, row_counts, around)
            separate_labels(table, _assemble_draft)
            found_list = find_list(table)
            if isinstance(found_list, ListDraft):
                lists.append(found_list)
            elif found_list is not None:
                refusals.append(found_list)
        title = strip_period(around.title.text) if around.title else sheet.name
        page_parts = tuple(divide_sheet(page_tables, [item.table for item in lists], title, parts))
        parts += page_parts
        readings.append(SheetReading(sheet, around, page_tables, page_parts))
    tables = [draft for reading in readings for draft in reading.drafts]
    _refuse_no_figures(office_book, tables)
    _refuse_nameless_rows(office_book, refusals)
    drafts = [draft for draft in tables if all(draft is not listed.table for listed in lists)]
    kept = match_tables(_assemble_drafts(drafts), earlier)
    for draft, ids in zip(drafts, kept, strict=True):
        _rename_figures(draft, ids)
        if earlier is not None:
            _keep_kinds(draft, earlier)
    loose = {reading.sheet.name: reading.around.formulas for reading in readings}
    found = find_relations(drafts, lists, loose)
    plain = tuple(sheet for sheet in office_book.sheets if sheet.state == "visible" and not grids[sheet.name])
    return WorkbookReading(
        office_book,
        tuple(readings),
        found,
        tuple(kept),
        _assemble_drafts(drafts),
        plain,
        tuple(lists),
        tuple(refusals),
    )


def _refuse_other_workbooks(office_book: OfficeWorkbook, grids: Mapping[str, list[OfficeGrid]]) -> None:
    """Raise DefinitionError for a workbook that is no form, with all that is wrong."""
    errors = [
        error for sheet in office_book.sheets for error in _list_faults(office_book, sheet, grids.get(sheet.name, []))
    ]
    if not errors and not any(grids.values()):
        first = office_book.sheets[0]
        sheet = next((sheet for sheet in office_book.sheets if sheet.state == "visible"), first)
        rows = len({row for row, _ in sheet.cells})
        code = "authoring.data" if rows > MAX_FORM_ROWS else "authoring.no_grid"
        errors = [DefinitionError(code, file=office_book.file, sheet=sheet.name, at=_first_address(sheet), count=rows)]
    if errors:
        first_error, *others = errors
        first_error.others = tuple(others)
        raise first_error


def _list_faults(
    office_book: OfficeWorkbook, office_sheet: OfficeSheet, grids: list[OfficeGrid]
) -> Iterator[DefinitionError]:
    for grid in grids:
        if len(grid.rows) > MAX_FORM_ROWS or len(grid.columns) > MAX_GRID_COLUMNS:
            at = box_address(grid.area)
            yield DefinitionError(
                "authoring.data", file=office_book.file, sheet=office_sheet.name, at=at, count=len(grid.rows)
            )
            return
    pair = find_side_by_side(grids)
    if pair:
        one, other = (box_address(grid.area) for grid in pair)
        yield DefinitionError(
            "authoring.side_by_side", file=office_book.file, sheet=office_sheet.name, at=one, other=other
        )


def _first_address(office_sheet: OfficeSheet) -> str:
    return next((cell.address for cell in office_sheet.cells.values() if not cell.is_blank), "A1")


def _refuse_no_figures(office_book: OfficeWorkbook, drafts: Sequence[TableDraft]) -> None:
    errors = []
    for draft in drafts:
        if not draft.figures:
            at = box_address(draft.cells.grid.area)
            errors.append(DefinitionError("authoring.no_inputs", file=office_book.file, sheet=draft.source.name, at=at))
    if errors:
        errors[0].others = tuple(errors[1:])
        raise errors[0]


def _refuse_nameless_rows(office_book: OfficeWorkbook, refusals: Sequence[ListRefusal]) -> None:
    """Raise DefinitionError for tables that are no list, and whose rows nothing tells apart."""
    errors = [
        DefinitionError(
            "authoring.nameless_rows",
            file=office_book.file,
            sheet=refusal.draft.source.name,
            at=refusal.address,
            why=refusal.fault,
        )
        for refusal in refusals
        if has_same_words(_assemble_draft(refusal.draft))
    ]
    if errors:
        errors[0].others = tuple(errors[1:])
        raise errors[0]


# --- tables --------------------------------------------------------------------------------------------------------


def _draft_tables(
    office_sheet: OfficeSheet, grids: Sequence[OfficeGrid], around: SheetSurroundings, tables_before: int
) -> Iterator[TableDraft]:
    title = strip_period(around.title.text) if around.title else office_sheet.name
    first = min(grid.columns[0] for grid in grids)
    last = max(grid.columns[-1] for grid in grids)
    columns = tuple(column for column in range(first, last + 1) if column not in office_sheet.hidden_columns)
    for number, grid in enumerate(grids, start=1):
        name = around.table_titles.get(number, f"{title}{number}" if number > 1 else title)
        notes = around.notes.get(number, []) + (around.notes.get(0, []) if number == 1 else [])
        if number == len(grids):
            notes += around.head_lines.get(number, [])
        yield TableDraft(
            f"t{tables_before + number}",
            "",
            office_sheet.name,
            name,
            classify_cells(grid),
            columns,
            notes=notes,
            head_line=HEAD_LINE_JOINT.join(around.head_lines.get(number - 1, [])),
        )


def _draft_figures(
    draft: TableDraft,
    counted: frozenset[tuple[str, Spot]],
    row_counts: frozenset[tuple[str, Spot]],
    around: SheetSurroundings,
) -> None:
    sheet = draft.source
    for item in draft.cells:
        if item.part is not CellPart.FIGURE:
            continue
        rows = [head for head in list_row_heads(draft.cells, item) if not head.aside]
        columns = list_column_heads(draft.cells, item)
        if rows and any(head.box.columns < item.box.columns for head in columns[:1]):
            columns = []  # the head of one column of a table above
        node = parse_if_possible(item.cell.formula)
        evidence = KindEvidence(
            tuple(_alternate_heads(columns, rows)),
            tuple(head.cell.text for head in rows),
            find_validation(sheet, item),
            (sheet.name.casefold(), item.cell.spot) in counted,
            takes_away(node),
            divides_values(node),
            (sheet.name.casefold(), item.cell.spot) in row_counts,
        )
        kind = guess_kind(sheet, item, evidence, list(_find_row_unit(draft.cells, item)) or around.units)
        kind = _take_kind_of_parts(draft, item, drop_own_period(kind, around.days))
        above = {figure.kind.kind for (_, column), figure in draft.figures.items() if column == item.box.column}
        if settle_total(draft.cells, item, above or {kind.kind}, validated=evidence.validation is not None):
            continue
        settled = draft.cells.find_at(*item.place) or item
        grid = draft.cells.grid
        names = (f"r{grid.rows[item.box.row - 1]}", f"c{grid.columns[item.box.column - 1]}")
        draft.figures[item.place] = DraftFigure(settled, kind, *names)
    _drop_single_column(draft)


def _take_kind_of_parts(draft: TableDraft, member: TableCell, figure_kind: FigureKind) -> FigureKind:
    """Give a sum of which only the formula is known the unit and decimals that all its parts have."""
    if figure_kind.reason not in GUESSED_REASONS or not is_plain_sum(member.cell.formula):
        return figure_kind
    parts = [draft.find_figure(spot) for spot in list_added_spots(member.cell.formula)]
    kinds = {(part.kind.kind, part.kind.unit, part.kind.decimals, part.kind.fixed_decimals) for part in parts if part}
    if None in parts or len(kinds) != 1:
        return figure_kind
    kind, unit, decimals, fixed = next(iter(kinds))
    if kind not in SUMMED_KINDS:
        return figure_kind
    return figure_kind._replace(
        kind=kind, unit=unit, decimals=decimals, fixed_decimals=fixed, reason="formula", remark=""
    )


def _drop_single_column(draft: TableDraft) -> None:
    """Leave out the column in the ids of a table whose figures stand below each other without a head of their own."""
    columns = {figure.column for figure in draft.figures.values()}
    headed = any(list_column_heads(draft.cells, figure.item) for figure in draft.figures.values())
    if len(columns) == 1 and not headed:
        for place, figure in draft.figures.items():
            draft.figures[place] = replace(figure, column="")


def _alternate_heads(column_heads: Sequence[TableCell], row_heads: Sequence[TableCell]) -> Iterator[str]:
    """Yield the words of heads from the nearest outwards, those of the column before those of the row."""
    for at in range(max(len(column_heads), len(row_heads))):
        for heads in (column_heads, row_heads):
            if at < len(heads):
                yield heads[at].cell.text


def _find_row_unit(grid_cells: GridCells, member: TableCell) -> Iterator[str]:
    """Yield the unit that a column of units gives for the row of a figure."""
    for other in (*grid_cells.list_left(member), *grid_cells.list_right(member)):
        heads = grid_cells.list_above(other) if other.aside and other.cell.text else []
        if any(search_word("cells", "units_column", head.cell.text) for head in heads if head.aside):
            yield other.cell.text


def _assemble_drafts(drafts: Sequence[TableDraft]) -> tuple[Table, ...]:
    """Return the tables as the program will read them from the definition."""
    return tuple(map(_assemble_draft, drafts))


def _assemble_draft(draft: TableDraft) -> Table:
    return assemble_table(make_table_spec(draft), DefinitionProblems(""))


def _rename_figures(draft: TableDraft, ids: KeptIds) -> None:
    draft.id = ids.table
    for place, figure in draft.figures.items():
        line, column = ids.figures[place[0], place[1] + draft.offset]
        draft.figures[place] = replace(figure, line=line, column=column)


def _keep_kinds(draft: TableDraft, earlier: Form) -> None:
    """Give a figure whose kind was only guessed the kind that the earlier edition gives it."""
    for place, figure in draft.figures.items():
        known = earlier.cells.get(str(draft.name_figure(place)))
        if known is None or figure.kind.reason not in GUESSED_REASONS:
            continue
        settings = (known.kind.value, known.unit, known.decimals, known.choices, known.optional)
        if settings != (
            figure.kind.kind,
            figure.kind.unit,
            figure.kind.decimals,
            figure.kind.choices,
            figure.kind.optional,
        ):
            kept = FigureKind(
                known.kind.value,
                known.unit,
                known.decimals,
                known.fixed_decimals,
                known.choices if known.kind.value == "choice" else (),
                length=known.length or None,
                optional=known.optional,
                reason="earlier",
            )
            draft.figures[place] = replace(figure, kind=kept)
