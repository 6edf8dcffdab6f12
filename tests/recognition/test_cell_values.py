"""What a cell means: each way of writing a figure has one meaning, and whatever is normalised is told."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltool.model.form import CellKind, Number
from xltool.model.submission import EntryState
from xltool.recognition.cell_values import Meaning, interpret_cell
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

NUMBER, BLANK, NOT_APPLICABLE, UNREADABLE = (
    EntryState.NUMBER,
    EntryState.BLANK,
    EntryState.NOT_APPLICABLE,
    EntryState.UNREADABLE,
)


def typed(text: str, kind: CellKind = CellKind.COUNT) -> Meaning:
    return interpret_cell(RawCell(StorageType.TEXT, text), kind, 6)


def stored(text: str, kind: CellKind = CellKind.COUNT, decimals: int = 6) -> Meaning:
    return interpret_cell(RawCell(StorageType.NUMBER, text), kind, decimals)


@pytest.mark.parametrize(
    ("text", "value", "note"),
    [
        ("12", 12, "text_number"),
        ("0", 0, "text_number"),
        ("00012", 12, "text_number"),
        ("+12", 12, "text_number"),
        ("3.0", 3, "text_number"),
        ("3.", 3, "text_number"),
        ("-0", 0, "negative_zero"),
        (" 12", 12, "spaces"),
        ("12\u00a0", 12, "spaces"),
        ("\u300012\u3000", 12, "spaces"),
        ("\t12\r\n", 12, "spaces"),
        ("\u200b12\ufeff", 12, "spaces"),
        ("'12", 12, "apostrophe"),
        ("\u201812", 12, "apostrophe"),
        ("1,234", 1234, "separators"),
        ("1,234,567", 1234567, "separators"),
        ("1 234 567", 1234567, "separators"),
        ("1\u00a0234", 1234, "separators"),
        ("１２", 12, "full_width"),
        ("１，２３４", 1234, "full_width"),
        (" １２ ", 12, "full_width"),
        ("＋１２", 12, "full_width"),
        ("零", 0, "chinese_numeral"),
        ("〇", 0, "chinese_numeral"),
        ("一", 1, "chinese_numeral"),
        ("两", 2, "chinese_numeral"),
        ("十", 10, "chinese_numeral"),
        ("十二", 12, "chinese_numeral"),
        ("一十二", 12, "chinese_numeral"),
        ("二十一", 21, "chinese_numeral"),
        ("贰拾壹", 21, "chinese_numeral"),
        ("二〇二五", 2025, "chinese_numeral"),
        ("一百零五", 105, "chinese_numeral"),
        ("两百一十", 210, "chinese_numeral"),
        ("三千零五十", 3050, "chinese_numeral"),
        ("一万零五百", 10500, "chinese_numeral"),
        ("十二万三千四百五十六", 123456, "chinese_numeral"),
        ("一亿零一", 100000001, "chinese_numeral"),
    ],
)
def test_text_that_is_plainly_a_number__read_and_told(text: str, value: int, note: str) -> None:
    assert typed(text) == (NUMBER, value, note)
    assert typed(text, CellKind.AMOUNT) == (NUMBER, Decimal(value), note)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("12件", "unit_in_cell"),
        ("12 件", "unit_in_cell"),
        ("2792220.8元", "unit_in_cell"),
        ("279.22万元", "unit_in_cell"),
        ("3万", "unit_in_cell"),
        ("5%", "unit_in_cell"),
        ("５％", "unit_in_cell"),
        ("¥5", "unit_in_cell"),
        ("￥1,234.50", "unit_in_cell"),
        ("二十一件", "unit_in_cell"),
        ("22（其中修订 16 件）", "remark"),
        ("约12", "remark"),
        ("12至15", "remark"),
        ("见附件", "remark"),
        ("未增未减", "remark"),
        ("2024年", "remark"),
        ("一百五", "remark"),
        ("三万五", "remark"),
        ("十五六", "remark"),
        ("百", "remark"),
        ("①", "remark"),
        ("12-15", "not_number"),
        ("12~15", "not_number"),
        ("12/15", "not_number"),
        ("2024-01-02", "not_number"),
        ("12,34", "not_number"),
        ("1,2345", "not_number"),
        ("1.234,5", "not_number"),
        ("1,234 567", "not_number"),
        ("1.2.3", "not_number"),
        ("--12", "not_number"),
        ("(12)", "not_number"),
        ("1e3", "not_number"),
        ("1_000", "not_number"),
        ("0x1F", "not_number"),
        ("nan", "not_number"),
        ("INF", "not_number"),
        ("TRUE", "not_number"),
        ("None", "not_number"),
        ("=1+1", "not_number"),
        ("#REF!", "not_number"),
        ("1\u200b2", "not_number"),
        ("1 2", "not_number"),
        ("\u0661\u0662", "not_number"),
        ("\u0967\u0968", "not_number"),
        ("1234567890123456", "too_large"),
        ("9" * 5000, "too_large"),
        ("-1", "negative"),
        ("-１", "negative"),
        ("1.5", "fraction"),
        (".5", "fraction"),
    ],
)
def test_text_that_is_not_plainly_a_number__never_guessed(text: str, note: str) -> None:
    assert typed(text) == (UNREADABLE, None, note)


@pytest.mark.parametrize(
    "text",
    [
        "/",
        "／",
        "\\",
        "-",
        "－",
        "--",
        "—",
        "——",
        "–",
        "―",
        "−",
        "─",
        "不适用",
        "不適用",
        "N/A",
        "n/a",
        "无",
        " 无 ",
        "無",
    ],
)
def test_signs_of_not_applicable(text: str) -> None:
    assert typed(text) == (NOT_APPLICABLE, None, "not_applicable")


@pytest.mark.parametrize("text", [" ", "\u3000", "\u00a0", "\n", "\t \r\n", "\u200b"])
def test_white_space__blank_and_told(text: str) -> None:
    assert typed(text) == (BLANK, None, "whitespace_only")


def test_nothing__blank() -> None:
    assert interpret_cell(None, CellKind.COUNT, 0) == typed("") == (BLANK, None, None)


@pytest.mark.parametrize(
    ("text", "kind", "meaning"),
    [
        ("12", CellKind.COUNT, (NUMBER, 12, None)),
        ("12.0", CellKind.COUNT, (NUMBER, 12, None)),
        ("1.2E1", CellKind.COUNT, (NUMBER, 12, None)),
        (" 12 ", CellKind.COUNT, (NUMBER, 12, None)),
        ("2.9999999999999996", CellKind.COUNT, (NUMBER, 3, None)),
        ("999999999999999", CellKind.COUNT, (NUMBER, 999999999999999, None)),
        ("-0", CellKind.COUNT, (NUMBER, 0, "negative_zero")),
        ("-0.0", CellKind.AMOUNT, (NUMBER, Decimal(0), "negative_zero")),
        ("-3", CellKind.SIGNED_COUNT, (NUMBER, -3, None)),
        ("-3", CellKind.COUNT, (UNREADABLE, None, "negative")),
        ("-3.5", CellKind.AMOUNT, (NUMBER, Decimal("-3.5"), None)),
        ("1.5", CellKind.COUNT, (UNREADABLE, None, "fraction")),
        ("1.5", CellKind.SIGNED_COUNT, (UNREADABLE, None, "fraction")),
        ("7730.2799999999997", CellKind.AMOUNT, (NUMBER, Decimal("7730.28"), None)),
        ("0.30000000000000004", CellKind.AMOUNT, (NUMBER, Decimal("0.3"), None)),
        ("1.0000000000000001E-5", CellKind.AMOUNT, (NUMBER, Decimal("0.00001"), None)),
        ("100", CellKind.AMOUNT, (NUMBER, Decimal(100), None)),
        ("0.1234567", CellKind.AMOUNT, (UNREADABLE, None, "too_many_decimals")),
        ("0.333333333333333", CellKind.AMOUNT, (UNREADABLE, None, "too_many_decimals")),
        ("1000000000000000", CellKind.COUNT, (UNREADABLE, None, "too_large")),
        ("1e308", CellKind.COUNT, (UNREADABLE, None, "too_large")),
        ("1e309", CellKind.AMOUNT, (UNREADABLE, None, "too_large")),
        ("9" * 400, CellKind.COUNT, (UNREADABLE, None, "too_large")),
        ("1E99999", CellKind.COUNT, (UNREADABLE, None, "not_number")),
        ("1e-400", CellKind.COUNT, (UNREADABLE, None, "fraction")),
        ("NaN", CellKind.COUNT, (UNREADABLE, None, "not_number")),
        ("INF", CellKind.AMOUNT, (UNREADABLE, None, "not_number")),
        ("1_000", CellKind.COUNT, (UNREADABLE, None, "not_number")),
        ("１２", CellKind.COUNT, (UNREADABLE, None, "not_number")),
        ("", CellKind.COUNT, (UNREADABLE, None, "not_number")),
    ],
)
def test_stored_number__exact_or_refused(
    text: str, kind: CellKind, meaning: tuple[EntryState, Number | None, str | None]
) -> None:
    assert stored(text, kind) == meaning


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        (RawCell(StorageType.BOOLEAN, "1"), (UNREADABLE, None, "boolean")),
        (RawCell(StorageType.ERROR, "#REF!"), (UNREADABLE, None, "error_value")),
        (RawCell(StorageType.DATE, "45000"), (UNREADABLE, None, "date")),
        (RawCell(StorageType.EMPTY, "", "SUM(A1:A2)"), (UNREADABLE, None, "not_calculated")),
        (RawCell(StorageType.TEXT, "", 'IF(A1="","",A1)'), (BLANK, None, None)),
        (RawCell(StorageType.EMPTY, ""), (BLANK, None, None)),
    ],
)
def test_other_contents(cell: RawCell, meaning: tuple[EntryState, Number | None, str | None]) -> None:
    assert interpret_cell(cell, CellKind.COUNT, 0) == meaning


def test_types__int_for_counts_and_decimal_for_amounts() -> None:
    kinds = (CellKind.COUNT, CellKind.SIGNED_COUNT, CellKind.AMOUNT)  # other kinds: test_kind_values
    assert [type(stored("12", kind).value) for kind in kinds] == [int, int, Decimal]
    assert [type(typed("1.0", kind).value) for kind in kinds] == [int, int, Decimal]
    assert str(stored("1E2", CellKind.AMOUNT).value) == "100"


def chinese(number: int) -> str:
    """How a number below 10,000 is said, made another way than the reader does."""
    said = "".join(
        f"{'零一二三四五六七八九'[int(digit)]}{unit if digit != '0' else ''}"
        for digit, unit in zip(str(number), ("千", "百", "十", "")[-len(str(number)) :], strict=True)
    )
    while "零零" in said:
        said = said.replace("零零", "零")
    return said.rstrip("零") or "零"


@given(st.integers(0, 9_999))
def test_chinese_numerals__every_number_as_it_is_said(number: int) -> None:
    assert typed(chinese(number)) == (NUMBER, number, "chinese_numeral")


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_whole_numbers__come_back(number: int) -> None:
    assert stored(str(number), CellKind.SIGNED_COUNT)[:2] == (NUMBER, number)
    assert typed(f"{number:,}", CellKind.SIGNED_COUNT)[:2] == (NUMBER, number)
    assert stored(repr(float(number)), CellKind.SIGNED_COUNT)[:2] == (NUMBER, number)


@given(st.decimals(min_value=-(10**8), max_value=10**8, places=6))
def test_amounts__come_back_through_a_binary_float(amount: Decimal) -> None:
    assert stored(format(float(amount), ".17g"), CellKind.AMOUNT)[:2] == (NUMBER, amount)
    assert typed(f"{amount:f}", CellKind.AMOUNT)[:2] == (NUMBER, amount)


@given(st.text(max_size=40), st.sampled_from(StorageType), st.sampled_from(CellKind), st.integers(0, 6))
def test_anything__has_a_meaning(text: str, kind_of_cell: StorageType, kind: CellKind, decimals: int) -> None:
    state, value, note = interpret_cell(RawCell(kind_of_cell, text), kind, decimals)
    assert (value is None) == (state is not NUMBER)
    assert state in {NUMBER, BLANK} or note is not None
    assert kind is not CellKind.COUNT or value is None or value >= 0


@given(st.text(alphabet="0123456789０１２,，. \u00a0\u3000-＋+'一二十百万零件元（）eE_", max_size=12))
def test_what_looks_like_a_number__is_one_or_is_told(text: str) -> None:
    state, value, note = typed(text, CellKind.AMOUNT)
    if state is NUMBER:
        assert note is not None
        assert value is not None
        assert typed(str(value), CellKind.AMOUNT).value == value


GUIDE = Path(__file__).resolve().parents[2] / "docs" / "zh" / "guide.md"
SAID = {"未填": BLANK, "不适用": NOT_APPLICABLE, "数": NUMBER, "认不出": UNREADABLE}


def in_the_guide() -> list[tuple[str, EntryState]]:
    """Every way of writing in the table of the guide, and what it says it counts as."""
    rows = (line.split("|")[1:3] for line in GUIDE.read_text("utf-8").splitlines() if line.startswith("|"))
    told = [(written, SAID[says.strip()]) for written, says in rows if says.strip() in SAID]
    return [(text, state) for written, state in told for text in re.findall("`([^`]+)`", written)]


@pytest.mark.parametrize(("text", "state"), in_the_guide())
def test_guide__what_it_says_of_a_way_of_writing__is_so(text: str, state: EntryState) -> None:
    assert typed(text).state is state
    assert state is BLANK or typed(text).note, "nothing that was changed or refused goes untold"


def test_guide__tells_every_state() -> None:
    assert {state for _, state in in_the_guide()} == set(EntryState)
