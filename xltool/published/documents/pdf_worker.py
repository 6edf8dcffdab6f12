"""The pages of one PDF, their tables and lines; runs in the worker. The door to pdfplumber.

What is found is ``pages`` (each a list of pieces: text, table, row, column), ``titles`` and ``pictures``, or a
``problem``: encrypted, damaged, no_text, too_long.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pdfplumber.page import Page

MOST_PAGES = 200
MOST_SIGNS = 1_000_000
FEWEST_SIGNS = 20  # a page with a picture and fewer signs is a scan
MOST_RULES = 20_000  # lines and rectangles of one page; a table has some hundred
WORD_GAP = 1.5  # points between two signs of one word
RAISED_SIZE = 0.85  # of the size of the sign before it: smaller, so that it may stand apart
RAISED_BY = 0.2  # of that size above its foot, a sign is the mark of a note
MARKS = frozenset("0123456789[]()*\u2460\u2461\u2462\u2463\u2464\u2465\u2466\u2467\u2468")
NO_GAP = 0.05  # of that size between two digits of one figure
TOUCHING = 0.2  # of that size between two signs of one word

Piece = tuple[str, int, int, int]
Box = tuple[float, float, float, float]
Grid = list[list[Box | None]]


def read(data: bytes) -> dict[str, Any]:
    """What is in a PDF, or why it could not be read."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            if len(pdf.pages) > MOST_PAGES:
                return {"problem": "too_long"}
            return _read(pdf.pages, pdf.metadata or {})
    except MemoryError:
        return {"problem": "too_long"}
    except PDFPasswordIncorrect:
        return {"problem": "encrypted"}
    except Exception as error:  # a broken PDF raises anything; this process exists to survive it
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
    _bracket_raised(page.chars)
    page = page.dedupe_chars(tolerance=1)
    found = page.find_tables() if len(page.rects) + len(page.lines) + len(page.curves) <= MOST_RULES else []
    grids = [grid for table in found if (grid := _grid(table))]
    placed: list[tuple[float, list[Piece]]] = []
    for grid in sorted(grids, key=_top):
        tables += 1
        placed.append((_top(grid), list(_cells(page.chars, grid, tables))))
    boxes = [_bounds(grid) for grid in grids]
    outside = page.filter(lambda thing: not any(_inside(thing, box) for box in boxes))
    lines = outside.extract_text_lines(layout=False, return_chars=False, x_tolerance=WORD_GAP)
    placed += [(line["top"], [(line["text"], 0, 0, 0)]) for line in lines]
    return [piece for _, pieces in sorted(placed, key=lambda each: each[0]) for piece in pieces], tables


def _bracket_raised(chars: list[dict[str, Any]]) -> None:
    """Puts signs that stand raised behind another, the marks of notes, in brackets on its line."""
    base: dict[str, Any] | None = None
    for char in chars:
        if base is not None and _is_raised(char, base):
            mark = char["text"].strip("[]()")
            char.update(text=f"[{mark}]" if mark else "", **{edge: base[edge] for edge in ("top", "bottom", "doctop")})
        elif char["text"].strip():
            base = char


def _is_raised(char: dict[str, Any], base: dict[str, Any]) -> bool:
    """Whether a sign stands higher than the digit before it, on the same line, and is smaller or touches it.

    Other signs come from other fonts, whose edges stand elsewhere on the same line.
    """
    if not (base["text"].isdigit() and MARKS.issuperset(char["text"])):
        return False
    size, gap = base["size"], char["x0"] - base["x1"]
    near = -size < gap < (1 if char["size"] <= RAISED_SIZE * size else TOUCHING) * size
    higher = base["bottom"] - char["bottom"] >= RAISED_BY * size and char["bottom"] > base["top"]
    return bool(char["text"] and near and higher)


def _grid(table: Any) -> Grid:
    """The rows of a table. Rows of a single cell at its top and bottom are no table: boxes drawn around text."""
    rows = [list(row.cells) for row in table.rows]
    several = [at for at, row in enumerate(rows) if sum(cell is not None for cell in row) > 1]
    return rows[several[0] : several[-1] + 1] if several else []


def _top(grid: Grid) -> float:
    return _bounds(grid)[1]


def _bounds(grid: Grid) -> Box:
    boxes = [cell for row in grid for cell in row if cell is not None]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _inside(thing: dict[str, Any], box: Box) -> bool:
    across, down = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return bool(box[0] <= across <= box[2] and box[1] <= down <= box[3])


def _cells(chars: list[dict[str, Any]], grid: Grid, number: int) -> Iterator[Piece]:
    """The cells of a table; what a merged cell swallows is none."""
    from pdfplumber.utils.text import extract_text

    box = _bounds(grid)
    within = [char for char in chars if _inside(char, box)]
    middles = _middles(within)
    for at, row in enumerate(grid, start=1):
        for column, cell in enumerate(row, start=1):
            if cell is not None:
                inside = [char for char, middle in zip(within, middles, strict=True) if _inside(middle, cell)]
                yield extract_text(inside, x_tolerance=WORD_GAP).strip(), number, at, column


def _middles(chars: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What tells the cell of a sign: its edges; of a digit those of its figure, which may reach over a line."""
    figures: list[list[dict[str, Any]]] = []
    for char in chars:
        if figures and _continues(char, figures[-1][-1]):
            figures[-1].append(char)
        else:
            figures.append([char])
    return [char | {"x0": figure[0]["x0"], "x1": figure[-1]["x1"]} for figure in figures for char in figure]


def _continues(char: dict[str, Any], last: dict[str, Any]) -> bool:
    """Whether a digit directly follows another on its line."""
    digits = char["text"].isdigit() and last["text"].isdigit() and char["bottom"] == last["bottom"]
    return bool(digits and abs(char["x0"] - last["x1"]) <= NO_GAP * last["size"])
