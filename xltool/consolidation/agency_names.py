"""Find the agencies of a roster that the name of a file or folder means.

A name means an agency if it contains the agency's code, its name, a former name, or a part of its name that is in no
other agency's name; the end may be abbreviated as usual, and the places in front may be left out. Certain words after
an agency mean that it passed the file on. The words are in ``templates/file_names.toml``.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from xltool.consolidation.file_name_words import load_abbreviations, load_agency_words
from xltool.model.agency import Agency, Roster

_SEPARATORS = re.compile(
    r"[\s_\-\u2014\u00b7()\[\]{}<>\u3010\u3011\u300a\u300b\u201c\u201d'\",.\u3001\u3002\uff0c;:+&#~]+"
)
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"  # month and day
_DATE_LIKE = re.compile(rf"(?:19|20)\d\d(?:0[1-9]|1[0-2])?|(?:(?:19|20)\d\d|2[4-9])?{_DAY}")
_MIN_CODE_DIGITS = 4  # shorter numbers in a file name count the files
_MIN_PART_CHARACTERS = 2
_MIN_PLAIN_PART_CHARACTERS = 3  # of a part that does not end like the name of a place
_MIN_SHORT_FORM_CHARACTERS = 3
_MAX_PLACE_CHARACTERS = 20
_MAX_NAME_CHARACTERS = 300


@dataclass(frozen=True)
class AgencyNameIndex:
    """The texts that mean an agency of one roster, without separators, and the codes with their boundaries.

    ``own_texts`` are the parts of each agency's name, ``short_texts`` those of them that begin with no place, ``stems``
    the texts that mean an agency only where they stand alone, such as 示例 of 示例镇, ``places`` those before names.
    """

    codes_by_text: Mapping[str, frozenset[str]]
    own_texts: Mapping[str, frozenset[str]]
    short_texts: Mapping[str, frozenset[str]]
    numbers: Mapping[str, str]
    stems: frozenset[str]
    places: frozenset[str]
    beginnings: frozenset[str]
    max_characters: int

    def find_agencies(self, name: str) -> frozenset[str]:
        """Return the codes of all agencies that a name means."""
        plain = plain_file_name(name)
        found = {
            code
            for start, end, code in self._iterate_matches(plain)
            if not _is_bystander(plain, start, end)
            and (plain[start:end] not in self.stems or _stands_alone(plain, start, end, self.places))
        }
        return frozenset(found | set(self._find_numbers(name)))

    def find_carriers(self, name: str) -> frozenset[str]:
        """Return the codes of the agencies that passed a file on or filled it in for others, by its name."""
        words, plain = load_agency_words(), plain_file_name(name)
        carried = (*words.passed_on, *words.carried)
        return frozenset(code for _, end, code in self._iterate_matches(plain) if _is_followed_by(plain[end:], carried))

    def find_short_form(self, name: str) -> frozenset[str]:
        """Return the codes of the agencies of which a whole text is a name, as it is usually shortened."""
        return self.codes_by_text.get(plain_file_name(name), frozenset())

    def mentions(self, name: str, agency: Agency) -> bool:
        """Return whether a name contains anything of one agency, a short form of its name included."""
        plain = plain_file_name(name)
        if agency.code in self._find_numbers(name) or any(
            text in plain for text in map(plain_file_name, (agency.name, *agency.former_names)) if text
        ):
            return True
        rest = list(plain)
        for start, end, code in self._iterate_matches(plain):
            if code == agency.code:
                return True
            rest[start:end] = "\n" * (end - start)
        remaining = "".join(rest)
        own = self.own_texts.get(agency.code, frozenset())
        short = self.short_texts.get(agency.code, frozenset())
        return any(text in remaining for text in own) or _has_short_form(remaining, short)

    def _iterate_matches(self, plain: str) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and code of every text of an agency that is not inside a longer one."""
        taken = [False] * len(plain)
        starts = [at for at in range(len(plain) - 1) if plain[at : at + _MIN_PART_CHARACTERS] in self.beginnings]
        lengths = range(min(self.max_characters, len(plain)), _MIN_PART_CHARACTERS - 1, -1)
        spans = ((start, start + length) for length in lengths for start in starts if start + length <= len(plain))
        for start, end in spans:
            codes = self.codes_by_text.get(plain[start:end])
            if codes and not all(taken[start:end]):
                taken[start:end] = [True] * (end - start)
                yield from ((start, end, code) for code in codes)

    def _find_numbers(self, name: str) -> Iterator[str]:
        text = unicodedata.normalize("NFKC", name[:_MAX_NAME_CHARACTERS]).casefold()
        for token in re.findall(r"[0-9a-z][0-9a-z\-.]*[0-9a-z]|[0-9a-z]", text):
            for part in {token, *re.split(r"[\-.]", token), *re.findall(r"\d+", token)}:
                if part in self.numbers:
                    yield self.numbers[part]


def plain_file_name(name: str) -> str:
    """Return a name of normal width and lower case without separators, cut to 300 characters."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name[:_MAX_NAME_CHARACTERS])).casefold()


def index_agency_names(roster: Roster) -> AgencyNameIndex:
    """Build the index of all agencies of a roster, also of those that a part of it leaves out."""
    agencies = roster.known_agencies
    names = {code: frozenset(_list_full_names(agency)) for code, agency in agencies.items()}
    spoken = {code: texts | frozenset(_abbreviate_names(texts)) for code, texts in names.items()}
    shared = _list_shared_places(names)
    places = {code: _list_places(agency, agencies, shared) for code, agency in agencies.items()}
    parts = {code: frozenset(_list_parts(spoken[code], places[code])) for code in agencies}
    short = {code: frozenset(part for part in parts[code] if not part.startswith(places[code])) for code in agencies}
    stems = {code: frozenset(_list_town_stems(parts[code])) - parts[code] for code in agencies}
    parts = {code: (texts | stems[code]) - names[code] for code, texts in parts.items()}
    codes_by_text: dict[str, frozenset[str]] = {}
    for code, texts in names.items():
        for text in texts:
            codes_by_text[text] = codes_by_text.get(text, frozenset()) | {code}
    codes_by_text = {text: codes for text, codes in codes_by_text.items() if len(codes) == 1}
    for text, code in _select_unique_parts(parts, spoken):
        codes_by_text.setdefault(text, frozenset({code}))
    numbers = {_plain_code(code): code for code in agencies if _is_telling(_plain_code(code))}
    beginnings = frozenset(text[:_MIN_PART_CHARACTERS] for text in codes_by_text)
    return AgencyNameIndex(
        codes_by_text,
        parts,
        short,
        numbers,
        frozenset().union(*stems.values()) - frozenset().union(*names.values()),
        frozenset().union(*places.values()),
        beginnings,
        max(map(len, codes_by_text), default=0),
    )


def _list_full_names(agency: Agency) -> Iterator[str]:
    return (text for name in (agency.name, *agency.former_names) if len(text := plain_file_name(name)) > 1)


def _abbreviate_names(names: Iterable[str]) -> Iterator[str]:
    """Yield names with a usual abbreviation in place of their ends: 滨江区卫健委."""
    for name in names:
        for ending, shorts in load_abbreviations().items():
            if name.endswith(ending):
                yield from (name.removesuffix(ending) + short for short in shorts)


def _list_parts(names: Iterable[str], places: Iterable[str]) -> Iterator[str]:
    """Yield names without their official endings, without the places they begin with, and without both.

    Of a place only the last character may be left out, too: 河口卫健委.
    """
    words = load_agency_words()
    for name in names:
        for whole in _cut_endings(name, words.endings):
            before = [place for place in places if whole.startswith(place)]
            stems = [place[:-1] + whole.removeprefix(place) for place in before if place.endswith(words.place_endings)]
            for part in (whole, *stems, *(whole.removeprefix(place) for place in before)):
                if _can_stand_alone(part):
                    yield part


def _cut_endings(name: str, endings: Iterable[str]) -> list[str]:
    return [name, *(name.removesuffix(ending) for ending in endings if name.endswith(ending))]


def _list_places(agency: Agency, agencies: Mapping[str, Agency], shared: Iterable[str]) -> tuple[str, ...]:
    """Return the places that a name may begin with, each with and without its ending: 示例市, 示例."""
    endings = load_agency_words().place_endings
    own = (place for name in _list_full_names(agency) for place in _iterate_areas(name))
    places = {*shared, *own, *_list_places_above(agency, agencies)}
    stems = {place[:-1] for place in places if place.endswith(endings) and len(place) > _MIN_PART_CHARACTERS}
    return tuple(places | stems)


def _list_places_above(agency: Agency, agencies: Mapping[str, Agency]) -> Iterator[str]:
    seen, above = {agency.code}, agencies.get(agency.parent or "")
    while above is not None and above.code not in seen:
        seen.add(above.code)
        for name in _list_full_names(above):
            place = min(_cut_endings(name, load_agency_words().endings), key=len)
            if len(place) >= _MIN_PART_CHARACTERS:
                yield place
        above = agencies.get(above.parent or "")


def _list_shared_places(names: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return the places that the names of several agencies begin with: 示例市 and 示例市一区 of 示例市一区教育局."""
    counts = Counter(place for texts in names.values() for place in {p for text in texts for p in _iterate_areas(text)})
    return tuple(place for place, count in counts.items() if count > 1)


def _iterate_areas(name: str) -> Iterator[str]:
    """Yield each beginning of a name that ends like the name of a place."""
    words, start = load_agency_words(), 0
    for end in range(_MIN_PART_CHARACTERS, min(len(name), _MAX_PLACE_CHARACTERS) + 1):
        last = name[start:end]
        if last.endswith(words.place_endings) and len(last) >= _MIN_PART_CHARACTERS and last not in words.no_places:
            start = end
            yield name[:end]


def _list_town_stems(parts: Iterable[str]) -> Iterator[str]:
    """Yield the names of towns without their endings: 示例 of 示例镇."""
    for part in parts:
        for ending in load_agency_words().town_endings:
            stem = part.removesuffix(ending)
            if stem != part and len(stem) >= _MIN_PART_CHARACTERS:
                yield stem


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


def _select_unique_parts(
    parts: Mapping[str, frozenset[str]], names_by_part: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, str]]:
    """Yield each part that is in the names of one agency only, with the code of that agency."""
    owners: dict[str, set[str]] = defaultdict(set)
    for code, texts in parts.items():
        for text in texts:
            owners[text].add(code)
    wanted = frozenset(owners)
    longest = max(map(len, wanted), default=0)
    for code, full in names_by_part.items():
        for name in full:
            for start in range(len(name)):
                for end in range(start + _MIN_PART_CHARACTERS, min(len(name), start + longest) + 1):
                    if name[start:end] in wanted:
                        owners[name[start:end]].add(code)
    yield from ((text, next(iter(codes))) for text, codes in owners.items() if len(codes) == 1)


def _plain_code(code: str) -> str:
    return unicodedata.normalize("NFKC", code).casefold()


def _is_telling(code: str) -> bool:
    """Return whether a code in a file name is no number of files and no date."""
    return len(code) >= _MIN_CODE_DIGITS and not _DATE_LIKE.fullmatch(code) and any(map(str.isdigit, code))


def _is_bystander(plain: str, start: int, end: int) -> bool:
    """Return whether the agency at this position only passed the file on, or was to receive it."""
    words, before, after = load_agency_words(), plain[:start], plain[end:]
    return (
        before.endswith(words.sent_to)
        or _strip_digits(before) in words.sent_to_first
        or _is_followed_by(after, words.passed_on)
    )


def _is_followed_by(after: str, beginnings: tuple[str, ...]) -> bool:
    """Return whether a text begins with one of these words, and not with the word of a document that begins alike."""
    rests = (after.removeprefix(word) for word in beginnings if after.startswith(word))
    return any(not rest.startswith(load_agency_words().document_ends) for rest in rests)


def _stands_alone(plain: str, start: int, end: int, places: Iterable[str]) -> bool:
    """Return whether only figures, dates, places and words that name nobody stand around this position."""
    words = load_agency_words()
    before, after = _strip_digits(plain[:start]), plain[end:]
    follows = not after or after[0].isdecimal() or after.startswith((*words.general, *words.after_names))
    whole = before + plain[start] if plain[start] in words.place_endings else before
    if not follows or before in ("", *words.before_names) or whole in _iterate_areas(whole):
        return follows
    return any(before.removesuffix(place) in ("", *words.before_names) for place in places)


def _strip_digits(text: str) -> str:
    return re.sub(r"\d+", "", text)


def _has_short_form(text: str, own_texts: Iterable[str]) -> bool:
    """Return whether a text has a short form of a name: its first character and others of it, side by side."""
    for own in own_texts:
        if own.endswith(load_agency_words().endings):
            continue
        for start, first in enumerate(text):
            at, length = -1, 0
            for character in text[start:] if first == own[0] else "":
                at = own.find(character, at + 1)
                if at < 0:
                    break
                length += 1
            if length >= _MIN_SHORT_FORM_CHARACTERS:
                return True
    return False
