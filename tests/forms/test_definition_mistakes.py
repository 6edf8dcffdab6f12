"""xltool forms check: settings that mean nothing or cannot be met are refused, all mistakes of a definition at once."""

import re
import shutil
from pathlib import Path

import pytest

from tests.forms.monthly_rates import FORM, RELATIONS, TABLES
from tests.official_report.test_publish import run
from tests.own_forms import form_toml, write_definition
from xltool.forms.load_definitions import load_form

LIST = """
[[lists]]
id = "counters"
section = "counters"
sheet = "清单"
title = "窗口"
unit = "个"
key = ["name"]
columns = [
  { id = "name", label = "窗口名称", kind = "text", length = 30 },
  { id = "kind", label = "窗口类型", kind = "choice", choices = ["综合", "专门"] },
  { id = "praise", label = "满意度", kind = "percent", decimals = 2 },
]
"""
WHOLE_FORM = FORM.replace(
    "sections = [", 'sections = [\n  { id = "counters", number = "二", title = "窗口", sheet = "清单" },\n  '
)
ANNUAL_FORM = form_toml(
    "annual",
    "窗口年报",
    '[{ id = "cases", number = "一", title = "办件情况", sheet = "办件" }]',
    report_title="{agency}{year}年窗口情况",
    opening="{agency}情况如下。",
    more='[made_from]\nform = "windows"\n',
)
LIMIT = '\n[[relations]]\nid = "LIMIT"\ntitle = "界限"\nseverity = "note"\nbasis = "b"\nadvice = "a"\nexpect = "'
MISTAKES = {
    "width below 0": (
        "tables",
        'size = "C7"',
        'size = "C7"\nwidths = [-30, 10, 10]',
        "tables.cases 里，widths 是 -30。请写大于 0 的数",
    ),
    "blank on a figure": ("tables", '["C4"', '["B4", "C4"', "“blanks”（B4）与“cases.rate.current”占了同一格"),
    "blank outside the table": ("tables", '["C4"', '["Z9", "C4"', "“blanks”等超出了表的范围（size 是 C7）：Z9"),
    "mean weighted by itself": (
        "tables",
        'weight = "cases.done.current"',
        'weight = "cases.days.current"',
        "“cases.days.current”的权数不对：cases.days.current。total = 'weighted_mean' 时，weight 写另一个相加的数字指标",
    ),
    "unknown column of a list that is counted": (
        "relations",
        "within_year = true\n",
        "within_year = true\n{LIMIT}count(counters.type == '综合') >= 0\"\n",
        "relations.LIMIT 处，没有叫“counters.type”的指标、行或列",
    ),
    "relation that is a list of relations": (
        "relations",
        'expect = "ratio(cases.on_time.current, cases.done.current) >= 0.5"',
        'expect = ["cases.done.current >= 0"]',
        "relations[3].expect 应为文字，现在是列表",
    ),
    "id of a table that is no name": ("tables", 'id = "cases"', 'id = "Cases"', "“Cases”不能作 id"),
    "minimum above maximum": (
        "tables",
        'unit = "天"',
        'unit = "天"\nminimum = 60\nmaximum = 0',
        "tables.cases 里，“cases.days.current”的 minimum（60）大于 maximum（0），什么数都填不进。",
    ),
    "percentage from above 100": (
        "tables",
        'kind = "percent", decimals = 2',
        'kind = "percent", decimals = 2, minimum = 101',
        "lists.counters 里，“counters.praise”的 minimum（101）大于 maximum（100），什么数都填不进。",
    ),
    "limit that is no number": (
        "tables",
        'unit = "天"',
        'unit = "天"\nminimum = nan',
        "“cases.days.current”的 minimum 是 nan，不是数。",
    ),
    "no length": (
        "tables",
        "length = 30",
        "length = 0",
        "“counters.name”的 length 是 0，不能这样写。length 可以写 1 到 2000",
    ),
    "too many decimals": (
        "tables",
        "decimals = 1",
        "decimals = 12",
        "“cases.days.current”的 decimals 是 12，不能这样写。",
    ),
    "decimals of a choice": (
        "tables",
        'choices = ["综合", "专业"]',
        'choices = ["综合", "专业"]\ndecimals = 2',
        "“cases.type.current”是 choice，写了 decimals 也不起作用",
    ),
    "choice in a sum of a relation": (
        "relations",
        "within_year = true\n",
        'within_year = true\n{LIMIT}cases.type.current + cases.done.current >= 0"\n',
        "relations.LIMIT 里，“cases.type.current”是 choice，不是数，不能相加、比大小",
    ),
    "text of a list times a number": (
        "relations",
        "within_year = true\n",
        'within_year = true\n{LIMIT}counters.row.praise <= 2 * counters.row.name"\n',
        "relations.LIMIT 里，“counters.name”是 text，不是数",
    ),
    "within_year without the period before": (
        "relations",
        'expect = "ratio(cases.on_time.current, cases.done.current) >= 0.5"',
        'expect = "ratio(cases.on_time.current, cases.done.current) >= 0.5"\nwithin_year = true',
        "within_year 不起作用：ratio(cases.on_time.current, cases.done.current) >= 0.5。",
    ),
    "decimals below 0": ("tables", "decimals = 1", "decimals = -1", "decimals 可以写 0 到 10"),
    "choice twice": (
        "tables",
        '["综合", "专业"]',
        '["综合", "专业", "综合"]',
        "“cases.type.current”的选项“综合”写了两次。",
    ),
    "blank choice": ("tables", '["综合", "专门"]', '["综合", "专门", ""]', "“counters.kind”有一个选项是空的。"),
    "choice with a comma": (
        "tables",
        '["综合", "专业"]',
        '["综合,专业", "其他"]',
        "“cases.type.current”的选项“综合,专业”里有“,”，在下拉列表里会拆成两个。",
    ),
    "more choices than a list holds": (
        "tables",
        '["综合", "专业"]',
        str([f"第{number}类综合服务大厅" for number in range(30)]),
        "“cases.type.current”的选项连同间隔一共 319 个字符，下拉列表放不下。最多 255 个字符",
    ),
    "length of a figure": (
        "tables",
        'unit = "天"',
        'unit = "天"\nlength = 3',
        "“cases.days.current”是 decimal，写了 length 也不起作用。请删去 length，或改正 kind；length 只用于：text。",
    ),
    "limit of a choice": ("tables", '["综合", "专业"]', '["综合", "专业"]\nmaximum = 3', "写了 maximum 也不起作用。"),
    "sum of a computed rate": (
        "tables",
        'unit = "%"',
        'unit = "%"\ntotal = "sum"',
        "“cases.rate.current”由关系式算出，写了 total = sum 也不起作用。",
    ),
    "tolerance below 0": (
        "relations",
        "within_year = true",
        "within_year = true\ntolerance = -1",
        "relations.CUM 里，tolerance 是 -1。允许的误差写 0 或正数，如 0.01。",
    ),
    "tolerance of a limit": (
        "relations",
        'current) >= 0.5"',
        'current) >= 0.5"\ntolerance = 1',
        "relations.SHARE 里，tolerance（1）不起作用：ratio(cases.on_time.current, cases.done.current) >= 0.5。",
    ),
    "tolerance of two equalities": (
        "relations",
        "within_year = true\n",
        'within_year = true\n{LIMIT}cases.done.current == 1 and cases.done.current == 2"\ntolerance = 1\n',
        "relations.LIMIT 里，tolerance（1）不起作用",
    ),
    "contradiction in one and": (
        "relations",
        "within_year = true\n",
        'within_year = true\n{LIMIT}cases.done.current > 5 and cases.done.current < 3"\n',
        "有互相矛盾的关系，怎么填都不能全部相符：界限。",
    ),
    "contradiction in a chain with decimals": (
        "relations",
        "within_year = true\n",
        'within_year = true\n{LIMIT}0.6 <= cases.days.current <= 0.5"\n',
        "有互相矛盾的关系，怎么填都不能全部相符：界限。",
    ),
    "relation beyond the limits of its figure": (
        "relations",
        "within_year = true\n",
        'within_year = true\n{LIMIT}cases.rate.current > 100"\n',
        "有互相矛盾的关系，怎么填都不能全部相符：界限。请改正其中一条关系式或它的 when；只列出一条的，也核对所涉指标",
    ),
    "signs of comparison as printed": (
        "relations",
        "current) >= 0.5",
        "current) ≥ 0.5",
        "的比较符号写得不对。等于写作 ==，不等于写作 !=，不大于写作 <=，不小于写作 >=。",
    ),
}


def write_windows(
    folder: Path, form: str = WHOLE_FORM, tables: str = TABLES + LIST, relations: str = RELATIONS
) -> Path:
    return write_definition(folder, "windows", form, tables, relations)


def told(folder: Path, *options: object) -> list[str]:
    """The sentences of ``forms check``, without the place of the folder."""
    code, _, errors = run("forms", "check", folder, *options)
    assert code == (2 if errors else 0)
    return errors.replace(f"{folder}/windows/1/", "").splitlines()


def test_definition_without_a_mistake__nothing_is_told(tmp_path: Path) -> None:
    assert told(write_windows(tmp_path)) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_setting_that_cannot_be_meant__is_one_sentence_with_place_and_cure(mistake: str, tmp_path: Path) -> None:
    file, right, wrong, sentence = MISTAKES[mistake]
    texts = {"tables": TABLES + LIST, "relations": RELATIONS}
    assert right in texts[file]
    texts[file] = texts[file].replace(right, wrong.replace("{LIMIT}", LIMIT), 1)
    (line,) = told(write_windows(tmp_path, **texts))
    assert f"报表定义“{file}.toml”" in line
    assert sentence in line


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ('issued = "2018"', 'issued = "2018-13-40"', "form.toml”的 issued 是“2018-13-40”，没有这一天。"),
        ('issued = "2018"', 'issued = "2018-02-30"', "form.toml”的 issued 是“2018-02-30”，没有这一天。"),
        (
            'sum = "cases.done.current"',
            'sum = "cases.type.current"',
            "form.toml”的 headlines 里，“cases.type.current”是 choice，不是数",
        ),
        (
            "headlines = [",
            'ranking = { label = "类型", sum = "cases.type.current" }\nheadlines = [',
            "form.toml”的 ranking 里，“cases.type.current”是 choice，不是数",
        ),
    ],
)
def test_day_of_issue_and_figures_shown_first__that_cannot_be_meant__are_told(
    right: str, wrong: str, sentence: str, tmp_path: Path
) -> None:
    assert right in WHOLE_FORM
    (line,) = told(write_windows(tmp_path, form=WHOLE_FORM.replace(right, wrong, 1)))
    assert sentence in line


def test_two_editions_from_the_same_year__are_told__and_no_template_is_made(tmp_path: Path) -> None:
    folder = write_windows(tmp_path)
    second = folder / "windows" / "2"
    shutil.copytree(folder / "windows" / "1", second)
    definition = second / "form.toml"
    definition.write_text(WHOLE_FORM.replace('edition = "1"', 'edition = "2"'), "utf-8")
    code, _, errors = run("forms", "check", folder)
    assert (code, errors.splitlines()[1:]) == (2, [])
    assert "windows/2/form.toml”的 first_year 是 2018，与“1”这一版的相同，看不出哪年用哪一版。" in errors
    (tmp_path / "roster.csv").write_text("单位代码,单位名称\n1,甲局\n", "utf-8")
    options = ("--forms", folder, "--roster", tmp_path / "roster.csv", "--form", "windows", "-o", tmp_path / "issued")
    code, _, errors = run("template", "--period", "2025-03", *options)
    assert (code, "“windows”有几版都从 2018 年度起用：1、2，不知用哪一版。" in errors) == (2, True)
    definition.write_text(definition.read_text("utf-8").replace("first_year = 2018", "first_year = 2025"), "utf-8")
    assert run("forms", "check", folder)[0] == 0
    assert run("template", "--period", "2025-03", *options)[0] == 0


def test_counts_of_a_form_with_a_list__are_the_same_in_every_command(tmp_path: Path) -> None:
    relation = LIMIT.replace("{", "") + 'counters.row.praise >= 0"\n'
    folder = write_windows(tmp_path, relations=RELATIONS + relation)
    checked = run("forms", "check", folder)[1]
    figures, relations = re.findall(r"(\d+) 个指标，(\d+) 条勾稽关系", checked)[0]
    assert run("forms", "workbook", "windows", "1", "--forms", folder, "-o", tmp_path / "d.xlsx")[0] == 0
    said = run("forms", "from", tmp_path / "d.xlsx", "-o", tmp_path / "again", "--edition", "2026")[1]
    assert f"{figures} 个指标" in said
    assert f"{relations} 条勾稽关系" in said
    again = load_form(tmp_path / "again" / "windows" / "2026")
    assert again.first_year == 2026
    both = ("--forms", folder, "--forms", tmp_path / "again")
    assert f"{figures} 个指标含义相同" in run("forms", "diff", "windows", "1", "2026", *both)[1]


def test_percentage_that_is_added_up__is_pointed_out(tmp_path: Path) -> None:
    tables = TABLES.replace('kind = "percent"\ndecimals = 2', 'kind = "amount"\ndecimals = 2')
    relations = RELATIONS.replace("computes = true", "")
    code, said, problem = run("forms", "check", write_windows(tmp_path, tables=tables + LIST, relations=relations))
    assert (code, problem) == (0, "")
    assert "（cases.rate.current）的单位是 %，汇总时却相加（kind = 'amount'）。比率请写 kind = 'percent'" in said


def test_no_decimals_stated__percentages_are_whole(tmp_path: Path) -> None:
    folder = write_windows(
        tmp_path, tables=TABLES.replace('decimals = 2\nunit = "%"', 'decimals = 0\nunit = "%"') + LIST
    )
    assert told(folder) == []
    assert load_form(folder / "windows" / "1").cells["cases.rate.current"].decimals == 0


def test_form_it_is_made_from__that_nobody_defined_or_of_other_years__is_told(tmp_path: Path) -> None:
    folder = write_windows(tmp_path)
    own = tmp_path / "elsewhere"
    write_definition(
        own, "annual", ANNUAL_FORM.replace('form = "windows"', 'form = "window"'), TABLES, "relations = []"
    )
    (line,) = told(own / "forms", "--forms", folder)
    assert "annual/1/form.toml”的 made_from 里，没有叫“window”的报表（是否想写“windows”）。" in line
    definition = own / "forms" / "annual" / "1" / "form.toml"
    definition.write_text(ANNUAL_FORM, "utf-8")
    assert told(own / "forms", "--forms", folder) == []
    (line,) = told(own / "forms")
    assert "没有叫“windows”的报表" in line
    definition.write_text(ANNUAL_FORM.replace("first_year = 2018", "first_year = 2008\nlast_year = 2010"), "utf-8")
    (line,) = told(own / "forms", "--forms", folder)
    assert "“windows”没有与本表同一年的版本（1（2018—））。" in line


def test_many_mistakes_of_every_file__all_are_in_one_list_without_consequences(tmp_path: Path) -> None:
    form = WHOLE_FORM.replace('issuer = "测试用"\n', "").replace('period = "month"', 'period = "monthly"')
    form = form.replace("cases.trips.current", "cases.trip.current")
    tables = TABLES.replace('size = "C7"', 'size = "C6"\naside = ["Z"]').replace('at = "A5"', 'at = "A4"')
    tables = tables.replace('first = "B6"', 'first = "B5"').replace(
        'kind = "decimal"\ndecimals = 1', 'kind = "decimals"\ndecimals = 1'
    )
    tables = tables.replace('weight = "cases.done.current"', 'weight = "cases.finished.current"')
    tables = tables.replace('choices = ["综合", "专业"]', "")
    listed = LIST.replace('key = ["name"]', 'key = ["number"]')
    relations = RELATIONS.replace("must_fix", "must", 1).replace("computes = true", "").replace(" >= 0.5", " => 0.5")
    relations = relations.replace(
        "== previous(cases.done.cumulative)", "== previous(cases.dones.cumulative) + cases.doing.current"
    )
    relations += f'{LIMIT}cases.type.current == \'综合\'"\nwhen = "cases.kind.current == 1"\n'
    lines = told(write_windows(tmp_path, form, tables + listed, relations))
    expected = [
        "缺少键“issuer”",
        "不能写“monthly”",
        "不认识的键“aside”",
        "不能写“decimals”（是否想写“decimal”）",
        "不能写“must”",
        "与“按时办结率”占了同一格",
        "“cases.trips.current”（B5）与“cases.days.current”占了同一格",
        "“大厅类型”等超出了表的范围（size 是 C6）",
        "lists.counters.key 写了“number”",
        "没有叫“cases.dones.cumulative”",
        "没有叫“cases.doing.current”",
        "=> 0.5”的比较符号写得不对",
        "没有叫“cases.kind.current”",
        "选项“cases.type.current”没有可选的词",
        "“cases.days.current”的权数不对",
        "headlines 处，没有叫“cases.trip.current”",
    ]
    assert [part for part in expected if not any(part in line for line in lines)] == []
    assert len(lines) == len(expected)


@pytest.mark.parametrize(
    ("broken", "mistake"),
    [("form", "title = “窗口”"), ("tables", "size = "), ("relations", "[[relations]"), ("tables", "\x00")],
)
def test_file_that_cannot_be_read__mistakes_of_the_others_are_told_beside_it(
    broken: str, mistake: str, tmp_path: Path
) -> None:
    folder = write_windows(
        tmp_path,
        WHOLE_FORM.replace("first_year = 2018", "first_year = 18"),
        TABLES.replace("decimals = 1", "decimals = 12") + LIST,
        RELATIONS.replace(" >= 0.5", " => 0.5"),
    )
    file = folder / "windows" / "1" / f"{broken}.toml"
    file.write_text(f"{mistake}\n{file.read_text('utf-8')}", "utf-8")
    lines = told(folder)
    others = {"form": "first_year 是 18", "tables": "decimals 是 12", "relations": "=> 0.5”的比较符号"}
    del others[broken]
    assert "不是正确的 TOML" in lines[0]
    assert len(lines) == 3
    assert all(any(part in line for line in lines) for part in others.values())
