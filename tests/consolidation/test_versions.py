"""Which of several returns of one agency counts: witnesses of time, and what is held where they disagree."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.merging import NEW, YEAR, a_return, found, the_form
from xltool.consolidation.apply_decisions import apply_decisions
from xltool.consolidation.choosing import choose_returns
from xltool.consolidation.compare_versions import select_figures
from xltool.consolidation.describe_versions import show_figure_change
from xltool.consolidation.settle_versions import settle_all_versions
from xltool.consolidation.version_names import compare_version_names
from xltool.consolidation.version_witnesses import find_order
from xltool.forms.load_definitions import load_forms
from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster
from xltool.model.consolidation import FigureChange, ReviewedFile
from xltool.model.decision import Decision, Ruling
from xltool.model.finding import Finding, FindingCell
from xltool.model.form import Form, Number, Severity
from xltool.model.submission import Submission

TOWN = Agency("329907", "示例一镇人民政府")
ROSTER = Roster({TOWN.code: TOWN}, "名册.xlsx")
SAME = "2026-01-21T04:53:20+00:00"
EARLY, LATE = "2026-01-10T09:00:00+00:00", "2026-01-20T09:00:00+00:00"


def sent(
    file: str,
    figure: int,
    *,
    saved: str = "",
    modified: str = SAME,
    marked: bool = False,
    archive: str = "",
    position: int | None = None,
) -> ReviewedFile:
    """A return with 20 equal figures and one that differs."""
    cells = [cell.id for cell in the_form().inputs]
    figures = dict.fromkeys(cells, 0) | {cell: 100 + at for at, cell in enumerate(cells[:20])} | {NEW: figure}
    item = found(a_return(TOWN, figures, file=file, time=modified))
    assert item.submission
    source = replace(item.submission.source, saved=saved, marked=marked, archive=archive, position=position)
    return replace(item, submission=replace(item.submission, source=source))


def settled(*items: ReviewedFile) -> dict[str, str]:
    chosen = choose_returns(items, ROSTER, the_form(), YEAR)
    counted = [item for item in chosen if item.counted]
    assert len(counted) == sum(item.status == "accepted" for item in chosen) <= 1
    return {item.file.rpartition("/")[2]: item.status.value for item in chosen}


def reason(items: Sequence[ReviewedFile], at: int) -> str:
    item = choose_returns(items, ROSTER, the_form(), YEAR)[at]
    assert item.reason
    return catalogue.render_problem(item.reason)


def test_saved_date_and_name_agree__the_later_counts() -> None:
    assert settled(sent("a.xlsx", 88, saved=EARLY), sent("a(1).xlsx", 90, saved=LATE)) == {
        "a.xlsx": "superseded",
        "a(1).xlsx": "accepted",
    }


def test_saved_date_and_file_date_disagree__both_are_held() -> None:
    items = [
        sent("a.xlsx", 90, saved=LATE, modified="2026-01-20T01:06:40+00:00"),
        sent("a - 副本.xlsx", 88, saved=EARLY, modified="2026-01-31T14:53:20+00:00"),
    ]
    assert set(settled(*items).values()) == {"undecided"}
    assert reason(items, 0).startswith(
        "这一份和“a - 副本.xlsx”都是示例一镇人民政府的报表，有 1 个数不同（表三!D7 90→88，前为这一份），"
        "都先不计入。分不出先后：看文件里保存的时间（2026-01-20 17:00:00，另一份 2026-01-10 17:00:00），这一份在后；"
    )


def test_nothing_says_which_is_later__both_are_held() -> None:
    assert set(settled(sent("a.xlsx", 88), sent("b.xlsx", 90)).values()) == {"undecided"}
    assert set(settled(sent("a.xlsx", 88), sent("a(1).xlsx", 90)).values()) == {"undecided"}
    assert "看不出先后" in reason([sent("a.xlsx", 88), sent("b.xlsx", 90)], 0)


def test_file_dates_a_moment_apart__say_nothing() -> None:
    later = "2026-01-21T04:53:22+00:00"
    assert set(settled(sent("a.xlsx", 88), sent("b.xlsx", 90, modified=later)).values()) == {"undecided"}


@pytest.mark.parametrize(("hours", "sign"), [(8, 0), (23, 0), (25, 1)])
def test_dates_in_and_outside_an_archive__are_compared_only_if_a_day_apart(hours: int, sign: int) -> None:
    day, hour = divmod(9 + hours, 24)
    later = f"2026-01-{10 + day}T{hour:02}:00:00+00:00"
    packed = sent("收.zip/a.xlsx", 88, modified=EARLY, archive="收.zip")
    assert find_order(sent("b.xlsx", 90, modified=later), packed).sign == sign
    repacked = sent("又收.zip/b.xlsx", 90, modified=later, archive="又收.zip")
    assert find_order(repacked, packed).sign == sign
    beside = sent("收.zip/b.xlsx", 90, modified=later, archive="收.zip")
    assert find_order(beside, packed).sign == 1


def test_equal_figures__one_counts_whatever_the_dates_say() -> None:
    items = [sent("a.xlsx", 88, saved=LATE), replace(sent("b.xlsx", 88, saved=EARLY), sha256="0" * 64)]
    assert settled(*items) == {"a.xlsx": "accepted", "b.xlsx": "superseded"}
    assert reason(items, 1) == "与“a.xlsx”重复：数字和文字完全相同，只计一份。"


def test_equal_file_in_an_archive__is_named_with_it() -> None:
    items = [sent("收.zip/镇/a.xlsx", 88, archive="收.zip"), sent("b.xlsx", 88, modified="2026-01-25T00:00:00+00:00")]
    assert reason(items, 1) == "与“收.zip/镇/a.xlsx”内容完全相同，只计一份。"
    items = [sent("收.zip/a.xlsx", 88, archive="收.zip"), sent("收.zip/b.xlsx", 88, archive="收.zip")]
    assert reason(items, 1) == "与“a.xlsx”内容完全相同，只计一份。"


def test_equal_figures_but_other_texts__are_two_versions() -> None:
    items = [with_text(sent("a.xlsx", 88), "甲"), with_text(sent("b.xlsx", 88), "乙")]
    assert settled(*items) == {"a.xlsx": "undecided", "b.xlsx": "undecided"}
    assert reason(items, 0) == (
        "这一份和“b.xlsx”都是示例一镇人民政府的报表，数字相同，文字不同（一、总体情况），都先不计入。"
        "分不出先后：保存时间、文件日期和文件名都看不出先后。"
    )
    items = [with_text(sent("a.xlsx", 88, saved=EARLY), "甲"), with_text(sent("b.xlsx", 89, saved=LATE), "乙")]
    assert settled(*items) == {"a.xlsx": "superseded", "b.xlsx": "accepted"}
    assert "它改了 1 个数（表三!D7 88→89）和文字（一、总体情况）。" in reason(items, 0)
    items = [with_text(sent("a.xlsx", 88), "甲 乙"), with_text(sent("b.xlsx", 88), "甲\n乙")]
    assert settled(*items) == {"a.xlsx": "accepted", "b.xlsx": "superseded"}


def with_text(item: ReviewedFile, text: str) -> ReviewedFile:
    """The return with a text, and other bytes."""
    assert item.submission
    source = replace(item.submission.source, sha256=text.encode().hex())
    return replace(
        item, sha256=source.sha256, submission=replace(item.submission, texts={"overview": text}, source=source)
    )


def test_dates_of_a_clock_that_was_not_set__say_nothing() -> None:
    never = "2000-01-01T00:00:00+00:00"
    assert find_order(sent("a.xlsx", 1, saved=never), sent("b.xlsx", 2, saved=LATE)).sign == 0


def test_date_without_a_time_zone__is_compared_only_where_hours_do_not_matter() -> None:
    without_zone = "2026-01-10T12:00:00"
    assert find_order(sent("a.ods", 1, saved=without_zone), sent("b.xlsx", 2, saved=LATE)).sign == -1
    assert find_order(sent("a.ods", 1, saved=without_zone), sent("b.xlsx", 2, saved=EARLY)).sign == 0


def test_marks_of_an_earlier_check__are_a_witness() -> None:
    assert settled(sent("a.xlsx", 88), sent("b.xlsx", 90, marked=True)) == {
        "a.xlsx": "superseded",
        "b.xlsx": "accepted",
    }


def test_order_in_an_archive__can_contradict_but_not_decide() -> None:
    first, last = (
        sent("收.zip/b.xlsx", 88, archive="收.zip", position=1),
        sent("收.zip/a.xlsx", 90, archive="收.zip", position=2),
    )
    assert set(settled(first, last).values()) == {"undecided"}
    marked = sent("收.zip/b.xlsx", 88, archive="收.zip", position=1, marked=True)
    assert set(settled(marked, last).values()) == {"undecided"}


def test_three_versions__the_latest_counts_and_names_the_others() -> None:
    items = [sent(f"{at}.xlsx", at, modified=f"2026-01-1{at}T00:00:00+00:00") for at in (1, 2, 3)]
    assert settled(*items) == {"1.xlsx": "superseded", "2.xlsx": "superseded", "3.xlsx": "accepted"}
    assert "在“1.xlsx”、“2.xlsx”之后" in reason(items, 2)
    assert "与“2.xlsx”相比改了 1 个数（表三!D7 2→3）" in reason(items, 2)


def test_three_versions__only_those_in_doubt_are_held() -> None:
    old = sent("old.xlsx", 1, saved=EARLY, modified="2026-01-11T00:00:00+00:00")
    items = [old, sent("a.xlsx", 2, saved=LATE), sent("b.xlsx", 3, saved=LATE)]
    assert settled(*items) == {"old.xlsx": "superseded", "a.xlsx": "undecided", "b.xlsx": "undecided"}


def test_versions_with_hardly_a_figure_in_common__are_held_though_one_is_later() -> None:
    cells = [cell.id for cell in the_form().inputs]
    other = found(a_return(TOWN, {cell: 7000 + at for at, cell in enumerate(cells[:30])}, file="b.xlsx", time=LATE))
    items = [sent("a.xlsx", 88, modified=EARLY), other]
    assert set(settled(*items).values()) == {"undecided"}
    assert "数字却几乎没有相同的" in reason(items, 0)


def test_many_changed_figures__the_first_three_and_how_many_more() -> None:
    cells = [cell.id for cell in the_form().inputs]
    figures = dict.fromkeys(cells, 0) | {cell: 100 + at for at, cell in enumerate(cells[:20])}
    old = found(a_return(TOWN, figures, file="a.xlsx", time=EARLY))
    new = found(a_return(TOWN, figures | dict.fromkeys(cells[:5], 9), file="b.xlsx", time=LATE))
    assert "它改了 5 个数（" in reason([old, new], 0)
    assert "，另有 2 处）" in reason([old, new], 0)


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("年报（以这个为准）", "年报"),
        ("年报 请用这份", "年报"),
        ("正式版年报", "年报"),
        ("年报正式报送稿", "年报"),
        ("年报（定版）", "年报"),
        ("年报定稿改", "年报定稿"),
        ("年报（定稿）", "年报（改）"),
        ("年报", "年报（发错）"),
        ("年报", "年报（仅供参考）"),
        ("第二次/年报", "第一次/年报"),
        ("收/v2/年报", "收/v1/年报"),
        ("1月15日收/年报", "1月12日收/年报"),
        ("重报/街道/年报", "退回/街道/年报"),
        ("收回/年报", "退回/年报"),
        ("收回/年报", "历史版本/年报"),
        ("卫健委 改", "卫健委"),
        ("年报（更正）", "年报"),
        ("年报-最终", "年报"),
        ("年报终稿", "年报初稿"),
        ("年报v2", "年报"),
        ("年报V3", "年报v2"),
        ("年报第三版", "年报第二版"),
        ("年报 二稿", "年报"),
        ("年报20260115", "年报20260112"),
        ("年报2026-1-15", "年报2026.1.12"),
        ("年报1月5日", "年报2025年12月30日"),
        ("年报0115", "年报0112"),
        ("年报20261231", "年报20261201"),
        ("年报20260131", "年报20260101"),
        ("年报", "年报（旧）"),
        ("report final", "report"),
        ("年报改2", "年报改"),
        ("年报最终版2", "年报最终版"),
        ("report rev2", "report rev1"),
        ("年报（新）", "年报"),
        ("年报补报", "年报"),
        ("年报正式版", "年报"),
        ("年报更正后", "年报更正前"),
        ("年报 审核后", "年报"),
        ("年报26.1.15", "年报26.1.5"),
        ("年报", "年报（待改正）"),
        ("年报", "年报 需修改"),
        ("年报", "年报（请改）"),
        ("年报", "年报（有误待更正）"),
        ("年报", "年报（非最终）"),
        ("年报", "年报未定稿"),
        ("年报", "年报（不是最新）"),
        ("年报", "年报（错误版）"),
        ("年报", "年报修改前"),
        ("年报（以此份为准）", "年报"),
        ("年报（正式）", "年报"),
        ("年报v1.1", "年报v1.0"),
        ("年报v1.10", "年报v1.9"),
        ("年报v2", "年报v1.1"),
        ("新/年报", "旧/年报"),
        ("重报/年报", "收回/年报"),
        ("收回/年报", "作废/年报"),
        ("年报26.1.15", "年报20260105"),
        ("年报（上次发错，重发）", "年报"),
        ("年报（前一份发错了）", "年报"),
        ("年报（按样表重填）", "年报"),
        ("年报（废稿后重写）", "年报"),
        ("年报（替换作废版）", "年报"),
        ("年报（勿用旧版，以此为准）", "年报"),
        ("正式稿（原草稿作废）", "年报"),
        ("年报（原稿有误，重报）", "年报"),
        ("年报", "年报（有误，请重报）"),
        ("年报第十一稿", "年报第十稿"),
        ("年报第二十稿", "年报第十一稿"),
        ("年报第11稿", "年报第九稿"),
        ("年报第二十一版", "年报第20版"),
    ],
)
def test_names__say_which_is_later(later: str, earlier: str) -> None:
    assert {v.sign for v in compare_version_names(f"{later}.xlsx", f"{earlier}.xlsx", 2025) if v.decisive} == {1}
    assert {v.sign for v in compare_version_names(f"{earlier}.xlsx", f"{later}.xlsx", 2025) if v.decisive} == {-1}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("示例市发展和改革局", "发改委 2025年报"),
        ("年报20260115", "年报"),
        ("2025年度", "2025年年报"),
        ("年报（1）", "年报"),
        ("年报 - 副本", "年报"),
        ("更正", "更正 盖章版"),
        ("更正", "盖章版"),
        ("年报（不以此份为准）", "年报"),
        ("年报（待盖章）", "年报"),
        ("收/1/年报", "收/2/年报"),
        ("旧/年报", "旧/年报改表"),
        ("年报20261301", "年报20260100"),
        ("年报20260132", "年报20260001"),
        ("一镇", "一镇（盖章）"),
        ("高新区", "高新区 年报"),
        ("附件2-1", "附件2-2"),
        ("230102", "230105"),
        ("年报（未改）", "年报"),
        ("年报（暂不改）", "年报"),
        ("年报（退回修改）", "年报"),
        ("年报v1.0", "年报v1"),
        ("收回/年报", "二批/年报"),
    ],
)
def test_names__that_decide_nothing(one: str, other: str) -> None:
    assert not any(verdict.decisive for verdict in compare_version_names(f"{one}.xlsx", f"{other}.xlsx", 2025))


@pytest.mark.parametrize("name", ["以此份为准", "以此为准", "正式", "正式版", "定稿", "盖章", "盖章版", "用这份"])
@pytest.mark.parametrize("other", ["一镇.xlsx", "一镇（改）.xlsx"])
def test_name_that_claims_to_count_but_is_saved_before__both_are_held(name: str, other: str) -> None:
    claiming = sent(f"一镇（{name}）.xlsx", 88, saved=EARLY, modified=EARLY)
    items = [claiming, sent(other, 90, saved=LATE, modified=LATE)]
    assert set(settled(*items).values()) == {"undecided"}
    kind = "的“盖章”" if "章" in name else "“为准”“定稿”一类的话"
    assert f"看文件名里{kind}，这一份在后" in reason(items, 0)


@pytest.mark.parametrize("name", ["以此份为准", "正式版", "定稿", "盖章版"])
@pytest.mark.parametrize("other", ["一镇.xlsx", "一镇（改）.xlsx"])
def test_name_that_claims_to_count_and_is_saved_after__counts(name: str, other: str) -> None:
    claiming = sent(f"一镇 {name}.xlsx", 90, saved=LATE, modified=LATE)
    assert settled(sent(other, 88, saved=EARLY, modified=EARLY), claiming)[f"一镇 {name}.xlsx"] == "accepted"


def test_seal_alone__does_not_decide() -> None:
    assert set(settled(sent("一镇.xlsx", 88), sent("一镇（盖章版）.xlsx", 90)).values()) == {"undecided"}
    assert settled(sent("一镇.xlsx", 88), sent("一镇（定稿）.xlsx", 90))["一镇（定稿）.xlsx"] == "accepted"


@pytest.mark.parametrize(("old", "new"), [("旧", "新"), ("退回", "重报"), ("已退回", "收回"), ("作废", "收回")])
def test_folder_that_contradicts_the_dates__both_are_held(old: str, new: str) -> None:
    items = [sent(f"{new}/一镇.xlsx", 88, saved=EARLY), sent(f"{old}/一镇.xlsx", 90, saved=LATE)]
    assert [item.status.value for item in choose_returns(items, ROSTER, the_form(), YEAR)] == ["undecided"] * 2
    assert "看文件夹名，这一份在后" in reason(items, 0)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "一镇（作废）",
            "一镇 草稿",
            "（样表，勿用）一镇",
            "一镇（已撤回）",
            "一镇 发错了",
            "一镇（误发）",
            "一镇 不作数",
        ),
        *("一镇（仅供参考）", "一镇 征求意见稿", "一镇（错误）", "一镇（无效）", "一镇（已退回）", "请忽略 一镇"),
        *(
            "作废/一镇",
            "仅供参考/一镇",
            "不用/一镇",
            "草稿/一镇",
            "一镇作废版",
            "一镇草稿2",
            "作废一镇年报",
            "样表_一镇",
        ),
        *(
            "一镇（过期）",
            "一镇（停用）",
            "一镇（暂定）",
            "一镇（待定）",
            "一镇（初步）",
            "一镇（演示）",
            "一镇（有问题）",
        ),
        *(
            "一镇（内部参考）",
            "一镇 内部稿",
            "一镇-勿汇总",
            "一镇-废",
            "一镇 暂不上报",
            "测试数据 一镇",
            "一镇（数据不准）",
        ),
        *("正式稿（作废）", "一镇（不以此为准，作废）", "一镇（旧版，作废）", "请忽略此件 一镇", "草原镇（作废）"),
    ],
)
def test_name_of_a_void_file__is_held_until_somebody_decides(name: str) -> None:
    (item,) = choose_returns([sent(f"{name}.xlsx", 5)], ROSTER, the_form(), YEAR)
    assert (item.status.value, item.counted) == ("undecided", False)
    assert [finding.code for finding in item.findings] == ["version.void"]
    decision = Decision(Ruling.COUNT, item.file, item.sha256, "", "", "", "在用", "张三", "2026-01-20", 2)
    decided = apply_decisions(sent(f"{name}.xlsx", 5), [decision], ROSTER.agencies)
    assert list(settled(decided).values()) == ["accepted"]


def test_folder_of_returned_files__held_unless_all_files_are_in_it() -> None:
    town = of_agency(sent("收回/二镇.xlsx", 5), "329908", "示例二镇人民政府")
    for folder in ("退回", "已退回"):
        (item, _) = choose_returns([sent(f"收回/{folder}/一镇.xlsx", 5), town], None, the_form(), YEAR)
        assert (item.status.value, item.reason and item.reason.facts["word"]) == ("undecided", folder)
        assert list(settled(sent(f"{folder}/一镇.xlsx", 5)).values()) == ["accepted"]


def test_void_word_of_a_folder_above__is_read_unless_all_files_are_in_it() -> None:
    items = [sent("收回/作废/一月/一镇.xlsx", 5), of_agency(sent("收回/二镇.xlsx", 5), "329908", "示例二镇人民政府")]
    assert [item.status.value for item in choose_returns(items, None, the_form(), YEAR)] == ["undecided", "accepted"]
    items = [sent("草稿/收回/一镇.xlsx", 5), of_agency(sent("草稿/收回/二镇.xlsx", 5), "329908", "示例二镇人民政府")]
    assert [item.status.value for item in choose_returns(items, None, the_form(), YEAR)] == ["accepted", "accepted"]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "一镇",
            "样本单位",
            "固体废弃物管理中心",
            "一镇（初稿）",
            "一镇 盖章版",
            "一镇最终",
            "一镇(1)",
            "一镇 - 副本",
        ),
        *("一镇定稿", "示例一镇", "参考文献馆", "软件测试中心", "报废车管理所", "退回修改后/一镇", "一镇（审核无误）"),
        *("已退回，修改后重报/一镇", "数据有误发改委已核/一镇", "模板/一镇", "退休局/一镇"),
        *(
            "草案研究所年报",
            "年报 无效合同",
            "填报示例镇",
            "勿用旧版，以此为准",
            "正式稿（原草稿作废）",
            "一镇（忽略上一份）",
        ),
        *(
            "年报（上次发错，重发）",
            "一镇（作废后重报）",
            "旧州镇",
            "报废车管理所年报",
            "一镇 内部审计后",
            "大数据局测试",
        ),
    ],
)
def test_usual_name__is_not_held_as_void(name: str) -> None:
    assert list(settled(sent(f"{name}.xlsx", 5)).values()) == ["accepted"]


def test_void_file_beside_another_version__the_other_counts_and_it_is_held() -> None:
    void, other = sent("一镇（作废）.xlsx", 4), sent("一镇.xlsx", 5)
    assert settled(void, other) == {"一镇（作废）.xlsx": "undecided", "一镇.xlsx": "accepted"}
    assert "version.void" in {
        finding.code for finding in choose_returns([void, other], ROSTER, the_form(), YEAR)[0].findings
    }


def test_void_file_saved_before_another_version__is_replaced() -> None:
    void, other = sent("一镇（作废）.xlsx", 4, saved=EARLY), sent("一镇.xlsx", 5, saved=LATE)
    assert settled(void, other) == {"一镇（作废）.xlsx": "superseded", "一镇.xlsx": "accepted"}


def test_void_file_beside_two_that_nothing_tells_apart__all_are_held() -> None:
    items = [sent("一镇（作废）.xlsx", 4), sent("一镇.xlsx", 5), sent("镇一.xlsx", 6)]
    assert set(settled(*items).values()) == {"undecided"}


def test_file_that_speaks_of_an_earlier_one__counts() -> None:
    assert settled(sent("年报.xlsx", 4), sent("年报（上次发错，重发）.xlsx", 5)) == {
        "年报.xlsx": "superseded",
        "年报（上次发错，重发）.xlsx": "accepted",
    }


def test_void_word_in_the_agencys_own_name__says_nothing() -> None:
    item = of_agency(sent("第一草案.xlsx", 5), "329908", "第一草案")
    assert [each.status.value for each in choose_returns([item], None, the_form(), YEAR)] == ["accepted"]
    item = of_agency(sent("第一草案.xlsx", 5), "329908", "示例二镇人民政府")
    assert [each.status.value for each in choose_returns([item], None, the_form(), YEAR)] == ["undecided"]


def of_agency(item: ReviewedFile, code: str, name: str) -> ReviewedFile:
    assert item.submission
    return replace(item, submission=replace(item.submission, agency_code=code, agency_name=name))


def chosen_without_roster(*items: ReviewedFile) -> list[str]:
    return [item.status.value for item in choose_returns(items, None, the_form(), YEAR)]


def test_two_agencies_without_codes__both_count() -> None:
    items = (of_agency(sent("a.xlsx", 88), "", "甲局"), of_agency(sent("b.xlsx", 90), "", "乙局"))
    assert chosen_without_roster(*items) == ["accepted", "accepted"]


def test_return_with_the_code_and_one_without__are_of_one_agency() -> None:
    with_code = of_agency(sent("a.xlsx", 88, saved=EARLY), "01", "示例局")
    later = of_agency(sent("b.xlsx", 90, saved=LATE), "", "示例 局")
    assert chosen_without_roster(with_code, later) == ["superseded", "accepted"]
    assert chosen_without_roster(with_code, of_agency(sent("b.xlsx", 90), "", "示例局")) == ["undecided", "undecided"]
    assert chosen_without_roster(with_code, of_agency(sent("b.xlsx", 90, saved=LATE), "", "别的局")) == ["accepted"] * 2


def test_returns_of_nobody__are_no_versions_of_each_other() -> None:
    items = [of_agency(sent(f"{at}.xlsx", at), "", "") for at in (88, 89, 90)]
    assert {item.versions for item in settle_all_versions(items, load_forms(), None)} == {()}


def decided(item: ReviewedFile, question: str = "") -> ReviewedFile:
    decision = Decision(Ruling.COUNT, item.file, item.sha256, TOWN.code, question, "", "来电", "李某", "2026-01-31", 4)
    return apply_decisions(item, [decision], {})


def test_decision_for_a_version_with_a_later_twin__it_counts() -> None:
    first, latest = sent("a.xlsx", 88, saved=EARLY), sent("c.xlsx", 90, saved=LATE)
    twin = replace(sent("b.xlsx", 88, saved="2026-01-15T09:00:00+00:00"), sha256="0" * 64)
    assert settled(first, twin, latest)["c.xlsx"] == "accepted"
    assert settled(decided(first), twin, latest) == {
        "a.xlsx": "accepted",
        "b.xlsx": "superseded",
        "c.xlsx": "superseded",
    }


def test_decision_for_a_flawed_return_with_a_later_twin__it_counts() -> None:
    cells = (FindingCell(NEW, "表三", "D7"),)
    flaw = Finding("merge.lacking", Severity.MUST_FIX, cells, {"count": 1, "counted": 1, "cells": ("D7",)})
    first = replace(sent("a.xlsx", 88, saved=EARLY), findings=(flaw,))
    twin = replace(sent("b.xlsx", 88, saved=LATE), sha256="0" * 64, findings=(flaw,))
    assert settled(first, twin) == {"a.xlsx": "superseded", "b.xlsx": "returned"}
    assert settled(decided(first), twin) == {"a.xlsx": "accepted", "b.xlsx": "superseded"}


def test_order__reversed_is_that_of_the_other_two() -> None:
    one, other = sent("a.xlsx", 88, saved=EARLY, marked=True), sent("a(1).xlsx", 90, saved=LATE)
    assert find_order(one, other).reverse() == find_order(other, one)


def test_many_versions__each_file_is_evaluated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated: list[str] = []

    def count_calls(submission: Submission, form: Form) -> dict[str, Number]:
        evaluated.append(submission.source.file)
        return select_figures(submission, form)

    monkeypatch.setattr("xltool.consolidation.settle_versions.select_figures", count_calls)
    items = [sent(f"{at}.xlsx", at) for at in range(12)]
    assert set(settled(*items).values()) == {"undecided"}
    assert sorted(evaluated) == sorted(f"{at}.xlsx" for at in range(12))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0", 0, "表三!D7 “0”（不能按数字读）→0"),
        (88, "约88", "表三!D7 88→约88"),
        (None, 88, "表三!D7 空→88"),
    ],
)
def test_change_of_a_figure_that_is_stored_but_not_shown__says_so(
    old: Number | str | None, new: Number | str, said: str
) -> None:
    assert show_figure_change(FigureChange(NEW, "表三", "D7", old, new)) == said
