"""PDF files, through a worker process that may die: nothing a file does there can harm the batch."""

import re
import unicodedata
from importlib.util import find_spec
from typing import Any

from xltool.errors import UnreadableFileError
from xltool.messages import catalogue as texts
from xltool.published.documents.document import Document, Piece
from xltool.published.documents.pdf_worker import MOST_PAGES
from xltool.spreadsheet.worker.client import Worker

SECONDS = 90.0  # a report of ten pages takes two
MEMORY_BYTES = 2048 * 1024 * 1024
TASKS = 100  # files that one process reads: starting one costs as much as reading a report
_RADICALS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff]")  # signs some fonts are stored with instead of the usual ones
_WORKER = Worker(MEMORY_BYTES, TASKS)


def read_pdf(data: bytes, seconds: float | None = None) -> Document:
    """The tables and lines of a PDF. Raises UnreadableFileError for what has no text, or cannot be read."""
    if find_spec("pdfplumber") is None:
        raise UnreadableFileError("import.needs_extra", library="pdfplumber")
    answer = _asked(data, SECONDS if seconds is None else seconds)
    match answer.get("problem"):
        case None:
            return _document(answer)
        case "encrypted":
            raise UnreadableFileError("import.encrypted")
        case "no_text":
            raise UnreadableFileError("import.scanned")
        case "too_long" | "memory":
            raise UnreadableFileError("import.too_long", limit=texts.phrase("pages", count=MOST_PAGES))
    raise UnreadableFileError("import.damaged")


def _asked(data: bytes, seconds: float) -> dict[str, Any]:
    try:
        return _WORKER.do("pages", data, seconds)[0]
    except UnreadableFileError as error:
        if error.code == "file.timeout":
            raise UnreadableFileError("import.too_slow", **error.facts) from None
        raise


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
