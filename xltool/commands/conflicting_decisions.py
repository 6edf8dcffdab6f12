"""Find decisions on record that cannot all be obeyed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from xltool.consolidation.file_status import COUNTING, VERSION_QUESTION
from xltool.messages import catalogue
from xltool.model.consolidation import ReviewedFile
from xltool.workbooks.decisions_workbook import DecisionRow, find_ruling


class RuledFile(NamedTuple):
    """A row with a ruling, a file it is about, and the code of the agency to count it as ("" for its own)."""

    row: DecisionRow
    item: ReviewedFile
    target: str


def find_conflicts(ruled_files: Iterable[RuledFile]) -> Iterator[catalogue.Phrase]:
    """Yield a phrase for rows that decide one question in two ways, or count two returns as those of one agency."""
    ruled = list(ruled_files)
    yield from _find_contradictions(ruled)
    yield from _find_rival_returns(ruled)


def _find_contradictions(ruled_files: Iterable[RuledFile]) -> Iterator[catalogue.Phrase]:
    """Yield rows that answer one question differently, or of which one counts a file and an added one does not."""
    rows: dict[tuple[str, str], list[DecisionRow]] = defaultdict(list)
    for row, item, _ in ruled_files:
        earlier_rows = rows[item.sha256, item.submission.agency_code if item.submission else ""]
        if earlier := next((each for each in earlier_rows if _contradict(each, row)), None):
            yield catalogue.format_phrase("decision_twice", first=earlier.row, row=row.row, file=row.file)
        earlier_rows.append(row)


def _contradict(one_row: DecisionRow, other_row: DecisionRow) -> bool:
    """Return whether two rows about one file contradict each other; a row that somebody added answers all questions."""
    if one_row.id == other_row.id:
        return (one_row.ruling, one_row.target) != (other_row.ruling, other_row.target)
    one_counts, other_counts = (find_ruling(row.ruling) in COUNTING for row in (one_row, other_row))
    return not (one_row.id and other_row.id) and one_counts != other_counts


def _find_rival_returns(ruled_files: Iterable[RuledFile]) -> Iterator[catalogue.Phrase]:
    """Yield pairs of rows that count different returns as those of one agency, unless a third row refuses one."""
    ruled = list(ruled_files)
    refused = {id(each.item) for each in ruled if find_ruling(each.row.ruling) not in COUNTING}
    counted: dict[tuple[object, ...], list[RuledFile]] = defaultdict(list)
    for each in ruled:
        read = each.item.submission
        if read and id(each.item) not in refused and (code := each.target or read.agency_code):
            counted[code, read.form, read.year, read.scope].append(each)
    for group in counted.values():
        for one, other in combinations(group, 2):
            if _exclude_each_other(one.row, other.row) and _differ(one.item, other.item):
                yield catalogue.format_phrase("decision_two_versions", first=one.row.row, row=other.row.row)


def _exclude_each_other(one_row: DecisionRow, other_row: DecisionRow) -> bool:
    """Return whether two rows cannot both be obeyed if they count returns of one agency.

    An answer about versions stands beside answers to other questions, given before that one arose.
    """
    if not one_row.id or not other_row.id or one_row.id == other_row.id:
        return True
    return not any(row.id.startswith(VERSION_QUESTION) for row in (one_row, other_row))


def _differ(one_file: ReviewedFile, other_file: ReviewedFile) -> bool:
    left, right = one_file.submission, other_file.submission
    return left is not None and right is not None and (left.values, left.texts) != (right.values, right.texts)
