"""Reports whose rows stand between separators: CSV as spreadsheets save it, by hand, and tables of LaTeX."""

import csv
import io
from collections.abc import Callable, Iterable

from tests.published.layouts import Report, Spot, repeated, swallowed


def _csv(report: Report, separator: str, rows: Callable[[Iterable[Iterable[Spot]]], list[list[str]]]) -> str:
    made = io.StringIO()
    writer = csv.writer(made, delimiter=separator, lineterminator="\n")
    for part in report:
        writer.writerows(rows(part.rows) if part.kind == "table" else [[part.text]])
    return made.getvalue()


def as_printed(rows: Iterable[Iterable[Spot]]) -> list[list[str]]:
    """Only what begins in each row."""
    return [[spot.text for spot in row] for row in rows]


def whole_grid(rows: Iterable[Iterable[Spot]]) -> list[list[str]]:
    """Every place of the grid, merged cells once, at their first place: as spreadsheets save them."""
    rows = [list(row) for row in rows]
    found = [["" for _ in row] for row in repeated(rows)]
    for row in rows:
        for spot in row:
            found[spot.box.row - 1][spot.box.column - 1] = spot.text
    return found


def by_hand(separator: str) -> Callable[[Report], str]:
    """No quotation marks, whatever stands in the cells."""

    def made(report: Report) -> str:
        return "\n".join(
            part.text if part.kind != "table" else "\n".join(separator.join(row) for row in swallowed(part.rows))
            for part in report
        )

    return made


def tabs(report: Report) -> str:
    """A row a line, tabs between the cells of its whole grid."""
    return "\n".join(
        part.text if part.kind != "table" else "\n".join("\t".join(row) for row in whole_grid(part.rows))
        for part in report
    )


def latex(report: Report) -> str:
    """A document with tables, its merged cells spanned as LaTeX does it."""
    body = []
    for part in (part._replace(text=part.text.replace("%", "\\%")) for part in report):
        if part.kind == "table":
            width = max(spot.box.column + spot.box.columns for row in part.rows for spot in row) - 1
            rows = "".join(f"{_latex_row(row, width)} \\\\ \\hline\n" for row in _by_row(part.rows))
            body.append(f"\\begin{{tabular}}{{|{'p{2cm}|' * width}}}\n\\hline\n{rows}\\end{{tabular}}")
        else:
            body.append(
                {"title": f"\\title{{{part.text}}}", "heading": f"\\section*{{{part.text}}}"}.get(part.kind, part.text)
            )
    return "\\documentclass{ctexart}\n\\begin{document}\n" + "\n\n".join(body) + "\n\\end{document}\n"


def _by_row(rows: Iterable[Iterable[Spot]]) -> list[dict[int, Spot | None]]:
    """For each row what stands at each column: a spot, or nothing where one reaches down from above."""
    rows = [list(row) for row in rows]
    found: list[dict[int, Spot | None]] = [{} for _ in rows]
    for row in rows:
        for spot in row:
            for down in range(spot.box.rows):
                found[spot.box.row - 1 + down][spot.box.column] = None if down else spot
    return found


def _latex_row(row: dict[int, Spot | None], width: int) -> str:
    cells = []
    for column in range(1, width + 1):
        if column not in row:
            continue
        spot = row[column]
        text = "" if spot is None else spot.text
        if spot is not None and spot.box.rows > 1:
            text = f"\\multirow{{{spot.box.rows}}}{{*}}{{{text}}}"
        if spot is not None and spot.box.columns > 1:
            text = f"\\multicolumn{{{spot.box.columns}}}{{c|}}{{{text}}}"
        cells.append(text)
    return " & ".join(cells)


LAYOUTS: dict[str, Callable[[Report], str]] = {
    "printed.csv": lambda report: _csv(report, ",", as_printed),
    "grid.csv": lambda report: _csv(report, ",", whole_grid),
    "swallowed.csv": lambda report: _csv(report, ",", swallowed),
    "semicolons.csv": lambda report: _csv(report, ";", whole_grid),
    "commas.txt": by_hand(","),
    "chinese_commas.txt": by_hand("，"),
    "chinese_semicolons.txt": by_hand("；"),
    "tabs.tsv": tabs,
    "tables.tex": latex,
}
