"""Help for authors of forms: a definition to start from, and a form drawn as a page."""

import shutil
from html import escape
from pathlib import Path

from xltool.errors import UsageError
from xltool.forms.lists.whole_form import list_all_cells, list_all_relations
from xltool.forms.report_style import load_report_style
from xltool.messages import catalogue
from xltool.model.form import Cell, Form, Relation
from xltool.model.list_table import ListTable
from xltool.official_report.compose import build_grid
from xltool.official_report.grid import GridCell
from xltool.official_report.html import render_grid
from xltool.workbooks.save_files import save_file

_PAGE = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title><body>{body}</body></html>\n'


def copy_definition(form: Form, output: Path) -> Path:
    """Copy the definition of a form to ``<output>/<form>/<edition>`` as a start for another; return that folder.

    Raises UsageError if it exists.
    """
    folder = output / form.id / form.edition
    if folder.exists():
        raise UsageError("usage.output_exists", path=str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(form.source, folder)
    return folder


def draw_form(form: Form, output: Path, *, force: bool = False) -> None:
    """Write the tables of a form as an HTML page: every label in its place, every figure by its id and kind."""
    style = load_report_style()

    def show(grid_cell: GridCell) -> str:
        return f"<code>{escape(grid_cell.cell)}</code><br>{escape(describe_cell(form.cells[grid_cell.cell]))}"

    body = [f"<h1>{escape(form.title)}</h1>"]
    for section in form.sections:
        body.append(f"<h2>{escape(section.heading)}</h2>")
        for table in form.tables:
            if table.section == section.id:
                grid = build_grid(table, dict.fromkeys((cell.id for cell in table.cells), ""))
                body.append(render_grid(grid, style, show))
        body += [_draw_columns(table) for table in form.lists if table.section == section.id]
    page = _PAGE.format(title=escape(form.title), body="\n".join(body))
    save_file(output, page.encode("utf-8"), force=force)


def _draw_columns(list_table: ListTable) -> str:
    """Draw the columns of a list: head, id and kind of each."""
    heads = "".join(f"<th>{escape(column.column_path[0])}</th>" for column in list_table.columns)
    cells = (
        f"<td><code>{escape(column.id)}</code><br>{escape(describe_cell(column))}</td>" for column in list_table.columns
    )
    return f'<table border="1"><tr>{heads}</tr><tr>{"".join(cells)}</tr></table>'


def describe_cell(cell: Cell) -> str:
    """Describe what a cell holds and how it adds up, in a few words."""
    kind = catalogue.look_up_word("cellkind", cell.kind.value)
    total = catalogue.look_up_word("totalkind", cell.total.value)
    role = catalogue.look_up_word("role", "list" if cell.aggregate else "computed" if cell.computed else "input")
    return catalogue.format_line("cell_kind", kind=kind, unit=cell.unit, role=role, total=total)


def find_relations_of(form: Form, cell: str) -> tuple[Relation, ...]:
    """Return every relation that touches a cell, in form order. Raises UsageError for an unknown cell."""
    if cell not in list_all_cells(form):
        raise UsageError("usage.unknown_cell", cell=cell, similar=())
    return tuple(
        relation
        for relation in list_all_relations(form)
        if any(
            term.cell == cell
            for item in (relation.expect, *relation.when)
            for side in item.sides
            for term in side.terms
        )
    )
