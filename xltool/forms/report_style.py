"""Appearance and wording of a published report: `templates/official-report.toml`, overridden by a district's file."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from xltool.errors import DefinitionError
from xltool.model.form import Form
from xltool.package_data import find_data_folder

PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210.0, 297.0  # A4, millimetres
POINTS_PER_MM = 72 / 25.4  # points in a millimetre

MIN_TEXT_WIDTH_MM = 80.0  # millimetres between the margins: a table of ten columns needs them
TITLE_PLACEHOLDERS = ("agency", "year")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_UNKNOWN_FIELD = re.compile(r"unknown field `([^`]+)`(?: - at `([^`]+)`)?")
_MISSING_FIELD = re.compile(r"missing required field `([^`]+)`(?: - at `([^`]+)`)?")
_ERROR_PLACE = re.compile(r" - at `([^`]+)`")
_KIND_WORDS = {
    "float": "number",
    "str": "text",
    "array": "list",
    "object": "group",
}  # as msgspec calls what it expected

Millimetres = Annotated[float, msgspec.Meta(ge=0, le=120)]
Points = Annotated[float, msgspec.Meta(ge=4, le=96)]
Fonts = Annotated[list[str], msgspec.Meta(min_length=1)]


class PageMargins(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Margins of the A4 page, in millimetres."""

    top: Millimetres
    bottom: Millimetres
    left: Millimetres
    right: Millimetres

    @property
    def text_width(self) -> float:
        """Size between the margins, in points."""
        return (PAGE_WIDTH_MM - self.left - self.right) * POINTS_PER_MM

    @property
    def text_height(self) -> float:
        """Size between the margins, in points."""
        return (PAGE_HEIGHT_MM - self.top - self.bottom) * POINTS_PER_MM

    def measure_text(self, *, landscape: bool) -> tuple[float, float]:
        """Return width and height between the margins, in points; a page in landscape is the page turned."""
        return (self.text_height, self.text_width) if landscape else (self.text_width, self.text_height)

    def list_sides(self, *, landscape: bool) -> tuple[float, float, float, float]:
        """Return the top, right, bottom and left margin, in millimetres, of the page or of the page turned."""
        sides = (self.top, self.right, self.bottom, self.left)
        return (self.left, self.top, self.right, self.bottom) if landscape else sides


class FontFamily(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A font with its substitutes, in order."""

    fonts: Fonts


class FontFace(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A font with its substitutes in order, and its size in points."""

    fonts: Fonts
    size: Points


class TableFont(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The font of tables, from ``smallest`` to ``size`` points; ``figures`` is the alignment of numbers."""

    fonts: Fonts
    size: Points
    smallest: Points
    figures: Literal["left", "center", "right"]


class PageFooter(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The footer of each page; ``{page}`` in its text is the page number."""

    fonts: Fonts
    size: Points
    text: str


class WordOverrides(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Texts that replace those of the form; empty keeps the form's."""

    report_title: str
    opening: str


class ReportStyle(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The content of a style file; ``headings`` by section id, ``sentences`` by table id."""

    line_pitch: Points
    subheading_pattern: str
    title_seams: list[str]
    page: PageMargins
    title: FontFace
    heading: FontFace
    subheading: FontFace
    body: FontFace
    latin: FontFamily
    table: TableFont
    footer: PageFooter
    words: WordOverrides
    headings: dict[str, str]
    sentences: dict[str, str]


def load_report_style(file: Path | None = None) -> ReportStyle:
    """Load the official style, overridden by the keys in ``file``. Raises DefinitionError for unknown keys."""
    settings = tomllib.loads((find_data_folder("templates") / "official-report.toml").read_text("utf-8"))
    if file is not None:
        settings = _merge_settings(settings, _read_style_file(file))
    place = file or Path("official-report.toml")
    try:
        style = msgspec.convert(settings, ReportStyle)
        re.compile(style.subheading_pattern)
    except msgspec.ValidationError as error:
        raise _style_value_error(place, str(error)) from error
    except re.error as error:
        raise _style_error(place, "pattern", "subheading_pattern", str(error)) from error
    _require_consistent(style, place)
    return style


def _require_consistent(style: ReportStyle, file: Path) -> None:
    """Raise DefinitionError for values that are inconsistent with each other."""
    for key, size in (
        ("page.left + page.right", style.page.text_width),
        ("page.top + page.bottom", style.page.text_height),
    ):
        if size < MIN_TEXT_WIDTH_MM * POINTS_PER_MM:
            raise _style_error(file, "no_room", key, f"{MIN_TEXT_WIDTH_MM:g}")
    if style.table.smallest > style.table.size:
        raise _style_error(file, "smallest", "table.smallest", f"{style.table.size:g}")
    for name in _PLACEHOLDER.findall(style.words.report_title):
        if name not in TITLE_PLACEHOLDERS:
            raise _style_error(file, "title_name", "words.report_title", name)


def require_known_parts(style: ReportStyle, form: Form, file: Path | None) -> None:
    """Raise DefinitionError for a section or table named by the style but absent from the form."""
    sections = {section.id for section in form.sections}
    tables = {table.id for table in form.tables if table.sentence}
    for part, names, known in (("headings", style.headings, sections), ("sentences", style.sentences, tables)):
        for name in names:
            if name not in known:
                raise _style_error(
                    file or Path("official-report.toml"), "unknown_part", f"{part}.{name}", *sorted(known)
                )


def _read_style_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise _style_error(file, "not_found", "") from error
    except UnicodeDecodeError as error:
        raise _style_error(file, "not_text", "") from error
    except tomllib.TOMLDecodeError as error:
        raise _style_error(file, "syntax", "", str(error)) from error


def _merge_settings(base: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with the keys of ``changed`` replaced, recursively."""
    merged = dict(base)
    for key, value in changed.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = _merge_settings(base[key], value) if both else value
    return merged


def _style_value_error(file: Path, message: str) -> DefinitionError:
    """Translate a msgspec validation message into a DefinitionError for the author of the style file."""
    error = _explain_msgspec_error(file, message)
    place, key = str(error.facts["place"]).strip("-"), str(error.facts["key"])
    if error.code == "definition.unknown_key":
        return _style_error(file, "unknown_key", f"{place}.{key}".strip("."))
    limit = re.search(r"`float` [<>]= ([0-9.]+)", key)
    kind = re.search(r"Expected `(\w+)`", key)
    problem = "range" if limit else _KIND_WORDS.get(kind[1] if kind else "", "choice")
    return _style_error(file, problem, place, f"{float(limit[1]):g}" if limit else "")


def _style_error(file: Path, problem: str, key: str, *more: str) -> DefinitionError:
    return DefinitionError(f"style.{problem}", file=file.as_posix(), key=key, more=more)


def _explain_msgspec_error(path: Path, message: str) -> DefinitionError:
    """Split a msgspec validation message into problem, place and key."""
    for problem, pattern in (("unknown_key", _UNKNOWN_FIELD), ("missing_key", _MISSING_FIELD)):
        if match := pattern.search(message):
            return DefinitionError(
                f"definition.{problem}", file=path.as_posix(), place=_count_from_one(match[2] or "$"), key=match[1]
            )
    match = _ERROR_PLACE.search(message)
    return DefinitionError(
        "definition.wrong_value",
        file=path.as_posix(),
        place=_count_from_one(match[1] if match else "$"),
        key=_ERROR_PLACE.sub("", message),
    )


def _count_from_one(place: str) -> str:
    """Rewrite ``$.tables[0].labels[3]`` with indices counted from 1."""
    return re.sub(r"\[(\d+)\]", lambda match: f"[{int(match[1]) + 1}]", place).removeprefix("$.").replace("$", "-")
