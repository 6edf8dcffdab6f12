"""A roster, as offices keep it, becomes agencies; what contradicts itself is refused with its row."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from tests.cli.test_commands import run
from tests.judges import office_missing, recalculate
from xltool.errors import RosterError
from xltool.messages.catalogue import render_error
from xltool.model.agency import Agency, Scope
from xltool.roster.read_roster import read_roster
from xltool.roster.words import load_words

TOWN = Agency("110112114", "张家湾镇人民政府")


def csv_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "名册.csv"
    path.write_bytes(text.encode(encoding))
    return path


def workbook(folder: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    path = folder / "名册.xlsx"
    book.save(path)
    return path


def refusal(path: Path) -> tuple[str, dict[str, object]]:
    """The code of the error, and its facts without the file's name, which each sentence tells."""
    with pytest.raises(RosterError) as caught:
        read_roster(path)
    assert path.name in render_error(caught.value)
    facts = dict(caught.value.facts)
    assert str(facts.pop("file")).endswith(path.name)
    return caught.value.code, facts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv__any_usual_encoding_and_separator__same_roster(tmp_path: Path, encoding: str, separator: str) -> None:
    text = "代码,名称\r\n110112114,张家湾镇人民政府\r\n".replace(",", separator)
    assert list(read_roster(csv_file(tmp_path, text, encoding))) == [TOWN]


def test_all_columns__in_any_order_with_foreign_ones_between__each_in_its_field(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "备注,联系人,规章制定权,口径,层级,上级代码,单位名称,统一社会信用代码\n"
        "略,王某,是,汇总,区级,110000,某区人民政府,11110112MB\n"
        "略,,否,本机关,乡镇,11110112MB,张家湾镇人民政府,0011\n",
    )
    assert list(read_roster(path)) == [
        Agency("11110112MB", "某区人民政府", "110000", "区级", Scope.AREA, True, "王某"),
        Agency("0011", "张家湾镇人民政府", "11110112MB", "乡镇", Scope.OWN, False, None),
    ]


@pytest.mark.parametrize("heading", ["code,name", "CODE,Name", " 代 码 ,单位", "机构代码,机构名称"])
def test_heading__blanks_case_and_synonyms__accepted(tmp_path: Path, heading: str) -> None:
    assert list(read_roster(csv_file(tmp_path, f"{heading}\n110112114,张家湾镇人民政府"))) == [TOWN]


def test_workbook__numbers_as_codes__become_the_text_that_is_shown(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["code", "name"], [110112114, "甲"], [110112115.0, "乙"], ["007", "丙"], [8, "丁"]])
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A5"].number_format = "000"
    book.save(path)
    assert list(read_roster(path).agencies) == ["110112114", "110112115", "007", "008"]


def test_workbook__hidden_sheet_before_and_blank_rows_between__first_visible_sheet_read(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, [[], ["code", "name", None, "说明"], [], ["1", " 甲　", None, "x"], [None, " "], ["2", "乙"]]
    )
    book = openpyxl.load_workbook(path)
    book.create_sheet("旧", 0).sheet_state = "hidden"
    book.save(path)
    assert [(agency.code, agency.name) for agency in read_roster(path)] == [("1", "甲"), ("2", "乙")]


def test_workbook__states_a_size_smaller_than_its_data__no_row_is_lost(tmp_path: Path) -> None:
    import zipfile

    path, liar = workbook(tmp_path, [["code", "name"], ["1", "甲"], ["2", "乙"]]), tmp_path / "liar.xlsx"
    with zipfile.ZipFile(path) as honest, zipfile.ZipFile(liar, "w") as target:
        for part in honest.namelist():
            target.writestr(part, honest.read(part).replace(b'ref="A1:B3"', b'ref="A1:A2"'))
    assert list(read_roster(liar).agencies) == ["1", "2"]


def test_workbook_named_csv__first_bytes_count__read_as_a_workbook(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["code", "name"], ["1", "甲"]]).rename(tmp_path / "roster.csv")
    assert list(read_roster(path).agencies) == ["1"]


def test_code_kept_by_a_formula_in_csv__zeros_stay(tmp_path: Path) -> None:
    assert list(read_roster(csv_file(tmp_path, 'code,name\n="007",甲\n')).agencies) == ["007"]


def test_full_width_code__same_code(tmp_path: Path) -> None:
    assert list(read_roster(csv_file(tmp_path, "code,name\n００７,甲\n")).agencies) == ["007"]


def test_roster__knows_its_file_and_order(tmp_path: Path) -> None:
    roster = read_roster(csv_file(tmp_path, "code,name\n2,乙\n1,甲\n"))
    assert (roster.source, list(roster.agencies), len(roster)) == ("名册.csv", ["2", "1"], 2)


@pytest.mark.parametrize("total", ["合计,,3", "合计,3个单位,", "9,合计,"])
def test_row_of_totals__its_word_in_the_first_cell_or_in_that_of_the_name__is_no_agency(
    tmp_path: Path, total: str
) -> None:
    assert list(read_roster(csv_file(tmp_path, f"code,name,备注\n1,甲,\n{total}\n")).agencies) == ["1"]


def test_parent_not_on_the_roster__stands_above_it(tmp_path: Path) -> None:
    roster = read_roster(csv_file(tmp_path, "code,name,parent\n1,甲,900\n2,乙,1\n3,丙,\n"))
    assert [agency.parent for agency in roster] == ["900", "1", None]


REFUSED = [
    (
        "name,备注\n甲,\n",
        "roster.no_column",
        {"row": 1, "accepted": load_words()["columns"]["code"]},
    ),
    ("code\n1\n", "roster.no_column", {"row": 1, "accepted": load_words()["columns"]["name"]}),
    ("\ncode,name,代码\n1,甲,1\n", "roster.column_twice", {"row": 2, "headings": ("code", "代码")}),
    ("code,name\n1,甲\n\n,乙\n", "roster.empty_code", {"row": 4}),
    ("code,name\n1,　\n", "roster.empty_name", {"row": 2}),
    ("code,name\n1,甲\n2,乙\n1,丙\n", "roster.duplicate_code", {"row": 4, "code": "1", "first": 2}),
    ("code,name\n1.10112E+17,甲\n", "roster.rounded_code", {"row": 2, "code": "1.10112E+17"}),
    (
        "code,name,口径\n1,甲,全部\n",
        "roster.unknown_word",
        {"row": 2, "word": "全部", "column": "口径", "accepted": ("本机关", "汇总")},
    ),
    (
        "code,name,规章制定权\n1,甲,待定\n",
        "roster.unknown_word",
        {"row": 2, "word": "待定", "column": "规章制定权", "accepted": ("是", "否")},
    ),
    ("code,name\n1,甲,乙\n", "roster.extra_field", {"row": 2, "expected": 2, "found": 3}),
    ("code,name,parent\n9,庚,1\n1,甲,2\n2,乙,3\n3,丙,1\n", "roster.loop", {"row": 3, "codes": ("1", "2", "3")}),
    ("code,name,parent\n1,甲,1\n", "roster.loop", {"row": 2, "codes": ("1",)}),
    (
        "code,name,撤并日期,承继单位\n1,甲,2025-01-01,2\n2,乙,2025-01-01,3\n3,丙,2025-01-01,2\n",
        "roster.successor_of_itself",
        {"row": 3, "name": "乙"},
    ),
    ("code,name\n\n", "roster.no_rows", {}),
    ("", "roster.no_rows", {}),
    ('code,name\n1,"甲\n', "roster.unreadable", {"reason": "unexpected end of data"}),
]


@pytest.mark.parametrize(("text", "code", "facts"), REFUSED, ids=lambda held: str(held)[:24])
def test_csv__contradiction__refused_with_its_row(
    tmp_path: Path, text: str, code: str, facts: dict[str, object]
) -> None:
    assert refusal(csv_file(tmp_path, text)) == (code, facts)


def test_workbook__code_longer_than_excel_keeps__refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["code", "name"], [110112114000000001, "甲"]])
    assert refusal(path) == ("roster.rounded_code", {"row": 2, "code": "1.10112E+17"})


def test_workbook__error_value_in_the_code_column__refused(tmp_path: Path) -> None:
    assert refusal(workbook(tmp_path, [["code", "name"], ["#REF!", "甲"]])) == ("roster.empty_code", {"row": 2})


@pytest.mark.parametrize(
    ("content", "code", "facts"),
    [
        (b"code,name\n1,\xff\xff\n", "roster.undecodable", {}),
        (b"\xff\xfe\x00\xd8\x00", "roster.undecodable", {}),
    ],
)
def test_file_that_is_no_roster__refused(tmp_path: Path, content: bytes, code: str, facts: dict[str, object]) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    assert refusal(path) == (code, facts)


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04 and no more"])
def test_damaged_workbook__refused_with_the_reason(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "roster.xlsx"
    path.write_bytes(content)
    code, facts = refusal(path)
    assert (code, bool(facts["reason"])) == ("roster.unreadable", True)


def test_no_such_file__named_with_its_whole_path(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "roster.csv"
    with pytest.raises(RosterError) as caught:
        read_roster(path)
    assert (caught.value.code, dict(caught.value.facts)) == ("roster.not_found", {"file": str(path)})


def test_folder_instead_of_a_file__refused(tmp_path: Path) -> None:
    assert refusal(tmp_path)[0] == "roster.unreadable"


# --- as offices keep them ----------------------------------------------------------------------------------------


def codes(path: Path) -> list[tuple[str, str | None]]:
    return [(agency.code, agency.parent) for agency in read_roster(path)]


def notes(path: Path) -> list[tuple[str, Mapping[str, object]]]:
    return [(note.code, note.facts) for note in read_roster(path).notes]


def merge_cells(path: Path, *ranges: str, sheet: int = 0) -> Path:
    book = openpyxl.load_workbook(path)
    for cells in ranges:
        book.worksheets[sheet].merge_cells(cells)
    book.save(path)
    return path


OFFICE_ROWS: list[list[object]] = [
    ["某区政务公开责任单位名单（2025年）"],
    ["序号", "单 位\n名 称", "单位编码*", "上级", "联络员（手机）"],
    ["一、区直部门"],
    [1, "区政府办公室", 51201, "某区人民政府", "王某"],
    [2, "区教育局", 51202],
    ["二、镇街"],
    [3, "某某镇\n人民政府", "051203", 51201],
    [None, "合计3个单位"],
    ["填表人：李某"],
]


def test_workbook__title_sections_totals_and_merged_parents__only_agencies_are_read(tmp_path: Path) -> None:
    path = merge_cells(workbook(tmp_path, OFFICE_ROWS), "A1:E1", "A3:E3", "D4:D5", "A6:E6")
    assert [(a.code, a.name, a.parent, a.contact) for a in read_roster(path)] == [
        ("51201", "区政府办公室", "某区人民政府", "王某"),
        ("51202", "区教育局", "某区人民政府", None),
        ("051203", "某某镇人民政府", "51201", None),
    ]
    assert notes(path) == []


def test_workbook__section_written_in_the_name_column__told_and_not_an_agency(tmp_path: Path) -> None:
    rows: list[list[object]] = [["单位名称", "单位代码"], ["（一）区直"], ["甲局", "1"], ["注：以上单位均须报送"]]
    path = workbook(tmp_path, rows)
    assert codes(path) == [("1", None)]
    assert [facts["row"] for _, facts in notes(path)] == [2, 4]


def test_workbook__name_without_code__is_no_remark_and_refused(tmp_path: Path) -> None:
    assert refusal(workbook(tmp_path, [["单位名称", "单位代码"], ["甲局", "1"], ["乙局"]]))[0] == "roster.empty_code"


@pytest.mark.parametrize("suffix", ["xlsx", "ods", "xls"])
def test_merged_parent__stands_for_all_its_rows_in_every_format(tmp_path: Path, suffix: str) -> None:
    rows: list[list[object]] = [
        ["代码", "名称", "上级"],
        ["9", "县", None],
        ["1", "甲", "9"],
        ["2", "乙"],
        ["3", "丙"],
        ["4", "丁", "9"],
    ]
    path = merge_cells(workbook(tmp_path, rows), "C3:C5")
    if suffix != "xlsx":
        if office_missing():
            pytest.skip(str(office_missing()))
        path = recalculate(path, tmp_path / "out", suffix)
    assert codes(path) == [("9", None), ("1", "9"), ("2", "9"), ("3", "9"), ("4", "9")]


def test_workbook__agency_merged_over_two_contacts__is_one_agency(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["代码", "名称", "联系人"],
        ["1", "甲", "王某"],
        [None, None, "李某"],
        ["2", "乙", "张某"],
    ]
    path = merge_cells(workbook(tmp_path, rows), "A2:A3", "B2:B3")
    assert [(agency.code, agency.contact) for agency in read_roster(path)] == [("1", "王某"), ("2", "张某")]


def test_workbook__merged_code_of_two_names__refused_as_repeated(tmp_path: Path) -> None:
    path = merge_cells(workbook(tmp_path, [["代码", "名称"], ["1", "甲"], [None, "乙"]]), "A2:A3")
    assert refusal(path) == ("roster.duplicate_code", {"row": 3, "code": "1", "first": 2})


def test_workbook__list_on_another_sheet__found_and_further_lists_told(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["填写说明"], ["代码请按编办文件填写"]])
    book = openpyxl.load_workbook(path)
    for title, code in (("名单", "1"), ("旧名单", "2")):
        for row in (["代码", "名称"], [code, "甲"]):
            (book[title] if title in book.sheetnames else book.create_sheet(title)).append(row)
    book.save(path)
    assert codes(path) == [("1", None)]
    assert notes(path) == [("roster.other_sheets", {"read": "名单", "others": ("旧名单",)})]


def test_workbook__headings_over_two_rows__the_row_with_code_and_name_counts(tmp_path: Path) -> None:
    rows: list[list[object]] = [["序号", "单位", None, "上级"], [None, "名称", "编码", None], [1, "甲", "1", "9"]]
    path = merge_cells(workbook(tmp_path, rows), "A1:A2", "B1:C1", "D1:D2")
    assert codes(path) == [("1", "9")]


def test_workbook__headings_over_two_rows_that_are_not_merged__blank_ones_stand_above(tmp_path: Path) -> None:
    rows: list[list[object]] = [["单位", None, "上级", "联系人"], ["名称", "编码", None, "x"], ["甲", "1", "9", "王"]]
    assert codes(workbook(tmp_path, rows)) == [("1", "9")]


def test_workbook__headings_of_groups_in_the_column_of_codes__skipped_and_told(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, [["代码", "名称"], ["一、区直部门", None], ["1", "甲"], ["（二）乡镇", None], ["2", "乙"]]
    )
    assert codes(path) == [("1", None), ("2", None)]
    assert [facts["text"] for _, facts in notes(path)] == ["一、区直部门", "（二）乡镇"]


def test_workbook__hidden_rows__read_and_told(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["代码", "名称"], ["1", "甲"], ["2", "乙"]])
    book = openpyxl.load_workbook(path)
    book.worksheets[0].row_dimensions[3].hidden = True
    book.save(path)
    assert (codes(path), notes(path)) == (
        [("1", None), ("2", None)],
        [("roster.hidden_rows", {"count": 1, "rows": (3,)})],
    )


def test_workbook__struck_out_and_white_rows__read_and_told(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["代码", "名称"], ["1", "甲"], ["2", "乙"], ["3", "丙"], ["4", "旧丁新丁"]])
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet["B3"].font, sheet["A4"].font = Font(strike=True), Font(color="FFFFFFFF")
    sheet["B5"] = CellRichText(TextBlock(InlineFont(strike=True), "旧丁"), "新丁")
    book.save(path)
    assert [agency.name for agency in read_roster(path)] == ["甲", "乙", "丙", "新丁"]
    assert notes(path) == [
        ("roster.unseen_rows", {"count": 2, "rows": (3, 4)}),
        ("roster.unseen_text", {"count": 1, "rows": (5,)}),
    ]


def test_one_name_with_two_codes__told_if_both_stand_below_one_parent_today(tmp_path: Path) -> None:
    heads = "代码,名称,上级,撤销日期\n"
    assert notes(csv_file(tmp_path, f"{heads}1,甲局,9,\n2,甲 局,9,\n")) == [
        ("roster.same_name", {"agency": "甲局", "count": 2, "members": ("1", "2")})
    ]
    assert notes(csv_file(tmp_path, f"{heads}1,办公室,8,\n2,办公室,9,\n3,乙局,9,2025-03-01\n4,乙局,9,\n")) == []


@pytest.mark.parametrize("character", ["\u200b", "\ufeff", "\u00a0", "\u202d", "\u00ad", "\x7f"])
def test_invisible_characters__told_and_without_effect(tmp_path: Path, character: str) -> None:
    path = workbook(tmp_path, [["代码", "名称"], [f"1{character}", "甲"], ["2", f"{character}乙"]])
    assert [(agency.code, agency.name) for agency in read_roster(path)] == [("1", "甲"), ("2", "乙")]
    assert notes(path) == [("roster.invisible", {"count": 2, "rows": (2, 3)})]


@pytest.mark.parametrize(
    "text", ["sep=,\r\n代码,名称\r\n1,甲\r\n", "sep=;\n代码;名称\n1;甲\n", "名单\n\n代码\t名称\n1\t甲\n"]
)
def test_csv__line_with_its_separator_or_a_title__read(tmp_path: Path, text: str) -> None:
    assert codes(csv_file(tmp_path, text)) == [("1", None)]


def test_parents_and_successors_by_name__are_those_agencies(tmp_path: Path) -> None:
    text = "代码,名称,上级,撤销日期,承继单位\n1,县政府,,,\n2,甲局,县 政府,2025-03-01,乙局\n3,乙局,省厅,,\n"
    roster = read_roster(csv_file(tmp_path, text))
    assert [(agency.parent, agency.successors) for agency in roster] == [(None, ()), ("1", ("3",)), ("省厅", ())]


def test_strict_workbook__read(tmp_path: Path) -> None:
    import zipfile

    path, strict = workbook(tmp_path, [["代码", "名称"], ["1", "甲"]]), tmp_path / "strict.xlsx"
    changes = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/": (
            b"http://purl.oclc.org/ooxml/officeDocument/relationships/"
        ),
    }
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(strict, "w") as target:
        for part in source.namelist():
            data = source.read(part)
            for old, new in changes.items():
                data = data.replace(old, new)
            target.writestr(part, data)
    assert codes(strict) == [("1", None)]


def test_several_problems__told_at_once(tmp_path: Path) -> None:
    text = f"代码,名称,口径\n,甲,\n2,,\n3,丙,全部\n{'4' * 400},丁,\n5,戊,\n5,己,\n6,{'长' * 200},\n"
    with pytest.raises(RosterError) as caught:
        read_roster(csv_file(tmp_path, text))
    said = render_error(caught.value)
    assert (caught.value.code, caught.value.facts["count"]) == ("roster.problems", 6)
    assert all(f"第 {row} 行" in said for row in (2, 3, 4, 5, 7, 8))


def test_console__notes_are_told_beside_the_answer(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["代码", "名称"], ["1\u200b", "甲"]])
    code, _, err = run("template", "--year", 2025, "--roster", path, "-o", tmp_path / "模板")
    assert (code, "看不见的字符" in err) == (0, True)


def test_decisions_given_as_the_roster__said_what_it_is(tmp_path: Path) -> None:
    heads = "文件,SHA-256,单位代码,单位,问题,涉及的数,裁定,计入哪个单位（代码或名称）,理由,裁定人,日期,问题编号,情况"
    (tmp_path / "裁定.csv").write_text(f"裁定表\n\n{heads}\na.xlsx,0a,1,甲镇,,,计入,,,,,,\n", "utf-8")
    with pytest.raises(RosterError) as refused:
        read_roster(tmp_path / "裁定.csv")
    assert refused.value.code == "roster.is_rulings"
    assert "“裁定.csv”不是名册" in render_error(refused.value)


WIDE = "代码，名称，上级代码\n1，甲局，9\n2，乙局，9\n"


@pytest.mark.parametrize("text", [WIDE, WIDE.replace("，", "；"), WIDE.replace("\n2，", "\n2,", 1)])
def test_text_file__separators_of_full_width__read_as_separators(tmp_path: Path, text: str) -> None:
    assert codes(csv_file(tmp_path, text)) == [("1", "9"), ("2", "9")]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("代码,名称,上级代码\n1,甲局,9\n2，乙局，9\n3,丙局,9\n", (3,)),
        ("代码,名称,上级代码\n1,甲局,9\n2,乙局，9\n3,丙局,9\n", (3,)),
        ("代码，名称，上级代码\n1,甲局,9\n2,乙局,9\n3,丙局,9\n", (1,)),
        ("名册，2026年\n代码,名称,上级代码\n1,甲局,9\n2,乙局,9\n3，丙局\n", (5,)),
    ],
)
def test_text_file__some_rows_with_separators_of_full_width__read_and_told(
    tmp_path: Path, text: str, rows: tuple[int, ...]
) -> None:
    path = csv_file(tmp_path, text)
    assert [code for code, _ in codes(path)] == ["1", "2", "3"]
    assert notes(path) == [("roster.wide_separators", {"count": 1, "rows": rows})]


def test_text_file__quoted_name_with_a_full_width_comma__is_one_cell(tmp_path: Path) -> None:
    path = csv_file(tmp_path, '代码,名称,上级代码\n1,甲局,9\n2,"乙局，丙办"\n3,丁局,9\n')
    assert [agency.name for agency in read_roster(path)] == ["甲局", "乙局，丙办", "丁局"]
    assert notes(path) == []


def test_text_file__full_width_comma_in_a_name__is_part_of_it(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "代码,名称,上级代码\n1,甲局,9\n2,乙，丙联合会,9\n")
    assert [agency.name for agency in read_roster(path)] == ["甲局", "乙，丙联合会"]
    assert notes(path) == []


def test_text_file__several_shifted_rows__all_told_at_once(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "代码,名称\n1,甲,x\n2,乙\n3,丙,y\n")
    code, facts = refusal(path)
    assert (code, facts["count"]) == ("roster.problems", 2)
    assert "第 2 行" in str(facts["problems"])
    assert "第 4 行" in str(facts["problems"])


def hide_list(path: Path, *, other: Sequence[Sequence[object]] = ()) -> Path:
    """The roster's sheet hidden, behind a visible one with other rows."""
    book = openpyxl.load_workbook(path)
    book.worksheets[0].sheet_state = "hidden"
    sheet = book.create_sheet("封面")
    for row in other:
        sheet.append(list(row))
    book.active = 1
    book.save(path)
    return path


@pytest.mark.parametrize("other", [[], [["单位名册"], ["2026年1月"]], [["代码", "名称"]]])
def test_workbook__list_on_a_hidden_sheet_only__refused_with_its_name(
    tmp_path: Path, other: Sequence[Sequence[object]]
) -> None:
    path = hide_list(workbook(tmp_path, [["代码", "名称"], ["1", "甲"]]), other=other)
    name = openpyxl.load_workbook(path).worksheets[0].title
    assert refusal(path) == ("roster.hidden_sheet", {"sheets": (name,)})


def test_workbook__hidden_sheet_beside_the_visible_list__is_not_read(tmp_path: Path) -> None:
    path = hide_list(workbook(tmp_path, [["代码", "名称"], ["1", "甲"]]), other=[["代码", "名称"], ["2", "乙"]])
    assert codes(path) == [("2", None)]
