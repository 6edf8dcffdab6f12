"""Read the tables and lines of one PDF; runs in the child process. Adapter to pdfplumber.

The result has ``pages`` (lists of blocks: text, table, row, column), ``titles`` and ``pictures``, or a ``problem``:
encrypted, damaged, no_text, too_long.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pdfplumber.page import Page

MAX_PAGES = 200
MAX_CHARS = 1_000_000
MIN_CHARS_PER_PAGE = 20  # a page with a picture and fewer characters is a scan
MAX_RULES_PER_PAGE = 20_000  # lines and rectangles; a table has some hundred
WORD_GAP_POINTS = 1.5  # between two characters of one word
MAX_RAISED_SIZE_RATIO = 0.85  # of the size of the character before it
MIN_RAISED_HEIGHT_RATIO = 0.2  # of that size: a character this far above is a note mark
NOTE_MARKS = frozenset("0123456789[]()*\u2460\u2461\u2462\u2463\u2464\u2465\u2466\u2467\u2468")
MAX_DIGIT_GAP_RATIO = 0.05  # of that size, between two digits of one figure
MAX_WORD_GAP_RATIO = 0.2  # of that size, between two characters of one word

WorkerBlock = tuple[str, int, int, int]
Box = tuple[float, float, float, float]
Grid = list[list[Box | None]]


def read(data: bytes) -> dict[str, Any]:
    """Read the content of a PDF, or the reason why it cannot be read."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            if len(pdf.pages) > MAX_PAGES:
                return {"problem": "too_long"}
            return _read_pages(pdf.pages, pdf.metadata or {})
    except MemoryError:
        return {"problem": "too_long"}
    except PDFPasswordIncorrect:
        return {"problem": "encrypted"}
    except Exception as error:  # a broken PDF raises anything; this process exists to survive it
        encrypted = isinstance(error.__context__ or error.__cause__, PDFPasswordIncorrect) or "Password" in repr(error)
        return {"problem": "encrypted" if encrypted else "damaged"}


def _read_pages(pages: "list[Page]", metadata: dict[str, Any]) -> dict[str, Any]:
    found: list[list[WorkerBlock]] = []
    signs = pictures = tables = 0
    for page in pages:
        pieces, tables = _page_blocks(page, tables)
        found.append(pieces)
        signs += sum(len(text) for text, *_ in pieces)
        pictures += len(page.images)
        page.close()
        if signs > MAX_CHARS:
            return {"problem": "too_long"}
    if signs < MIN_CHARS_PER_PAGE * len(pages):
        return {"problem": "no_text" if pictures or not signs else "damaged"}
    titles = [metadata["Title"]] if isinstance(metadata.get("Title"), str) else []
    return {"pages": found, "titles": titles, "pictures": pictures}


def _page_blocks(page: "Page", table_count: int) -> tuple[list[WorkerBlock], int]:
    """Return the blocks of one page from top to bottom, and the number of tables so far (``table_count`` before)."""
    _bracket_raised(page.chars)
    page = page.dedupe_chars(tolerance=1)
    found = page.find_tables() if len(page.rects) + len(page.lines) + len(page.curves) <= MAX_RULES_PER_PAGE else []
    grids = [grid for table in found if (grid := _table_grid(table))]
    placed: list[tuple[float, list[WorkerBlock]]] = []
    for grid in sorted(grids, key=_top_edge):
        table_count += 1
        placed.append((_top_edge(grid), list(_grid_cells(page.chars, grid, table_count))))
    boxes = [_bounding_box(grid) for grid in grids]
    outside = page.filter(lambda thing: not any(_is_inside(thing, box) for box in boxes))
    lines = outside.extract_text_lines(layout=False, return_chars=False, x_tolerance=WORD_GAP_POINTS)
    placed += [(line["top"], [(line["text"], 0, 0, 0)]) for line in lines]
    return [piece for _, pieces in sorted(placed, key=lambda each: each[0]) for piece in pieces], table_count


def _bracket_raised(chars: list[dict[str, Any]]) -> None:
    """Move raised characters (note marks) to the baseline of the character before them, in brackets."""
    base: dict[str, Any] | None = None
    for char in chars:
        if base is not None and _is_raised(char, base):
            mark = char["text"].strip("[]()")
            char.update(text=f"[{mark}]" if mark else "", **{edge: base[edge] for edge in ("top", "bottom", "doctop")})
        elif char["text"].strip():
            base = char


def _is_raised(char: dict[str, Any], base: dict[str, Any]) -> bool:
    """Return True if a character is raised above the digit before it, and is smaller or touches it.

    Other characters may come from another font, whose edges differ on the same line.
    """
    if not (base["text"].isdigit() and NOTE_MARKS.issuperset(char["text"])):
        return False
    size, gap = base["size"], char["x0"] - base["x1"]
    near = -size < gap < (1 if char["size"] <= MAX_RAISED_SIZE_RATIO * size else MAX_WORD_GAP_RATIO) * size
    higher = base["bottom"] - char["bottom"] >= MIN_RAISED_HEIGHT_RATIO * size and char["bottom"] > base["top"]
    return bool(char["text"] and near and higher)


def _table_grid(table: Any) -> Grid:
    """Return the rows of a table without single-cell rows at its top and bottom (boxes drawn around text)."""
    rows = [list(row.cells) for row in table.rows]
    several = [at for at, row in enumerate(rows) if sum(cell is not None for cell in row) > 1]
    return rows[several[0] : several[-1] + 1] if several else []


def _top_edge(grid: Grid) -> float:
    return _bounding_box(grid)[1]


def _bounding_box(grid: Grid) -> Box:
    boxes = [cell for row in grid for cell in row if cell is not None]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _is_inside(thing: dict[str, Any], box: Box) -> bool:
    across, down = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return bool(box[0] <= across <= box[2] and box[1] <= down <= box[3])


def _grid_cells(chars: list[dict[str, Any]], grid: Grid, number: int) -> Iterator[WorkerBlock]:
    """Yield the cells of a table; positions covered by a merged cell are left out."""
    from pdfplumber.utils.text import extract_text

    box = _bounding_box(grid)
    within = [char for char in chars if _is_inside(char, box)]
    middles = _figure_edges(within)
    for at, row in enumerate(grid, start=1):
        for column, cell in enumerate(row, start=1):
            if cell is not None:
                inside = [char for char, middle in zip(within, middles, strict=True) if _is_inside(middle, cell)]
                yield extract_text(inside, x_tolerance=WORD_GAP_POINTS).strip(), number, at, column


def _figure_edges(chars: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each character with the edges that decide its cell: for a digit those of its whole figure."""
    figures: list[list[dict[str, Any]]] = []
    for char in chars:
        if figures and _continues_figure(char, figures[-1][-1]):
            figures[-1].append(char)
        else:
            figures.append([char])
    return [char | {"x0": figure[0]["x0"], "x1": figure[-1]["x1"]} for figure in figures for char in figure]


def _continues_figure(char: dict[str, Any], previous_char: dict[str, Any]) -> bool:
    """Return True if a digit directly follows another on its line."""
    digits = char["text"].isdigit() and previous_char["text"].isdigit() and char["bottom"] == previous_char["bottom"]
    return bool(digits and abs(char["x0"] - previous_char["x1"]) <= MAX_DIGIT_GAP_RATIO * previous_char["size"])
