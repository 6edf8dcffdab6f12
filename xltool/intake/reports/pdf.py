"""PDF files, through a worker process that may die: nothing a file does there can harm the batch."""

import json
import re
import subprocess
import sys
import unicodedata
from importlib.util import find_spec
from typing import Any

from xltool.errors import UnreadableFileError
from xltool.intake.reports.pieces import Document, Piece

SECONDS = 90.0  # a report of ten pages takes two
_RADICALS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff]")  # signs some fonts are stored with instead of the usual ones
_BOOT = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from xltool.intake.reports.pdf_worker import main
main()
"""


def read_pdf(data: bytes, seconds: float | None = None) -> Document:
    """The tables and lines of a PDF. Raises UnreadableFileError for what has no text, or cannot be read."""
    if find_spec("pdfplumber") is None:
        raise UnreadableFileError("import.needs_extra", library="pdfplumber")
    answer = _asked(data, SECONDS if seconds is None else seconds)
    match answer.get("problem"):
        case None:
            return _document(answer)
        case "encrypted":
            raise UnreadableFileError("file.encrypted")
        case "no_text":
            raise UnreadableFileError("import.scanned")
        case "too_long":
            raise UnreadableFileError("import.too_long", limit=len(data))
    raise UnreadableFileError("import.damaged")


def _asked(data: bytes, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-c", _BOOT, json.dumps(sys.path)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise UnreadableFileError("import.too_slow", seconds=int(seconds)) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise UnreadableFileError("import.damaged") from None
    return answer if isinstance(answer, dict) else {}


def _usual(sign: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", sign[0])


def _document(answer: dict[str, Any]) -> Document:
    pieces = []
    for page, listed in enumerate(answer["pages"], start=1):
        lines = 0
        for text, table, row, column in listed:
            lines += not table
            pieces.append(Piece(_RADICALS.sub(_usual, text), table, row if table else lines, column, page))
    return Document("pdf", tuple(pieces), "line", tuple(answer["titles"]), answer["pictures"])
