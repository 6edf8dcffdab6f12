"""Obey the decisions of a coordinator about single files, and add the questions that are open to their workbook."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from xltool.commands.check_outputs import WRITTEN_SUFFIXES, OutputFile
from xltool.commands.conflicting_decisions import RuledFile, find_conflicts
from xltool.commands.decision_files import IndexedFiles, MatchedFiles, find_present, index_files, match_row
from xltool.consolidation.agency_names import index_agency_names
from xltool.consolidation.apply_decisions import apply_decisions, reassign_return
from xltool.consolidation.file_status import COUNTING, LAPSED_DECISION, QUESTION_CODES, decide_status, identify_question
from xltool.consolidation.restate_owners import restate_doubtful_owners
from xltool.errors import UsageError
from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster
from xltool.model.agency_names import find_agencies_by_name, normalize_name
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.decision import Decision, Ruling
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.model.submission import Submission
from xltool.workbooks.decisions_workbook import (
    DecisionRow,
    DecisionRowChange,
    find_ruling,
    is_decisions_workbook,
    iterate_ruled,
    load_decision_words,
    read_decision_rows,
    write_decision_rows,
)
from xltool.workbooks.save_files import refuse_locked_files

_OWNER_QUESTION = "owner-"
_CODES_OF_SAME_FIGURES = frozenset({"merge.duplicate", "merge.same_figures", "merge.contained"})  # counted elsewhere
_SHA256_CHARACTERS = 64
_MAX_PROBLEMS_LISTED = 10


class DecisionBook(NamedTuple):
    """A decisions workbook as it was read; ``digests`` are the SHA-256 to fill in, by the number of the row."""

    path: Path
    rows: tuple[DecisionRow, ...]
    digests: Mapping[int, str]


def list_decision_outputs(path: Path | None) -> list[OutputFile]:
    """Return the workbook as an output of the command, which may lie among the returns."""
    return [OutputFile(path, WRITTEN_SUFFIXES, is_decisions_workbook)] if path else []


def apply_recorded_decisions(
    reviewed: Sequence[ReviewedFile],
    path: Path | None,
    roster: Roster | None,
    review: Callable[[Submission], ReviewedFile],
    compare: Callable[[Sequence[ReviewedFile]], tuple[ReviewedFile, ...]] = tuple,
) -> tuple[tuple[ReviewedFile, ...], DecisionBook | None]:
    """Return the files with all decisions of a workbook applied, and the workbook; None without a path.

    ``review`` checks a return that is counted as another agency again, ``compare`` then all files with each other. A
    decision lapses when the file has other content by now; its file gets a note. Raises UsageError, one for all
    problems, for a workbook that cannot be read, contradicts itself or names unknown files or agencies.
    """
    if path is None:
        return tuple(reviewed), None
    refuse_locked_files([path])
    rows = read_decision_rows(path) if path.exists() else ()
    files = index_files(reviewed)
    matches = {row.row: match_row(row, files) for row in iterate_ruled(rows)}
    matched = {number: match.positions for number, match in matches.items()}
    agencies = roster.known_agencies if roster else {}
    problems = [
        problem for row in iterate_ruled(rows) for problem in _list_problems(row, matches[row.row], files, roster)
    ]
    problems += find_conflicts(
        RuledFile(row, reviewed[at], next((agency.code for agency in _find_targets(row, roster)), ""))
        for row in iterate_ruled(rows)
        for at in matched[row.row]
    )
    if problems:
        raise _report_problems(path, list(dict.fromkeys(problems)))
    decisions: dict[int, list[Decision]] = defaultdict(list)
    for row in iterate_ruled(rows):
        for position in matched[row.row]:
            decisions[position].append(_make_decision(row, files.items[position], roster))
    lapsed = _find_lapsed(rows, matched, files)
    own = [
        reassign_return(item, target, review)
        if (target := next((agencies[each.target] for each in decisions[at] if each.target), None))
        else item
        for at, item in enumerate(reviewed)
    ]
    is_compared = all(item is before for item, before in zip(own, reviewed, strict=True))
    done = [
        _tell_lapsed(apply_decisions(item, decisions[at], agencies), lapsed.get(at))
        for at, item in enumerate(own if is_compared else compare(own))
    ]
    blank = (row for row in iterate_ruled(rows) if not row.sha256)
    digests = {row.row: reviewed[matched[row.row][0]].sha256 for row in blank}
    return restate_doubtful_owners(done, agencies), DecisionBook(path, rows, digests)


def record_open_questions(book: DecisionBook | None, reviewed_files: Iterable[ReviewedFile]) -> int:
    """Add a row for every open question that has none, and the SHA-256 to rows without one; return the rows added.

    Raises WritingError if the workbook cannot be saved.
    """
    if book is None:
        return 0
    files = list(reviewed_files)
    open_rows = [row for item in files for row in _make_rows(item)]
    states = _find_changed_states(book, files, open_rows)
    changes = {
        row: DecisionRowChange(book.digests.get(row.row, ""), states.get(row.row, ""))
        for row in book.rows
        if row.row in book.digests or row.row in states
    }
    return len(write_decision_rows(book.path, open_rows, changes))


def _find_changed_states(
    book: DecisionBook, reviewed_files: Sequence[ReviewedFile], open_rows: Iterable[DecisionRow]
) -> dict[int, str]:
    """Return the states of rows that differ from what is written beside them, by the number of the row.

    A row about a file that is not in this run keeps its state, unless it has a ruling and says more than that.
    """
    words: Mapping[str, str] = load_decision_words()["states"]
    waiting = {row.question_key for row in open_rows}
    decided = {decision.row for item in reviewed_files for decision in item.decisions}
    obeyed = {decision.row for item in reviewed_files for decision in item.decisions if _took_effect(decision, item)}
    files = index_files(reviewed_files)
    changed = {}
    for row in book.rows:
        key = None
        is_known = bool(find_present(row, files))
        if row.ruling:
            key = "lapsed" if row.sha256 and is_known else None
            if row.state and not is_known:
                key = "missing"
            if row.row in decided:
                key = "obeyed" if row.row in obeyed else "without_effect"
        elif row.sha256.casefold() in files.by_content:
            key = "open" if row.question_key in waiting else "settled"
        elif row.id and is_known:
            key = "settled"
        if key and words[key] != row.state:
            changed[row.row] = words[key]
    return changed


def _took_effect(decision: Decision, item: ReviewedFile) -> bool:
    """Return whether a file has the status a decision asks for; an answer whose return it is settles only that."""
    if decision.ruling not in COUNTING or decision.question.startswith(_OWNER_QUESTION):
        return True
    is_same = item.reason is not None and item.reason.code in _CODES_OF_SAME_FIGURES
    return item.status in {Status.ACCEPTED, Status.RETURNED} or (item.status is Status.SUPERSEDED and is_same)


# --- rows and files -------------------------------------------------------------------------------------------------


def _find_lapsed(
    decision_rows: Iterable[DecisionRow], matched: Mapping[int, tuple[int, ...]], files: IndexedFiles
) -> dict[int, DecisionRow]:
    """Return, by position, the last row about a file of that name with other content."""
    ruled = (row for row in iterate_ruled(decision_rows) if not matched[row.row])
    return {position: row for row in ruled for position in find_present(row, files)}


def _tell_lapsed(item: ReviewedFile, decision_row: DecisionRow | None) -> ReviewedFile:
    """Add the finding of a lapsed decision; hold a file that was to be left out or counted until it is decided anew."""
    if decision_row is None or item.decisions:
        return item
    facts = {"row": decision_row.row, "ruling": decision_row.ruling, "date": decision_row.date}
    asked = any(finding.code in QUESTION_CODES and finding.open for finding in item.findings)
    if (
        asked or find_ruling(decision_row.ruling) is Ruling.RETURN
    ):  # what replaces a returned file is checked like any other
        note = Finding("decision.lapsed", Severity.NOTE, facts=facts)
        return replace(item, findings=(*item.findings, note))
    question = identify_question(LAPSED_DECISION, [item.sha256])
    finding = Finding(LAPSED_DECISION, Severity.EXPLAIN, facts={**facts, "question": question})
    findings = (*item.findings, finding)
    return replace(item, findings=findings, status=decide_status(findings) if item.submission else item.status)


def _make_decision(decision_row: DecisionRow, item: ReviewedFile, roster: Roster | None) -> Decision:
    ruling = find_ruling(decision_row.ruling)
    assert ruling is not None  # rows without a known ruling are problems
    target = next(iter(_find_targets(decision_row, roster)), None)
    return Decision(
        ruling,
        item.file,
        item.sha256,
        decision_row.code,
        decision_row.id,
        target.code if target else "",
        decision_row.reason,
        decision_row.author,
        decision_row.date,
        decision_row.row,
    )


def _find_targets(decision_row: DecisionRow, roster: Roster | None) -> tuple[Agency, ...]:
    """Return the agencies that a row counts a file as: the one of that code, else all of that name or short form."""
    if roster is None or find_ruling(decision_row.ruling) is not Ruling.COUNT_AS or not decision_row.target:
        return ()
    code = normalize_name(decision_row.target)
    of_code = (each for each in (*roster, *roster.others.values()) if normalize_name(each.code) == code)
    found = tuple(islice(of_code, 1)) or find_agencies_by_name(roster, decision_row.target)
    return found or tuple(
        roster.known_agencies[each] for each in sorted(index_agency_names(roster).find_short_form(decision_row.target))
    )


# --- problems -------------------------------------------------------------------------------------------------------


def _list_problems(
    decision_row: DecisionRow, match: MatchedFiles, files: IndexedFiles, roster: Roster | None
) -> Iterator[catalogue.Phrase]:
    """Yield what is wrong with one row that has a ruling, as phrases."""
    facts = {
        "row": decision_row.row,
        "file": decision_row.file,
        "ruling": decision_row.ruling,
        "target": decision_row.target,
    }
    if decision_row.formulas:
        yield catalogue.format_phrase("decision_formula", row=decision_row.row, cells=decision_row.formulas)
        return
    if find_ruling(decision_row.ruling) is None:
        words = tuple(load_decision_words()["rulings"].values())
        yield catalogue.format_phrase("decision_unknown_ruling", **facts, words=words)
    columns = load_decision_words()["columns"]
    missing = tuple(columns[key] for key in ("reason", "author", "date") if not getattr(decision_row, key))
    if missing:
        yield catalogue.format_phrase("decision_incomplete", **facts, missing=missing)
    yield from _list_target_problems(decision_row, facts, roster)
    yield from _list_file_problems(decision_row, facts, match, files)


def _list_target_problems(
    decision_row: DecisionRow, facts: Mapping[str, object], roster: Roster | None
) -> Iterator[catalogue.Phrase]:
    """Yield what is wrong with the agency that a row counts a file as."""
    targets, is_wanted = _find_targets(decision_row, roster), find_ruling(decision_row.ruling) is Ruling.COUNT_AS
    if is_wanted and not decision_row.target:
        yield catalogue.format_phrase("decision_blank_target", **facts)
    elif is_wanted and not targets:
        yield catalogue.format_phrase("decision_no_target", **facts)
    if len(targets) > 1:
        codes = tuple(agency.code for agency in targets)
        yield catalogue.format_phrase("decision_several_targets", **facts, codes=codes)
    if not is_wanted and decision_row.target:
        yield catalogue.format_phrase("decision_needless_target", **facts)


def _list_file_problems(
    decision_row: DecisionRow, facts: Mapping[str, object], match: MatchedFiles, files: IndexedFiles
) -> Iterator[catalogue.Phrase]:
    """Yield what is wrong with the file that a row is about."""
    positions = match.positions
    if match.problem:
        yield catalogue.format_phrase(match.problem, **facts, **match.facts)
    elif len(decision_row.sha256) != _SHA256_CHARACTERS and not positions:
        yield catalogue.format_phrase("decision_unknown_file", **facts)
    if not decision_row.sha256 and len({files.items[at].sha256 for at in positions}) > 1:
        yield catalogue.format_phrase("decision_several_files", **facts, count=len(positions))
    if positions and not any(files.items[at].submission for at in positions):
        yield catalogue.format_phrase("decision_no_return", **facts)


def _report_problems(path: Path, problems: Sequence[catalogue.Phrase]) -> UsageError:
    """Return one error for all problems, one in a line if there are several."""
    if len(problems) == 1:
        return UsageError("decisions.wrong", path=str(path), problems=problems[0])
    lines = "\n".join(f"{problem}。" for problem in problems[:_MAX_PROBLEMS_LISTED])
    more = len(problems) - _MAX_PROBLEMS_LISTED
    if more > 0:
        lines += "\n" + catalogue.format_phrase("more_problems", count=more)
    return UsageError(
        "decisions.wrong_rows", path=str(path), count=len(problems), problems=catalogue.Phrase(f"{lines}\n")
    )


# --- new rows -------------------------------------------------------------------------------------------------------


def _make_rows(item: ReviewedFile) -> Iterator[DecisionRow]:
    """Yield a row for every open question about a file."""
    for finding in item.findings:
        if finding.code in QUESTION_CODES and finding.open and item.submission:
            yield DecisionRow(
                file=item.file,
                sha256=item.sha256,
                code=item.submission.agency_code,
                name=item.submission.agency_name,
                question=catalogue.render_problem(finding),
                figures=_describe_figures(item, finding),
                id=str(finding.facts["question"]),
                state=str(load_decision_words()["states"]["open"]),
            )


def _describe_figures(item: ReviewedFile, finding: Finding) -> str:
    """Describe the figures at stake: those that differ, or how many there are."""
    if "changes" in finding.facts:
        return catalogue.format_phrase(
            "decision_changes" if finding.facts["changes"] else "decision_texts", **finding.facts
        )
    values = item.submission.values.values() if item.submission else ()
    return catalogue.format_phrase("decision_figures", count=sum(bool(value) for value in values))
