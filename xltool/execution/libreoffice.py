"""LibreOffice, where it is at hand: one document becomes another. The only room that runs it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

_PROGRAMS = ("soffice", "libreoffice")


class NoOfficeError(Exception):
    """There is no LibreOffice here."""


class NotConvertedError(Exception):
    """LibreOffice made nothing of a document; ``seconds`` if it was given up after so many."""

    def __init__(self, seconds: int | None = None) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def converted(
    document: bytes,
    ending: str,
    into: str,
    *,
    seconds: float,
    beside: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """A document whose name ends in ``ending``, as LibreOffice saves it ``into`` ("docx:MS Word 2007 XML").

    Works in a folder and with a profile of its own, in which ``beside`` are further files by name; ``{folder}`` in a
    value of ``environment`` stands for that folder. Raises NoOfficeError, NotConvertedError.
    """
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise NoOfficeError
    with tempfile.TemporaryDirectory(prefix="xltool-") as name:
        folder = Path(name)
        source = folder / f"report{ending}"
        source.write_bytes(document)
        for other, text in (beside or {}).items():
            (folder / other).write_text(text, "utf-8")
        known = {key: value.replace("{folder}", name) for key, value in (environment or {}).items()}
        command = [program, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
        command += ["--convert-to", into, "--outdir", str(folder / "out"), str(source)]
        try:
            subprocess.run(command, capture_output=True, timeout=seconds, check=False, env={**os.environ, **known})
        except subprocess.TimeoutExpired:
            raise NotConvertedError(int(seconds)) from None
        made = folder / "out" / f"report.{into.partition(':')[0]}"
        if not made.is_file():
            raise NotConvertedError
        return made.read_bytes()
