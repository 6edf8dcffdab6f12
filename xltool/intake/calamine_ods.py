"""An .ods whose XML is indented, as Gnumeric writes it, without the indents: calamine takes them for content."""

import io
import re
import zipfile

_CONTENT = "content.xml"
_KEPT = ("mimetype", "META-INF/manifest.xml")
# Blanks before these elements lie between cells, rows and paragraphs; text of a cell is always inside a paragraph.
_INDENT = re.compile(rb">[ \t\r\n]+(?=</?(?:office|table):|<text:p[ />])")


def unindented(data: bytes) -> bytes | None:
    """The same values as calamine reads them; None for what is no .ods, or has no indents."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            content = archive.read(_CONTENT)
            others = {name: archive.read(name) for name in _KEPT if name in archive.namelist()}
    except (zipfile.BadZipFile, KeyError):
        return None
    plain = _INDENT.sub(b">", content)
    if len(plain) == len(content):
        return None
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, part in {**others, _CONTENT: plain}.items():
            archive.writestr(name, part)
    return out.getvalue()
