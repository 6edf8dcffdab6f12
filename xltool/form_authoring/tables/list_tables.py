"""Turn a table of numbered blank rows into a list: a table whose number of rows is not fixed."""

from collections.abc import Iterator
from dataclasses import dataclass

from xltool.form_authoring.authoring_words import say_sentence, squeeze_text
from xltool.form_authoring.office_workbooks.office_workbook import Spot
from xltool.form_authoring.relations.expression_parts import Expression, FigureKey, join_expression, render_expression
from xltool.form_authoring.relations.parse_formula import FormulaError, parse_formula
from xltool.form_authoring.relations.translate_formula import FormulaTranslator, KnownFigure, UntranslatableError
from xltool.form_authoring.tables.guess_kinds import list_column_heads
from xltool.form_authoring.tables.table_draft import DraftFigure, TableDraft, is_printed_across
from xltool.forms.schema import ListColumnSpec, ListSpec, RelationSpec

SUMMED_KINDS = frozenset({"count", "signed_count", "amount"})
MIN_OFFERED_ROWS = 30  # of a list in the template
ROUNDING_TOLERANCE = 0.01  # of a figure that is typed where the office's form computes it
EACH_ROW = "row"  # of a list, in a relation


@dataclass(frozen=True)
class ListDraft:
    """A list in the making: the table it was read from, the grid rows that repeat, and those of totals below them."""

    table: TableDraft
    rows: tuple[int, ...]
    totals: tuple[int, ...]

    @property
    def columns(self) -> list[DraftFigure]:
        """The figures of the first row, one a column."""
        return [figure for (row, _), figure in sorted(self.table.figures.items()) if row == self.rows[0]]

    def find_total(self, spot: Spot) -> str:
        """Return the id of the column that a place of the sheet adds up; "" if it adds up none."""
        figure = self.table.find_figure(spot)
        in_totals = figure is not None and figure.item.box.row in self.totals
        return figure.column if figure is not None and in_totals else ""


def make_list_spec(list_draft: ListDraft) -> ListSpec:
    """Return the definition of a list."""
    draft = list_draft.table
    return ListSpec(
        id=draft.id,
        section=draft.section,
        sheet=draft.sheet,
        title=draft.title,
        columns=[_make_column(draft, figure) for figure in list_draft.columns],
        rows=max(MIN_OFFERED_ROWS, len(list_draft.rows)),
        landscape=is_printed_across(draft),
        notes=list(draft.notes),
        head_line=draft.head_line,
    )


def _make_column(draft: TableDraft, draft_figure: DraftFigure) -> ListColumnSpec:
    kind, column = draft_figure.kind, draft.cells.grid.columns[draft_figure.item.box.column - 1]
    width = draft.source.widths.get(column)
    return ListColumnSpec(
        id=draft_figure.column,
        label=_label_of(draft, draft_figure),
        **kind.list_settings(),
        width=round(width, 2) if width else None,
    )


def _label_of(draft: TableDraft, draft_figure: DraftFigure) -> str:
    """Return the heads above a column in one text, the outermost first."""
    heads = [head.cell.text for head in reversed(list_column_heads(draft.cells, draft_figure.item))]
    return squeeze_text("".join(heads))


def list_row_relations(
    list_draft: ListDraft,
) -> Iterator[tuple[DraftFigure, RelationSpec | UntranslatableError]]:
    """Yield each column that the office computes, with what every row must satisfy, or why that cannot be said."""
    draft = list_draft.table

    def find_own(sheet: str, spot: Spot) -> KnownFigure | None:
        figure = draft.find_figure(spot) if sheet.casefold() == draft.source.name.casefold() else None
        if figure is None or figure.item.box.row != list_draft.rows[0]:
            return None  # a row refers to itself only
        return KnownFigure(FigureKey(draft.id, EACH_ROW, figure.column), figure.kind)

    translator = FormulaTranslator(draft.source.name, find_own)
    for figure in list_draft.columns:
        if not figure.item.cell.formula:
            continue
        try:
            value = translator.translate_value(parse_formula(figure.item.cell.formula))
        except (UntranslatableError, FormulaError) as error:
            fault = error if isinstance(error, UntranslatableError) else UntranslatableError("not_parsed", str(error))
            yield figure, fault
            continue
        if figure.kind.kind == "percent" and "%" in figure.item.cell.number_format:
            value = join_expression("100 * (", value, ")")
        yield figure, _make_relation(list_draft, figure, value)


def _make_relation(list_draft: ListDraft, draft_figure: DraftFigure, expression: Expression) -> RelationSpec:
    draft, cell = list_draft.table, draft_figure.item.cell
    left = FigureKey(draft.id, EACH_ROW, draft_figure.column)
    exact = not any("ratio" in str(piece) or "*" in str(piece) for piece in expression)
    return RelationSpec(
        id=f"F-{draft.id}-{draft_figure.column}".upper(),
        title=say_sentence("title_formula", left=_label_of(draft, draft_figure)),
        severity="must_fix",
        basis=say_sentence("basis_formula", sheet=draft.source.name, address=cell.address, formula=cell.formula),
        advice=say_sentence("advice_check"),
        expect=f"{left} == {render_expression(expression, {})}",
        tolerance=0 if exact else ROUNDING_TOLERANCE,
    )
