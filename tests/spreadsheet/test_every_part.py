"""Every fault in every part of a workbook: it is refused by name, or what it holds is read as it is.

The faults are few and the parts are few; together they are several hundred files, none of which is written by hand.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.spreadsheet.hostile import DOCTYPES, EVERY_PART, with_doctype
from tests.spreadsheet.packages import GOOD, SHEET, STRINGS, RawZip, good_parts, with_parts, zipped
from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.spreadsheet.open_workbook import open_workbook

Made = Callable[[], bytes]
UNREAD = {"docProps/core.xml", "xl/theme/theme1.xml"}  # looked at for a DOCTYPE, and for nothing else


def part(name: str) -> bytes:
    content = good_parts()[name]
    return content.encode() if isinstance(content, str) else content


def replaced(name: str, content: bytes | None) -> Made:
    return lambda: with_parts({name: content})


def raw(name: str, content: bytes, *, crc: int = 0, size: int | None = None, more: str = "") -> Made:
    """The good workbook written by hand, with one entry that lies."""

    def made() -> bytes:
        archive = RawZip()
        for each in good_parts():
            if each == name:
                at = archive.local(name, content, size=size)
                archive.list(name, at, content, length=len(archive.body) - at - 30 - len(name), size=size, crc=crc)
            else:
                archive.add(each, part(each))
        if more:
            archive.add(more, content)
        return archive.bytes()

    return made


def faults(name: str) -> Iterator[tuple[str, Made]]:
    content = part(name)
    half = len(content) // 2
    yield "missing", replaced(name, None)
    yield "empty", replaced(name, b"")
    yield "half", replaced(name, content[:half])
    yield "one-byte-short", replaced(name, content[:-1])
    yield "twice-in-a-row", replaced(name, content + content)
    yield "zeros", replaced(name, bytes(len(content)))
    yield "rubbish-behind", replaced(name, content + b"<a/>")
    yield "html", replaced(name, b"<!doctype html><html><body>404</body></html>")
    yield "text", replaced(name, b"404 Not Found")
    yield "picture", replaced(name, b"\x89PNG\r\n\x1a\n" + bytes(64))
    yield "workbook-inside", replaced(name, zipped(good_parts()))
    yield "latin", replaced(name, content.replace(b"UTF-8", b"ISO-8859-1"))
    yield "gbk-unsaid", replaced(name, content.decode().replace("年报", "年报").encode("gbk"))
    yield "utf-16", replaced(name, content.decode().replace("UTF-8", "UTF-16").encode("utf-16"))
    yield (
        "utf-16-be-unsaid",
        replaced(name, b"\xfe\xff" + content.decode().replace("UTF-8", "UTF-16").encode("utf-16-be")),
    )
    yield "utf-7", replaced(name, content.decode().replace("UTF-8", "UTF-7").encode("utf-7"))
    for odd in ("klingon", "rot13", "idna", "unicode_escape", "hex", "utf-8-sig", "undefined"):
        yield f"encoding-{odd}", replaced(name, content.replace(b"UTF-8", odd.encode()))
    yield "another-encoding-said", replaced(name, content.replace(b"UTF-8", b"UTF-16"))
    yield "nul-inside", replaced(name, content[:half] + b"\0" + content[half:])
    yield "control-inside", replaced(name, content[:half] + b"\x0b" + content[half:])
    yield "half-sign-inside", replaced(name, content[:half] + b"\xed\xa0\x80" + content[half:])
    yield "undefined-entity", replaced(name, content.replace(b"?>\n<", b"?>\n<!-- --><", 1)[:-1] + b"&e;>")
    yield "crc-wrong", raw(name, content, crc=1)
    yield "size-too-small", raw(name, content, size=max(len(content) - 1, 0))
    yield "size-too-large", raw(name, content, size=len(content) + 1)
    yield "twice", raw(name, content, more=name)
    yield "twice-by-case", raw(name, content, more=name.upper() if name != name.upper() else name.lower())
    yield "twice-by-slash", raw(name, content, more=name.replace("/", "\\"))
    for kind, doctype in DOCTYPES.items():
        yield f"doctype-{kind}", with_doctype(name, doctype)
        yield f"doctype-{kind}-utf-16", with_doctype(name, doctype, "utf-16")


FAULTS = {f"{name}-{fault}": made for name in EVERY_PART for fault, made in faults(name)}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault__refused_or_of_no_effect(fault: str, tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    path.write_bytes(FAULTS[fault]())
    try:
        book = open_workbook(path)
    except (UnreadableFileError, ForeignFileError):
        return
    assert "doctype" not in fault
    assert [{spot: cell.text for spot, cell in sheet.cells.items()} for sheet in book.sheets] == [GOOD]


def test_faults__are_several_hundred_and_most_refuse(tmp_path: Path) -> None:
    path, refused = tmp_path / "return.xlsx", 0
    for made in FAULTS.values():
        path.write_bytes(made())
        try:
            open_workbook(path)
        except (UnreadableFileError, ForeignFileError):
            refused += 1
    assert len(FAULTS) > 400
    assert refused / len(FAULTS) > 0.7


@pytest.mark.parametrize("name", [SHEET, STRINGS])
def test_faults_of_what_is_read__all_but_another_encoding_refuse(name: str, tmp_path: Path) -> None:
    path, read = tmp_path / "return.xlsx", []
    for fault, made in faults(name):
        path.write_bytes(made())
        try:
            open_workbook(path)
        except (UnreadableFileError, ForeignFileError):
            continue
        read.append(fault)
    assert set(read) <= {
        "utf-16",
        "utf-16-be-unsaid",
        *(["gbk-unsaid"] if name == SHEET else []),
    }  # no word of it there
