"""Against the years before and against peers: multiples that are not chance are told, small numbers never."""

import pytest

from tests.checks.figures import FORM, flat, roster, said, submission, zeros
from xltool.checks.context import CheckContext
from xltool.checks.peers import add_peer_findings
from xltool.checks.run_checks import review_submission
from xltool.forms.compiled_form import compile_form
from xltool.model.agency import Agency, Roster
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.form import Values

PENALTIES = "disclosure.penalties.decisions"
LICENCES = "disclosure.licensing.decisions"


def year(penalties: int, **others: int) -> Values:
    return submission(zeros(**{PENALTIES: penalties, LICENCES: 50, **others})).counted


def found(now: int, *before: int) -> list[tuple[str, str, str]]:
    read = submission(zeros(**{PENALTIES: now, LICENCES: 50}))
    years = [year(each) for each in before]
    return flat(review_submission(read, CheckContext(compile_form(FORM), previous=years[0], earlier=tuple(years[1:]))))


@pytest.mark.parametrize(
    ("now", "before"),
    [(26, [4]), (0, [40]), (3000, [290]), (400, [40, 38, 45]), (5000, [40, 700, 45])],
)
def test_multiple_beyond_chance__one_note(now: int, before: list[int]) -> None:
    assert found(now, *before) == [("YEAR-JUMP", "note", "表二!B13")]


@pytest.mark.parametrize(
    ("now", "before"),
    [(9, [1]), (0, [9]), (290, [60]), (3000, [290, 800]), (400, [40, 38, 2000]), (7, [0])],
)
def test_small_numbers_usual_growth_and_figures_seen_before__nothing(now: int, before: list[int]) -> None:
    assert found(now, *before) == []


def test_jumps__are_told_once_with_every_year() -> None:
    read = submission(zeros(**{PENALTIES: 900, LICENCES: 900}))
    context = CheckContext(compile_form(FORM), previous=year(40), earlier=(year(38),))
    assert said(review_submission(read, context)) == [
        "有的数与以往各年相差很大：“行政许可”本年处理决定数量本年 900，以往 50、50；"
        "“行政处罚”本年处理决定数量本年 900，以往 40、38。"
        "依据：与以往各年相差五倍以上（合理性提示）。请核对数字和单位；属实的可以保留。"
    ]


def test_nothing_reported_after_much__is_asked_once() -> None:
    read = submission(zeros())
    assert flat(review_submission(read, CheckContext(compile_form(FORM), previous=year(40)))) == [
        ("YEAR-SILENT", "explain", "表三!J7")
    ]
    assert flat(review_submission(read, CheckContext(compile_form(FORM), previous=submission(zeros()).counted))) == []


# --- peers ----------------------------------------------------------------------------------------------------------


def batch(*penalties: int, level: str = "乡镇") -> tuple[list[ReviewedFile], Roster]:
    agencies = [Agency(str(number), f"第{number}镇", "0", level) for number in range(len(penalties))]
    reads = [
        submission(zeros(**{PENALTIES: figure}), agency_code=agency.code)
        for figure, agency in zip(penalties, agencies, strict=True)
    ]
    return [ReviewedFile(f"{n}.xlsx", str(n), Status.ACCEPTED, read, ()) for n, read in enumerate(reads)], roster(
        *agencies
    )


def alone(*penalties: int) -> list[tuple[str, str]]:
    items, known = batch(*penalties)
    done = add_peer_findings(items, [FORM], known)
    assert [item.findings for item in done] == [()] * len(items)
    return [(item.file, each.code) for item in done for each in item.trial]


def test_peer_far_above_all_others__a_note_for_coordinators_only() -> None:
    items, known = batch(12, 8, 15, 9, 20, 11, 7, 13, 10, 9, 14, 2940)
    (note,) = add_peer_findings(items, [FORM], known)[-1].trial
    assert said([note]) == [
        "表二!B13“行政处罚”本年处理决定数量是 2940，而同级其他 11 个单位最多的是 20，一般在 11 左右。"
        "依据：比同级其他单位都高出数倍（合理性提示，只供汇总单位参考）。请与该单位核实数字和单位。"
    ]


@pytest.mark.parametrize(
    "penalties",
    [
        (12, 8, 15, 9, 20, 11, 7, 13, 10, 9, 14, 150),
        (12, 8, 15, 9, 20, 2940),
        (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12),
        (0, 0, 0, 300, 0, 0, 2900, 0, 0, 0, 0, 12),
    ],
)
def test_peer_not_alone_or_too_few_or_small__nothing(penalties: tuple[int, ...]) -> None:
    assert alone(*penalties) == []
