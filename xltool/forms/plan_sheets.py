"""Lay out each sheet of a form's workbook. The words are data; this module sets their positions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, count, zip_longest
from math import ceil

from xltool.forms.absent_tables import name_switch
from xltool.forms.cell_addresses import list_spots
from xltool.forms.ledger_totals import list_ledger_totals
from xltool.forms.lists.plan_list import ROW_HEIGHT_POINTS, plan_list_rows
from xltool.forms.lists.whole_form import list_row_relations
from xltool.forms.period_words import name_earlier_period
from xltool.forms.section_columns import SectionColumns, plan_section_columns
from xltool.forms.slots import Purpose, Role, SheetPlan, Slot
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Box, Form, Relation, Section, Severity, Table
from xltool.model.list_table import ListTable
from xltool.model.period import PeriodLength
from xltool.model.printed_look import PrintedLook, PrintedPage

MAX_TEXTS_BESIDE_TABLE = 8  # paragraphs; the last takes what is left
GRID_OFFSET_ROWS = 3  # rows above a table: report title, section heading, count of blank inputs
TABLE_TITLE_HEIGHT_POINTS = 30.0
SENTENCE_HEIGHT_POINTS = 22.0  # of the row that says whether a table balances
SWITCH_HEIGHT_POINTS = 22.0  # of the row that says whether a table applies
MIN_SWITCH_CHARACTERS = 16.0  # of the cell that says whether a table applies
MIN_PARAGRAPH_CHARACTERS = 40.0  # of the first column, for paragraphs to stand in it alone
EXPLANATION_ROWS = 20
MIN_FREE_EXPLANATIONS = 5  # rows for what does not list itself
MAX_SCREEN_ROWS = 20
BODY_SIZE_POINTS = 11.0  # column widths are counted in digits of this size
SMALL_SIZE_POINTS = 10.0  # of guidance and lists
LINE_HEIGHT_RATIO = 1.4  # height of a line of text relative to the font size
CHECK_COLUMNS = ("number", "relation", "left", "right", "difference", "result", "link", "severity", "basis")
EXPLANATION_COLUMNS = ("number", "relation", "left", "right", "reason", "author", "date")
MARK_COLUMNS = ("place", "number", "sheet", "cell", "message", "severity", "left", "right", "advice")
MARK_WIDTHS = (13.0, 6.0, 12.0, 9.0, 52.0, 10.0, 10.0, 10.0, 34.0)
COVER_FIELDS = ("author", "reviewer", "phone", "date")
LIST_FIRST_ROW = 4
HEAD_LINE_LOOK = PrintedLook(align="right")


def count_lines(text: str, width: float) -> int:
    """Count the lines ``text`` needs at ``width`` characters; a Chinese character is two wide."""
    return sum(
        max(1, ceil(sum(1 + (ord(c) > 0x2E80) for c in line) / max(1.0, width - 1))) for line in text.split("\n")
    )


def text_height(text: str, width: float, size: float = BODY_SIZE_POINTS) -> float:
    """Return the row height, in points, for ``text`` of ``size`` points in a column of ``width`` digits."""
    return count_lines(text, width * BODY_SIZE_POINTS / size) * size * LINE_HEIGHT_RATIO + 7


def plan_cover_sheet(form: Form) -> SheetPlan:
    """Lay out the cover: agency, year, declaration, count of blank inputs, instructions, and contents."""
    say = workbook_words().cover
    widths = (14.0, 30.0, 14.0, 30.0)
    captions = {**say, **{item.id: item.label for item in form.signature}}
    if form.period is not PeriodLength.YEAR:
        captions["year"] = say["period"]
    further = [item.id for item in form.signature if item.id not in COVER_FIELDS]
    pairs = [("agency", "code"), ("year", "scope"), ("author", "reviewer"), ("phone", "date")]
    pairs += [(first, second) for first, second in zip_longest(further[::2], further[1::2], fillvalue="")]
    down = len(pairs) - 4  # rows of further fields
    slots = [
        Slot(Box(1, 1, 1, 4), Role.TITLE, form.report_title),
        Slot(Box(2, 1, 1, 4), Role.HEADING, say["subtitle"]),
    ]
    for row, pair in enumerate(pairs, start=3):
        for column, key in zip((1, 3), pair, strict=True):
            role = Role.FIELD if key in (*COVER_FIELDS, *further) else Role.IDENTITY if key else Role.ENTRY
            caption = captions[key] if key else ""
            slots += [Slot(Box(row, column), Role.CAPTION, caption), Slot(Box(row, column + 1), role, "", key)]
    slots += _plan_cover_status(7 + down)
    heights = {1: 40.0, 2: 28.0, 10 + down: 54.0, 11 + down: 32.0} | dict.fromkeys(range(3, 9 + down), 26.0)
    for row, hint in ((7, "declaration_hint"), (9, "check_code_hint")):
        heights[row + down] = text_height(say[hint], sum(widths[2:]), SMALL_SIZE_POINTS)
    rows = count(12 + down)
    manual = say["manual"].strip().format(earlier=name_earlier_period(form.period)).split("\n")
    for number, text in enumerate((*form.instructions, *manual), start=1):
        row = next(rows)
        slots.append(Slot(Box(row, 1, 1, 4), Role.GUIDE, f"{number}. {text}"))
        heights[row] = text_height(f"{number}. {text}", sum(widths), SMALL_SIZE_POINTS)
    heading = next(rows)
    slots += [Slot(Box(heading, 1, 1, 4), Role.HEADING, say["contents"]), *_plan_contents(form, heading + 1)]
    heights[heading] = 32.0
    heights |= dict.fromkeys(range(heading + 1, slots[-1].box.row + 1), 22.0)
    return SheetPlan(workbook_words().sheets["cover"], Purpose.COVER, tuple(slots), widths, heights)


def _plan_cover_status(first: int) -> list[Slot]:
    """Return the slots below the fields, from row ``first``: declaration, results of the checks, signature and seal."""
    say = workbook_words().cover
    return [
        Slot(Box(first, 1), Role.CAPTION, say["declaration"]),
        Slot(Box(first, 2), Role.CHOICE, "", "declaration"),
        Slot(Box(first, 3, 1, 2), Role.ENTRY, say["declaration_hint"]),
        Slot(Box(first + 1, 1), Role.CAPTION, say["unfilled"]),
        Slot(Box(first + 1, 2), Role.UNFILLED, "", ""),
        Slot(Box(first + 1, 3), Role.CAPTION, say["checked"]),
        Slot(Box(first + 1, 4), Role.CHECKED),
        Slot(Box(first + 2, 1), Role.CAPTION, say["check_code"]),
        Slot(Box(first + 2, 2), Role.CHECK_CODE),
        Slot(Box(first + 2, 3, 1, 2), Role.ENTRY, say["check_code_hint"]),
        Slot(Box(first + 3, 1), Role.CAPTION, say["signature"]),
        Slot(Box(first + 3, 2), Role.ENTRY),
        Slot(Box(first + 3, 3), Role.CAPTION, say["official_seal"]),
        Slot(Box(first + 3, 4), Role.ENTRY),
        Slot(Box(first + 4, 1, 1, 4), Role.HEADING, say["instructions"]),
    ]


def _plan_contents(form: Form, head: int) -> Iterator[Slot]:
    say, names = workbook_words().cover, workbook_words().sheets
    yield Slot(Box(head, 1), Role.CAPTION, say["contents_sheet"])
    yield Slot(Box(head, 2, 1, 2), Role.CAPTION, say["contents_title"])
    yield Slot(Box(head, 4), Role.CAPTION, say["contents_unfilled"])
    pages = [(section.sheet, section.heading) for section in form.sections]
    own = ("checks", "explanations", *(["controls"] if list_ledger_totals(form) else []), "marks")
    pages += [(names[key], getattr(workbook_words(), key)["title"]) for key in own]
    filled_in = {table.name for table in form.tables}
    for row, (name, title) in enumerate(pages, start=head + 1):
        yield Slot(Box(row, 1), Role.LINK, name, name)
        yield Slot(Box(row, 2, 1, 2), Role.ENTRY, title)
        yield Slot(Box(row, 4), Role.UNFILLED, "", name) if name in filled_in else Slot(Box(row, 4), Role.ENTRY)


@dataclass
class _SheetDraft:
    """A sheet in the making: its slots, the heights of its rows in points, and its next free ``row``."""

    widths: tuple[float, ...]
    slots: list[Slot]
    heights: dict[int, float]
    row: int

    def add_row(
        self, role: Role, text: str, key: str = "", *, height: float | None = None, look: PrintedLook | None = None
    ) -> None:
        """Add a row with one slot as wide as the sheet, by default as high as its text needs in small type."""
        self.slots.append(Slot(Box(self.row, 1, 1, len(self.widths)), role, text, key, look))
        self.heights[self.row] = text_height(text, sum(self.widths), SMALL_SIZE_POINTS) if height is None else height
        self.row += 1


def plan_section_sheet(form: Form, section: Section) -> SheetPlan:
    """Lay out a section: report title, section heading, tables as printed, and rows for paragraphs."""
    tables = [table for table in form.tables if table.section == section.id]
    listed = next((table for table in form.lists if table.section == section.id), None)
    columns = plan_section_columns(tables) if tables else SectionColumns((84.0,), {})
    widths, across = columns.widths, len(columns.widths)
    slots = [
        Slot(Box(1, 1, 1, across), Role.TITLE, form.report_title, look=_plan_page(tables).title),
        Slot(Box(2, 1, 1, across), Role.HEADING, section.heading),
    ]
    draft = _SheetDraft(widths, slots, {1: 36.0, 2: 28.0}, GRID_OFFSET_ROWS)
    if tables:
        draft.add_row(Role.UNFILLED, "sentence", section.sheet, height=SENTENCE_HEIGHT_POINTS)
    else:
        draft.row += 1
    for table in tables:
        _plan_table(draft, table, columns, has_title=section.table_titles)
    if listed:
        _plan_list(draft, listed)
    if section.paragraphs:
        _plan_paragraphs(draft, section)
    return SheetPlan(
        section.sheet,
        Purpose.SECTION,
        tuple(draft.slots),
        widths,
        draft.heights,
        landscape=any(table.landscape for table in tables),
        frozen=draft.row if listed else _count_frozen_rows(tables),
        key=section.id,
        text_slots=() if section.paragraphs or listed else _plan_texts_beside(section, draft.row + 1, across),
        page=_plan_page(tables),
    )


def _plan_table(draft: _SheetDraft, table: Table, section_columns: SectionColumns, *, has_title: bool) -> None:
    """Add a table: its title, the list by which it may be declared not to apply, the line above, grid and notes."""
    if has_title:
        draft.add_row(Role.TABLE_TITLE, table.title, table.id, height=TABLE_TITLE_HEIGHT_POINTS)
    if table.absence:
        draft.add_row(Role.GUIDE, workbook_words().table["applies_hint"].format(absence=table.absence))
        switch = Box(draft.row, 1, 1, _count_switch_columns(draft.widths))
        draft.slots.append(Slot(switch, Role.CHOICE, "", name_switch(table)))
        draft.heights[draft.row] = SWITCH_HEIGHT_POINTS
        draft.row += 1
    if table.head_line:
        draft.add_row(Role.GUIDE, table.head_line, look=HEAD_LINE_LOOK)
    draft.slots += _plan_grid(table, draft.row - 1, section_columns)
    grid_heights = _plan_grid_heights(table, section_columns.list_widths(table.id))
    draft.heights |= {draft.row - 1 + line: height for line, height in grid_heights.items()}
    draft.row += table.rows
    for note in (*table.footnotes, *table.notes):
        draft.add_row(Role.GUIDE, note)


def _plan_paragraphs(draft: _SheetDraft, section: Section) -> None:
    """Add what is said about the paragraphs of a section, and a row for each; these stay the last rows."""
    for text in (*section.guidance, workbook_words().text["hint"]):
        draft.add_row(Role.GUIDE, text)
    columns = 1 if draft.widths[0] >= MIN_PARAGRAPH_CHARACTERS else len(draft.widths)
    draft.slots += [
        Slot(Box(draft.row + number, 1, 1, columns), Role.PARAGRAPH, "", section.id)
        for number in range(section.paragraphs)
    ]


def _plan_page(tables: Sequence[Table]) -> PrintedPage:
    """Return the page of a section's sheet: that of its first table, with the rows of the sheet."""
    page = tables[0].page if tables else PrintedPage()
    if page.repeated is None or len(tables) > 1 or tables[0].absence:
        return page._replace(repeated=None)
    first, last = page.repeated
    above = GRID_OFFSET_ROWS + bool(tables[0].head_line)
    return page._replace(repeated=(first + above, last + above))


def _plan_texts_beside(section: Section, row: int, across: int) -> tuple[Slot, ...]:
    """Lay out the caption, in a row, and the rows below it for text beside a table; below a list its rows go on."""
    caption = Slot(Box(row, 1, 1, across), Role.GUIDE, workbook_words().text["beside_table"])
    lines = range(row + 1, row + 1 + MAX_TEXTS_BESIDE_TABLE)
    return (caption, *(Slot(Box(line, 1, 1, across), Role.PARAGRAPH, "", section.id) for line in lines))


def _plan_list(draft: _SheetDraft, list_table: ListTable) -> None:
    """Add the notes, the line above, the heads and the rows of a list; the heads stand in the row it ends with."""
    for text in (*list_table.notes, workbook_words().lists["hint"] + _describe_units(list_table)):
        draft.add_row(Role.GUIDE, text)
    if list_table.head_line:
        draft.add_row(Role.GUIDE, list_table.head_line, look=HEAD_LINE_LOOK)
    draft.slots += plan_list_rows(list_table, draft.row)
    draft.heights |= _plan_list_heights(list_table, draft.row, draft.widths)


def _describe_units(list_table: ListTable) -> str:
    """Return the sentence on the units of columns whose heads do not say them; empty if there are none."""
    say = workbook_words().lists
    units = [
        say["column_unit"].format(column=column.column_path[0], unit=column.unit)
        for column in list_table.columns
        if column.unit and say["with_unit"].format(text="", unit=column.unit) not in column.column_path[0]
    ]
    return say["units"].format(units=say["unit_joint"].join(units)) if units else ""


def _plan_list_heights(list_table: ListTable, head_row: int, widths: Sequence[float]) -> dict[int, float]:
    labels = [(column.column_path[0], widths[column.box.column - 1]) for column in list_table.columns]
    heights = dict.fromkeys(range(head_row + 1, head_row + list_table.rows + 1), ROW_HEIGHT_POINTS)
    return heights | {head_row: max(ROW_HEIGHT_POINTS, *(text_height(text, width) for text, width in labels))}


def _count_frozen_rows(tables: Sequence[Table]) -> int:
    """Count the frozen rows: the headings, and the column headers of a table longer than a screen."""
    if not tables:
        return GRID_OFFSET_ROWS - 1
    long = tables[0].rows > MAX_SCREEN_ROWS and len(tables) == 1 and not tables[0].absence
    above = GRID_OFFSET_ROWS + bool(tables[0].head_line)
    return above + min(cell.box.row for cell in tables[0].cells) - 1 if long else 0


def _count_switch_columns(widths: Sequence[float]) -> int:
    """Return how many of the first columns hold the words of a switch."""
    reached = (number for number, end in enumerate(accumulate(widths), 1) if end >= MIN_SWITCH_CHARACTERS)
    return next(reached, len(widths))


def _plan_grid(table: Table, rows_above: int, section_columns: SectionColumns) -> Iterator[Slot]:
    looks = {(row, column): look for box, look in table.looks for row, column in list_spots(box)}

    def place(box: Box, role: Role, text: str, key: str) -> Slot:
        look = looks.get((box.row, box.column))
        return Slot(section_columns.place_box(table.id, box, rows_above), role, text, key, look)

    for label in table.labels:
        yield place(label.box, Role.LABEL, label.text, table.id)
    for cell in table.cells:
        yield place(cell.box, Role.COMPUTED if cell.computed or cell.aggregate else Role.INPUT, "", cell.id)
    for box in table.blanks:
        yield place(box, Role.UNUSED, "", table.id)


def _plan_grid_heights(table: Table, widths: Sequence[float]) -> dict[int, float]:
    """Return the given row heights, or those the labels of each row need, in points."""
    if table.heights:
        return dict(enumerate(table.heights, start=1))
    heights = dict.fromkeys(range(1, table.rows + 1), 24.0)
    for label in table.labels:
        wide = sum(widths[label.box.column - 1 : label.box.column - 1 + label.box.columns])
        for row in range(label.box.row, label.box.row + label.box.rows):
            heights[row] = max(heights[row], text_height(label.text, wide) / label.box.rows)
    return heights


def list_announced_relations(form: Form) -> tuple[Relation, ...]:
    """Return the relations shown to agencies: all except those marked beta."""
    return tuple(relation for relation in form.relations if not relation.beta)


def list_checked_relations(form: Form) -> tuple[Relation, ...]:
    """Return the relations of the checks sheet: first those that figures can violate, then those of locked totals."""
    computing = {relation.rule for relation in form.formulas}
    return tuple(sorted(list_announced_relations(form), key=lambda relation: relation.rule in computing))


def plan_checks_sheet(form: Form) -> SheetPlan:
    """Lay out one row a relation: those that figures can violate, those of locked totals, those of rows of lists."""
    say = _fill_hint(workbook_words().checks, form)
    widths = (6.0, 54.0, 10.0, 10.0, 10.0, 8.0, 7.0, 10.0, 34.0)
    relations = (*list_checked_relations(form), *list_row_relations(form))
    slots = _plan_list_head(say, CHECK_COLUMNS)
    for row, relation in enumerate(relations, start=LIST_FIRST_ROW):
        slots += [Slot(Box(row, i), Role.CHECK, part, relation.id) for i, part in enumerate(CHECK_COLUMNS, start=1)]
    heights = {1: 36.0, 2: 22.0, 3: 24.0} | {
        row: max(
            text_height(relation.name, widths[1] - 2, SMALL_SIZE_POINTS),
            text_height(relation.basis, widths[8] - 2, SMALL_SIZE_POINTS),
        )
        for row, relation in enumerate(relations, start=LIST_FIRST_ROW)
    }
    name = workbook_words().sheets["checks"]
    return SheetPlan(name, Purpose.CHECKS, tuple(slots), widths, heights, landscape=True, frozen=3)


def list_explainable_relations(form: Form) -> tuple[Relation, ...]:
    """Return the relations that a written reason settles, in the order of the checks sheet."""
    return tuple(relation for relation in list_checked_relations(form) if relation.severity is Severity.EXPLAIN)


def plan_explanations_sheet(form: Form) -> SheetPlan:
    """Lay out a row for each relation that can be explained, which shows while it is violated, then free rows.

    The ``text`` of a slot that fills itself is the id of its relation.
    """
    relations = list_explainable_relations(form)
    say = _fill_hint(workbook_words().explanations, form)
    slots = _plan_list_head(say, EXPLANATION_COLUMNS)
    widths = (6.0, 44.0, 11.0, 11.0, 48.0, 12.0, 13.0)
    heights = {1: 36.0, 2: text_height(say["hint"], sum(widths), SMALL_SIZE_POINTS), 3: 24.0}
    for number in range(1, max(EXPLANATION_ROWS, len(relations) + MIN_FREE_EXPLANATIONS) + 1):
        row, relation = number + LIST_FIRST_ROW - 1, relations[number - 1] if number <= len(relations) else None
        filled = dict.fromkeys(("relation", "left", "right"), relation.id) if relation else {}
        texts = {"number": str(number), **filled}
        slots += [
            Slot(Box(row, i), Role.EXPLANATION, texts.get(key, ""), key)
            for i, key in enumerate(EXPLANATION_COLUMNS, start=1)
        ]
        if relation:
            heights[row] = text_height(relation.name, widths[1] - 2, SMALL_SIZE_POINTS)
    name = workbook_words().sheets["explanations"]
    return SheetPlan(name, Purpose.EXPLANATIONS, tuple(slots), widths, heights, landscape=True, frozen=3)


def plan_marks_sheet() -> SheetPlan:
    """Lay out the empty list of findings, the only place where findings of a check are written.

    The styles of its first row are the styles of every row written later.
    """
    slots = _plan_list_head(workbook_words().marks, MARK_COLUMNS)
    slots += [Slot(Box(LIST_FIRST_ROW, i), Role.MARK, "", key) for i, key in enumerate(MARK_COLUMNS, start=1)]
    name, heights = workbook_words().sheets["marks"], {1: 36.0, 2: 22.0, 3: 36.0, 4: 24.0}
    return SheetPlan(name, Purpose.MARKS, tuple(slots), MARK_WIDTHS, heights, landscape=True, frozen=3)


def _fill_hint(say: dict[str, str], form: Form) -> dict[str, str]:
    return say | {"hint": say["hint"].format(earlier=name_earlier_period(form.period))}


def _plan_list_head(say: dict[str, str], columns: Sequence[str]) -> list[Slot]:
    return [
        Slot(Box(1, 1, 1, len(columns)), Role.TITLE, say["title"]),
        Slot(Box(2, 1, 1, len(columns)), Role.GUIDE, say["hint"]),
        *(Slot(Box(3, i), Role.CAPTION, say[key]) for i, key in enumerate(columns, start=1)),
    ]
