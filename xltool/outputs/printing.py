"""A .docx becomes a PDF, by LibreOffice where it is at hand."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from xltool.errors import UsageError, WritingError
from xltool.forms.report_style import Style

SECONDS = 180.0
_PROGRAMS = ("soffice", "libreoffice")


def as_pdf(document: bytes, style: Style, seconds: float = SECONDS) -> bytes:
    """The same document as PDF; a font of ``style`` that is not installed is replaced by the next that is.

    Raises UsageError without LibreOffice, WritingError where it makes no PDF of the document.
    """
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise UsageError("publish.needs_office")
    with tempfile.TemporaryDirectory(prefix="xltool-") as name:
        folder = Path(name)
        (folder / "report.docx").write_bytes(document)
        (folder / "fonts.conf").write_text(_fonts(style), "utf-8")
        command = [program, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
        command += ["--convert-to", "pdf:writer_pdf_Export", "--outdir", name, str(folder / "report.docx")]
        known = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}
        try:
            subprocess.run(command, capture_output=True, timeout=seconds, check=False, env=known)
        except subprocess.TimeoutExpired:
            raise WritingError("publish.too_slow", seconds=int(seconds)) from None
        made = folder / "report.pdf"
        if not made.is_file():
            raise WritingError("publish.not_printed")
        return made.read_bytes()


def _fonts(style: Style) -> str:
    """The settings of fontconfig: those of the system, and what stands in for each font of the style."""
    faces = (style.title, style.heading, style.subheading, style.body, style.table, style.footer, style.latin)
    aliases = "".join(_alias(face.fonts) for face in faces)
    return f'<?xml version="1.0"?><fontconfig><include>/etc/fonts/fonts.conf</include>{aliases}</fontconfig>'


def _alias(fonts: Sequence[str]) -> str:
    def families(names: Sequence[str]) -> Iterator[str]:
        return (f"<family>{escape(name)}</family>" for name in names)

    first = "".join(families(fonts[:1]))
    return f'<alias binding="same">{first}<prefer>{"".join(families(fonts))}</prefer></alias>'
