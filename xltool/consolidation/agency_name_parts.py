"""List the texts that may stand for an agency in the name of a file: parts of its name, and what is in no other name.

The words are in ``templates/file_names.toml``.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cache
from typing import NamedTuple

from xltool.consolidation.file_name_words import load_abbreviations, load_agency_words
from xltool.model.agency import Agency

_SEPARATORS = re.compile(
    r"[\s_\-\u2014\u00b7()\[\]{}<>\u3010\u3011\u300a\u300b\u201c\u201d'\",.\u3001\u3002\uff0c;:+&#~]+"
)
_MIN_PART_CHARACTERS = 2
_MIN_PLAIN_PART_CHARACTERS = 3  # of a part that does not end like the name of a place
_MAX_PLACE_CHARACTERS = 20
MAX_NAME_CHARACTERS = 300


def plain_file_name(name: str) -> str:
    """Return a name of normal width and lower case without separators, cut to 300 characters."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name[:MAX_NAME_CHARACTERS])).casefold()


def list_full_names(agency: Agency) -> Iterator[str]:
    """Yield the name and the former names of an agency, of two characters at least."""
    return (text for name in (agency.name, *agency.former_names) if len(text := plain_file_name(name)) > 1)


def abbreviate_names(names: Iterable[str]) -> Iterator[str]:
    """Yield names with a usual abbreviation in place of their ends: 滨江区卫健委."""
    for name in names:
        for ending, shorts in load_abbreviations().items():
            if name.endswith(ending):
                yield from (name.removesuffix(ending) + short for short in shorts)


class Places(NamedTuple):
    """Places that names may begin with, each with and without its ending: those of one agency, and those of all."""

    own: frozenset[str]
    shared: frozenset[str]

    def list_before(self, name: str) -> list[str]:
        """Return the places that a name begins with, from the shortest."""
        beginnings = (name[:end] for end in range(1, len(name) + 1))
        return [text for text in beginnings if text in self.own or text in self.shared]


def list_parts(names: Iterable[str], agency_places: Places) -> Iterator[str]:
    """Yield names without their official endings, without the places they begin with, and without both.

    Of a place only the last character may be left out, too: 河口卫健委.
    """
    words = load_agency_words()
    for name in names:
        for whole in _cut_endings(name, words.endings):
            before = agency_places.list_before(whole)
            stems = [place[:-1] + whole.removeprefix(place) for place in before if place.endswith(words.place_endings)]
            for part in (whole, *stems, *(whole.removeprefix(place) for place in before)):
                if _can_stand_alone(part):
                    yield part


def _cut_endings(name: str, endings: Iterable[str]) -> list[str]:
    return [name, *(name.removesuffix(ending) for ending in endings if name.endswith(ending))]


def list_places(agency: Agency, agencies: Mapping[str, Agency], shared: frozenset[str]) -> Places:
    """Return the places that a name may begin with; ``shared`` are those that the names of several agencies do."""
    own = {place for name in list_full_names(agency) for place in iterate_areas(name)}
    return Places(_add_stems({*own, *_list_places_above(agency, agencies)}), shared)


def _add_stems(full_places: Set[str]) -> frozenset[str]:
    """Return places with and without their endings: 示例市, 示例."""
    endings = load_agency_words().place_endings
    stems = {place[:-1] for place in full_places if place.endswith(endings) and len(place) > _MIN_PART_CHARACTERS}
    return frozenset(full_places | stems)


def _list_places_above(agency: Agency, agencies: Mapping[str, Agency]) -> Iterator[str]:
    seen, above = {agency.code}, agencies.get(agency.parent or "")
    while above is not None and above.code not in seen:
        seen.add(above.code)
        for name in list_full_names(above):
            place = min(_cut_endings(name, load_agency_words().endings), key=len)
            if len(place) >= _MIN_PART_CHARACTERS:
                yield place
        above = agencies.get(above.parent or "")


def list_shared_places(names: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return the places that the names of several agencies begin with: 示例市 and 示例市一区 of 示例市一区教育局."""
    counts = Counter(place for texts in names.values() for place in {p for text in texts for p in iterate_areas(text)})
    return _add_stems({place for place, count in counts.items() if count > 1})


def iterate_areas(name: str) -> Iterator[str]:
    """Yield each beginning of a name that ends like the name of a place."""
    words, start = load_agency_words(), 0
    for end in range(_MIN_PART_CHARACTERS, min(len(name), _MAX_PLACE_CHARACTERS) + 1):
        last = name[start:end]
        if last.endswith(words.place_endings) and len(last) >= _MIN_PART_CHARACTERS and last not in words.no_places:
            start = end
            yield name[:end]


def list_stems(parts: Iterable[str], endings: Iterable[str]) -> Iterator[str]:
    """Yield names without their endings: 示例 of 示例镇, 财政 of 财政局."""
    general = load_agency_words().general
    for part in parts:
        for ending in endings:
            stem = part.removesuffix(ending)
            if stem != part and len(stem) >= _MIN_PART_CHARACTERS and not stem.startswith(general):
                yield stem


def list_loners(parts: Iterable[str]) -> Iterator[str]:
    """Yield the short names that other words begin with: 政府办."""
    return (part for part in parts if part.endswith(load_agency_words().alone_endings))


def list_near_texts(text: str) -> list[str]:
    """Return a text with each of its characters but the last left blank, but for those that tell towns apart."""
    telling = load_agency_words().telling_apart
    return [text[:at] + "\n" + text[at + 1 :] for at in range(len(text) - 1) if text[at] not in telling]


def _can_stand_alone(part: str) -> bool:
    words = load_agency_words()
    if part in _list_abbreviations():
        return part not in words.general
    enough = _MIN_PART_CHARACTERS if part.endswith(words.short_endings) else _MIN_PLAIN_PART_CHARACTERS
    bare = part[1:] if part.startswith(words.place_endings) else part  # of the district itself
    return len(part) >= enough and not part.startswith(words.general) and not bare.startswith(words.general)


@cache
def _list_abbreviations() -> frozenset[str]:
    return frozenset(short for shorts in load_abbreviations().values() for short in shorts)


def select_unique_parts(
    parts: Mapping[str, frozenset[str]], names_by_part: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, str]]:
    """Yield each part that is in the names of one agency only, with the code of that agency.

    A part that is inside an official ending, such as 民政 of 人民政府, is not looked for there.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    for code, texts in parts.items():
        for text in texts:
            owners[text].add(code)
    endings = load_agency_words().endings
    inside_endings = frozenset(text for text in owners if any(text in ending for ending in endings))
    longest = max(map(len, owners), default=0)
    others = owners.keys() - inside_endings
    for code, full in names_by_part.items():
        for name in full:
            for text in _iterate_texts_in(name, longest):
                if text in others:
                    owners[text].add(code)
            for text in _iterate_texts_in(_blank_out(name, endings), longest) if inside_endings else ():
                if text in inside_endings:
                    owners[text].add(code)
    yield from ((text, next(iter(codes))) for text, codes in owners.items() if len(codes) == 1)


def _blank_out(name: str, endings: Iterable[str]) -> str:
    for ending in endings:
        name = name.replace(ending, "\n")
    return name


def _iterate_texts_in(name: str, longest: int) -> Iterator[str]:
    for start in range(len(name)):
        for end in range(start + _MIN_PART_CHARACTERS, min(len(name), start + longest) + 1):
            yield name[start:end]
