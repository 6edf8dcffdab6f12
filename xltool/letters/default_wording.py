"""Letters in the wording of ``templates/letters.toml``, as text; what every wording renders."""

from typing import NamedTuple, Protocol

from xltool.letters.fill_paragraph import Facts, fill_each
from xltool.letters.letter_words import LetterText, letter_words


class RenderedLetter(NamedTuple):
    """A letter as a Word file, None if none is written, and as text."""

    word: bytes | None
    text: str


class LetterRenderer(Protocol):
    """Renders every kind of letter in one wording."""

    def render(self, kind: str, facts: Facts, title: str) -> RenderedLetter:
        """Render one letter; ``title`` is the document's title in its properties."""


class DefaultWording:
    """The wording of ``templates/letters.toml``; its letters have no Word file and need no library for one."""

    def render(self, kind: str, facts: Facts, title: str) -> RenderedLetter:
        """Render one letter as text."""
        paragraphs = list_paragraphs(letter_words().letters[kind])
        lines = [filled.text for text, _ in paragraphs for filled in fill_each(text, facts)]
        return RenderedLetter(None, join_lines(lines))


def list_paragraphs(letter: LetterText) -> list[tuple[str, str]]:
    """Return the paragraphs of a kind of letter from its title to the day, each with its style in Word."""
    addressee, *rest = letter.paragraphs
    sender, day = (f"{{{letter_words().placeholders[key]}}}" for key in ("sender", "today"))
    return [
        (letter.title, "Title"),
        ("", "Normal"),
        (addressee, "Normal"),
        *((text, "Body Text") for text in rest),
        ("", "Normal"),
        (sender, "Normal"),
        (day, "Normal"),
    ]


def join_lines(lines: list[str]) -> str:
    """Join the lines of a letter to its text."""
    return "\n".join(lines).strip() + "\n"
