"""Find relations in an office's workbook: formulas, checks, data validations and conditional formats."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from xltool.form_authoring.authoring_words import say_sentence
from xltool.form_authoring.office_workbooks.office_workbook import (
    OfficeCell,
    OfficeSheet,
    Spot,
    Validation,
    WarningFormat,
)
from xltool.form_authoring.placements import Fate, Placement
from xltool.form_authoring.relations.expression_parts import (
    Expression,
    FigureKey,
    FigureSum,
    join_expression,
    list_figures,
)
from xltool.form_authoring.relations.parse_formula import FormulaError, parse_formula
from xltool.form_authoring.relations.relation_draft import RelationDraft
from xltool.form_authoring.relations.translate_formula import FormulaTranslator, KnownFigure, UntranslatableError
from xltool.form_authoring.tables.grid_cells import CellPart
from xltool.form_authoring.tables.list_tables import SUMMED_KINDS, ListDraft, list_row_relations
from xltool.form_authoring.tables.table_draft import DraftFigure, TableDraft
from xltool.forms.cell_addresses import list_spots
from xltool.forms.schema import RelationSpec
from xltool.model.form import Box

MAX_CONDITIONAL_CELLS = 2_000
_COMPARED = {
    "lessThan": "<",
    "lessThanOrEqual": "<=",
    "greaterThan": ">",
    "greaterThanOrEqual": ">=",
    "equal": "=",
    "notEqual": "<>",
}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "<>": "=="}


class FoundRelations:
    """The relations of a workbook, and what became of the cells they stand in."""

    def __init__(self, drafts: Sequence[TableDraft], lists: Sequence[ListDraft] = ()) -> None:
        self.drafts, self.lists = drafts, lists
        self.row_relations: list[RelationSpec] = []
        self.relations: list[RelationDraft] = []
        self.placements: list[Placement] = []
        self.failed: dict[tuple[str, Spot], UntranslatableError] = {}  # computed cells that are filled in instead

    def find_figure(self, sheet: str, spot: Spot) -> KnownFigure | None:
        """Return the figure at a place of a sheet; None if none stands there."""
        for draft in self.drafts:
            if draft.source.name.casefold() == sheet.casefold() and (figure := draft.find_figure(spot)):
                return KnownFigure(FigureKey(draft.id, figure.line, figure.column), figure.kind)
        for listed in self.lists:
            draft = listed.table
            if draft.source.name.casefold() == sheet.casefold() and (column := listed.find_total(spot)):
                total = draft.find_figure(spot)
                if total is not None and total.kind.kind in SUMMED_KINDS:
                    return KnownFigure(FigureKey(draft.id, "", column), total.kind, f"sum({draft.id}.{column})")
        return None

    def find_column(self, sheet: str, spots: Sequence[Spot]) -> KnownFigure | None:
        """Return the column of a list if places of a sheet have all its rows and no other figure; else None."""
        for listed in self.lists:
            draft = listed.table
            figures = [figure for spot in spots if (figure := draft.find_figure(spot))]
            same_sheet = draft.source.name.casefold() == sheet.casefold()
            if same_sheet and {figure.item.box.row for figure in figures} == set(listed.rows):
                columns = {figure.column for figure in figures}
                if len(columns) == 1:
                    column = columns.pop()
                    return KnownFigure(FigureKey(draft.id, "", column), figures[0].kind, f"{draft.id}.{column}")
        return None

    def find_label(self, sheet: str, spot: Spot) -> str:
        """Return the words of the label at a place of a sheet; "" if none stands there."""
        drafts = [*self.drafts, *(listed.table for listed in self.lists)]
        own = (item for draft in drafts if draft.source.name.casefold() == sheet.casefold() for item in draft.cells)
        return next((item.cell.text for item in own if item.is_label and item.cell.spot == spot), "")


def find_relations(
    drafts: Sequence[TableDraft], lists: Sequence[ListDraft], loose: Mapping[str, Sequence[OfficeCell]]
) -> FoundRelations:
    """Return every relation of the tables, and those of ``loose`` formulas beside them, by name of their sheet."""
    found = FoundRelations(drafts, lists)
    for listed in lists:
        _add_row_relations(found, listed)
    for draft in drafts:
        _add_table(found, draft)
    for draft in [*drafts, *(listed.table for listed in lists)]:
        for item in draft.cells:
            if item.part is CellPart.CHECK:
                _add_check(found, _make_translator(found, draft.source), item.cell)
    sheets = {draft.source.name: draft.source for draft in [*drafts, *(listed.table for listed in lists)]}
    for sheet in sheets.values():
        _add_sheet(found, sheet, loose.get(sheet.name, ()))
    return found


def _make_translator(found: FoundRelations, office_sheet: OfficeSheet) -> FormulaTranslator:
    return FormulaTranslator(
        office_sheet.name, found.find_figure, find_column=found.find_column, find_label=found.find_label
    )


def _add_row_relations(found: FoundRelations, list_draft: ListDraft) -> None:
    """Add what every row of a list must satisfy."""
    for figure, relation in list_row_relations(list_draft):
        if isinstance(relation, UntranslatableError):
            found.failed[list_draft.table.source.name, figure.item.cell.spot] = relation
        else:
            found.row_relations.append(relation)


def _add_table(found: FoundRelations, draft: TableDraft) -> None:
    """Add the formulas of a table."""
    translator = _make_translator(found, draft.source)
    for figure in draft.figures.values():
        if figure.item.cell.formula:
            _add_computed(found, translator, draft, figure)


def _add_sheet(found: FoundRelations, office_sheet: OfficeSheet, loose: Sequence[OfficeCell]) -> None:
    """Add the checks beside the tables of a sheet, its validations and its conditional formats."""
    translator = _make_translator(found, office_sheet)
    for cell in loose:
        _add_check(found, translator, cell)
    for validation in office_sheet.validations:
        _add_validation(found, office_sheet, validation)
    for rule in office_sheet.conditional:
        _add_conditional(found, office_sheet, rule)


def _add_computed(
    found: FoundRelations, translator: FormulaTranslator, draft: TableDraft, draft_figure: DraftFigure
) -> None:
    cell, name = draft_figure.item.cell, FigureKey(draft.id, draft_figure.line, draft_figure.column)
    try:
        value = translator.translate_value(parse_formula(cell.formula))
        if name in set(list_figures(value)):
            raise UntranslatableError("refers_to_itself", cell.address)
    except (UntranslatableError, FormulaError) as error:
        found.failed[translator.sheet, cell.spot] = _as_untranslatable(error)
        return
    if draft_figure.kind.kind == "percent" and (
        "%" in cell.number_format or not any("100" in str(part) for part in value)
    ):
        value = join_expression(
            "100 * ", value if len(value) == 1 or str(value[0]).startswith("ratio(") else ("(", *value, ")")
        )
    basis = say_sentence("basis_formula", sheet=translator.sheet, address=cell.address, formula=cell.formula)
    found.relations.append(
        RelationDraft(
            value,
            _title_of(value),
            basis,
            translator.sheet,
            cell.address,
            left=name,
            computes=True,
            advice="advice_computed",
        )
    )


def _as_untranslatable(formula_error: UntranslatableError | FormulaError) -> UntranslatableError:
    return (
        formula_error
        if isinstance(formula_error, UntranslatableError)
        else UntranslatableError("not_parsed", str(formula_error))
    )


def _title_of(expression: Expression) -> str:
    """Return the key of the sentence that says what a computed figure is."""
    match expression:
        case (FigureKey(),):
            return "title_equal"
        case (FigureSum(figures=figures),):
            return "title_sum" if len(figures) > 2 else "title_parts"
        case _ if len(expression) > 1 and all(isinstance(piece, FigureKey) or piece == " + " for piece in expression):
            return "title_parts"
        case (*before, FigureKey() | FigureSum(), ", ", FigureKey() | FigureSum(), ")") if before[-1:] == ["ratio("]:
            return "title_ratio"
    return "title_formula"


def _add_check(found: FoundRelations, translator: FormulaTranslator, office_cell: OfficeCell) -> None:
    """Add what a check formula asks; a formula that is no check has found no place."""
    try:
        checks = list(translator.list_checks(parse_formula(office_cell.formula)))
    except (UntranslatableError, FormulaError) as error:
        reason = _as_untranslatable(error)
        facts = {"formula": office_cell.formula, "part": reason.part, "why": reason.reason}
        found.placements.append(
            Placement(
                translator.sheet,
                office_cell.address,
                f"={office_cell.formula}",
                Fate.UNPLACED,
                reason="formula_unplaced",
                facts=facts,
                doubtful=True,
            )
        )
        return
    basis = say_sentence(
        "basis_formula", sheet=translator.sheet, address=office_cell.address, formula=office_cell.formula
    )
    for check in checks:
        found.relations.append(
            RelationDraft(
                check.expect,
                "title_message" if check.message else "title_check",
                basis,
                translator.sheet,
                office_cell.address,
                when=check.when,
                message=check.message,
            )
        )
    found.placements.append(Placement(translator.sheet, office_cell.address, f"={office_cell.formula}", Fate.RELATION))


def _each_cell(
    found: FoundRelations, office_sheet: OfficeSheet, boxes: Sequence[Box]
) -> Iterator[tuple[Spot, KnownFigure | None]]:
    for number, box in enumerate(boxes):
        for at, spot in enumerate(list_spots(box)):
            if at + number >= MAX_CONDITIONAL_CELLS:
                return
            yield spot, found.find_figure(office_sheet.name, spot)


def _add_validation(found: FoundRelations, office_sheet: OfficeSheet, validation: Validation) -> None:
    """Add the relation of a validation by formula, or by a limit that is another figure."""
    compare = {"whole", "decimal", "custom"}
    if validation.kind not in compare or not validation.boxes or not any(sign.isalpha() for sign in validation.first):
        return
    start = (validation.boxes[0].row, validation.boxes[0].column)

    def translate(translator: FormulaTranslator, spot: Spot, known_figure: KnownFigure) -> Expression:
        node = parse_formula(validation.first)
        if validation.kind == "custom":
            return translator.translate_condition(node)
        if validation.operator not in _COMPARED:
            raise UntranslatableError("not_said", validation.first)
        sign = {"<>": "!=", "=": "=="}.get(_COMPARED[validation.operator], _COMPARED[validation.operator])
        return join_expression(known_figure.name, f" {sign} ", translator.translate_value(node))

    _add_for_each(
        found, office_sheet, validation.boxes, start, translate, ("title_check", "basis_validation", validation.first)
    )


def _add_conditional(found: FoundRelations, office_sheet: OfficeSheet, rule: WarningFormat) -> None:
    """Add the opposite of what a shouting conditional format marks, as a relation that may be explained."""
    if not rule.shouts or not rule.formulas or rule.kind not in {"expression", "cellIs"} or not rule.boxes:
        return
    start = (rule.boxes[0].row, rule.boxes[0].column)

    def translate(translator: FormulaTranslator, spot: Spot, known_figure: KnownFigure) -> Expression:
        if rule.kind == "expression":
            return translator.translate_condition(parse_formula(rule.formulas[0]), negated=True)
        if rule.operator not in _COMPARED:
            raise UntranslatableError("not_said", rule.operator)
        limit = translator.translate_value(parse_formula(rule.formulas[0]))
        return join_expression(known_figure.name, f" {_OPPOSITE[_COMPARED[rule.operator]]} ", limit)

    formula = rule.formulas[0] if rule.kind == "expression" else f"{_COMPARED.get(rule.operator, '')}{rule.formulas[0]}"
    _add_for_each(found, office_sheet, rule.boxes, start, translate, ("title_warning", "basis_conditional", formula))


_Translate = Callable[[FormulaTranslator, Spot, KnownFigure], Expression]


def _add_for_each(
    found: FoundRelations,
    office_sheet: OfficeSheet,
    boxes: Sequence[Box],
    start: Spot,
    translate: _Translate,
    rule_words: tuple[str, str, str],
) -> None:
    """Add one relation for each figure in ``boxes``; those that say the same count once."""
    title, basis, formula = rule_words
    warning = title == "title_warning"
    known = {(draft.expect, draft.when) for draft in found.relations}
    error: UntranslatableError | None = None
    added = 0
    for spot, figure in _each_cell(found, office_sheet, boxes):
        if figure is None:
            continue
        translator = FormulaTranslator(office_sheet.name, found.find_figure, (spot[0] - start[0], spot[1] - start[1]))
        try:
            expect = translate(translator, spot, figure)
        except (UntranslatableError, FormulaError) as caught:
            error = error or _as_untranslatable(caught)
            continue
        if (expect, None) not in known:
            known.add((expect, None))
            added += 1
            address = OfficeCell(*spot).address
            said = say_sentence(basis, sheet=office_sheet.name, address=address, formula=formula)
            found.relations.append(
                RelationDraft(
                    expect,
                    title,
                    said,
                    office_sheet.name,
                    address,
                    severity="explain" if warning else "must_fix",
                    advice="advice_explain" if warning else "advice_check",
                )
            )
    if error is not None and not added:
        facts = {"formula": formula, "part": error.part, "why": error.reason}
        address = OfficeCell(*start).address
        found.placements.append(
            Placement(office_sheet.name, address, formula, Fate.UNPLACED, "", "rule_unplaced", facts, doubtful=True)
        )
