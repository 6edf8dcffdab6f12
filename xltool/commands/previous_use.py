"""Say what `--previous` was good for: how many agencies have figures of the year before, and which have none."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from xltool.commands.run_context import RunContext
from xltool.consolidation.tree import list_manifest
from xltool.errors import UsageError
from xltool.forms.period_words import name_earlier_period
from xltool.model.consolidation import Consolidation, ReviewedFile
from xltool.model.form import Form
from xltool.model.period import length_of

_MAX_SHOWN = 3  # codes of agencies in a sentence


class PreviousUse(NamedTuple):
    """The year, the codes of the agencies with some figures of it or with none, and the names of the latter."""

    year: int
    used: tuple[str, ...]
    without: tuple[str, ...]
    names: tuple[str, ...]


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
    """Find the agencies with figures of the year before ``year`` for this form; None without ``--previous``."""
    if run_context.previous_years is None:
        return None
    asked = tuple(dict.fromkeys(codes))
    has_figures = {code: _has_figures(run_context, code, form, year) for code in asked}
    used = tuple(code for code in asked if has_figures[code])
    without = tuple(code for code in asked if not has_figures[code])
    known = run_context.roster.known_agencies if run_context.roster else {}
    return PreviousUse(year - 1, used, without, tuple(known[code].name if code in known else code for code in without))


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
    return bool(run_context.previous_years and run_context.previous_years.get_year_before(year))


def _may_have_figures(run_context: RunContext, code: str, form: Form, year: int) -> bool:
    """Return whether an agency has figures, or came out of one that has some: its share is then unknown, not absent."""
    before = run_context.roster.predecessors.get(code, ()) if run_context.roster and code else ()
    known = run_context.previous_years.get_year_before(year) if run_context.previous_years else {}
    return bool(code) and (
        _has_figures(run_context, code, form, year) or any(agency.code in known for agency in before)
    )


def _has_figures(run_context: RunContext, code: str, form: Form, year: int) -> bool:
    values = run_context.sum_year_before([code], year)
    return values is not None and any(values.get(cell) is not None for cell in form.cells)
