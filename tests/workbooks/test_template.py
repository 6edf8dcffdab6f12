"""The locked workbook as it is handed out, read with openpyxl, which knows nothing of the plan."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from tests.judges import audit
from tests.workbooks.hand import FORM, PLAN, TOWN, at, properties_of, sheet_of, trial_plan, written
from xltool.errors import UsageError, WritingError
from xltool.forms.cell_addresses import box_address, column_letters
from xltool.forms.expressions import recompute_figures
from xltool.forms.identity import Identity, parse_identity
from xltool.forms.slots import Role
from xltool.model.agency import Agency, Scope
from xltool.model.form import Severity
from xltool.workbooks.template.prefilled_figures import prefill_figures
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import write_template

LAST_YEAR = recompute_figures(
    FORM.formulas,
    dict.fromkeys((cell.id for cell in FORM.inputs), 0)
    | {"requests.carried_out.natural_person": 13, "disclosure.administrative_fees.amount": Decimal("0.000001")},
)
COUNT = "这里只能填 0 或正整数，不带单位、逗号、空格和文字。没有发生的填 0。"


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("blank") / "a.xlsx")


@pytest.fixture(scope="module")
def book(blank: Path) -> Workbook:
    return openpyxl.load_workbook(blank)


@pytest.fixture(scope="module")
def stored(blank: Path) -> Workbook:
    return openpyxl.load_workbook(blank, data_only=True)


def test_sheets__in_order__the_identity_very_hidden(book: Workbook) -> None:
    assert [(sheet.title, sheet.sheet_state) for sheet in book.worksheets] == [
        ("填报说明", "visible"),
        ("一 总体情况", "visible"),
        ("表二", "visible"),
        ("表三", "visible"),
        ("表四", "visible"),
        ("五 问题改进", "visible"),
        ("六 其他事项", "visible"),
        ("校验", "visible"),
        ("情况说明", "visible"),
        ("核对数", "visible"),
        ("检查结果", "visible"),
        ("_xltool", "veryHidden"),
    ]


def test_protection__sheets_and_structure_without_a_password__rows_may_grow(book: Workbook) -> None:
    assert book.security is not None
    assert book.security.lockStructure
    for sheet in book.worksheets:
        if sheet.title == "核对数":
            continue  # rows of a protected sheet cannot be unfolded
        said = sheet.protection
        free = (said.selectLockedCells, said.selectUnlockedCells)  # openpyxl: True means forbidden
        assert (said.sheet, said.password, free) == (True, None, (False, False))
        assert said.formatRows is (sheet.title == "_xltool")


def test_locks__open_are_the_inputs_texts_fields_and_explanations__nothing_else(book: Workbook) -> None:
    offered = {
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked and isinstance(cell, openpyxl.cell.cell.Cell)
    }
    expected = {tuple(PLAN.find_figure(cell.id)) for cell in FORM.inputs}
    expected |= {tuple(place) for places in PLAN.paragraphs.values() for place in places}
    expected |= {tuple(place) for place in PLAN.fields.values()}
    listed = len([relation for relation in FORM.relations if relation.severity is Severity.EXPLAIN])
    expected |= {("情况说明", f"{column}{row}") for column in "EFG" for row in range(4, 28)}
    expected |= {("情况说明", f"{column}{row}") for column in "BCD" for row in range(4 + listed, 28)}
    expected |= {tuple(place) for place in PLAN.controls.values()}
    assert offered == expected
    assert len(expected) == 169 + 40 + 30 + 20 + 5 + 24 * 3 + 5 * 3 + 55


def test_labels__words_and_spans_as_printed(book: Workbook) -> None:
    printed = 0
    for table in FORM.tables:
        sheet = sheet_of(book, table.name)
        merged = {str(area) for area in sheet.merged_cells.ranges}
        for label in table.labels:
            box = label.box._replace(row=label.box.row + 3)
            address = box_address(box)
            assert sheet[address.partition(":")[0]].value == label.text
            assert ":" not in address or address in merged
            printed += 1
    assert printed == sum(len(table.labels) for table in FORM.tables) == 85
    assert at(book, "表三", "A1").value == "张家湾镇人民政府2025年政府信息公开工作年度报告"
    assert at(book, "表三", "A2").value == "三、收到和处理政府信息公开申请情况"


def test_inputs__blank_and_yellow__totals_grey_formulas_with_the_value_of_blanks(
    book: Workbook, stored: Workbook
) -> None:
    looks = set()
    for cell in FORM.cells.values():
        place = PLAN.find_figure(cell.id)
        spot = at(book, *place)
        looks.add((cell.computed, spot.fill.fgColor.rgb, spot.data_type, at(stored, *place).value))
    assert looks == {(False, "FFFFF9E3", "n", None), (True, "FFEDEDED", "f", 0)}


def test_total__is_one_sum_of_its_parts(book: Workbook) -> None:
    formulas = {address: at(book, "表三", address).value for address in ("J7", "D30", "J30")}
    assert formulas == {"J7": "=SUM(D7:I7)", "D30": "=SUM(D9:D29)", "J30": "=SUM(J9:J29)"}
    assert at(book, "表四", "E7").value == "=SUM(A7:D7)"


def validations(book: Workbook, sheet: str) -> dict[str, DataValidation]:
    held = sheet_of(book, sheet).data_validations.dataValidation
    return {
        f"{column_letters(column)}{row}": allowed
        for allowed in held
        for area in allowed.sqref.ranges
        for row, column in area.cells
    }


def test_validation__each_input_names_its_line_and_unit__one_rule_a_line(book: Workbook) -> None:
    for cell in FORM.inputs:
        sheet, address = PLAN.find_figure(cell.id)
        allowed = validations(book, sheet)[address]
        assert allowed.promptTitle == f"{sheet} {str(allowed.sqref).replace(' ', '、')}（{cell.unit}）"
        prompt = str(allowed.prompt)
        column = cell.column_words if str(allowed.sqref) == address else ""
        assert prompt.startswith(f"{cell.line_words}\n{column}\n".replace("\n\n", "\n"))
        assert len(prompt) <= 255
        assert (allowed.showInputMessage, allowed.showErrorMessage, allowed.allowBlank) == (True, True, True)
        assert allowed.errorStyle in {None, "stop"}
    lines = {(cell.line_words, PLAN.find_figure(cell.id).sheet) for cell in FORM.inputs}
    assert sum(len(sheet_of(book, name).data_validations.dataValidation) for name in ("表二", "表三", "表四")) <= len(
        lines
    )


def test_validation__counts_whole_from_zero__amounts_to_their_places(book: Workbook) -> None:
    count, amount = validations(book, "表三")["E9"], validations(book, "表二")["B17"]
    assert (count.type, count.operator, count.formula1, count.error) == ("whole", "greaterThanOrEqual", "0", COUNT)
    assert (count.promptTitle, str(count.sqref)) == ("表三 D9:I9（件）", "D9:I9")
    assert count.prompt == "（一）予以公开\n填 0 或正整数，只填数字；没有发生的填 0。"
    assert (amount.type, amount.formula1) == ("custom", "AND(ISNUMBER(B17),B17>=0,ROUND(B17,6)=B17)")
    assert amount.prompt == (
        "行政事业性收费\n本年收费金额（单位：万元）\n"
        "以万元为单位，填 0 或正数，最多 6 位小数，只填数字；没有发生的填 0。"
    )


def test_validation__declaration_and_explanations_are_lists(book: Workbook) -> None:
    assert validations(book, "填报说明")["B7"].formula1 == '"是,否"'
    lists = validations(book, "情况说明")
    assert sorted(lists) == [f"B{row}" for row in range(23, 28)]
    last = 3 + len(FORM.relations)
    assert sorted(PLAN.checks.values()) == list(range(4, last + 1))
    assert {allowed.formula1 for allowed in lists.values()} == {f"'校验'!$B$4:$B${last}"}
    names = [at(book, "校验", f"B{row}").value for row in range(4, last + 1)]
    assert sorted(map(str, names)) == sorted(relation.name for relation in FORM.relations)
    assert at(book, "校验", f"B{last + 1}").value is None


def test_validation__signed_counts_and_cents(tmp_path: Path) -> None:
    made = trial_plan(tmp_path / "trial")
    book = openpyxl.load_workbook(written(tmp_path / "a.xlsx", made))
    held = validations(book, "收 支")
    assert (held["B7"].type, held["B7"].formula1, held["B7"].formula2) == ("whole", "-999999999999", "999999999999")
    assert held["B4"].formula1 == "AND(ISNUMBER(B4),B4>=0,ROUND(B4,2)=B4)"
    assert at(book, "收 支", "B6").value == "=ROUND(SUM(B4:B5),2)"


def test_names__every_figure_has_its_id(book: Workbook) -> None:
    assert set(book.defined_names) == set(FORM.cells)
    for cell, (sheet, address) in PLAN.cells.items():
        quoted = f"'{sheet}'" if " " in sheet else sheet
        column, row = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()  # type: ignore[union-attr]  # it always matches
        assert book.defined_names[cell].attr_text == f"{quoted}!${column}${row}"


NOT_A_NAME = re.compile(r"[A-Za-z]{1,3}[0-9]+|[rRcC]|[rR][0-9]*[cC][0-9]*|true|false", re.IGNORECASE)
A_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,254}")


def test_names__none_is_a_cell_or_forbidden() -> None:
    assert [cell for cell in FORM.cells if not A_NAME.fullmatch(cell) or NOT_A_NAME.fullmatch(cell)] == []
    assert [name for name in ("A1", "XFD9", "R1C1", "c", "a.b") if NOT_A_NAME.fullmatch(name)] == [
        "A1",
        "XFD9",
        "R1C1",
        "c",
    ]


def test_checks__balances_come_first__all_waiting_while_blank(book: Workbook, stored: Workbook) -> None:
    printed = "表三左上角印制的勾稽关系（国办公开办函〔2021〕30号）"
    balance = "第一项加第二项之和，等于第三项加第四项之和（{}）"
    four = "总计等于维持、纠正、其他、尚未审结之和（复议后起诉）"
    last = max(PLAN.checks.values())
    assert [[at(stored, "校验", f"{column}{row}").value for column in "ABCDEFGHI"] for row in (4, 8, last)] == [
        [1, balance.format("自然人"), 0, 0, "—", "待填", "定位", "必须改正", printed],
        [5, balance.format("法人或其他组织·法律服务机构"), 0, 0, "—", "待填", "定位", "必须改正", printed],
        [len(FORM.relations), four, 0, 0, "—", "待填", "定位", "必须改正", "表四“总计”栏的含义"],
    ]
    assert at(book, "校验", "F4").value == (
        '=IF(AND(NOT(填报说明!$B$7="是"),COUNT(表三!D7:D29,表三!D31)<24),"待填",IF(C4=D4,"✓","✗"))'
    )
    assert [at(book, "校验", spot).value for spot in ("C4", "D4", "E4")] == [
        "=SUM(表三!D7:D8)",
        "=SUM(表三!D30:D31)",
        '=IF(OR(F4="✓",F4="✗"),C4-D4,"—")',
    ]
    link = at(book, "校验", "G4").hyperlink
    assert link is not None
    assert link.location == "'表三'!D7"


def test_checks__without_last_year__or_for_others__are_idle_words(stored: Workbook, tmp_path: Path) -> None:
    def results(held: Workbook) -> dict[str, object]:
        return {relation: at(held, "校验", f"F{row}").value for relation, row in PLAN.checks.items()}

    ministry = written(tmp_path / "b.xlsx", agency=replace(TOWN, rule_power=True), previous=LAST_YEAR)
    idle = [name for name, result in results(stored).items() if result == "—"]
    asks_last_year = ["T2-UNIT-HIGH", "T2-UNIT-LOW", "YEAR-CARRY", "YEAR-PENDING", "YEAR-SILENT", "YEAR-VALID"]
    assert sorted({name.split(".")[0] for name in idle}) == asks_last_year
    idle = [name for name, result in results(openpyxl.load_workbook(ministry, data_only=True)).items() if result == "—"]
    assert sorted(idle) == [
        *("T2-RULEPOWER.in_force", "T2-RULEPOWER.issued", "T2-RULEPOWER.repealed", "YEAR-SILENT"),
    ]


def test_cover__counts_what_is_unfilled__and_lists_the_pages(book: Workbook, stored: Workbook) -> None:
    cover = sheet_of(stored, "填报说明")
    assert [cover[spot].value for spot in ("B3", "D3", "B4", "D4", "B8", "D8")] == [
        "张家湾镇人民政府",
        "110112114",
        "2025",
        "本机关",
        169,
        "待填",
    ]
    pages = {str(row[0].value): row[3].value for row in cover.iter_rows(min_row=25) if row[0].value}
    assert {name: count for name, count in pages.items() if count is not None} == {
        "表二": 10,
        "表三": 144,
        "表四": 12,
        "六 其他事项": 3,
    }
    assert list(pages) == [sheet.title for sheet in book.worksheets][1:-1]
    assert at(book, "填报说明", "D28").value == (
        '=IF(填报说明!$B$7="是",0,COUNTBLANK(表四!A7:D7)+COUNTBLANK(表四!F7:I7)+COUNTBLANK(表四!K7:N7))'
    )
    assert at(stored, "表四", "A3").value == "本页还有 12 个单元格未填。浅黄色：填写　灰色：自动计算，已锁定"
    assert len({link.hyperlink.location for row in cover["A25:A33"] for link in row if link.hyperlink}) == 9


def test_identity__on_the_hidden_sheet_and_in_the_properties(book: Workbook, blank: Path) -> None:
    hidden = {str(key.value): str(value.value or "") for key, value in sheet_of(book, "_xltool").iter_rows()}
    assert {f"xltool.{key}": value for key, value in hidden.items()} == properties_of(blank)
    assert parse_identity(hidden) == Identity(
        "zfxxgk-annual-report",
        "2021",
        2025,
        "110112114",
        "张家湾镇人民政府",
        Scope.OWN,
        "2025-0001",
        PLAN.layout,
    )


def test_marks__two_conditions_a_section_look_its_cells_up__what_must_be_corrected_first(book: Workbook) -> None:
    conditions = {
        sheet.title: [
            (str(area.sqref), rule.formula)
            for area in sheet.conditional_formatting
            for rule in area.rules
            if "ADDRESS" in rule.formula[0]
        ]
        for sheet in book.worksheets
    }
    found = {name: held for name, held in conditions.items() if held}
    assert {name: {area for area, _ in held} for name, held in found.items()} == {
        "一 总体情况": {"A7:A46"},
        "表二": {"B6:D17"},
        "表三": {"D7:J31"},
        "表四": {"A7:O7"},
        "五 问题改进": {"A6:A35"},
        "六 其他事项": {"A4:B29"},
        "核对数": {"B4:H36"},
    }
    for name, held in found.items():
        red, amber = (formula for _, (formula,) in held)
        assert red.replace(',检查结果!$F:$F,"必须改正"', "") == amber
        assert f'检查结果!$A:$A,"{name}!"&ADDRESS(ROW(),COLUMN(),4)' in amber


def test_texts__rows_are_free_to_grow__and_hold_text_only(book: Workbook) -> None:
    for places in PLAN.paragraphs.values():
        for sheet, address in places:
            spot = at(book, sheet, address)
            assert (spot.number_format, spot.alignment.wrap_text, spot.alignment.vertical) == ("@", True, "top")
            assert sheet_of(book, sheet).row_dimensions[spot.row].height is None


def test_texts__written_filled_in__rows_are_as_high_as_their_text(tmp_path: Path) -> None:
    filling = FilledContents(texts={"problems": ["短", "长" * 100, "长" * 5000]})
    write_template(PLAN, TemplateRequest(TOWN, 2025, "1", filling=filling), tmp_path / "a.xlsx")
    sheet = sheet_of(openpyxl.load_workbook(tmp_path / "a.xlsx"), "五 问题改进")
    heights = [sheet.row_dimensions[row].height for row in (6, 7, 8, 9)]
    # in pixels: older versions of XlsxWriter write heights as they are given, and Excel rounds them
    assert [height and round(height * 4 / 3) for height in heights] == [32, 77, 545, None]


def test_pages__a4_one_page_wide__a_table_on_one_page(book: Workbook) -> None:
    pages = {}
    for sheet in book.worksheets[:-1]:
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_options.horizontalCentered
        assert sheet.oddFooter is not None
        assert str(sheet.oddFooter.center.text).endswith("第 &P 页　共 &N 页")
        pages[sheet.title] = (sheet.page_setup.orientation, sheet.page_setup.fitToHeight, sheet.print_title_rows)
    assert pages == {
        "填报说明": ("portrait", None, None),
        "一 总体情况": ("portrait", 0, None),
        "表二": ("portrait", None, None),
        "表三": ("portrait", None, None),
        "表四": ("portrait", None, None),
        "五 问题改进": ("portrait", 0, None),
        "六 其他事项": ("portrait", 0, None),
        "校验": ("landscape", 0, "$3:$3"),
        "情况说明": ("landscape", 0, "$3:$3"),
        "核对数": ("landscape", None, None),
        "检查结果": ("landscape", 0, "$3:$3"),
    }


KNOWN_IN_2010 = {"IF", "AND", "OR", "NOT", "SUM", "COUNT", "COUNTIF", "COUNTBLANK", "ROUND", "MOD", "INT"}
KNOWN_IN_2010 |= {
    "COUNTIFS",
    "ISNUMBER",
    "ADDRESS",
    "ROW",
    "COLUMN",
    "N",
    "SUMPRODUCT",
    "TEXT",
    "LEFT",
    "MID",
    "IFERROR",
    "INDEX",
    "MATCH",
}


def formulas(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/"):
                yield from re.findall(r"<(?:f|formula[12]?)(?: [^>]*)?>([^<]*)<", archive.read(name).decode())


def test_formulas__use_only_old_functions__and_no_other_file(blank: Path, tmp_path: Path) -> None:
    trial = written(tmp_path / "a.xlsx", trial_plan(tmp_path / "trial"), previous={"t.sum": 1, "t.change": 1})
    found = [formula for path in (blank, trial) for formula in formulas(path)]
    assert len(found) > 400
    assert {name for formula in found for name in re.findall(r"([A-Z][A-Z0-9.]*)\(", formula)} == KNOWN_IN_2010
    assert [formula for formula in found if "[" in formula or "{" in formula or "_xl" in formula] == []
    assert max(map(len, found)) < 2000  # the check code; a cell holds 8192
    with zipfile.ZipFile(blank) as archive:
        assert [name for name in archive.namelist() if re.search("external|vba|calcChain|metadata", name)] == []


def test_prefill__carried_in_comes_from_last_year__and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", previous=LAST_YEAR)
    book, stored = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    assert [at(stored, "表三", f"{column}8").value for column in "DEFGHIJ"] == [13, 0, 0, 0, 0, 0, 13]
    assert [at(book, "表三", f"{column}8").fill.fgColor.rgb for column in "DI"] == ["FFE4F0FA"] * 2
    assert not at(book, "表三", "D8").protection.locked
    assert str(validations(book, "表三")["D8"].prompt).endswith(
        "已按上年数据预填 13，请核对；有误的请改正，并在“情况说明”页写明原因。"
    )
    assert at(stored, "表三", "A3").value == (
        "本页还有 138 个单元格未填。浅黄色：填写　灰色：自动计算，已锁定　浅蓝色：已按上年数据预填，请核对，有误可改"
    )
    carry = PLAN.checks["YEAR-CARRY.natural_person"]
    assert [at(stored, "校验", f"{column}{carry}").value for column in "CDEF"] == [13, 13, 0, "✓"]
    amount = PLAN.checks["T2-UNIT-HIGH"]
    assert at(book, "校验", f"D{amount}").value == "=ROUND(0.001000,6)"
    assert audit(path) == []


def test_prompt__tells_last_years_figures_of_the_line(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path / "a.xlsx", previous={"requests.granted.natural_person": 3}))
    assert str(validations(book, "表三")["D9"].prompt).endswith("\n上年各栏依次：3、不详、不详、不详、不详、不详。")
    assert "上年" not in str(validations(book, "表三")["D10"].prompt)


def test_prefill__only_plain_equations_with_known_figures() -> None:
    assert prefill_figures(FORM, None) == {}
    assert prefill_figures(FORM, {"requests.carried_out.enterprise": 2, "requests.carried_out.other": None}) == {
        "requests.carried_in.enterprise": 2
    }


def test_blank__nothing_to_repair(blank: Path) -> None:
    assert audit(blank) == []


def test_same_issue__same_bytes__another_serial_other_bytes(blank: Path, tmp_path: Path) -> None:
    again = written(tmp_path / "b.xlsx")
    write_template(PLAN, TemplateRequest(TOWN, 2025, "2025-0002"), tmp_path / "c.xlsx")
    assert again.read_bytes() == blank.read_bytes()
    assert (tmp_path / "c.xlsx").read_bytes() != blank.read_bytes()
    assert openpyxl.load_workbook(again).properties.created == datetime(2000, 1, 1)


def test_existing_file__stays_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"old")
    with pytest.raises(UsageError):
        written(tmp_path / "a.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == b"old"
    write_template(PLAN, TemplateRequest(TOWN, 2025, "1"), tmp_path / "a.xlsx", force=True)
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames[0] == "填报说明"


HOSTILE = ["=cmd|'/C calc'!A0", "长" * 200, "con", "a/b\\c:d*?", "<r><t>&</t></r>", "{agency}{0}", "'甲'", "&P", "＝1"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name__is_only_a_name(name: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", agency=Agency(f"={name[:4]}", name))
    book = openpyxl.load_workbook(path)
    spots = [at(book, "填报说明", spot) for spot in ("B3", "D3", "A1")]
    assert [(spot.data_type, spot.value) for spot in spots] == [
        ("s", name),
        ("s", f"={name[:4]}"),
        ("s", f"{name}2025年政府信息公开工作年度报告"),
    ]
    assert properties_of(path)["xltool.agency_name"] == name
    assert audit(path) == []


@pytest.mark.parametrize("name", ["\x00甲", "长" * 256])
def test_name_no_file_can_hold__is_refused__and_nothing_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(WritingError):
        written(tmp_path / "a.xlsx", agency=Agency("1", name))
    assert list(tmp_path.iterdir()) == []


def test_other_form__every_slot_of_its_plan_is_written(tmp_path: Path) -> None:
    made = trial_plan(tmp_path / "trial")
    path = written(tmp_path / "a.xlsx", made)
    book = openpyxl.load_workbook(path)
    empty = {Role.INPUT, Role.PARAGRAPH, Role.FIELD, Role.CHOICE, Role.EXPLANATION, Role.ENTRY, Role.MARK}
    held = {
        (sheet.name, slot.role): at(book, sheet.name, slot.address).value
        for sheet in made.sheets
        for slot in sheet.slots
        if slot.role not in empty
    }
    assert [spot for spot, value in held.items() if value in {None, ""}] == []
    with zipfile.ZipFile(path) as archive:
        assert "&amp;9 试〔2025〕1号&amp;&amp;2<" in archive.read("xl/worksheets/sheet2.xml").decode()
    assert audit(path) == []
