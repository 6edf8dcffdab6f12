"""Work that was divided among several agencies, or left to nobody: only all of them together can be held to last year.

Where one agency carries on another's work, its own return is checked against both (see `succession`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from xltool.forms.expressions import verdict
from xltool.forms.layout import plan
from xltool.messages import catalogue as texts
from xltool.model.consolidation import Consolidation
from xltool.model.finding import Finding, Spot
from xltool.model.form import Relation, Severity, Values
from xltool.model.succession import groups, together

_MOST_TOLD = 6


def divided(made: Consolidation, before: Mapping[str, Values]) -> Iterator[Finding]:
    """One finding for each such group whose figures of this year do not follow from ``before``, those of last year.

    Nothing is said while a return of the group is not in the sum, or a figure of last year is not known.
    """
    if made.roster is None:
        return
    names = {agency.code: agency.name for agency in (*made.roster.others.values(), *made.roster)}
    own = {part.agency_code: part for part in made.parts if not part.manifest}
    for were, are in groups(made.roster, made.year - 1, made.year):
        if not (were <= before.keys() and are <= own.keys() and _told_here(made, were, are)):
            continue
        now = together([own[code].counted for code in are]) if are else dict.fromkeys(made.form.cells, 0)
        then = together([before[code] for code in were])
        wrong = {rule.id: rule for rule in made.form.relations if rule.uses_previous and _broken(rule, now, then)}
        broken = [rule for rule in wrong.values() if wrong.keys().isdisjoint(rule.implied_by)]
        if broken:
            facts = {
                "before": tuple(sorted(names[code] for code in were)),
                "after": tuple(sorted(names[code] for code in are)),
                "count": len(broken),
                "told": texts.Phrase(
                    texts.phrase("semicolon").join(_told(each, now, then) for each in broken[:_MOST_TOLD])
                ),
            }
            code = "merge.divided" if are else "merge.left_to_nobody"
            yield Finding(code, Severity.EXPLAIN, tuple(_spots(broken, made)), facts)


def _told_here(made: Consolidation, were: Iterable[str], are: Iterable[str]) -> bool:
    """Whether it is this sum's matter: where sums are merged again, each level tells what is directly its own."""
    if are or not any(part.manifest for part in made.parts):
        return True
    agencies = made.roster.agencies if made.roster else {}
    return any(code in agencies and agencies[code].parent == made.summary.agency_code for code in were)


def _broken(rule: Relation, now: Values, then: Values) -> bool:
    return rule.expect.operator == "==" and not rule.profile and verdict(rule, now, then).holds is False


def _told(rule: Relation, now: Values, then: Values) -> texts.Phrase:
    found = verdict(rule, now, then)
    return texts.phrase("divided", relation=rule.name, left=found.left, right=found.right)


def _spots(broken: Sequence[Relation], made: Consolidation) -> Iterator[Spot]:
    places = plan(made.form).cells
    for cell in dict.fromkeys(term.cell for rule in broken for term in rule.terms if not term.previous):
        yield Spot(cell, places[cell].sheet, places[cell].address)
