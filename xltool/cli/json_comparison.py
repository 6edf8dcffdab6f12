"""Encode a comparison as the JSON of ``compare --json``; numbers as in `json_output`."""

from xltool.cli.json_output import encode_finding, encode_number
from xltool.comparison.comparing import CommonAgencies, ComparisonResult, FolderComparison
from xltool.comparison.figures import FigureDifference
from xltool.comparison.sides import ComparedSide, ComparedValue, name_sides
from xltool.model.period import plain_year
from xltool.pages.difference_text import describe_differences


def encode_comparison(comparison: ComparisonResult) -> dict[str, object]:
    """Encode two files and every difference of the right one from the left one."""
    left, right = name_sides(comparison.left, comparison.right)
    return {
        "same": comparison.is_same,
        "left": _encode_side(comparison.left, left),
        "right": _encode_side(comparison.right, right),
        "compared": comparison.shared_count,
        "about": [{"fact": each.fact, "left": each.left, "right": each.right} for each in comparison.subjects],
        "figures": [_encode_figure(each) for each in comparison.figures],
        "exchanged": [
            {"by": "line" if each.lines else "column", "names": [each.one, each.other], "cells": sorted(each.cells)}
            for each in comparison.exchanges
        ],
        "possible": [_encode_figure(each) for each in comparison.possible],
        "unread": [_encode_figure(each) for each in comparison.unread],
        "texts": [{"section": each.section, "left": each.left, "right": each.right} for each in comparison.texts],
        "years": comparison.years
        and {"asked": comparison.years.asked, "findings": [encode_finding(each) for each in comparison.years.findings]},
        "common": _encode_common(comparison.common),
        "resubmitted": list(comparison.resubmitted),
        "only_left": [cell.id for cell in comparison.only_left],
        "only_right": [cell.id for cell in comparison.only_right],
        "told": [each.words for each in describe_differences(comparison)],
    }


def encode_comparisons(pairs: FolderComparison) -> dict[str, object]:
    """Encode two folders: every pair as `encode_comparison` does, and the files that could not be compared."""
    return {
        "same": pairs.is_same,
        "pairs": [encode_comparison(each) for each in pairs.comparisons],
        "only_left": list(pairs.only_left),
        "only_right": list(pairs.only_right),
        "unreadable": [{"file": file, "reason": reason} for file, reason in pairs.unreadable],
    }


def _encode_common(common: CommonAgencies | None) -> dict[str, object] | None:
    """Encode how many agencies two sums of different years share; ``summed`` if only these are compared."""
    if common is None:
        return None
    return {"agencies": common.shared, "left": common.left, "right": common.right, "summed": common.summed}


def _encode_figure(difference: FigureDifference) -> dict[str, object]:
    return {
        "cell": difference.cell.id,
        "table": difference.table,
        "line": difference.cell.line_words,
        "column": difference.cell.column_words,
        "left": _encode_value(difference.left),
        "right": _encode_value(difference.right),
        "difference": encode_number(difference.gap),
        "follows": difference.follows,
    }


def _encode_side(side: ComparedSide, name: str) -> dict[str, object]:
    submission = side.submission
    return {
        "name": name,
        "file": submission.source.file,
        "sha256": submission.source.sha256 or None,
        "form": submission.form,
        "edition": submission.edition,
        "year": plain_year(submission.year),
        "agency": {"code": submission.agency_code or None, "name": submission.agency_name or None},
        "published": side.published,
        "row_of_consolidation": side.summed,
        "lacks": [leaf.name for leaf in submission.absent],
    }


def _encode_value(compared_value: ComparedValue) -> dict[str, object]:
    return {
        "state": compared_value.state.value if compared_value.known else "unread",
        "value": encode_number(compared_value.value),
        "raw": compared_value.raw or None,
        "place": compared_value.place or None,
    }
