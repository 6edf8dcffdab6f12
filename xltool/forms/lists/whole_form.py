"""The cells and relations of a form together with those of its lists, for its author."""

from collections.abc import Mapping

from xltool.model.form import Cell, Form, Relation


def list_all_cells(form: Form) -> Mapping[str, Cell]:
    """Return the cells of a form and the columns of its lists, by id."""
    return {**form.cells, **{column.id: column for table in form.lists for column in table.columns}}


def list_typed_cells(form: Form) -> tuple[Cell, ...]:
    """Return the cells an agency fills in, in form order: no total, and no figure computed from a list."""
    return tuple(cell for cell in form.inputs if cell.aggregate is None)


def list_counted_cells(form: Form) -> tuple[Cell, ...]:
    """Return the cells that a template counts as not filled in while they are blank, in form order."""
    return tuple(cell for cell in list_typed_cells(form) if form.count_optional or not cell.optional)


def list_all_relations(form: Form) -> tuple[Relation, ...]:
    """Return the relations of a form, then those asked of every row of its lists."""
    return (*form.relations, *(relation for table in form.lists for relation in table.relations))


def list_row_relations(form: Form) -> tuple[Relation, ...]:
    """Return the relations asked of rows that agencies see: all except those marked beta."""
    return tuple(relation for table in form.lists for relation in table.relations if not relation.beta)


def find_role(form: Form, cell: Cell) -> str:
    """Return the key of the word for what fills a cell: input, computed, row (of a list), list (computed from one)."""
    if cell.id not in form.cells:
        return "row"
    return "list" if cell.aggregate else "computed" if cell.computed else "input"
