"""What the checks sheet shows for any figures, without any workbook."""

from decimal import Decimal
from pathlib import Path

from tests.workbooks.hand import FORM, PLAN, trial_plan
from xltool.workbooks.template.check_formulas import CheckLine, compute_check_lines, find_needed_inputs, overall_result

ZEROS = {cell.id: 0 for cell in FORM.inputs}


def test_zeros__everything_that_can_be_asked_holds() -> None:
    lines = compute_check_lines(PLAN, ZEROS)
    assert {line.result for line in lines.values()} == {"✓", "—"}
    assert lines["T3-BAL.total"] == CheckLine(0, 0, 0, "✓")
    assert lines["YEAR-CARRY.total"] == CheckLine(None, None, None, "—", asked=False)
    assert overall_result(PLAN, lines) == "全部相符"


def test_one_figure_too_many__its_balances_break_with_both_sides() -> None:
    lines = compute_check_lines(PLAN, ZEROS | {"requests.received.enterprise": 7})
    assert {name: line for name, line in lines.items() if line.result == "✗"} == {
        "T3-BAL.enterprise": CheckLine(7, 0, 7, "✗"),
        "T3-BAL.total": CheckLine(7, 0, 7, "✗"),
    }
    assert overall_result(PLAN, lines) == "2 条必须改正"
    both = dict.fromkeys(["T3-BAL.total"], CheckLine(1, 0, 1, "✗")) | {"YEAR-CARRY.total": CheckLine(1, 0, 1, "✗")}
    assert overall_result(PLAN, both) == "1 条必须改正，1 条可说明"


def test_one_blank__what_needs_it_waits__unless_blanks_are_declared_zero() -> None:
    values = ZEROS | {"requests.granted.other": None}
    waiting = [name for name, line in compute_check_lines(PLAN, values).items() if line.result == "待填"]
    assert sorted(waiting) == [
        "T3-BAL.other",
        "T3-BAL.total",
        "T3-RESULT.other",
        "T3-RESULT.total",
        "T3-ROW.concluded",
        "T3-ROW.granted",
    ]
    assert overall_result(PLAN, compute_check_lines(PLAN, values)) == "待填"
    assert overall_result(PLAN, compute_check_lines(PLAN, values, declared_zero=True)) == "全部相符"


def test_condition__not_met_is_idle__not_known_waits() -> None:
    lines = compute_check_lines(PLAN, ZEROS | {"processing_fees.notices": 1, "processing_fees.billed": Decimal("10.5")})
    assert [lines[f"S6-{name}"].result for name in ("ZERO-AMOUNT", "ZERO-NOTICES")] == ["—", "—"]
    assert lines["S6-TARIFF-BILLED"] == CheckLine(Decimal("0.5"), 0, Decimal("0.5"), "✗")
    lines = compute_check_lines(PLAN, ZEROS | {"processing_fees.notices": None})
    assert [lines[f"S6-{name}"].result for name in ("ZERO-AMOUNT", "ZERO-NOTICES")] == ["待填", "待填"]


def test_last_year__a_figure_not_known_makes_its_relation_idle() -> None:
    previous = {"requests.carried_out.natural_person": 3, "disclosure.rules.in_force": None}
    lines = compute_check_lines(PLAN, ZEROS, previous)
    assert lines["YEAR-CARRY.natural_person"] == CheckLine(0, 3, -3, "✗")
    assert [lines[name].result for name in ("YEAR-CARRY.enterprise", "YEAR-VALID.rules")] == ["—", "—"]


def test_profile__asked_only_of_those_it_is_meant_for() -> None:
    values = ZEROS | {"disclosure.rules.issued": 2}
    assert compute_check_lines(PLAN, values)["T2-RULEPOWER.issued"].result == "—"
    asked = compute_check_lines(PLAN, values, profiles={"without_rule_power"})
    assert asked["T2-RULEPOWER.issued"] == CheckLine(2, 0, 2, "✗")


def test_missing_as_zero__never_waits(tmp_path: Path) -> None:
    made = trial_plan(tmp_path / "trial")
    assert compute_check_lines(made, {})["ABOVE"] == CheckLine(0, 1, -1, "✗")
    assert compute_check_lines(made, {"t.cases": 1})["ABOVE"] == CheckLine(3, 1, 2, "✓")


def test_needed_inputs__a_total_stands_for_its_parts() -> None:
    total = next(relation for relation in FORM.relations if relation.id == "T3-BAL.total")
    conditions, sides = find_needed_inputs(FORM, total)
    assert (conditions, len(sides), any("total" in cell for cell in sides)) == ((), 144, False)
