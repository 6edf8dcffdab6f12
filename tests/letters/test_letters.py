"""xltool letters: who gets which letter, what it says, and the district's own wording."""

import subprocess
import sys
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
from click.testing import CliRunner, Result

from tests.forms.monthly_rates import FORM, TABLES
from tests.own_forms import write_definition
from tests.returns import BROKEN, GOOD, filled, lit
from xltool.cli.main import main
from xltool.commands.letters import LetterOptions, write_letters
from xltool.commands.run_context import build_run_context
from xltool.letters.fill_paragraph import fill_paragraph
from xltool.model.agency import Agency
from xltool.model.period import Period, PeriodLength, parse_period

NAMES = "2025年政府信息公开工作年度报告的函"
ROSTER = """代码,名称,上级代码,口径,联系人,联系电话
32,示例市人民政府,,汇总,,
1,甲镇人民政府,32,,张三,010-1
2,乙镇人民政府,32,,李四,
3,丙镇人民政府,32,,,
4,丁镇人民政府,32,,,
"""


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A good return, a broken one, an unreadable file with a name, one of nobody; nothing from the fourth town."""
    (tmp_path / "名册.csv").write_text(ROSTER, "utf-8")
    folder = tmp_path / "收到"
    filled(folder / "甲.xlsx", GOOD, agency=Agency("1", "甲镇人民政府"))
    filled(folder / "乙.xlsx", BROKEN, agency=Agency("2", "乙镇人民政府"))
    (folder / "丙镇人民政府.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "随便.xlsx").write_bytes(b"PK\x03\x04")
    return folder


def letters(inbox: Path, *words: object) -> Result:
    given = ["letters", inbox, "--roster", inbox.parent / "名册.csv", "-o", inbox.parent / "信函", *words]
    done = CliRunner().invoke(main, [*map(str, given), "--no-cache"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def text_of(path: Path) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(BytesIO(path.read_bytes())).paragraphs]


def test_letters__each_agency_gets_the_one_that_fits(inbox: Path) -> None:
    done, folder = letters(inbox), inbox.parent / "信函"
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        f"已写出 4 份函：催报 1，退回 2，受理 1，连同“信函清单.xlsx”存放在：{folder}",
        "  不发函：单位不明（无法读取）。收到的文件打不开，也看不出是哪个单位的：“随便.xlsx”。",
    ]
    assert files(folder) == [
        "信函清单.xlsx",
        f"催报/关于催报{NAMES}（丁镇人民政府）.docx",
        f"催报/关于催报{NAMES}（丁镇人民政府）.txt",
        f"受理/关于受理{NAMES}（甲镇人民政府）.docx",
        f"受理/关于受理{NAMES}（甲镇人民政府）.txt",
        "退回/丙镇人民政府 检查结果.html",
        "退回/乙.xlsx",
        f"退回/关于退回{NAMES}（丙镇人民政府）.docx",
        f"退回/关于退回{NAMES}（丙镇人民政府）.txt",
        f"退回/关于退回{NAMES}（乙镇人民政府）.docx",
        f"退回/关于退回{NAMES}（乙镇人民政府）.txt",
    ]
    assert lit(folder / "退回" / "乙.xlsx")[0] == "表三!D7"


def test_letters__a_second_file_of_an_agency_that_cannot_be_read__is_told_as_its_own(inbox: Path) -> None:
    """Where a return of the agency is counted, the file is asked for; where it is sent back, it is named beside it."""
    for town in ("甲", "乙"):
        (inbox / f"{town}镇人民政府 补充.xlsx").write_bytes(b"PK\x03\x04")
    said, folder = letters(inbox).stdout.splitlines(), inbox.parent / "信函"
    assert "  不发函：乙镇人民政府（无法读取）。这个单位还有一个文件打不开：“乙镇人民政府 补充.xlsx”。" in said
    assert not (folder / "受理").exists()
    (asked,) = (folder / "退回").glob("*（甲镇人民政府）.txt")
    assert "甲镇人民政府 补充.xlsx" in asked.read_text("utf-8-sig")


def test_letters__an_agency_with_a_held_file_beside_the_counted_one__is_not_told_that_all_is_well(inbox: Path) -> None:
    filled(inbox / "丁镇 补充.xlsx", {**GOOD, "disclosure.rules.issued": 1}, agency=Agency("1", "甲镇人民政府"))
    said, folder = letters(inbox).stdout.splitlines(), inbox.parent / "信函"
    beside = "已计入的一份之外，还有一份待裁定的文件可能是这个单位的：“丁镇 补充.xlsx”。先裁定，再发受理函。"
    assert f"  不发函：甲镇人民政府（已计入）。{beside}" in said
    assert not (folder / "受理").exists()


def test_letters__among_the_returns__are_named_as_such_also_in_an_archive(inbox: Path) -> None:
    letters(inbox)
    (letter,) = (inbox.parent / "信函" / "受理").glob("*.docx")
    (inbox / letter.name).write_bytes(letter.read_bytes())
    with zipfile.ZipFile(inbox / "函.zip", "w") as archive:
        archive.write(letter, "函.docx")
    out = CliRunner().invoke(main, ["check", str(inbox)]).stdout
    for name in (letter.name, "函.zip/函.docx"):
        assert f"“{name}”是本程序写的函，不是报表。不用处理。" in out


def test_letters__the_list_has_contacts_counts_and_check_codes(inbox: Path) -> None:
    letters(inbox)
    sheet = openpyxl.load_workbook(inbox.parent / "信函" / "信函清单.xlsx").active
    assert sheet is not None
    rows = [list(row) for row in sheet.iter_rows(min_row=3, max_col=13, values_only=True)]
    assert [row[1:8] for row in rows] == [
        ["4", "丁镇人民政府", None, None, "未报", "催报", "打开"],
        ["2", "乙镇人民政府", "李四", None, "退回", "退回", "打开"],
        ["3", "丙镇人民政府", None, None, "无法读取", "退回", "打开"],
        ["1", "甲镇人民政府", "张三", "010-1", "已计入", "受理", "打开"],
        [None, None, None, None, "无法读取", "不发", None],
    ]
    assert [row[9:12] for row in rows[1:4]] == [["标注的原表", 1, 0], ["问题网页", 1, 0], [None, 0, 0]]
    code = rows[3][12]
    assert f"校验码 {code}。" in (inbox.parent / "信函" / "受理" / f"关于受理{NAMES}（甲镇人民政府）.txt").read_text(
        "utf-8-sig"
    )


@pytest.mark.parametrize(
    ("today", "sentence"),
    [
        (date(2026, 1, 20), "（应于2026年1月20日前报送）至今没有收到。请于2026年1月20日前报送。"),
        (date(2026, 1, 23), "（应于2026年1月20日前报送）至今没有收到。现已逾期 3 天，请即报送。"),
    ],
)
def test_reminder__says_when_it_is_due_or_how_late_it_is(today: date, sentence: str, inbox: Path) -> None:
    context = build_run_context(inbox.parent / "名册.csv")
    options = LetterOptions(due=date(2026, 1, 20), today=today, sender="示例市办公室", contact="王五，010-2")
    write_letters([inbox], context, inbox.parent / "信函", options)
    word = text_of(inbox.parent / "信函" / "催报" / f"关于催报{NAMES}（丁镇人民政府）.docx")
    plain = (inbox.parent / "信函" / "催报" / f"关于催报{NAMES}（丁镇人民政府）.txt").read_text("utf-8-sig")
    assert word == [
        f"关于催报{NAMES}",
        "",
        "丁镇人民政府：",
        f"你单位2025年政府信息公开工作年度报告{sentence}",
        "请在下发给你单位的模板中填写，校验全部相符后报送。已经报送的，请告知何时、以何种方式报送，以便查找。",
        "联系方式：王五，010-2。",
        "",
        "示例市办公室",
        f"2026年1月{today.day}日",
    ]
    assert plain.splitlines() == word


def test_text_only__writes_the_same_texts_list_and_attachments_but_no_word_file(inbox: Path) -> None:
    words = ("--due", "2026-01-20", "--contact", "王五，010-2")
    letters(inbox, *words)
    folder, whole = inbox.parent / "信函", inbox.parent / "完整"
    folder.rename(whole)
    assert letters(inbox, *words, "--text-only").exit_code == 0
    assert files(folder) == [name for name in files(whole) if not name.endswith(".docx")]
    for name in files(folder):
        if name != "信函清单.xlsx":
            assert (folder / name).read_bytes() == (whole / name).read_bytes()
    sheets = [openpyxl.load_workbook(each / "信函清单.xlsx").active for each in (folder, whole)]
    text_only, full = ([list(row) for row in sheet.iter_rows(values_only=True)] for sheet in sheets if sheet)
    assert [row[7] for row in text_only[2:]] == [None] * 5
    assert text_only == [[*row[:7], new[7], *row[8:]] for row, new in zip(full, text_only, strict=True)]


_WITHOUT_WORD = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"docx", "lxml"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Refuse())
from xltool.cli.main import main
main()
"""


def test_text_only__needs_no_library_for_word_files(inbox: Path) -> None:
    command = [sys.executable, "-c", _WITHOUT_WORD, "letters", str(inbox), "--roster", str(inbox.parent / "名册.csv")]
    command += ["--no-cache", "--jobs", "1", "--text-only", "-o", str(inbox.parent / "信函")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list((inbox.parent / "信函").glob("*/*.txt"))) == 4


def test_text_only__does_not_take_a_wording(inbox: Path) -> None:
    done = letters(inbox, "--text-only", "--wording", inbox.parent / "用语.docx")
    assert (done.exit_code, done.stderr) == (
        2,
        "--text-only 不写 Word 文件，用不上 --wording 指定的用语。两者只用一个。\n",
    )
    assert not (inbox.parent / "用语.docx").exists()


def test_wording__is_written_first_then_obeyed_with_its_fonts(inbox: Path) -> None:
    own = inbox.parent / "本区用语.docx"
    letters(inbox, "--wording", own)
    document = docx.Document(BytesIO(own.read_bytes()))
    document.paragraphs[0].insert_paragraph_before("示例市政务公开办公室")
    for paragraph in document.paragraphs:
        if paragraph.text == "{单位}：":
            paragraph.text = "致"
            paragraph.add_run("{单").bold = True  # a placeholder over two runs, as Word leaves it after editing
            paragraph.add_run("位}！")
    document.save(str(own))
    (inbox.parent / "信函").rename(inbox.parent / "以前的信函")
    letters(inbox, "--wording", own)
    word = docx.Document(str(inbox.parent / "信函" / "催报" / f"关于催报{NAMES}（丁镇人民政府）.docx"))
    assert [paragraph.text for paragraph in word.paragraphs][:4] == [
        "示例市政务公开办公室",
        f"关于催报{NAMES}",
        "",
        "致丁镇人民政府！",
    ]
    assert [(run.text, run.bold) for run in word.paragraphs[3].runs] == [
        ("致", None),
        ("丁镇人民政府", True),
        ("！", None),
    ]


def test_wording__that_cannot_be_used__says_why_and_writes_nothing(inbox: Path) -> None:
    own = inbox.parent / "用语.docx"
    own.write_text("不是 Word 文档", "utf-8")
    done = letters(inbox, "--wording", own)
    assert (done.exit_code, done.stderr) == (
        2,
        f"信函用语“{own}”不是 Word 文档（.docx）。"
        "请用 Word 或 WPS 另存为 .docx；想重新开始的，删去它再运行，会生成一份通用的。\n",
    )
    document = docx.Document()
    for text in ("{催报}", "{退回}", "{单位名}"):
        document.add_paragraph(text)
    document.save(str(own))
    assert "缺少这几种函的开头：{受理}。" in letters(inbox, "--wording", own).stderr
    document.add_paragraph("{受理}")
    document.save(str(own))
    assert "不认识的占位符：{单位名}。" in letters(inbox, "--wording", own).stderr
    assert not (inbox.parent / "信函").exists()


def test_paragraph__optional_parts_and_paragraphs_without_a_value_are_left_out() -> None:
    facts = {"甲": "1", "乙": ""}

    def fill(text: str) -> str | None:
        filled = fill_paragraph(text, facts)
        return filled.text if filled else None

    assert [fill("a{甲}b【，{乙}c】【，{甲}d】"), fill("{乙}"), fill("【x{乙}】y{乙}"), fill("没有")] == [
        "a1b，1d",
        None,
        None,
        "没有",
    ]


@pytest.mark.parametrize(
    ("period", "title"),
    [
        ("2025", "关于催报2025年窗口报表的函"),
        ("2025-H1", "关于催报2025年上半年窗口报表的函"),
        ("2025-Q3", "关于催报2025年第三季度窗口报表的函"),
        ("2025-02", "关于催报2025年2月窗口报表的函"),
    ],
)
def test_letter__names_the_period_in_words(period: str, title: str, tmp_path: Path) -> None:
    parsed = parse_period(period)
    length = parsed.length if isinstance(parsed, Period) else PeriodLength.YEAR
    form = FORM.replace('"窗口月报"', '"窗口报表"').replace('period = "month"', f'period = "{length}"')
    write_definition(tmp_path, "windows", form, TABLES, "relations = []")
    (tmp_path / "名册.csv").write_text(ROSTER, "utf-8")
    (tmp_path / "收到").mkdir()
    (tmp_path / "收到" / "通知.txt").write_text("通知", "utf-8")
    given = ["--period", period, "--form", "windows", "--forms", tmp_path / "forms"]
    done = letters(tmp_path / "收到", *given)
    assert done.exit_code == 0, done.stderr
    (letter,) = (tmp_path / "信函" / "催报").glob("*（丁镇人民政府）.txt")
    assert letter.stem == f"{title}（丁镇人民政府）"
    assert title.removeprefix("关于催报").removesuffix("的函") in letter.read_text("utf-8-sig").splitlines()[3]
