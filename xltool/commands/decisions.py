"""Obey the decisions of a coordinator about single files, and add the questions that are open to their workbook."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import NamedTuple

from xltool.commands.check_outputs import WRITTEN_SUFFIXES, OutputFile
from xltool.consolidation.apply_decisions import apply_decisions
from xltool.consolidation.file_status import LAPSED_DECISION, QUESTION_CODES, decide_status, identify_question
from xltool.errors import UsageError
from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster
from xltool.model.agency_names import normalize_name
from xltool.model.consolidation import ReviewedFile
from xltool.model.decision import Decision, Ruling
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.workbooks.decisions_workbook import (
    DecisionRow,
    find_ruling,
    is_decisions_workbook,
    iterate_ruled,
    load_decision_words,
    read_decision_rows,
    write_decision_rows,
)
from xltool.workbooks.save_files import refuse_locked_files

_SHA256_CHARACTERS = 64
_MAX_PROBLEMS_LISTED = 10


class DecisionBook(NamedTuple):
    """A decisions workbook as it was read; ``digests`` are the SHA-256 to fill in, by the number of the row."""

    path: Path
    rows: tuple[DecisionRow, ...]
    digests: Mapping[int, str]


class _Files(NamedTuple):
    """The files of a run by SHA-256, and by path and name."""

    items: Sequence[ReviewedFile]
    by_content: Mapping[str, tuple[int, ...]]
    by_name: Mapping[str, tuple[int, ...]]


def list_decision_outputs(path: Path | None) -> list[OutputFile]:
    """Return the workbook as an output of the command, which may lie among the returns."""
    return [OutputFile(path, WRITTEN_SUFFIXES, is_decisions_workbook)] if path else []


def apply_recorded_decisions(
    reviewed: Sequence[ReviewedFile], path: Path | None, roster: Roster | None
) -> tuple[tuple[ReviewedFile, ...], DecisionBook | None]:
    """Return the files with all decisions of a workbook applied, and the workbook; None without a path.

    A decision lapses when the file has other content by now; its file gets a note. Raises UsageError, one for all
    problems, for a workbook that cannot be read, contradicts itself or names unknown files or agencies.
    """
    if path is None:
        return tuple(reviewed), None
    refuse_locked_files([path])
    rows = read_decision_rows(path) if path.exists() else ()
    files = _index_files(reviewed)
    matched = {row.row: _find_files(row, files) for row in iterate_ruled(rows)}
    agencies = {agency.code: agency for agency in (*roster.others.values(), *roster)} if roster else {}
    problems = [problem for row in iterate_ruled(rows) for problem in _list_problems(row, matched, files, agencies)]
    problems += _find_contradictions(rows, matched, files)
    if problems:
        raise _report_problems(path, list(dict.fromkeys(problems)))
    decisions: dict[int, list[Decision]] = defaultdict(list)
    for row in iterate_ruled(rows):
        for position in matched[row.row]:
            decisions[position].append(_make_decision(row, files.items[position], agencies))
    lapsed = _find_lapsed(rows, matched, files)
    done = (
        _tell_lapsed(apply_decisions(item, decisions[position], agencies), lapsed.get(position))
        for position, item in enumerate(reviewed)
    )
    blank = (row for row in iterate_ruled(rows) if not row.sha256)
    digests = {row.row: reviewed[matched[row.row][0]].sha256 for row in blank}
    return tuple(done), DecisionBook(path, rows, digests)


def record_open_questions(book: DecisionBook | None, items: Iterable[ReviewedFile]) -> int:
    """Add a row for every open question that has none, and the SHA-256 to rows without one; return the rows added.

    Raises WritingError if the workbook cannot be saved.
    """
    if book is None:
        return 0
    files = list(items)
    asked = {(row.sha256, row.id) for row in book.rows}
    open_rows = [row for item in files for row in _make_rows(item)]
    added = [row for row in open_rows if (row.sha256, row.id) not in asked]
    write_decision_rows(book.path, added, book.digests, _find_changed_states(book, files, open_rows))
    return len(added)


def _find_changed_states(
    book: DecisionBook, items: Sequence[ReviewedFile], open_rows: Iterable[DecisionRow]
) -> dict[int, str]:
    """Return the states of rows that differ from what is written beside them, by the number of the row.

    A row about a file that is not in this run keeps its state.
    """
    words: Mapping[str, str] = load_decision_words()["states"]
    waiting = {(row.sha256, row.id) for row in open_rows}
    obeyed = {decision.row for item in items for decision in item.decisions}
    contents = {item.sha256 for item in items}
    names = {_plain_path(item.file) for item in items} | {_plain_path(PurePath(item.file).name) for item in items}
    changed = {}
    for row in book.rows:
        key = None
        if row.ruling:
            is_known = _plain_path(row.file) in names
            key = "obeyed" if row.row in obeyed else "lapsed" if row.sha256 and is_known else None
        elif row.sha256 in contents:
            key = "open" if (row.sha256, row.id) in waiting else "settled"
        elif row.id and _plain_path(row.file) in names:
            key = "settled"
        if key and words[key] != row.state:
            changed[row.row] = words[key]
    return changed


# --- rows and files -------------------------------------------------------------------------------------------------


def _index_files(reviewed: Sequence[ReviewedFile]) -> _Files:
    by_content: dict[str, list[int]] = defaultdict(list)
    by_name: dict[str, list[int]] = defaultdict(list)
    for position, item in enumerate(reviewed):
        if item.sha256:
            by_content[item.sha256.casefold()].append(position)
        for name in {item.file, PurePath(item.file).name}:
            by_name[_plain_path(name)].append(position)
    freeze = {key: tuple(positions) for key, positions in by_content.items()}
    return _Files(reviewed, freeze, {key: tuple(positions) for key, positions in by_name.items()})


def _plain_path(name: str) -> str:
    return name.replace("\\", "/").casefold()


def _find_files(row: DecisionRow, files: _Files) -> tuple[int, ...]:
    """Return the positions of the files a row is about; of several agencies in one file, those of its agency.

    Of several files with the content decided about, only those of the name in the row are meant, if there are any.
    """
    named = files.by_name.get(_plain_path(row.file)) or files.by_name.get(_plain_path(PurePath(row.file).name), ())
    found = named
    if row.sha256:
        found = files.by_content.get(row.sha256.casefold(), ())
        found = tuple(at for at in found if at in named) or found
    if len(found) > 1 and row.code:
        same = tuple(at for at in found if (read := files.items[at].submission) and read.agency_code == row.code)
        return same or found
    return found


def _find_lapsed(
    rows: Iterable[DecisionRow], matched: Mapping[int, tuple[int, ...]], files: _Files
) -> dict[int, DecisionRow]:
    """Return, by position, the last row about a file of that name with other content."""
    lapsed = {}
    for row in iterate_ruled(rows):
        if not matched[row.row]:
            for position in files.by_name.get(_plain_path(row.file), ()):
                lapsed[position] = row
    return lapsed


def _tell_lapsed(item: ReviewedFile, row: DecisionRow | None) -> ReviewedFile:
    """Add the finding of a lapsed decision; hold a file that was to be left out or counted until it is decided anew."""
    if row is None or item.decisions:
        return item
    facts = {"row": row.row, "ruling": row.ruling, "date": row.date}
    asked = any(finding.code in QUESTION_CODES and finding.open for finding in item.findings)
    if asked or find_ruling(row.ruling) is Ruling.RETURN:  # what replaces a returned file is checked like any other
        note = Finding("decision.lapsed", Severity.NOTE, facts=facts)
        return replace(item, findings=(*item.findings, note))
    question = identify_question(LAPSED_DECISION, [item.sha256])
    finding = Finding(LAPSED_DECISION, Severity.EXPLAIN, facts={**facts, "question": question})
    findings = (*item.findings, finding)
    return replace(item, findings=findings, status=decide_status(findings) if item.submission else item.status)


def _make_decision(row: DecisionRow, item: ReviewedFile, agencies: Mapping[str, Agency]) -> Decision:
    ruling = find_ruling(row.ruling)
    assert ruling is not None  # rows without a known ruling are problems
    target = _find_agency(row.target, agencies) if ruling is Ruling.COUNT_AS else None
    return Decision(
        ruling,
        item.file,
        item.sha256,
        row.code,
        row.id,
        target.code if target else "",
        row.reason,
        row.author,
        row.date,
        row.row,
    )


def _find_agency(text: str, agencies: Mapping[str, Agency]) -> Agency | None:
    plain = normalize_name(text)
    known = (
        agency for agency in agencies.values() if plain in (normalize_name(agency.code), normalize_name(agency.name))
    )
    return next(known, None) if plain else None


# --- problems -------------------------------------------------------------------------------------------------------


def _list_problems(
    row: DecisionRow, matched: Mapping[int, tuple[int, ...]], files: _Files, agencies: Mapping[str, Agency]
) -> Iterator[catalogue.Phrase]:
    """Yield what is wrong with one row that has a ruling, as phrases."""
    ruling, positions = find_ruling(row.ruling), matched[row.row]
    facts = {"row": row.row, "file": row.file, "ruling": row.ruling, "target": row.target}
    if ruling is None:
        words = tuple(load_decision_words()["rulings"].values())
        yield catalogue.format_phrase("decision_unknown_ruling", **facts, words=words)
    columns = load_decision_words()["columns"]
    missing = tuple(columns[key] for key in ("reason", "author", "date") if not getattr(row, key))
    if missing:
        yield catalogue.format_phrase("decision_incomplete", **facts, missing=missing)
    if ruling is Ruling.COUNT_AS and _find_agency(row.target, agencies) is None:
        yield catalogue.format_phrase("decision_no_target", **facts)
    if ruling is not Ruling.COUNT_AS and row.target:
        yield catalogue.format_phrase("decision_needless_target", **facts)
    if len(row.sha256) != _SHA256_CHARACTERS and not positions:
        yield catalogue.format_phrase("decision_unknown_file", **facts)
    if not row.sha256 and len({files.items[at].sha256 for at in positions}) > 1:
        yield catalogue.format_phrase("decision_several_files", **facts, count=len(positions))
    if positions and not any(files.items[at].submission for at in positions):
        yield catalogue.format_phrase("decision_no_return", **facts)


def _find_contradictions(
    rows: Iterable[DecisionRow], matched: Mapping[int, tuple[int, ...]], files: _Files
) -> Iterator[catalogue.Phrase]:
    """Yield rows that decide one question in two ways, and versions of one agency that are all to be counted."""
    first: dict[tuple[str, str, str], DecisionRow] = {}
    winners: dict[str, DecisionRow] = {}
    for row in iterate_ruled(rows):
        ruling = find_ruling(row.ruling)
        for item in (files.items[at] for at in matched[row.row]):
            agency = item.submission.agency_code if item.submission else ""
            earlier = first.setdefault((item.sha256, agency, row.id), row)
            if (earlier.ruling, earlier.target) != (row.ruling, row.target):
                yield catalogue.format_phrase("decision_twice", first=earlier.row, row=row.row, file=row.file)
            if row.id.startswith("version-") and ruling is Ruling.COUNT:
                winner = winners.setdefault(row.id, row)
                if winner.sha256 != row.sha256:
                    yield catalogue.format_phrase("decision_two_versions", first=winner.row, row=row.row)


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
