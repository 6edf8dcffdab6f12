"""The cells of a list in a template: formulas over its rows, the live check of each row, and their validation."""

from collections.abc import Sequence
from dataclasses import replace

from xltool.forms.cell_addresses import box_address, cell_address, column_letters
from xltool.forms.format_formulas import EXCEL_OPERATORS, format_excel_formula, format_operation, quote_sheet_name
from xltool.forms.lists.plan_list import ListPlan
from xltool.forms.slots import SheetPlan as Planned
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.expression import Comparison, Operation, Side
from xltool.model.form import Box, Cell, Relation
from xltool.model.list_table import AggregateKind
from xltool.workbooks.template.check_formulas import NO_RESULT, declaration_condition
from xltool.workbooks.template.input_messages import figure_validation
from xltool.workbooks.xlsxwriter_adapter import BookWriter, CellContent, Formula, SheetWriter


def list_planned(plan: WorkbookPlan, sheet: str) -> tuple[ListPlan, ...]:
    """Return the lists on a sheet."""
    return tuple(listed for listed in plan.lists.values() if listed.sheet == sheet)


def format_aggregate(plan: WorkbookPlan, cell: Cell) -> str:
    """Format the formula of a figure computed from the rows of a list."""
    aggregate = cell.aggregate
    assert aggregate is not None  # only called for aggregates
    listed = plan.lists[aggregate.table]
    rows = f'{_column_range(listed, listed.check_column)}<>"{NO_RESULT}"'
    if not aggregate.column:
        return f"SUMPRODUCT(--({rows}))"
    column = listed.table.columns_by_id[aggregate.column]
    area = _column_range(listed, column.box.column)
    if aggregate.kind is AggregateKind.SUM:
        return f"ROUND(SUM({area}),{cell.decimals})" if cell.is_exact else f"SUM({area})"
    if not aggregate.operator:
        return f"SUMPRODUCT(({rows})*(LEN({area})>0))"
    if column.choices:
        same = f'COUNTIF({area},"{_escape_pattern(column.choices[int(aggregate.number) - 1])}")'
        filled = f'COUNTA({area})-COUNTIF({area},"{workbook_words().lists["none"]}")'
        return same if aggregate.operator == "==" else f"{filled}-{same}"
    if aggregate.operator == "!=":
        return f"COUNT({area})-COUNTIF({area},{aggregate.number})"
    return f'COUNTIF({area},"{EXCEL_OPERATORS[aggregate.operator]}{aggregate.number}")'


def _escape_pattern(word: str) -> str:
    """Return a word as COUNTIF takes it literally."""
    for character in "~*?":
        word = word.replace(character, f"~{character}")
    return word.replace('"', '""')


def _column_range(list_plan: ListPlan, column: int, *, qualified: bool = False) -> str:
    """Return the rows of one column, with the name of the sheet if ``qualified``."""
    letters, sheet = column_letters(column), f"{quote_sheet_name(list_plan.sheet)}!" if qualified else ""
    return f"{sheet}${letters}${list_plan.first_row}:${letters}${list_plan.last_row}"


def format_open_cells(plan: WorkbookPlan, sheet: str) -> str:
    """Return the formula that counts blank cells of rows that are begun, and a list without rows; "" without lists.

    It stands on another sheet.
    """
    counts = []
    for listed in list_planned(plan, sheet):
        rows = f'{_column_range(listed, listed.check_column, qualified=True)}<>"{NO_RESULT}"'
        required = [column for column in listed.table.columns if not column.optional]
        figures, words = (
            _count_blanks(listed, rows, [column for column in required if column.is_worded is worded])
            for worded in (False, True)
        )
        if not listed.table.optional:
            first, last = listed.table.columns[0].box.column, listed.table.columns[-1].box.column
            area = box_address(Box(listed.first_row, first, listed.table.rows, last - first + 1))
            figures += f"+IF(COUNTA({quote_sheet_name(sheet)}!{area})=0,1,0)"
        counts.append(f"IF({declaration_condition(plan)},0,{figures})+{words}")
    return "+".join(counts)


def _count_blanks(list_plan: ListPlan, filled: str, list_columns: Sequence[Cell]) -> str:
    areas = [_column_range(list_plan, column.box.column, qualified=True) for column in list_columns]
    blanks = "+".join(f"(LEN({area})=0)" for area in areas)
    return f"SUMPRODUCT(({filled})*({blanks}))" if blanks else "0"


# --- the check of a row ------------------------------------------------------------------------------------------


def format_row_check(plan: WorkbookPlan, list_plan: ListPlan, row: int) -> str:
    """Return the formula that says what is wrong in a row; `NO_RESULT` for one that is empty or says there is none."""
    say, table = workbook_words().lists, list_plan.table
    first, last = (cell_address(row, column.box.column) for column in (table.columns[0], table.columns[-1]))
    filled = f"COUNTA({first}:{last})"
    verdict = f'"{say["row_filled"]}"'
    for relation in reversed([relation for relation in table.relations if not relation.beta]):
        asked = _format_breach(plan, list_plan, relation, row)
        title = relation.title.replace('"', '""')
        verdict = f'IF(IFERROR({asked},FALSE),"{title}",{verdict})'
    if table.key:
        keys = [(_column_range(list_plan, column.box.column), column.box.column) for column in table.key_columns]
        alike = "*".join(["1", *(f"({area}={cell_address(row, column)})" for area, column in keys)])
        verdict = f'IF(SUMPRODUCT({alike})>1,"{say["row_repeated"]}",{verdict})'
    required = [cell_address(row, column.box.column) for column in table.columns if not column.optional]
    if required:
        blanks = "+".join(f"(LEN({address})=0)" for address in required)
        verdict = f'IF({blanks}>0,"{say["row_open"]}",{verdict})'
    return f'IF({filled}=COUNTIF({first}:{last},"{say["none"]}"),"{NO_RESULT}",{verdict})'


def _format_breach(plan: WorkbookPlan, list_plan: ListPlan, relation: Relation, row: int) -> str:
    """Return the condition that a row violates a relation: every figure is there, and it does not hold."""
    locate = _RowFormulas(plan, list_plan, row)
    expect = relation.expect
    columns = list_plan.table.columns_by_id
    sides = [side for item in (expect, *relation.when) for side in item.sides]
    used = dict.fromkeys(term.cell for side in sides for term in side.terms if term.cell in columns)
    conditions = [f"LEN({cell_address(row, columns[column].box.column)})>0" for column in used]
    conditions += [locate.format_comparison(condition) for condition in relation.when]
    if relation.tolerance and expect.operator == "==":
        left, right = (locate.format_side(side) for side in expect.sides)
        conditions.append(f"ROUND(ABS(({left})-({right})),10)>{relation.tolerance}")
    else:
        conditions.append(f"NOT({locate.format_comparison(expect)})")
    return f"AND({','.join(conditions)})"


def find_relation_place(plan: WorkbookPlan, relation: Relation) -> tuple[str, str]:
    """Return the sheet and address of a relation's first figure; of a relation of rows, the head of its column."""
    name = relation.terms[0].cell
    for list_plan in plan.lists.values():
        if column := list_plan.table.columns_by_id.get(name):
            return list_plan.sheet, cell_address(list_plan.head_row, column.box.column)
    return plan.find_figure(name)


def format_row_verdict(plan: WorkbookPlan, relation: Relation) -> dict[str, CellContent]:
    """Return the live columns of the checks sheet for a relation of rows: how many violate it, and the result."""
    say, lists = workbook_words().checks, workbook_words().lists
    list_plan = next(each for each in plan.lists.values() if relation in each.table.relations)
    area = _column_range(list_plan, list_plan.check_column, qualified=True)
    filled = f'SUMPRODUCT(--({area}<>"{NO_RESULT}"))'
    broken, good = (f'COUNTIF({area},"{_escape_pattern(word)}")' for word in (relation.title, lists["row_filled"]))
    decided = f'IF({broken}>0,"{say["broken"]}",IF({good}<{filled},"{say["waiting"]}","{say["holds"]}"))'
    return {
        **dict.fromkeys(("left", "right"), say["idle"]),
        "difference": Formula(f'IF({filled}=0,"{say["idle"]}",{broken})', say["idle"]),
        "result": Formula(f'IF({filled}=0,"{say["idle"]}",{decided})', say["idle"]),
    }


class _RowFormulas:
    """Formats sides of relations over one row of a list and the figures of the form."""

    def __init__(self, plan: WorkbookPlan, list_plan: ListPlan, row: int) -> None:
        self._plan, self._listed, self._row = plan, list_plan, row
        self._words = {**plan.worded, **{c.id: c for c in list_plan.table.columns if c.is_worded}}

    def format_comparison(self, comparison: Comparison) -> str:
        """Format a comparison as a condition."""
        left, right = (self.format_side(side) for side in comparison.sides)
        return f"ROUND(({left})-({right}),10){EXCEL_OPERATORS[comparison.operator]}0"

    def format_side(self, side: Side) -> str:
        """Format one side."""
        if isinstance(side, Operation):
            return format_operation(side, self.format_side)
        return format_excel_formula(side, self._find_cell, None, self._listed.sheet, self._words)

    def _find_cell(self, name: str) -> tuple[str, str]:
        column = self._listed.table.columns_by_id.get(name)
        if column is None:
            return self._plan.find_figure(name)
        return self._listed.sheet, cell_address(self._row, column.box.column)


# --- validation and formats --------------------------------------------------------------------------------------


def add_list_validations(plan: WorkbookPlan, planned: Planned, sheet: SheetWriter) -> None:
    """Add one validation for each column of a list."""
    for listed in list_planned(plan, planned.name):
        for column in listed.table.columns:
            box = Box(listed.first_row, column.box.column, listed.table.rows)
            named = replace(column, row_path=column.column_path, column_path=())
            sheet.data_validation(box_address(box), figure_validation(named, planned.name, [box]))


def add_list_formats(plan: WorkbookPlan, planned: Planned, sheet: SheetWriter, book: BookWriter) -> None:
    """Colour the check of each row, and show whole amounts without a decimal point."""
    for listed in list_planned(plan, planned.name):
        checked = box_address(Box(listed.first_row, listed.check_column, listed.table.rows))
        first, good = cell_address(listed.first_row, listed.check_column), workbook_words().lists["row_filled"]
        for criteria, style in (
            (f'={first}="{good}"', "good"),
            (f'={first}<>"{NO_RESULT}"', "bad"),
        ):
            sheet.conditional_format(
                checked, {"type": "formula", "criteria": criteria, "format": book.combine_styles(style)}
            )
        for column in listed.table.columns:
            if column.is_exact and not column.fixed_decimals:
                area = box_address(Box(listed.first_row, column.box.column, listed.table.rows))
                spot = cell_address(listed.first_row, column.box.column)
                whole = f'=AND({spot}<>"",INT(N({spot}))=N({spot}))'
                sheet.conditional_format(
                    area, {"type": "formula", "criteria": whole, "format": book.combine_styles("whole")}
                )
