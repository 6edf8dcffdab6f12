"""Convert documents with LibreOffice, if it is installed. Only this module runs it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

_PROGRAM_NAMES = ("soffice", "libreoffice")


class NoOfficeError(Exception):
    """LibreOffice is not installed."""


class NotConvertedError(Exception):
    """LibreOffice produced no output; ``seconds`` is the exceeded time limit, if that was the reason."""

    def __init__(self, seconds: int | None = None) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def convert_document(
    document: bytes,
    suffix: str,
    target_format: str,
    *,
    max_seconds: float,
    extra_files: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """Convert a document with a suffix into the format ``target_format``, such as "docx:MS Word 2007 XML".

    Runs with its own profile in a temporary folder. ``extra_files`` maps names of further files in it to their text;
    ``{folder}`` in a value of ``environment`` stands for that folder. Raises NoOfficeError, NotConvertedError.
    """
    program = next(filter(None, map(shutil.which, _PROGRAM_NAMES)), None)
    if program is None:
        raise NoOfficeError
    with tempfile.TemporaryDirectory(prefix="xltool-") as folder_name:
        folder = Path(folder_name)
        source = folder / f"report{suffix}"
        source.write_bytes(document)
        for file_name, text in (extra_files or {}).items():
            (folder / file_name).write_text(text, "utf-8")
        variables = {key: value.replace("{folder}", folder_name) for key, value in (environment or {}).items()}
        command = [program, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
        command += ["--convert-to", target_format, "--outdir", str(folder / "out"), str(source)]
        try:
            subprocess.run(
                command, capture_output=True, timeout=max_seconds, check=False, env={**os.environ, **variables}
            )
        except subprocess.TimeoutExpired:
            raise NotConvertedError(int(max_seconds)) from None
        output = folder / "out" / f"report.{target_format.partition(':')[0]}"
        if not output.is_file():
            raise NotConvertedError
        return output.read_bytes()
