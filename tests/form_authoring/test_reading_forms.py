"""Office-made workbooks become definitions: every cell has its place; kinds and relations as a person writes them."""

import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.form_authoring.office_forms import FORMS, THIN, annual_report, first_sheet, frame, put, save_forms
from tests.official_report.test_publish import run
from xltool.commands.author_from_workbook import AuthoredForm, AuthoringRequest, author_from_workbook
from xltool.errors import DefinitionError
from xltool.form_authoring.placements import Fate
from xltool.forms.load_definitions import check_forms_below, find_named_form, load_forms
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Form, Relation
from xltool.workbooks.template.template_request import TemplateRequest
from xltool.workbooks.template.write_template import write_template


@pytest.fixture(scope="module")
def authored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, AuthoredForm]:
    folder = tmp_path_factory.mktemp("authored")
    files = save_forms(folder)
    return {name: author_from_workbook(AuthoringRequest(file, folder / name)) for name, file in files.items()}


def kinds(form: Form) -> dict[str, str]:
    """The kind and unit of every figure by its id."""
    return {cell.id: " ".join(filter(None, (cell.kind.value, cell.unit))) for cell in form.cells.values()}


def rules(form: Form) -> dict[str, Relation]:
    return {relation.id: relation for relation in form.relations}


@pytest.mark.parametrize("name", FORMS)
def test_every_cell__ends_somewhere_once(name: str, authored: dict[str, AuthoredForm], tmp_path: Path) -> None:
    made = authored[name]
    placed = [(item.sheet, item.address) for item in made.placements]
    assert len(placed) == len(set(placed))
    save_forms(tmp_path, [name])
    book = openpyxl.load_workbook(tmp_path / f"{name}.xlsx")
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            assert (sheet.title, "") in placed
            continue
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    assert (sheet.title, cell.coordinate) in placed, cell.coordinate
    assert [item.address for item in made.placements if item.fate is Fate.UNPLACED] == []


@pytest.mark.parametrize("name", FORMS)
def test_every_definition__stands_every_check(name: str, authored: dict[str, AuthoredForm]) -> None:
    made = authored[name]
    assert [form.id for form in check_forms_below(made.folder.parent.parent)] == [name]


def test_table_with_totals__kinds_units_and_sums(authored: dict[str, AuthoredForm]) -> None:
    form = authored["penalties"].form
    assert (form.title, form.report_title) == ("行政处罚情况统计表", "{agency}{year}年度行政处罚情况统计表")
    held = kinds(form)
    assert {held[f"t1.r5.c{column}"] for column in (2, 3, 4, 5)} == {"count 宗"}
    assert (held["t1.r5.c6"], form.cells["t1.r5.c6"].decimals, held["t1.r5.c7"]) == ("amount 万元", 2, "text")
    assert form.cells["t1.r5.c7"].optional
    assert "t1.r8.c7" not in held  # the remark of the row of totals
    assert {item.computes for item in form.formulas} == {
        *(f"t1.r{row}.c5" for row in (5, 6, 7)),
        *(f"t1.r8.c{column}" for column in range(2, 7)),
    }
    assert [(item.id, item.label) for item in form.signature] == [
        ("author", "填表人"),
        ("reviewer", "审核人"),
        ("phone", "联系电话"),
    ]
    assert form.tables[0].footnotes == ("说明：1.统计范围为1月1日至12月31日。", "2.单处一个类别的，计入相应类别。")


def test_quarterly_table__period_units_by_row_parts_and_growth(authored: dict[str, AuthoredForm]) -> None:
    form = authored["quarterly"].form
    assert (form.period.value, form.report_title) == ("quarter", "{agency}{period}政务服务情况统计表")
    held = kinds(form)
    assert [held[f"t1.r{row}.c4"] for row in range(5, 11)] == [*["count 件"] * 3, *["count 条"] * 2, "amount 万元"]
    growth = form.cells["t1.r5.c7"]
    assert (growth.kind.value, growth.decimals, growth.computed) == ("percent", 1, True)
    assert growth.minimum is not None
    assert growth.minimum < 0
    assert form.cells["t1.r7.c4"].line_words == "办件总量窗口办理"
    assert form.cells["t1.r9.c4"].line_words == "收到评价其中：差评"
    warning = next(item for item in form.relations if item.severity.value == "explain")
    assert {term.cell for term in warning.terms} == {"t1.r9.c4", "t1.r8.c4"}


def test_two_sheets__references_checks_and_limits(authored: dict[str, AuthoredForm]) -> None:
    form = authored["two_sheets"].form
    assert [section.title for section in form.sections] == ["建议提案办理情况表", "建议提案办理质量表"]
    computing = {item.computes: item for item in form.formulas}
    assert [term.cell for term in computing["t2.r3"].expect.right.terms] == ["t1.r6.c4"]
    assert kinds(form)["t2.r5"] == "percent"
    checks = [item for item in form.relations if not item.computes]
    assert ["收办不平" in item.title for item in checks].count(True) == 2
    assert any(item.expect.operator == "<=" and "B7" in item.basis for item in checks)  # the data validation
    assert form.instructions[1:] == ("建议指人大代表建议。", "提案指政协提案。")


def test_wide_table__landscape_own_widths_and_grey_cells(authored: dict[str, AuthoredForm]) -> None:
    form = authored["wide"].form
    (table,) = form.tables
    assert table.landscape
    assert (table.widths[0], table.widths[2], table.heights[:2]) == (16, 6.5, (24, 20))
    assert all(cell.box.column != 2 for cell in table.cells)
    assert form.cells["t1.r6.c3"].line_words == "社会保险参保登记"
    whole = next(item for item in form.relations if item.computes == "t1.r5.c15")
    assert len(whole.expect.right.terms) == 12


def test_card__choices_dates_ticks_and_lengths(authored: dict[str, AuthoredForm]) -> None:
    form = authored["registration"].form
    by_words = {cell.line_words: cell for cell in form.cells.values()}
    assert by_words["平台"].choices == ("微信", "微博", "抖音", "其他")
    assert by_words["账号状态"].choices == ("正常运行", "暂停更新", "已注销")  # from a hidden sheet
    assert {by_words[words].kind.value for words in ("开通日期", "最近检查日期")} == {"date"}
    assert by_words["是否认证"].kind.value == "yes_no"
    assert (by_words["主要内容"].kind.value, by_words["主要内容"].length) == ("text", 100)
    assert (by_words["粉丝数（人）"].kind.value, by_words["粉丝数（人）"].unit) == ("count", "人")
    assert by_words["运维费用（元）"].kind.value == "amount"


def test_printed_tables_of_the_annual_report__are_the_same_form(tmp_path: Path) -> None:
    known = find_named_form(load_forms(), "zfxxgk-annual-report", "2021")
    annual_report(known).save(tmp_path / "annual.xlsx")
    made = author_from_workbook(AuthoringRequest(tmp_path / "annual.xlsx", tmp_path / "made", like=known)).form
    printed = {cell.id: cell for table in known.tables if table.printed for cell in table.cells}
    assert set(made.cells) == set(printed)
    for name, cell in made.cells.items():
        other = printed[name]
        assert (cell.row_path, cell.column_path, cell.box, cell.kind, cell.decimals, cell.computed) == (
            other.row_path,
            other.column_path,
            other.box,
            other.kind,
            other.decimals,
            other.computed,
        )
    assert {item.computes: set(item.expect.right.terms) for item in made.formulas} == {
        item.computes: set(item.expect.right.terms) for item in known.formulas
    }
    assert [item.expect.left.terms[0].cell for item in made.relations if not item.computes] == [
        "requests.concluded.total"
    ]


def test_numbered_blank_rows__a_list_with_a_check_of_every_row(authored: dict[str, AuthoredForm]) -> None:
    form = authored["equipment"].form
    (listed,) = form.lists
    assert [column.column_path[0] for column in listed.columns] == [
        *("装备名称", "规格型号", "数量", "单价", "金额", "购置日期", "状态", "备注"),
    ]
    assert [column.kind.value for column in listed.columns] == [
        *("text", "text", "count", "amount", "amount", "date", "choice", "text"),
    ]
    (relation,) = listed.relations
    assert "D4*E4" in relation.basis
    assert listed.rows >= 30
    reasons = {item.address: item.reason for item in authored["equipment"].placements}
    assert (reasons["D10"], reasons["F4"], reasons["B4"]) == ("list_total", "list_formula", "kind")


def test_blank_rows_without_numbers__the_same_list(authored: dict[str, AuthoredForm], tmp_path: Path) -> None:
    book = FORMS["equipment"]()
    for row in range(4, 10):
        book["设备"][f"A{row}"] = None
    book.save(tmp_path / "blank.xlsx")
    made = author_from_workbook(AuthoringRequest(tmp_path / "blank.xlsx", tmp_path / "forms"))
    assert made.form.lists[0].columns == authored["equipment"].form.lists[0].columns
    reasons = {item.address: item.reason for item in made.placements}
    assert (reasons["A4"], reasons["B4"]) == ("running_number", "kind")


def test_mistake_of_a_definition_read__names_the_file_where_it_was_to_be_saved(tmp_path: Path) -> None:
    book = FORMS["equipment"]()
    put(book["设备"], {"C3": "数量"})
    book.save(tmp_path / "twice.xlsx")
    with pytest.raises(DefinitionError) as found:
        author_from_workbook(AuthoringRequest(tmp_path / "twice.xlsx", tmp_path / "forms"))
    assert all(
        str(each.facts["file"]).startswith(str(tmp_path / "forms")) for each in (found.value, *found.value.others)
    )
    assert not (tmp_path / "forms").exists()


def test_reference_to_a_total_of_a_list__is_the_sum_of_its_column(tmp_path: Path) -> None:
    book = FORMS["equipment"]()
    sheet = book.create_sheet("汇总")
    put(sheet, {"A1": "装备总数（台）", "B1": "=设备!D10", "A2": "装备总值（元）", "B2": "=设备!F10"})
    frame(sheet, "A1:B2")
    book.save(tmp_path / "both.xlsx")
    form = author_from_workbook(AuthoringRequest(tmp_path / "both.xlsx", tmp_path / "forms")).form
    assert [section.title for section in form.sections] == ["执法装备清单", "汇总"]
    assert {cell.id: cell.computed for cell in form.cells.values() if not cell.aggregate} == {
        "t2.r1": True,
        "t2.r2": True,
    }


# --- read again ----------------------------------------------------------------------------------------------------


def test_read_again__renamed_heads_and_inserted_rows_keep_the_ids(tmp_path: Path) -> None:
    file = save_forms(tmp_path, ["penalties"])["penalties"]
    first = author_from_workbook(AuthoringRequest(file, tmp_path / "forms", edition="1"))
    book = openpyxl.load_workbook(file)
    sheet = book["处罚"]
    for area in list(sheet.merged_cells.ranges):
        if area.min_row > 5:
            sheet.unmerge_cells(str(area))
    sheet.insert_rows(6)
    for column in range(1, 8):
        sheet.cell(6, column).border = THIN
        sheet.cell(6, column).number_format = sheet.cell(5, column).number_format
    sheet["A6"], sheet["E6"], sheet["A7"] = "文化旅游", "=SUM(B6:D6)", "生态环境保护"
    for row in (7, 8):
        sheet[f"E{row}"] = f"=SUM(B{row}:D{row})"
    for letter in "BCDEF":
        sheet[f"{letter}9"] = f"=SUM({letter}5:{letter}8)"
    book.save(file)
    again = author_from_workbook(AuthoringRequest(file, tmp_path / "forms", edition="2"))
    assert again.earlier is not None
    assert again.earlier.edition == "1"
    assert set(first.form.cells) < set(again.form.cells)
    assert {cell.row_path for name, cell in again.form.cells.items() if name not in first.form.cells} == {("文化旅游",)}
    assert again.form.cells["t1.r6.c2"].row_path == ("生态环境保护",)
    code, output, _ = run("forms", "diff", "penalties", "1", "2", "--forms", tmp_path / "forms")
    assert code == 0
    assert "生态环境" in output
    assert "文化旅游" in output


def test_edition_that_exists__is_left_alone_without_force(tmp_path: Path) -> None:
    file = save_forms(tmp_path, ["penalties"])["penalties"]
    assert run("forms", "from", file, "-o", tmp_path / "forms")[0] == 0
    before = {path: path.read_bytes() for path in (tmp_path / "forms").rglob("*.toml")}
    code, _, problem = run("forms", "from", file, "-o", tmp_path / "forms")
    assert (code, "没有覆盖" in problem) == (2, True)
    assert {path: path.read_bytes() for path in (tmp_path / "forms").rglob("*.toml")} == before
    assert run("forms", "from", file, "-o", tmp_path / "forms", "--force")[0] == 0
    assert {path: path.read_bytes() for path in (tmp_path / "forms").rglob("*.toml")} == before


def test_marked_copy__shows_what_became_of_the_cells(authored: dict[str, AuthoredForm], tmp_path: Path) -> None:
    made = authored["penalties"]
    marked = openpyxl.load_workbook(shutil.copy(made.marked, tmp_path))
    assert marked.sheetnames == ["识别结果", "处罚"]
    comment = marked["处罚"]["F5"].comment
    assert comment is not None
    assert "t1.r5.c6" in comment.text
    assert "金额" in comment.text
    listed = {row[1] for row in marked["识别结果"].iter_rows(min_row=3, values_only=True)}
    assert {item.address for item in made.placements} == listed


def test_layout__fonts_fills_borders_and_paper_are_in_the_template(
    authored: dict[str, AuthoredForm], tmp_path: Path
) -> None:
    form = authored["wide"].form
    file = tmp_path / "wide.xlsx"
    write_template(plan_workbook(form), TemplateRequest(Agency("1", "甲镇人民政府"), 2025, "1"), file)
    sheet = openpyxl.load_workbook(file)["月度"]
    heading, part, unused, figure = (sheet[address] for address in ("C5", "A8", "B7", "C8"))
    assert (heading.font.name, heading.font.sz, heading.font.b) == ("黑体", 10, True)
    assert heading.fill.fgColor.rgb == "FFDDEBF7"
    assert (part.alignment.horizontal, part.alignment.indent) == ("left", 1)
    assert (unused.fill.fgColor.rgb, unused.border.left.style, unused.value) == ("FFD9D9D9", "thin", None)
    assert unused.protection.locked
    assert not figure.protection.locked
    assert sheet["A1"].font.name == "方正小标宋简体"
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "8")
    assert abs(sheet.column_dimensions["A"].width - 16) < 1
    assert sheet.row_dimensions[5].height == 24


def test_looks__mistakes_are_told(tmp_path: Path, authored: dict[str, AuthoredForm]) -> None:
    shutil.copytree(authored["wide"].folder.parent.parent, tmp_path / "forms")
    file = tmp_path / "forms" / "wide" / authored["wide"].form.edition / "tables.toml"
    text = file.read_text("utf-8")
    file.write_text(
        text.replace('fill = "DDEBF7"', 'fill = "blue"').replace('blanks = ["B3"', 'blanks = ["3B"'), "utf-8"
    )
    with pytest.raises(DefinitionError) as caught:
        check_forms_below(tmp_path / "forms")
    codes = {error.code for error in (caught.value, *caught.value.others)}
    assert codes == {"definition.not_a_look", "definition.not_a_place"}


def test_list_wider_than_a_page__is_printed_across__a_narrow_one_upright(tmp_path: Path) -> None:
    across = {}
    for columns in (5, 14):
        book = openpyxl.Workbook()
        sheet = first_sheet(book, "名单")
        put(sheet, {"A1": "处罚情况表", "A3": "序号", "B3": "单位名称", **{f"A{row}": row - 3 for row in range(4, 9)}})
        for at in range(3, columns + 1):
            sheet.cell(3, at).value = f"第{at}项（件）"
        frame(sheet, f"A3:{sheet.cell(8, columns).coordinate}")
        book.save(tmp_path / f"{columns}.xlsx")
        made = author_from_workbook(
            AuthoringRequest(tmp_path / f"{columns}.xlsx", tmp_path / str(columns), form="list")
        )
        across[columns] = made.form.lists[0].landscape
        assert made.form.opening == "{agency}{year}年度处罚情况表如下。"
    assert across == {5: False, 14: True}
