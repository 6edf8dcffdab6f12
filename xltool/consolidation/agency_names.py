"""Find the agencies of a roster that the name of a file or folder means.

A name means an agency if it contains the agency's code, its name, a former name, or a part of its name that is in no
other agency's name; the end may be abbreviated as usual, and the places in front may be left out. Certain words after
an agency mean that it passed the file on. The words are in ``templates/file_names.toml``.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from xltool.consolidation.agency_name_parts import (
    MAX_NAME_CHARACTERS,
    Places,
    abbreviate_names,
    iterate_areas,
    list_full_names,
    list_loners,
    list_near_texts,
    list_parts,
    list_places,
    list_shared_places,
    list_stems,
    plain_file_name,
    select_unique_parts,
)
from xltool.consolidation.file_name_words import (
    consists_of_usual_words,
    find_usual_beginnings,
    find_usual_endings,
    is_name_of_known_body,
    load_agency_words,
)
from xltool.model.agency import Agency, Roster

_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"  # month and day
_DATE_LIKE = re.compile(rf"(?:19|20)\d\d(?:0[1-9]|1[0-2])?|(?:(?:19|20)\d\d|2[4-9])?{_DAY}")
_MIN_CODE_DIGITS = 4  # shorter numbers in a file name count the files
_MIN_PART_CHARACTERS = 2
_MIN_SHORT_FORM_CHARACTERS = 3
_MIN_NEAR_CHARACTERS = 3


@dataclass(frozen=True)
class AgencyNameIndex:
    """The texts that mean an agency of one roster, without separators, and the codes with their boundaries.

    ``own_texts`` are the parts of each agency's name, ``short_texts`` those of them that begin with no place. ``stems``
    mean an agency only where they stand alone, such as 示例 of 示例镇; ``subjects`` are those of bureaus: 财政.
    ``places`` may stand before names. ``near_texts`` are names in which one character is left blank.
    """

    codes_by_text: Mapping[str, frozenset[str]]
    near_texts: Mapping[str, frozenset[str]]
    own_texts: Mapping[str, frozenset[str]]
    short_texts: Mapping[str, frozenset[str]]
    numbers: Mapping[str, str]
    stems: frozenset[str]
    subjects: frozenset[str]
    places: frozenset[str]
    beginnings: frozenset[str]
    max_characters: int
    max_near_characters: int

    def find_agencies(self, name: str) -> frozenset[str]:
        """Return the codes of all agencies that a name means."""
        plain = plain_file_name(name)
        found = {
            code
            for start, end, code in self._iterate_meant(plain)
            if plain[start:end] not in self.stems or self._stands_alone(plain, start, end)
        }
        return frozenset(found | set(self._find_numbers(name)))

    def find_listed(self, name: str) -> frozenset[str]:
        """Return the codes of the agencies of a name without words of its own, but for those that handed in for others.

        司法局、财政局2025年报 means two, 司法局（财政局报送） the first, 司法局（财政局要求重做） none.
        """
        words, plain = load_agency_words(), plain_file_name(name)
        full = [match for match in self._iterate_matches(plain) if plain[match[0] : match[1]] not in self.stems]
        between = self.places.union(words.joining)
        if not all(consists_of_usual_words(text, between) for text in _list_gaps(plain, full)):
            return frozenset()
        handed_in = (*words.carried, *words.reported)
        listed = {
            code
            for start, end, code in self._iterate_meant(plain)
            if not _is_followed_by(plain[end:], handed_in) and not plain[:start].endswith(words.sent_to)
        }
        return frozenset(listed | set(self._find_numbers(name)))

    def find_near(self, name: str, owner: Agency) -> frozenset[str]:
        """Return the codes of agencies of whose names all that a name says has one other character, not the last.

        What has less than three characters, is the name of another known body or shares one with the owner's is no
        misspelling of another agency's name. Neither is a name that means or passes over an agency by itself.
        """
        plain = plain_file_name(name)
        if any(plain[start:end] not in self.places for start, end, _ in self._iterate_matches(plain)):
            return frozenset()
        own = {sign for text in self.short_texts.get(owner.code, ()) for sign in text[:-1]}
        own.difference_update(load_agency_words().place_endings)
        found: set[str] = set()
        for said in self._iterate_said(plain):
            codes = {code for text in list_near_texts(said) for code in self.near_texts.get(text, ())}
            if codes and (is_name_of_known_body(said) or not own.isdisjoint(said[:-1])):
                return frozenset()
            found |= codes
        return frozenset(found)

    def _iterate_said(self, plain: str) -> Iterator[str]:
        """Yield what a name says between usual words and places, divided in all ways; nothing if it has only such."""
        starts = find_usual_beginnings(plain, self.places)
        if starts[-1]:
            return
        ends = [end for end, reached in enumerate(find_usual_endings(plain)) if reached]
        for start in range(len(plain)):
            if starts[start]:
                lengths = range(_MIN_NEAR_CHARACTERS, self.max_near_characters + 1)
                yield from (plain[start:end] for end in ends if end - start in lengths)

    def find_carriers(self, name: str) -> frozenset[str]:
        """Return the codes of the agencies that passed a file on or filled it in for others, by its name."""
        words, plain = load_agency_words(), plain_file_name(name)
        carried = (*words.passed_on, *words.carried)
        return frozenset(
            code
            for _, end, code in self._iterate_matches(plain)
            if _is_followed_by(plain[end:], carried) or _strip_digits(plain[end:]) in words.passed_on_last
        )

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

    def _iterate_meant(self, plain: str) -> Iterator[tuple[int, int, str]]:
        """Yield the matches of agencies that neither passed the file on, nor received it, nor are part of another."""
        words, included, before = load_agency_words(), 0, 0
        for start, end, code in sorted(self._iterate_matches(plain)):
            follows = included and plain[included:start] in ("", *words.joining)
            if follows or plain[:start].endswith(words.including):
                included = end
            elif plain[before:start] not in words.sent_to_first and not _is_bystander(plain, start, end):
                yield start, end, code
            before = end

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

    def _stands_alone(self, plain: str, start: int, end: int) -> bool:
        """Return whether only places and words that mean nobody in particular stand around this position.

        报告 after 审计 makes it another word; after the name of a town it does not.
        """
        if plain[start:end] in self.subjects and plain[end:].startswith(load_agency_words().subject_ends):
            return False
        areas = [*iterate_areas(_strip_digits(plain[: start + 1]))]
        before = self.places.union(areas, (area[:-1] for area in areas))
        return consists_of_usual_words(plain[end:]) and consists_of_usual_words(plain[:start], before)

    def _find_numbers(self, name: str) -> Iterator[str]:
        text = unicodedata.normalize("NFKC", name[:MAX_NAME_CHARACTERS]).casefold()
        for token in re.findall(r"[0-9a-z][0-9a-z\-.]*[0-9a-z]|[0-9a-z]", text):
            for part in {token, *re.split(r"[\-.]", token), *re.findall(r"\d+", token)}:
                if part in self.numbers:
                    yield self.numbers[part]


@lru_cache(maxsize=4)
def index_agency_names(roster: Roster) -> AgencyNameIndex:
    """Return the index of all agencies of a roster, also of those that a part of it leaves out; cached."""
    agencies = roster.known_agencies
    names = {code: frozenset(list_full_names(agency)) for code, agency in agencies.items()}
    spoken = {code: texts | frozenset(abbreviate_names(texts)) for code, texts in names.items()}
    shared = list_shared_places(names)
    places = {code: list_places(agency, agencies, shared) for code, agency in agencies.items()}
    parts = {code: frozenset(list_parts(spoken[code], places[code])) for code in agencies}
    short = {code: frozenset(part for part in parts[code] if not places[code].list_before(part)) for code in agencies}
    subjects = {
        code: frozenset(list_stems(parts[code], load_agency_words().subject_endings)) - parts[code] for code in agencies
    }
    stems = {
        code: (subjects[code] | {*list_stems(parts[code], load_agency_words().town_endings), *list_loners(parts[code])})
        for code in agencies
    }
    no_stems = load_agency_words().no_stems
    silent = {text for code in agencies for text in stems[code] - parts[code] if text.endswith(no_stems)}
    parts = {code: (texts | stems[code]) - names[code] for code, texts in parts.items()}
    codes_by_text: dict[str, frozenset[str]] = {}
    for code, texts in names.items():
        for text in texts:
            codes_by_text[text] = codes_by_text.get(text, frozenset()) | {code}
    codes_by_text = {text: codes for text, codes in codes_by_text.items() if len(codes) == 1}
    for text, code in select_unique_parts(parts, spoken):
        if text not in silent:
            codes_by_text.setdefault(text, frozenset({code}))
    numbers = {_plain_code(code): code for code in agencies if _is_telling(_plain_code(code))}
    beginnings = frozenset(text[:_MIN_PART_CHARACTERS] for text in codes_by_text)
    near_texts = _index_near_texts(names, places)
    return AgencyNameIndex(
        codes_by_text,
        near_texts,
        parts,
        short,
        numbers,
        frozenset().union(*stems.values()) - frozenset().union(*names.values()),
        frozenset().union(*subjects.values()),
        shared.union(load_agency_words().place_endings, *(each.own for each in places.values())),
        beginnings,
        max(map(len, codes_by_text), default=0),
        max(map(len, near_texts), default=0),
    )


def _index_near_texts(
    texts_by_code: Mapping[str, frozenset[str]], places_by_code: Mapping[str, Places]
) -> Mapping[str, frozenset[str]]:
    """Index the codes of agencies by their names without places, with any one character but the last left blank."""
    codes: dict[str, set[str]] = defaultdict(set)
    for code, texts in texts_by_code.items():
        for part in list_parts(texts, places_by_code[code]):
            if len(part) >= _MIN_NEAR_CHARACTERS and not places_by_code[code].list_before(part):
                for text in list_near_texts(part):
                    codes[text].add(code)
    return {text: frozenset(found) for text, found in codes.items()}


def _plain_code(code: str) -> str:
    return unicodedata.normalize("NFKC", code).casefold()


def _is_telling(code: str) -> bool:
    """Return whether a code in a file name is no number of files and no date."""
    return len(code) >= _MIN_CODE_DIGITS and not _DATE_LIKE.fullmatch(code) and any(map(str.isdigit, code))


def _is_bystander(plain: str, start: int, end: int) -> bool:
    """Return whether the agency at this position only passed the file on, or was to receive it."""
    words, before, after = load_agency_words(), plain[:start], plain[end:]
    return (
        _is_recipient(before, after)
        or _strip_digits(before) in words.sent_to_first
        or _is_followed_by(after, words.passed_on)
        or _strip_digits(after) in words.passed_on_last
    )


def _is_recipient(before: str, after: str) -> bool:
    """Return whether a file was sent to the agency between two texts; 报送 before its report means it is about it."""
    words = load_agency_words()
    is_subject = before.endswith(words.handing_in) and re.match(words.report_behind, after)
    return before.endswith(words.sent_to) and not is_subject


def _list_gaps(plain: str, spans: Iterable[tuple[int, int, str]]) -> list[str]:
    """Return the texts before, between and after the spans."""
    for start, end, _ in spans:
        plain = plain[:start] + "\n" * (end - start) + plain[end:]
    return plain.split("\n")


def _is_followed_by(after: str, beginnings: tuple[str, ...]) -> bool:
    """Return whether a text begins with one of these words, and not with the word of a document that begins alike."""
    rests = (after.removeprefix(word) for word in beginnings if after.startswith(word))
    return any(not rest.startswith(load_agency_words().document_ends) for rest in rests)


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
