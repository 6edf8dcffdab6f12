"""Two reports side by side as a page that stands alone: every table as printed, what differs marked in it.

In a box that differs the left figure is struck through and the right one underlined, so that the marks are seen without
colours too; the same for the words of a paragraph. Nothing comes from elsewhere, and every text is text.
"""

from collections.abc import Iterator
from html import escape
from pathlib import PurePath
from string import Template

from xltool import texts
from xltool.comparison import Compared, FigureDifference, Held, Side, TextDifference, pieces
from xltool.data import data_folder
from xltool.forms.placeholders import shown
from xltool.forms.report_style import Style
from xltool.model import State
from xltool.outputs.official_page import table_with
from xltool.outputs.official_report import GridCell, grid, printed


def page(found: Compared, style: Style) -> str:
    """The whole page, as text of an HTML file."""
    template = Template((data_folder("templates") / "differences.html").read_text("utf-8"))
    title = texts.word("compared", "title")
    return template.substitute(title=escape(title), body="\n".join(_body(found, style)))


def _body(found: Compared, style: Style) -> Iterator[str]:
    yield f"<h1>{escape(texts.word('compared', 'title'))}</h1>"
    sides = (("left", found.left), ("right", found.right))
    yield f"<dl>{''.join(f'<dt>{_word(name)}</dt><dd>{escape(_name(side))}</dd>' for name, side in sides)}</dl>"
    yield f"<p>{escape(summary(found))}</p>"
    yield f"<p>{_word('key_left')} <del>123</del>　{_word('key_right')} <ins>456</ins></p>"
    for each in found.about:
        yield f"<p>{escape(texts.word('compared', each.fact))}：{_changed(each.left, each.right)}</p>"
    for heading in dict.fromkeys(each.section for each in found.texts):
        yield f"<h2>{escape(heading)}</h2>"
        yield from (_paragraph(each) for each in found.texts if each.section == heading)
    yield from _tables(found, style)


def summary(found: Compared) -> str:
    """How much was compared and how much differs, in one line."""
    differ = len(found.figures) + len(found.texts) + len(found.about)
    key = "compared_differ" if differ else "compared_same"
    return texts.told(
        key, count=found.count, figures=len(found.figures), texts=len(found.texts), about=len(found.about)
    )


def held(side: Held) -> str:
    """What a cell holds, in words where it is no number."""
    if side.value is not None:
        return shown(side.value)
    return side.raw or texts.word("state", side.state.value)


def _tables(found: Compared, style: Style) -> Iterator[str]:
    differing = {each.cell.id: each for each in found.figures}

    def figure(cell: GridCell) -> str:
        return _marked(differing[cell.cell]) if cell.cell in differing else escape(cell.text)

    form = found.left.form
    for table in form.tables:
        if any(cell.id in differing for cell in table.cells):
            figures = {cell.id: printed(cell, found.left.submission) for cell in table.cells}
            yield f"<h2>{escape(f'{table.name} {table.title}' if table.printed else table.title)}</h2>"
            yield table_with(grid(table, figures), style, figure)


def _marked(each: FigureDifference) -> str:
    left = "" if each.left.state is State.BLANK else held(each.left)
    right = "" if each.right.state is State.BLANK else held(each.right)
    return _changed(left or texts.word("state", "blank"), right or texts.word("state", "blank"))


def _changed(left: str, right: str) -> str:
    return f"<del>{escape(left)}</del> <ins>{escape(right)}</ins>"


def _paragraph(each: TextDifference) -> str:
    return f"<p>{''.join(_piece(left, right) for left, right in pieces(each.left, each.right))}</p>"


def _piece(left: str, right: str) -> str:
    if left == right:
        return escape(left)
    gone, new = (f"<del>{escape(left)}</del>" if left else "", f"<ins>{escape(right)}</ins>" if right else "")
    return gone + new


def _name(side: Side) -> str:
    read = side.submission
    return texts.told(
        "compared_side", file=PurePath(read.source.file).name, agency=read.agency_name or None, year=read.year
    )


def _word(key: str) -> str:
    return escape(texts.word("compared", key))
