"""Documents of older programs (.doc, .wps, .rtf, .odt), made .docx by LibreOffice where it is at hand."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from xltool.errors import UnreadableFileError

SECONDS = 120.0
_PROGRAMS = ("soffice", "libreoffice")


def as_docx(data: bytes, ending: str, seconds: float = SECONDS) -> bytes:
    """The bytes of the same document as .docx. Raises UnreadableFileError where that cannot be done."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise UnreadableFileError("import.needs_office")
    with tempfile.TemporaryDirectory(prefix="xltool-") as name:
        folder = Path(name)
        source = folder / f"report{ending}"
        source.write_bytes(data)
        command = [
            program,
            "--headless",
            "--norestore",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to",
            "docx:MS Word 2007 XML",
            "--outdir",
            str(folder / "out"),
            str(source),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            raise UnreadableFileError("import.too_slow", seconds=int(seconds)) from None
        made = folder / "out" / "report.docx"
        if not made.is_file():
            raise UnreadableFileError("import.not_converted")
        return made.read_bytes()
