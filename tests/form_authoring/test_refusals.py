"""Workbooks that are no form: one clear answer each, with sheet and cell; and cells that found no place."""

import tomllib
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.styles import Border

from tests.form_authoring.office_forms import choose, equipment, first_sheet, frame, head, penalties, put, registration
from tests.official_report.test_publish import run
from xltool.commands.author_from_workbook import (
    AuthoredForm,
    AuthoringRequest,
    author_from_workbook,
    describe_placement,
)
from xltool.form_authoring.placements import Fate, Placement


def refuse(tmp_path: Path, file: Path) -> str:
    """The one answer of the command; nothing is written."""
    code, output, problem = run("forms", "from", file, "-o", tmp_path / "forms")
    assert (code, output) == (2, "")
    assert not (tmp_path / "forms").exists()
    return problem


def author(tmp_path: Path, book: openpyxl.Workbook) -> AuthoredForm:
    book.save(tmp_path / "blank.xlsx")
    return author_from_workbook(AuthoringRequest(tmp_path / "blank.xlsx", tmp_path / "forms", edition="1"))


def place_of(made: AuthoredForm, address: str) -> Placement:
    (found,) = [item for item in made.placements if item.address == address]
    return found


def test_data_of_ten_thousand_rows__is_no_form(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "数据")
    for row in range(1, 10_001):
        sheet.append([row, f"单位{row}", row * 2])
    book.save(tmp_path / "data.xlsx")
    answer = refuse(tmp_path, tmp_path / "data.xlsx")
    assert "“数据”（A1）有 10000 行，是一份数据" in answer
    for cells in sheet.iter_rows(max_row=900):
        for cell in cells:
            cell.border = Border(left=openpyxl.styles.Side("thin"), top=openpyxl.styles.Side("thin"))
    book.save(tmp_path / "framed.xlsx")
    assert "有 900 行，是一份数据" in refuse(tmp_path, tmp_path / "framed.xlsx")


def test_two_forms_side_by_side__both_are_named(tmp_path: Path) -> None:
    book = penalties()
    sheet = book["处罚"]
    put(sheet, {"J3": "项目", "K3": "数量", "J4": "甲", "J5": "乙"})
    frame(sheet, "J3:K5")
    other = book.create_sheet("又一张")
    put(other, {"A1": "只有字"})
    book.save(tmp_path / "two.xlsx")
    assert "“处罚”有左右并排的两张表（A3:G8 和 J3:K5）" in refuse(tmp_path, tmp_path / "two.xlsx")


def test_several_faulty_sheets__all_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("一", "二"):
        sheet = book.create_sheet(name)
        for first, second in (("A", "B"), ("D", "E")):
            put(sheet, {f"{first}1": "项目", f"{second}1": "数量", f"{first}2": "甲"})
            frame(sheet, f"{first}1:{second}2")
    book.save(tmp_path / "faulty.xlsx")
    answer = refuse(tmp_path, tmp_path / "faulty.xlsx")
    assert [name for name in ("“一”", "“二”") if name in answer] == ["“一”", "“二”"]


def test_no_frame__the_first_cell_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    put(first_sheet(book, "表"), {"B2": "项目", "C2": "数量"})
    book.save(tmp_path / "plain.xlsx")
    assert "“表”从 B2 起有内容，但没有框线" in refuse(tmp_path, tmp_path / "plain.xlsx")


def test_every_cell_with_text__nothing_to_fill_in(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "名单")
    put(sheet, {"A1": "姓名", "B1": "单位", "A2": "甲", "B2": "乙"})
    frame(sheet, "A1:B2")
    sheet["A3"] = None
    book.save(tmp_path / "full.xlsx")
    assert "框线" in refuse(tmp_path, tmp_path / "full.xlsx")


def test_macros_and_other_files__are_named(tmp_path: Path) -> None:
    penalties().save(tmp_path / "plain.xlsx")
    macros = tmp_path / "macros.xlsm"
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as source, zipfile.ZipFile(macros, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "[Content_Types].xml":
                plain, dotted = b"spreadsheetml.sheet.main+xml", b"application/vnd.openxmlformats-officedocument."
                content = content.replace(dotted + plain, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
            target.writestr(name, content)
        target.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert "带有宏" in refuse(tmp_path, macros)
    text = tmp_path / "text.xlsx"
    text.write_text("不是工作簿", "utf-8")
    assert "打不开" in refuse(tmp_path, text)
    assert "打不开" in refuse(tmp_path, tmp_path / "missing.xlsx")


def test_formula_that_cannot_be_said__is_filled_in_and_told(tmp_path: Path) -> None:
    book = penalties()
    book["处罚"]["E5"] = "=VLOOKUP(A5,Z1:Z9,1,0)"
    made = author(tmp_path, book)
    item = place_of(made, "E5")
    assert (item.fate, item.id, item.doubtful) == (Fate.UNPLACED, "t1.r5.c5", True)
    assert not made.form.cells["t1.r5.c5"].computed
    assert item.facts["part"] == "VLOOKUP"


def test_hidden_rows_columns_and_sheets__are_named_and_not_taken(tmp_path: Path) -> None:
    book = penalties()
    sheet = book["处罚"]
    sheet.row_dimensions[6].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("旧").sheet_state = "hidden"
    made = author(tmp_path, book)
    assert {place_of(made, address).fate for address in ("6:6", "C:C", "A6")} == {Fate.HIDDEN}
    assert [item.sheet for item in made.placements if item.reason == "hidden_sheet"] == ["旧"]
    assert {cell.line for cell in made.form.cells.values()} == {"r5", "r7", "r8"}
    assert "c3" not in {cell.column for cell in made.form.cells.values()}


def test_texts_beside_a_table_and_sample_figures__are_told(tmp_path: Path) -> None:
    book = penalties()
    sheet = book["处罚"]
    sheet["I5"], sheet["B5"], sheet["D6"] = "见附件", 12, "—"
    made = author(tmp_path, book)
    assert (place_of(made, "I5").fate, place_of(made, "I5").doubtful) == (Fate.UNPLACED, True)
    assert (place_of(made, "B5").fate, place_of(made, "B5").reason) == (Fate.INPUT, "sample_value")
    assert (place_of(made, "D6").fate, place_of(made, "D6").reason) == (Fate.BLANK, "struck")
    assert "t1.r6.c4" not in made.form.cells


def test_rows_of_the_same_name__are_told_apart_by_what_stands_above(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "表")
    head(sheet, "人员情况表", "B")
    put(sheet, {"A3": "项目", "B3": "人数（人）", "A4": "在编", "A5": "女性", "A6": "聘用", "A7": "女性"})
    frame(sheet, "A3:B7")
    made = author(tmp_path, book)
    words = [cell.line_words for cell in made.form.cells.values()]
    assert len(set(words)) == 4
    assert place_of(made, "A7").doubtful


def test_columns_of_the_same_name__are_told_apart(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "表")
    head(sheet, "支出表", "E")
    put(
        sheet,
        {"A3": "项目", "B3": "上年", "C3": "金额（元）", "D3": "本年", "E3": "金额（元）", "A4": "甲", "A5": "乙"},
    )
    frame(sheet, "A3:E5")
    made = author(tmp_path, book)
    assert len({cell.words for cell in made.form.cells.values()}) == len(made.form.cells) == 8


def test_merged_rows__a_figure_may_span_them(tmp_path: Path) -> None:
    book = registration()
    put(book["登记表"], {"D7:D8": None})
    made = author(tmp_path, book)
    assert [cell.box.rows for cell in made.form.cells.values() if cell.box.rows > 1] == [2]


def websites() -> Workbook:
    """A list with a total row, and a table beside it that counts its rows."""
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "网站")
    heads = {"A1": "网站清单", "A3": "序号", "B3": "网站名称", "C3": "网站类型", "D3": "发布数（条）", "A9": "合计"}
    put(sheet, {**heads, "C9": '=COUNTIF(C4:C8,"门户")', "D9": "=SUM(D4:D8)"})
    put(sheet, {f"A{row}": row - 3 for row in range(4, 9)})
    frame(sheet, "A3:D9")
    choose(sheet, "C4:C8", "门户,部门")
    other = book.create_sheet("汇总")
    put(other, {"A1": "汇总情况", "A3": "项目", "B3": "个数"})
    formulas = {
        "网站数": "=COUNTA(网站!B4:B8)",
        "门户网站数": '=COUNTIF(网站!C4:C8,"门户")',
        "发布总数": "=SUM(网站!D4:D8)",
        "发布多的": '=COUNTIF(网站!D4:D8,">=100")',
        "一半的": '=COUNTIF(网站!D4:D6,">=100")',
        "查到的": "=VLOOKUP(A4,网站!B4:D8,3,0)",
    }
    for row, (name, formula) in enumerate(formulas.items(), start=4):
        put(other, {f"A{row}": name, f"B{row}": formula})
    frame(other, "A3:B9")
    return book


def test_counts_over_all_rows_of_a_list__are_relations__others_are_told(tmp_path: Path) -> None:
    made = author(tmp_path, websites())
    text = (made.folder / "relations.toml").read_text("utf-8")
    computed = [relation["expect"].partition(" == ")[2] for relation in tomllib.loads(text)["relations"]]
    assert computed == ["count(t1.c2)", "count(t1.c3 == '门户')", "sum(t1.c4)", "count(t1.c4 >= 100)"]
    told = {(item.address, item.reason): item.doubtful for item in made.placements if item.text.startswith("=")}
    assert told["B8", "formula_filled_in"]
    assert told["B9", "formula_filled_in"]
    assert told["C9", "list_total_formula"]
    assert not told["D9", "list_total"]


def test_table_without_frames_below_one_with__every_text_and_formula_is_told(tmp_path: Path) -> None:
    book = penalties()
    put(book["处罚"], {"B20": "人员", "C20": "人数", "B21": "专职", "B22": "兼职", "C23": "=C21+C22"})
    made = author(tmp_path, book)
    told = {item.address: item.doubtful for item in made.placements}
    assert all(told[address] for address in ("B20", "C20", "B21", "B22", "C23"))
    assert "请画上框线" in describe_placement(next(item for item in made.placements if item.address == "B20"))


def choose_total(formula: str) -> Workbook:
    book = websites()
    put(book["网站"], {"D9": formula})
    return book


@pytest.mark.parametrize(("function", "reason"), [(9, ""), (109, ""), (1, "_formula"), (103, "_formula")])
def test_subtotal__only_one_that_adds_up_is_the_total_of_a_list(function: int, reason: str, tmp_path: Path) -> None:
    made = author(tmp_path, choose_total(f"=SUBTOTAL({function},D4:D8)"))
    (placed,) = [item for item in made.placements if (item.sheet, item.address) == ("网站", "D9")]
    assert placed.reason == f"list_total{reason}"
    assert placed.doubtful is bool(reason)


@pytest.mark.parametrize(
    "formula",
    ["=COUNT(网站!B4:B8)", '=COUNTIF(网站!C4:C8,"门*")', '=COUNTIF(网站!C4:C8,"门?")', '=COUNTIF(网站!C4:C8,"<>门户")'],
)
def test_count_that_a_definition_cannot_say__is_told_and_no_relation(formula: str, tmp_path: Path) -> None:
    book = websites()
    put(book["汇总"], {"B4": formula})
    made = author(tmp_path, book)
    (told,) = [item for item in made.placements if (item.sheet, item.address) == ("汇总", "B4")]
    assert told.reason == "formula_filled_in"
    computed = [item["expect"] for item in tomllib.loads((made.folder / "relations.toml").read_text())["relations"]]
    assert not [text for text in computed if text.startswith("t2.r1")]


def test_list_and_table_in_one_frame__sheet_cell_and_cure_are_told(tmp_path: Path) -> None:
    book = equipment()
    put(book["设备"], {"A12": "设备", "B12": "数量", "A13": "电脑", "A14": "打印机"})
    frame(book["设备"], "A11:I14")
    book.save(tmp_path / "joined.xlsx")
    answer = refuse(tmp_path, tmp_path / "joined.xlsx")
    assert "的“设备”有几行没有名称" in answer
    assert "（A10）" in answer
    assert "请在两张表之间空一行" in answer
