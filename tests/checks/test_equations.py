"""The 42 equations of tables two, three and four: each broken alone is one cause, told once, at the right cells."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.checks.figures import (
    COLUMNS,
    FORM,
    PLAN,
    Figures,
    found,
    must_fix,
    noted,
    published,
    said,
    submission,
    zeros,
)
from xltool.forms.expressions import check_relation, recompute_figures
from xltool.model.finding_facts import ShortList
from xltool.model.form import Number, Relation
from xltool.model.submission import EntryState, Submission

ZHANGJIAWAN = published("zhangjiawan-2025")
OFFICIAL = [relation for relation in FORM.relations if relation.rule in {"T3-RESULT", "T3-ROW", "T4-SUM", "T3-BAL"}]
TOTALS = [relation for relation in OFFICIAL if relation.rule != "T3-BAL"]
LEAVES = list(dict.fromkeys(cell.line for cell in FORM.cells.values() if cell.table == "requests"))[2:-2]


def whole(figures: Figures) -> dict[str, Number | None]:
    """Every figure, totals included."""
    return dict(recompute_figures(FORM.formulas, submission(figures).values))


def broken_as_stored(read: Submission) -> list[str]:
    """Which of the official equations do not hold for what stands in the workbook."""
    stored = {cell: entry.value for cell, entry in read.entries.items()}
    return [relation.id for relation in OFFICIAL if check_relation(relation, stored).holds is False]


def test_official_equations__are_forty_two() -> None:
    assert len(OFFICIAL) == 42


@pytest.mark.parametrize("relation", TOTALS, ids=lambda relation: str(relation.id))
@pytest.mark.parametrize("typed", [True, False], ids=["typed", "altered"])
@pytest.mark.parametrize("by", [1, -1])
def test_total__wrong_by_one__exactly_one_finding_at_it_with_all_its_parts(
    relation: Relation, typed: bool, by: int
) -> None:
    (total,) = relation.expect.left.terms
    wrong = (whole(ZHANGJIAWAN)[total.cell] or 0) + by
    gone, altered = ([total.cell], []) if typed else ([], [total.cell])
    read = submission(ZHANGJIAWAN, stored={total.cell: wrong}, typed=gone, altered=altered)
    assert relation.id in broken_as_stored(read)
    (finding,) = found(read)
    assert finding.severity == "must_fix"
    assert finding.relation in {relation.id, "T3-RESULT.total"}  # the corner cell has two definitions, and one finding
    assert finding.cells[0].id == total.cell
    assert {term.cell for term in relation.expect.right.terms} <= {spot.id for spot in finding.cells}
    assert (finding.facts["left"], finding.facts["right"], finding.facts["difference"]) == (wrong, wrong - by, 1)


@pytest.mark.parametrize("relation", TOTALS, ids=lambda relation: str(relation.id))
def test_total__wrong_and_the_totals_above_it_recalculated__still_one_finding(relation: Relation) -> None:
    (total,) = relation.expect.left.terms
    inputs = {cell.id: submission(ZHANGJIAWAN).values[cell.id] for cell in FORM.inputs}
    wrong = (whole(ZHANGJIAWAN)[total.cell] or 0) + 7
    others = [each for each in FORM.formulas if each.computes != total.cell]
    stored = recompute_figures(others, inputs | {total.cell: wrong})
    held = {cell: stored[cell] for cell in PLAN.cells if FORM.cells[cell].computed}
    read = submission(ZHANGJIAWAN, stored=held, altered=[total.cell])
    assert [finding.cells[0].id for finding in found(read)] == [total.cell]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("line", ["received", "carried_in", "carried_out", "granted", "other.other"])
def test_balance__one_input_changed_and_totals_recalculated__exactly_one_finding_for_that_column(
    column: str, line: str
) -> None:
    cell = f"requests.{line}.{column}"
    read = submission(ZHANGJIAWAN | {cell: (whole(ZHANGJIAWAN)[cell] or 0) + 3})
    assert broken_as_stored(read) == [f"T3-BAL.{column}", "T3-BAL.total"]
    (finding,) = found(read)
    assert (finding.code, finding.relation, finding.severity) == ("T3-BAL", f"T3-BAL.{column}", "must_fix")
    lines = ("received", "carried_in", "concluded", "carried_out")
    assert [spot.id for spot in finding.cells] == [f"requests.{each}.{column}" for each in lines]
    letter = PLAN.find_figure(cell).address[0]
    assert finding.facts["leaves"] == (ShortList((f"{letter}9:{letter}29",)),)
    assert finding.facts["difference"] == 3


def test_balance_of_totals__only_totals_known__told_by_itself() -> None:
    totals = {f"requests.{line}.total": 4 for line in ("received", "carried_in", "concluded")}
    known = totals | {"requests.carried_out.total": 5}
    empty = submission(zeros())
    read = replace(
        empty,
        entries={cell: entry for cell, entry in empty.entries.items() if not cell.startswith("requests.")},
        values={cell: known.get(cell) if cell.startswith("requests.") else 0 for cell in FORM.cells},
    )
    (finding,) = found(read)
    assert (finding.relation, finding.facts["left"], finding.facts["right"]) == ("T3-BAL.total", 8, 9)


def test_balance__two_columns_broken__one_finding_each_and_none_for_the_total() -> None:
    changed = {"requests.carried_out.natural_person": 5, "requests.received.enterprise": 7}
    assert must_fix(found(submission(ZHANGJIAWAN | changed))) == ["T3-BAL.natural_person", "T3-BAL.enterprise"]


def test_balance__two_errors_that_cancel_in_the_total__both_told() -> None:
    changed = {"requests.carried_out.natural_person": 7, "requests.received.enterprise": 12}
    read = submission(ZHANGJIAWAN | changed)
    assert broken_as_stored(read) == ["T3-BAL.natural_person", "T3-BAL.enterprise"]
    assert must_fix(found(read)) == ["T3-BAL.natural_person", "T3-BAL.enterprise"]


def test_balance__one_case_counted_in_the_column_beside__one_finding_that_names_both_columns() -> None:
    changed = {"requests.carried_out.natural_person": 5, "requests.carried_out.enterprise": 0}
    read = submission(ZHANGJIAWAN | changed)
    assert broken_as_stored(read) == ["T3-BAL.natural_person", "T3-BAL.enterprise"]
    (finding,) = found(read)
    assert (finding.relation, finding.severity) == ("T3-BAL.natural_person", "must_fix")
    (other,) = (relation.name for relation in OFFICIAL if relation.id == "T3-BAL.enterprise")
    assert finding.facts["consequences"] == (other,)
    assert other in said([finding])[0]


def test_leaf_too_small_under_a_typed_right_total__the_total_is_the_one_cause() -> None:
    granted, concluded = "requests.granted.natural_person", "requests.concluded.natural_person"
    read = submission(ZHANGJIAWAN | {granted: 23}, stored={concluded: 97}, typed=[concluded])
    assert must_fix(found(read)) == ["T3-RESULT.natural_person"]


def test_total_and_balance__each_wrong_for_its_own_reason__both_told() -> None:
    wrong, total = {"requests.carried_out.natural_person": 5}, "requests.granted.total"
    read = submission(ZHANGJIAWAN | wrong, stored={total: 27}, typed=[total])
    assert must_fix(found(read)) == ["T3-BAL.natural_person", "T3-ROW.granted"]


# --- the sentences -----------------------------------------------------------------------------------------------


def test_balance__says_sheet_column_lines_cells_sums_difference_basis_and_what_to_do() -> None:
    assert said(found(submission(ZHANGJIAWAN | {"requests.carried_out.natural_person": 5}))) == [
        "表三“自然人”：“一、本年新收政府信息公开申请数量”（D7）88 + “二、上年结转政府信息公开申请数量”（D8）13 = 101，"
        "“（七）总计”（D30，为 D9:D29 之和）97 + “四、结转下年度继续办理”（D31）5 = 102，相差 1 件，"
        "不符合“第一项加第二项之和，等于第三项加第四项之和”。"
        "依据：表三左上角印制的勾稽关系（国办公开办函〔2021〕30号）。"
        "仅凭报表不能断定错在哪一格，有 11 种可能。"
        "请先查台账：“（三）不予公开”自然人共多少？表中为 5。查明后最多剩 8 种可能。"
        "请按申请台账核对本栏的新收、上年结转、各项办理结果和结转下年度，改正填错的一格。"
    ]


def test_total__says_what_stands_there_what_it_should_be_and_from_which_cells() -> None:
    total = "disputes.review.total"
    assert said(found(submission(ZHANGJIAWAN, stored={total: 91}, typed=[total]))) == [
        "表四!E7“行政复议”总计直接填了 91（公式已被覆盖），"
        "按 A7:D7 之和应为 19（A7 9 + B7 5 + C7 1 + D7 4），相差 72 件。"
        "依据：表四“总计”栏的含义。如果只错一格，就是以下 5 格之一，仅凭报表不能断定是哪一格：A7:E7。"
        "请恢复总计公式，或核对各项结果。"
    ]
    assert said(
        found(submission(ZHANGJIAWAN, stored={"requests.concluded.total": 1}, altered=["requests.concluded.total"]))
    ) == [
        "表三!J30“（七）总计”总计的公式存下的结果是 1，按 J9:J29 之和应为 105，相差 104 件。"
        "依据：表三“（七）总计”的含义。请恢复总计公式，或核对各项办理结果。"
    ]


@pytest.mark.parametrize("relation", TOTALS, ids=lambda relation: str(relation.id))
def test_total__formula_intact_and_not_recalculated__a_note_with_both_numbers(relation: Relation) -> None:
    (total,) = relation.expect.left.terms
    right = whole(ZHANGJIAWAN)[total.cell] or 0
    (finding,) = found(submission(ZHANGJIAWAN, stored={total.cell: right + 2}))
    assert (finding.severity, finding.wording, finding.cells[0].id) == ("note", "total.stale", total.cell)
    assert (finding.facts["left"], finding.facts["right"]) == (right + 2, right)


def test_stale_total__hides_no_violation_that_recalculation_shows() -> None:
    wrong = {"requests.received.natural_person": 91}
    held = {cell: value for cell, value in whole(ZHANGJIAWAN).items() if FORM.cells[cell].computed}
    findings = found(submission(ZHANGJIAWAN | wrong, stored=held))
    assert "T3-BAL" in {finding.code.partition(".")[0] for finding in findings if finding.severity == "must_fix"}
    assert "total.stale" in {finding.wording for finding in findings}


def test_stale_total__is_told_as_a_note() -> None:
    assert said(found(submission(ZHANGJIAWAN, stored={"disputes.review.total": 91}))) == [
        "表四!E7“行政复议”总计的公式没有改动，但文件里存的结果 91 没有重新计算，"
        "按 A7:D7 之和是 19（A7 9 + B7 5 + C7 1 + D7 4），相差 72 件；已按 19 计。总计不用改，请确认各项填写无误。"
    ]


# --- totals over parts that are missing ------------------------------------------------------------------------------


def test_typed_total__a_part_blank__no_verdict_unless_it_is_smaller_than_the_known_parts() -> None:
    blank, total = {"requests.granted.enterprise": None}, "requests.granted.total"
    enough = submission(ZHANGJIAWAN | blank, stored={total: 30}, typed=[total])
    assert must_fix(found(enough)) == ["CELL-BLANK"]
    short = submission(ZHANGJIAWAN | blank, stored={total: 25}, typed=[total])
    assert must_fix(found(short)) == ["CELL-BLANK", "T3-ROW.granted"]
    assert said(found(short))[1] == (
        "表三!J9“（一）予以公开”总计填的是 25，小于 D9:I9 中已填各格之和 26（D9 26）。"
        "依据：表三“总计”栏的含义。请恢复总计公式，或核对本行各栏。"
    )


def test_formula_total__a_part_blank__stale_result_is_no_verdict() -> None:
    read = submission(ZHANGJIAWAN | {"requests.granted.enterprise": None}, stored={"requests.granted.total": 25})
    assert must_fix(found(read)) == ["CELL-BLANK"]


def test_formula_totals__text_numbers_they_pass_over__are_not_blamed() -> None:
    cell = "requests.granted.natural_person"
    seen = recompute_figures(FORM.formulas, {**submission(ZHANGJIAWAN).counted, cell: 0})
    stored = {each: seen[each] for each in FORM.cells if FORM.cells[each].computed}
    read = noted(submission(ZHANGJIAWAN, stored=stored), **{cell: "text_number"})
    assert [(finding.code, finding.severity) for finding in found(read)] == [("value.text_number", "note")]
    typed = noted(submission(ZHANGJIAWAN, stored=stored, typed=["requests.granted.total"]), **{cell: "text_number"})
    assert must_fix(found(typed)) == ["T3-ROW.granted"]


# --- any consistent workbook -----------------------------------------------------------------------------------------

counts = st.integers(min_value=0, max_value=10_000)


@st.composite
def consistent(draw: st.DrawFn) -> dict[str, Number | str | None]:
    """A report that obeys every relation; some of its zeros blank (declared) or not applicable."""
    figures = zeros()
    for column in draw(st.sets(st.sampled_from(COLUMNS))):
        results = draw(st.dictionaries(st.sampled_from(LEAVES), counts, max_size=5))
        carried_out = draw(counts)
        carried_in = draw(st.integers(min_value=0, max_value=sum(results.values()) + carried_out))
        said_there = results | {"carried_in": carried_in, "carried_out": carried_out}
        said_there["received"] = sum(results.values()) + carried_out - carried_in
        figures |= {f"requests.{line}.{column}": value for line, value in said_there.items()}
    others = [cell.id for cell in FORM.inputs if cell.table in {"disclosure", "disputes"} and not cell.decimals]
    figures |= draw(st.dictionaries(st.sampled_from(others), counts, max_size=6))
    for line in ("rules", "normative_documents"):  # T2-VALID
        issued, repealed, in_force = (
            int(figures[f"disclosure.{line}.{column}"] or 0) for column in ("issued", "repealed", "in_force")
        )
        figures[f"disclosure.{line}.in_force"] = max(in_force, issued - repealed)
    empty = [cell for cell, value in figures.items() if value == 0 and not cell.startswith("processing_fees")]
    silent = draw(st.dictionaries(st.sampled_from(empty), st.sampled_from([None, "/"]), max_size=10))
    return figures | silent


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(consistent())
def test_consistent_report__whatever_its_figures__nothing_to_fix(figures: dict[str, Number | str | None]) -> None:
    read = submission(figures, declared=True)
    assert [finding for finding in found(read) if finding.severity != "note"] == []
    typed = [cell.id for cell in FORM.cells.values() if cell.computed]
    printed = submission(figures, stored=whole(figures | _as_zero(figures)), typed=typed, declared=True)
    assert must_fix(found(printed)) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(consistent(), st.sampled_from(COLUMNS), st.sampled_from(["received", "carried_in", "carried_out", *LEAVES]))
def test_consistent_report__any_one_figure_of_table_three_changed__one_cause(
    figures: dict[str, Number | str | None], column: str, line: str
) -> None:
    cell = f"requests.{line}.{column}"
    before = submission(figures, declared=True)
    changed = submission(figures | {cell: (before.counted[cell] or 0) + 1}, declared=True)
    assert before.entries[cell].state is not EntryState.UNREADABLE
    assert must_fix(found(changed)) == [f"T3-BAL.{column}"]


def _as_zero(figures: Figures) -> dict[str, Number | str | None]:
    return {cell: 0 for cell, value in figures.items() if value is None or value == "/"}


def test_typed_total_over_blanks__is_wrong_only_below_the_sum_of_what_is_known() -> None:
    total = "requests.received.total"
    known = {"requests.received.natural_person": 5}

    def wordings(stored: int) -> list[str]:
        findings = found(submission(known, stored={total: stored}, typed=[total]))
        return [item.wording for item in findings if item.wording == "total.least"]

    assert [wordings(stored) for stored in (4, 5, 6)] == [["total.least"], [], []]
