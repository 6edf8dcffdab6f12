"""How a published report looks and is worded: `templates/official-report.toml`, and a district's own file."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from xltool.errors import DefinitionError
from xltool.forms.definitions import refusal
from xltool.model.form import Form
from xltool.package_data import data_folder

WIDTH, HEIGHT = 210.0, 297.0  # A4, millimetres
MM = 72 / 25.4  # points in a millimetre

LEAST_TEXT = 80.0  # millimetres between the margins: a table of ten columns needs them
TITLE_NAMES = ("agency", "year")
_NAMES = re.compile(r"\{([^{}]*)\}")
_KINDS = {"float": "number", "str": "text", "array": "list", "object": "group"}  # as msgspec calls what it expected

Millimetres = Annotated[float, msgspec.Meta(ge=0, le=120)]
Points = Annotated[float, msgspec.Meta(ge=4, le=96)]
Fonts = Annotated[list[str], msgspec.Meta(min_length=1)]


class Page(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Margins of the A4 page, in millimetres."""

    top: Millimetres
    bottom: Millimetres
    left: Millimetres
    right: Millimetres

    @property
    def text_width(self) -> float:
        """Between the margins, in points."""
        return (WIDTH - self.left - self.right) * MM

    @property
    def text_height(self) -> float:
        """Between the margins, in points."""
        return (HEIGHT - self.top - self.bottom) * MM


class Family(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A font, and what stands in for it, in order."""

    fonts: Fonts


class Face(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A font with those that stand in for it, and its size in points."""

    fonts: Fonts
    size: Points


class TableFace(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The type of tables: at most ``size`` points and at least ``smallest``; ``figures`` is how numbers are aligned."""

    fonts: Fonts
    size: Points
    smallest: Points
    figures: Literal["left", "center", "right"]


class Footer(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The foot of each page; ``{page}`` in its text is the page's number."""

    fonts: Fonts
    size: Points
    text: str


class Words(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Words in place of those of the form; empty keeps the form's."""

    report_title: str
    opening: str


class Style(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Everything a style file may say; ``headings`` by section id, ``sentences`` by table id."""

    line_pitch: Points
    subheading_pattern: str
    title_seams: list[str]
    page: Page
    title: Face
    heading: Face
    subheading: Face
    body: Face
    latin: Family
    table: TableFace
    footer: Footer
    words: Words
    headings: dict[str, str]
    sentences: dict[str, str]


def load_style(file: Path | None = None) -> Style:
    """The official style, changed by what ``file`` names. Raises DefinitionError for what is not known."""
    said = tomllib.loads((data_folder("templates") / "official-report.toml").read_text("utf-8"))
    if file is not None:
        said = _over(said, _read(file))
    place = file or Path("official-report.toml")
    try:
        style = msgspec.convert(said, Style)
        re.compile(style.subheading_pattern)
    except msgspec.ValidationError as error:
        raise _refused(place, str(error)) from error
    except re.error as error:
        raise _wrong(place, "pattern", "subheading_pattern", str(error)) from error
    _must_agree(style, place)
    return style


def _must_agree(style: Style, file: Path) -> None:
    """Raises DefinitionError for values that are possible each by itself, and not together."""
    for key, room in (
        ("page.left + page.right", style.page.text_width),
        ("page.top + page.bottom", style.page.text_height),
    ):
        if room < LEAST_TEXT * MM:
            raise _wrong(file, "no_room", key, f"{LEAST_TEXT:g}")
    if style.table.smallest > style.table.size:
        raise _wrong(file, "smallest", "table.smallest", f"{style.table.size:g}")
    for name in _NAMES.findall(style.words.report_title):
        if name not in TITLE_NAMES:
            raise _wrong(file, "title_name", "words.report_title", name)


def must_fit(style: Style, form: Form, file: Path | None) -> None:
    """Raises DefinitionError for a section or a table that the style names and the form does not have."""
    sections = {section.id for section in form.sections}
    said = {table.id for table in form.tables if table.sentence}
    for part, names, known in (("headings", style.headings, sections), ("sentences", style.sentences, said)):
        for name in names:
            if name not in known:
                raise _wrong(file or Path("official-report.toml"), "unknown_part", f"{part}.{name}", *sorted(known))


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise _wrong(file, "not_found", "") from error
    except UnicodeDecodeError as error:
        raise _wrong(file, "not_text", "") from error
    except tomllib.TOMLDecodeError as error:
        raise _wrong(file, "syntax", "", str(error)) from error


def _over(base: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with everything ``said`` names in its place, part by part."""
    merged = dict(base)
    for key, value in said.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = _over(base[key], value) if both else value
    return merged


def _refused(file: Path, message: str) -> DefinitionError:
    """What msgspec says of a value, in the terms of whoever wrote the file."""
    found = refusal(file, message)
    place, key = str(found.facts["place"]).strip("-"), str(found.facts["key"])
    if found.code == "definition.unknown_key":
        return _wrong(file, "unknown_key", f"{place}.{key}".strip("."))
    limit = re.search(r"`float` [<>]= ([0-9.]+)", key)
    kind = re.search(r"Expected `(\w+)`", key)
    problem = "range" if limit else _KINDS.get(kind[1] if kind else "", "choice")
    return _wrong(file, problem, place, f"{float(limit[1]):g}" if limit else "")


def _wrong(file: Path, problem: str, key: str, *more: str) -> DefinitionError:
    return DefinitionError(f"style.{problem}", file=file.as_posix(), key=key, more=more)
