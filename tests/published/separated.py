"""Reports whose rows stand between separators: CSV as spreadsheets save it, and rows written by hand."""

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


LAYOUTS: dict[str, Callable[[Report], str]] = {
    "printed.csv": lambda report: _csv(report, ",", as_printed),
    "grid.csv": lambda report: _csv(report, ",", whole_grid),
    "swallowed.csv": lambda report: _csv(report, ",", swallowed),
    "semicolons.csv": lambda report: _csv(report, ";", whole_grid),
    "commas.txt": by_hand(","),
    "chinese_commas.txt": by_hand("，"),
    "chinese_semicolons.txt": by_hand("；"),
    "tabs.tsv": tabs,
}
