"""What number formats show, by hand and as LibreOffice shows it."""

from pathlib import Path

import lxml.html
import pytest
import xlsxwriter

from tests.judges import recalculate
from xltool.spreadsheet.number_formats import (
    BUILT_IN_FORMATS,
    is_date_format,
    is_plain_format,
    render_number,
    render_text,
)

SHOWN = [
    ("12", "General", "12"),
    ("1234567.5", "#,##0.00", "1,234,567.50"),
    ("294", "0!.0000", "0.0294"),
    ("294", "0\\.0000", "0.0294"),
    ("12345", "0,", "12"),
    ("12345", "0.0,", "12.3"),
    ("1234567", "0,,.0", "1.2"),
    ("12", 'General"0"', "120"),
    ("12", "0%", "1200%"),
    ("12", "0.", "12."),
    ("7730.28", "0.######", "7730.28"),
    ("5", "00000", "00005"),
    ("294", "000-0000", "000-0294"),
    ("7", ";;;", ""),
    ("0", "#", ""),
    ("0", "0;-0;", ""),
    ("-5", "0;0", "5"),
    ("-5", "0", "-5"),
    ("-5", "0;(0)", "(5)"),
    ("12", "0.00E+00", "1.20E+01"),
    ("12345", "##0.0E+0", "12.3E+3"),
    ("999999", "0.0E+0", "1.0E+6"),
    ("12.5", "# ?/?", "12 1/2"),
    ("12", "# ?/?", "12"),
    ("12.25", "0 ?/8", "12 2/8"),
    ("150", "[>100]0;0.00", "150"),
    ("50", "[>100]0;0.00", "50.00"),
    ("12", '0"件"', "12件"),
    ("0", BUILT_IN_FORMATS[41], "-"),
    ("12", "[$¥-804]#,##0.00", "¥12.00"),
    ("12", "0*0", "120"),
    ("294", '00"."0', "29.4"),
    ("1234", "#\\ ##0", "1 234"),
    ("0.5", ".00", ".50"),
    ("12", "", "12"),
]


@pytest.mark.parametrize(("value", "code", "shown"), SHOWN)
def test_number__shown_as_its_format_says(value: str, code: str, shown: str) -> None:
    assert render_number(value, code).text.strip() == shown


@pytest.mark.parametrize("code", ["0", "General", "#,##0", "0.00", "0.", "0.######", "0_ ", "@", "0;0", ""])
def test_plain__shows_every_whole_number(code: str) -> None:
    assert is_plain_format(code)


@pytest.mark.parametrize(
    "code", ["0,", ";;;", "#", '0"0"', "0%", "00000", '0"件"', "[>100]0;0", "[White]0", "0!.0000", '@"0"', "0" * 2000]
)
def test_not_plain__shows_some_otherwise(code: str) -> None:
    assert not is_plain_format(code)


def test_text__shown_in_the_section_for_texts() -> None:
    assert [render_text("12", code) for code in ("@", "0", '@"0"', ";;;", '0;0;0;"x"', "0;0;0")] == [
        *("12", "12", "120", "", "x", "12"),
    ]


def test_colour_and_dates__recognised() -> None:
    assert (render_number("1", "[White]0").colour, render_number("1", "[Color 2]0").colour) == ("white", "color 2")
    assert (is_date_format("yyyy-mm-dd"), is_date_format('0"d"'), is_date_format("[Red]0")) == (True, False, False)


CODES = [
    *("0", "0.00", "#,##0", "0\\.0000", "0,", "0.0,", "0,,", 'General"0"', "0%", "0.00%", "00000", "000-0000", "#"),
    *("#,##0;-#,##0;", "0;0", "0;(0)", "0;[Red]-0", "0.00E+00", "##0.0E+0", "# ?/?", "# ??/??", "[>100]0;0.00"),
    *('[<100]"x"0;[>=1000]"y"0;"z"0', '0"件"', '0"万元"', BUILT_IN_FORMATS[43], "[$¥-804]#,##0.00", '0.0"."0'),
    *(
        "?0",
        "0_ ",
        "#\\ ##0",
        '00"."0',
        "0;-0;;@",
        ";;;",
        '"约"0',
        "-0",
        "0-",
        ".00",
        "@",
        "0.0;;",
        '0"0"',
        "(0)",
        "+0",
    ),
]
VALUES = ("0", "7", "12", "294", "1234.5", "12345", "1234567", "0.5", "7730.28")


@pytest.mark.office
def test_formats__shown_as_libreoffice_shows_them(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.set_column(0, len(VALUES), 40)
        for row, code in enumerate(CODES):
            for column, value in enumerate(VALUES):
                sheet.write_number(row, column, float(value), book.add_format({"num_format": code}))
    (tmp_path / "out").mkdir()
    page = lxml.html.parse(str(recalculate(tmp_path / "a.xlsx", tmp_path / "out", "html"))).getroot()
    rows: list[list[str]] = [[str(cell.text_content()) for cell in row.findall("td")] for row in page.iter("tr")]
    for code, shown_row in zip(CODES, rows, strict=True):
        for value, shown in zip(VALUES, shown_row, strict=True):
            assert "".join(shown.split()) == "".join(render_number(value, code).text.split()), (code, value)
