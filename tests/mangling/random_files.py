"""Random changes to one workbook, of several families, each with what a person reads of it afterwards.

Printed words, number formats, rich text, fonts, alignments, typed words and merges. What is known here comes from
what was put in; the reader has no part in it.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.checks.figures import PLAN
from tests.mangling.random_looks import COUNTS, FORMATS, WORDS, Seen
from tests.mangling.workbook_parts import WorkbookParts
from xltool.forms.cell_addresses import cell_address, parse_address
from xltool.forms.slots import Purpose, Role

# Inputs in no relation with others: a file with a changed one counts, unless the change itself is found.
FREE = tuple(cell for cell in COUNTS if cell.startswith("disclosure.") and not cell.startswith("disclosure.normative"))
PLAIN, RED = '<sz val="11"/>', '<color rgb="FFFF0000"/><sz val="11"/>'
# Looks of a run inside a figure, and whether its characters are read as part of it.
RUNS = {
    "struck": '<strike/><sz val="11"/>',
    "raised": '<vertAlign val="superscript"/><sz val="11"/>',
    "lowered": '<vertAlign val="subscript"/><sz val="11"/>',
    "white": '<color rgb="FFFFFFFF"/><sz val="11"/>',
    "tiny": '<sz val="1"/>',
    "red": RED,
}
HIDDEN_RUNS = ("white", "tiny")
# Fonts of a whole cell, and whether its figure is still read.
FONTS = {
    "struck": ('<strike/><sz val="11"/><name val="宋体"/>', False),
    "white": ('<sz val="11"/><color rgb="FFFFFFFF"/><name val="宋体"/>', False),
    "as the fill": ('<sz val="11"/><color rgb="FFFFF9E3"/><name val="宋体"/>', False),
    "tiny": ('<sz val="1"/><name val="宋体"/>', False),
    "pictures": ('<sz val="11"/><name val="Wingdings"/>', False),
    "red": ('<sz val="11"/><color rgb="FFFF0000"/><name val="宋体"/>', True),
    "bold": ('<b/><sz val="14"/><name val="黑体"/>', True),
    "raised": ('<vertAlign val="superscript"/><sz val="11"/><name val="宋体"/>', True),
}
ALIGNMENTS = {
    'horizontal="fill"': False,
    'horizontal="right" shrinkToFit="1"': True,
    'textRotation="90"': True,
    'textRotation="180"': True,
    'horizontal="left" vertical="top"': True,
}
LABELS = tuple(
    (sheet.name, slot.address, slot.text)
    for sheet in PLAN.sheets
    for slot in sheet.slots
    if slot.role is Role.LABEL and sheet.purpose is Purpose.SECTION and len(slot.text) > 1
)


@dataclass
class Mangled:
    """A workbook being changed. ``seen``: what changed inputs show; ``names`` what was done.

    ``is_misnamed``: a figure stands under other printed words than its own. ``is_asked``: a figure reads as it did, but
    for something hidden beside it, or a unit that is not its own, which the agency is asked about.
    """

    book: WorkbookParts
    figures: Mapping[str, int]
    seen: dict[str, Seen] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    is_misnamed: bool = False
    is_asked: bool = False

    @property
    def unseen(self) -> list[str]:
        """The inputs that show no number, or none that can be told."""
        return [cell for cell, seen in self.seen.items() if seen is None]

    @property
    def is_harmless(self) -> bool:
        """Whether it reads as it did before the changes to its looks."""
        return not (self.is_misnamed or self.is_asked) and all(
            seen == self.figures[cell] for cell, seen in self.seen.items()
        )

    def note(self, name: str, cell: str, seen: Seen) -> None:
        """Record a change of an input."""
        self.names.append(f"{cell} {name}")
        self.seen[cell] = seen


def change_format(made: Mangled, cell: str, dice: random.Random) -> None:
    code = dice.choice(list(FORMATS))
    made.book.set_format(cell, code)
    made.is_asked |= "万元" in code
    made.note(f"format {code}", cell, FORMATS[code](made.figures[cell]))


def change_runs(made: Mangled, cell: str, dice: random.Random) -> None:
    """Characters of another look before, behind or between the digits."""
    look, digits, odd = dice.choice(list(RUNS)), str(made.figures[cell]), str(dice.randrange(1, 99))
    at = dice.randrange(len(digits) + 1)
    before, behind = digits[:at], digits[at:]
    made.book.put_runs(cell, [(PLAIN, before)] * bool(before) + [(RUNS[look], odd)] + [(PLAIN, behind)] * bool(behind))
    shown = f"{before}{odd}{behind}" if look == "red" else digits if not (before and behind) else None
    made.is_asked |= look in HIDDEN_RUNS
    made.note(f"runs {before}|{odd}|{behind} {look}", cell, None if shown is None else int(shown))


def change_font(made: Mangled, cell: str, dice: random.Random) -> None:
    name = dice.choice(list(FONTS))
    font, is_read = FONTS[name]
    made.book.set_font(cell, font)
    made.note(f"font {name}", cell, made.figures[cell] if is_read else None)


def change_alignment(made: Mangled, cell: str, dice: random.Random) -> None:
    attributes = dice.choice(list(ALIGNMENTS))
    made.book.set_alignment(cell, attributes)
    made.note(attributes, cell, made.figures[cell] if ALIGNMENTS[attributes] else None)


def type_words(made: Mangled, cell: str, dice: random.Random) -> None:
    text = dice.choice(list(WORDS))
    made.book.put_text(cell, text)
    made.note(f"text {text!r}", cell, WORDS[text])


def merge_over(made: Mangled, cell: str, dice: random.Random) -> None:
    """Merge an input with the one right of it, which keeps its figure and shows it no more; where there is one."""
    place = PLAN.find_figure(cell)
    row, column = parse_address(place.address)
    beside = cell_address(row, column + 1)
    covered = next((each for each in COUNTS if PLAN.find_figure(each) == (place.sheet, beside)), None)
    if covered is None or covered in made.seen:
        change_alignment(made, cell, dice)
        return
    made.book.merge(place.sheet, f"{place.address}:{beside}")
    made.note("merged over", covered, None)
    made.seen.setdefault(cell, made.figures[cell])


CELL_CHANGES = (change_format, change_runs, change_font, change_alignment, type_words, merge_over)


def exchange_words(made: Mangled, dice: random.Random) -> None:
    """Two printed words of one sheet exchanged."""
    sheet, address, text = dice.choice(LABELS)
    others = [label for label in LABELS if label[0] == sheet and label[2] != text]
    _, other, words = dice.choice(others)
    made.book.put_words({(sheet, address): words, (sheet, other): text})
    made.names.append(f"words exchanged {sheet} {address} {other}")
    made.is_misnamed = True


def change_words(made: Mangled, dice: random.Random) -> None:
    """A printed word lost, or replaced by one that is nowhere else."""
    sheet, address, _ = dice.choice(LABELS)
    text = dice.choice(("", "其他情况说明"))
    made.book.put_words({(sheet, address): text})
    made.names.append(f"words {text or 'lost'} {sheet} {address}")
    made.is_misnamed = True


def respell_words(made: Mangled, dice: random.Random) -> None:
    """A printed word with blanks between its characters, or brackets of another width: still the same word."""
    sheet, address, text = dice.choice(LABELS)
    narrow = text.replace("（", "(").replace("）", ")").replace("，", ",")
    made.book.put_words({(sheet, address): dice.choice((" ".join(text), narrow, f" {text}\n"))})
    made.names.append(f"words respelled {sheet} {address}")


WORD_CHANGES = (exchange_words, change_words, respell_words, respell_words)
_NUMBERS_OF_CHANGES = (0, 0, 0, 1, 1, 1, 1, 2, 3, 4)


def mangle_file(data: bytes, figures: Mapping[str, int], changed: Mapping[str, int], dice: random.Random) -> Mangled:
    """Change a workbook that holds these figures: first some figures, as another version has, then its looks."""
    made = Mangled(WorkbookParts(data), {**figures, **changed})
    for cell, value in changed.items():
        made.book.put_number(cell, value)
        made.seen[cell] = value
    count = dice.choice(_NUMBERS_OF_CHANGES)
    for _ in range(count):
        if dice.random() < 0.15 and not any(name.startswith("words") for name in made.names):
            dice.choice(WORD_CHANGES)(made, dice)
            continue
        cell = dice.choice(FREE if dice.random() < 0.7 else COUNTS)
        if not any(name.startswith(f"{cell} ") for name in made.names):
            dice.choice(CELL_CHANGES)(made, cell, dice)
    return made
