"""The shared strings of a workbook, in order; ``count`` and ``uniqueCount`` are not looked at."""

import re

from xltool.intake import limits
from xltool.intake.grids import read_grid
from xltool.intake.parts import Part
from xltool.intake.plain_text import STRING_ITEM, TEXT, string_item, string_text
from xltool.intake.refusals import Excess, over_limit
from xltool.intake.remembering import Reader

# One string in the plain dialect, a simple one or one of runs, or (last) everything from the first thing that is none.
_ITEMS = re.compile(
    rf'<si>(?:<t(?: xml:space="[a-z]++")?>({TEXT})</t>|\s*({STRING_ITEM}))</si>\s*|<si ?/>\s*|(?s:(.+))'
)


class _Strings:
    def __init__(self, part: str) -> None:
        self.texts: list[str] = []
        self.inside = False
        self._part = part
        self._total = 0

    def scan(self, text: str) -> str:
        part, add = self._part, self.texts.append
        before = len(self.texts)
        unread = ""
        for plain, rich, rest in _ITEMS.findall(text.lstrip()):
            if rest:
                unread = rest
                break
            add(string_item(rich, part) if rich else string_text(plain, part))
        if len(self.texts) > limits.SHARED_STRINGS:
            raise over_limit(part, Excess.SHARED_STRINGS, limits.SHARED_STRINGS)
        self._total += sum(map(len, self.texts[before:]))
        if self._total > limits.TEXT_TOTAL:
            raise over_limit(part, Excess.CHARACTERS, limits.TEXT_TOTAL)
        return unread


def _read(part: Part) -> list[str]:
    """Every shared string by its index: runs of rich text joined, phonetic readings left out."""
    return read_grid(part, "sst", frozenset(), frozenset(), lambda: _Strings(part.name))[1].texts


read_shared_strings = Reader(_read)
