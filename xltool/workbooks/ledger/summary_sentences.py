"""Sentences with counts of lines: how many requests are open, late, due; how many lines are not filled in."""

from collections.abc import Sequence

from xltool.ledger.workbook_wording import load_workbook_wording
from xltool.workbooks.ledger.ledger_layout import Area, LedgerLayout
from xltool.workbooks.ledger.live_counts import LedgerRow, Lines
from xltool.workbooks.ledger.request_states import NO_CONTENT
from xltool.workbooks.xlsxwriter_adapter import Formula


def make_summary(layout: LedgerLayout, lines_by_area: Lines) -> Formula:
    """Return the sentence that says how many requests are open, late and due, and how many lines lack something."""
    say, states = load_workbook_wording().requests, load_workbook_wording().states
    rows = lines_by_area[Area.REQUESTS]
    waiting = (states["correction"], states["third_party"], states["fee"])
    parts = [
        (say["summary_before"], format_open_count(layout), count_open(rows)),
        (say["summary_overdue"], format_state_count(layout, states["overdue"]), count_states(rows, states["overdue"])),
        (
            f"{say['summary_due']}{layout.definition.terms.reminder}{say['summary_days']}",
            format_state_count(layout, states["due"]),
            count_states(rows, states["due"]),
        ),
        (say["summary_waiting"], format_state_count(layout, *waiting), count_states(rows, *waiting)),
    ]
    text = "&".join(f'"{words}"&{formula}' for words, formula, _ in parts)
    shown = "".join(f"{words}{count}" for words, _, count in parts)
    flawed, count = format_incomplete_count(layout), count_incomplete(lines_by_area)
    incomplete = f'IF({flawed}>0,"{say["incomplete_before"]}"&{flawed}&"{say["incomplete_after"]}","")'
    shown += say["summary_after"] + (f"{say['incomplete_before']}{count}{say['incomplete_after']}" if count else "")
    return Formula(f'={text}&"{say["summary_after"]}"&{incomplete}', shown)


def make_form_sentence(layout: LedgerLayout, lines_by_area: Lines) -> Formula:
    """Return the sentence above a computed table: whether every line is counted in it."""
    say = load_workbook_wording().forms
    flawed, count = format_incomplete_count(layout), count_incomplete(lines_by_area)
    broken = f'"{say["incomplete_before"]}"&{flawed}&"{say["incomplete_after"]}"'
    shown = f"{say['incomplete_before']}{count}{say['incomplete_after']}" if count else say["counted"]
    return Formula(f'=IF({flawed}=0,"{say["counted"]}",{broken})', shown)


def format_incomplete_count(layout: LedgerLayout) -> str:
    """Return a formula for the number of lines that do not count, or count wrongly."""
    return "+".join(f"SUM({layout.span(area, 'incomplete')})" for area in Area).join("()")


def count_incomplete(lines_by_area: Lines) -> int:
    """Count the lines that do not count, or count wrongly."""
    return sum(row.get("incomplete") == 1 for rows in lines_by_area.values() for row in rows)


def format_open_count(layout: LedgerLayout) -> str:
    """Return a formula for the number of open requests."""
    return f"COUNT({layout.span(Area.REQUESTS, 'order')})"


def count_open(filled_lines: Sequence[LedgerRow]) -> int:
    """Count the open requests."""
    return sum(row["order"] != NO_CONTENT for row in filled_lines)


def format_state_count(layout: LedgerLayout, *states: str) -> str:
    """Return a formula for the number of requests in some states."""
    counts = [f'COUNTIF({layout.span(Area.REQUESTS, "state")},"{state}")' for state in states]
    return counts[0] if len(counts) == 1 else f"({'+'.join(counts)})"


def count_states(filled_lines: Sequence[LedgerRow], *states: str) -> int:
    """Count the requests in some states."""
    return sum(row["state"] in states for row in filled_lines)
