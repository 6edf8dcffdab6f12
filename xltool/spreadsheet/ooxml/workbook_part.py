"""How the parts of a workbook hang together: content types, relationships, the list of sheets, names and properties."""

import posixpath
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.package import Package, fold
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.xml_parser import RELATION_ID, Element, collect, is_true
from xltool.spreadsheet.part_cache import Reader
from xltool.spreadsheet.refusals import Damage, Excess, FileKind, damaged, not_workbook, over_limit

CONTENT_TYPES = "[Content_Types].xml"
_STATES = frozenset({"visible", "hidden", "veryHidden"})
_SHEET_KINDS = frozenset({"worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})
_MACRO_KINDS = frozenset({"xlMacrosheet", "xlIntlMacrosheet"})
# What the main part of a package is, by a word of its content type; in the order to look.
_MAIN_KINDS: tuple[tuple[str, str | FileKind], ...] = (
    ("sheet.binary", "xlsb"),
    ("wordprocessingml", FileKind.TEXT_DOCUMENT),
    ("presentationml", FileKind.PRESENTATION),
    ("ms-word", FileKind.TEXT_DOCUMENT),
    ("ms-powerpoint", FileKind.PRESENTATION),
    ("macroenabled", "xlsm"),
    ("spreadsheetml", "xlsx"),
)
_SHEET, _NAME, _LOCK = "sheets/sheet", "definedNames/definedName", "workbookProtection"
_VALUES = frozenset({"lpwstr", "lpstr", "bstr", "i1", "i2", "i4", "i8", "int", "ui1", "ui2", "ui4", "ui8", "uint"})
_MORE_VALUES = frozenset({"r4", "r8", "decimal", "bool", "date", "filetime"})


class Relation(NamedTuple):
    """One relationship: the last word of its type, and the part it leads to ("" if it leads outside)."""

    kind: str
    target: str


class MainPart(NamedTuple):
    """The workbook part of a package, the kind of container it makes (xlsx, xlsm, xlsb), and its siblings."""

    container: str
    part: str
    roots: Mapping[str, Relation]


class SheetPart(NamedTuple):
    """One sheet as the workbook lists it; ``kind`` is worksheet, chartsheet and so on."""

    name: str
    state: str
    kind: str
    part: str


class Outline(NamedTuple):
    """A workbook without its cells."""

    container: str
    sheets: tuple[SheetPart, ...]
    names: Mapping[str, str]
    structure_protected: bool
    macros: bool
    strings: str | None
    styles: str | None
    properties: Mapping[str, str]
    program: str


def main_part(package: Package) -> MainPart:
    """The workbook part, and what kind of workbook it is. Raises if it is missing, or no workbook."""
    roots = _relations(package, "")
    workbook = _target(roots, "officeDocument")
    if not workbook or workbook not in package:
        raise damaged(workbook or "_rels/.rels", Damage.MISSING_PART)
    overrides, defaults = _content_types(package)
    stated = overrides.get(fold(workbook)) or defaults.get(fold(workbook).rpartition(".")[2], "")
    kind = next((kind for word, kind in _MAIN_KINDS if word in stated.casefold()), None)
    if isinstance(kind, FileKind):
        raise not_workbook(kind)
    if kind is None or (kind == "xlsb") != workbook.casefold().endswith(".bin"):
        raise damaged(CONTENT_TYPES, Damage.CONTENT_TYPE)
    return MainPart(kind, workbook, roots)


def read_outline(package: Package, main: MainPart) -> Outline:
    """Follow the relationships from the root. Raises for whatever is missing, external or of another kind."""
    workbook, roots = main.part, main.roots
    relations = _relations(package, workbook)
    listing = _listing(package.part(workbook))
    sheets = _sheets(listing.sheets, relations, workbook, package)
    return Outline(
        container=main.container,
        sheets=sheets,
        names=listing.names,
        structure_protected=listing.locked,
        macros=any(sheet.kind in _MACRO_KINDS for sheet in sheets) or _has_macros(package),
        strings=_present(_target(relations, "sharedStrings"), package),
        styles=_present(_target(relations, "styles"), package),
        properties=_properties(package, _target(roots, "custom-properties")),
        program=_program(package, _target(roots, "extended-properties")),
    )


class _Listing(NamedTuple):
    """What the workbook part itself says: its sheets as written, its names, whether it locks its structure."""

    sheets: tuple[Mapping[str, str], ...]
    names: Mapping[str, str]
    locked: bool


def _read_listing(part: Part) -> _Listing:
    wanted = frozenset({_SHEET, _NAME, _LOCK})
    elements = collect(part, frozenset({"workbook"}), wanted, frozenset({_NAME}))
    locks = [element.attributes.get("lockStructure") for element in elements if element.path == _LOCK]
    sheets = tuple(element.attributes for element in elements if element.path == _SHEET)
    return _Listing(sheets, _names(elements, part.name), any(map(is_true, locks)))


_listing = Reader(_read_listing)


def _has_macros(package: Package) -> bool:
    return any(fold(name).endswith("vbaproject.bin") for name in package.names())


def _content_types(package: Package) -> tuple[dict[str, str], dict[str, str]]:
    """Content types by folded part name, and by folded extension where a part has none of its own."""
    return _types(package.part(CONTENT_TYPES))


def _read_types(part: Part) -> tuple[dict[str, str], dict[str, str]]:
    paths = frozenset({"types:Default", "types:Override"})
    overrides: dict[str, str] = {}
    defaults: dict[str, str] = {}
    for element in collect(part, frozenset({"types:Types"}), paths):
        attributes = element.attributes
        stated = attributes.get("ContentType", "")
        if element.path == "types:Override":
            overrides[fold(attributes.get("PartName", "")).lstrip("/")] = stated
        else:
            defaults[fold(attributes.get("Extension", ""))] = stated
    return overrides, defaults


_types = Reader(_read_types)


def _relations(package: Package, source: str) -> dict[str, Relation]:
    """The relationships of one part by id; of the package itself for an empty name."""
    folder, name = posixpath.split(source)
    part = posixpath.join(folder, "_rels", f"{name}.rels")
    if part not in package:
        if source:
            return {}
        raise damaged(part, Damage.MISSING_PART)
    relations: dict[str, Relation] = {}
    for element in _related(package.part(part)):
        attributes = element.attributes
        external = attributes.get("TargetMode", "Internal") != "Internal"
        target = "" if external else _resolved(attributes.get("Target", ""), folder)
        if relations.setdefault(attributes.get("Id", ""), made := _relation(attributes, target)) is not made:
            raise damaged(part, Damage.RELATIONSHIP)
    return relations


_related = Reader(lambda part: collect(part, frozenset({"rels:Relationships"}), frozenset({"rels:Relationship"})))


def _relation(attributes: Mapping[str, str], target: str) -> Relation:
    kind = attributes.get("Type", "").rpartition("/")[2]
    return Relation(_STRICT_KINDS.get(kind, kind), target)


_STRICT_KINDS = {"customProperties": "custom-properties", "extendedProperties": "extended-properties"}


@lru_cache(maxsize=1024)
def _resolved(target: str, folder: str) -> str:
    """The part a relationship's target names, relative to ``folder`` or absolute; "" where it leads outside."""
    path = unquote(target.replace("\\", "/").partition("#")[0])
    names: list[str] = [] if path.startswith("/") else folder.split("/")
    for name in path.split("/"):
        if name == ".." and not names:
            return ""
        if name == "..":
            names.pop()
        elif name not in ("", "."):
            names.append(name)
    return "/".join(filter(None, names))


def _sheets(
    listed: Sequence[Mapping[str, str]], relations: Mapping[str, Relation], workbook: str, package: Package
) -> tuple[SheetPart, ...]:
    sheets: list[SheetPart] = []
    for attributes in listed:
        identifier = next((attributes[key] for key in RELATION_ID if key in attributes), None)
        relation = relations.get(identifier or "")
        if relation is None or relation.kind not in _SHEET_KINDS or not relation.target:
            raise damaged(workbook, Damage.RELATIONSHIP)
        if relation.target not in package:
            raise damaged(relation.target, Damage.MISSING_PART)
        state = attributes.get("state", "visible")
        if state not in _STATES:
            raise damaged(workbook, Damage.SHEET_STATE)
        sheets.append(SheetPart(attributes.get("name", ""), state, relation.kind, relation.target))
    if not sheets:
        raise damaged(workbook, Damage.NO_SHEETS)
    if len(sheets) > limits.SHEETS:
        raise over_limit(workbook, Excess.SHEETS, limits.SHEETS)
    for twice in ([sheet.name.casefold() for sheet in sheets], [fold(sheet.part) for sheet in sheets]):
        if len(set(twice)) != len(twice):
            raise damaged(workbook, Damage.SHEET_TWICE)
    return tuple(sheets)


def _names(elements: list[Element], workbook: str) -> dict[str, str]:
    """Defined names of the whole workbook; those of one sheet only are left to that sheet."""
    named = [each for each in elements if each.path == _NAME]
    if len(named) > limits.NAMES:
        raise over_limit(workbook, Excess.NAMES, limits.NAMES)
    names: dict[str, str] = {}
    folded: dict[str, str] = {}
    for element in named:
        if "localSheetId" in element.attributes:
            continue
        name = element.attributes.get("name", "")
        if folded.setdefault(name.casefold(), element.text) != element.text:
            raise damaged(workbook, Damage.NAME_TWICE, name)
        names[name] = element.text
    return names


def _present(part: str | None, package: Package) -> str | None:
    if part is not None and part not in package:
        raise damaged(part, Damage.MISSING_PART)
    return part


def _target(relations: Mapping[str, Relation], kind: str) -> str | None:
    return next((each.target for each in relations.values() if each.kind == kind), None)


def _properties(package: Package, part: str | None) -> Mapping[str, str]:
    return _stated(package.part(part)) if part and part in package else {}


def _read_properties(part: Part) -> dict[str, str]:
    values = frozenset(f"custom:property/vt:{kind}" for kind in _VALUES | _MORE_VALUES)
    wanted = frozenset({"custom:property", *values})
    properties: dict[str, str] = {}
    name = ""
    for element in collect(part, frozenset({"custom:Properties"}), wanted, values):
        if element.path == "custom:property":
            name = element.attributes.get("name", "")
        elif name in properties:
            raise damaged(part.name, Damage.PROPERTY_TWICE)
        else:
            properties[name] = element.text
    return properties


_stated = Reader(_read_properties)


def _program(package: Package, part: str | None) -> str:
    return _saved_by(package.part(part)) if part and part in package else ""


def _read_program(part: Part) -> str:
    wanted = ("app:Application", "app:AppVersion")
    found = collect(part, frozenset({"app:Properties"}), frozenset(wanted), frozenset(wanted))
    texts = {element.path: element.text.strip() for element in found}
    return " ".join(texts[path] for path in wanted if texts.get(path))


_saved_by = Reader(_read_program)
