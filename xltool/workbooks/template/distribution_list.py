"""File names of templates, valid on every system, and the distribution list (下发清单) of issued templates."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from xltool.forms.identity import OwnList
from xltool.forms.period_words import fill_period
from xltool.forms.workbook_words import workbook_words
from xltool.model.agency import Agency
from xltool.model.form import Form
from xltool.workbooks.list_workbook import ListColumn, write_list_workbook
from xltool.workbooks.xlsxwriter_adapter import CellContent, FileLink

_COLUMNS = (
    ListColumn("number", 6, ("centred",)),
    ListColumn("code", 16),
    ListColumn("name", 34),
    ListColumn("level", 10),
    ListColumn("contact", 14),
    ListColumn("phone", 15),
    ListColumn("template", 60, ("linked", "text")),
    ListColumn("serial", 20),
    ListColumn("returned", 14),
    ListColumn("remark", 20),
)
_MAX_BYTES = {"code": 48, "agency": 117, "form": 60}  # bytes; file systems allow 255 for the whole name
_FORBIDDEN = re.compile(r'[<>:"/\\|?*#%]')  # the last two break links to the file
_INVISIBLE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)


def template_file_name(form: Form, agency: Agency, year: int) -> str:
    """Return the file name of an agency's template, unique by agency code."""
    pattern = workbook_words().distribution["template_file"]
    return agency_file_name(pattern, agency, year, form=clean_file_name(form.title, _MAX_BYTES["form"]))


def agency_file_name(pattern: str, agency: Agency, year: int, **names: str) -> str:
    """Return the file name of a workbook of an agency by a pattern with ``{code}``, ``{agency}`` and ``{year}``."""
    code = clean_file_name(agency.code, _MAX_BYTES["code"])
    if code != agency.code:
        whole = agency.code.encode(errors="surrogatepass")
        code += f"-{sha256(whole).hexdigest()[:6]}"
    name = fill_period(pattern, year, code=code, agency=clean_file_name(agency.name, _MAX_BYTES["agency"]), **names)
    return f"_{name}" if _RESERVED.fullmatch(name.partition(".")[0].strip()) else name


def clean_file_name(text: str, max_bytes: int) -> str:
    """Clean a text for a file name: no forbidden or invisible characters, at most ``max_bytes`` bytes of UTF-8."""
    visible = "".join(
        " " if unicodedata.category(character) in _INVISIBLE_CATEGORIES else character for character in text
    )
    plain = _FORBIDDEN.sub("_", " ".join(visible.split())).lstrip("~. ")
    return plain.encode()[:max_bytes].decode(errors="ignore").rstrip(". ")


def distribution_file_name(form: Form, year: int) -> str:
    """Return the file name of the distribution list."""
    return fill_period(workbook_words().distribution["file"], year, form=form.title)


def write_distribution_list(
    form: Form, year: int, agency_rows: Sequence[tuple[Agency, str, str]], path: Path, *, force: bool = False
) -> None:
    """Write the list of issued templates: agency, file (in the same folder) and serial of each.

    Raises WritingError; UsageError if ``path`` exists (unless ``force``).
    """
    say = workbook_words().distribution
    write_issued_list(say, fill_period(say["title"], year, form=form.title), agency_rows, path, force=force)


def write_issued_list(
    words_by_key: Mapping[str, str],
    title: str,
    agency_rows: Sequence[tuple[Agency, str, str]],
    path: Path,
    *,
    force: bool = False,
) -> None:
    """Write the list of issued workbooks of any kind; otherwise as `write_distribution_list`."""
    listed = [_list_template(agency, file, serial) for agency, file, serial in agency_rows]
    write_list_workbook(path, OwnList.DISTRIBUTION, _COLUMNS, listed, words_by_key, title=title, force=force)


def _list_template(agency: Agency, file: str, serial: str) -> Mapping[str, CellContent]:
    return {
        "code": agency.code,
        "name": agency.name,
        "level": agency.level,
        "contact": agency.contact,
        "phone": agency.phone,
        "template": FileLink(file, file),
        "serial": serial,
    }
