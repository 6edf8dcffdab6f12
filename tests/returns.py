"""Filled workbooks that go there and back, and what their parts and marks are: shared by the tests of sending back."""

import re
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.filled import write_once
from tests.merging import published, the_form
from xltool.commands.check import review_file
from xltool.commands.run_context import build_run_context
from xltool.forms.slots import Purpose
from xltool.forms.workbook_plan import WorkbookPlan, plan_workbook
from xltool.model.agency import Agency
from xltool.model.consolidation import ReviewedFile
from xltool.model.form import Number
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

LIST = "检查结果"
TOWN = Agency("329908", "示例二镇人民政府")
NEW = "requests.received.natural_person"  # 表三 D7
LEFT_OVER = "requests.carried_out.natural_person"  # 表三 D31
GOOD = {cell: figure for cell, figure in published("zhangjiawan-2025").items() if figure is not None}
BROKEN = {**GOOD, LEFT_OVER: 5}  # one more than it should be


def the_plan() -> WorkbookPlan:
    return plan_workbook(the_form())


def filled(path: Path, figures: Mapping[str, Number | str], *, declared: bool = True, agency: Agency = TOWN) -> Path:
    """A template with these figures typed in, as a program that calculates would have saved it."""
    issue = TemplateRequest(agency, 2025, "2025-1", filling=FilledContents(figures, declared=declared))
    path.parent.mkdir(exist_ok=True, parents=True)
    write_once(the_plan(), issue, path, force=True)
    return path


def checked(path: Path) -> ReviewedFile:
    return review_file(build_run_context(), path)


def list_part() -> str:
    """Where a template of ours has its list of findings."""
    names = [sheet.name for sheet in the_plan().sheets]
    return f"xl/worksheets/sheet{names.index(the_plan().sheet_for(Purpose.MARKS).name) + 1}.xml"


def stored_members(path: Path) -> list[tuple[str, bytes]]:
    """Name and stored (compressed) bytes, header included, of every member, in the order of the file."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        members = sorted(archive.infolist(), key=lambda info: info.header_offset)
        assert [info.filename for info in members] == archive.namelist()
    ends = [info.header_offset for info in members[1:]] + [archive.start_dir]
    return [(info.filename, data[info.header_offset : end]) for info, end in zip(members, ends, strict=True)]


def rewritten_parts(one: Path, other: Path) -> list[str]:
    """The parts whose stored bytes differ between two containers; order and names must be the same."""
    left, right = stored_members(one), stored_members(other)
    assert [name for name, _ in left] == [name for name, _ in right]
    return [name for (name, held), (_, kept) in zip(left, right, strict=True) if held != kept]


def differing(one: Path, other: Path) -> list[str]:
    """The same without the parts in which only the view differs: the sheet shown first, where the cursor stands."""
    with zipfile.ZipFile(one) as left, zipfile.ZipFile(other) as right:
        return [
            name
            for name in rewritten_parts(one, other)
            if without_view(left.read(name)) != without_view(right.read(name))
        ]


def without_view(part: bytes) -> bytes:
    """A part without the attributes of its views that say what is shown first."""
    tags = re.compile(rb"<(?:\w+:)?(?:workbookView|sheetView|selection)(?=[\s/>])[^<>]*>")
    said = rb' (?:activeTab|firstSheet|tabSelected|activeCell|sqref)="[^"]*"'
    return tags.sub(lambda tag: re.sub(said, b"", tag[0]), part)


def rewritten(source: Path, target: Path, edit: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy in which every part is what ``edit`` makes of it; None leaves it out."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for info in archive.infolist():
            content = edit(info.filename, archive.read(info))
            if content is not None:
                copy.writestr(info.filename, content)
    return target


def replacing(part: str, old: str, new: str) -> Callable[[str, bytes], bytes | None]:
    """An edit of one part: the words ``old``, which must be there, become ``new``."""

    def edit(name: str, content: bytes) -> bytes | None:
        if name != part:
            return content
        assert old in content.decode(), (part, old)
        return content.decode().replace(old, new).encode()

    return edit


def retyped(source: Path, target: Path, **figures: int) -> Path:
    """A copy with other numbers in these cells of 表三, all else untouched: typed in, or what follows from those."""

    def edit(name: str, content: bytes) -> bytes:
        if name != "xl/worksheets/sheet4.xml":
            return content
        text = content.decode()
        for address, figure in figures.items():
            cell = rf'(<c r="{address}"[^>]*>(?:<f>[^<]*</f>)?)<v>[^<]*</v>'
            text, count = re.subn(cell, rf"\g<1><v>{figure}</v>", text)
            assert count == 1, address
        return text.encode()

    return rewritten(source, target, edit)


def listed(path: Path) -> Worksheet:
    """The sheet with the list of findings. Gnumeric writes no default style, of which openpyxl would warn."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Workbook contains no default style")
        sheet = openpyxl.load_workbook(path)[LIST]
    assert isinstance(sheet, Worksheet)
    return sheet


def marks(path: Path) -> list[list[object]]:
    """The list of findings as openpyxl reads it, below its headings; rows that are not shown left out."""
    sheet = listed(path)
    rows = enumerate(sheet.iter_rows(min_row=4, max_col=9, values_only=True), start=4)
    return [list(row) for number, row in rows if any(row) and not sheet.row_dimensions[number].hidden]


def lit(path: Path) -> list[object]:
    """Every cell the conditional formats find in the list, shown or not."""
    column = listed(path).iter_rows(min_row=4, max_col=1, values_only=True)
    return [value for (value,) in column if value is not None]


def without_central_sizes(path: Path) -> Path:
    """The same file written as a stream: sizes stand after the data, and there is a comment at the end."""
    target = path.with_name(f"streamed {path.name}")
    with zipfile.ZipFile(path) as archive, target.open("wb") as raw:
        copy = zipfile.ZipFile(_Unseekable(raw), "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]  # enough
        copy.comment = b"a comment"
        for info in archive.infolist():
            copy.writestr(info.filename, archive.read(info))
        copy.close()
    flags = struct.unpack_from("<H", target.read_bytes(), 6)[0]
    assert flags & 8, "sizes were meant to follow the data"
    return target


def packed(source: Path, target: Path, method: int, *, zip64: bool, streamed: bool) -> Path:
    """The same parts as another program may pack them: each with a comment and an unknown extra field."""
    with zipfile.ZipFile(source) as archive, target.open("wb") as raw:
        place = _Unseekable(raw) if streamed else raw
        with zipfile.ZipFile(place, "w") as copy:  # type: ignore[call-overload]  # enough
            copy.comment = "整包的说明".encode()
            for known in archive.infolist():
                info = zipfile.ZipInfo(known.filename, (2026, 1, 31, 8, 0, 0))
                info.compress_type, info.comment, info.extra = method, b"of a part", struct.pack("<2HL", 0x7777, 4, 1)
                with copy.open(info, "w", force_zip64=zip64) as part:
                    part.write(archive.read(known))
    first = target.read_bytes()
    assert bool(struct.unpack_from("<H", first, 6)[0] & 8) is streamed
    assert (struct.pack("<2H", 1, 16) in first) is zip64
    return target


class _Unseekable:
    """A file that can only be written on."""

    def __init__(self, raw: object) -> None:
        self.write = raw.write  # type: ignore[attr-defined]  # any binary file
        self.flush = raw.flush  # type: ignore[attr-defined]
