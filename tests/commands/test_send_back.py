"""check --return: who gets what back, written whole or not at all, never over what was handed in."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from tests.merging import the_form
from tests.returns import (
    BROKEN,
    GOOD,
    LIST,
    checked,
    differing,
    filled,
    list_part,
    lit,
    marks,
    replacing,
    retyped,
    rewritten,
)
from xltool.cli.main import main
from xltool.commands import send_back
from xltool.commands.check import check as run_check
from xltool.commands.run_context import build_run_context
from xltool.errors import WritingError
from xltool.forms.compiled_form import FormLibrary
from xltool.model.agency import Agency
from xltool.model.consolidation import Status
from xltool.model.form import Severity
from xltool.workbooks.save_files import save_file

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
DISTRICT = Agency("329903", "示例二区人民政府")
OTHER_TOWNS = (Agency("329909", "示例三镇人民政府"), Agency("329910", "示例四镇人民政府"))


def check(*words: object) -> Result:
    done = CliRunner().invoke(main, ["check", *map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def covering(folder: Path) -> list[list[object]]:
    sheet = openpyxl.load_workbook(folder / "退回清单.xlsx")["退回清单"]
    return [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A good return, a broken one, a damaged file, a text file and a lock file."""
    folder = tmp_path / "收到"
    filled(folder / "好.xlsx", GOOD, agency=DISTRICT)
    filled(folder / "错.xlsx", BROKEN)
    (folder / "坏.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "~$错.xlsx").write_bytes(b"x")
    return folder


def test_return__marked_copies_pages_and_a_list__nothing_for_what_is_well(inbox: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in inbox.iterdir()}
    done = check(inbox, "--roster", SAMPLES / "roster.csv", "--return", tmp_path / "退回")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-1] == (
        f"做出 2 份检查结果（标注的原表 1，清除标注的原表 0，网页 1），连同退回清单存放在：{tmp_path / '退回'}"
    )
    assert names(tmp_path / "退回") == ["坏 检查结果.html", "退回清单.xlsx", "错.xlsx"]
    assert differing(inbox / "错.xlsx", tmp_path / "退回" / "错.xlsx") == [list_part()]
    assert lit(tmp_path / "退回" / "错.xlsx")[0] == "表三!D7"
    assert {path.name: path.read_bytes() for path in inbox.iterdir()} == before


def test_covering_list__who_gets_what(inbox: Path, tmp_path: Path) -> None:
    check(inbox, "--roster", SAMPLES / "roster.csv", "--return", tmp_path / "退回")
    head, *rows = covering(tmp_path / "退回")
    assert head == [
        *("序号", "单位代码", "单位名称", "联系人", "联系电话", "收到的文件", "退回的文件", "退回方式"),
        *("必须改正", "可说明", "提示", "退回日期", "备注"),
    ]
    assert [row[:11] for row in rows] == [
        [1, None, None, None, None, str(inbox / "坏.xlsx"), "坏 检查结果.html", "问题清单（网页）", 1, 0, 0],
        [2, "329908", "示例二镇人民政府", None, None, str(inbox / "错.xlsx"), "错.xlsx", "已标注的原表", 1, 0, 0],
    ]
    sheet = openpyxl.load_workbook(tmp_path / "退回" / "退回清单.xlsx")["退回清单"]
    assert [sheet[spot].hyperlink.target for spot in ("G3", "G4")] == ["坏%20检查结果.html", "错.xlsx"]


def test_covering_list__accepted_and_asked_to_explain__comes_last_and_says_it_is_accepted(
    inbox: Path, tmp_path: Path
) -> None:
    item = checked(inbox / "错.xlsx")
    asked = [replace(finding, severity=Severity.EXPLAIN) for finding in item.findings]
    accepted = replace(item, status=Status.ACCEPTED, findings=tuple(asked))
    rejected = checked(inbox / "坏.xlsx")
    forms = build_run_context().forms
    send_back.send_back([accepted, rejected], forms, None, tmp_path / "退回")
    rows = covering(tmp_path / "退回")[1:]
    assert [(row[6], row[7]) for row in rows] == [("坏 检查结果.html", "问题清单（网页）"), ("错.xlsx", "请说明的原表")]
    assert str(rows[1][12]).startswith("已计入，不用重报；")


def test_return__json__has_the_same_sentences_and_what_went_back(inbox: Path, tmp_path: Path) -> None:
    answer: Any = json.loads(check(inbox, "--return", tmp_path / "退回", "--json").stdout)
    assert answer["returned"] == [
        {"file": str(inbox / "坏.xlsx"), "agency": None, "returned": "坏 检查结果.html", "kind": "page"},
        {"file": str(inbox / "错.xlsx"), "agency": "329908", "returned": "错.xlsx", "kind": "marked"},
    ]
    (said,) = next(
        item["findings"] for item in answer["submissions"] if item["file"].endswith("错.xlsx") and item["sha256"]
    )
    ((*_, problem, _severity, left, right, advice),) = marks(tmp_path / "退回" / "错.xlsx")
    assert (f"{problem}{advice}", left, right) == (said["brief"], said["facts"]["left"], said["facts"]["right"])


def test_return__corrected_copy__goes_back_once_more_without_marks_and_then_not_at_all(
    inbox: Path, tmp_path: Path
) -> None:
    check(inbox / "错.xlsx", "--return", tmp_path / "1")
    (tmp_path / "again").mkdir()
    fixed = retyped(tmp_path / "1" / "错.xlsx", tmp_path / "again" / "错.xlsx", D31=4, J31=5)
    done = check(fixed, "--return", tmp_path / "2")
    assert (done.exit_code, covering(tmp_path / "2")[1][7]) == (0, "已清除标注的原表")
    assert differing(fixed, tmp_path / "2" / "错.xlsx") == [list_part()]
    assert marks(tmp_path / "2" / "错.xlsx") == []
    done = check(tmp_path / "2" / "错.xlsx", "--return", tmp_path / "3")
    assert done.stdout.splitlines()[-1] == "没有需要退回的文件，没有写出任何文件。"
    assert not (tmp_path / "3").exists()


def test_return__not_our_workbook_or_its_list_gone__a_page(tmp_path: Path) -> None:
    source = filled(tmp_path / "a.xlsx", BROKEN)
    rewritten(source, tmp_path / "renamed.xlsx", replacing("xl/workbook.xml", f'"{LIST}"', '"结果"'))
    second = filled(tmp_path / "c.xlsx", BROKEN, agency=OTHER_TOWNS[0])
    hidden = rewritten(second, tmp_path / "b.xlsx", replacing("xl/workbook.xml", '"_xltool"', '"另一页"'))
    rewritten(hidden, tmp_path / "nobody.xlsx", replacing("docProps/custom.xml", '"xltool.', '"other.'))
    check(tmp_path / "renamed.xlsx", tmp_path / "nobody.xlsx", "--return", tmp_path / "退回")
    assert names(tmp_path / "退回") == ["nobody 检查结果.html", "renamed 检查结果.html", "退回清单.xlsx"]


def test_return__inside_an_archive__the_file_alone_goes_back_marked(inbox: Path, tmp_path: Path) -> None:
    filled(inbox / "也错.xlsx", BROKEN, agency=OTHER_TOWNS[0])
    with zipfile.ZipFile(tmp_path / "全部.zip", "w") as archive:
        for path in sorted(inbox.iterdir()):
            archive.write(path, f"镇/{path.name}")
    check(tmp_path / "全部.zip", "--return", tmp_path / "退回")
    assert names(tmp_path / "退回") == ["也错.xlsx", "坏 检查结果.html", "退回清单.xlsx", "错.xlsx"]
    assert differing(inbox / "错.xlsx", tmp_path / "退回" / "错.xlsx") == [list_part()]
    assert differing(inbox / "也错.xlsx", tmp_path / "退回" / "也错.xlsx") == [list_part()]


def test_return__two_agencies_in_one_workbook__each_gets_a_page(inbox: Path, tmp_path: Path) -> None:
    first, second = run_check([inbox / "错.xlsx", inbox / "好.xlsx"], build_run_context())
    both = (first, replace(second, file=first.file, sha256=first.sha256, findings=first.findings))
    sent = send_back.send_back(both, FormLibrary([the_form()]), None, tmp_path / "退回")
    assert [(item.agency.code, item.kind, item.file) for item in sent] == [
        ("329908", "page", "错 检查结果.html"),
        ("329903", "page", "错 检查结果 (2).html"),
    ]


def test_return__files_of_one_name__are_told_apart(tmp_path: Path) -> None:
    for folder, agency in zip(("甲", "乙"), OTHER_TOWNS, strict=True):
        filled(tmp_path / folder / "年报.xlsx", BROKEN, agency=agency)
    filled(tmp_path / "丙" / "退回清单.xlsx", BROKEN)
    check(*(tmp_path / folder for folder in ("甲", "乙", "丙")), "--return", tmp_path / "退回")
    assert names(tmp_path / "退回") == ["年报 (2).xlsx", "年报.xlsx", "退回清单 (2).xlsx", "退回清单.xlsx"]
    assert [row[6] for row in covering(tmp_path / "退回")[1:]] == ["年报.xlsx", "年报 (2).xlsx", "退回清单 (2).xlsx"]


@pytest.mark.parametrize("where", [".", "错.xlsx", "下级"])
def test_return__something_is_in_the_way__nothing_is_written(where: str, inbox: Path) -> None:
    (inbox / "下级").mkdir()
    (inbox / "下级" / "别的.txt").write_text("不能动", "utf-8")
    before = names(inbox)
    done = check(inbox / "错.xlsx", "--return", inbox / where)
    assert (done.exit_code, names(inbox), names(inbox / "下级")) == (2, before, ["别的.txt"])
    assert done.stderr.count("\n") == 1


def test_return__empty_folder__is_used(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    check(inbox / "错.xlsx", "--return", tmp_path / "空")
    assert names(tmp_path / "空") == ["退回清单.xlsx", "错.xlsx"]


def test_return__cannot_be_written__leaves_nothing(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        if path.suffix == ".xlsx":
            raise WritingError("writing.not_saved", file=str(path), reason="No space left on device")
        save_file(path, data)

    monkeypatch.setattr(send_back, "save_file", full)
    done = check(inbox, "--return", tmp_path / "退回")
    assert (done.exit_code, names(tmp_path)) == (2, ["收到"])


def test_return__file_changed_since_it_was_checked__a_page_of_what_was_checked(inbox: Path, tmp_path: Path) -> None:
    about = build_run_context()
    reviewed = run_check([inbox / "错.xlsx"], about)
    filled(inbox / "错.xlsx", GOOD)
    (sent,) = send_back.send_back(reviewed, FormLibrary([the_form()]), None, tmp_path / "退回")
    assert (sent.kind, sent.file) == ("page", "错 检查结果.html")


def test_return__inside_the_folder_that_was_checked__next_time_it_is_read_like_any_other(inbox: Path) -> None:
    check(inbox, "--return", inbox / "退回")
    answer: Any = json.loads(check(inbox, "--json").stdout)
    found = {item["file"].partition("收到/")[2]: item["status"] for item in answer["submissions"]}
    assert (found["退回/退回清单.xlsx"], found["退回/坏 检查结果.html"]) == ("foreign", "foreign")
    # Of equal figures one stands for both; which one depends on when the marked copy was written.
    assert sorted([found["错.xlsx"], found["退回/错.xlsx"]]) == ["returned", "superseded"]
