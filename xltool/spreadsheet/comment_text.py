"""The text of a comment (批注) as its author wrote it."""

import re
from collections.abc import Container
from itertools import islice

_COLON = re.compile("[:\uff1a]")
_MAX_COLONS = 3  # that a name and the sign behind it may have
# The end of the sentence that Excel puts before a comment with replies, for programs that do not know these.
_END_OF_NOTICE = "linkid=870924"


def clean_comment(text: str, authors: Container[str]) -> str:
    """Return the text in one line, without the notice and the name of the author that Excel puts before it."""
    text = text.strip()
    text = text.partition(_END_OF_NOTICE)[2] or text
    ends = (colon.start() for colon in islice(_COLON.finditer(text), _MAX_COLONS))
    name_end = next((end for end in ends if end and text[:end] in authors), -1)
    return " ".join(text[name_end + 1 :].split())
