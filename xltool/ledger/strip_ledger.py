"""Take what is private out of a ledger, and search a written workbook for anything that is left of it."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from xltool.ledger.ledger_definition import load_ledger_definition
from xltool.ledger.ledger_entries import Dispute, Ledger, Request
from xltool.ledger.reading.ledger_words import shown_choices
from xltool.recognition.identify_form import cell_text
from xltool.spreadsheet.cell_look import MarkedText
from xltool.spreadsheet.raw_workbook import RawCell, RawWorkbook, StorageType

_MIN_CHARACTERS, _MIN_DIGITS = 2, 6  # a shorter text is part of many others: it must only not stand alone
_MIN_UTF16_CHARACTERS = 4  # two bytes each: a shorter one may stand there by chance
_LONG_NUMBERS = re.compile(r"<v>([0-9]{6,})</v>")  # as those of telephones and identity cards
_TEXTS = re.compile(r">([^<>]+)<|=\"([^\"<>]*)\"")
_STORED_NUMBERS = re.compile(r"<v>[^<]*</v>|<f>[^<]*</f>| (?:r|s|spans|ht|width)=\"[^\"]*\"")
_CHINESE = re.compile("[\u3400-\u9fff]")


class PrivateText(NamedTuple):
    """A text that must not leave the office, and the place where it stands."""

    text: str
    place: str


def list_private_columns() -> frozenset[str]:
    """Return the ids of the columns that never leave the office."""
    definition = load_ledger_definition()
    return frozenset(column.id for column in (*definition.requests, *definition.disputes) if column.private)


def strip_ledger(ledger: Ledger) -> Ledger:
    """Return a ledger without its private contents, and without what was noticed while reading."""
    private = list_private_columns()
    return replace(
        ledger,
        requests=tuple(Request._make(_blank_fields(line, private)) for line in ledger.requests),
        disputes=tuple(Dispute._make(_blank_fields(line, private)) for line in ledger.disputes),
        common_columns=ledger.common_columns - private,
        problems=(),
    )


def _blank_fields(ledger_line: Request | Dispute, private: frozenset[str]) -> Iterator[object]:
    for name, value in zip(ledger_line._fields, ledger_line, strict=True):
        if name in private:
            yield None
        else:
            yield value - private if isinstance(value, frozenset) else value


# --- the search ----------------------------------------------------------------------------------------------------


def list_private_texts(workbook: RawWorkbook, ledger: Ledger) -> tuple[PrivateText, ...]:
    """Return everything that stands in private columns of a ledger, and every wording in columns that it does not know.

    The whole stored text counts, with what is struck out or invisible in it.
    """
    private = list_private_columns()
    found: dict[str, PrivateText] = {}
    for sheet in workbook.sheets:
        columns = ledger.columns.get(sheet.name)
        if columns is None:
            continue
        rows = [line.row for line in ledger.requests if line.sheet == sheet.name]
        first = min([*rows, *(line.row for line in ledger.disputes if line.sheet == sheet.name)], default=1)
        kinds = {letters: column in private for column, letters in columns.items()}
        for address, cell in sheet.cells.items():
            letters = address.rstrip("0123456789")
            if int(address[len(letters) :]) < first or kinds.get(letters) is False:
                continue
            for text in _list_texts(cell):
                if letters in kinds or _CHINESE.search(text):
                    found.setdefault(text, PrivateText(text, f"{sheet.name}!{address}"))
    return tuple(found.values())


def _list_texts(cell: RawCell) -> Iterator[str]:
    """Yield the stored text of a cell as one line, and what a person sees of it where that is not the same."""
    if cell.stored is StorageType.EMPTY:
        return
    stored = "".join(run.text for run in cell.text.runs) if isinstance(cell.text, MarkedText) else str(cell.text)
    for text in dict.fromkeys((stored, str(cell.text), cell_text(cell))):
        if plain := " ".join(text.split()):
            yield plain


def find_leaks(
    package_parts: Mapping[str, bytes], empty_parts: Mapping[str, bytes], private_texts: Iterable[PrivateText]
) -> tuple[PrivateText, ...]:
    """Return the private texts that stand anywhere in the ``parts`` of a workbook, by name.

    Every part is searched, escaped or not, in UTF-8 and UTF-16. What stands in a copy without lines (``empty_parts``)
    and the words of choices are no leaks: a private text may be one of them, or a part of one.
    """
    allowed = _collect_texts(empty_parts) | {word for words in shown_choices().values() for word in words.values()}
    rest = _collect_texts(package_parts) - allowed
    joined, whole = "\0".join(rest), b"\0".join(package_parts.values())
    return tuple(
        private
        for private in private_texts
        if _is_left(private.text, rest, joined) or _is_in_utf16(private.text, whole)
    )


def _collect_texts(package_parts: Mapping[str, bytes]) -> set[str]:
    """Return every text, attribute value and long number of the parts, and their names; each as one line."""
    texts = set(package_parts)
    for content in package_parts.values():
        decoded = content.decode("utf-8", "replace")
        texts |= set(_LONG_NUMBERS.findall(decoded))
        texts |= set(_split_texts(_STORED_NUMBERS.sub(" ", decoded)))
    return {" ".join(text.split()) for text in texts}


def _split_texts(xml_text: str) -> Iterator[str]:
    """Yield each text and attribute value of an XML part, without escapes; the whole of any other part."""
    if "<" not in xml_text:
        yield xml_text
    for match in _TEXTS.finditer(xml_text):
        yield html.unescape(match[1] or match[2] or "")


def _is_left(text: str, rest: set[str], joined: str) -> bool:
    is_short = len(text) < (_MIN_DIGITS if text.isdigit() else _MIN_CHARACTERS)
    return text in rest if is_short else text in joined


def _is_in_utf16(text: str, whole: bytes) -> bool:
    return len(text) >= _MIN_UTF16_CHARACTERS and any(text.encode(name) in whole for name in ("utf-16-le", "utf-16-be"))
