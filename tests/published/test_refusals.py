"""Files that are no report, or none that can be read: one clear word each, quickly, and never a traceback."""

import io
import json
import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from tests.published import layouts
from xltool.errors import ForeignFileError, UnreadableFileError, XltoolError
from xltool.forms.load_definitions import load_forms
from xltool.messages import catalogue
from xltool.model.finding import Finding
from xltool.model.finding_codes import code_severity
from xltool.published.read_report import read_report

FORMS = load_forms()
FORM = FORMS[-1]
LONGEST = 20.0  # seconds of the processor, however busy the machine is, for the worst of these


def page(seed: int = 1) -> str:
    return layouts.page(layouts.parts(FORM, layouts.made_up(FORM, seed)))


def package(**parts: str | bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return made.getvalue()


def pictured() -> str:
    headings = "".join(f"<p>{section.heading}</p><p><img src='a.png'></p>" for section in FORM.sections)
    return f"<html><body><h1>某局2024年政府信息公开工作年度报告</h1>{headings}</body></html>"


def real_pdf() -> bytes:
    return next((Path(__file__).resolve().parents[1] / "data" / "reports").glob("*/raw.pdf")).read_bytes()


def scan() -> bytes:
    """A PDF of one page that is a picture."""
    pixels = b"\xff" * 300
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        b"<</Length 30>>stream\nq 600 0 0 800 0 0 cm /I Do Q  \nendstream",
        b"<</Type/XObject/Subtype/Image/Width 10/Height 10/ColorSpace/DeviceRGB/BitsPerComponent 8/Length 300>>stream\n"
        + pixels
        + b"\nendstream",
    ]
    made = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj" % number + content + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(made)
    made += b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer<</Size 6/Root 1 0 R>>\n"
    return made + b"startxref\n%d\n%%%%EOF" % start


def locked_pdf() -> bytes:
    """A PDF whose password nobody knows."""
    keys = b"/O<%s>/U<%s>" % (b"5a" * 32, b"a5" * 32)
    lock = b"/Encrypt<</Filter/Standard/V 1/R 2" + keys + b"/P -4>>/ID[<00><00>]"
    return scan().replace(b"/Root 1 0 R", b"/Root 1 0 R" + lock)


def locked_word() -> bytes:
    """A document that needs a password."""
    made = io.BytesIO()
    OOXMLFile(io.BytesIO(layouts.word(layouts.parts(FORM, {})))).encrypt("0" * 8, made)
    return made.getvalue()


BIG = 18 * 1024 * 1024
REFUSED: dict[str, tuple[Callable[[], str | bytes], type[XltoolError], str]] = {
    "empty.html": (lambda: b"", UnreadableFileError, "file.empty"),
    "news.html": (lambda: "<html><p>天气好，行政许可 5 件。</p></html>", ForeignFileError, "import.not_a_report"),
    "letter.txt": (lambda: "行政许可 5 件，行政处罚 3 件。", ForeignFileError, "import.not_a_report"),
    "other_form.html": (
        lambda: "<table><tr><td>网站名称</td><td>某网</td></tr><tr><td>总数</td><td>567</td></tr></table>",
        ForeignFileError,
        "import.not_a_report",
    ),
    "statistics.txt": (lambda: "行政许可 5\n行政处罚 3\n行政强制 0\n", ForeignFileError, "import.fragment"),
    "two_rows.md": (
        lambda: "| 规章 | 0 | 0 | 0 |\n| 行政规范性文件 | 1 | 0 | 5 |\n",
        ForeignFileError,
        "import.fragment",
    ),
    "two.html": (lambda: page(1).replace("</body></html>", "") + page(2), ForeignFileError, "import.several_reports"),
    "pictured.html": (pictured, UnreadableFileError, "import.tables_are_pictures"),
    "picture.png": (lambda: b"\x89PNG\r\n\x1a\n" + b"0" * 99, UnreadableFileError, "import.picture"),
    "scan.pdf": (scan, UnreadableFileError, "import.scanned"),
    "locked.pdf": (locked_pdf, UnreadableFileError, "import.encrypted"),
    "locked.docx": (locked_word, UnreadableFileError, "import.encrypted"),
    "cut.pdf": (lambda: real_pdf()[:60_000], UnreadableFileError, "import.damaged"),
    "junk.pdf": (lambda: b"%PDF-1.4\n" + random.Random(1).randbytes(9_000), UnreadableFileError, "import.damaged"),
    "cut.docx": (lambda: layouts.word(layouts.parts(FORM, {}))[:900], UnreadableFileError, "import.damaged"),
    "deep.docx": (
        lambda: package(word__document_xml="<a>" * 99_999 + "</a>" * 99_999),
        UnreadableFileError,
        "import.damaged",
    ),
    "entities.docx": (
        lambda: package(word__document_xml='<!DOCTYPE a [<!ENTITY x "行政许可">]><a>&x;&x;</a>'),
        ForeignFileError,
        "import.not_a_report",
    ),
    "swollen.docx": (lambda: package(word__document_xml=b" " * 90_000_000), UnreadableFileError, "file.bomb"),
    "book.xlsx": (lambda: package(xl__workbook_xml="<a/>"), ForeignFileError, "import.workbook"),
    "other.zip": (lambda: package(a_xml="<a/>"), ForeignFileError, "import.unknown_kind"),
    "fake.doc": (
        lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4_000),
        UnreadableFileError,
        "import.damaged",
    ),
    "noise.bin": (lambda: random.Random(2).randbytes(20_000), UnreadableFileError, "import.damaged"),
    "nothing.txt": (lambda: bytes(5_000), UnreadableFileError, "import.damaged"),
    "huge.html": (lambda: "<p>规章 0 0 0</p>" * (50 * 1024 * 1024 // 24), UnreadableFileError, "file.too_large"),
    "many.html": (lambda: "<p>规章 0 0 0</p>" * (BIG // 24) + page(), UnreadableFileError, "import.too_long"),
    "cells.html": (lambda: "<table><td>0</table>" * (BIG // 20) + page(), UnreadableFileError, "import.too_long"),
    "signs.txt": (lambda: "总计0" * (BIG // 7), UnreadableFileError, "import.too_long"),
    "lines.txt": (lambda: "1\n" * 9_000_000, UnreadableFileError, "import.too_long"),
    "blank_lines.txt": (lambda: "总计\n" + "\r" * 9_000_000, UnreadableFileError, "import.too_long"),
    "labels.txt": (
        lambda: "一、本年新收政府信息公开申请数量 1 2 3 4 5 6 7\n" * 30_000,
        ForeignFileError,
        "import.not_a_report",
    ),
    "deep.html": (lambda: "<div><span>" * 99_999 + page(), ForeignFileError, "import.not_a_report"),
    "tables.html": (lambda: "<table><tr><td>" * 20_000 + page(), ForeignFileError, "import.not_a_report"),
    "strings.html": (lambda: "<script>" + "\"'" * 999_999 + "</script>", ForeignFileError, "import.not_a_report"),
    "escapes.html": (lambda: '<script>"' + "\\" * 999_999 + "</script>", ForeignFileError, "import.not_a_report"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_file__that_is_no_report__one_clear_word(name: str, tmp_path: Path) -> None:
    made, kind, code = REFUSED[name]
    content = made()
    file = tmp_path / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    start = time.process_time()
    with pytest.raises(kind) as refused:
        read_report(file, FORMS)
    assert refused.value.code == code
    assert time.process_time() - start < LONGEST
    said = catalogue.render_finding(Finding(code, code_severity(code), facts={"file": name, **refused.value.facts}))
    assert f"“{name}”" in said


def test_file__with_the_same_report_twice__is_one_report(tmp_path: Path) -> None:
    (tmp_path / "twice.html").write_text(page().replace("</body></html>", "") + page(), "utf-8")
    assert len(read_report(tmp_path / "twice.html", FORMS).figures) == 203


def test_digits__without_end__bounded_in_time(tmp_path: Path) -> None:
    text = layouts.glued(layouts.parts(FORM, dict.fromkeys(FORM.cells, "123456789")))
    (tmp_path / "digits.txt").write_text(text, "utf-8")
    start = time.process_time()
    found = read_report(tmp_path / "digits.txt", FORMS)
    assert time.process_time() - start < LONGEST
    assert {figure.value for figure in found.figures.values()} <= {None, 123456789}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_text__in_any_usual_encoding__read(encoding: str, tmp_path: Path) -> None:
    text = layouts.lines(layouts.parts(FORM, layouts.made_up(FORM, 1)))
    (tmp_path / "report.txt").write_bytes(text.encode(encoding))
    assert len(read_report(tmp_path / "report.txt", FORMS).figures) == 203


def test_page__in_gb2312__whatever_it_states(tmp_path: Path) -> None:
    for stated in ("gb2312", "utf-8"):
        (tmp_path / "page.html").write_bytes(page().replace("charset='utf-8'", f"charset='{stated}'").encode("gbk"))
        assert len(read_report(tmp_path / "page.html", FORMS).figures) == 203


def test_page__saved_as_data_or_as_a_mail__read(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text(json.dumps({"data": [{"content": page()}]}), "utf-8")
    head = 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="B"\n\n--B\nContent-Type: text/html\n\n'
    mail = f"{head}{page()}\n--B--\n"
    (tmp_path / "page.mht").write_text(mail, "utf-8")
    assert len(read_report(tmp_path / "page.json", FORMS).figures) == 203
    assert len(read_report(tmp_path / "page.mht", FORMS).figures) == 203


def test_pdf__without_its_library__says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xltool.published.documents.pdf.find_spec", lambda name: None)
    (tmp_path / "report.pdf").write_bytes(real_pdf())
    with pytest.raises(UnreadableFileError) as refused:
        read_report(tmp_path / "report.pdf", FORMS)
    assert (refused.value.code, dict(refused.value.facts)) == ("import.needs_extra", {"library": "pdfplumber"})


def test_pdf__that_takes_too_long__is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xltool.published.documents.pdf.SECONDS", 0.01)
    (tmp_path / "report.pdf").write_bytes(real_pdf())
    with pytest.raises(UnreadableFileError) as refused:
        read_report(tmp_path / "report.pdf", FORMS)
    assert refused.value.code == "import.too_slow"


def test_old_document__without_libreoffice__says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xltool.execution.libreoffice.shutil.which", lambda name: None)
    (tmp_path / "report.rtf").write_bytes(b"{\\rtf1 report}")
    with pytest.raises(UnreadableFileError) as refused:
        read_report(tmp_path / "report.rtf", FORMS)
    assert refused.value.code == "import.needs_office"
