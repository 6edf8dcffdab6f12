"""Errors that cannot be read off one by one, solved as an integer programme, with and without the solver."""

from collections.abc import Mapping

import pytest

from tests.checks.figures import FORM
from tests.checks.test_localisation import SUQIAN, told
from xltool.checks.localisation import diagnose, integer_programme
from xltool.checks.localisation.diagnose import diagnose_errors
from xltool.checks.localisation.integer_programme import find_least_changes
from xltool.checks.localisation.minimal_sets import find_shortest_ring
from xltool.checks.localisation.report_equations import ReportEquations
from xltool.model.form import Number

# Four figures at the crossings of two lines and two columns, all typed too high: each shares both its equations.
RING = {
    f"requests.{line}.{column}": SUQIAN[f"requests.{line}.{column}"] + more
    for line, column, more in (
        ("granted", "research_institution", 3),
        ("granted", "social_organization", 5),
        ("partly_granted", "research_institution", 11),
        ("partly_granted", "social_organization", 2),
    )
}


@pytest.fixture
def no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integer_programme, "is_solver_installed", lambda: False)
    monkeypatch.setattr(diagnose, "is_solver_installed", lambda: False)


def test_ring__the_four_cells_are_named_but_no_values_that_nothing_decides() -> None:
    (found,) = diagnose_errors(FORM, {**SUQIAN, **RING}, seconds=5)
    assert [told(item) for item in found.repairs] == [("least_change", dict.fromkeys(RING))]
    assert found.complete


@pytest.mark.usefixtures("no_solver")
def test_ring__without_the_solver__what_is_found_is_not_called_complete() -> None:
    (found,) = diagnose_errors(FORM, {**SUQIAN, **RING}, seconds=5)
    assert not found.complete


def test_the_programme_alone__finds_the_same_set_as_the_search() -> None:
    typed: Mapping[str, Number] = {**SUQIAN, "requests.granted.enterprise": 40, "requests.carried_out.total": 1}
    case = ReportEquations(FORM, typed)
    answer = find_least_changes(case.search, case.residuals, {}, seconds=5)
    assert answer.complete
    assert [case.values(changes) for changes in answer.sets] == [
        {"requests.granted.enterprise": 12, "requests.carried_out.total": SUQIAN["requests.carried_out.total"]}
    ]


def test_the_programme__weights_and_fixed_figures_are_respected() -> None:
    cell = "requests.granted.enterprise"
    typed: Mapping[str, Number] = {**SUQIAN, cell: 40}
    case = ReportEquations(FORM, typed, locked=[cell])
    answer = find_least_changes(case.search, case.residuals, {}, seconds=5)
    assert answer.sets
    assert all(case.system.places[cell] not in dict(changes) for changes in answer.sets)


def test_the_programme__no_time__says_it_is_not_complete() -> None:
    case = ReportEquations(FORM, {**SUQIAN, **RING})
    assert find_least_changes(case.search, case.residuals, {}, seconds=0) == ((), False)


def test_rings__in_a_fully_typed_report_none_is_shorter_than_four_and_in_a_template_there_is_none() -> None:
    assert find_shortest_ring(ReportEquations(FORM, SUQIAN).system) == 4
    assert find_shortest_ring(ReportEquations(FORM, {cell.id: SUQIAN[cell.id] for cell in FORM.inputs}).system) is None
