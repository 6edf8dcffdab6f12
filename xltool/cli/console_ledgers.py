"""Render counts and checks of ledgers for the console; lines are named by their numbers only."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xltool.messages import catalogue
from xltool.model.contributions import TracedFigure
from xltool.model.finding import Finding
from xltool.model.form import Number, Severity

if TYPE_CHECKING:
    from xltool.commands.ledger_files import ReviewedLedger
    from xltool.commands.ledger_workbooks import IssuedLedger
    from xltool.commands.merge_ledgers import MergedLedgers
    from xltool.ledger.count_ledger import LedgerCount

_MARKS = {Severity.MUST_FIX: "✗", Severity.EXPLAIN: "?", Severity.NOTE: "·"}
_MAX_ALIKE = 5  # findings of one code shown for one file; --verbose and --json have all of them
_MAX_OPEN_FIGURES = 5
_MAX_NAMES = 10  # of lines in one sentence; --json and the workbook have all of them
_BALANCE = ("requests.received", "requests.carried_in", "requests.concluded", "requests.carried_out")


def describe_issued_ledgers(issued: Sequence["IssuedLedger"], folder: Path, *, has_previous: bool = True) -> str:
    """Describe the ledger workbooks that were written, and what they begin with."""
    lines = [catalogue.format_line("ledgers_issued", count=len(issued), folder=str(folder))]
    if not has_previous:
        return lines[0]
    for item in issued:
        if item.carried is None or not any(item.carried):
            continue
        facts = {"agency": item.agency.name, "requests": len(item.carried.requests)}
        lines.append(catalogue.format_line("ledger_carried", **facts, disputes=len(item.carried.disputes)))
        for line_key, numbers in (("ledger_unclear", item.carried.unclear), ("ledger_partly", item.carried.unreadable)):
            if numbers:
                lines.append(catalogue.format_line(line_key, count=len(numbers), numbers=_shorten_list(numbers)))
    without = [item.agency.name for item in issued if item.carried is None]
    if without:
        facts = {"count": len(without), "agencies": _shorten_list(without)}
        lines.append(catalogue.format_line("ledger_without_previous", **facts))
    return "\n".join(lines)


def describe_ledgers(
    reviewed_ledgers: Sequence["ReviewedLedger"], *, verbose: bool = False, with_counts: bool = True
) -> str:
    """Describe every ledger: its figures, what was written, its findings; then how many there are."""
    lines: list[str] = []
    for item in reviewed_ledgers:
        lines += [*_describe_ledger(item, with_counts=with_counts), *_describe_findings(item.findings, verbose=verbose)]
        lines += [catalogue.format_line("ledger_written", path=str(path)) for path in item.files]
        if lines[-1]:
            lines.append("")
    clean = sum(item.ledger is not None and not any(each.open for each in item.findings) for item in reviewed_ledgers)
    others = sum(item.is_own_list for item in reviewed_ledgers)
    unread = sum(item.ledger is None for item in reviewed_ledgers) - others
    return "\n".join(
        [
            *lines,
            catalogue.format_line("ledgers_read", count=len(reviewed_ledgers) - others, clean=clean, unread=unread),
        ]
    )


def describe_merged_ledgers(merged: "MergedLedgers", output: Path, *, verbose: bool = False) -> str:
    """Describe the files that were left out or have findings, then the sums of the area."""
    shown_items = [item for item in merged.items if item.ledger is None or item.findings]
    lines = [describe_ledgers(shown_items, verbose=verbose, with_counts=False)] if shown_items else []
    agencies, requests = len(merged.ledger.agencies), len(merged.ledger.requests)
    facts = {"agencies": agencies, "requests": requests, "disputes": len(merged.ledger.disputes)}
    lines.append(catalogue.format_line("ledgers_merged", **facts))
    lines += _describe_count(merged.total) if merged.total else ()
    return "\n".join([*lines, catalogue.format_line("ledger_written", path=str(output))])


def _describe_ledger(reviewed_ledger: "ReviewedLedger", *, with_counts: bool) -> Iterator[str]:
    ledger, count = reviewed_ledger.ledger, reviewed_ledger.count
    yield catalogue.format_line("ledger_file", file=reviewed_ledger.reviewed.file)
    if ledger is None:
        return
    facts = {
        "agency": ledger.agency.name or ledger.agency.code,
        "year": "" if count is None else count.period,
    }
    yield catalogue.format_line("ledger_lines", **facts, requests=len(ledger.requests), disputes=len(ledger.disputes))
    if with_counts and count is not None:
        yield from _describe_count(count)


def _describe_count(count: "LedgerCount") -> Iterator[str]:
    """Say the balance of requests, what of other figures is not zero, and what stays open."""
    values = count.values
    totals = [values.get(f"{line}.total") for line in _BALANCE]
    if all(f"{line}.total" in values for line in _BALANCE):
        received, carried_in, concluded, carried_out = map(_show_figure, totals)
        facts = {"received": received, "carried_in": carried_in, "concluded": concluded, "carried_out": carried_out}
        yield catalogue.format_line("ledger_balance", **facts)
        yield from _describe_others(values)
    else:
        yield from _describe_all_figures(count)
    if count.open:
        yield from _describe_open_figures(count)
    for event, names in count.unplaced.items():
        word = catalogue.look_up_word("ledgerevent", event)
        yield catalogue.format_line(
            "ledger_unplaced", event=catalogue.Phrase(word), count=len(names), names=_shorten_list(names)
        )


def _shorten_list(names: Sequence[str]) -> tuple[str, ...]:
    """Return the first names of a list, and dots if there are more."""
    return tuple(names) if len(names) <= _MAX_NAMES else (*names[:_MAX_NAMES], catalogue.Phrase("…"))


def _show_figure(value: Number | None) -> str:
    return (
        catalogue.look_up_word("ledgerfigure", "open")
        if value is None
        else f"{value:f}"
        if not isinstance(value, int)
        else str(value)
    )


def _describe_others(values: Mapping[str, Number | None]) -> Iterator[str]:
    keys = ("disputes.review.total", "disputes.direct_litigation.total", "disputes.post_review_litigation.total")
    fees = ("processing_fees.notices", "processing_fees.billed", "processing_fees.collected")
    review, direct, after = (_show_figure(values.get(key)) for key in keys)
    notices, billed, collected = (_show_figure(values.get(key)) for key in fees)
    yield catalogue.format_line("ledger_disputes", review=review, direct=direct, after=after)
    yield catalogue.format_line("ledger_fees", notices=notices, billed=billed, collected=collected)


def _describe_all_figures(count: "LedgerCount") -> Iterator[str]:
    for cell, value in count.values.items():
        known = count.form.cells[cell]
        if cell in count.lines:
            facts = {"figure": known.words, "value": _show_figure(value), "unit": known.unit}
            yield catalogue.format_line("ledger_figure", **facts)


def _describe_open_figures(count: "LedgerCount") -> Iterator[str]:
    names = [count.form.cells[cell].words for cell in count.open]
    lines = tuple(dict.fromkeys(name for behind in count.open.values() for name in behind))
    more = catalogue.Phrase("…" if len(names) > _MAX_OPEN_FIGURES else "")
    facts = {"count": len(names), "figures": tuple(names[:_MAX_OPEN_FIGURES]), "more": more}
    yield catalogue.format_line("ledger_open", **facts, names=_shorten_list(lines))


def _describe_findings(findings: Iterable[Finding], *, verbose: bool) -> Iterator[str]:
    """List findings; of those of one code the first few, unless ``verbose``."""
    shown: dict[str, int] = {}
    for finding in findings:
        code = finding.wording or finding.code
        shown[code] = shown.get(code, 0) + 1
        if verbose or shown[code] <= _MAX_ALIKE:
            yield f"  {_MARKS[finding.severity]} {catalogue.render_finding(finding)}{catalogue.render_option(finding)}"
    if not verbose:
        for code, number in shown.items():
            if number > _MAX_ALIKE:
                yield "  " + catalogue.format_line(
                    "ledger_more", count=number - _MAX_ALIKE, title=catalogue.code_title(code)
                )


def describe_counted_lines(traced_figure: TracedFigure) -> Iterator[str]:
    """List the lines of the ledger behind a figure, with what each adds where that is not one."""
    lines = traced_figure.lines or ()
    has_amounts = any(line.amount != 1 for line in lines)
    names = tuple(f"{line.name}（{line.amount}）" if has_amounts else line.name for line in lines)
    yield catalogue.format_line("traced_lines", count=len(names), names=names)
    if not traced_figure.agrees:
        found = sum(line.amount for line in lines)
        yield catalogue.format_line("traced_changed", total=traced_figure.total, found=found)
