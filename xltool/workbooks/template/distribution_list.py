"""File names of templates, valid on every system, and the distribution list (下发清单) of issued templates."""

import re
import unicodedata
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from xltool.forms.plan_sheets import text_height
from xltool.forms.workbook_words import workbook_words
from xltool.model.agency import Agency
from xltool.model.form import Box, Form
from xltool.workbooks.template.page_setup import A4_PAPER_CODE, MAX_ROW_HEIGHT_POINTS
from xltool.workbooks.template.styles import template_styles
from xltool.workbooks.xlsxwriter_adapter import CellContent, FileLink, SheetWriter, create_workbook

_COLUMNS = ("number", "code", "name", "level", "contact", "template", "serial", "returned", "remark")
_FIRST_ROW = 3
_STYLES = {"number": ("centred",), "template": ("linked", "text")}
_WIDTHS_CHARACTERS = (6, 16, 34, 10, 14, 60, 20, 14, 20)
_MAX_BYTES = {"code": 48, "agency": 117, "form": 60}  # bytes; file systems allow 255 for the whole name
_FORBIDDEN = re.compile(r'[<>:"/\\|?*#%]')  # the last two break links to the file
_INVISIBLE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)


def template_file_name(form: Form, agency: Agency, year: int) -> str:
    """Return the file name of an agency's template, unique by agency code."""
    code = clean_file_name(agency.code, _MAX_BYTES["code"])
    if code != agency.code:
        whole = agency.code.encode(errors="surrogatepass")
        code += f"-{sha256(whole).hexdigest()[:6]}"
    name = (
        workbook_words()
        .distribution["template_file"]
        .format(
            code=code,
            agency=clean_file_name(agency.name, _MAX_BYTES["agency"]),
            year=year,
            form=clean_file_name(form.title, _MAX_BYTES["form"]),
        )
    )
    return f"_{name}" if _RESERVED.fullmatch(name.partition(".")[0].strip()) else name


def clean_file_name(text: str, max_bytes: int) -> str:
    """Clean a text for a file name: no forbidden or invisible characters, at most ``longest`` bytes of UTF-8."""
    visible = "".join(
        " " if unicodedata.category(character) in _INVISIBLE_CATEGORIES else character for character in text
    )
    plain = _FORBIDDEN.sub("_", " ".join(visible.split())).lstrip("~. ")
    return plain.encode()[:max_bytes].decode(errors="ignore").rstrip(". ")


def distribution_file_name(form: Form, year: int) -> str:
    """Return the file name of the distribution list."""
    return workbook_words().distribution["file"].format(year=year, form=form.title)


def write_distribution_list(
    form: Form, year: int, rows: Sequence[tuple[Agency, str, str]], path: Path, *, force: bool = False
) -> None:
    """Write the list of issued templates: agency, file (in the same folder) and serial of each.

    Raises WritingError; UsageError if ``path`` exists (unless ``force``).
    """
    say = workbook_words().distribution
    title = say["title"].format(year=year, form=form.title)
    with create_workbook(path, template_styles(), font=workbook_words().look["body_font"], force=force) as book:
        sheet = book.add_sheet(say["sheet"])
        sheet.write_box(Box(1, 1, 1, len(_COLUMNS)), title, "title")
        sheet.set_row(0, 34)
        for column, (key, width) in enumerate(zip(_COLUMNS, _WIDTHS_CHARACTERS, strict=True), start=1):
            sheet.write_box(Box(2, column), say[key], "caption")
            sheet.set_column(column - 1, column - 1, width)
        for row, (agency, file, serial) in enumerate(rows, start=_FIRST_ROW):
            _write_agency_row(sheet, row, agency, file, serial)
        sheet.set_row(1, 24)
        sheet.autofilter(_FIRST_ROW - 2, 0, _FIRST_ROW - 2 + len(rows), len(_COLUMNS) - 1)
        sheet.freeze_panes(2, 0)
        sheet.repeat_rows(1)
        sheet.set_paper(A4_PAPER_CODE)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&C{workbook_words().look['footer']}")
        book.set_document_properties(title, {})


def _write_agency_row(sheet: SheetWriter, row: int, agency: Agency, file: str, serial: str) -> None:
    contents: dict[str, CellContent] = {
        "number": row - _FIRST_ROW + 1,
        "code": agency.code,
        "name": agency.name,
        "level": agency.level,
        "contact": agency.contact,
        "template": FileLink(file, file),
        "serial": serial,
    }
    for column, key in enumerate(_COLUMNS, start=1):
        sheet.write_box(Box(row, column), contents.get(key) or None, *_STYLES.get(key, ("listed", "text")))
    needed = (text_height(agency.name, _WIDTHS_CHARACTERS[2] - 2), text_height(file, _WIDTHS_CHARACTERS[5] - 2))
    sheet.set_row(row - 1, min(max(needed), MAX_ROW_HEIGHT_POINTS))
