"""Say what `--previous` was good for: how many agencies have figures of the year before, and which have none."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from xltool.commands.run_context import RunContext
from xltool.consolidation.tree import list_manifest
from xltool.errors import UsageError
from xltool.forms.period_words import name_earlier_period
from xltool.model.consolidation import Consolidation, ReviewedFile
from xltool.model.expression import LAST_YEAR_PREFIX
from xltool.model.form import Form
from xltool.model.period import Period, length_of

_MAX_SHOWN = 3  # codes of agencies in a sentence


class PreviousUse(NamedTuple):
    """The year, the codes of the agencies with some figures of it or with none, and the names of the latter.

    ``missing`` is the period before, of which no agency has figures, where ``year`` is the same period of the year
    before; otherwise None.
    """

    year: int
    used: tuple[str, ...]
    without: tuple[str, ...]
    names: tuple[str, ...]
    missing: int | None = None


def find_previous_use(
    run_context: RunContext, codes: Iterable[str], form: Form, year: int, area: str = ""
) -> PreviousUse | None:
    """Find the agencies with figures of the year before ``year`` for this form; None without ``--previous``.

    Called before any output is written. Raises UsageError if no agency, nor the ``area``, has any: the wrong year,
    district or form was given.
    """
    use = count_previous_use(run_context, codes, form, year)
    if use is None or use.used or not use.without or run_context.previous_years is None:
        return use
    if not any(_may_have_figures(run_context, code, form, year) for code in (*use.without, area)):
        _refuse_other_agencies(run_context, use)
        years = tuple(sorted(run_context.previous_years.figures)) or None
        earlier, count = name_earlier_period(form.period), len(use.without)
        raise UsageError("usage.previous_unused", years=years, wanted=year - 1, count=count, earlier=earlier)
    return use


def _refuse_other_agencies(run_context: RunContext, use: PreviousUse) -> None:
    """Raise UsageError if there are figures of the year, all of them those of other agencies."""
    known = run_context.previous_years.figures.get(use.year, {}) if run_context.previous_years else {}
    listed = sorted(code for code in known if code)
    if listed and not set(listed) & set(use.without):
        shown, asked = tuple(listed[:_MAX_SHOWN]), use.without[:_MAX_SHOWN]
        raise UsageError(
            "usage.previous_agencies",
            earlier=name_earlier_period(length_of(use.year)),
            wanted=use.year,
            listed=shown,
            asked=asked,
            count=len(use.without),
        )


def count_previous_use(run_context: RunContext, codes: Iterable[str], form: Form, year: int) -> PreviousUse | None:
    """Find the agencies with figures of the year before ``year`` for this form; None without ``--previous``.

    Where none has any, those with figures of the same period of last year are found, if a relation asks for these.
    """
    if run_context.previous_years is None:
        return None
    asked = tuple(dict.fromkeys(codes))
    used = tuple(code for code in asked if _has_figures(run_context, code, form, year))
    earlier, missing = year - 1, None
    if not used and isinstance(year, Period) and _asks_last_year(form):
        used = tuple(code for code in asked if _has_figures(run_context, code, form, year, LAST_YEAR_PREFIX))
        earlier, missing = (year.year_before, year - 1) if used else (earlier, None)
    without = tuple(code for code in asked if code not in used)
    known = run_context.roster.known_agencies if run_context.roster else {}
    names = tuple(known[code].name if code in known else code for code in without)
    return PreviousUse(earlier, used, without, names, missing)


def survey_reviewed(run_context: RunContext, reviewed_files: Sequence[ReviewedFile]) -> PreviousUse | None:
    """Survey the agencies of checked files, for the year of most of them.

    An agency that checks its own return goes on if last year's sum has others: it may be new. Raises UsageError.
    """
    returns = [item.submission for item in reviewed_files if item.submission and item.submission.year]
    if not returns:
        return None
    years = [submission.year or 0 for submission in returns]
    year = max(sorted(set(years)), key=years.count)
    of_year = next(submission for submission in returns if submission.year == year)
    if run_context.roster is None and len(returns) == 1 and _knows_year_before(run_context, year):
        key = run_context.find_previous_key(of_year.agency_code, of_year.agency_name)
        return count_previous_use(run_context, [key], run_context.forms.of(of_year).form, year)
    return survey_returns(run_context, reviewed_files, run_context.forms.of(of_year).form, year)


def survey_returns(
    run_context: RunContext, reviewed_files: Sequence[ReviewedFile], form: Form, year: int, area: str = ""
) -> PreviousUse | None:
    """Survey the agencies of the returns of one year, and the ``area``. Raises UsageError if none has figures."""
    returns = (item.submission for item in reviewed_files if item.submission and item.submission.year == year)
    leaves = (leaf for submission in returns for leaf in list_manifest(submission))
    codes = [run_context.find_previous_key(leaf.code, leaf.name) for leaf in leaves]
    return find_previous_use(run_context, codes, form, year, area)


def find_consolidation_use(run_context: RunContext, consolidation: Consolidation) -> PreviousUse | None:
    """Find which agencies in a sum have figures of the year before; its outputs are already written."""
    codes = [leaf.code for leaf in consolidation.summary.manifest]
    return count_previous_use(run_context, codes, consolidation.form, consolidation.year)


def _knows_year_before(run_context: RunContext, year: int) -> bool:
    known = run_context.previous_years
    same = known.figures.get(year.year_before) if known and isinstance(year, Period) else None
    return bool(known and (known.get_year_before(year) or same))


def _may_have_figures(run_context: RunContext, code: str, form: Form, year: int) -> bool:
    """Return whether an agency has figures, or came out of one that has some: its share is then unknown, not absent."""
    before = run_context.roster.predecessors.get(code, ()) if run_context.roster and code else ()
    known = run_context.previous_years.get_year_before(year) if run_context.previous_years else {}
    return bool(code) and (
        _has_figures(run_context, code, form, year) or any(agency.code in known for agency in before)
    )


def _has_figures(run_context: RunContext, code: str, form: Form, year: int, prefix: str = "") -> bool:
    values = run_context.sum_year_before([code], year)
    return values is not None and any(values.get(f"{prefix}{cell}") is not None for cell in form.cells)


def _asks_last_year(form: Form) -> bool:
    """Return whether a relation needs figures of the same period of last year."""
    compared = (item for relation in form.relations for item in (relation.expect, *relation.when))
    return any(term.last_year for item in compared for side in item.sides for term in side.terms)
