"""Read a roster: the tree of agencies, with notes on what was read in a way a person should know of."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from xltool.errors import RosterError
from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster
from xltool.model.agency_names import normalize_name
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.roster.check_tree import check_tree
from xltool.roster.find_table import REQUIRED_COLUMNS, RosterTable, SkippedRow, find_table, select_agency_rows
from xltool.roster.load_sheets import load_sheets
from xltool.roster.parse_agencies import RosterParser

MAX_PROBLEMS_TOLD = 30


def read_roster(path: Path) -> Roster:
    """Read the agencies of a roster, in its order.

    The first row with headings for code and name begins the list; rows above it are titles. Codes are text: leading
    zeros are kept, and a number shown as 110112114 is that text. A parent may be given by its name, and need not be on
    the roster. Merged cells hold for all their rows.
    Raises RosterError (facts: file, and row where there is one). Several problems are told in one error.
    """
    table = find_table(load_sheets(path), path.name)
    selected = list(select_agency_rows(table))
    parser = RosterParser(table.columns, path.name)
    agencies: dict[str, Agency] = {}
    rows: dict[str, int] = {}
    for row in selected:
        agency = None if isinstance(row, SkippedRow) else parser.parse_agency(row)
        if agency is None:
            continue
        if agency.code in agencies:
            facts = {"row": row.number, "code": agency.code, "first": rows[agency.code]}
            parser.problems.append(RosterError("roster.duplicate_code", file=path.name, **facts))
        else:
            agencies[agency.code], rows[agency.code] = agency, row.number
    parser.problems += table.problems
    if not agencies and not parser.problems:
        raise RosterError("roster.no_rows", file=path.name)
    agencies = _resolve_names(agencies)
    _raise_problems([*parser.problems, *check_tree(agencies, rows, path.name)], path.name)
    skipped = [row for row in selected if isinstance(row, SkippedRow)]
    notes = _make_notes(table, skipped, parser.invisible, set(rows.values()))
    return Roster(agencies, source=path.name, notes=(*notes, *_note_same_names(agencies)))


def _resolve_names(agencies: Mapping[str, Agency]) -> dict[str, Agency]:
    """Replace parents and successors that are given by the name of an agency by its code."""
    codes: dict[str, str | None] = {}
    for agency in agencies.values():
        name = normalize_name(agency.name)
        codes[name] = None if name in codes else agency.code

    def resolve(text: str) -> str:
        return text if text in agencies else codes.get(normalize_name(text)) or text

    return {
        code: replace(
            agency,
            parent=resolve(agency.parent) if agency.parent else None,
            successors=tuple(map(resolve, agency.successors)),
        )
        for code, agency in agencies.items()
    }


def _raise_problems(problems: Sequence[RosterError], file: str) -> None:
    if len(problems) == 1:
        raise problems[0]
    if problems:
        in_order = sorted(problems, key=lambda problem: int(str(problem.facts["row"])))
        lines = [catalogue.render_error(problem) for problem in in_order[:MAX_PROBLEMS_TOLD]]
        facts = {"count": len(problems), "problems": catalogue.Phrase("\n".join([*lines, ""]))}
        raise RosterError("roster.problems", file=file, **facts)


def _make_notes(
    roster_table: RosterTable, skipped: Sequence[SkippedRow], invisible: Sequence[int], used: set[int]
) -> Iterator[Finding]:
    """Yield a note on each peculiarity of the roster that changes nothing, but that a person should know of."""
    hidden = tuple(sorted(roster_table.sheet.hidden & used))
    if hidden:
        yield Finding("roster.hidden_rows", Severity.NOTE, facts={"count": len(hidden), "rows": hidden})
    known = {roster_table.columns[column] for column in REQUIRED_COLUMNS}
    own = [row for row in roster_table.rows if row.number in used]
    for code, unseen in (
        ("roster.unseen_rows", tuple(row.number for row in own if row.unseen & known)),
        ("roster.unseen_text", tuple(row.number for row in own if row.partly_unseen)),
    ):
        if unseen:
            yield Finding(code, Severity.NOTE, facts={"count": len(unseen), "rows": unseen})
    if roster_table.sheet.wide_separators:
        wide = roster_table.sheet.wide_separators
        yield Finding("roster.wide_separators", Severity.NOTE, facts={"count": len(wide), "rows": wide})
    if invisible:
        yield Finding("roster.invisible", Severity.NOTE, facts={"count": len(invisible), "rows": tuple(invisible)})
    for row in skipped:
        yield Finding("roster.row_skipped", Severity.NOTE, facts={"row": row.number, "text": row.text})
    if roster_table.others:
        yield Finding(
            "roster.other_sheets", Severity.NOTE, facts={"read": roster_table.sheet.name, "others": roster_table.others}
        )


def _note_same_names(agencies: Mapping[str, Agency]) -> Iterator[Finding]:
    """Yield a note on each name that several agencies below one parent have, those that have ended aside."""
    codes: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for agency in agencies.values():
        if agency.ended is None:
            codes[agency.parent, normalize_name(agency.name)].append(agency.code)
    for same in codes.values():
        if len(same) > 1:
            facts = {"agency": agencies[same[0]].name, "count": len(same), "members": tuple(same)}
            yield Finding("roster.same_name", Severity.NOTE, facts=facts)
