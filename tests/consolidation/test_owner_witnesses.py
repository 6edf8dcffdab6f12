"""Whose return it is: names of files and folders, properties and printed words beside the identity sheet."""

from dataclasses import replace

import pytest

from tests.merging import YEAR, a_return, found, the_form
from xltool.consolidation.agency_names import index_agency_names
from xltool.consolidation.choosing import choose_returns
from xltool.consolidation.file_name_words import load_abbreviations
from xltool.consolidation.owner_witnesses import hold_doubtful_owners
from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.submission import Observation

DISTRICT = Agency("0512", "川门区人民政府", scope=Scope.AREA)
OFFICE = Agency("051201", "川门区人民政府办公室", "0512")
SCHOOLS = Agency("051203", "川门区教育局", "0512")
HEALTH = Agency("051208", "川门区卫生健康委员会", "0512")
CHENGGUAN = Agency("051209", "城关镇人民政府", "0512")
DONGHE = Agency("051210", "东河镇人民政府", "0512")
AGENCIES = (DISTRICT, OFFICE, SCHOOLS, HEALTH, CHENGGUAN, DONGHE)
ROSTER = Roster({agency.code: agency for agency in AGENCIES}, "名册.xlsx")


def sent(file: str, agency: Agency = DONGHE, folder: str = "收回") -> ReviewedFile:
    return found(a_return(agency, {}, file=file), folder=folder)


def held(*items: ReviewedFile) -> list[bool]:
    return [item.status is Status.UNDECIDED for item in hold_doubtful_owners(items, ROSTER)]


@pytest.mark.parametrize(
    "name",
    [
        "城关镇",
        "城关 镇 2025年年报",
        "川门区城关镇人民政府（盖章版）",
        "附件2：城关镇",
        "051209",
        "051209 年报",
        "川门区教育局2025年报表",
        "教育局汇总",
        "年报区教育局",
        "2025年报教育局",
        "城关镇代报表",
        "城关镇代报告",
    ],
)
def test_file_name_of_another_agency__holds_the_return(name: str) -> None:
    (item,) = hold_doubtful_owners([sent(f"{name}.xlsx")], ROSTER)
    assert item.status is Status.UNDECIDED
    assert [finding.code for finding in item.findings] == ["owner.doubtful"]


@pytest.mark.parametrize(
    "name",
    [
        "东河镇",
        "051210 东河镇人民政府 2025年政府信息公开工作年度报告",
        "川门区东河镇（盖章版）",
        "东河镇人民政府 抄报城关镇",
        "转报",
        "汇总",
        "盖章版 20260112",
        "附件2",
        "2025年度政府信息公开工作年度报告（最终）",
        "城关镇转报",
        "川门区人民政府办公室转报",
        "上报川门区人民政府办公室",
        "报区教育局",
        "报川门区教育局 2025",
        "20260115报教育局",
        "年报 呈区教育局",
        "送卫健委",
        "交教育局",
        "城关镇代报",
        "城关镇代报 2025年",
        "川门区人民政府",
        "03",
        "2025",
        "教育培训",
        "教育工作年报",
    ],
)
def test_usual_name__never_holds_a_return(name: str) -> None:
    assert held(sent(f"{name}.xlsx")) == [False]


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("城关镇（东河镇代报）", DONGHE),
        ("东河镇代城关镇填报", DONGHE),
        ("东河镇代报城关镇年报", DONGHE),
        ("教育局表（东河镇汇总）", DONGHE),
        ("区政府办", DONGHE),
    ],
)
def test_file_that_the_owner_filled_in_for_another__is_held(name: str, owner: Agency) -> None:
    assert held(sent(f"{name}.xlsx", owner)) == [True]


@pytest.mark.parametrize("name", ["东河镇汇总", "东河镇代报表", "东河镇代报告 2025"])
def test_carrier_alone__holds_nothing(name: str) -> None:
    assert held(sent(f"{name}.xlsx")) == [False]


@pytest.mark.parametrize("name", ["卫健委", "卫健委 改", "区卫健委转城关镇", "卫生健康委员会"])
def test_short_form_of_the_owners_name__is_the_owners(name: str) -> None:
    assert held(sent(f"{name}.xlsx", HEALTH)) == [False]


def test_folder_of_another_agency__holds_the_return() -> None:
    assert held(sent("年报.xlsx", folder="收回/城关镇")) == [True]
    assert held(sent("年报.xlsx", folder="收回/城关镇.zip")) == [True]
    assert held(sent("年报.xlsx", folder="收回/东河镇")) == [False]
    assert held(sent("东河镇.xlsx", folder="收回/城关镇")) == [True]


def test_folder_of_an_agency_above_or_its_office__holds_nothing() -> None:
    assert held(sent("年报.xlsx", folder="川门区人民政府")) == [False]
    assert held(sent("年报.xlsx", folder="川门区人民政府办公室")) == [False]


def test_folder_with_returns_of_many__is_named_after_whoever_collects_them() -> None:
    items = [sent(f"{agency.code}.xlsx", agency, "川门区教育局") for agency in (HEALTH, CHENGGUAN, DONGHE)]
    assert held(*items) == [False, False, False]


def test_workbook_of_several_agencies__its_name_is_no_witness() -> None:
    items = [sent("城关镇.xlsx#1", DONGHE), sent("城关镇.xlsx#2", CHENGGUAN)]
    assert held(*items) == [False, False]


def test_sentence__names_both_and_says_which_is_still_missing() -> None:
    first, _ = hold_doubtful_owners([sent("城关镇.xlsx"), sent("东河镇.xlsx")], ROSTER)
    assert catalogue.render_problem(first.findings[0]) == (
        "文件名“城关镇.xlsx”写的是城关镇人民政府（051209），报表内容却是东河镇人民政府（051210）的，不知是谁的，先不计入；"
        "东河镇人民政府另有报表，城关镇人民政府（051209）还没有报表。"
    )
    (alone,) = hold_doubtful_owners([sent("城关镇.xlsx")], ROSTER)
    assert "东河镇人民政府和城关镇人民政府（051209）都还没有报表" in catalogue.render_problem(alone.findings[0])
    first, _ = hold_doubtful_owners([sent("城关镇.xlsx"), sent("x.xlsx", CHENGGUAN)], ROSTER)
    assert "除这一份外东河镇人民政府还没有报表" in catalogue.render_problem(first.findings[0])


def test_properties_and_printed_words_of_another_agency__hold_the_return() -> None:
    for source in ("property", "printed"):
        facts = {
            "field": "agency_code",
            "sheet": DONGHE.code,
            "property": None,
            "printed": None,
            source: CHENGGUAN.code,
        }
        item = sent("年报.xlsx")
        assert item.submission
        submission = replace(item.submission, observations=(Observation("identity.witnesses", facts=facts),))
        assert held(replace(item, submission=submission)) == [True]


def test_name_of_another_agency_beside_the_code__holds_the_return() -> None:
    assert held(sent("年报.xlsx", replace(DONGHE, name="城关镇人民政府"))) == [True]
    assert held(sent("年报.xlsx", replace(DONGHE, name="东河镇政府"))) == [False]


def test_agency_that_cannot_have_sent_it__holds_nothing() -> None:
    from datetime import date

    gone = replace(CHENGGUAN, ended=date(YEAR, 6, 1), successors=(DONGHE.code,))
    roster = Roster({agency.code: agency for agency in (DISTRICT, gone, DONGHE)}, "名册.xlsx")
    (item,) = hold_doubtful_owners([sent("城关镇.xlsx")], roster)
    assert item.status is Status.ACCEPTED


def test_without_a_roster__nothing_is_held() -> None:
    items = (sent("城关镇.xlsx"),)
    assert hold_doubtful_owners(items, None) == items


@pytest.mark.parametrize("code", ["0105", "202601", "20260105", "260105", "2025", "12"])
def test_code_that_reads_like_a_date__means_nobody(code: str) -> None:
    index = index_agency_names(Roster({code: Agency(code, "东河镇人民政府")}, "名册.xlsx"))
    assert index.find_agencies(f"年报{code}.xlsx") == frozenset()


@pytest.mark.parametrize("code", ["110105", "051210", "1301", "911100001234567890", "A-01-07"])
def test_code__is_found_as_a_whole(code: str) -> None:
    index = index_agency_names(Roster({code: Agency(code, "东河镇人民政府")}, "名册.xlsx"))
    assert index.find_agencies(f"年报 {code}（盖章）.xlsx") == {code}
    assert index.find_agencies(f"年报9{code}8.xlsx") == frozenset()


def test_part_of_a_name_that_several_share__means_nobody() -> None:
    towns = (Agency("1001", "东河镇人民政府"), Agency("1002", "东河镇中心小学"), Agency("1003", "西山乡人民政府"))
    index = index_agency_names(Roster({agency.code: agency for agency in towns}, "名册.xlsx"))
    assert index.find_agencies("东河镇.xlsx") == frozenset()
    assert index.find_agencies("东河镇中心小学.xlsx") == {"1002"}
    assert index.find_agencies("西山乡.xlsx") == {"1003"}


KINDS = (
    "教育局",
    "民政局",
    "财政局",
    "城关镇人民政府",
    "柳河镇人民政府",
    "东关街道办事处",
    "西关街道办事处",
    "市场监督管理局",
)
WITH_AREA = tuple(f"滨江区{kind}" for kind in KINDS)
MIXED = (*WITH_AREA[:3], *KINDS[3:])
AREA_ROSTERS = {
    "all begin with the district": WITH_AREA,
    "none does": KINDS,
    "the district is a unit": (*WITH_AREA, "滨江区人民政府"),
    "its office is a unit": (*WITH_AREA, "滨江区政府办公室"),
    "the district by its bare name": (*WITH_AREA, "滨江区"),
    "some do": MIXED,
    "city and district": tuple(f"临州市{name}" for name in (*WITH_AREA, "财政监督所")),
}
OF_OTHERS = (
    *(
        "柳河镇人民政府",
        "柳河镇",
        "柳河镇年报",
        "柳河镇2025年年报（改）",
        "滨江区柳河镇人民政府",
        "滨江区 2025年 柳河镇",
    ),
    *("柳河", "东关2025", "附件2 柳河 年报", "柳河（改）", "滨江区柳河年报"),
    *("财政局", "区财政局年报", "滨江财政局", "东关街道办事处", "东关街道", "市场监督管理局"),
)
NOBODYS_OR_OWN = (
    *(
        "转报",
        "汇总",
        "盖章版",
        "20260112",
        "1月12日",
        "附件2",
        "年报（最终）",
        "政府信息公开年报",
        "副本",
        "新建文件夹",
    ),
    *(
        "城关镇",
        "城关镇年报",
        "城关",
        "区城关镇",
        "滨江区城关镇人民政府",
        "滨江区 城关镇",
        "滨江区",
        "滨江区2025年年报",
    ),
    *("柳河社区", "柳河路改造", "东关 年终 2025", "东关小学 2025"),
    *(
        "柳河镇转城关镇",
        "财政局转报",
        "管理局",
        "滨江区政府信息公开年报",
        "街道办事处",
        "人民政府",
        "滨江",
    ),
)


def held_in_chengguan(name: str, names: tuple[str, ...]) -> bool:
    agencies = [Agency(str(410201 + at), each) for at, each in enumerate(names)]
    (owner,) = (agency for agency in agencies if agency.name.endswith("城关镇人民政府"))
    roster = Roster({agency.code: agency for agency in agencies}, "名册.xlsx")
    (item,) = hold_doubtful_owners([sent(f"{name}.xlsx", owner)], roster)
    return item.status is Status.UNDECIDED


@pytest.mark.parametrize("kind", AREA_ROSTERS)
def test_short_name_of_another_agency__holds_the_return_whatever_area_the_names_begin_with(kind: str) -> None:
    assert [name for name in OF_OTHERS if not held_in_chengguan(name, AREA_ROSTERS[kind])] == []


@pytest.mark.parametrize("kind", AREA_ROSTERS)
def test_usual_names_and_those_of_the_owner__hold_nothing_whatever_area_the_names_begin_with(kind: str) -> None:
    assert [name for name in NOBODYS_OR_OWN if held_in_chengguan(name, AREA_ROSTERS[kind])] == []


def test_short_names_that_two_areas_share__mean_nobody() -> None:
    names = ("东区财政局", "东区民政局", "西区财政局", "西区民政局", "西区城关镇人民政府")
    assert not held_in_chengguan("财政局", names)
    assert held_in_chengguan("东区财政局", names)


def test_first_word_that_only_looks_like_a_place__is_part_of_the_name() -> None:
    names = ("城市管理局", "城市更新局", "社区服务中心", "社区学院", "城关镇人民政府")
    assert not any(held_in_chengguan(name, names) for name in ("更新局", "服务中心", "管理局"))
    assert held_in_chengguan("城市更新局", names)


def test_name_that_two_agencies_have__means_both_and_never_the_other_than_the_owner() -> None:
    twin = replace(SCHOOLS, code="051211")
    roster = Roster({agency.code: agency for agency in (*AGENCIES, twin)}, "名册.xlsx")
    facts = {"field": "name", "sheet": SCHOOLS.name, "property": None, "printed": SCHOOLS.name}

    def hold(owner: Agency) -> ReviewedFile:
        item = sent("a.xlsx", owner)
        assert item.submission
        observations = (Observation("identity.witnesses", facts=facts),)
        (done,) = hold_doubtful_owners(
            [replace(item, submission=replace(item.submission, observations=observations))], roster
        )
        return done

    assert [hold(owner).status for owner in (SCHOOLS, twin)] == [Status.ACCEPTED, Status.ACCEPTED]
    assert hold(DONGHE).findings[0].facts["codes"] == (SCHOOLS.code, twin.code)


@pytest.mark.parametrize(
    ("name", "agency"),
    [
        ("卫健委", HEALTH),
        ("川门区卫健委年报", HEALTH),
        ("区卫健委", HEALTH),
        ("川门卫健委 2025", HEALTH),
        ("卫健局", HEALTH),
        ("卫生健康局", HEALTH),
        ("健康局", None),
    ],
)
def test_usual_abbreviation__means_the_agency(name: str, agency: Agency | None) -> None:
    found = index_agency_names(ROSTER).find_agencies(f"{name}.xlsx")
    assert found == (frozenset({agency.code}) if agency else frozenset())
    (item,) = hold_doubtful_owners([sent(f"{name}.xlsx")], ROSTER)
    assert (item.status is Status.UNDECIDED) is (agency is not None)
    assert held(sent(f"{name}.xlsx", HEALTH)) == [False]


def test_abbreviation_of_several_agencies__means_the_one_whose_place_stands_before_it() -> None:
    agencies = [Agency(str(at), f"{place}卫生健康委员会") for at, place in enumerate(("川门区", "河口区"))]
    names = index_agency_names(Roster({agency.code: agency for agency in agencies}, "名册.xlsx"))
    assert names.find_agencies("卫健委") == frozenset()
    assert names.find_agencies("河口区卫健委") == names.find_agencies("河口卫健委年报") == frozenset({"1"})


def test_place_before_a_single_name__may_be_left_out() -> None:
    agencies = {agency.code: agency for agency in (Agency("1", "川门市财政局"), CHENGGUAN)}
    assert index_agency_names(Roster(agencies, "名册.xlsx")).find_agencies("财政局 年报") == frozenset({"1"})


def test_abbreviations__each_stands_for_longer_ends_of_names() -> None:
    for ending, shorts in load_abbreviations("abbreviations").items():
        assert all(len(short) < len(ending) and set(short) <= {*ending, "局", "委"} for short in shorts), ending


def test_return_without_a_code__is_held_where_several_agencies_have_its_name() -> None:
    twins = [Agency("1", "城关镇人民政府"), Agency("2", "城关镇人民政府")]
    uncoded = sent("丙.xlsx", Agency("", "城关镇人民政府"))
    for roster, files in (
        (Roster({agency.code: agency for agency in twins}, "名册.xlsx"), [uncoded]),
        (None, [sent("甲.xlsx", twins[0]), sent("乙.xlsx", twins[1]), uncoded]),
    ):
        *_, item = hold_doubtful_owners(files, roster)
        assert [finding.code for finding in item.findings] == ["owner.shared_name"]
        made = choose_returns([item], roster, the_form(), YEAR)
        assert (made[0].status, made[0].counted) == (Status.UNDECIDED, False)
    *_, item = hold_doubtful_owners([sent("甲.xlsx", twins[0]), uncoded], None)
    assert item.status is Status.ACCEPTED
