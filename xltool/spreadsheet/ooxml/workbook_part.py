"""The structure of a workbook: content types, relationships, list of sheets, defined names, document properties."""

import posixpath
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.package import Package, fold_part_name
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.xml_parser import RELATION_ID_NAMES, XmlElement, collect_elements, is_true
from xltool.spreadsheet.part_cache import CachedReader
from xltool.spreadsheet.refusals import DamageKind, FileKind, LimitKind, damaged_workbook, exceeded_limit, foreign_file

CONTENT_TYPES = "[Content_Types].xml"
_SHEET_STATES = frozenset({"visible", "hidden", "veryHidden"})
_SHEET_KINDS = frozenset({"worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})
_MACRO_KINDS = frozenset({"xlMacrosheet", "xlIntlMacrosheet"})
# The kind of a package by a word in the content type of its main part; the first match counts.
_MAIN_KINDS: tuple[tuple[str, str | FileKind], ...] = (
    ("sheet.binary", "xlsb"),
    ("wordprocessingml", FileKind.TEXT_DOCUMENT),
    ("presentationml", FileKind.PRESENTATION),
    ("ms-word", FileKind.TEXT_DOCUMENT),
    ("ms-powerpoint", FileKind.PRESENTATION),
    ("macroenabled", "xlsm"),
    ("spreadsheetml", "xlsx"),
)
_SHEET_PATH, _NAME_PATH, _LOCK_PATH = "sheets/sheet", "definedNames/definedName", "workbookProtection"
_TEXT_AND_INTEGER_TYPES = frozenset(
    {"lpwstr", "lpstr", "bstr", "i1", "i2", "i4", "i8", "int", "ui1", "ui2", "ui4", "ui8", "uint"}
)
_OTHER_VALUE_TYPES = frozenset({"r4", "r8", "decimal", "bool", "date", "filetime"})


class PartRelation(NamedTuple):
    """One relationship: the last word of its type, and its target part ("" if external)."""

    kind: str
    target: str


class MainPart(NamedTuple):
    """The workbook part of a package, the file type (xlsx, xlsm, xlsb), and the package's relationships."""

    container: str
    part: str
    roots: Mapping[str, PartRelation]


class SheetPart(NamedTuple):
    """One sheet as listed by the workbook; ``kind`` is worksheet, chartsheet and so on."""

    name: str
    state: str
    kind: str
    part: str


class WorkbookOutline(NamedTuple):
    """A workbook without its cells."""

    container: str
    sheets: tuple[SheetPart, ...]
    names: Mapping[str, str]
    structure_protected: bool
    macros: bool
    strings: str | None
    styles: str | None
    theme: str | None
    properties: Mapping[str, str]
    program: str


def find_main_part(package: Package) -> MainPart:
    """Find the workbook part and the file type. Raises UnreadableFileError if it is missing, or no workbook."""
    roots = read_relations(package, "")
    workbook = _find_target(roots, "officeDocument")
    if not workbook or workbook not in package:
        raise damaged_workbook(workbook or "_rels/.rels", DamageKind.MISSING_PART)
    overrides, defaults = _find_content_types(package)
    stated = overrides.get(fold_part_name(workbook)) or defaults.get(fold_part_name(workbook).rpartition(".")[2], "")
    kind = next((kind for word, kind in _MAIN_KINDS if word in stated.casefold()), None)
    if isinstance(kind, FileKind):
        raise foreign_file(kind)
    if kind is None or (kind == "xlsb") != workbook.casefold().endswith(".bin"):
        raise damaged_workbook(CONTENT_TYPES, DamageKind.CONTENT_TYPE)
    return MainPart(kind, workbook, roots)


def read_outline(package: Package, main: MainPart) -> WorkbookOutline:
    """Follow the relationships from the root. Raises UnreadableFileError for a missing, external or wrong target."""
    workbook, roots = main.part, main.roots
    relations = read_relations(package, workbook)
    listing = _read_listing_cached(package.open_part(workbook))
    sheets = _list_sheets(listing.sheets, relations, workbook, package)
    return WorkbookOutline(
        container=main.container,
        sheets=sheets,
        names=listing.names,
        structure_protected=listing.locked,
        macros=any(sheet.kind in _MACRO_KINDS for sheet in sheets) or _has_macros(package),
        strings=_require_part(_find_target(relations, "sharedStrings"), package),
        styles=_require_part(_find_target(relations, "styles"), package),
        theme=find_theme(relations, package),
        properties=_find_properties(package, _find_target(roots, "custom-properties")),
        program=_find_program(package, _find_target(roots, "extended-properties")),
    )


class _WorkbookListing(NamedTuple):
    """Content of the workbook part: sheets as written, defined names, whether the structure is locked."""

    sheets: tuple[Mapping[str, str], ...]
    names: Mapping[str, str]
    locked: bool


def _read_listing(part: Part) -> _WorkbookListing:
    wanted = frozenset({_SHEET_PATH, _NAME_PATH, _LOCK_PATH})
    elements = collect_elements(part, frozenset({"workbook"}), wanted, frozenset({_NAME_PATH}))
    locks = [element.attributes.get("lockStructure") for element in elements if element.path == _LOCK_PATH]
    sheets = tuple(element.attributes for element in elements if element.path == _SHEET_PATH)
    return _WorkbookListing(sheets, _read_defined_names(elements, part.name), any(map(is_true, locks)))


_read_listing_cached = CachedReader(_read_listing)


def _has_macros(package: Package) -> bool:
    return any(fold_part_name(name).endswith("vbaproject.bin") for name in package.list_names())


def _find_content_types(package: Package) -> tuple[dict[str, str], dict[str, str]]:
    """Return content types by folded part name, and defaults by folded extension."""
    return _read_content_types_cached(package.open_part(CONTENT_TYPES))


def _read_content_types(part: Part) -> tuple[dict[str, str], dict[str, str]]:
    paths = frozenset({"types:Default", "types:Override"})
    overrides: dict[str, str] = {}
    defaults: dict[str, str] = {}
    for element in collect_elements(part, frozenset({"types:Types"}), paths):
        attributes = element.attributes
        stated = attributes.get("ContentType", "")
        if element.path == "types:Override":
            overrides[fold_part_name(attributes.get("PartName", "")).lstrip("/")] = stated
        else:
            defaults[fold_part_name(attributes.get("Extension", ""))] = stated
    return overrides, defaults


_read_content_types_cached = CachedReader(_read_content_types)


def read_relations(package: Package, source: str) -> dict[str, PartRelation]:
    """Return the relationships of one part by id; of the package for an empty name."""
    folder, name = posixpath.split(source)
    part = posixpath.join(folder, "_rels", f"{name}.rels")
    if part not in package:
        if source:
            return {}
        raise damaged_workbook(part, DamageKind.MISSING_PART)
    relations: dict[str, PartRelation] = {}
    for element in _read_relationships_cached(package.open_part(part)):
        attributes = element.attributes
        external = attributes.get("TargetMode", "Internal") != "Internal"
        target = "" if external else _resolve_target(attributes.get("Target", ""), folder)
        relation = _make_relation(attributes, target)
        if relations.setdefault(attributes.get("Id", ""), relation) is not relation:
            raise damaged_workbook(part, DamageKind.RELATIONSHIP)
    return relations


_read_relationships_cached = CachedReader(
    lambda part: collect_elements(part, frozenset({"rels:Relationships"}), frozenset({"rels:Relationship"}))
)


def _make_relation(attributes: Mapping[str, str], target: str) -> PartRelation:
    kind = attributes.get("Type", "").rpartition("/")[2]
    return PartRelation(_STRICT_KINDS.get(kind, kind), target)


_STRICT_KINDS = {"customProperties": "custom-properties", "extendedProperties": "extended-properties"}


@lru_cache(maxsize=1024)
def _resolve_target(target: str, folder: str) -> str:
    """Resolve a relationship's target relative to ``folder``; "" if it is outside the package."""
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


def _list_sheets(
    listed: Sequence[Mapping[str, str]], relations: Mapping[str, PartRelation], workbook: str, package: Package
) -> tuple[SheetPart, ...]:
    sheets: list[SheetPart] = []
    for attributes in listed:
        identifier = next((attributes[key] for key in RELATION_ID_NAMES if key in attributes), None)
        relation = relations.get(identifier or "")
        if relation is None or relation.kind not in _SHEET_KINDS or not relation.target:
            raise damaged_workbook(workbook, DamageKind.RELATIONSHIP)
        if relation.target not in package:
            raise damaged_workbook(relation.target, DamageKind.MISSING_PART)
        state = attributes.get("state", "visible")
        if state not in _SHEET_STATES:
            raise damaged_workbook(workbook, DamageKind.SHEET_STATE)
        sheets.append(SheetPart(attributes.get("name", ""), state, relation.kind, relation.target))
    if not sheets:
        raise damaged_workbook(workbook, DamageKind.NO_SHEETS)
    if len(sheets) > limits.MAX_SHEETS:
        raise exceeded_limit(workbook, LimitKind.SHEETS, limits.MAX_SHEETS)
    for twice in ([sheet.name.casefold() for sheet in sheets], [fold_part_name(sheet.part) for sheet in sheets]):
        if len(set(twice)) != len(twice):
            raise damaged_workbook(workbook, DamageKind.SHEET_TWICE)
    return tuple(sheets)


def _read_defined_names(elements: list[XmlElement], workbook: str) -> dict[str, str]:
    """Return the defined names with workbook scope; names with sheet scope are ignored."""
    named = [element for element in elements if element.path == _NAME_PATH]
    if len(named) > limits.MAX_NAMES:
        raise exceeded_limit(workbook, LimitKind.NAMES, limits.MAX_NAMES)
    names: dict[str, str] = {}
    folded: dict[str, str] = {}
    for element in named:
        if "localSheetId" in element.attributes:
            continue
        name = element.attributes.get("name", "")
        if folded.setdefault(name.casefold(), element.text) != element.text:
            raise damaged_workbook(workbook, DamageKind.NAME_TWICE, name)
        names[name] = element.text
    return names


def _require_part(part: str | None, package: Package) -> str | None:
    if part is not None and part not in package:
        raise damaged_workbook(part, DamageKind.MISSING_PART)
    return part


def _find_target(relations: Mapping[str, PartRelation], kind: str) -> str | None:
    return next((relation.target for relation in relations.values() if relation.kind == kind), None)


def find_theme(relations: Mapping[str, PartRelation], package: Package) -> str | None:
    """Return the name of the part with the theme of a workbook; None if there is none."""
    theme = _find_target(relations, "theme")
    return theme if theme and theme in package else None


def _find_properties(package: Package, part: str | None) -> Mapping[str, str]:
    return _read_properties_cached(package.open_part(part)) if part and part in package else {}


def _read_properties(part: Part) -> dict[str, str]:
    values = frozenset(f"custom:property/vt:{kind}" for kind in _TEXT_AND_INTEGER_TYPES | _OTHER_VALUE_TYPES)
    wanted = frozenset({"custom:property", *values})
    properties: dict[str, str] = {}
    name = ""
    for element in collect_elements(part, frozenset({"custom:Properties"}), wanted, values):
        if element.path == "custom:property":
            name = element.attributes.get("name", "")
        elif name in properties:
            raise damaged_workbook(part.name, DamageKind.PROPERTY_TWICE)
        else:
            properties[name] = element.text
    return properties


_read_properties_cached = CachedReader(_read_properties)


def _find_program(package: Package, part: str | None) -> str:
    return _read_program_cached(package.open_part(part)) if part and part in package else ""


def _read_program(part: Part) -> str:
    wanted = ("app:Application", "app:AppVersion")
    elements = collect_elements(part, frozenset({"app:Properties"}), frozenset(wanted), frozenset(wanted))
    texts = {element.path: element.text.strip() for element in elements}
    return " ".join(texts[path] for path in wanted if texts.get(path))


_read_program_cached = CachedReader(_read_program)
