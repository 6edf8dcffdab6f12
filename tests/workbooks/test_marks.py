"""Marks that go home: written into the agency's own workbook, where every other part keeps its bytes."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from tests.judges import audit, recalculate
from tests.returns import (
    BROKEN,
    GOOD,
    LIST,
    NEW,
    checked,
    differing,
    filled,
    list_part,
    listed,
    lit,
    marks,
    packed,
    replacing,
    retyped,
    rewritten,
    rewritten_parts,
    stored_members,
    the_plan,
    without_central_sizes,
)
from xltool.messages import catalogue
from xltool.model.finding import Finding, FindingCell
from xltool.model.form import Number, Severity
from xltool.workbooks.marks.findings_list import describe_findings
from xltool.workbooks.marks.mark_workbook import has_marks, mark_workbook

PART = list_part()
BALANCE = "表三“自然人”不平：第一项加第二项之和 101，第三项加第四项之和 102，差 1 件。"


def mark(source: Path, target: Path, findings: tuple[Finding, ...] | None = None) -> Path:
    """The copy that would go back."""
    item = checked(source)
    told = describe_findings(item.findings if findings is None else findings, the_plan(), item.submission)
    copy = mark_workbook(source.read_bytes(), the_plan(), told)
    assert copy is not None
    target.write_bytes(copy)
    return target


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A return with one figure wrong by one."""
    return filled(tmp_path_factory.mktemp("broken") / "甲.xlsx", BROKEN)


def test_round_trip__broken_marked_fixed_cleared__only_the_list_ever_differs(broken: Path, tmp_path: Path) -> None:
    back = mark(broken, tmp_path / "back.xlsx")
    assert differing(broken, back) == [PART]
    assert has_marks(back.read_bytes(), the_plan())

    assert checked(back).findings == checked(broken).findings  # marks say nothing to the next check

    fixed = retyped(back, tmp_path / "fixed.xlsx", D31=4, J31=5)
    assert [found.severity for found in checked(fixed).findings] == []
    cleared = mark(fixed, tmp_path / "cleared.xlsx")
    assert differing(fixed, cleared) == [PART]
    assert not has_marks(cleared.read_bytes(), the_plan())
    assert (marks(cleared), lit(cleared)) == ([], [])


def test_marks__one_row_a_finding__with_both_sides_and_where_to_look(broken: Path, tmp_path: Path) -> None:
    back = mark(broken, tmp_path / "back.xlsx")
    assert marks(back) == [
        [
            "表三!D7",
            1,
            "表三",
            "D7",
            BALANCE,
            "必须改正",
            101,
            102,
            "先查台账：“（三）不予公开”自然人共几件（表中 5）？",
        ]
    ]
    assert lit(back) == ["表三!D7", "表三!D8", "表三!D30", "表三!D31"]
    (finding,) = checked(broken).findings
    assert f"{marks(back)[0][4]}{marks(back)[0][8]}" == catalogue.render_brief(finding)  # the words of the console


def test_marks__it_opens_on_the_list__and_each_sheet_at_its_first_marked_cell(broken: Path, tmp_path: Path) -> None:
    back = mark(broken, tmp_path / "back.xlsx")
    turned = {f"xl/worksheets/sheet{number}.xml" for number in (1, 11)}  # the cursor of 表三 stood there already
    assert set(rewritten_parts(broken, back)) == {*turned, "xl/workbook.xml"}
    book = openpyxl.load_workbook(back)
    assert book.active is book[LIST]
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_view.tabSelected] == [LIST]
    cursors = {sheet: book[sheet].sheet_view.selection[0].activeCell for sheet in ("表三", LIST)}
    assert cursors == {"表三": "D7", LIST: "D4"}

    cleared = openpyxl.load_workbook(mark(back, tmp_path / "cleared.xlsx", ()))
    assert cleared.active is cleared.worksheets[0]
    assert [sheet.title for sheet in cleared.worksheets if sheet.sheet_view.tabSelected] == ["填报说明"]


def test_marks__hidden_column__says_while_what_a_mark_lasts(broken: Path, tmp_path: Path) -> None:
    (finding,) = checked(broken).findings
    told = (finding, replace(finding, code="CELL-NUM", relation=None, cells=finding.cells[:1]))
    sheet = listed(mark(broken, tmp_path / "back.xlsx", told))
    assert sheet.column_dimensions["J"].hidden
    assert [sheet[f"J{row}"].value for row in range(4, 9)] == ["4:", "0:88", "4:", "4:", "4:"]


def test_marks__template_of_an_earlier_version__does_not_show_that_column_either(broken: Path, tmp_path: Path) -> None:
    def without_column(name: str, content: bytes) -> bytes:
        return re.sub(rb'<col min="10" max="10"[^>]*/>', b"", content) if name == PART else content

    source = rewritten(broken, tmp_path / "old.xlsx", without_column)
    back = mark(source, tmp_path / "back.xlsx")
    assert listed(back)["J4"].value == "4:"
    assert listed(back).column_dimensions["J"].hidden
    assert audit(back) == []


def test_marks__links_protection_looks(broken: Path, tmp_path: Path) -> None:
    sheet = listed(mark(broken, tmp_path / "back.xlsx"))
    assert sheet["D4"].hyperlink.location == "'表三'!D7"
    assert sheet.protection.sheet
    assert all(cell.protection.locked for row in sheet.iter_rows(min_row=4) for cell in row)
    assert sheet["E4"].quotePrefix
    assert sheet["E4"].border.left.style == "thin"
    assert sheet["D4"].font.underline == "single"
    assert sheet.row_dimensions[4].height > 24
    assert [sheet.row_dimensions[row].hidden for row in range(4, 8)] == [False, True, True, True]


def test_marks__another_mistake__replaces_the_first(broken: Path, tmp_path: Path) -> None:
    back = mark(broken, tmp_path / "back.xlsx")
    fixed = retyped(back, tmp_path / "b.xlsx", D31=4, J31=5, E7=10, J7=98)
    again = mark(fixed, tmp_path / "again.xlsx")
    assert lit(again) == ["表三!E7", "表三!E8", "表三!E30", "表三!E31"]
    assert [row[1] for row in marks(again)] == [1]


def test_marks__same_file_same_findings__same_bytes(broken: Path, tmp_path: Path) -> None:
    once, twice = mark(broken, tmp_path / "1.xlsx"), mark(broken, tmp_path / "2.xlsx")
    assert once.read_bytes() == twice.read_bytes()
    assert mark(once, tmp_path / "3.xlsx").read_bytes() == once.read_bytes()


def test_marks__blanks__every_one_lights_up_under_one_row(tmp_path: Path) -> None:
    half = {cell: figure for cell, figure in GOOD.items() if not cell.startswith("disputes")}
    back = mark(filled(tmp_path / "a.xlsx", half, declared=False), tmp_path / "back.xlsx")
    assert [(row[0], row[3], row[5]) for row in marks(back)] == [("表四!A7", "A7", "必须改正")]
    assert len(lit(back)) == len(set(lit(back))) == 12


def test_marks__notes_and_what_a_reason_settles__are_listed_and_do_not_light_up(broken: Path, tmp_path: Path) -> None:
    (finding,) = checked(broken).findings
    told = (
        replace(finding, severity=Severity.EXPLAIN),
        replace(finding, severity=Severity.EXPLAIN, settled="统计口径调整"),
        replace(finding, severity=Severity.NOTE),
    )
    back = mark(broken, tmp_path / "back.xlsx", told)
    assert [(row[0], row[1], row[3], row[5]) for row in marks(back)] == [
        ("表三!D7", 1, "D7", "可说明"),
        (None, 2, "D7", "已说明"),
        (None, 3, "D7", "提示"),
    ]
    assert len(lit(back)) == 4


def test_marks__finding_about_no_cell_or_a_sheet_that_is_gone__no_link(broken: Path, tmp_path: Path) -> None:
    told = (
        Finding("identity.no_year", Severity.MUST_FIX, facts={"form": "年报"}),
        Finding("sheet.missing", Severity.MUST_FIX, (FindingCell("", "没有的表", "A1"),)),
    )
    back = mark(broken, tmp_path / "back.xlsx", told)
    assert [(row[0], row[2], row[3]) for row in marks(back)] == [(None, None, None), ("没有的表!A1", "没有的表", "A1")]
    assert [listed(back)[spot].hyperlink for spot in ("D4", "D5")] == [None, None]


def test_marks__moved_cell__lights_up_by_the_name_its_sheet_was_handed_out_with(broken: Path, tmp_path: Path) -> None:
    (finding,) = checked(broken).findings
    moved = replace(finding, cells=(FindingCell(NEW, "表三（改名）", "D9"),))
    back = mark(broken, tmp_path / "back.xlsx", (moved,))
    assert (lit(back), marks(back)[0][2]) == (["表三!D9"], "表三（改名）")


@pytest.mark.parametrize("foreign", ["=cmd|'/C calc'!A0", "+1", "@SUM(A1)", "a_x0041_\x07b", " 二 ", "<b>&amp;"])
def test_marks__foreign_text__stays_text(foreign: str, tmp_path: Path) -> None:
    source = filled(tmp_path / "a.xlsx", {**GOOD, NEW: "1"})
    (finding, *_) = checked(filled(tmp_path / "b.xlsx", {**GOOD, NEW: "十二三"})).findings
    told = replace(finding, facts={**finding.facts, "raw": foreign, "name": foreign})
    back = mark(source, tmp_path / "back.xlsx", (told,))
    cell = listed(back)["G4"]
    held = str(cell.value).replace("_x005F_", "_")  # openpyxl does not unescape what stands inside a cell
    assert (cell.data_type, held) == ("s", foreign.replace("\x07", "\\x07"))
    assert cell.quotePrefix is foreign.startswith(("=", "+", "@"))
    assert audit(back) == []
    with zipfile.ZipFile(back) as archive:
        assert b"<f>" not in archive.read(PART)


@pytest.mark.parametrize("figure", [10**20, -5])
def test_marks__figures__are_numbers_unless_no_program_would_keep_them(
    figure: Number, broken: Path, tmp_path: Path
) -> None:
    (finding,) = checked(broken).findings
    back = mark(broken, tmp_path / "back.xlsx", (replace(finding, facts={**finding.facts, "left": figure}),))
    assert marks(back)[0][6] == (figure if figure == -5 else str(figure))


def test_marks__what_stands_right_of_the_list__stays(broken: Path, tmp_path: Path) -> None:
    noted = '<row r="5"><c r="C5"><v>1</v></c><c r="K5" t="inlineStr"><is><t>我们的备注</t></is></c></row></sheetData>'
    source = rewritten(broken, tmp_path / "noted.xlsx", replacing(PART, "</sheetData>", noted))
    back = mark(source, tmp_path / "back.xlsx")
    sheet = listed(back)
    assert (sheet["K5"].value, sheet["A5"].value, sheet["C5"].value) == ("我们的备注", "表三!D8", None)
    cleared = listed(mark(back, tmp_path / "cleared.xlsx", ()))
    assert (cleared["K5"].value, cleared["A5"].value) == ("我们的备注", None)
    assert audit(back) == []


def test_marks__protection_taken_off_the_list__is_there_again(broken: Path, tmp_path: Path) -> None:
    lock = '<sheetProtection sheet="1" objects="1" scenarios="1" formatRows="0"/>'
    back = mark(rewritten(broken, tmp_path / "open.xlsx", replacing(PART, lock, "")), tmp_path / "back.xlsx")
    assert listed(back).protection.sheet
    assert audit(back) == []


def test_marks__container_written_as_a_stream__every_member_keeps_its_bytes(broken: Path, tmp_path: Path) -> None:
    source = without_central_sizes(filled(tmp_path / "a.xlsx", BROKEN))
    back = mark(source, tmp_path / "back.xlsx")
    assert differing(source, back) == [PART]
    assert zipfile.ZipFile(back).comment == b"a comment"
    assert marks(back) == marks(mark(broken, tmp_path / "other.xlsx"))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("streamed", [False, True])
def test_marks__packed_by_another_program__all_else_keeps_its_bytes_through_the_whole_loop(
    method: int, zip64: bool, streamed: bool, broken: Path, tmp_path: Path
) -> None:
    source = packed(broken, tmp_path / "a.xlsx", method, zip64=zip64, streamed=streamed)
    back = mark(source, tmp_path / "back.xlsx")
    again = mark(back, tmp_path / "again.xlsx", (replace(checked(broken).findings[0], cells=()),))
    cleared = mark(again, tmp_path / "cleared.xlsx", ())
    assert [differing(source, copy) for copy in (back, again, cleared)] == [[PART]] * 3
    assert (len(lit(back)), lit(again), marks(cleared)) == (4, [], [])
    for copy in (back, again, cleared):
        with zipfile.ZipFile(copy) as archive:
            assert archive.comment == "整包的说明".encode()
            assert {info.comment for info in archive.infolist()} == {b"of a part"}


def test_marks__bytes_before_the_container__stay(broken: Path, tmp_path: Path) -> None:
    source = tmp_path / "prefixed.xlsx"
    source.write_bytes(b"before" + broken.read_bytes())
    back = mark(source, tmp_path / "back.xlsx", checked(broken).findings)
    assert back.read_bytes().startswith(b"before")
    assert [name for name, _ in stored_members(back)] == [name for name, _ in stored_members(broken)]


def test_marks__schema__is_kept(broken: Path, tmp_path: Path) -> None:
    back = mark(broken, tmp_path / "back.xlsx")
    assert [audit(path) for path in (broken, back, mark(back, tmp_path / "cleared.xlsx", ()))] == [[], [], []]


# --- what is not touched ------------------------------------------------------------------------------------------


def formula_in_list(name: str, content: bytes) -> bytes:
    row = '<row r="6"><c r="B6"><f>1+1</f><v>2</v></c></row></sheetData>'
    return content.decode().replace("</sheetData>", row).encode() if name == PART else content


UNTOUCHED: dict[str, Callable[[str, bytes], bytes | None]] = {
    "renamed": replacing("xl/workbook.xml", f'"{LIST}"', '"结果"'),
    "headings gone": replacing(PART, '<c r="D3" s="3" t="s"><v>', '<c r="D3"/><c r="J3" t="s"><v>'),
    "formula in the list": formula_in_list,
    "a table in it": replacing(PART, "</worksheet>", '<tableParts count="1"/></worksheet>'),
    "a document type": replacing(PART, "<worksheet ", "<!DOCTYPE x><worksheet "),
    "not XML": replacing(PART, "</worksheet>", ""),
    "rows without numbers": replacing(PART, '<row r="2"', "<row"),
    "an odd range": replacing(PART, 'ref="A2:I2"', 'ref="A:I"'),
    "with macros": replacing("[Content_Types].xml", "sheet.main+xml", "sheet.macroEnabled.main+xml"),
    "part missing": lambda name, content: None if name == PART else content,
    "leads elsewhere": replacing("xl/_rels/workbook.xml.rels", 'worksheets/sheet11.xml"', 'x" TargetMode="External"'),
}


@pytest.mark.parametrize("what", UNTOUCHED)
def test_list_not_as_we_made_it__left_alone(what: str, broken: Path, tmp_path: Path) -> None:
    source = rewritten(broken, tmp_path / "a.xlsx", UNTOUCHED[what])
    told = describe_findings(checked(broken).findings, the_plan())
    assert mark_workbook(source.read_bytes(), the_plan(), told) is None
    assert has_marks(source.read_bytes(), the_plan()) is False


def test_signed_workbook__left_alone(broken: Path, tmp_path: Path) -> None:
    source = tmp_path / "signed.xlsx"
    source.write_bytes(broken.read_bytes())
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("_xmlsignatures/sig1.xml", "<Signature/>")
    assert mark_workbook(source.read_bytes(), the_plan(), ()) is None


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html></html>"])
def test_no_workbook__left_alone(data: bytes) -> None:
    assert mark_workbook(data, the_plan(), ()) is None
    assert has_marks(data, the_plan()) is False


# --- office programs ----------------------------------------------------------------------------------------------


@pytest.mark.office
def test_libreoffice__shows_the_marked_cells_red_and_nothing_else(broken: Path, tmp_path: Path) -> None:
    back = mark(broken, tmp_path / "back.xlsx")
    red = {
        name: recalculate(path, tmp_path / name, "html").read_text("utf-8").count('bgcolor="#FFB3AB"')
        for name, path in (("marked", back), ("before", broken))
    }
    assert red == {"marked": 4 + 1, "before": 0}  # one is the severity in the list


RED = 'bgcolor="#FFB3AB"'


@pytest.mark.office
@pytest.mark.parametrize(
    ("typed", "red"),
    [
        pytest.param({"D31": 5}, 5, id="as it came back"),
        pytest.param({"D31": 4}, 1, id="corrected: the column balances"),
        pytest.param({"D9": GOOD["requests.granted.natural_person"] - 1}, 1, id="balanced by another cell"),
        pytest.param({"D7": 90}, 5, id="changed and still wrong"),
    ],
)
def test_libreoffice__marks_of_a_balance__last_until_it_balances(
    typed: dict[str, int], red: int, broken: Path, tmp_path: Path
) -> None:
    back = mark(broken, tmp_path / "back.xlsx")
    book = openpyxl.load_workbook(back)
    for address, figure in typed.items():
        book["表三"][address] = figure
    book.save(tmp_path / "typed.xlsx")
    assert recalculate(tmp_path / "typed.xlsx", tmp_path / "shown", "html").read_text("utf-8").count(RED) == red


@pytest.mark.office
def test_libreoffice__marks_of_cells__last_while_the_cell_holds_what_it_held(tmp_path: Path) -> None:
    wrong = {**GOOD, NEW: "88件", "disclosure.licensing.decisions": -1}
    left_out = {cell: figure for cell, figure in wrong.items() if cell != "disclosure.coercion.decisions"}
    back = mark(filled(tmp_path / "a.xlsx", left_out, declared=False), tmp_path / "back.xlsx")
    severities = sum(row[5] == "必须改正" for row in marks(back))
    sheets = {"表三": {"D7": 88}, "表二": {"B10": 1, "B14": 0}}
    counts = []
    for number, (sheet, address, figure) in enumerate(
        [("", "", 0), *((sheet, at, figure) for sheet, typed in sheets.items() for at, figure in typed.items())]
    ):
        book = openpyxl.load_workbook(tmp_path / f"typed{number - 1}.xlsx" if number else back)
        if sheet:
            book[sheet][address] = figure
        book.save(tmp_path / f"typed{number}.xlsx")
        shown = recalculate(tmp_path / f"typed{number}.xlsx", tmp_path / f"shown{number}", "html")
        counts.append(shown.read_text("utf-8").count(RED) - severities)
    assert counts == [3, 2, 1, 0]


@pytest.mark.office
def test_workbook_saved_by_libreoffice__is_marked_with_the_looks_it_has_there(broken: Path, tmp_path: Path) -> None:
    saved = recalculate(broken, tmp_path / "saved")
    back = mark(saved, tmp_path / "back.xlsx")
    assert differing(saved, back) == [PART]
    assert (lit(back), marks(back)[0][4]) == (["表三!D7", "表三!D8", "表三!D30", "表三!D31"], BALANCE)
    sheet = listed(back)
    assert (sheet["E4"].border.left.style, sheet["D4"].font.underline) == ("thin", "single")
    again = recalculate(back, tmp_path / "again", "html").read_text("utf-8")
    assert again.count('bgcolor="#FFB3AB"') == 4 + 1
    assert audit(back) == audit(saved)
