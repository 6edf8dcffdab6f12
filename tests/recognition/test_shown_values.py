"""What a cell means to a person who reads it."""

from decimal import Decimal

import pytest

from xltool.model.form import CellKind
from xltool.model.submission import EntryState
from xltool.recognition.shown_values import find_unseen_words, interpret_shown, is_shown_as
from xltool.spreadsheet.cell_look import CellLook, Mark, MarkedText, Run, make_look, select_visible_text
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

YELLOW = "FFF9E3"


def number(
    value: str, code: str = "General", mark: Mark | None = None, colour: str = "", background: str = ""
) -> RawCell:
    return RawCell(StorageType.NUMBER, value, look=make_look(code, mark, colour, background))


def text(*runs: Run, look: CellLook | None = None) -> RawCell:
    return RawCell(StorageType.TEXT, MarkedText(runs), look=look or make_look("0", None, "", YELLOW))


def run(characters: str, mark: Mark | None = None, colour: str = "") -> Run:
    return Run(characters, mark, colour)


READ = [
    (text(run("79", Mark.STRUCK), run("88")), 88, "struck"),
    (text(run("88"), run("79", Mark.STRUCK)), 88, "struck"),
    (text(run("564"), run("1", Mark.RAISED)), 564, "raised"),
    (text(run("564"), run("[1]", Mark.LOWERED)), 564, "raised"),
    (text(run("88"), run("8", Mark.RUBY)), 88, "ruby"),
    (text(run("8"), run("8", colour="FF0000")), 88, "text_number"),
    (text(run("88"), run(" ", Mark.STRUCK)), 88, "text_number"),
    (number("0", "#"), 0, "zero_hidden"),
    (number("0", "0;-0;;@"), 0, "zero_hidden"),
    (number("12", '0"件"'), 12, None),
    (number("12", "[$¥-804]#,##0.00"), 12, None),
    (number("0", "0%"), 0, None),
    (number("12", "General", None, "FFFFFF", "1F4E78"), 12, None),
]


@pytest.mark.parametrize(("cell", "value", "note"), READ)
def test_one_way_to_read_it__a_figure(cell: RawCell, value: int, note: str | None) -> None:
    assert interpret_shown(cell, CellKind.COUNT, 0)[:3] == (EntryState.NUMBER, value, note)


REFUSED = [
    (text(run("2"), run("9", Mark.STRUCK), run("4")), "between", "24"),
    (text(run("29"), run("4567", Mark.RAISED)), "between", "29"),
    (text(run("88", Mark.STRUCK)), "struck_out", ""),
    (text(run("88"), run("9", colour="FFFFFF")), "invisible", "88"),
    (text(run("88"), run("9", Mark.INVISIBLE)), "invisible", "88"),
    (number("294", "0!.0000"), "shown_differs", "0.0294"),
    (number("294", "0,"), "shown_differs", "0"),
    (number("294", ";;;"), "shown_differs", ""),
    (number("294", 'General"0"'), "shown_differs", "2940"),
    (number("294", "0%"), "shown_differs", "29400%"),
    (number("294", '0"万元"'), "shown_differs", "294万元"),
    (number("294", '"约"0'), "shown_differs", "约294"),
    (number("294", "0", Mark.STRUCK), "struck_out", ""),
    (number("294", "0", None, YELLOW, YELLOW), "invisible", ""),
    (number("294", "[White]0"), "invisible", ""),
    (RawCell(StorageType.TEXT, "12", look=make_look('@"0"', None, "", "")), "shown_differs", "120"),
]


@pytest.mark.parametrize(("cell", "note", "shown"), REFUSED)
def test_shown_otherwise_than_stored__refused_with_both(cell: RawCell, note: str, shown: str) -> None:
    assert interpret_shown(cell, CellKind.COUNT, 0) == (EntryState.UNREADABLE, None, note, shown)


def test_blank_that_is_struck_out__still_stands_between_two_numbers() -> None:
    cell = text(run("8"), run(" ", Mark.STRUCK), run("8"))
    assert interpret_shown(cell, CellKind.COUNT, 0)[:2] == (EntryState.UNREADABLE, None)


def test_unit_of_the_form__may_be_added_by_a_format() -> None:
    cell = number("12.5", '0.00"万元"')
    assert interpret_shown(cell, CellKind.AMOUNT, 6, "万元").value == Decimal("12.5")
    assert interpret_shown(cell, CellKind.AMOUNT, 6, "元").note == "shown_differs"


@pytest.mark.parametrize(
    ("code", "unit", "shown"),
    [('0.00"元"', "万元", "12.50元"), ('0.00"万元"', "元", "12.50万元"), ('0.0"个"', "件", "12.5个")],
)
def test_another_unit_than_the_printed_one__refused_with_what_is_shown(code: str, unit: str, shown: str) -> None:
    meaning = interpret_shown(number("12.5", code), CellKind.AMOUNT, 6, unit)
    assert (meaning.note, meaning.shown) == ("shown_differs", shown)
    assert interpret_shown(number("12.5", f"¥{code[:4]}"), CellKind.AMOUNT, 6, unit).value == Decimal("12.5")


def test_zero__the_same_in_every_unit() -> None:
    assert interpret_shown(number("0", '0.00"元"'), CellKind.AMOUNT, 6, "万元").value == 0


def test_crossed_out_cell__unreadable_whatever_it_holds() -> None:
    look = make_look("0", None, "", YELLOW, Mark.CROSSED)
    for stored in (StorageType.NUMBER, StorageType.TEXT):
        cell = RawCell(stored, "294", look=look)
        assert interpret_shown(cell, CellKind.COUNT, 0) == (EntryState.UNREADABLE, None, "struck_out", "")
        assert find_unseen_words(cell) == (EntryState.UNREADABLE, None, "struck_out", "")


def test_rounded_amount__refused_with_both() -> None:
    meaning = interpret_shown(number("3.4", "0"), CellKind.AMOUNT, 6)
    assert (meaning.note, meaning.shown) == ("shown_differs", "3")
    assert interpret_shown(number("7730.2799999999997", "0.######"), CellKind.AMOUNT, 6).value == Decimal("7730.28")


@pytest.mark.parametrize(
    ("shown", "value", "agrees"),
    [
        ("1,234", "1234", True),
        ("12 1/2", "12.5", True),
        ("1.20E+01", "12", True),
        ("(5)", "-5", True),
        ("-¥5.00", "-5", True),
        ("¥ 5件", "5", True),
        ("-", "0", True),
        ("-", "5", False),
        ("无", "0", True),
        ("无", "5", False),
        ("12,34", "1234", False),
        ("约12", "12", False),
    ],
)
def test_shown_text__agrees_with_a_number(shown: str, value: str, agrees: bool) -> None:
    assert is_shown_as(shown, Decimal(value)) is agrees


def test_prose__without_what_is_struck_out() -> None:
    cell = text(run("甲镇", Mark.STRUCK), run("乙镇"), run("2", Mark.RAISED))
    assert select_visible_text(cell.text, cell.look) == "乙镇2"


def test_marked_text__equal_only_with_the_same_runs() -> None:
    marked = MarkedText([run("7", Mark.STRUCK), run("8")])
    assert marked == MarkedText([run("7", Mark.STRUCK), run("8")])
    assert marked not in ("78", MarkedText([run("78", Mark.STRUCK)]))
    assert str(marked) == "78"
    assert type(str(marked)) is str


@pytest.mark.parametrize("value", ["1E-99999999", "1E99999999", "NaN", "sNaN", "Infinity"])
@pytest.mark.parametrize("code", ["#,##0", "0.00", "General", "# ?/?", "0,"])
def test_number__no_program_can_hold__is_unreadable_at_once(value: str, code: str) -> None:
    assert interpret_shown(number(value, code), CellKind.COUNT, 0).state is EntryState.UNREADABLE
    assert interpret_shown(number(value, code), CellKind.AMOUNT, 2).state is EntryState.UNREADABLE


def test_text__with_an_exponent_no_program_can_hold__is_another_number() -> None:
    assert is_shown_as("1E-99999999", Decimal(12)) is False
    assert is_shown_as("1.2E1", Decimal(12)) is True
