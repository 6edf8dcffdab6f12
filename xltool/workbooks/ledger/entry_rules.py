"""What may be entered in the columns of the entry sheets, and which fields are coloured."""

from collections.abc import Iterator, Mapping

from xltool.ledger.ledger_definition import LedgerColumn
from xltool.ledger.workbook_wording import load_workbook_wording
from xltool.workbooks.ledger.ledger_layout import HEADING_ROWS, Area, LedgerLayout
from xltool.workbooks.template.input_messages import MAX_MESSAGE_UNITS, MAX_TITLE_UNITS, clip_text
from xltool.workbooks.xlsxwriter_adapter import BookWriter, SheetWriter


def validate_column(layout: LedgerLayout, area: Area, position: int, sheet: SheetWriter) -> None:
    """Add the validation of a column, with its hint as the input message."""
    column = layout.list_columns(area)[position - 1]
    say = load_workbook_wording().prompts
    facts = {"first": layout.first_day.isoformat(), "last": layout.last_day.isoformat(), "year": layout.year}
    kind, allowed = _limit_column(layout, area, column)
    words = {
        "input_title": clip_text(column.title, MAX_TITLE_UNITS),
        "input_message": clip_text(column.hint.format(**facts), MAX_MESSAGE_UNITS),
    }
    if kind:
        words["error_title"] = say["error_title"]
        words["error_message"] = clip_text(say[f"{kind}_error"].format(**facts), MAX_MESSAGE_UNITS)
    first, last = layout.first_row(area) - 1, layout.end_row(area) - 2
    sheet.data_validation(first, position - 1, last, position - 1, {**allowed, **words})


def _limit_column(layout: LedgerLayout, area: Area, column: LedgerColumn) -> tuple[str, Mapping[str, object]]:
    """Return the kind of the error message (empty for none), and what the column accepts."""
    letters, first = layout.find_letters(area, column.id), layout.first_row(area)
    here = f"{letters}{first}"
    if column.computed:
        return "computed", {"validate": "custom", "value": "=FALSE"}
    if column.words:
        return "choice", {"validate": "list", "source": f"={layout.list_span(column.words)}"}
    if column.kind == "date":
        limits = {"minimum": layout.first_day, "maximum": layout.last_day}
        return "date", {"validate": "date", "criteria": "between", **limits}
    if column.kind == "amount":
        whole = f"=AND(ISNUMBER({here}),{here}>=0,ROUND({here},{column.decimals})={here})"
        return "amount", {"validate": "custom", "value": whole}
    if column.id == "number":
        listed = f"${letters}${first}:${letters}${layout.end_row(area) - 1}"
        return "number", {"validate": "custom", "value": f"=SUMPRODUCT(--({listed}={here}))=1"}
    return "", {"validate": "any"}


def colour_entries(layout: LedgerLayout, area: Area, sheet: SheetWriter, book: BookWriter) -> None:
    """Colour what is late, what is due, and what is missing or wrong."""
    for column, criteria, style in _list_colours(layout, area):
        position = [each.id for each in layout.list_columns(area)].index(column)
        format_ = {"type": "formula", "criteria": criteria, "format": book.combine_styles(style)}
        sheet.conditional_format(layout.first_row(area) - 1, position, layout.end_row(area) - 2, position, format_)


def _list_colours(layout: LedgerLayout, area: Area) -> Iterator[tuple[str, str, str]]:
    """Yield the column, the condition in its first row, and the style."""
    row = layout.first_row(area)

    def field(column: str) -> str:
        return f"${layout.find_letters(area, column)}{row}"

    dates = (each.id for each in layout.list_columns(area) if each.kind == "date" and not each.computed)
    yield from ((id, f"=ISTEXT({field(id)})", "bad") for id in dates)
    if area is Area.DISPUTES:
        yield from _list_dispute_colours(layout, field("accepted"), field("outcome"), field("closed"), field("kind"))
        return
    states = load_workbook_wording().states
    received, closed, result, kind = (field(name) for name in ("received", "closed", "result", "applicant_type"))
    number, first = field("number"), HEADING_ROWS[area]
    letters = layout.find_letters(area, "number")
    listed = f"${letters}${first}:${letters}${layout.end_row(area)}"
    yield "number", f'=IF({number}="",FALSE,MATCH({number},{listed},0)<>ROW()-{first - 1})', "bad"
    for column in ("number", "due"):
        for state, style in (("overdue", "bad"), ("due", "doubtful")):
            yield column, f'={layout.same_row(area, "state")}="{states[state]}"', style
    yield "received", f'=AND({received}="",OR({kind}<>"",{closed}<>"",{result}<>""))', "bad"
    yield "applicant_type", f'=AND(ISNUMBER({received}),{kind}="")', "bad"
    yield "closed", f'=AND({result}<>"",{closed}="")', "bad"
    yield "closed", f"=AND(ISNUMBER({closed}),ISNUMBER({received}),{closed}<{received})", "bad"
    yield "result", f'=AND({closed}<>"",{result}="")', "bad"


def _list_dispute_colours(
    layout: LedgerLayout, accepted: str, outcome: str, closed: str, kind: str
) -> Iterator[tuple[str, str, str]]:
    pending = layout.word_cell("outcomes", len(layout.definition.outcomes) - 1)
    is_decided = f'AND({outcome}<>"",{outcome}<>{pending})'
    yield "accepted", f'=AND({kind}<>"",{accepted}="")', "bad"
    yield "kind", f'=AND({accepted}<>"",{kind}="")', "bad"
    yield "closed", f'=AND({is_decided},{closed}="")', "bad"
    yield "outcome", f'=AND({closed}<>"",NOT({is_decided}))', "bad"
