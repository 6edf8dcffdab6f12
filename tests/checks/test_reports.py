"""Real published reports: the mistakes they were published with, and not one more."""

import pytest

from tests.checks.figures import flat, found, must_fix, printed_totals, published, said, sample, submission
from xltool.model.finding_facts import ShortList
from xltool.model.form import Number
from xltool.model.submission import Submission

NO_FEES: dict[str, Number | str | None] = {
    "processing_fees.notices": 0,
    "processing_fees.billed": 0,
    "processing_fees.collected": 0,
}


def report(name: str, *, declared: bool = False, printed: bool = True) -> Submission:
    """A published report as its body would have returned it: its totals typed as printed."""
    totals = printed_totals(name) if printed else {}
    figures = published(name) if declared else published(name) | NO_FEES
    return submission(figures, stored=totals, altered=totals, declared=declared, year=sample(name)["year"])


def test_hongze_2023__totals_as_printed__exactly_the_two_of_table_four() -> None:
    findings = found(report("hongze-2023", declared=True))
    assert flat(findings) == [("T4-SUM", "must_fix", "表四!E7"), ("T4-SUM", "must_fix", "表四!O7")]
    assert [(each.facts["left"], each.facts["right"]) for each in findings] == [(0, 11), (0, 5)]


@pytest.mark.parametrize("name", ["zhangjiawan-2025", "pingtan-2023"])
def test_right_reports__nothing_found(name: str) -> None:
    assert found(report(name)) == ()


def test_hongze_2024__one_row_for_other_results_declared_zero__nothing_found() -> None:
    assert found(report("hongze-2024", declared=True)) == ()


def test_pingtan_2024__two_figures_illegible__only_these_are_asked_for() -> None:
    findings = found(report("pingtan-2024"))
    assert flat(findings) == [("CELL-BLANK", "must_fix", "表二!C7")]
    assert findings[0].facts["cells"] == ShortList(("C7:D7",))


@pytest.mark.parametrize("name", ["suqian-2023", "suqian-2024"])
def test_right_reports__fees_not_at_hand__only_these_are_asked_for(name: str) -> None:
    read = submission(published(name), stored=printed_totals(name), year=sample(name)["year"])
    assert flat(found(read)) == [("S6-PRESENT", "note", "六 其他事项!B4")]


def test_hongze_2023_to_2024__nothing_but_a_note_on_seventeen_times_the_licences() -> None:
    previous = report("hongze-2023", declared=True, printed=False)
    (note,) = found(report("hongze-2024", declared=True), previous=previous)
    assert flat([note]) == [("YEAR-JUMP", "note", "表二!B10")]
    assert "“行政许可”本年处理决定数量本年 9487，以往 550" in said([note])[0]


def test_suqian_2023_to_2024__what_carries_over_carries_over() -> None:
    read = submission(published("suqian-2024"), year=2024)
    assert flat(found(read, previous=report("suqian-2023"))) == [("S6-PRESENT", "note", "六 其他事项!B4")]


def test_year_after_year__carry_over_and_valid_documents_broken__each_asks_for_a_reason() -> None:
    wrong = {"requests.carried_in.natural_person": 1, "disclosure.normative_documents.in_force": 9}
    previous = report("hongze-2023", declared=True, printed=False)
    read = submission(published("hongze-2024") | wrong, declared=True, year=2024)
    findings = found(read, previous=previous)
    assert flat(findings) == [
        ("T3-BAL", "must_fix", "表三!D8"),  # last year's figure tells which of the suspects it is
        ("YEAR-VALID", "explain", "表二!D7"),
        ("YEAR-CARRY", "explain", "表三!D8"),
        ("YEAR-JUMP", "note", "表二!B10"),
    ]
    assert must_fix(found(read)) == ["T3-BAL.natural_person"]  # without last year's report nothing is said of it
