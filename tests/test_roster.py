"""A roster, as offices keep it, becomes agencies; what contradicts itself is refused with its row."""

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from xltool.errors import RosterError
from xltool.messages.catalogue import render_error
from xltool.model.agency import Agency, Scope
from xltool.roster import read_roster

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


def test_parent_not_on_the_roster__stands_above_it(tmp_path: Path) -> None:
    roster = read_roster(csv_file(tmp_path, "code,name,parent\n1,甲,900\n2,乙,1\n3,丙,\n"))
    assert [agency.parent for agency in roster] == ["900", "1", None]


REFUSED = [
    (
        "name,备注\n甲,\n",
        "roster.no_column",
        {"row": 1, "accepted": ("代码", "单位代码", "机构代码", "统一社会信用代码", "code")},
    ),
    ("code\n1\n", "roster.no_column", {"row": 1, "accepted": ("名称", "单位名称", "单位", "机构名称", "name")}),
    ("\ncode,name,代码\n1,甲,1\n", "roster.column_twice", {"row": 2, "headings": ("code", "代码")}),
    ("code,name\n1,甲\n\n,乙\n", "roster.empty_code", {"row": 4}),
    ("code,name\n1,　\n", "roster.empty_name", {"row": 2}),
    ("code,name\n1,甲\n2,乙\n1,丙\n", "roster.duplicate_code", {"row": 4, "code": "1", "first": 2}),
    ("code,name\n1.10112E+17,甲\n", "roster.rounded_code", {"row": 2, "code": "1.10112E+17"}),
    ("code,name,口径\n1,甲,全部\n", "roster.unknown_word", {"row": 2, "word": "全部", "accepted": ("本机关", "汇总")}),
    ("code,name,规章制定权\n1,甲,待定\n", "roster.unknown_word", {"row": 2, "word": "待定", "accepted": ("是", "否")}),
    ("code,name\n1,甲,乙\n", "roster.extra_field", {"row": 2, "expected": 2, "found": 3}),
    ("code,name,parent\n9,庚,1\n1,甲,2\n2,乙,3\n3,丙,1\n", "roster.loop", {"row": 3, "codes": ("1", "2", "3")}),
    ("code,name,parent\n1,甲,1\n", "roster.loop", {"row": 2, "codes": ("1",)}),
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
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "roster.old_workbook", {}),
        (b"PK\x03\x04 and no more", "roster.unreadable", {"reason": "BadZipFile"}),
    ],
)
def test_file_that_is_no_roster__refused(tmp_path: Path, content: bytes, code: str, facts: dict[str, object]) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    assert refusal(path) == (code, facts)


def test_no_such_file__named_with_its_whole_path(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "roster.csv"
    with pytest.raises(RosterError) as caught:
        read_roster(path)
    assert (caught.value.code, dict(caught.value.facts)) == ("roster.not_found", {"file": str(path)})


def test_folder_instead_of_a_file__refused(tmp_path: Path) -> None:
    assert refusal(tmp_path)[0] == "roster.unreadable"
