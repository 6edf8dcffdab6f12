"""Reports of any form in the layouts reports are published in, made from figures by cell id.

A layout takes the form and the text each figure is printed with, and gives a file's content. All start from the same
grid: what stands in each row of each table, labels and figures, in reading order.
"""

import html
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from xltool.forms.expressions import recompute_figures
from xltool.model.form import Box, CellKind, Form, Number, Table

Texts = Mapping[str, str]


class Spot(NamedTuple):
    """A label or a figure and the rectangle it fills; ``cell`` is empty for a label."""

    box: Box
    text: str
    cell: str = ""


def grid(table: Table, texts: Texts) -> list[list[Spot]]:
    """The rows of a table, each with what begins in it."""
    spots = [Spot(label.box, label.text) for label in table.labels]
    spots += [Spot(cell.box, texts.get(cell.id, ""), cell.id) for cell in table.cells]
    rows: list[list[Spot]] = [[] for _ in range(table.rows)]
    for spot in sorted(spots, key=lambda spot: spot.box):
        rows[spot.box.row - 1].append(spot)
    return rows


class Part(NamedTuple):
    """A heading, a paragraph or a table of a report."""

    kind: str
    text: str = ""
    rows: tuple[tuple[Spot, ...], ...] = ()


Report = list[Part]


AGENCY = "云河市示范区人民政府"


def year_of(form: Form) -> int:
    return form.last_year or 2024


def parts(form: Form, texts: Texts) -> Report:
    """A whole report: title, headings, paragraphs, tables, and the sentence of the tables that are said."""
    year = year_of(form)
    found = [Part("title", form.report_title.format(agency=AGENCY, year=year)), Part("text", form.opening)]
    for section in form.sections:
        found.append(Part("heading", section.heading))
        for table in form.tables:
            if table.section != section.id:
                continue
            if table.printed:
                found.append(Part("table", rows=tuple(tuple(row) for row in grid(table, texts))))
            elif all(cell.id in texts for cell in table.cells):
                said = table.sentence.replace("{year}", str(year))
                for cell in table.cells:
                    said = said.replace(f"{{{cell.id}}}", texts[cell.id])
                found.append(Part("text", said))
        if section.paragraphs:
            found.append(Part("text", f"本机关认真做好{section.title}，全年公开信息1136条，培训2次，同比增长15%。"))
    return found


# --- text ----------------------------------------------------------------------------------------------------------


def lines(report: Report) -> str:
    """One cell a line; empty cells vanish."""
    return "\n".join(_lines(report)) + "\n"


def spread_lines(report: Report) -> str:
    """One cell a line and an empty line between, no-break spaces around figures."""
    return "\n\n".join(f"\u00a0{line} " if line.isdigit() else line for line in _lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    for part in report:
        if part.kind != "table":
            yield part.text
        for row in part.rows:
            yield from (spot.text for spot in row if spot.text)


def torn_lines(report: Report) -> str:
    """One cell a line, long labels broken over lines, page numbers between."""
    found = []
    for number, line in enumerate(_lines(report)):
        step = 15 if len(line) > 4 and not line[0].isdigit() else 60
        found += [line[at : at + step] for at in range(0, len(line), step)]
        if number % 40 == 39:
            found += ["", f"- {number // 40 + 1} -"]
    return "\n".join(found) + "\n"


def tabbed(report: Report) -> str:
    """Cells one a line behind a tab, cells swallowed by a merge as empty ones, an empty line after each row."""
    found = []
    for part in report:
        if part.kind != "table":
            found.append(f"\n{part.text}\n")
        found += ["".join(f"\t{cell}\n" for cell in row) for row in swallowed(part.rows)]
    return "\n".join(found)


def swallowed(rows: Iterable[Iterable[Spot]]) -> list[list[str]]:
    """The cells of each row as a merged table is copied: rows a label reaches into have an empty cell there."""
    rows = [list(row) for row in rows]
    found: list[dict[int, str]] = [{} for _ in rows]
    for row in rows:
        for spot in row:
            for down in range(spot.box.rows):
                found[spot.box.row - 1 + down][spot.box.column] = spot.text if down == 0 else ""
    return [[cells[column] for column in sorted(cells)] for cells in found]


def bars(report: Report) -> str:
    """Rows between bars."""
    return "\n".join(
        part.text if part.kind != "table" else "\n".join(" | ".join(s.text for s in row) + " |" for row in part.rows)
        for part in report
    )


def markdown(report: Report) -> str:
    """Markdown, merged cells repeated in each of their places."""
    found = []
    for part in report:
        if part.kind != "table":
            found += [{"title": "# ", "heading": "## ", "text": ""}[part.kind] + part.text, ""]
            continue
        full = repeated(part.rows)
        ruled = ["| " + " | ".join(row) + " |" for row in full]
        found += [ruled[0], "|" + " --- |" * len(full[0]), *ruled[1:], ""]
    return "\n".join(found)


def repeated(rows: Iterable[Iterable[Spot]]) -> list[list[str]]:
    """The grid with every merged cell's text in each of its places."""
    cells: dict[tuple[int, int], str] = {}
    for row in rows:
        for spot in row:
            for down in range(spot.box.rows):
                for right in range(spot.box.columns):
                    cells[spot.box.row + down, spot.box.column + right] = spot.text
    height, width = max(row for row, _ in cells), max(column for _, column in cells)
    return [[cells.get((row, column), "") for column in range(1, width + 1)] for row in range(1, height + 1)]


def glued(report: Report) -> str:
    """Everything in one line without any separator."""
    return "".join(_lines(report))


def spaced(report: Report) -> str:
    """A line a row, blanks between the cells."""
    return "\n".join(
        part.text if part.kind != "table" else "\n".join("  ".join(s.text for s in row if s.text) for row in part.rows)
        for part in report
    )


# --- web pages -----------------------------------------------------------------------------------------------------

Cell = Callable[[Spot], str]


def page(report: Report, cell: Cell | None = None) -> str:
    """A page with tables as the form prints them."""
    shown = cell or right_spans
    body = []
    for part in report:
        if part.kind == "table":
            rows = "\n".join(f"<tr>{''.join(map(shown, row))}</tr>" for row in part.rows)
            body.append(f"<table>{rows}</table>")
        else:
            tag = {"title": "h1", "heading": "p", "text": "p"}[part.kind]
            body.append(f"<{tag}>{html.escape(part.text)}</{tag}>")
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{''.join(body)}</body></html>"


def right_spans(spot: Spot) -> str:
    spans = "".join(
        f' {name}="{count}"' for name, count in (("rowspan", spot.box.rows), ("colspan", spot.box.columns)) if count > 1
    )
    return f"<td{spans}><p>{html.escape(spot.text) or '&nbsp;'}</p></td>"


def no_spans(spot: Spot) -> str:
    return f"<td>{html.escape(spot.text)}</td>"


def wrong_spans(spot: Spot) -> str:
    return f'<td rowspan="{1 + len(spot.text) % 3}" colspan="{1 + spot.box.row % 4}">{html.escape(spot.text)}</td>'


def sign_spans(spot: Spot) -> str:
    signs = "\n  ".join(f"<span style='font-size:16px'>{html.escape(sign)}</span>" for sign in spot.text)
    return f"<td>{signs}</td>"


def nested_cells(spot: Spot) -> str:
    if not spot.cell:
        return right_spans(spot)
    return f"<td><table><tr><td>{html.escape(spot.text)}</td></tr></table></td>"


def page_without_spans(report: Report) -> str:
    return page(report, no_spans)


def page_with_wrong_spans(report: Report) -> str:
    return page(report, wrong_spans)


def page_of_sign_spans(report: Report) -> str:
    return page(report, sign_spans)


def page_with_nested_cells(report: Report) -> str:
    return page(report, nested_cells)


def page_with_nested_rows(report: Report) -> str:
    """The figures of each row in a table of their own, inside one cell."""
    body = []
    for part in report:
        rows = []
        for row in part.rows:
            labels = "".join(right_spans(spot) for spot in row if not spot.cell)
            figures = "".join(f"<td>{html.escape(spot.text)}</td>" for spot in row if spot.cell)
            rows.append(
                f"<tr>{labels}<td><table><tr>{figures}</tr></table></td></tr>" if figures else f"<tr>{labels}</tr>"
            )
        body.append(f"<table>{''.join(rows)}</table>" if rows else f"<p>{html.escape(part.text)}</p>")
    return "<html><body>" + "".join(body) + "</body></html>"


def page_of_small_tables(report: Report) -> str:
    """Every row a table of its own."""
    body = []
    for part in report:
        tables = [f"<table><tr>{''.join(map(right_spans, row))}</tr></table>" for row in part.rows if row]
        body.append("<br>".join(tables) if tables else f"<div>{html.escape(part.text)}</div>")
    return "<html><body>" + "".join(body) + "</body></html>"


def page_in_a_script(report: Report) -> str:
    inner = json.dumps({"title": "年报", "content": page(report)})
    head = "<head><title>公开</title></head>"
    return f"<html>{head}<body><div id='app'></div><script>var data = {inner};</script></body></html>"


def page_built_by_a_script(report: Report) -> str:
    rows = page(report).replace("\\", "\\\\").replace("'", "\\'").replace("</", "<\\/").split("\n")
    script = "\n".join(f"s += '{row}';" for row in rows)
    return f"<html><body><div id='c'></div><script>var s = '';\n{script}\nc.innerHTML = s;</script></body></html>"


def page_of_paragraphs(report: Report) -> str:
    """No table at all: every cell a paragraph."""
    body = "".join(f"<p>{html.escape(line)}</p>" for line in _lines(report))
    return f"<html><body><div>{body}</div></body></html>"


# --- Word ----------------------------------------------------------------------------------------------------------

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(report: Report) -> bytes:
    """A .docx with merged cells as Word writes them."""
    body = "".join(_word_table(part.rows) if part.kind == "table" else _word_paragraph(part.text) for part in report)
    return _package(body)


def _package(body: str) -> bytes:
    document = f'{_HEAD}<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    types = (
        f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'officeDocument" Target="word/document.xml"/></Relationships>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", relations)
        archive.writestr("word/document.xml", document)
    return made.getvalue()


def _word_paragraph(text: str) -> str:
    half = len(text) // 2
    runs = "".join(
        f"<w:r><w:t xml:space='preserve'>{html.escape(run)}</w:t></w:r>" for run in (text[:half], text[half:])
    )
    return f"<w:p>{runs}</w:p>"


def _word_table(rows: Iterable[Iterable[Spot]]) -> str:
    rows = [list(row) for row in rows]
    at: dict[tuple[int, int], str] = {}
    for row in rows:
        for spot in row:
            for down in range(spot.box.rows):
                merge = (
                    ""
                    if spot.box.rows == 1
                    else f"<w:vMerge{' w:val=' + chr(34) + 'restart' + chr(34) if down == 0 else ''}/>"
                )
                text = spot.text if down == 0 else ""
                looks = f'<w:tcPr><w:gridSpan w:val="{spot.box.columns}"/>{merge}</w:tcPr>'
                at[spot.box.row + down, spot.box.column] = f"<w:tc>{looks}{_word_paragraph(text)}</w:tc>"
    width = max(spot.box.column + spot.box.columns - 1 for row in rows for spot in row)
    body = ""
    for row_number in range(1, len(rows) + 1):
        body += f"<w:tr>{''.join(cell for (row, _), cell in sorted(at.items()) if row == row_number)}</w:tr>"
    columns = "".join(f'<w:gridCol w:w="{9000 // width}"/>' for _ in range(width))
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    looks = f"<w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr>"
    return f"<w:tbl>{looks}<w:tblGrid>{columns}</w:tblGrid>{body}</w:tbl>"


TEXTS: dict[str, Callable[[Report], str]] = {
    "lines.txt": lines,
    "spread_lines.txt": spread_lines,
    "torn_lines.txt": torn_lines,
    "tabbed.txt": tabbed,
    "bars.txt": bars,
    "markdown.md": markdown,
    "spaced.txt": spaced,
    "glued.txt": glued,
}
PAGES: dict[str, Callable[[Report], str]] = {
    "page.html": page,
    "no_spans.html": page_without_spans,
    "wrong_spans.html": page_with_wrong_spans,
    "sign_spans.html": page_of_sign_spans,
    "nested_cells.html": page_with_nested_cells,
    "nested_rows.html": page_with_nested_rows,
    "small_tables.html": page_of_small_tables,
    "in_a_script.html": page_in_a_script,
    "built_by_a_script.html": page_built_by_a_script,
    "paragraphs.html": page_of_paragraphs,
}
FILES: dict[str, Callable[[Report], bytes]] = {"word.docx": word}


def content(layout: str, report: Report) -> bytes:
    """A report in one of the layouts, by its name."""
    if layout in FILES:
        return FILES[layout](report)
    return ({**TEXTS, **PAGES}[layout])(report).encode()


def file_content(layout: str, form: Form, texts: Texts) -> bytes:
    """A report of a form with these figures in one of the layouts, by its name."""
    return content(layout, parts(form, texts))


LAYOUTS = (*TEXTS, *PAGES, *FILES)


# --- figures -------------------------------------------------------------------------------------------------------


def made_up(form: Form, seed: int, largest: int = 300) -> dict[str, str]:
    """Printed figures that keep every relation of the form, by cell id; most of them 0, as in real reports."""
    chance = random.Random(seed)
    inputs: dict[str, Number | None] = {}
    for cell in form.inputs:
        some = chance.random() < 0.35
        inputs[cell.id] = chance.randint(1, largest) if some else 0
        if some and cell.kind is CellKind.AMOUNT:
            inputs[cell.id] = Decimal(chance.randint(1, 9_999_999)) / 10 ** min(cell.decimals, 4)
        if some and cell.kind is CellKind.SIGNED_COUNT:
            inputs[cell.id] = chance.randint(-50, 50)
    values = recompute_figures(form.formulas, inputs)
    for column in {cell.column for cell in form.inputs if cell.table == "requests"}:
        ends = (values[f"requests.concluded.{column}"] or 0) + (inputs[f"requests.carried_out.{column}"] or 0)
        carried = min(inputs[f"requests.carried_in.{column}"] or 0, ends)
        inputs |= {f"requests.carried_in.{column}": carried, f"requests.received.{column}": ends - carried}
    return {cell: printed(value) for cell, value in recompute_figures(form.formulas, inputs).items()}


def printed(value: Number | None) -> str:
    """A figure as reports print it; nothing for a blank."""
    return "" if value is None else f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
