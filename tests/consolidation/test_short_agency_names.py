"""Names of agencies in file names, on the roster of a district: short, beside the owner's, and misspelt ones."""

from time import perf_counter

import pytest

from tests.merging import a_return, found
from xltool.consolidation.agency_names import index_agency_names
from xltool.consolidation.owner_witnesses import hold_doubtful_owners
from xltool.messages import catalogue
from xltool.model.agency import Agency, Roster, Scope

AREA = "川门区"
DISTRICT = Agency("5102", f"{AREA}人民政府", scope=Scope.AREA)
OFFICES = (
    *(
        "人民政府办公室",
        "发展和改革局",
        "教育局",
        "科学技术局",
        "工业和信息化局",
        "公安局",
        "民政局",
        "司法局",
        "财政局",
    ),
    *(
        "人力资源和社会保障局",
        "自然资源局",
        "生态环境局",
        "住房和城乡建设局",
        "交通运输局",
        "水利局",
        "农业农村局",
        "商务局",
    ),
    *(
        "文化和旅游局",
        "卫生健康委员会",
        "退役军人事务局",
        "应急管理局",
        "审计局",
        "市场监督管理局",
        "统计局",
        "医疗保障局",
    ),
    *(
        "信访局",
        "档案局",
        "行政审批局",
        "城关镇人民政府",
        "柳河镇人民政府",
        "红旗乡人民政府",
        "新民街道办事处",
        "第二街道办事处",
    ),
    "高新技术产业园区管理委员会",
)
AGENCIES = {name: Agency(str(510201 + at), AREA + name, DISTRICT.code) for at, name in enumerate(OFFICES)}
ROSTER = Roster({agency.code: agency for agency in (DISTRICT, *AGENCIES.values())}, "名册.xlsx")
INDEX = index_agency_names(ROSTER)
OWNERS = ("司法局", "城关镇人民政府", "人民政府办公室")

MEANT = {
    "财政": "财政局",
    "财政2025年报": "财政局",
    "附件2：民政（改）": "民政局",
    "2025年度政府信息公开工作年度报告（审计）": "审计局",
    "区教育": "教育局",
    "川门区 水利 最终版": "水利局",
    "公安 盖章版": "公安局",
    "信访v2": "信访局",
    "卫健": "卫生健康委员会",
    "发改": "发展和改革局",
    "住建 2025": "住房和城乡建设局",
    "政府办": "人民政府办公室",
    "府办 年报": "人民政府办公室",
    "区府办": "人民政府办公室",
    "政府办公室": "人民政府办公室",
    "高新区": "高新技术产业园区管理委员会",
    "高新区管委会": "高新技术产业园区管理委员会",
    "环保局": "生态环境局",
    "区环保局年报": "生态环境局",
    "自规局": "自然资源局",
    "教体局": "教育局",
    "文广旅局": "文化和旅游局",
    "卫计委": "卫生健康委员会",
    "工商局": "市场监督管理局",
    "新民办": "新民街道办事处",
    "新民办事处": "新民街道办事处",
    "新民": "新民街道办事处",
    "新民街办": "新民街道办事处",
    "人力社保局": "人力资源和社会保障局",
    "区人力资源社会保障局年报": "人力资源和社会保障局",
    "市场监督局": "市场监督管理局",
    "发展改革委": "发展和改革局",
    "关于报送川门区水利局2025年政府信息公开工作年度报告的函": "水利局",
    "关于报送审计局年报的报告": "审计局",
    "报送商务局2025年度报告": "商务局",
    "关于上报教育局政府信息公开年报的函": "教育局",
}
NOBODY = (
    *(
        "统计",
        "2025年政府信息公开统计",
        "统计报表",
        "统计员",
        "档案",
        "汇总",
        "审批",
        "行政审批",
        "数据",
        "第二",
        "第二稿",
        "第二次报送",
    ),
    *(
        "财政拨款",
        "财政拨款表",
        "财政年度报告",
        "财政信息公开",
        "财政收支",
        "审计报告",
        "审计整改",
        "审计意见",
        "教育培训",
        "教育报告",
    ),
    *(
        "民政工作",
        "民生实事",
        "水利工程",
        "信访件",
        "信访情况",
        "公安专网版",
        "商务合同",
        "交通安全",
        "应急演练",
        "应急预案",
        "农业生产",
    ),
    *(
        "政府办件统计",
        "政府办理依申请公开情况",
        "区政府办理情况",
        "区政府办公会",
        "政府办公平台下载",
        "政府网站年报",
        "政府年报",
    ),
    *(
        "高新企业",
        "高新区企业名单",
        "新民晚报",
        "红旗单位",
        "城关派出所",
        "环境保护",
        "生态环境保护",
        "文旅融合",
        "科技创新",
        "人社系统",
    ),
    *(
        "财政部",
        "司法厅",
        "教育股",
        "审计组",
        "信访室",
        "公安部",
        "财政所",
        "民政科",
        "法规科",
        "财务科",
        "张三",
        "李主任 2025年报",
    ),
    *(
        "街道办",
        "办事处",
        "管委会",
        "镇政府",
        "区政府",
        "局办公室",
        "机关各科室",
        "综合科",
        "政务中心",
        "执法",
        "本局",
        "市局",
        "全局汇总",
    ),
    *(
        "转报",
        "盖章版",
        "20260112",
        "2026.1.12",
        "2026年1月12日",
        "附件2",
        "年报（最终）",
        "年报(1)",
        "副本",
        "新建 XLSX 工作表",
    ),
    *(
        "2025年度政府信息公开工作年度报告",
        "2025年度（2026年1月报）",
        "工作簿1",
        "Sheet1",
        "审核通过",
        "科室审核后",
        "请查收",
        "OA下载",
    ),
    *("报政府办", "呈区政府办", "上报区府办", "报送政府办公室", "商务转报", "财政代报"),
)


def named(file: str, owner: str, folder: str = "收回") -> list[str]:
    """Return the names, without the district, of the agencies that hold a return of the owner."""
    (item,) = hold_doubtful_owners([found(a_return(AGENCIES[owner], {}, file=file), folder=folder)], ROSTER)
    lists = [finding.facts["codes"] for finding in item.findings if finding.code == "owner.doubtful"]
    return [
        ROSTER.agencies[code].name.removeprefix(AREA) for codes in lists if isinstance(codes, tuple) for code in codes
    ]


@pytest.mark.parametrize("name", MEANT)
def test_short_name_alone__means_the_agency_and_holds_the_return_of_another(name: str) -> None:
    assert INDEX.find_agencies(name) == {AGENCIES[MEANT[name]].code}
    assert [named(f"{name}.xlsx", owner) for owner in ("司法局", "城关镇人民政府")] == [[MEANT[name]]] * 2
    assert named(f"{name}.xlsx", MEANT[name]) == []


@pytest.mark.parametrize("owner", OWNERS)
def test_words_that_only_contain_a_short_name__hold_nothing(owner: str) -> None:
    assert [name for name in NOBODY if named(f"{name}.xlsx", owner)] == []
    own = [pattern.format(name=name, own=owner) for name in NOBODY for pattern in ("{own}（{name}）", "{name} {own}")]
    assert [name for name in own if named(f"{name}.xlsx", owner)] == []


@pytest.mark.parametrize("name", ["财政", "新民办", "环保局"])
def test_folder_with_a_short_name__holds_the_return_in_it(name: str) -> None:
    assert named("年报.xlsx", "司法局", folder=f"收回/{name}") != []
    assert named("年报.xlsx", "司法局", folder="收回/统计") == []


def test_short_name_that_several_agencies_have__means_nobody() -> None:
    names = ("东区财政局", "西区财政局", "东区人民政府办公室", "西区人民政府办公室", "东区生态环境局", "西区环境保护局")
    index = index_agency_names(Roster({name: Agency(name, name) for name in names}, "名册.xlsx"))
    assert [index.find_agencies(name) for name in ("财政", "政府办", "环保局")] == [frozenset()] * 3
    assert [index.find_agencies(name) for name in ("东区财政", "西财政")] == [{"东区财政局"}, {"西区财政局"}]
    assert index.find_agencies("东区政府办") == {"东区人民政府办公室"}


BESIDE = {
    "司法局、财政局": ["财政局"],
    "司法局和财政局2025年报": ["财政局"],
    "信访局+司法局（盖章）": ["信访局"],
    "司法局 财政局 民政局": ["民政局", "财政局"],
    "司法局与区财政局联合填报": ["财政局"],
    "司法局、新民街道": ["新民街道办事处"],
    "司法局、财政局 对调": ["财政局"],
    "司法局→财政局": ["财政局"],
    "司法局 应为财政局": ["财政局"],
    "司法局（错报为财政局）": ["财政局"],
    "财政局（司法局借用模板）": ["财政局"],
    "510208 财政局": ["财政局"],
    "510209 司法局": ["财政局"],
}
OWNER_FILLED_IN_FOR_ANOTHER = (
    *(
        "财政局（司法局代报）",
        "司法局代报财政局",
        "司法局代填财政局",
        "司法局替财政局填报",
        "司法局帮财政局填",
        "财政局由司法局代填",
    ),
    *(
        "财政局表（司法局汇总）",
        "财政局（司法局收）",
        "财政局（司法局转）2025",
        "财政局-司法局报送",
        "司法局转报财政局",
    ),
)
EXPLAINED = (
    *(
        "司法局（财政局代报）",
        "司法局（财政局报送）",
        "司法局 财政局收",
        "司法局（财政局转）",
        "司法局（财政局审核）",
        "司法局（财政局汇总）",
    ),
    *(
        "司法局抄送财政局",
        "司法局报送财政局",
        "司法局报财政局",
        "司法局报送财政局年报",
        "司法局向财政局报送年报",
        "司法局关于报送财政局2025年年报的函",
        "报送财政局",
        "司法局转财政局",
        "财政局转司法局",
        "财政局收 司法局",
        "司法局 收于财政局",
    ),
    *(
        "司法局（含财政局、信访局）",
        "司法局汇总（含财政局）",
        "司法局（包括财政局和信访局）",
        "司法局（与财政局合并）",
        "司法局（财政局并入）",
    ),
    *(
        "司法局（财政局退回后重报）",
        "司法局年报 财政局王科长要的",
        "司法局关于财政局意见的回复",
        "司法局经财政局审核",
        "司法局（原信访局）",
    ),
    *(
        "川门区人民政府 司法局",
        "川门区政府办、司法局",
        "5102 司法局",
        "司法局（财政拨款）",
        "司法局 教育培训",
        "司法局（公安专网版）",
    ),
)
MISSPELT = {
    "财致局": "财政局",
    "区财致局2025年报（盖章）": "财政局",
    "水力局": "水利局",
    "柳合镇": "柳河镇人民政府",
    "市场监督菅理局": "市场监督管理局",
}
NOT_MISSPELT = (
    *(
        "税务局",
        "体育局",
        "财政所",
        "财政居",
        "教育股",
        "统计表",
        "公安部",
        "总务局",
        "民致局、财政局收",
        "水力发电",
    ),
    *("城关所", "审计组", "年报表", "人民镇", "新民桥", "信访室", "第三街道", "北关镇"),
)


@pytest.mark.parametrize("name", BESIDE)
def test_agency_of_equal_rank_beside_the_owner__holds_the_return(name: str) -> None:
    assert sorted(named(f"{name}.xlsx", "司法局")) == sorted(BESIDE[name])


@pytest.mark.parametrize("name", OWNER_FILLED_IN_FOR_ANOTHER)
def test_owner_that_filled_in_for_another__holds_the_return_and_not_that_of_the_other(name: str) -> None:
    assert named(f"{name}.xlsx", "司法局") == ["财政局"]
    assert named(f"{name}.xlsx", "财政局") == []


def test_agency_beside_the_owner_with_a_word_that_explains_it__holds_nothing() -> None:
    assert [name for name in EXPLAINED if named(f"{name}.xlsx", "司法局")] == []


@pytest.mark.parametrize("name", MISSPELT)
def test_name_with_one_wrong_character__holds_the_return_of_another(name: str) -> None:
    assert named(f"{name}.xlsx", "司法局") == [MISSPELT[name]]
    assert named(f"{name}.xlsx", MISSPELT[name]) == []


@pytest.mark.parametrize("owner", OWNERS)
def test_name_that_is_no_misspelling__holds_nothing(owner: str) -> None:
    assert [name for name in NOT_MISSPELT if named(f"{name}.xlsx", owner)] == []


def test_usual_name_of_a_body_outside_the_roster__is_no_misspelling() -> None:
    assert [name for name in ("执法局", "执法局原件") if named(f"{name}.xlsx", "财政局")] == []


def test_name_in_the_owners_folder__is_no_misspelling_of_another() -> None:
    assert named("财致局.xlsx", "司法局", "司法局") == []
    assert named("财致局.xlsx", "司法局", "收回") == ["财政局"]


def test_misspelt_name_of_the_owner__holds_nothing() -> None:
    assert [name for name in ("思法局", "司发局", "区司发局年报") if named(f"{name}.xlsx", "司法局")] == []


def test_sentences__say_what_the_file_name_has() -> None:
    def said(file: str) -> str:
        (item,) = hold_doubtful_owners([found(a_return(AGENCIES["司法局"], {}, file=file))], ROSTER)
        return catalogue.render_problem(item.findings[0])

    assert said("司法局、财政局.xlsx").startswith(
        "文件名“司法局、财政局.xlsx”除川门区司法局外写的是川门区财政局（510209），报表内容却是川门区司法局"
    )
    assert said("财致局.xlsx").startswith(
        "文件名“财致局.xlsx”（差一个字）写的是川门区财政局（510209），报表内容却是川门区司法局"
    )


OWN_NAMES = (
    *(
        "{own}",
        "{own}2025年年报",
        "2025年政府信息公开工作年度报告（{own}）",
        "{own} 20260112",
        "附件2：{own}（盖章版）",
        "{own}（改）",
    ),
    *(
        "{own}转报",
        "{own}上报区政府办",
        "{own}报政府办公室",
        "{own}（最终）v2",
        "川门区人民政府 {own}",
        "区直-{own}-年报",
        "{own}_张三",
    ),
    *(
        "{own}（法规科审核）",
        "{own} 财政拨款",
        "{own}（统计口径）",
        "01{own}",
        "{own}年报(1)",
        "{own}政务公开办",
        "{own}（2026年1月报）",
    ),
    *(
        "报送：{own}",
        "{own}年报，请财政局审核",
        "{own}抄送财政局",
        "{own}与财政局会签",
        "{own}（财政局已审）",
        "{own} 联系人李四",
    ),
)


def test_name_of_the_owner_in_all_usual_ways__holds_nothing() -> None:
    sent = []
    endings = ("人民政府", "街道办事处", "管理委员会", "委员会", "局", "镇人民政府", "乡人民政府")
    for name, agency in AGENCIES.items():
        stems = (name.removesuffix(ending) for ending in endings)
        shown = {agency.name, name, f"区{name}", *(stem for stem in stems if len(stem) > 1)}
        files = [f"{pattern.format(own=own)}.xlsx" for own in shown for pattern in OWN_NAMES]
        sent += [found(a_return(agency, {}, file=file), folder=agency.code) for file in files]
    assert [item.file for item in hold_doubtful_owners(sent, ROSTER) if item.findings] == []


def test_index_of_many_agencies__takes_time_in_proportion() -> None:
    signs = "甲乙丙丁戊己庚辛壬癸"
    names = [f"川门区{a}{b}{c}镇人民政府" for a in signs for b in signs for c in signs]
    roster = Roster({name: Agency(name, name) for name in names}, "名册.xlsx")
    started = perf_counter()
    assert index_agency_names(roster).find_agencies("甲乙丙镇") == {"川门区甲乙丙镇人民政府"}
    assert perf_counter() - started < 5


def test_index_of_agencies_in_many_places__takes_time_in_proportion() -> None:
    signs = "甲乙丙丁戊己庚辛壬癸"
    areas = [f"{a}{b}{c}区" for a in signs for b in signs for c in signs]
    names = [f"{area}{office}" for area in areas for office in ("教育局", "财政局", "司法局")]
    roster = Roster({name: Agency(name, name) for name in names}, "名册.xlsx")
    started = perf_counter()
    index = index_agency_names(roster)
    assert perf_counter() - started < 5
    assert index.find_agencies("甲乙丙财政局") == {"甲乙丙区财政局"}


def test_long_name_without_an_agency__is_read_quickly() -> None:
    index, name = index_agency_names(ROSTER), f"{'年报' * 60}某地{'公开' * 60}"
    started = perf_counter()
    assert index.find_near(name, DISTRICT) == frozenset()
    assert perf_counter() - started < 0.5
