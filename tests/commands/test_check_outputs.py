"""No output replaces an input, however it is spelled; a wrong place for an output is told before any work."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.test_commands import ROSTER, report, returned, run


@contextmanager
def untouched(folder: Path) -> Iterator[None]:
    """Fails if any file below the folder is changed, added or removed."""

    def digests() -> dict[str, str]:
        files = (path for path in folder.rglob("*") if path.is_file())
        return {str(path): sha256(path.read_bytes()).hexdigest() for path in files}

    before = digests()
    yield
    assert digests() == before


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return returned(tmp_path_factory.mktemp("filled"), "329901", report("suqian-2024"))


@pytest.fixture
def office(tmp_path: Path, filled: Path) -> Path:
    """A folder with two returns, a roster and a seal key."""
    (tmp_path / "收回").mkdir()
    shutil.copy(filled, tmp_path / "收回" / "甲.xlsx")
    shutil.copy(filled, tmp_path / "收回" / "乙.xlsx")
    shutil.copy(ROSTER, tmp_path / "名册.csv")
    (tmp_path / "key").write_text("a key of sufficient length")
    return tmp_path


def merge(office: Path, *more: object) -> tuple[int, str, str]:
    return run("merge", "--no-cache", "--roster", office / "名册.csv", office / "收回", *more)


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
@pytest.mark.parametrize(
    "spelling", ["收回/甲.xlsx", "收回/../收回/./甲.xlsx", "link/甲.xlsx", "soft.xlsx", "hard.xlsx"]
)
def test_merge__output_is_a_return__refused(office: Path, spelling: str, force: tuple[str, ...]) -> None:
    (office / "link").symlink_to(office / "收回")
    (office / "soft.xlsx").symlink_to(office / "收回" / "甲.xlsx")
    os.link(office / "收回" / "甲.xlsx", office / "hard.xlsx")
    with untouched(office):
        code, _, err = merge(office, "-o", office / spelling, *force)
    assert (code, "就是要读取的文件" in err, "甲.xlsx" in err) == (2, True, True)


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "名册.xlsx", "--roster", "名册.xlsx"),
        ("-o", "上年.xlsx", "--previous", "上年.xlsx"),
        ("-o", "汇总.xlsx", "--html", "规则.html", "--profile", "规则.html"),
        ("-o", "汇总.xlsx", "--html", "key.html", "--seal-key-file", "key.html"),
        ("-o", "汇总.xlsx", "--export", "收回"),
        ("-o", "汇总.xlsx", "--levels", "收回"),
    ],
)
def test_merge__output_is_another_input__refused(office: Path, filled: Path, words: tuple[str, ...]) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["代码", "名称"], ["329901", "示例市人民政府办公室"]):
        book.worksheets[0].append(row)
    book.save(office / "名册.xlsx")
    shutil.copy(filled, office / "上年.xlsx")
    (office / "规则.html").write_text("beta = []\n")
    shutil.copy(office / "key", office / "key.html")
    placed = [office / word if "." in word or word == "收回" else word for word in words]
    with untouched(office):
        code, _, err = merge(office, *placed, "--force")
    assert (code, bool(err)) == (2, True)
    assert "就是要读取的文件" in err or "不能存放在要读取的文件夹" in err


def test_merge__again_into_the_folder_of_returns__its_own_result_is_replaced(office: Path) -> None:
    output = office / "收回" / "汇总.xlsx"
    words = ("-o", output, "--html", office / "收回" / "汇总.html", "--json")
    first, again = merge(office, *words), merge(office, *words, "--force")
    assert (first[0], again[0]) == (1, 1)
    assert [json.loads(out)["found"] for _, out, _ in (first, again)] == [2, 2]


def test_merge__page_of_a_person_in_the_folder__refused(office: Path) -> None:
    (office / "收回" / "说明.html").write_text("<!DOCTYPE html><p>给各单位的说明</p>", "utf-8")
    with untouched(office):
        code, _, err = merge(office, "-o", office / "汇总.xlsx", "--html", office / "收回" / "说明.html", "--force")
    assert (code, "就是要读取的文件" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "汇总.xls"), "汇总.xlsx"),
        (("-o", "汇总"), "汇总.xlsx"),
        (("-o", "汇总.xlsx", "--html", "汇总.xlsx"), ".html"),
        (("-o", "没有/汇总.xlsx"), "不存在"),
        (("-o", "收回"), ".xlsx"),
        (("-o", "汇总.xlsx", "--export", "结果", "--levels", "./结果"), "同一个位置"),
    ],
)
def test_merge__output_in_a_wrong_place__told_before_any_work(office: Path, words: tuple[str, ...], said: str) -> None:
    placed = [word if word.startswith("-") else office / word for word in words]
    with untouched(office):
        code, _, err = merge(office, *placed, "--force")
    assert (code, said in err, "关闭" in err) == (2, True, False)


def test_levels__folder_of_returns_inside__its_returns_are_still_read(office: Path, filled: Path) -> None:
    (office / "收回" / "一区").mkdir()
    shutil.copy(filled, office / "收回" / "一区" / "丙.xlsx")
    code, out, _ = merge(office, "-o", office / "汇总.xlsx", "--levels", office / "收回" / "一区", "--force")
    assert (code, "丙.xlsx" in out) == (1, True)


def test_compare__page_is_a_side__refused(office: Path) -> None:
    left, page = office / "收回" / "甲.xlsx", office / "年报.html"
    page.write_text("<!DOCTYPE html><p>2025年政府信息公开工作年度报告</p>", "utf-8")
    with untouched(office):
        code, _, err = run("compare", left, page, "--html", page, "--force")
    assert (code, "就是要读取的文件" in err) == (2, True)


def test_publish__output_is_the_file_of_texts__refused(office: Path) -> None:
    words = office / "文字.docx"
    words.write_bytes(b"PK\x03\x04")
    with untouched(office):
        code, _, err = run("publish", office / "收回" / "甲.xlsx", "--texts", words, "-o", words, "--force")
    assert (code, "就是要读取的文件" in err) == (2, True)


def test_template__would_replace_a_file_of_last_year__refused(office: Path) -> None:
    assert run("template", "--year", 2025, "--roster", office / "名册.csv", "-o", office / "模板")[0] == 0
    with untouched(office):
        previous = ("--previous", office / "模板")
        code, _, err = run(
            "template", "--year", 2025, "--roster", office / "名册.csv", *previous, "-o", office / "模板", "--force"
        )
    assert (code, bool(err)) == (2, True)


def test_import__output_folder_holds_a_report_in_a_workbook__refused(office: Path) -> None:
    with untouched(office):
        code, _, err = run("import", office / "收回" / "甲.xlsx", "-o", office / "收回", "--force")
    assert (code, "就是要读取的文件" in err) == (2, True)
