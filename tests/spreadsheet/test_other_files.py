"""Files that are no workbook are told for what they are, each with the cure that fits."""

import io
import json
import tarfile
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.cli.test_commands import report, returned, run


def entry(name: str) -> bytes:
    """One entry of the directory of a compound file."""
    encoded = name.encode("utf-16-le")
    return encoded.ljust(64, b"\0") + (len(encoded) + 2).to_bytes(2, "little") + bytes(62)


def compound(*names: str) -> bytes:
    """The beginning of a compound file with these entries."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return head + b"".join(map(entry, ("Root Entry", *names)))


def mail() -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "年报", "a@example.org", "b@example.org"
    message.set_content("见附件")
    message.add_attachment(b"PK\x03\x04", maintype="application", subtype="octet-stream", filename="年报.xlsx")
    return message.as_bytes()


def tar(mode: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        archive.addfile(tarfile.TarInfo("年报.xlsx"), io.BytesIO())
    return out.getvalue()


def container(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


CASES = {
    "年报.rar": (b"Rar!\x1a\x07\x01\0" + bytes(90), "解压"),
    "年报.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(90), "解压"),
    "年报.tar": (tar("w"), "解压"),
    "年报.tar.gz": (tar("w:gz"), "解压"),
    "年报.tar.xz": (tar("w:xz"), "解压"),
    "年报.zip.001": (b"PK\x03\x04" + bytes(range(256)) * 8, "分卷"),
    "年报.z01": (bytes(range(256)) * 8, "分卷"),
    "转发.eml": (mail(), "附件"),
    "转发.msg": (compound("__properties_version1.0"), "附件"),
    "winmail.dat": (b"\x78\x9f\x3e\x22" + bytes(range(256)), "附件"),
    "年报.xlsx.crdownload": (b"PK\x03\x04" + bytes(range(256)) * 8, "下载"),
    "年报.xlsx.part": (b"", "下载"),
    ".年报.xlsx.icloud": (b"bplist00" + bytes(range(128)), "云盘"),
    "年报.lnk": (b"L\0\0\0\x01\x14\x02\0" + bytes(60), "快捷方式"),
    "年报.url": (b"[InternetShortcut]\r\nURL=https://example.org\r\n", "快捷方式"),
    "年报.gsheet": (json.dumps({"doc_id": "1"}).encode(), "导出"),
    "年报.numbers": (container("Index/Document.iwa", "Metadata/Properties.plist"), "导出"),
    "年报.ofd": (container("OFD.xml", "Doc_0/Document.xml"), "版式文件"),
    "加密.xlsx": (b"b\x14#eD\x17\0\x01E-SafeNet\0\0\0LOCK" + bytes(range(256)) * 8, "解密"),
    "加密 (2).xlsx": (b"%TSD-Header-###%" + b"D" * 2000, "解密"),
    "限制.xlsx": (compound("EncryptedPackage", "DRMEncryptedDataSpace"), "权限保护"),
    "年报.docx.pdf": (b"%PDF-1.7\n" + bytes(90), "xltool import"),
    "年报.xlsx:Zone.Identifier": (b"[ZoneTransfer]\r\nZoneId=3\r\n", "已跳过"),
}


@pytest.mark.parametrize("name", CASES)
def test_file__told_for_what_it_is__in_one_row(tmp_path: Path, name: str) -> None:
    content, word = CASES[name]
    (tmp_path / "收回").mkdir()
    (tmp_path / "收回" / name).write_bytes(content)
    code, out, _ = run("check", "--no-cache", tmp_path / "收回")
    assert (code, word in out) == (0 if name.endswith("Identifier") else 1, True)
    assert ("共 1 个文件" in out, "密码" in out) == (True, name == "限制.xlsx")


@pytest.mark.parametrize("name", ["年报.crdownload", "年报.zip.001", "年报.gsheet"])
def test_workbook_with_such_a_name__is_read(tmp_path: Path, name: str) -> None:
    path = returned(tmp_path, "329901", report("suqian-2024")).rename(tmp_path / name)
    assert "没有问题 1 个" in run("check", "--no-cache", path)[1]


def test_text_that_begins_like_a_mail__is_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Subject: one line only\nand more", "utf-8")
    assert "邮件" not in run("check", "--no-cache", tmp_path / "a.txt")[1]


# --- archives -----------------------------------------------------------------------------------------------------


def with_method(archive: bytes, method: int) -> bytes:
    """The same archive, its entries said to be compressed otherwise."""
    data = bytearray(archive)
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset : at + offset + 2] = method.to_bytes(2, "little")
            at = data.find(signature, at + 4)
    return bytes(data)


@pytest.mark.parametrize(("method", "word"), [(9, "Deflate64"), (99, "AES"), (93, "93")])
@pytest.mark.parametrize("password", [(), ("--password", "x")], ids=["", "password"])
def test_archive__method_that_is_not_read__named(
    tmp_path: Path, method: int, word: str, password: tuple[str, ...]
) -> None:
    (tmp_path / "a.zip").write_bytes(with_method(container("年报.xlsx"), method))
    out = run("check", "--no-cache", tmp_path / "a.zip", *password)[1]
    assert (word in out, "解压" in out, "密码" in out) == (True, True, False)


def zip_crypto(data: bytes, password: bytes) -> bytes:
    """Encrypt with the traditional cipher of zip (APPNOTE 6.1), after a header of twelve bytes."""
    import zlib

    table = []
    for number in range(256):
        value = number
        for _ in range(8):
            value = (value >> 1) ^ (0xEDB88320 if value & 1 else 0)
        table.append(value)
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = (keys[0] >> 8) ^ table[(keys[0] ^ byte) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = (keys[2] >> 8) ^ table[(keys[2] ^ (keys[1] >> 24)) & 0xFF]

    for byte in password:
        update(byte)
    header = bytes(11) + bytes([zlib.crc32(data) >> 24])
    out = bytearray()
    for byte in header + data:
        key = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ ((key * (key ^ 1)) >> 8 & 0xFF))
        update(byte)
    return bytes(out)


def encrypted_archive(name: str, data: bytes, password: bytes) -> bytes:
    import struct
    import zlib

    body, raw = zip_crypto(data, password), name.encode()
    common = struct.pack("<HHHHLLL", 0x801, 0, 0, 0x5A21, zlib.crc32(data), len(body), len(data))
    local = b"PK\x03\x04" + struct.pack("<H", 20) + common + struct.pack("<HH", len(raw), 0) + raw
    central = b"PK\x01\x02" + struct.pack("<HH", 20, 20) + common
    central += struct.pack("<HHHHHLL", len(raw), 0, 0, 0, 0, 0, 0) + raw
    start = len(local) + len(body)
    return local + body + central + b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), start, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_archive__password_in_either_encoding__opens_it(tmp_path: Path, encoding: str) -> None:
    workbook = returned(tmp_path, "329901", report("suqian-2024")).read_bytes()
    (tmp_path / "a.zip").write_bytes(encrypted_archive("年报.xlsx", workbook, "密码一".encode(encoding)))
    assert "没有问题 1 个" in run("check", "--no-cache", tmp_path / "a.zip", "--password", "密码一")[1]
    assert "密码不对" in run("check", "--no-cache", tmp_path / "a.zip", "--password", "另一个")[1]
