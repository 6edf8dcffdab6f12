"""Compare groups of agencies whose work was divided, or left to nobody, with last year's figures of the group.

If one agency continues another's work, its own return is checked against both (see `model.succession`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from xltool.forms.expressions import check_relation
from xltool.forms.sum_values import sum_agency_values
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.consolidation import Consolidation
from xltool.model.finding import Finding, FindingCell
from xltool.model.finding_facts import Breach, Clauses
from xltool.model.form import Relation, Severity, Values
from xltool.model.succession import group_divided_agencies

_MAX_RELATIONS_LISTED = 6


def check_divided_agencies(consolidation: Consolidation, previous_figures: Mapping[str, Values]) -> Iterator[Finding]:
    """Yield one finding per group whose figures do not follow from last year's figures by agency code.

    Groups with a return missing from the sum, or without figures of last year, are skipped.
    """
    if consolidation.roster is None:
        return
    names = {agency.code: agency.name for agency in consolidation.roster.known_agencies.values()}
    own = {part.agency_code: part for part in consolidation.parts if not part.manifest}
    for were, are in group_divided_agencies(consolidation.roster, consolidation.year - 1, consolidation.year):
        if not (were <= previous_figures.keys() and are <= own.keys() and _concerns_level(consolidation, were, are)):
            continue
        now = (
            sum_agency_values([own[code].counted for code in are], consolidation.form)
            if are
            else dict.fromkeys(consolidation.form.cells, 0)
        )
        then = sum_agency_values([previous_figures[code] for code in were], consolidation.form)
        wrong = {
            rule.id: rule for rule in consolidation.form.relations if rule.uses_previous and _is_broken(rule, now, then)
        }
        broken = [rule for rule in wrong.values() if wrong.keys().isdisjoint(rule.implied_by)]
        if broken:
            facts = {
                "before": tuple(sorted(names[code] for code in were)),
                "after": tuple(sorted(names[code] for code in are)),
                "count": len(broken),
                "told": Clauses(tuple(_describe_breach(rule, now, then) for rule in broken[:_MAX_RELATIONS_LISTED])),
            }
            code = "merge.divided" if are else "merge.left_to_nobody"
            yield Finding(code, Severity.EXPLAIN, tuple(_spots_of_relations(broken, consolidation)), facts)


def _concerns_level(consolidation: Consolidation, predecessors: Iterable[str], successors: Iterable[str]) -> bool:
    """Return True if the group belongs to this level; when sums are merged again, each level reports its own."""
    if successors or not any(part.manifest for part in consolidation.parts):
        return True
    agencies = consolidation.roster.agencies if consolidation.roster else {}
    return any(code in agencies and agencies[code].parent == consolidation.summary.agency_code for code in predecessors)


def _is_broken(rule: Relation, now: Values, then: Values) -> bool:
    return rule.expect.operator == "==" and not rule.profile and check_relation(rule, now, then).holds is False


def _describe_breach(rule: Relation, now: Values, then: Values) -> Breach:
    verdict = check_relation(rule, now, then)
    return Breach(rule.name, verdict.left, verdict.right)


def _spots_of_relations(broken: Sequence[Relation], consolidation: Consolidation) -> Iterator[FindingCell]:
    places = plan_workbook(consolidation.form).cells
    for cell in dict.fromkeys(term.cell for rule in broken for term in rule.terms if not term.previous):
        yield FindingCell(cell, places[cell].sheet, places[cell].address)
