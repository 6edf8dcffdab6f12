"""How a published report looks and is worded: `templates/official-report.toml`, and a district's own file."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from xltool.data import data_folder
from xltool.errors import DefinitionError
from xltool.forms.definitions import refusal
from xltool.model import Form

WIDTH, HEIGHT = 210.0, 297.0  # A4, millimetres
MM = 72 / 25.4  # points in a millimetre

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
        found = refusal(place, str(error))
        raise _wrong(place, str(found.facts["place"]), str(found.facts["key"]), found.code) from error
    except re.error as error:
        raise _wrong(place, "subheading_pattern", str(error)) from error
    return style


def must_fit(style: Style, form: Form, file: Path | None) -> None:
    """Raises DefinitionError for a section or a table that the style names and the form does not have."""
    sections = {section.id for section in form.sections}
    said = {table.id for table in form.tables if table.sentence}
    for part, names, known in (("headings", style.headings, sections), ("sentences", style.sentences, said)):
        for name in names:
            if name not in known:
                raise _wrong(file or Path("official-report.toml"), part, name)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(file, file.name, str(error), "syntax") from error


def _over(base: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with everything ``said`` names in its place, part by part."""
    merged = dict(base)
    for key, value in said.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = _over(base[key], value) if both else value
    return merged


def _wrong(file: Path, place: str, key: str, problem: str = "wrong_value") -> DefinitionError:
    return DefinitionError(f"style.{problem.rpartition('.')[2]}", file=file.as_posix(), place=place, key=key)
