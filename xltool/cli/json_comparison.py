"""What other programs get of a comparison: the JSON of `compare`, numbers as in `exchange`."""

from xltool.cli.json_output import as_finding, as_number
from xltool.comparison.comparing import Compared, Pairs
from xltool.comparison.figures import FigureDifference
from xltool.comparison.sides import Held, Side, called
from xltool.pages.difference_text import told


def compared(found: Compared) -> dict[str, object]:
    """The answer of ``compare --json``: both files, and everything in which the right one differs from the left one."""
    left, right = called(found.left, found.right)
    return {
        "same": found.same,
        "left": _side(found.left, left),
        "right": _side(found.right, right),
        "compared": found.count,
        "about": [{"fact": each.fact, "left": each.left, "right": each.right} for each in found.about],
        "figures": [_figure(each) for each in found.figures],
        "exchanged": [
            {"by": "line" if each.lines else "column", "names": [each.one, each.other], "cells": sorted(each.cells)}
            for each in found.exchanges
        ],
        "unread": [_figure(each) for each in found.unread],
        "texts": [{"section": each.section, "left": each.left, "right": each.right} for each in found.texts],
        "years": found.years
        and {"asked": found.years.asked, "findings": [as_finding(each) for each in found.years.findings]},
        "resubmitted": list(found.resubmitted),
        "only_left": [cell.id for cell in found.only_left],
        "only_right": [cell.id for cell in found.only_right],
        "told": [each.words for each in told(found)],
    }


def compared_pairs(found: Pairs) -> dict[str, object]:
    """The answer for two folders: every pair as for two files, and what could not be compared."""
    return {
        "same": found.same,
        "pairs": [compared(each) for each in found.compared],
        "only_left": list(found.only_left),
        "only_right": list(found.only_right),
        "unreadable": [{"file": file, "reason": reason} for file, reason in found.unreadable],
    }


def _figure(each: FigureDifference) -> dict[str, object]:
    return {
        "cell": each.cell.id,
        "table": each.table,
        "line": each.cell.line_words,
        "column": each.cell.column_words,
        "left": _held(each.left),
        "right": _held(each.right),
        "difference": as_number(each.gap),
        "follows": each.follows,
    }


def _side(side: Side, name: str) -> dict[str, object]:
    read = side.submission
    return {
        "name": name,
        "file": read.source.file,
        "sha256": read.source.sha256 or None,
        "form": read.form,
        "edition": read.edition,
        "year": read.year,
        "agency": {"code": read.agency_code or None, "name": read.agency_name or None},
        "published": side.published,
        "row_of_consolidation": side.summed,
        "lacks": [leaf.name for leaf in read.absent],
    }


def _held(held: Held) -> dict[str, object]:
    return {
        "state": held.state.value if held.known else "unread",
        "value": as_number(held.value),
        "raw": held.raw or None,
        "place": held.place or None,
    }
