"""Translate formulas of a workbook into expressions of a definition."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from xltool.form_authoring.authoring_words import list_words, search_word
from xltool.form_authoring.office_workbooks.office_workbook import Spot
from xltool.form_authoring.relations.expression_parts import Expression, FigureKey, FigureSum, join_expression
from xltool.form_authoring.relations.formula_evidence import has_quotient, list_added
from xltool.form_authoring.relations.parse_formula import COMPARISONS, Area, Binary, Call, Constant, Node
from xltool.form_authoring.tables.guess_kinds import FigureKind
from xltool.forms.cell_addresses import box_address, cell_address, list_spots

MAX_SUMMED_CELLS = 2_000
_OPERATORS = {"=": "==", "<>": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_NEGATED = {"=": "<>", "<>": "=", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}
_CRITERION = re.compile(r"(<=|>=|<>|<|>|=)?(.*)", re.DOTALL)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SUMMABLE = {"count", "signed_count", "amount", "decimal"}
_WORDS = {"text", "choice", "yes_no", "date"}
_WILDCARD = re.compile(r"[*?~]")
_PASSED_ON = {"N", "VALUE", "INT"}
_ZERO_GUARDS = {"IFERROR", "IFNA"}


class KnownFigure(NamedTuple):
    """A figure of the form and what it holds."""

    name: FigureKey
    kind: FigureKind
    text: str = ""  # of what stands for it, where it is no figure of its own: the sum of a column of a list


class UntranslatableError(ValueError):
    """A formula that the language of definitions cannot say. ``reason`` is a code, ``part`` the part at fault."""

    def __init__(self, reason: str, part: str = "") -> None:
        super().__init__(reason, part)
        self.reason = reason
        self.part = part


FindFigure = Callable[[str, Spot], KnownFigure | None]  # by name of the sheet and place in it
FindLabel = Callable[[str, Spot], str]  # the words of the label there; "" if there is none
FindColumn = Callable[[str, Sequence[Spot]], KnownFigure | None]  # the column of a list whose rows are these places


class FoundCheck(NamedTuple):
    """What a check formula asks: ``expect`` under the condition ``when`` (None: always); what it says if it fails."""

    expect: Expression
    when: Expression | None = None
    message: str = ""


@dataclass(frozen=True)
class FormulaTranslator:
    """Translates the formulas of one sheet; ``shift`` moves relative references, as a formula copied elsewhere does."""

    sheet: str
    find_figure: FindFigure
    shift: Spot = (0, 0)
    find_column: FindColumn = lambda sheet, spots: None
    find_label: FindLabel = lambda sheet, spot: ""

    # --- values ---

    def translate_value(self, tree: Node) -> Expression:
        """Return a value. Raises UntranslatableError."""
        match tree:
            case Constant(value=Decimal() as number):
                return (f"{number:f}",)
            case Area() if tree.is_single:
                return self._translate_reference(tree)
            case Binary(operator=operator) if operator in {"+", "-", "*", "/"}:
                return self._translate_arithmetic(tree)
            case Call():
                return self._translate_call(tree)
        raise UntranslatableError("not_said", _describe(tree))

    def _translate_reference(self, area_node: Area) -> Expression:
        figure = self._find_single(area_node)
        if figure.text:
            return (figure.text,)
        return join_expression("(", figure.name, " / 100)") if figure.kind.kind == "percent" else (figure.name,)

    def _find_single(self, area_node: Area) -> KnownFigure:
        spot = self._shifted(area_node)[0]
        figure = self.find_figure(area_node.sheet or self.sheet, spot)
        if figure is None:
            raise UntranslatableError("no_figure", _place_text(area_node.sheet, spot))
        return figure

    def _shifted(self, area_node: Area) -> list[Spot]:
        """Return every cell of a reference, moved by the shift."""
        corners = [
            (
                corner.row + self.shift[0] * (not corner.row_fixed),
                corner.column + self.shift[1] * (not corner.column_fixed),
            )
            for corner in (area_node.first, area_node.last)
        ]
        rows, columns = sorted(row for row, _ in corners), sorted(column for _, column in corners)
        if (rows[1] - rows[0] + 1) * (columns[1] - columns[0] + 1) > MAX_SUMMED_CELLS:
            raise UntranslatableError("large_range", box_address(area_node.box))
        box = area_node.box._replace(
            row=rows[0], column=columns[0], rows=rows[1] - rows[0] + 1, columns=columns[1] - columns[0] + 1
        )
        return list(list_spots(box))

    def _translate_arithmetic(self, binary_node: Binary) -> Expression:
        left, right = self.translate_value(binary_node.left), self.translate_value(binary_node.right)
        match binary_node.operator:
            case "+":
                return join_expression(left, " + ", right)
            case "-":
                return join_expression(left, " - ", _bracket(right))
            case "*":
                return join_expression(_bracket(left), " * ", _bracket(right))
        if isinstance(binary_node.right, Constant):
            return join_expression(_bracket(left), " / ", right)
        return join_expression("ratio(", left, ", ", right, ")")

    def _translate_call(self, call_node: Call) -> Expression:
        values = call_node.arguments
        if counted := self._translate_list_call(call_node):
            return counted
        match call_node.name:
            case "SUM" | "SUBTOTAL" if added := list_added(call_node):
                return self._translate_sum(added)
            case "AVERAGE":
                total = self._translate_sum(values)
                return join_expression("ratio(", total, ", count(", _list_names(self._list_summed(values)), "))")
            case "MAX" | "MIN" | "ABS":
                return join_expression(f"{call_node.name.lower()}(", _comma(self._translate_listed(values)), ")")
            case "ROUND" if len(values) == 2 and isinstance(values[1], Constant):
                places = self.translate_value(values[1])
                return join_expression("round(", self.translate_value(values[0]), ", ", places, ")")
            case "IF" if len(values) == 3:
                return self._translate_choice(*values)
            case "-":
                return join_expression("-1 * ", _bracket(self.translate_value(values[0])))
            case "%":
                return join_expression(_bracket(self.translate_value(values[0])), " / 100")
        if (call_node.name in _PASSED_ON and len(values) == 1) or (call_node.name in _ZERO_GUARDS and len(values) == 2):
            return self.translate_value(values[0])
        raise UntranslatableError("no_function", call_node.name)

    def _translate_list_call(self, call_node: Call) -> Expression | None:
        """Return what a function says of all rows of a list; None for one that may be about anything else."""
        criterion: Node | None = None
        match call_node:
            case Call(name="SUM" | "COUNT" | "COUNTA", arguments=(Area() as area,)):
                pass
            case Call(name="COUNTIF" | "COUNTIFS", arguments=(Area() as area, criterion)):
                pass
            case (
                Call(name="SUMIF" | "SUMIFS" | "COUNTIFS" as name, arguments=(*_, Area() as area))
                | Call(name="SUMIF" | "SUMIFS" | "COUNTIFS" as name, arguments=(*_, Area() as area, _))
            ) if self.find_column(area.sheet or self.sheet, self._shifted(area)):
                raise UntranslatableError("list_condition", name)
            case _:
                return None
        column = self.find_column(area.sheet or self.sheet, self._shifted(area))
        if call_node.name == "SUM":
            summable = column is not None and column.kind.kind in _SUMMABLE
            return (f"sum({column.text})",) if column is not None and summable else None
        if column is None:
            raise UntranslatableError("no_list_column", _describe(area))
        if call_node.name == "COUNT" and column.kind.kind in _WORDS:  # counts numbers only
            raise UntranslatableError("not_said", _describe(call_node))
        counted = column.text if criterion is None else compare_column(column, self._read_criterion(criterion))
        return (f"count({counted})",)

    def _read_criterion(self, tree: Node) -> str:
        """Return what COUNTIF looks for: a constant, or the label that a cell holds. Raises UntranslatableError."""
        match tree:
            case Constant(value=str() | Decimal() as value):
                return str(value)
            case Area() if tree.is_single and (
                label := self.find_label(tree.sheet or self.sheet, self._shifted(tree)[0])
            ):
                return label
        raise UntranslatableError("criterion_no_label", _describe(tree))

    def _translate_sum(self, arguments: Sequence[Node]) -> Expression:
        if all(isinstance(argument, Area) for argument in arguments):
            return (FigureSum(tuple(self._list_summed(arguments))),)
        parts = [
            (FigureSum(tuple(self._list_summed([item]))),) if isinstance(item, Area) else self.translate_value(item)
            for item in arguments
        ]
        return join_expression(*(piece for part in parts for piece in (" + ", part)))[1:]

    def _list_summed(self, arguments: Sequence[Node]) -> list[FigureKey]:
        """Return the figures of ranges; labels and blanks inside them count nothing. Raises UntranslatableError."""
        names: list[FigureKey] = []
        for argument in arguments:
            if not isinstance(argument, Area):
                raise UntranslatableError("not_said", _describe(argument))
            sheet = argument.sheet or self.sheet
            found = [figure for spot in self._shifted(argument) if (figure := self.find_figure(sheet, spot))]
            if any(figure.kind.kind == "percent" for figure in found):
                raise UntranslatableError("percent_in_sum", box_address(argument.box))
            names += [figure.name for figure in found if figure.kind.kind not in _WORDS]
        if not names:
            raise UntranslatableError("no_figure", ", ".join(map(_describe, arguments)))
        return names

    def _translate_listed(self, arguments: Sequence[Node]) -> Iterator[Expression]:
        for argument in arguments:
            if isinstance(argument, Area) and not argument.is_single:
                yield from ((name,) for name in self._list_summed([argument]))
            else:
                yield self.translate_value(argument)

    def _translate_choice(self, condition: Node, met_node: Node, unmet_node: Node) -> Expression:
        """Translate IF: one that guards against a blank or a division by zero is what it guards."""
        guarded = unmet_node if _is_nothing(met_node) else met_node if _is_nothing(unmet_node) else None
        if guarded is not None and (has_quotient(guarded) or _tests_blank(condition)):
            return self.translate_value(guarded)
        if _is_zero(met_node) and has_quotient(unmet_node):
            return self.translate_value(unmet_node)
        if _is_zero(unmet_node) and has_quotient(met_node):
            return self.translate_value(met_node)
        test = self.translate_condition(condition)
        return join_expression(
            "(", self.translate_value(met_node), " if ", test, " else ", self.translate_value(unmet_node), ")"
        )

    # --- conditions ---

    def translate_condition(self, tree: Node, *, negated: bool = False) -> Expression:
        """Return a condition, or its opposite. Raises UntranslatableError."""
        match tree:
            case Binary(operator=operator) if operator in COMPARISONS:
                return self._translate_comparison(tree, _NEGATED[operator] if negated else operator)
            case Call(name="NOT", arguments=(inner,)):
                return self.translate_condition(inner, negated=not negated)
            case Call(name="AND" | "OR", arguments=parts):
                joint = " and " if (tree.name == "AND") is not negated else " or "
                tests = [self.translate_condition(part, negated=negated) for part in parts]
                joined = join_expression(*(piece for test in tests for piece in (joint, "(", test, ")")))
                return joined[1:] if len(tests) > 1 else tests[0]
            case Call(name="ISBLANK", arguments=(Area() as area,)):
                return join_expression("count(", self._find_single(area).name, ") ", "> 0" if negated else "== 0")
        raise UntranslatableError("not_said", _describe(tree))

    def _translate_comparison(self, binary_node: Binary, operator: str) -> Expression:
        sign = f" {_OPERATORS[operator]} "
        sides = (binary_node.left, binary_node.right)
        for one, other in (sides, sides[::-1]):
            if isinstance(other, Constant) and isinstance(other.value, str) and isinstance(one, Area):
                figure = self._find_single(one)
                if not other.value:
                    return join_expression("count(", figure.name, ") ", "== 0" if operator == "=" else "> 0")
                if figure.kind.kind in {"choice", "yes_no"}:
                    return join_expression(figure.name, sign, f"'{other.value}'")
                raise UntranslatableError("text_compared", _describe(binary_node))
        return join_expression(self.translate_value(binary_node.left), sign, self.translate_value(binary_node.right))

    # --- checks ---

    def list_checks(self, tree: Node, when: Expression | None = None) -> Iterator[FoundCheck]:
        """Yield what a check formula asks. Raises UntranslatableError."""
        if not (isinstance(tree, Call) and tree.name == "IF"):
            yield from self._list_expected(tree, when, "")
            return
        condition, *answers = tree.arguments
        one, other = answers if len(answers) == 2 else (*answers, Constant(""))
        if _passes(one) and not _passes(other):
            if isinstance(other, Call):  # what follows is asked where the condition does not hold
                guard = None if _tests_blank(condition) else self.translate_condition(condition, negated=True)
                yield from self.list_checks(other, _both(when, guard))
            else:
                yield from self._list_expected(condition, when, _message_of(other))
            return
        if isinstance(one, Call):
            guard = None if _tests_blank(condition) else self.translate_condition(condition)
            yield from self.list_checks(one, _both(when, guard))
        elif not _passes(one):
            yield FoundCheck(self.translate_condition(condition, negated=True), when, _message_of(one))
        if isinstance(other, Call):
            yield from self.list_checks(other, when)

    def _list_expected(self, tree: Node, when: Expression | None, message: str) -> Iterator[FoundCheck]:
        """Yield each part of a condition that must hold as a whole."""
        parts = tree.arguments if isinstance(tree, Call) and tree.name == "AND" else (tree,)
        for part in parts:
            yield FoundCheck(self.translate_condition(part), when, message)


def compare_column(known_figure: KnownFigure, test: str) -> str:
    """Return the comparison that a criterion such as ``是`` or ``>=10`` makes. Raises UntranslatableError.

    ``<>`` counts blank rows too, and ``*``, ``?``, ``~`` stand for other characters: neither can be said.
    """
    match = _CRITERION.fullmatch(test)
    assert match is not None  # the pattern takes any text
    sign, value, kind = _OPERATORS[match[1] or "="], match[2], known_figure.kind
    if sign == "!=" or _WILDCARD.search(value) or "'" in value:
        raise UntranslatableError("criterion_sign", test)
    if kind.kind in _SUMMABLE and _NUMBER.fullmatch(value):
        return f"{known_figure.text} {sign} {value}"
    if kind.kind not in {"choice", "yes_no"}:
        raise UntranslatableError("criterion_no_choices", test)
    if sign != "==" or value not in (kind.choices or list_words("kinds", "yes_words")):
        raise UntranslatableError("criterion_other_choice", test)
    return f"{known_figure.text} == '{value}'"


def _message_of(tree: Node) -> str:
    """Return what a check says where it fails, on one line."""
    return " ".join(tree.value.split())[:40] if isinstance(tree, Constant) and isinstance(tree.value, str) else ""


def _both(left_side: Expression | None, right_side: Expression | None) -> Expression | None:
    if left_side is None or right_side is None:
        return left_side or right_side
    return join_expression("(", left_side, ") and (", right_side, ")")


def _bracket(expression: Expression) -> Expression:
    plain = len(expression) == 1 or str(expression[0]).startswith(("ratio(", "round(", "abs(", "max(", "min("))
    return expression if plain else join_expression("(", expression, ")")


def _comma(expressions: Iterator[Expression]) -> Expression:
    return join_expression(*(piece for part in expressions for piece in (", ", part)))[1:]


def _list_names(keys: Sequence[FigureKey]) -> Expression:
    return _comma(iter([(name,) for name in keys]))


def _is_nothing(tree: Node) -> bool:
    return isinstance(tree, Constant) and isinstance(tree.value, str) and not tree.value.strip("-/\u2014 ")


def _is_zero(tree: Node) -> bool:
    return isinstance(tree, Constant) and tree.value == 0 and not isinstance(tree.value, bool)


def _tests_blank(tree: Node) -> bool:
    match tree:
        case Binary(operator="=", left=Area(), right=Constant(value="")):
            return True
        case Call(name="ISBLANK"):
            return True
        case Call(name="OR" | "AND", arguments=parts):
            return all(map(_tests_blank, parts))
    return False


def _passes(tree: Node) -> bool:
    """Return True for an answer that says a check is passed."""
    if not isinstance(tree, Constant):
        return False
    if isinstance(tree.value, bool):
        return tree.value
    return search_word("checks", "passed", str(tree.value)) is not None


def _place_text(sheet: str, spot: Spot) -> str:
    return f"{sheet}!{cell_address(*spot)}" if sheet else cell_address(*spot)


def _describe(tree: Node) -> str:
    """Return a part of a formula as a person reads it."""
    match tree:
        case Constant(value=value):
            return f'"{value}"' if isinstance(value, str) else str(value)
        case Area(sheet=sheet):
            return f"{sheet}!{box_address(tree.box)}" if sheet else box_address(tree.box)
        case Binary(operator=operator, left=left, right=right):
            return f"{_describe(left)}{operator}{_describe(right)}"
        case Call(name=name, arguments=arguments):
            return f"{name}({','.join(map(_describe, arguments))})"
