"""What becomes of every file, and what the sum of those that count remembers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.merging import (
    CITY,
    FEES,
    NEW,
    YEAR,
    a_return,
    found,
    leaf,
    members,
    published,
    renamed,
    roster,
    stored,
    the_form,
    twelve,
)
from xltool.consolidation.choosing import choose_returns
from xltool.consolidation.totals import consolidate
from xltool.consolidation.tree import RosterTree
from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import Consolidation, ReviewedFile, Status
from xltool.model.finding import Finding, FindingCell
from xltool.model.form import Number, Severity
from xltool.model.submission import ManifestItem, Submission

A, B, C, D, E, F = (Agency(code, f"{name}镇", parent="9") for code, name in zip("123456", "甲乙丙丁戊己", strict=True))
TOWNS = (A, B, C, D, E, F)
DISTRICT = Agency("9", "九区", scope=Scope.AREA)
FLAW = Finding(
    "merge.lacking", Severity.MUST_FIX, (FindingCell(NEW, "表三", "D7"),), {"count": 1, "counted": 1, "cells": ("D7",)}
)
DOUBT = Finding(
    "merge.lacking", Severity.EXPLAIN, (FindingCell(NEW, "表三", "D7"),), {"count": 1, "counted": 1, "cells": ("D7",)}
)

Fate = tuple[str, str, bool, str]


def of(agencies: Sequence[Agency]) -> Roster:
    return Roster({agency.code: agency for agency in agencies}, "名册.csv")


def sent(agency: Agency, figure: int = 1, *, file: str = "", time: str = "2026-01-20", flaws: int = 0) -> ReviewedFile:
    filled = dict.fromkeys((cell.id for cell in the_form().inputs), 0) | {NEW: figure}
    return found(a_return(agency, filled, file=file, time=time), *([FLAW] * flaws))


def merged(items: Sequence[ReviewedFile], known: Roster | None = None, area: Agency = DISTRICT) -> Consolidation:
    known = of((DISTRICT, *TOWNS)) if known is None else known
    return consolidate(choose_returns(items, known, the_form(), YEAR), known, the_form(), YEAR, area=area)


def fates(items: Sequence[ReviewedFile], known: Roster | None = None, include_flawed: bool = False) -> list[Fate]:
    """File, status, whether it counts and why, of every file."""
    known = of((DISTRICT, *TOWNS)) if known is None else known
    return [
        (
            item.file.rpartition("/")[2],
            item.status.value,
            item.counted,
            catalogue.render_problem(item.reason) if item.reason else "",
        )
        for item in choose_returns(items, known, the_form(), YEAR, include_flawed=include_flawed)
    ]


def submission(item: ReviewedFile) -> Submission:
    assert item.submission
    return item.submission


# --- one file --------------------------------------------------------------------------------------------------


def test_return__without_a_must_fix__is_accepted() -> None:
    item = sent(A)
    assert fates([item, replace(sent(B), findings=(DOUBT,))]) == [
        ("1.xlsx", "accepted", True, ""),
        ("2.xlsx", "accepted", True, ""),
    ]


def test_return__with_a_must_fix__goes_back_and_is_summed_only_on_request() -> None:
    items = [sent(A, flaws=2)]
    assert fates(items) == [("1.xlsx", "returned", False, "有 2 处必须改正的问题，没有计入汇总。")]
    assert fates(items, include_flawed=True) == [
        ("1.xlsx", "returned", True, "有 2 处必须改正的问题，按汇总单位的要求仍计入汇总。")
    ]


def test_stranger__says_why_it_has_no_place_here() -> None:
    other_form = sent(A, file="b.xlsx")
    other_form = replace(other_form, submission=replace(submission(other_form), edition="2019"))
    items = [
        found(a_return(A, {}, file="a.xlsx", year=2024)),
        other_form,
        sent(Agency("7", "外地局"), file="c.xlsx"),
        sent(Agency("", "没有代码的局"), file="d.xlsx"),
        sent(Agency("", ""), file="e.xlsx"),
    ]
    assert fates(items) == [
        ("a.xlsx", "foreign", False, "报告年度是 2024，本次汇总的是 2025 年度。"),
        (
            "b.xlsx",
            "foreign",
            False,
            "这是另一种报表（zfxxgk-annual-report 2019），本次汇总的是《政府信息公开工作年度报告》。",
        ),
        ("c.xlsx", "foreign", False, "单位“外地局”（代码 7）不在名册“名册.csv”上，没有计入汇总。"),
        ("d.xlsx", "foreign", False, "单位“没有代码的局”（代码 空）不在名册“名册.csv”上，没有计入汇总。"),
        ("e.xlsx", "foreign", False, "报表里没有单位代码，也没有单位名称，不知道是哪个单位的。"),
    ]


def test_without_a_roster__every_named_agency_belongs__and_nobody_is_missing() -> None:
    items = [sent(Agency("7", "外地局")), sent(Agency("", "没有代码的局"))]
    chosen = choose_returns(items, None, the_form(), YEAR)
    made = consolidate(chosen, None, the_form(), YEAR, area=DISTRICT)
    assert [item.counted for item in chosen] == [True, True]
    assert (made.missing, made.summary.absent, made.complete) == ((), (), True)


def test_unreadable_and_foreign_files__keep_their_status_and_reason() -> None:
    finding = Finding("merge.nobody", Severity.MUST_FIX)
    items = [ReviewedFile("空.xlsx", "", status, None, (finding,)) for status in (Status.UNREADABLE, Status.FOREIGN)]
    assert [(item.status, item.counted, item.reason) for item in choose_returns(items, None, the_form(), YEAR)] == [
        (Status.UNREADABLE, False, finding),
        (Status.FOREIGN, False, finding),
    ]


# --- several files of one agency ---------------------------------------------------------------------------------


DATES = "文件日期（2026-01-21 00:00:00，另一份 2026-01-20 00:00:00）"
BASIS = f"{DATES}、文件名"
CHANGED = "改了 1 个数（表三!D7 1→2）"


def test_later_return__replaces_the_earlier_whatever_its_state() -> None:
    items = [
        sent(A, 2, file="新.xlsx", time="2026-01-21", flaws=1),
        sent(A, 1, file="旧.xlsx"),
        sent(B, 2, file="b2.xlsx", time="2026-01-21"),
        sent(B, 1, file="b1.xlsx", flaws=1),
    ]
    expected = {
        (
            "新.xlsx",
            "returned",
            False,
            f"这一份在“旧.xlsx”之后（依据：{BASIS}），以它为准；与“旧.xlsx”相比{CHANGED}。"
            "有 1 处必须改正的问题，没有计入汇总。",
        ),
        ("旧.xlsx", "superseded", False, f"“新.xlsx”在这一份之后（依据：{BASIS}），以它为准；它{CHANGED}。"),
        ("b2.xlsx", "accepted", True, f"这一份在“b1.xlsx”之后（依据：{DATES}），以它为准；与“b1.xlsx”相比{CHANGED}。"),
        ("b1.xlsx", "superseded", False, f"“b2.xlsx”在这一份之后（依据：{DATES}），以它为准；它{CHANGED}。"),
    }
    assert all(set(fates(list(order))) == expected for order in permutations(items))
    assert fates(items[:2], include_flawed=True)[0] == (
        "新.xlsx",
        "returned",
        True,
        f"这一份在“旧.xlsx”之后（依据：{BASIS}），以它为准；与“旧.xlsx”相比{CHANGED}。"
        "有 1 处必须改正的问题，按汇总单位的要求仍计入汇总。",
    )


def test_same_time__other_figures__both_are_held() -> None:
    assert [fate[:3] for fate in fates([sent(A, 1, file="b.xlsx"), sent(A, 2, file="a.xlsx")])] == [
        ("b.xlsx", "undecided", False),
        ("a.xlsx", "undecided", False),
    ]


def test_same_figures__one_counts_and_the_other_is_a_duplicate() -> None:
    items = [sent(A, 1, file="b.xlsx"), renamed(sent(A, 1, file="a.xlsx"), "a.xlsx")]
    items[1] = replace(items[1], sha256="0" * 64)
    assert sorted(fate[:3] for fate in fates(items)) == [("a.xlsx", "accepted", True), ("b.xlsx", "superseded", False)]


def test_same_bytes_twice__count_once() -> None:
    item = sent(A)
    assert fates([renamed(item, "x/1.xlsx"), renamed(item, "y/1.xlsx")]) == [
        ("1.xlsx", "accepted", True, ""),
        ("1.xlsx", "superseded", False, "与“x/1.xlsx”内容完全相同，只计一份。"),
    ]


def test_copy_made_after_a_correction__does_not_bring_the_first_return_back() -> None:
    first = sent(A, 1, file="初.xlsx", time="2026-01-10")
    corrected = sent(A, 2, file="改.xlsx", time="2026-01-15")
    copy = renamed(first, "初 - 副本.xlsx", "2026-01-20")
    assert [(fate[0], fate[1]) for fate in fates([first, corrected, copy])] == [
        ("初.xlsx", "superseded"),
        ("改.xlsx", "accepted"),
        ("初 - 副本.xlsx", "superseded"),
    ]


# --- nothing twice ---------------------------------------------------------------------------------------------


def below(agencies: Sequence[Agency], file: str, code: str = "", figure: int = 1) -> ReviewedFile:
    """A consolidated workbook of these agencies."""
    made = merged([sent(agency, figure) for agency in agencies], of(agencies), Agency(code, file, scope=Scope.AREA))
    return stored(made.summary, f"{file}.xlsx")


def test_report_inside_a_consolidation__counts_there() -> None:
    items = [sent(A), below([A, B], "东片"), sent(C)]
    assert fates(items) == [
        ("1.xlsx", "superseded", False, "这一份已经包含在“东片.xlsx”里，不再重复计入。"),
        ("东片.xlsx", "accepted", True, ""),
        ("3.xlsx", "accepted", True, ""),
    ]
    assert merged(items).summary.values[NEW] == 3


def test_consolidation_inside_another__counts_there() -> None:
    items = [below([A, B], "东片"), below([A, B, C], "全区"), below([A, B, C], "全区再汇总")]
    assert [fate[:3] for fate in fates(items)] == [
        ("东片.xlsx", "superseded", False),
        ("全区.xlsx", "superseded", False),
        ("全区再汇总.xlsx", "accepted", True),
    ]


def test_overlapping_consolidations__are_all_refused_by_name() -> None:
    items = [below([A, B], "东片"), below([B, C], "西片"), sent(D)]
    told = [
        ("东片.xlsx", "foreign", False, "与“西片.xlsx”有重叠，两边都含有：乙镇。为免重复计算，重叠的各份都没有计入。"),
        ("西片.xlsx", "foreign", False, "与“东片.xlsx”有重叠，两边都含有：乙镇。为免重复计算，重叠的各份都没有计入。"),
        ("4.xlsx", "accepted", True, ""),
    ]
    assert fates(items) == told
    assert fates(items[::-1]) == told[::-1]


def test_correction_of_a_report_inside_a_consolidation__both_are_refused() -> None:
    items = [below([A, B], "东片"), sent(B, 7)]
    assert [fate[1:] for fate in fates(items)] == [
        ("foreign", False, "与“2.xlsx”有重叠，两边都含有：乙镇。为免重复计算，重叠的各份都没有计入。"),
        ("foreign", False, "与“东片.xlsx”有重叠，两边都含有：乙镇。为免重复计算，重叠的各份都没有计入。"),
    ]


def test_report_inside_two_that_are_refused__counts_itself() -> None:
    items = [below([A, B], "东片"), below([B, C], "西片"), sent(B)]
    assert [fate[:3] for fate in fates(items)] == [
        ("东片.xlsx", "foreign", False),
        ("西片.xlsx", "foreign", False),
        ("2.xlsx", "accepted", True),
    ]


def test_area_without_a_manifest__is_never_added_to_its_members() -> None:
    area = sent(DISTRICT, 30)
    beside = "“九区”报的是地区汇总数，它的成员单位（甲镇）也在本次汇总之中，地区数不计入。"
    assert fates([area, sent(A)]) == [("9.xlsx", "foreign", False, beside), ("1.xlsx", "accepted", True, "")]
    assert fates([area]) == [("9.xlsx", "accepted", True, "")]
    assert merged([area]).missing == ()


def test_area_within_an_area__the_inner_one_counts() -> None:
    city = Agency("0", "示例市", scope=Scope.AREA)
    known = of((city, replace(DISTRICT, parent="0"), *TOWNS))
    assert [fate[:3] for fate in fates([sent(city, 99), sent(DISTRICT, 30)], known)] == [
        ("0.xlsx", "foreign", False),
        ("9.xlsx", "accepted", True),
    ]


def test_office_that_reports_for_itself_and_for_its_area__sends_two_different_returns() -> None:
    office = replace(DISTRICT, scope=Scope.OWN)
    items = [sent(office, 5, file="本级.xlsx"), below([A, B, C], "全区", code="9")]
    known = of((office, *TOWNS))
    assert [fate[:3] for fate in fates(items, known)] == [
        ("本级.xlsx", "accepted", True),
        ("全区.xlsx", "accepted", True),
    ]
    assert [agency.code for agency in merged(items, known).missing] == ["4", "5", "6"]


def test_area_of_known_members__belongs_though_it_is_not_on_the_roster_itself() -> None:
    assert fates([below([A, B], "东片", code="77")]) == [("东片.xlsx", "accepted", True, "")]
    outsider = Agency("8", "外镇")
    assert [fate[1] for fate in fates([below([A, outsider], "东片", code="77")])] == ["foreign"]


# --- the sum ---------------------------------------------------------------------------------------------------


def test_twelve_agencies__every_input_is_the_sum__every_total_is_computed() -> None:
    made = merged(twelve(), roster(), CITY)
    parts = [submission(item).values for item in twelve()]
    for cell in the_form().inputs:
        figures = [value for part in parts if (value := part[cell.id]) is not None]
        assert made.summary.values[cell.id] == (sum(figures) if figures else None)
    assert made.summary.values["requests.received.total"] == 2 * (3525 + 95 + 21 + 81 + 3511 + 97)
    assert made.summary.values["disputes.review.total"] == 2 * (170 + 2 + 11 + 2 + 440 + 19)
    assert made.summary.values[FEES] == Decimal("306325.742734")
    assert (made.summary.scope, made.summary.agency_name, made.expected) == (Scope.AREA, "示例市人民政府", 12)


def test_dropped_file__takes_exactly_its_share_and_names_the_agency() -> None:
    whole, items = merged(twelve(), roster(), CITY), twelve()
    dropped = submission(items.pop(3))
    made = merged(items, roster(), CITY)
    for cell in the_form().cells:
        share, total = dropped.values[cell], whole.summary.values[cell]
        if total is not None:
            assert made.summary.values[cell] == total - (share or 0)
    assert [agency.name for agency in made.missing] == ["示例三区人民政府"]
    assert made.summary.absent == (ManifestItem("329904", "示例三区人民政府", ""),)
    assert set(made.lacking) == set(the_form().cells)
    assert catalogue.render_finding(made.findings[0]) == (
        "应有 12 个单位，缺 1 个：示例三区人民政府。各项合计只是下限。请催报或退回改正，收齐后重新汇总。"
    )


def test_amounts__are_exact_whatever_their_size() -> None:
    tiny, huge = Decimal("0.000001"), Decimal("123456789012345678901234567890")
    items = [found(a_return(agency, {FEES: amount})) for agency, amount in ((A, tiny), (B, huge), (C, Decimal("0.1")))]
    assert merged(items).summary.values[FEES] == Decimal("123456789012345678901234567890.100001")


def test_cell_some_part_leaves_open__is_a_lower_bound__and_said_so() -> None:
    filled = dict.fromkeys((cell.id for cell in the_form().inputs), 1)
    without = {cell: value for cell, value in filled.items() if cell != NEW}
    made = merged([found(a_return(A, filled)), found(a_return(B, without))], of((A, B)))
    assert (made.summary.values[NEW], made.summary.lacking[NEW], made.complete) == (1, 1, False)
    assert dict(made.lacking) == {
        NEW: 1,
        "requests.received.total": 1,
    }
    assert catalogue.render_finding(made.findings[0]) == (
        "表三的 D7、J7 汇总数只是下限：计入的 2 个单位中有 1 个没有填这一项。请有关单位补填；没有发生的填 0。"
    )


def test_cell_nobody_fills_in__has_no_total() -> None:
    made = merged([found(a_return(A, {})), found(a_return(B, {}))], of((A, B)))
    assert (made.summary.values[NEW], made.summary.values["requests.received.total"]) == (None, None)
    assert made.summary.lacking[NEW] == 2


def test_not_applicable__adds_nothing_and_lacks_nothing() -> None:
    filled = dict.fromkeys((cell.id for cell in the_form().inputs), 1)
    made = merged([found(a_return(A, filled)), found(a_return(B, filled, absent=[NEW]))], of((A, B)))
    assert (made.summary.values[NEW], made.complete) == (1, True)


def test_parts_and_manifest__roster_order_and_code_order() -> None:
    known = of((C, A, B))
    items = [sent(A), sent(B), sent(C)]
    made = merged(items, known)
    assert [part.agency_code for part in made.parts] == ["3", "1", "2"]
    assert made.summary.manifest == tuple(leaf(submission(item)) for item in items)


def test_returned_agency__is_missing_from_the_sum() -> None:
    made = merged([sent(A), sent(B, flaws=1)], of((A, B)))
    assert ([agency.code for agency in made.missing], len(made.tracking)) == (["2"], 2)


def test_area__is_missing_itself_only_where_nobody_is_listed_below_it() -> None:
    alone = Agency("8", "外区人民政府", parent="9", scope=Scope.AREA)
    assert [agency.code for agency in merged([sent(A)], of((DISTRICT, A, alone))).missing] == ["8"]
    below_it = Agency("81", "外镇", parent="8")
    assert [agency.code for agency in merged([sent(A)], of((DISTRICT, A, alone, below_it))).missing] == ["81"]


def test_missing_three_levels_down__is_still_visible() -> None:
    town = merged([sent(A)], of((A, B)), Agency("x", "东片", scope=Scope.AREA))
    district = merged([stored(town.summary, "东片.xlsx"), sent(C)], of((replace(CITY, code="x"), C)))
    made = merged([stored(district.summary, "九区.xlsx")], of((DISTRICT,)), CITY)
    assert [(each.code, each.name) for each in made.summary.absent] == [("2", "乙镇")]
    assert (made.missing, made.expected, made.complete) == ((), 3, False)


def test_missing_below__that_comes_another_way__is_missing_no_more() -> None:
    town = merged([sent(A)], of((A, B)), Agency("x", "东片", scope=Scope.AREA))
    made = merged([stored(town.summary, "东片.xlsx"), sent(B)], of((A, B)))
    assert (made.summary.absent, made.complete) == ((), True)


# --- any order, any grouping -----------------------------------------------------------------------------------

CELLS = (NEW, "requests.received.enterprise", "requests.carried_in.natural_person", FEES)
figures_of_one = st.fixed_dictionaries(
    {cell: st.none() | st.integers(0, 10**9) for cell in CELLS[:-1]}
    | {FEES: st.none() | st.decimals(0, 10**6, places=6, allow_nan=False)}
)


def in_groups(items: list[ReviewedFile], draw: st.DataObject, depth: int = 0) -> list[ReviewedFile]:
    """The same reports, some of them consolidated first, some more than once."""
    if len(items) < 2 or depth == 3:
        return items
    cut = draw.draw(st.integers(0, len(items)))
    sides = [in_groups(side, draw, depth + 1) for side in (items[:cut], items[cut:]) if side]
    if len(sides) < 2 or not draw.draw(st.booleans()):
        return [item for side in sides for item in side]
    area = Agency("", f"片{depth}-{cut}-{items[0].file}", scope=Scope.AREA)
    inner = consolidate(choose_returns(sides[0], None, the_form(), YEAR), None, the_form(), YEAR, area=area)
    return [stored(inner.summary, f"{area.name}.xlsx".replace("/", "")), *sides[1]]


@settings(max_examples=60, deadline=None)
@given(st.lists(figures_of_one, min_size=1, max_size=6), st.data())
def test_any_order_and_grouping__same_totals_same_manifest(
    figures: list[Mapping[str, Number | None]], draw: st.DataObject
) -> None:
    items = [found(a_return(agency, held)) for agency, held in zip(TOWNS, figures, strict=False)]
    plain = merged(items)
    again = draw.draw(st.lists(st.sampled_from(items), max_size=2))
    copies = [renamed(item, f"副本{place} {item.file.rpartition('/')[2]}") for place, item in enumerate(again)]
    shuffled = in_groups(draw.draw(st.permutations(items)), draw)
    grouped = merged(draw.draw(st.permutations([*shuffled, *copies])))
    for name in ("values", "manifest", "lacking", "absent"):
        assert getattr(grouped.summary, name) == getattr(plain.summary, name)
    assert (grouped.missing, grouped.lacking) == (plain.missing, plain.lacking)


def test_area_between__its_own_code_need_not_be_known_to_count_its_members() -> None:
    made = merged([below([A, B, C], "东片", code="77"), below([D, E, F], "西片", code="78")])
    assert (made.summary.values[NEW], made.missing, len(made.summary.manifest)) == (6, (), 6)


@pytest.mark.parametrize("agencies", [members(), list(TOWNS)])
def test_manifest__holds_every_report_once(agencies: list[Agency]) -> None:
    made = merged([sent(agency) for agency in agencies], of(agencies))
    assert [each.code for each in made.summary.manifest] == [agency.code for agency in agencies]


def test_published_figures__are_what_the_samples_say() -> None:
    assert published("zhangjiawan-2025")[NEW] == 88


def test_choose__areas_without_a_code_and_of_one_name__are_not_versions_of_each_other() -> None:
    nameless = Agency("", "本地区", scope=Scope.AREA)
    parts = [[found(a_return(each, {NEW: 1}))] for each in (A, B)]
    areas = [
        consolidate(choose_returns(part, None, the_form(), YEAR), None, the_form(), YEAR, area=nameless)
        for part in parts
    ]
    files = [stored(made.summary, f"{number}.xlsx") for number, made in enumerate(areas)]
    assert [item.status for item in choose_returns(files, None, the_form(), YEAR)] == [Status.ACCEPTED, Status.ACCEPTED]


def test_published_area__its_members_complete__every_cell_is_compared() -> None:
    everyone = [sent(each, 10) for each in TOWNS]
    assert [finding.code for finding in merged([sent(DISTRICT, 60), *everyone]).findings] == []
    (finding,) = merged([sent(DISTRICT, 61), *everyone]).findings
    assert (finding.code, finding.severity, finding.cells) == (
        "merge.published_differs",
        Severity.EXPLAIN,
        (FindingCell(NEW, "表三", "D7"),),
    )
    assert catalogue.render_finding(finding).startswith(
        "“九区”报的地区数与成员单位合计有 1 项不一致：一、本年新收政府信息公开申请数量·自然人公布 61，合计 60。"
    )


def test_published_area__while_members_are_missing__only_a_sum_above_it_is_wrong() -> None:
    some = [sent(each, 10) for each in (A, B, C)]
    known = {finding.code for finding in merged([sent(DISTRICT, 60), *some]).findings}
    assert known == {"merge.incomplete"}
    found = {finding.code: finding for finding in merged([sent(DISTRICT, 29), *some]).findings}
    exceeded = found["merge.published_exceeded"]
    assert exceeded.severity is Severity.MUST_FIX
    assert catalogue.render_finding(exceeded).startswith(
        "还缺 3 个成员单位，已收到的合计就有 1 项超过“九区”报的地区数："
    )


def test_tree__owes_a_report__every_agency_and_an_area_with_nobody_below_it() -> None:
    alone, gone = Agency("8", "外区", scope=Scope.AREA), Agency("7", "旧镇", ended=date(YEAR - 1, 1, 1))
    tree = RosterTree(of((DISTRICT, A, alone, gone)), YEAR)
    assert {code: tree.owes_report(code) for code in ("1", "8", "9", "7", "x")} == {
        "1": True,
        "8": True,
        "9": False,
        "7": False,
        "x": False,
    }
