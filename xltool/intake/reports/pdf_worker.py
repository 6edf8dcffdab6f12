"""The worker that reads one PDF: its pages' tables and lines, as JSON. A door to pdfplumber, in a process of its own.

Reads the file from standard input and answers on standard output with ``pages`` (each a list of pieces: text, table,
row, column), ``titles`` and ``pictures``, or with ``problem``: encrypted, damaged, no_text, too_long.
"""

import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pdfplumber.page import Page

MOST_PAGES = 200
MOST_SIGNS = 1_000_000
FEWEST_SIGNS = 20  # a page with a picture and fewer signs is a scan
MOST_RULES = 20_000  # lines and rectangles of one page; a table has some hundred
WORD_GAP = 1.5  # points between two signs of one word
MEMORY_BYTES = 2048 * 1024 * 1024

Piece = tuple[str, int, int, int]


def main() -> None:
    """Read standard input, answer on standard output."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    _limit_memory()
    answer = read(sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True).encode())


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows; the time limit holds there, too
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def read(data: bytes) -> dict[str, Any]:
    """What is in a PDF, or why it could not be read."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    try:
        with pdfplumber.open(io.BytesIO(data), unicode_norm="NFKC") as pdf:
            if len(pdf.pages) > MOST_PAGES:
                return {"problem": "too_long"}
            return _read(pdf.pages, pdf.metadata or {})
    except MemoryError:
        return {"problem": "too_long"}
    except PDFPasswordIncorrect:
        return {"problem": "encrypted"}
    except Exception as error:  # noqa: BLE001 - a broken PDF raises anything; this process exists to survive it
        encrypted = isinstance(error.__context__ or error.__cause__, PDFPasswordIncorrect) or "Password" in repr(error)
        return {"problem": "encrypted" if encrypted else "damaged"}


def _read(pages: "list[Page]", metadata: dict[str, Any]) -> dict[str, Any]:
    found: list[list[Piece]] = []
    signs = pictures = tables = 0
    for page in pages:
        pieces, tables = _pieces(page, tables)
        found.append(pieces)
        signs += sum(len(text) for text, *_ in pieces)
        pictures += len(page.images)
        page.close()
        if signs > MOST_SIGNS:
            return {"problem": "too_long"}
    if signs < FEWEST_SIGNS * len(pages):
        return {"problem": "no_text" if pictures or not signs else "damaged"}
    titles = [metadata["Title"]] if isinstance(metadata.get("Title"), str) else []
    return {"pages": found, "titles": titles, "pictures": pictures}


def _pieces(page: "Page", tables: int) -> tuple[list[Piece], int]:
    """The pieces of one page from top to bottom; tables are counted on from ``tables``."""
    page = page.dedupe_chars(tolerance=1)
    found = page.find_tables() if len(page.rects) + len(page.lines) + len(page.curves) <= MOST_RULES else []
    found = [table for table in found if len(table.cells) > 1]
    placed: list[tuple[float, list[Piece]]] = []
    for table in sorted(found, key=lambda table: table.bbox[1]):
        tables += 1
        placed.append((table.bbox[1], list(_rows(page, table, tables))))
    boxes = [table.bbox for table in found]
    outside = page.filter(lambda thing: not any(_inside(thing, box) for box in boxes))
    for line in outside.extract_text_lines(layout=False, return_chars=False, x_tolerance=WORD_GAP):
        placed.append((line["top"], [(line["text"], 0, 0, 0)]))
    return [piece for _, pieces in sorted(placed, key=lambda each: each[0]) for piece in pieces], tables


def _inside(thing: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    across, down = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return box[0] <= across <= box[2] and box[1] <= down <= box[3]


def _rows(page: "Page", table: Any, number: int) -> Iterator[Piece]:
    """The cells of a table; what a merged cell swallows is none."""
    for at, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row.cells, start=1):
            if cell is not None:
                yield _text(page, cell), number, at, column


def _text(page: "Page", cell: tuple[float, float, float, float]) -> str:
    inside = page.filter(lambda thing: thing.get("object_type") == "char" and _inside(thing, cell))
    return (inside.extract_text(x_tolerance=WORD_GAP) or "").strip()


if __name__ == "__main__":
    main()
