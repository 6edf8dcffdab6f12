"""Render the letters written as lines for the console."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xltool.letters.letter_words import letter_words
from xltool.messages import catalogue

if TYPE_CHECKING:
    from xltool.commands.letters import Letter


def describe_letters(letters: "Sequence[Letter]", folder: Path) -> str:
    """Count the letters by kind, and name the agencies and files that get none."""
    kinds = [letter.kind for letter in letters]
    counts = {kind: kinds.count(kind) for kind in letter_words().letters}
    file = folder / letter_words().list["file"]
    lines = [catalogue.format_line("letters", count=sum(counts.values()), **counts, folder=str(folder), list=file.name)]
    for letter in letters:
        if not letter.kind:
            name = letter.agency.name or catalogue.look_up_word("shown", "unknown")
            lines.append(catalogue.format_line("no_letter", agency=name, state=letter.state, remark=letter.remark))
    return "\n".join(lines)
