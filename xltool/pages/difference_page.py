"""Reports side by side as a page that stands alone: what differs as a list, then every table as printed, marked.

In a box that differs the left figure is struck through and the right one underlined, so that the marks are seen without
colours too; the same for the words of a paragraph. Nothing comes from elsewhere, and every text is text.
"""

from collections.abc import Iterator, Sequence
from html import escape
from string import Template

from xltool.comparison.comparing import Compared
from xltool.comparison.figures import FigureDifference
from xltool.comparison.sides import called
from xltool.comparison.wording import TextDifference, pieces
from xltool.forms.report_style import Style
from xltool.messages import catalogue as texts
from xltool.official_report.compose import GridCell, grid, printed
from xltool.official_report.html import table_with
from xltool.package_data import data_folder
from xltool.pages.difference_text import changes, sides, summary, told

_GAP = ("gap", "share")


def page(found: Sequence[Compared], style: Style) -> str:
    """The whole page, as text of an HTML file, of one comparison or of several."""
    template = Template((data_folder("templates") / "differences.html").read_text("utf-8"))
    title = texts.word("compared", "title")
    body = [line for number, each in enumerate(found, start=1) for line in _body(each, style, f"p{number}-")]
    if not found:
        body = [f"<p>{_word('none')}</p>"]
    return template.substitute(title=escape(title), body="\n".join([f"<h1>{escape(title)}</h1>", *body]))


def _body(found: Compared, style: Style, prefix: str) -> Iterator[str]:
    names = called(found.left, found.right)
    said = (line.partition("：") for line in sides(found))
    yield f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(rest)}</dd>' for name, _, rest in said)}</dl>"
    yield f'<p class="{"same" if found.same else "differ"}">{escape(summary(found))}</p>'
    listed = "".join(f"<li>{_sentence(each.words, each.cell, prefix)}</li>" for each in told(found) if not each.line)
    if not listed:
        return
    yield f"<h2>{_word('differences')}</h2>\n<ol>{listed}</ol>"
    if found.distant:
        yield from _changes(found, names, prefix)
    yield f"<p>{_word('key')}：<del>{escape(names[0])}</del> <ins>{escape(names[1])}</ins></p>"
    for heading in dict.fromkeys(each.section for each in found.texts):
        yield f"<h2>{escape(heading)}</h2>"
        yield from (_paragraph(each) for each in found.texts if each.section == heading)
    yield from _tables(found, style, prefix)


def _sentence(words: str, cell: str, prefix: str) -> str:
    head, colon, rest = words.partition("：")
    return f'<a href="#{prefix}{escape(cell)}">{escape(head)}</a>{escape(colon + rest)}' if cell else escape(words)


def _changes(found: Compared, names: tuple[str, str], prefix: str) -> Iterator[str]:
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in (_word("line"), *names, *map(_word, _GAP)))
    yield f'<h2>{_word("lines")}</h2>\n<div class="wide" role="group" aria-label="{_word("lines")}" tabindex="0">'
    yield f'<table class="lines"><thead><tr>{heads}</tr></thead>'
    for each in changes(found):
        line = f'<a href="#{prefix}{escape(each.cell)}">{escape(each.place)}</a>'
        figures = "".join(f"<td>{escape(figure)}</td>" for figure in (each.left, each.right, each.gap, each.share))
        yield f'<tr><th scope="row">{line}</th>{figures}</tr>'
    yield "</table></div>"


def _tables(found: Compared, style: Style, prefix: str) -> Iterator[str]:
    differing = {each.cell.id: each for each in (*found.figures, *found.unread)}

    def figure(cell: GridCell) -> str:
        if cell.cell not in differing:
            return f'<span id="{prefix}{escape(cell.cell)}">{escape(cell.text)}</span>'
        return f'<span id="{prefix}{escape(cell.cell)}">{_marked(differing[cell.cell])}</span>'

    for table in found.left.form.tables:
        if any(cell.id in differing for cell in table.cells):
            figures = {cell.id: printed(cell, found.left.submission) for cell in table.cells}
            title = escape(f"{table.name} {table.title}" if table.printed else table.title)
            drawn = table_with(grid(table, figures), style, figure)
            yield f'<h2>{title}</h2>\n<div class="wide" role="group" aria-label="{title}" tabindex="0">{drawn}</div>'


def _marked(each: FigureDifference) -> str:
    return _changed(each.left.words, each.right.words)


def _changed(left: str, right: str) -> str:
    return f"<del>{escape(left)}</del> <ins>{escape(right)}</ins>"


def _paragraph(each: TextDifference) -> str:
    if each.whole:
        mark = "del" if each.left else "ins"
        return "".join(f"<p><{mark}>{escape(line)}</{mark}></p>" for line in (each.left or each.right).split("\n"))
    return f"<p>{''.join(_piece(left, right) for left, right in pieces(each.left, each.right))}</p>"


def _piece(left: str, right: str) -> str:
    if left == right:
        return escape(left)
    gone, new = (f"<del>{escape(left)}</del>" if left else "", f"<ins>{escape(right)}</ins>" if right else "")
    return gone + new


def _word(key: str) -> str:
    return escape(texts.word("compared", key))
