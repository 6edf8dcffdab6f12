"""The facts of a letter: what its placeholders stand for."""

from collections.abc import Sequence
from datetime import date
from pathlib import PurePath
from typing import NamedTuple

from xltool.forms.period_words import name_part_of_year
from xltool.letters.fill_paragraph import Facts, fill_paragraph
from xltool.letters.letter_words import letter_words
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.consolidation import ReviewedFile
from xltool.model.finding import Finding
from xltool.model.form import Form, Severity
from xltool.model.period import Period


class LetterSender(NamedTuple):
    """Who writes the letters and when: ``due`` is the last day of handing in, None if none is set."""

    name: str
    contact: str
    today: date
    due: date | None


def gather_letter_facts(
    agency: Agency,
    item: ReviewedFile | None,
    form: Form,
    year: int,
    sender: LetterSender,
    attached: tuple[str, str],
    check_code: str,
) -> Facts:
    """Return the facts by placeholder; empty where there is nothing to say.

    ``attached`` is the kind (marked or page) and name of the file that goes with the letter.
    """
    kind, name = attached
    findings = item.findings if item else ()
    must_fix, explain = (
        [finding for finding in findings if finding.severity is severity and not finding.settled]
        for severity in (Severity.MUST_FIX, Severity.EXPLAIN)
    )
    ahead = sender.due is not None and sender.today <= sender.due
    late = (sender.today - sender.due).days if sender.due and not ahead else 0
    facts: dict[str, str | Sequence[str]] = {
        "agency": agency.name,
        "year": str(year.year if isinstance(year, Period) else year),
        "form": name_part_of_year(year) + form.title,  # every wording has it behind the year
        "due": format_day(sender.due),
        "due_ahead": format_day(sender.due) if ahead else "",
        "days_late": str(late or ""),
        "contact": sender.contact,
        "sender": sender.name,
        "today": format_day(sender.today),
        "received": PurePath(item.file).name if item else "",
        "must_fix_count": str(len(must_fix) or ""),
        "must_fix": _list_problems(must_fix),
        "explain_count": str(len(explain) or ""),
        "explain": _list_problems(explain),
        "marked": name if kind == "marked" else "",
        "page": name if kind == "page" else "",
        "check_code": check_code,
    }
    placeholders = letter_words().placeholders
    return {placeholders[key]: fact for key, fact in facts.items()}


def format_day(day: date | None) -> str:
    """Return a day as letters write it, such as 2026年1月20日; empty for None."""
    return letter_words().day.format(year=day.year, month=day.month, day=day.day) if day else ""


def fill_title(kind: str, facts: Facts) -> str:
    """Return the title of a letter, which also names its file."""
    texts = {name: fact for name, fact in facts.items() if isinstance(fact, str)}
    filled = fill_paragraph(letter_words().letters[kind].title, texts)
    return filled.text if filled else ""


def _list_problems(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return one numbered sentence for each finding, and how many more there are if the letter would get too long."""
    words = letter_words()
    shown = [
        words.numbered.format(number=number, text=catalogue.render_brief(finding))
        for number, finding in enumerate(findings[: words.max_listed], start=1)
    ]
    if len(findings) > words.max_listed:
        shown.append(words.more.format(count=len(findings) - words.max_listed))
    return tuple(shown)
