"""How each sheet of a form's workbook is laid out. What the words are is data; this says where they stand."""

from collections.abc import Iterator, Sequence
from itertools import count
from math import ceil

from xltool.forms.controls import controls
from xltool.forms.furniture import words
from xltool.forms.slots import Purpose, Role, Sheet, Slot
from xltool.model.form import Box, Form, Relation, Section, Table

GRID_OFFSET = 3  # rows above a table: report title, section heading, how much is still unfilled
EXPLANATION_ROWS = 20
SCREEN_ROWS = 20
BODY = 11.0  # points; widths count the digits of this size
SMALL = 10.0  # guidance and lists
LEADING = 1.4  # height of a line of text in sizes of its letters
CHECK_COLUMNS = ("number", "relation", "left", "right", "difference", "result", "link", "severity", "basis")
EXPLANATION_COLUMNS = ("number", "relation", "left", "right", "reason", "author", "date")
MARK_COLUMNS = ("place", "number", "sheet", "cell", "message", "severity", "left", "right", "advice")
MARK_WIDTHS = (13.0, 6.0, 12.0, 9.0, 52.0, 10.0, 10.0, 10.0, 34.0)
COVER_FIELDS = ("author", "reviewer", "phone", "date")
LIST_START = 4


def lines_needed(text: str, width: float) -> int:
    """How many lines ``text`` takes in ``width`` characters; a Chinese character is two wide."""
    return sum(
        max(1, ceil(sum(1 + (ord(c) > 0x2E80) for c in line) / max(1.0, width - 1))) for line in text.split("\n")
    )


def height_of(text: str, width: float, size: float = BODY) -> float:
    """Points that ``text`` of ``size`` points takes in a column as wide as ``width`` digits, with some air."""
    return lines_needed(text, width * BODY / size) * size * LEADING + 7


def cover(form: Form) -> Sheet:
    """Who, which year, the declaration, what is unfilled, how to fill it in, and the list of pages."""
    say = words().cover
    widths = (14.0, 30.0, 14.0, 30.0)
    pairs = (("agency", "code"), ("year", "scope"), ("author", "reviewer"), ("phone", "date"))
    slots = [
        Slot(Box(1, 1, 1, 4), Role.TITLE, form.report_title),
        Slot(Box(2, 1, 1, 4), Role.HEADING, say["subtitle"]),
    ]
    for row, pair in enumerate(pairs, start=3):
        for column, key in zip((1, 3), pair, strict=True):
            role = Role.FIELD if key in COVER_FIELDS else Role.IDENTITY
            slots += [Slot(Box(row, column), Role.CAPTION, say[key]), Slot(Box(row, column + 1), role, "", key)]
    slots += [
        Slot(Box(7, 1), Role.CAPTION, say["declaration"]),
        Slot(Box(7, 2), Role.CHOICE, "", "declaration"),
        Slot(Box(7, 3, 1, 2), Role.ENTRY, say["declaration_hint"]),
        Slot(Box(8, 1), Role.CAPTION, say["unfilled"]),
        Slot(Box(8, 2), Role.UNFILLED, "", ""),
        Slot(Box(8, 3), Role.CAPTION, say["checked"]),
        Slot(Box(8, 4), Role.CHECKED),
        Slot(Box(9, 1, 1, 4), Role.HEADING, say["instructions"]),
    ]
    heights = {1: 40.0, 2: 28.0, 9: 32.0} | dict.fromkeys(range(3, 9), 26.0)
    heights[7] = height_of(say["declaration_hint"], sum(widths[2:]), SMALL)
    rows = count(10)
    for number, text in enumerate(form.instructions, start=1):
        row = next(rows)
        slots.append(Slot(Box(row, 1, 1, 4), Role.GUIDE, f"{number}. {text}"))
        heights[row] = height_of(f"{number}. {text}", sum(widths), SMALL)
    heading = next(rows)
    slots += [Slot(Box(heading, 1, 1, 4), Role.HEADING, say["contents"]), *_contents(form, heading + 1)]
    heights[heading] = 32.0
    heights |= dict.fromkeys(range(heading + 1, slots[-1].box.row + 1), 22.0)
    return Sheet(words().sheets["cover"], Purpose.COVER, tuple(slots), widths, heights)


def _contents(form: Form, head: int) -> Iterator[Slot]:
    say, names = words().cover, words().sheets
    yield Slot(Box(head, 1), Role.CAPTION, say["contents_sheet"])
    yield Slot(Box(head, 2, 1, 2), Role.CAPTION, say["contents_title"])
    yield Slot(Box(head, 4), Role.CAPTION, say["contents_unfilled"])
    pages = [(section.sheet, section.heading) for section in form.sections]
    own = ("checks", "explanations", *(["controls"] if controls(form) else []), "marks")
    pages += [(names[key], getattr(words(), key)["title"]) for key in own]
    filled_in = {table.name for table in form.tables}
    for row, (name, title) in enumerate(pages, start=head + 1):
        yield Slot(Box(row, 1), Role.LINK, name, name)
        yield Slot(Box(row, 2, 1, 2), Role.ENTRY, title)
        yield Slot(Box(row, 4), Role.UNFILLED, "", name) if name in filled_in else Slot(Box(row, 4), Role.ENTRY)


def section_sheet(form: Form, section: Section) -> Sheet:
    """A section: the report's title, the section's heading, its tables as printed, and rows for its paragraphs."""
    tables = [table for table in form.tables if table.section == section.id]
    widths = tables[0].widths if tables else (84.0,)
    across = max([table.columns for table in tables], default=1)
    slots = [
        Slot(Box(1, 1, 1, across), Role.TITLE, form.report_title),
        Slot(Box(2, 1, 1, across), Role.HEADING, section.heading),
    ]
    heights = {1: 36.0, 2: 28.0}
    row = GRID_OFFSET
    if tables:
        slots.append(Slot(Box(row, 1, 1, across), Role.UNFILLED, "sentence", section.sheet))
        heights[row] = 22.0
    row += 1
    for table in tables:
        slots += _grid(table, row - 1)
        heights |= {row - 1 + line: height for line, height in _grid_heights(table).items()}
        row += table.rows
        for note in table.notes:
            slots.append(Slot(Box(row, 1, 1, across), Role.GUIDE, note))
            heights[row] = height_of(note, sum(widths), SMALL)
            row += 1
    if section.paragraphs:
        for text in (*section.guidance, words().text["hint"]):
            slots.append(Slot(Box(row, 1, 1, across), Role.GUIDE, text))
            heights[row] = height_of(text, sum(widths), SMALL)
            row += 1
        slots += [Slot(Box(row + i, 1), Role.PARAGRAPH, "", section.id) for i in range(section.paragraphs)]
    return Sheet(
        section.sheet,
        Purpose.SECTION,
        tuple(slots),
        tuple(widths),
        heights,
        landscape=any(table.landscape for table in tables),
        frozen=_frozen(tables),
        key=section.id,
    )


def _frozen(tables: Sequence[Table]) -> int:
    """Rows that stay in sight: the headings, and the column heads of a table longer than a screen."""
    if not tables:
        return GRID_OFFSET - 1
    long = tables[0].rows > SCREEN_ROWS
    return GRID_OFFSET + min(cell.box.row for cell in tables[0].cells) - 1 if long else 0


def _grid(table: Table, above: int) -> Iterator[Slot]:
    for label in table.labels:
        yield Slot(label.box._replace(row=label.box.row + above), Role.LABEL, label.text, table.id)
    for cell in table.cells:
        role = Role.COMPUTED if cell.computed else Role.INPUT
        yield Slot(cell.box._replace(row=cell.box.row + above), role, "", cell.id)


def _grid_heights(table: Table) -> dict[int, float]:
    """Given heights, or what the labels of one row need."""
    if table.heights:
        return dict(enumerate(table.heights, start=1))
    heights = dict.fromkeys(range(1, table.rows + 1), 24.0)
    for label in table.labels:
        wide = sum(table.widths[label.box.column - 1 : label.box.column - 1 + label.box.columns])
        for row in range(label.box.row, label.box.row + label.box.rows):
            heights[row] = max(heights[row], height_of(label.text, wide) / label.box.rows)
    return heights


def announced(form: Form) -> tuple[Relation, ...]:
    """The relations that agencies see: all but those on trial."""
    return tuple(relation for relation in form.relations if not relation.beta)


def checks_sheet(form: Form) -> Sheet:
    """Every relation live, one row each: first those that figures can break, then those that locked totals keep."""
    say = words().checks
    widths = (6.0, 54.0, 10.0, 10.0, 10.0, 8.0, 7.0, 10.0, 34.0)
    computing = {relation.rule for relation in form.formulas}
    relations = sorted(announced(form), key=lambda relation: relation.rule in computing)
    slots = _list_head(say, CHECK_COLUMNS)
    for row, relation in enumerate(relations, start=LIST_START):
        slots += [Slot(Box(row, i), Role.CHECK, part, relation.id) for i, part in enumerate(CHECK_COLUMNS, start=1)]
    heights = {1: 36.0, 2: 22.0, 3: 24.0} | {
        row: max(height_of(relation.name, widths[1] - 2, SMALL), height_of(relation.basis, widths[8] - 2, SMALL))
        for row, relation in enumerate(relations, start=LIST_START)
    }
    name = words().sheets["checks"]
    return Sheet(name, Purpose.CHECKS, tuple(slots), widths, heights, landscape=True, frozen=3)


def explanations_sheet() -> Sheet:
    """Rows in which an agency says why a figure may stand."""
    slots = _list_head(words().explanations, EXPLANATION_COLUMNS)
    for row in range(LIST_START, LIST_START + EXPLANATION_ROWS):
        slots += [
            Slot(Box(row, i), Role.EXPLANATION, str(row - LIST_START + 1) if key == "number" else "", key)
            for i, key in enumerate(EXPLANATION_COLUMNS, start=1)
        ]
    widths = (6.0, 44.0, 11.0, 11.0, 48.0, 12.0, 13.0)
    heights = {1: 36.0, 2: height_of(words().explanations["hint"], sum(widths), SMALL), 3: 24.0}
    name = words().sheets["explanations"]
    return Sheet(name, Purpose.EXPLANATIONS, tuple(slots), widths, heights, landscape=True, frozen=3)


def marks_sheet() -> Sheet:
    """The empty list of findings; what a check returns is written here and nowhere else.

    Its first row shows how each column looks: the rows a check writes take their looks from there.
    """
    slots = _list_head(words().marks, MARK_COLUMNS)
    slots += [Slot(Box(LIST_START, i), Role.MARK, "", key) for i, key in enumerate(MARK_COLUMNS, start=1)]
    name, heights = words().sheets["marks"], {1: 36.0, 2: 22.0, 3: 36.0, 4: 24.0}
    return Sheet(name, Purpose.MARKS, tuple(slots), MARK_WIDTHS, heights, landscape=True, frozen=3)


def _list_head(say: dict[str, str], columns: Sequence[str]) -> list[Slot]:
    return [
        Slot(Box(1, 1, 1, len(columns)), Role.TITLE, say["title"]),
        Slot(Box(2, 1, 1, len(columns)), Role.GUIDE, say["hint"]),
        *(Slot(Box(3, i), Role.CAPTION, say[key]) for i, key in enumerate(columns, start=1)),
    ]
