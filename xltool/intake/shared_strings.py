"""The shared strings of a workbook, in order; ``count`` and ``uniqueCount`` are not looked at."""

import re

from xltool.intake import limits
from xltool.intake.grids import Pieces, read_grid
from xltool.intake.plain_text import string_item, string_text
from xltool.intake.xml_parts import over_limit

_ITEM = re.compile(
    r"<si>(?:<t(?: xml:space=\"[a-z]+\")?>([^<]*)</t>|([^<]*(?:<(?!/si>)[^<]*)*))</si>\s*|(<si\s*/>)\s*|(?s:(.+))"
)


class _Strings:
    def __init__(self, part: str) -> None:
        self.texts: list[str] = []
        self._part = part
        self._total = 0

    def scan(self, text: str) -> str:
        part, add = self._part, self.texts.append
        before = len(self.texts)
        for plain, rich, _empty, rest in _ITEM.findall(text):
            if rest:
                break
            add(string_item(rich, part) if rich else string_text(plain, part))
        else:
            rest = ""
        if len(self.texts) > limits.SHARED_STRINGS:
            raise over_limit(part, "shared_strings", limits.SHARED_STRINGS)
        self._total += sum(map(len, self.texts[before:]))
        if self._total > limits.TEXT_TOTAL:
            raise over_limit(part, "characters", limits.TEXT_TOTAL)
        return rest if rest.strip() else ""


def read_shared_strings(pieces: Pieces, part: str) -> list[str]:
    """Every shared string by its index: runs of rich text joined, phonetic readings left out."""
    return read_grid(pieces, part, "sst", frozenset(), lambda: _Strings(part))[1].texts
