"""What formulas tell about the cells they count with, before they are translated."""

from collections.abc import Collection, Iterator

from xltool.form_authoring.office_workbooks.office_workbook import OfficeWorkbook, Spot
from xltool.form_authoring.relations.parse_formula import (
    Area,
    Binary,
    Call,
    Constant,
    FormulaError,
    Node,
    iterate_nodes,
    parse_formula,
)
from xltool.forms.cell_addresses import list_spots
from xltool.model.form import Box

MAX_AREA_CELLS = 20_000
_ROW_COUNTS = {"COUNT", "COUNTA", "COUNTIF", "COUNTIFS"}
_SUM_FUNCTIONS = (9, 109)  # of SUBTOTAL; the second leaves out hidden rows
_COUNTING = {"COUNT", "COUNTA", "COUNTIF", "COUNTIFS", "ISBLANK", "VLOOKUP", "INDEX", "MATCH", "LEN", "TEXT"}


def collect_counted_spots(office_book: OfficeWorkbook) -> frozenset[tuple[str, Spot]]:
    """Return every cell (name of its sheet in lower case, place) that some formula adds, compares or multiplies."""
    found: set[tuple[str, Spot]] = set()
    for sheet in office_book.sheets:
        for cell in sheet.cells.values():
            if node := parse_if_possible(cell.formula):
                for name, box in _list_counted_areas(sheet.name, node):
                    found.update((name.casefold(), spot) for spot in list_spots(box))
    return frozenset(found)


def collect_row_counts(office_book: OfficeWorkbook) -> frozenset[tuple[str, Spot]]:
    """Return every cell (name of its sheet in lower case, place) that counts rows, or adds up cells that do."""
    formulas = {
        (sheet.name.casefold(), cell.spot): (sheet.name, node)
        for sheet in office_book.sheets
        for cell in sheet.cells.values()
        if (node := parse_if_possible(cell.formula))
    }
    found: set[tuple[str, Spot]] = set()
    while True:
        more = {key for key, (own, node) in formulas.items() if key not in found and _counts_rows(own, node, found)}
        if not more:
            return frozenset(found)
        found |= more


def _counts_rows(own: str, tree: Node, counting_cells: Collection[tuple[str, Spot]]) -> bool:
    """Return True for a number of rows, and for a sum of ``counting_cells`` ones."""
    match tree:
        case Call(name=name) if name in _ROW_COUNTS:
            return True
        case Area() if tree.box.rows * tree.box.columns <= MAX_AREA_CELLS:
            return all(((tree.sheet or own).casefold(), spot) in counting_cells for spot in list_spots(tree.box))
        case Binary(operator="+", left=left, right=right):
            return _counts_rows(own, left, counting_cells) and _counts_rows(own, right, counting_cells)
        case Call() if added := list_added(tree):
            return all(_counts_rows(own, part, counting_cells) for part in added)
    return False


def parse_if_possible(formula: str) -> Node | None:
    """Return the tree of a formula; None for none, and for one that cannot be parsed."""
    if not formula:
        return None
    try:
        return parse_formula(formula)
    except FormulaError:
        return None


def _list_counted_areas(own: str, tree: Node) -> Iterator[tuple[str, Box]]:
    match tree:
        case Area() if tree.box.rows * tree.box.columns <= MAX_AREA_CELLS:
            yield tree.sheet or own, tree.box
        case Binary(operator="=" | "<>", left=Area(), right=Constant(value=str())):
            return
        case Binary(operator=operator, left=left, right=right) if operator != "&":
            yield from _list_counted_areas(own, left)
            yield from _list_counted_areas(own, right)
        case Call(name=name, arguments=arguments) if name not in _COUNTING:
            for argument in arguments:
                yield from _list_counted_areas(own, argument)


def takes_away(tree: Node | None) -> bool:
    """Return True if a formula subtracts."""
    match tree:
        case Binary(operator="-"):
            return True
        case Binary(left=left, right=right):
            return takes_away(left) or takes_away(right)
        case Call(name="IF", arguments=(_, *answers)):
            return any(map(takes_away, answers))
        case Call(arguments=arguments):
            return any(map(takes_away, arguments))
    return False


def divides_values(tree: Node | None) -> bool:
    """Return True if a formula divides, or takes a mean."""
    if tree is None:
        return False
    return has_quotient(tree) or any(isinstance(node, Call) and node.name == "AVERAGE" for node in iterate_nodes(tree))


def has_quotient(tree: Node) -> bool:
    """Return True if a formula contains a quotient."""
    return any(isinstance(node, Binary) and node.operator == "/" for node in iterate_nodes(tree))


def is_plain_sum(formula: str) -> bool:
    """Return True for a formula that adds up one range and does nothing else."""
    tree = parse_if_possible(formula)
    added = list_added(tree) if isinstance(tree, Call) else ()
    return len(added) == 1 and isinstance(added[0], Area)


def list_added_spots(formula: str) -> list[Spot]:
    """Return the places of its own sheet that a plain sum adds up; none for one over another sheet or a large range."""
    tree = parse_if_possible(formula)
    areas = [node for node in (list_added(tree) if isinstance(tree, Call) else ()) if isinstance(node, Area)]
    if any(area.sheet or area.box.rows * area.box.columns > MAX_AREA_CELLS for area in areas):
        return []
    return [spot for area in areas for spot in list_spots(area.box)]


def list_added(call_node: Call) -> tuple[Node, ...]:
    """Return what SUM, or a SUBTOTAL that is a sum, adds up; empty for other functions, as the SUBTOTAL of a mean."""
    match call_node:
        case Call(name="SUM", arguments=added):
            return added
        case Call(name="SUBTOTAL", arguments=(Constant(value=function), *rest)) if function in _SUM_FUNCTIONS:
            return tuple(rest)
    return ()
