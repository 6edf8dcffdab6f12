"""Parse a formula of a spreadsheet into a tree of values, references, operations and functions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from xltool.forms.cell_addresses import column_number
from xltool.model.form import Box

MAX_FORMULA_CHARACTERS = 2_000
COMPARISONS = ("<=", ">=", "<>", "=", "<", ">")
_SHEET = r"(?:(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^\s'!(),:;*/+\-^&=<>%\"{}\[\]]+))!)?"
_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"(?:[^\"]|\"\")*\")"
    rf"|(?P<area>{_SHEET}(?P<c1>\$?[A-Z]{{1,3}})(?P<r1>\$?[0-9]{{1,7}})(?::(?P<c2>\$?[A-Z]{{1,3}})(?P<r2>\$?[0-9]{{1,7}}))?)(?![A-Z0-9(_.])"
    r"|(?P<name>[A-Z_][A-Z0-9_.]*)\s*\("
    r"|(?P<word>TRUE|FALSE)\b"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:E[+-]?[0-9]+)?)"
    r"|(?P<mark><=|>=|<>|[-+*/^%(),;=<>&]))",
    re.IGNORECASE,
)


class FormulaError(ValueError):
    """A formula with something that this parser does not know; its text is that part."""


@dataclass(frozen=True)
class Constant:
    """A number, a text or a truth value."""

    value: Decimal | str | bool


class Corner(NamedTuple):
    """Row and column of one corner of a reference, and whether each is fixed by a dollar sign."""

    row: int
    column: int
    row_fixed: bool
    column_fixed: bool


@dataclass(frozen=True)
class Area:
    """A reference to a cell or range; ``sheet`` is "" for the formula's own."""

    sheet: str
    first: Corner
    last: Corner

    @property
    def box(self) -> Box:
        """The rectangle it covers."""
        rows = sorted((self.first.row, self.last.row))
        columns = sorted((self.first.column, self.last.column))
        return Box(rows[0], columns[0], rows[1] - rows[0] + 1, columns[1] - columns[0] + 1)

    @property
    def is_single(self) -> bool:
        """Whether it is one cell."""
        return self.box.rows == self.box.columns == 1


@dataclass(frozen=True)
class Binary:
    """An operation on two values: arithmetic, a comparison or the joining of texts."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Call:
    """A function with its arguments; a sign before a value is the function ``-``, a percent sign ``%``."""

    name: str
    arguments: tuple["Node", ...]


Node = Constant | Area | Binary | Call


def iterate_nodes(tree: Node) -> Iterator[Node]:
    """Yield a formula and all parts of it, from the outside in."""
    yield tree
    parts = (tree.left, tree.right) if isinstance(tree, Binary) else tree.arguments if isinstance(tree, Call) else ()
    for part in parts:
        yield from iterate_nodes(part)


class _Token(NamedTuple):
    kind: str
    text: str
    match: re.Match[str] | None = None


def parse_formula(formula: str) -> Node:
    """Parse a formula without its equals sign. Raises FormulaError."""
    if len(formula) > MAX_FORMULA_CHARACTERS:
        raise FormulaError(formula[:20])
    parser = _FormulaParser(list(_split_tokens(formula.strip().removeprefix("="))))
    try:
        return parser.parse_all()
    except RecursionError as error:
        raise FormulaError(formula[:20]) from error


def is_check_formula(formula: str) -> bool:
    """Return True for a formula that shows whether something holds: a comparison, or an IF that answers in words."""
    try:
        node = parse_formula(formula)
    except FormulaError:
        return False
    return _is_comparison(node) or (
        isinstance(node, Call) and node.name == "IF" and _is_verdict(node.arguments[1:]) and bool(node.arguments[1:])
    )


def _is_comparison(tree: Node) -> bool:
    match tree:
        case Binary(operator=operator):
            return operator in COMPARISONS
        case Call(name=name, arguments=arguments):
            return name in {"AND", "OR", "NOT"} and any(map(_is_comparison, arguments))
    return False


def _is_verdict(answers: Sequence[Node]) -> bool:
    """Return True if each answer is a text or a further IF, and one of them says something."""
    plain = all(
        (isinstance(item, Constant) and isinstance(item.value, str | bool))
        or (isinstance(item, Call) and item.name == "IF" and _is_verdict(item.arguments[1:]))
        for item in answers
    )
    return plain and any(not isinstance(item, Constant) or bool(item.value) for item in answers)


def _split_tokens(formula: str) -> Iterator[_Token]:
    at = 0
    while at < len(formula.rstrip()):
        match = _TOKEN.match(formula, at)
        if match is None:
            raise FormulaError(formula[at : at + 20])
        kind = next(name for name in ("text", "area", "name", "word", "number", "mark") if match[name] is not None)
        yield _Token(kind, match[kind], match)
        at = match.end()


class _FormulaParser:
    """Comparisons of joined texts of sums of products of powers of values."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens, self._at = [*tokens, _Token("end", "")], 0

    def parse_all(self) -> Node:
        """Return the tree of all tokens. Raises FormulaError."""
        node = self._parse_comparison()
        if self._next.kind != "end":
            raise FormulaError(self._next.text)
        return node

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, *marks: str) -> str:
        if self._next.kind == "mark" and self._next.text in marks:
            self._at += 1
            return self._tokens[self._at - 1].text
        return ""

    def _parse_comparison(self) -> Node:
        node = self._parse_joined()
        while sign := self._take(*COMPARISONS):
            node = Binary(sign, node, self._parse_joined())
        return node

    def _parse_joined(self) -> Node:
        node = self._parse_sum()
        while self._take("&"):
            node = Binary("&", node, self._parse_sum())
        return node

    def _parse_sum(self) -> Node:
        node = self._parse_product()
        while sign := self._take("+", "-"):
            node = Binary(sign, node, self._parse_product())
        return node

    def _parse_product(self) -> Node:
        node = self._parse_power()
        while sign := self._take("*", "/"):
            node = Binary(sign, node, self._parse_power())
        return node

    def _parse_power(self) -> Node:
        node = self._parse_signed()
        while self._take("^"):
            node = Binary("^", node, self._parse_signed())
        return node

    def _parse_signed(self) -> Node:
        if sign := self._take("+", "-"):
            node = self._parse_signed()
            return Call("-", (node,)) if sign == "-" else node
        node = self._parse_value()
        while self._take("%"):
            node = Call("%", (node,))
        return node

    def _parse_value(self) -> Node:
        token = self._next
        self._at += 1
        match token.kind:
            case "number":
                return Constant(Decimal(token.text))
            case "text":
                return Constant(token.text[1:-1].replace('""', '"'))
            case "word":
                return Constant(token.text.upper() == "TRUE")
            case "area":
                return _read_area(token)
            case "name":
                return Call(token.text.upper().removeprefix("_XLFN."), tuple(self._parse_arguments()))
        if token.text == "(":
            node = self._parse_comparison()
            self._expect(")")
            return node
        raise FormulaError(token.text or "…")

    def _parse_arguments(self) -> Iterator[Node]:
        if self._take(")"):
            return
        while True:
            missing = self._next.kind == "mark" and self._next.text in {",", ";", ")"}
            yield Constant("") if missing else self._parse_comparison()
            if not self._take(",", ";"):
                break
        self._expect(")")

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise FormulaError(self._next.text or mark)


def _read_area(token: _Token) -> Area:
    match = token.match
    assert match is not None  # tokens of areas carry theirs
    sheet = (match["quoted"] or match["plain"] or "").replace("''", "'")
    first = _read_corner(match["c1"], match["r1"])
    return Area(sheet, first, _read_corner(match["c2"], match["r2"]) if match["c2"] else first)


def _read_corner(column: str, row_text: str) -> Corner:
    return Corner(
        int(row_text.lstrip("$")),
        column_number(column.lstrip("$").upper()),
        row_text.startswith("$"),
        column.startswith("$"),
    )
