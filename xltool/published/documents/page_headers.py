"""What stands at the edges of the pages of a text again and again: heads, feet and page numbers, no part of it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

EDGE = 3  # lines at either end of a page that may be head or foot
FEWEST_PAGES = 2
MOST_FIGURES = 2  # by themselves in a head or foot: the page and how many there are; more are a row of a table

_NUMBER = re.compile(r"\d+")
_DATE = re.compile(r"\d[/:-]\d")

Page = list[str]


def without_heads_and_feet(text: str) -> str:
    """The text without lines at the edges of most of its pages that differ in nothing but numbers.

    A number by itself is one if it counts the pages. A text without form feeds has no pages.
    """
    pages = [page.split("\n") for page in text.split("\f")]
    printed = [page for page in pages if any(map(str.strip, page))]
    if len(printed) < FEWEST_PAGES:
        return text
    edges = [[(page, at) for at in _edges(page)] for page in printed]
    seen = Counter(shape for places in edges for shape in {_shape(page[at]) for page, at in places})
    most = {shape for shape, count in seen.items() if count >= max(FEWEST_PAGES, (len(printed) + 1) // 2)}
    for page, at in (place for places in edges for place in places):
        if _shape(page[at]) in most and _may_be_one(page[at]):
            page[at] = ""
    for end in (0, -1):
        _drop_numbers(printed, end)
    return "\f".join("\n".join(page) for page in pages)


def _edges(page: Page) -> Iterator[int]:
    holding = _holding(page)
    yield from dict.fromkeys([*holding[:EDGE], *holding[-EDGE:]])


def _holding(page: Page) -> list[int]:
    return [at for at, line in enumerate(page) if line.strip()]


def _shape(line: str) -> str:
    return _NUMBER.sub("#", "".join(line.split()))


def _may_be_one(line: str) -> bool:
    """Whether a line has a number, and words, a date or a time; a row of figures is none."""
    figures = sum(part.isdecimal() for part in line.split())
    more = any(sign.isalpha() for sign in line) or _DATE.search(line)
    return bool(_NUMBER.search(line)) and bool(more) and figures <= MOST_FIGURES


def _drop_numbers(pages: Sequence[Page], end: int) -> None:
    """Takes away the numbers that stand alone at one end of the pages and count them; the first page may have none."""
    places = [(page, _holding(page)[end]) for page in pages if _holding(page)]
    numbers = [int(page[at]) if page[at].strip().isdecimal() else None for page, at in places]
    counting = {number - at for at, number in enumerate(numbers) if number is not None}
    if len(counting) == 1 and None not in numbers[1:] and len(numbers) - numbers.count(None) >= FEWEST_PAGES:
        for (page, at), number in zip(places, numbers, strict=True):
            page[at] = "" if number is not None else page[at]
