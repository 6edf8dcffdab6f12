"""The only door to handed-in files: what it is, whether it is safe, and everything one pass over it finds.

`open_workbook` never believes an extension, a stated size, a ``dimension`` or a ``count``. What it refuses is an
UnreadableFileError (the agency must send something else) or a ForeignFileError (plainly no return at all), each with a
stable code; what it returns was read whole.
"""

from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path

from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.forms.furniture import words
from xltool.recognition.read_consolidated import lists, of_area
from xltool.spreadsheet import limits
from xltool.spreadsheet.file_type import ZIP, Readable, is_ods, kind_of
from xltool.spreadsheet.load_file import HandedIn, load
from xltool.spreadsheet.ooxml.cell_styles import read_styles
from xltool.spreadsheet.ooxml.package import Package, fold
from xltool.spreadsheet.ooxml.part import Effort
from xltool.spreadsheet.ooxml.shared_strings import read_shared_strings
from xltool.spreadsheet.ooxml.workbook_part import Outline, SheetPart, main_part, read_outline
from xltool.spreadsheet.ooxml.worksheet import Shared, read_worksheet
from xltool.spreadsheet.ooxml.xml_parser import refuse_doctype
from xltool.spreadsheet.opendocument import CONTENT, read_opendocument
from xltool.spreadsheet.part_cache import Reader
from xltool.spreadsheet.raw_workbook import RawSheet, RawWorkbook
from xltool.spreadsheet.refusals import Damage, FileKind, damaged, not_workbook
from xltool.spreadsheet.values_only import decrypt, read_foreign

_DEFAULT_PASSWORD = "VelvetSweatshop"  # [MS-XLS] 2.4.117: opens without asking anybody
_XML_ENDINGS = (".xml", ".rels", ".vml")


def open_workbook(path: Path, password: str | None = None, size_limit: int = limits.FILE_BYTES) -> RawWorkbook:
    """Everything one pass over a handed-in workbook finds; numbers stay as the text that is stored.

    The lists of a consolidated .xlsx are left empty; `open_lists` reads them.

    ``password`` is tried where one is needed to open the file; ``size_limit`` is in bytes.

    Raises UnreadableFileError for what cannot or must not be read, ForeignFileError for what is no return at all;
    both name the ``file`` among their facts.
    """
    with naming(path.name):
        return _read(load(path, size_limit), password)


def open_lists(path: Path, sheets: Container[str]) -> RawWorkbook:
    """`open_workbook`, of an .xlsx only the named sheets, which may be lists of a consolidated workbook (`archive`)."""
    with naming(path.name):
        file = load(path)
        package = Package(file.data, Effort(limits.LISTED_CELLS)) if file.data.startswith(ZIP) else None
        main = main_part(package) if package and not is_ods(package) else None
        if package is None or main is None or main.container != "xlsx":
            return _read(file, None)
        outline = read_outline(package, main)
        return _complete(file, package, outline._replace(sheets=tuple(s for s in outline.sheets if s.name in sheets)))


def open_loaded(file: HandedIn, password: str | None = None) -> RawWorkbook:
    """`open_workbook` of what was loaded already, such as a file inside an archive."""
    with naming(file.name):
        return _read(file, password)


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Every refusal from inside names the file; one of the file as a whole names it as the part, too."""
    try:
        yield
    except (UnreadableFileError, ForeignFileError) as refusal:
        facts = {"file": printable(name), **refusal.facts}
        if "part" in facts:
            facts["part"] = printable(str(facts["part"] or name))
        raise type(refusal)(refusal.code, **facts) from None


def printable(text: str) -> str:
    """Text that is safe to show: control characters and lone surrogates as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def _read(file: HandedIn, password: str | None) -> RawWorkbook:
    kind = kind_of(file.data)
    if kind is None:
        raise damaged("", Damage.NOT_A_ZIP)
    if isinstance(kind, FileKind):
        raise not_workbook(kind)
    if kind in (Readable.ENCRYPTED, Readable.ENCRYPTED_XLS):
        file = _unlocked(file, password)
    if kind in (Readable.XLS, Readable.ENCRYPTED_XLS):
        return _valued(file, "xls")
    if not file.data.startswith(ZIP):
        raise damaged("", Damage.NOT_A_ZIP)
    package = Package(file.data)
    if is_ods(package):
        sheets = read_opendocument(package.pieces(CONTENT))
        _refuse_doctypes(package)
        return _of_values(file, "ods", sheets)
    main = main_part(package)
    if main.container == "xlsb":
        return _binary(file, package)
    return _complete(file, package, read_outline(package, main))


def _unlocked(file: HandedIn, password: str | None) -> HandedIn:
    """The file without its open password: the given one, or the one with which Excel hides the contents of files."""
    refused = UnreadableFileError("file.encrypted")
    for attempt in filter(None, (password, _DEFAULT_PASSWORD)):
        try:
            return file._replace(data=decrypt(file.data, attempt))
        except UnreadableFileError as refusal:
            refused = refusal if attempt == password else refused
    raise refused


def _valued(file: HandedIn, container: str) -> RawWorkbook:
    """A workbook of which a library reads the values."""
    return _of_values(file, container, read_foreign(file.data))


def _of_values(file: HandedIn, container: str, sheets: tuple[RawSheet, ...]) -> RawWorkbook:
    return RawWorkbook(container, sheets, complete=False, sha256=file.sha256, size=file.size, modified=file.modified)


def _binary(file: HandedIn, package: Package) -> RawWorkbook:
    """An .xlsb. The library checks neither checksums nor sizes: every part is inflated once before it sees the file."""
    _refuse_doctypes(package)
    for name in package.names():
        for _piece in package.pieces(name):
            pass
    return _valued(file, "xlsb")


def _complete(file: HandedIn, package: Package, outline: Outline) -> RawWorkbook:
    shared = Shared(
        read_shared_strings(package.part(outline.strings)) if outline.strings else (),
        read_styles(package.part(outline.styles)) if outline.styles else (),
    )
    sheets = _sheets(package, outline, shared)
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
    )


def _sheets(package: Package, outline: Outline, shared: Shared) -> tuple[RawSheet, ...]:
    """Every sheet in order, the identity sheet read first: it tells which sheets are lists that stay closed."""
    first = [sheet for sheet in outline.sheets if sheet.name == words().sheets["identity"]]
    read = {sheet.name: _sheet(package, sheet, shared) for sheet in first}
    closed = lists() if any(of_area(sheet) for sheet in read.values()) else frozenset()
    for listed in outline.sheets:
        if listed.name in closed:
            read[listed.name] = RawSheet(listed.name, listed.state, {})
        elif listed.name not in read:
            read[listed.name] = _sheet(package, listed, shared)
    return tuple(read[listed.name] for listed in outline.sheets)


def _sheet(package: Package, listed: SheetPart, shared: Shared) -> RawSheet:
    if listed.kind != "worksheet":
        return RawSheet(listed.name, listed.state, {})
    return RawSheet(listed.name, listed.state, *read_worksheet(package.part(listed.part), shared))


def _refuse_doctypes(package: Package) -> None:
    """Any DOCTYPE refuses the workbook; those parts that were not read are looked at as far as their root."""
    for name in package.unread():
        if fold(name).endswith(_XML_ENDINGS):
            _without_doctype(package.part(name))


_without_doctype = Reader(refuse_doctype)
