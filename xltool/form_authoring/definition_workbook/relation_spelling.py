"""Relations as offices write them: with addresses of the drawing or printed names, beside the language of definitions.

``D30 = SUM(D9:D29)`` is about single figures; with the word for every column (每栏) an address or a name stands for its
line, with that for every line (每行) for its column. ``$D$7`` stays the single figure.
"""

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from xltool.form_authoring.definition_workbook.definition_words import list_key_words, say_words
from xltool.form_authoring.definition_workbook.drawn_form import DrawnForm
from xltool.form_authoring.definition_workbook.printed_names import PrintedNames, SpellingError
from xltool.forms.cell_addresses import is_inside_box, parse_address, parse_box
from xltool.forms.vocabulary import EVERY_LINE, EVERY_ROW, ExpressionError, Vocabulary, expand_range, resolve_name
from xltool.model.form import Cell

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_DOTTED = re.compile(r"(?<!\w)[a-z_]\w*(?:\.\w+)+")
_LANGUAGE = re.compile(r"(?P<dotted>[a-z_]\w*(?:\.\w+)+)|'[^']*'|(?P<name>[a-z_]\w*)|.", re.DOTALL)
_SINGLE = re.compile(r"@([A-Z]+)([0-9]+)")  # the address of a single figure beside those of lines or columns
# Letters, digits and signs as input methods for Chinese type them; brackets and commas may be part of a name.
_FULL_WIDTH = {0xFEE0 + code: code for code in map(ord, "=+-*/<>%$" + string.digits + string.ascii_letters)}
_COMPARING = frozenset({"==", "!=", "<=", ">=", "<", ">"})
_BINARY = _COMPARING | {"+", "-", "*", "/", "%", "and", "or"}
_RANGE_DOTS = ", ..., "


class _RelationToken(NamedTuple):
    kind: str
    text: str


@dataclass(frozen=True)
class RelationSpelling:
    """Reads and writes the relations of one form."""

    vocabulary: Vocabulary
    drawing: DrawnForm
    names: PrintedNames

    # --- reading ---

    def read_relation(self, text: str) -> str:
        """Return an expression of the language of definitions for whatever spelling. Raises SpellingError."""
        if _DOTTED.search(_QUOTED.sub("", text)):
            return text
        body, axis = _split_axis(text.translate(_FULL_WIDTH).strip().removeprefix("="))
        tokens = list(_split_relation(body))
        printed = [token.text for token in tokens if token.kind == "printed"]
        names = self.names.resolve_names(list(dict.fromkeys(printed)), axis)
        return _join_pieces([self._translate(token, axis, names) for token in tokens])

    def _translate(self, token: _RelationToken, axis: str, meanings: Mapping[str, str]) -> str:
        match token.kind:
            case "word":
                return f"'{token.text[1:-1]}'"
            case "range":
                return self._translate_range(token.text, axis)
            case "address":
                return self._name_address(token.text, axis)
            case "printed":
                return meanings[token.text]
            case "function":
                return str(list_key_words("functions")[token.text.upper()]) + "("
        return str(list_key_words("signs").get(token.text, token.text))

    def _name_address(self, address: str, axis: str) -> str:
        cell = self._find_cell(address.replace("$", ""))
        if cell.table in self.vocabulary.lists:
            return f"{cell.table}.{EVERY_ROW}.{cell.id.partition('.')[2]}"
        if axis and not address.startswith("$"):
            return f"{cell.table}.{cell.line}" if axis == "column" else f"{cell.table}.{EVERY_LINE}.{cell.column}"
        return cell.id

    def _find_cell(self, address: str) -> Cell:
        name = self.drawing.ids.get(parse_address(address))
        if name is None:
            raise SpellingError("no_figure", address)
        return self.vocabulary.find_cell_or_column(name)

    def _translate_range(self, text: str, axis: str) -> str:
        ends = [part.strip() for part in text.split(":")]
        try:
            box = parse_box(":".join(ends).replace("$", ""))
        except ValueError as error:
            raise SpellingError("no_range", text) from error
        for end in ends:
            self._find_cell(end.replace("$", ""))
        dollar = "$" if ends[0].startswith("$") else ""
        inside = [name for spot, name in sorted(self.drawing.ids.items()) if is_inside_box(box, *spot)]
        named = [self._name_address(f"{dollar}{self.drawing.addresses[name]}", axis) for name in inside]
        named = list(dict.fromkeys(named))
        return f"{named[0]}{_RANGE_DOTS}{named[-1]}" if self._are_consecutive(named) else ", ".join(named)

    def _are_consecutive(self, named: Sequence[str]) -> bool:
        """Return True if names are all that stand between the first and the last of them in the form."""
        try:
            between = expand_range(named[0], named[-1], self.vocabulary)
            return len(named) > 1 and between == [resolve_name(name, self.vocabulary) for name in named]
        except (ExpressionError, ValueError):
            return False

    # --- writing ---

    def spell_relation(self, expression: str) -> str:
        """Return a relation with addresses of the drawing, if it can be read back as it is; else unchanged."""
        try:
            shown = self._spell(expression)
            return shown if self.read_relation(shown) == expression else expression
        except (SpellingError, ExpressionError, KeyError):
            return expression

    def _spell(self, expression: str) -> str:
        shown_words = list_key_words("shown")
        axes: set[str] = set()
        pieces = []
        for match in _LANGUAGE.finditer(expression.replace(_RANGE_DOTS, ":")):
            text = match[0]
            if match["dotted"]:
                text = self._spell_name(text, axes)
            elif match["name"]:
                text = shown_words.get(text, text)
            pieces.append(text)
        if len(axes) > 1:
            raise SpellingError("several_axes", expression)
        text = "".join(pieces)
        for word in ("==", "!="):
            text = text.replace(f" {word} ", f" {shown_words[word]} ")
        text = _SINGLE.sub(r"$\1$\2" if axes else r"\1\2", text)
        return f"{text} {say_words(f'every_{axes.pop()}')}" if axes else text

    def _spell_name(self, name: str, axes: set[str]) -> str:
        """Return the address of a name; add to ``axes`` what it runs along."""
        kind, first, second = resolve_name(name, self.vocabulary)
        if kind == "cell":
            return ("" if f".{EVERY_ROW}." in name else "@") + self.drawing.addresses[first]
        axes.add("column" if kind == "line" else "line")
        cells = self.vocabulary.lines[first, second] if kind == "line" else self.vocabulary.columns[first, second]
        return self.drawing.addresses[cells[0].id]


def _split_axis(text: str) -> tuple[str, str]:
    """Return a relation without its last word, and what that word says it runs along."""
    for axis in ("column", "line"):
        match = re.search(list_key_words("patterns")[f"every_{axis}"], text)
        if match:
            return text[: match.start()], axis
    return text, ""


def _split_relation(text: str) -> Iterator[_RelationToken]:
    pattern, at = _compile_tokens(), 0
    while at < len(text.rstrip()):
        match = pattern.match(text, at)
        if match is None:
            raise SpellingError("unread", text[at:].strip())
        kind = next(name for name, found in match.groupdict().items() if found is not None)
        yield _RelationToken(kind, _tidy_token(kind, match[kind]))
        at = match.end()


def _tidy_token(kind: str, text: str) -> str:
    match kind:
        case "printed":
            return text.strip(list_key_words("patterns")["name_quotes"])
        case "address" | "range":
            return re.sub(r"\s", "", text).upper()
    return text


@cache
def _compile_tokens() -> re.Pattern[str]:
    """Compile the pattern of one token: words in quotes, addresses, numbers, functions, signs, printed names."""
    patterns = list_key_words("tokens")
    functions = "|".join(sorted(list_key_words("functions"), key=len, reverse=True))
    first = "|".join(f"(?P<{name}>{patterns[name]})" for name in ("word", "range", "address", "number"))
    last = "|".join(f"(?P<{name}>{patterns[name]})" for name in ("sign", "printed"))
    return re.compile(rf"\s*(?:{first}|(?P<function>{functions})\s*[(（]|{last})", re.IGNORECASE)


def _join_pieces(pieces: Sequence[str]) -> str:
    """Join pieces with blanks as definitions are written."""
    text, before = "", "("
    for piece in pieces:
        opened = before.endswith("(") or before in _BINARY or before in {",", "not"}
        is_sign = piece == "-" and opened
        tight = before.endswith("(") or piece in {")", ","} or before == "sign"
        text += piece if tight else f" {piece}"
        before = "sign" if is_sign else piece
    return text
