"""Workbooks behind an open password, from the command line: without it, with a wrong one, with the right one."""

import io
import json
import struct
from hashlib import md5
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msoffcrypto.format.ooxml import OOXMLFile

from tests.judges import recalculate
from tests.mangling.good import ROSTER, TOWN, good, truth
from tests.mangling.manglings import MANGLINGS
from tests.spreadsheet.old_excel import BOF, BOUNDSHEET, compound, record
from xltool.cli.main import main
from xltool.spreadsheet.xls.ole_compound import CompoundFile

PASSWORD = "年报2025"
FILEPASS = 0x002F


def agile(data: bytes) -> bytes:
    """The workbook as Excel 2010 and later lock it."""
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(PASSWORD, out)
    return out.getvalue()


def rc4(key: bytes, length: int) -> bytes:
    state, other, stream = list(range(256)), 0, bytearray()
    for at in range(256):
        other = (other + state[at] + key[at % len(key)]) % 256
        state[at], state[other] = state[other], state[at]
    at = other = 0
    for _ in range(length):
        at = (at + 1) % 256
        other = (other + state[at]) % 256
        state[at], state[other] = state[other], state[at]
        stream.append(state[(state[at] + state[other]) % 256])
    return bytes(stream)


def old_key(salt: bytes, block: int) -> bytes:
    """[MS-OFFCRYPTO] 2.3.6.2."""
    first = md5(PASSWORD.encode("utf-16-le")).digest()[:5]
    second = md5((first + salt) * 16).digest()[:5]
    return md5(second + struct.pack("<I", block)).digest()


def old(data: bytes) -> bytes:
    """An .xls as Excel 97 locks it: RC4 over the contents of its records."""
    stream, salt = CompoundFile(data).read_stream("Workbook"), bytes(range(16))
    proof = bytes(range(100, 116))
    locked = bytes(a ^ b for a, b in zip(proof + md5(proof).digest(), rc4(old_key(salt, 0), 32), strict=True))
    lock = record(FILEPASS, struct.pack("<3H", 1, 1, 1) + salt + locked)
    made, at = bytearray(), 0
    plain: list[tuple[int, int]] = []  # what stays readable
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        content = bytearray(stream[at + 4 : at + 4 + size])
        if kind == BOUNDSHEET:
            content[:4] = struct.pack("<I", struct.unpack_from("<I", content)[0] + len(lock))
        start = len(made)
        made += struct.pack("<HH", kind, size) + content
        plain.append((start, start + 4 + (size if kind == BOF else 4 if kind == BOUNDSHEET else 0)))
        if at == 0:
            plain.append((len(made), len(made) + len(lock)))
            made += lock
        at += 4 + size
    key = b"".join(rc4(old_key(salt, block), 1024) for block in range(len(made) // 1024 + 1))
    hidden = bytearray(a ^ b for a, b in zip(made, key, strict=False))
    for start, end in plain:
        hidden[start:end] = made[start:end]
    return compound(bytes(hidden))


def told(folder: Path, *arguments: str) -> dict[str, object]:
    return dict(json.loads(ran(folder, *arguments, "--json").stdout)["submissions"][0])


def ran(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", str(folder), *arguments])


def codes(file: dict[str, object]) -> list[str]:
    return [finding["code"] for finding in file["findings"]]  # type: ignore[attr-defined]  # JSON


def tried(folder: Path) -> None:
    """One locked file in a folder: without the password, with a wrong one, with the right one."""
    assert codes(told(folder)) == ["file.encrypted"]
    assert codes(told(folder, "--password", "年报2024")) == ["file.wrong_password"]
    assert "--password" in ran(folder).stdout
    read = told(folder, "--password", PASSWORD)
    assert (codes(read), read["status"]) == ([], "accepted")


def test_agile__check_and_merge(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/甲.xlsx").write_bytes(agile(good()))
    tried(tmp_path / "in")
    listed = "".join(f"{agency.code},{agency.name}\n" for agency in ROSTER)
    (tmp_path / "名册.csv").write_text("code,name\n" + listed, "utf-8")
    arguments = ["merge", str(tmp_path / "in"), "--roster", str(tmp_path / "名册.csv"), "--json"]
    nothing = CliRunner().invoke(main, [*arguments, "-o", str(tmp_path / "a.xlsx")])
    assert (nothing.exit_code, nothing.stdout, (tmp_path / "a.xlsx").exists()) == (2, "", False), nothing.output
    opened = CliRunner().invoke(main, [*arguments, "-o", str(tmp_path / "b.xlsx"), "--password", PASSWORD])
    made = json.loads(opened.stdout)
    assert (made["found"], made["accepted"]) == (1, 1)
    cell = "requests.received.natural_person"
    assert made["totals"][cell] == truth()[cell]


def test_agile_and_returned__a_page_and_no_copy_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/甲.xlsx").write_bytes(agile(MANGLINGS["wrong_figure"].apply(good())))
    answer = ran(tmp_path / "in", "--password", PASSWORD, "--return", str(tmp_path / "out"))
    assert answer.exit_code == 1, answer.output
    written = sorted(path.suffix for path in (tmp_path / "out").iterdir() if path.stem.startswith(("甲", TOWN.code)))
    assert written == [".html"]


@pytest.mark.office
def test_old_excel_and_rc4__check(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(good())
    plain = recalculate(tmp_path / "a.xlsx", tmp_path / "out", "xls")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/甲.xls").write_bytes(old(plain.read_bytes()))
    tried(tmp_path / "in")
