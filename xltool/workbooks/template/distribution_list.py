"""What was handed out to whom: names of files that every system accepts, and the distribution list (下发清单)."""

import re
import unicodedata
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from xltool.forms.furniture import words
from xltool.forms.sheets import height_of
from xltool.model.agency import Agency
from xltool.model.form import Box, Form
from xltool.workbooks.template.page_setup import A4, TALLEST
from xltool.workbooks.template.styles import styles
from xltool.workbooks.xlsxwriter_adapter import Content, FileLink, Sheet, new_workbook

_COLUMNS = ("number", "code", "name", "level", "contact", "template", "serial", "returned", "remark")
_FIRST_ROW = 3
_STYLES = {"number": ("centred",), "template": ("linked", "text")}
_WIDTHS = (6, 16, 34, 10, 14, 60, 20, 14, 20)
_LONGEST = {"code": 48, "agency": 117, "form": 60}  # bytes; file systems allow 255 for the whole name
_FORBIDDEN = re.compile(r'[<>:"/\\|?*#%]')  # the last two would break a link to the file
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)


def template_name(form: Form, agency: Agency, year: int) -> str:
    """The file name of an agency's template. Agencies of different codes never get the same name."""
    code = file_name(agency.code, _LONGEST["code"])
    if code != agency.code:
        whole = agency.code.encode(errors="surrogatepass")
        code += f"-{sha256(whole).hexdigest()[:6]}"
    name = (
        words()
        .distribution["template_file"]
        .format(
            code=code,
            agency=file_name(agency.name, _LONGEST["agency"]),
            year=year,
            form=file_name(form.title, _LONGEST["form"]),
        )
    )
    return f"_{name}" if _RESERVED.fullmatch(name.partition(".")[0].strip()) else name


def file_name(text: str, longest: int) -> str:
    """A text as part of a file name: no sign a file system or a link forbids, none unseen, not too many bytes."""
    seen = "".join(" " if unicodedata.category(sign) in _UNSEEN else sign for sign in text)
    plain = _FORBIDDEN.sub("_", " ".join(seen.split())).lstrip("~. ")
    return plain.encode()[:longest].decode(errors="ignore").rstrip(". ")


def distribution_name(form: Form, year: int) -> str:
    """The file name of the distribution list."""
    return words().distribution["file"].format(year=year, form=form.title)


def write_distribution_list(
    form: Form, year: int, rows: Sequence[tuple[Agency, str, str]], path: Path, *, force: bool = False
) -> None:
    """Write the list of templates handed out: agency, file (in the same folder) and serial of each.

    Raises WritingError; UsageError if ``path`` exists (unless ``force``).
    """
    say = words().distribution
    title = say["title"].format(year=year, form=form.title)
    with new_workbook(path, styles(), font=words().look["body_font"], force=force) as book:
        sheet = book.sheet(say["sheet"])
        sheet.put(Box(1, 1, 1, len(_COLUMNS)), title, "title")
        sheet.set_row(0, 34)
        for column, (key, width) in enumerate(zip(_COLUMNS, _WIDTHS, strict=True), start=1):
            sheet.put(Box(2, column), say[key], "caption")
            sheet.set_column(column - 1, column - 1, width)
        for row, (agency, file, serial) in enumerate(rows, start=_FIRST_ROW):
            _write_row(sheet, row, agency, file, serial)
        sheet.set_row(1, 24)
        sheet.autofilter(_FIRST_ROW - 2, 0, _FIRST_ROW - 2 + len(rows), len(_COLUMNS) - 1)
        sheet.freeze_panes(2, 0)
        sheet.repeat_rows(1)
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&C{words().look['footer']}")
        book.describe(title, {})


def _write_row(sheet: Sheet, row: int, agency: Agency, file: str, serial: str) -> None:
    held: dict[str, Content] = {
        "number": row - _FIRST_ROW + 1,
        "code": agency.code,
        "name": agency.name,
        "level": agency.level,
        "contact": agency.contact,
        "template": FileLink(file, file),
        "serial": serial,
    }
    for column, key in enumerate(_COLUMNS, start=1):
        sheet.put(Box(row, column), held.get(key) or None, *_STYLES.get(key, ("listed", "text")))
    needed = (height_of(agency.name, _WIDTHS[2] - 2), height_of(file, _WIDTHS[5] - 2))
    sheet.set_row(row - 1, min(max(needed), TALLEST))
