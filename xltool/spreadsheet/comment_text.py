"""The text of a comment (批注) as its author wrote it."""

from collections.abc import Iterable

_COLONS = (":", "\uff1a")
# The end of the sentence that Excel puts before a comment with replies, for programs that do not know these.
_END_OF_NOTICE = "linkid=870924"


def clean_comment(text: str, authors: Iterable[str]) -> str:
    """Return the text in one line, without the notice and the name of the author that Excel puts before it."""
    text = text.strip()
    text = text.partition(_END_OF_NOTICE)[2] or text
    before = (name + colon for name in authors if name for colon in _COLONS)
    return " ".join(text.removeprefix(next(filter(text.startswith, before), "")).split())
