"""Remove repeated page headers, page footers and page numbers from a text with form feeds."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

MAX_EDGE_LINES = 3  # lines at either end of a page that may be header or footer
MIN_PAGES = 2
MAX_HEADER_NUMBERS = 2  # page number and page count; more numbers are a table row

_NUMBER = re.compile(r"\d+")
_DATE = re.compile(r"\d[/:-]\d")

PageLines = list[str]


def remove_page_headers(text: str) -> str:
    """Return the text without lines at the edges of most pages that differ only in numbers.

    A number alone is removed if it counts the pages. A text without form feeds is returned unchanged.
    """
    pages = [page.split("\n") for page in text.split("\f")]
    printed = [page for page in pages if any(map(str.strip, page))]
    if len(printed) < MIN_PAGES:
        return text
    edges = [[(page, at) for at in _edge_lines(page)] for page in printed]
    seen = Counter(shape for places in edges for shape in {_mask_numbers(page[at]) for page, at in places})
    most = {shape for shape, count in seen.items() if count >= max(MIN_PAGES, (len(printed) + 1) // 2)}
    for page, at in (place for places in edges for place in places):
        if _mask_numbers(page[at]) in most and _may_be_header(page[at]):
            page[at] = ""
    for end in (0, -1):
        _remove_page_numbers(printed, end)
    return "\f".join("\n".join(page) for page in pages)


def _edge_lines(builder: PageLines) -> Iterator[int]:
    holding = _text_line_indexes(builder)
    yield from dict.fromkeys([*holding[:MAX_EDGE_LINES], *holding[-MAX_EDGE_LINES:]])


def _text_line_indexes(builder: PageLines) -> list[int]:
    return [at for at, line in enumerate(builder) if line.strip()]


def _mask_numbers(line: str) -> str:
    return _NUMBER.sub("#", "".join(line.split()))


def _may_be_header(line: str) -> bool:
    """Return True if a line has a number and words, a date or a time, but is not a row of figures."""
    figures = sum(part.isdecimal() for part in line.split())
    more = any(sign.isalpha() for sign in line) or _DATE.search(line)
    return bool(_NUMBER.search(line)) and bool(more) and figures <= MAX_HEADER_NUMBERS


def _remove_page_numbers(pages: Sequence[PageLines], end: int) -> None:
    """Remove numbers alone at one end of the pages that count them; the first page may have none."""
    places = [(page, _text_line_indexes(page)[end]) for page in pages if _text_line_indexes(page)]
    numbers = [int(page[at]) if page[at].strip().isdecimal() else None for page, at in places]
    counting = {number - at for at, number in enumerate(numbers) if number is not None}
    if len(counting) == 1 and None not in numbers[1:] and len(numbers) - numbers.count(None) >= MIN_PAGES:
        for (page, at), number in zip(places, numbers, strict=True):
            page[at] = "" if number is not None else page[at]
