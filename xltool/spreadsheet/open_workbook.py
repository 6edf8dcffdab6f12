"""Open a workbook file of any supported type in one guarded pass.

`open_workbook` never relies on an extension, a stated size, a ``dimension`` or a ``count``. It raises
UnreadableFileError for a file that must be sent again and ForeignFileError for a file that is not a workbook at all,
each with a stable code; a workbook that it returns was read completely.
"""

from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.file_type import ZIP_SIGNATURE, ReadableType, detect_file_type, is_ods_package
from xltool.spreadsheet.load_file import FileSource, LoadedFile, load_file
from xltool.spreadsheet.name_stories import explain_by_name
from xltool.spreadsheet.ooxml.cell_scanner import SharedParts
from xltool.spreadsheet.ooxml.cell_styles import StyleSheet, read_styles
from xltool.spreadsheet.ooxml.comments import has_comments, read_comments
from xltool.spreadsheet.ooxml.drawings import has_drawings, read_shapes
from xltool.spreadsheet.ooxml.package import Package, fold_part_name
from xltool.spreadsheet.ooxml.part import ReadingBudget
from xltool.spreadsheet.ooxml.shared_strings import read_shared_strings
from xltool.spreadsheet.ooxml.theme_colours import read_theme_colours
from xltool.spreadsheet.ooxml.workbook_part import SheetPart, WorkbookOutline, find_main_part, read_outline
from xltool.spreadsheet.ooxml.worksheet import read_worksheet
from xltool.spreadsheet.ooxml.xml_parser import refuse_doctype
from xltool.spreadsheet.opendocument import CONTENT, SETTINGS, STYLES, hides_zeros, read_opendocument
from xltool.spreadsheet.part_cache import CachedReader
from xltool.spreadsheet.raw_workbook import RawSheet, RawWorkbook
from xltool.spreadsheet.refusals import DamageKind, FileKind, damaged_workbook, foreign_file
from xltool.spreadsheet.saved_date import read_compound_date, read_package_date
from xltool.spreadsheet.values_only import decrypt_workbook, read_binary_sheets
from xltool.spreadsheet.workbook_colours import DEFAULT_COLOURS

_REFUSED_TYPES = {
    ReadableType.COMPANY_ENCRYPTED: "file.company_encrypted",
    ReadableType.RIGHTS_PROTECTED: "file.rights_protected",
}
_DEFAULT_PASSWORD = "VelvetSweatshop"  # [MS-XLS] 2.4.117: Excel tries it without a prompt
_NO_STYLES = StyleSheet()
_ROOT_BYTES = 4096  # enough for what stands before the root element of most parts
_XML_ENDINGS = (".xml", ".rels", ".vml")


class SkipRule(NamedTuple):
    """Which sheets of an .xlsx stay unread: ``list_skipped`` names them, given the sheet called ``first_sheet``."""

    first_sheet: str
    list_skipped: Callable[[RawSheet], Container[str]]


def open_workbook(
    path: FileSource,
    password: str | None = None,
    max_bytes: int = limits.MAX_FILE_BYTES,
    skip_rule: SkipRule | None = None,
) -> RawWorkbook:
    """Read a workbook; numbers keep their stored text.

    ``password`` is tried if the file is encrypted; sheets that ``skip_rule`` names are left empty.

    Raises UnreadableFileError for a file that cannot or must not be read, ForeignFileError for a file of another kind;
    both have ``file`` among their facts.
    """
    with name_in_refusals(path.name):
        return _read_workbook(load_file(path, max_bytes), password, skip_rule)


def open_named_sheets(path: FileSource, sheet_names: Container[str], password: str | None = None) -> RawWorkbook:
    """Read only the named sheets of an .xlsx, whatever their size; of other formats all sheets."""
    with name_in_refusals(path.name):
        file = load_file(path)
        if detect_file_type(file.data) is ReadableType.ENCRYPTED:
            file = _remove_password(file, password)
        package = (
            Package(file.data, ReadingBudget(limits.MAX_LISTED_CELLS)) if file.data.startswith(ZIP_SIGNATURE) else None
        )
        main = find_main_part(package) if package and not is_ods_package(package) else None
        if package is None or main is None or main.container != "xlsx":
            return _read_workbook(file, password, None)
        outline = read_outline(package, main)
        return _read_ooxml(
            file, package, outline._replace(sheets=tuple(s for s in outline.sheets if s.name in sheet_names))
        )


def open_loaded_file(file: LoadedFile, password: str | None = None, skip_rule: SkipRule | None = None) -> RawWorkbook:
    """Read a workbook from a loaded file, such as a member of an archive."""
    with name_in_refusals(file.name):
        return _read_workbook(file, password, skip_rule)


@contextmanager
def name_in_refusals(name: str) -> Iterator[None]:
    """Add the file name to every refusal raised inside; a refusal of the whole file gets it as its part, too."""
    try:
        yield
    except (UnreadableFileError, ForeignFileError) as raised:
        refusal = explain_by_name(name, raised)
        facts = {"file": make_printable(name), **refusal.facts}
        if "part" in facts:
            facts["part"] = make_printable(str(facts["part"] or name))
        raise type(refusal)(refusal.code, **facts) from None


def make_printable(text: str) -> str:
    """Return text that is safe to show: control characters and lone surrogates become escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def _read_workbook(file: LoadedFile, password: str | None, skip_rule: SkipRule | None) -> RawWorkbook:
    kind = detect_file_type(file.data)
    if kind is None:
        raise damaged_workbook("", DamageKind.NOT_A_ZIP)
    if isinstance(kind, FileKind):
        raise foreign_file(kind)
    if kind in _REFUSED_TYPES:
        raise UnreadableFileError(_REFUSED_TYPES[kind])
    if kind in (ReadableType.ENCRYPTED, ReadableType.ENCRYPTED_XLS):
        file = _remove_password(file, password)
    if kind in (ReadableType.XLS, ReadableType.ENCRYPTED_XLS):
        return _read_values(file, "xls", read_compound_date(file.data))
    if not file.data.startswith(ZIP_SIGNATURE):
        raise damaged_workbook("", DamageKind.NOT_A_ZIP)
    package = Package(file.data)
    if is_ods_package(package):
        styles = package.read_pieces(STYLES) if STYLES in package else ()
        sheets = read_opendocument(package.read_pieces(CONTENT), styles)
        if SETTINGS in package and hides_zeros(package.read_whole(SETTINGS)):
            sheets = tuple(replace(sheet, hides_zeros=True) for sheet in sheets)
        _refuse_doctypes(package)
        return _build_values_workbook(file, "ods", sheets, read_package_date(package))
    main = find_main_part(package)
    if main.container == "xlsb":
        return _read_xlsb(file, package)
    return _read_ooxml(file, package, read_outline(package, main), skip_rule)


def _remove_password(file: LoadedFile, password: str | None) -> LoadedFile:
    """Decrypt a file with the given password, or with Excel's default one."""
    refused = UnreadableFileError("file.encrypted")
    for attempt in filter(None, (password, _DEFAULT_PASSWORD)):
        try:
            return file._replace(data=decrypt_workbook(file.data, attempt))
        except UnreadableFileError as refusal:
            refused = refusal if attempt == password else refused
    raise refused


def _read_values(file: LoadedFile, container: str, saved: str) -> RawWorkbook:
    """Read a workbook of which only values are read, by a library."""
    return _build_values_workbook(file, container, read_binary_sheets(file.data), saved)


def _build_values_workbook(file: LoadedFile, container: str, sheets: tuple[RawSheet, ...], saved: str) -> RawWorkbook:
    return RawWorkbook(
        container,
        sheets,
        complete=False,
        sha256=file.sha256,
        size=file.size,
        modified=file.modified,
        saved=saved,
    )


def _read_xlsb(file: LoadedFile, package: Package) -> RawWorkbook:
    """Read an .xlsb. The library checks neither checksums nor sizes, so every part is inflated once before."""
    _refuse_doctypes(package)
    for name in package.list_names():
        for _piece in package.read_pieces(name):
            pass
    return _read_values(file, "xlsb", read_package_date(package))


def _read_ooxml(
    file: LoadedFile, package: Package, outline: WorkbookOutline, skip_rule: SkipRule | None = None
) -> RawWorkbook:
    theme = read_theme_colours(package.open_part(outline.theme)) if outline.theme else DEFAULT_COLOURS.theme
    sheet = read_styles(package.open_part(outline.styles), theme) if outline.styles else _NO_STYLES
    strings = read_shared_strings(package.open_part(outline.strings), sheet.colours) if outline.strings else ()
    shared = SharedParts(strings, sheet.styles, sheet.colours, sheet.changes)
    sheets = _read_sheets(package, outline, shared, skip_rule)
    _refuse_doctypes(package)
    return RawWorkbook(
        container=outline.container,
        sheets=sheets,
        names=outline.names,
        properties=outline.properties,
        program=outline.program,
        structure_protected=outline.structure_protected,
        macros=outline.macros,
        sha256=file.sha256,
        size=file.size,
        modified=file.modified,
        saved=read_package_date(package),
    )


def _read_sheets(
    package: Package, outline: WorkbookOutline, shared: SharedParts, skip_rule: SkipRule | None
) -> tuple[RawSheet, ...]:
    """Read every sheet in order; the first sheet of the rule before all others, as it decides which are skipped."""
    read: dict[str, RawSheet] = {}
    skipped: Container[str] = ()
    has_notes, has_shapes = has_comments(package), has_drawings(package)
    read_sheet = partial(_read_sheet, package, shared=shared, has_notes=has_notes, has_shapes=has_shapes)
    first = next((sheet for sheet in outline.sheets if skip_rule and sheet.name == skip_rule.first_sheet), None)
    if skip_rule and first:
        read[first.name] = read_sheet(first)
        skipped = skip_rule.list_skipped(read[first.name])
    for listed in outline.sheets:
        if listed.name in skipped:
            read[listed.name] = RawSheet(listed.name, listed.state, {})
        elif listed.name not in read:
            read[listed.name] = read_sheet(listed)
    return tuple(read[listed.name] for listed in outline.sheets)


def _read_sheet(
    package: Package, listed: SheetPart, shared: SharedParts, *, has_notes: bool, has_shapes: bool
) -> RawSheet:
    if listed.kind != "worksheet":
        return RawSheet(listed.name, listed.state, {})
    content = read_worksheet(package.open_part(listed.part), shared)
    shapes = read_shapes(package, listed.part) if has_shapes else ()
    comments = read_comments(package, listed.part) if has_notes else ()
    return RawSheet(listed.name, listed.state, *content, shapes, comments)


def _refuse_doctypes(package: Package) -> None:
    """Refuse a workbook with a DOCTYPE; parts that were not read are parsed up to their root element."""
    for name in package.list_unread():
        if fold_part_name(name).endswith(_XML_ENDINGS):
            _check_doctype(package.open_part(name, _ROOT_BYTES))


_check_doctype = CachedReader(refuse_doctype)
