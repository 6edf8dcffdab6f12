"""Read PDF files in a child process, so that a harmful file cannot stop the batch."""

import re
import unicodedata
from importlib.util import find_spec
from typing import Any

from xltool.errors import UnreadableFileError
from xltool.model.finding_facts import PageCount
from xltool.published.documents.document import Block, Document
from xltool.published.documents.pdf_worker import MAX_PAGES
from xltool.spreadsheet.worker.client import Worker

SECONDS = 90.0  # a report of ten pages takes 2 s
MAX_MEMORY_BYTES = 2048 * 1024 * 1024
MAX_TASKS_PER_PROCESS = 100  # starting a process costs as much as reading a report
_RADICALS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff]")  # radicals and compatibility characters some fonts use
_PAGES_TASK = "xltool.published.documents.pdf_worker:read"
_WORKER = Worker(MAX_MEMORY_BYTES, MAX_TASKS_PER_PROCESS)


def read_pdf(data: bytes, seconds: float | None = None) -> Document:
    """Read the tables and lines of a PDF. Raises UnreadableFileError if it has no text or cannot be read."""
    if find_spec("pdfplumber") is None:
        raise UnreadableFileError("import.needs_extra", library="pdfplumber")
    answer = _request_pages(data, SECONDS if seconds is None else seconds)
    match answer.get("problem"):
        case None:
            return _build_document(answer)
        case "encrypted":
            raise UnreadableFileError("import.encrypted")
        case "no_text":
            raise UnreadableFileError("import.scanned")
        case "too_long" | "memory":
            raise UnreadableFileError("import.too_long", limit=PageCount(MAX_PAGES))
    raise UnreadableFileError("import.damaged")


def _request_pages(data: bytes, seconds: float) -> dict[str, Any]:
    try:
        return _WORKER.run_task(_PAGES_TASK, data, seconds)[0]
    except UnreadableFileError as error:
        if error.code == "file.timeout":
            raise UnreadableFileError("import.too_slow", **error.facts) from None
        raise


def _normalize_radical(sign: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", sign[0])


def _build_document(answer: dict[str, Any]) -> Document:
    pieces = []
    for page, listed in enumerate(answer["pages"], start=1):
        lines = 0
        for text, table, row, column in listed:
            lines += not table
            pieces.append(Block(_RADICALS.sub(_normalize_radical, text), table, row if table else lines, column, page))
    return Document("pdf", tuple(pieces), "line", tuple(answer["titles"]), answer["pictures"])
