"""A locked workbook for one agency: the plan of its form says what stands where, this what it holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from xltool.errors import WritingError
from xltool.forms.controls import controlled
from xltool.forms.expressions import quoted
from xltool.forms.furniture import words
from xltool.forms.identity import Identity
from xltool.forms.layout import Plan
from xltool.forms.places import address, box_address, rectangles
from xltool.forms.sheets import announced, height_of
from xltool.forms.slots import Place, Purpose, Role, Slot
from xltool.forms.slots import Sheet as Planned
from xltool.messages import catalogue as texts
from xltool.model.agency import Agency
from xltool.model.form import Form, Kind, Number, Relation, Term, Values
from xltool.workbooks.save_files import save
from xltool.workbooks.template import conditional_formats as marking
from xltool.workbooks.template import input_messages as prompts
from xltool.workbooks.template import page_setup as pages
from xltool.workbooks.template.check_formulas import (
    CheckLine,
    absolute,
    check_contents,
    check_lines,
    counted,
    overall,
    overall_formula,
    side_formula,
    unfilled_formula,
)
from xltool.workbooks.template.styles import MARKS, TEXT_SIZE, TITLE_SIZE, styles
from xltool.workbooks.xlsxwriter_adapter import Book, Content, Formula, Link, Sheet, workbook_in


class Filling(NamedTuple):
    """What a workbook holds when it is written filled in.

    ``figures`` by cell id: a text is stored as text, and a figure of a computed cell stands in the place of its
    formula. ``texts`` are paragraphs by section id; ``declared`` says 未填项均为0.
    """

    figures: Mapping[str, Number | str] = {}
    texts: Mapping[str, Sequence[str]] = {}
    declared: bool = False


class Issue(NamedTuple):
    """One workbook to be handed out. ``previous`` are the agency's figures of the year before, where they are known.

    ``serial`` is unique to each workbook issued; ``seal`` an HMAC over its identity, empty where none is made.
    ``filling`` is empty for a template; ``imported`` is the SHA-256 of the published report it comes from, if any.
    """

    agency: Agency
    year: int
    serial: str
    previous: Values | None = None
    seal: str = ""
    filling: Filling = Filling()
    imported: str = ""


@dataclass(frozen=True)
class Draft:
    """What is known while one workbook is written.

    ``prefilled`` are inputs filled in from last year, ``paragraphs`` the text by its place, ``figures`` all figures
    as a spreadsheet program has them, ``unfilled`` how many inputs of a sheet are blank ("" for all sheets), ``lines``
    what the checks sheet shows and ``checks`` the formulas that show it; ``relations`` by id and by the cell they
    compute; ``items`` are labels (table, text) that stand left-aligned before their figures.
    """

    plan: Plan
    issue: Issue
    prefilled: Mapping[str, Number]
    figures: Values
    unfilled: Mapping[str, int]
    lines: Mapping[str, CheckLine]
    checks: Mapping[str, Mapping[str, Content]]
    relations: Mapping[str, Relation]
    computing: Mapping[str, Relation]
    items: frozenset[tuple[str, str]]
    first_check: int
    paragraphs: Mapping[Place, str]


Part = tuple[Content, tuple[str, ...]]  # what a slot holds, and its styles


def write_template(plan: Plan, issue: Issue, path: Path, *, force: bool = False) -> None:
    """Write the workbook of ``issue``. Raises WritingError; UsageError if ``path`` exists (unless ``force``)."""
    save(path, template(plan, issue), force=force)


def template(plan: Plan, issue: Issue) -> bytes:
    """The workbook of ``issue``. Raises WritingError."""
    draft, stream = _draft(plan, issue), BytesIO()
    with workbook_in(stream, issue.agency.name, styles(), words().look["body_font"]) as book:
        for planned in plan.sheets:
            sheet = book.sheet(planned.name)
            for slot in planned.slots:
                content, names = _PARTS[slot.role](draft, planned, slot)
                sheet.put(slot.box, content, *names)
            _validate(draft, planned, sheet)
            _validate_controls(draft, planned, sheet)
            marking.mark(plan, planned, sheet, book)
            pages.set_up(planned, sheet, book, _needed_heights(draft, planned), plan.form.document)
        _write_identity(draft, book)
        for cell, place in plan.cells.items():
            book.define_name(cell, f"={quoted(place.sheet)}!{absolute(place.address)}")
        book.lock_structure()
    return stream.getvalue()


def prefill(form: Form, previous: Values | None) -> dict[str, Number]:
    """Inputs that a relation sets equal to one figure of last year, where that figure is known."""
    filled: dict[str, Number] = {}
    for relation in announced(form):
        left, operator, right = relation.expect
        plain = (len(left.terms), len(right.terms), left.constant, right.constant, operator) == (1, 1, 0, 0, "==")
        if not plain or relation.when or left.modulus or right.modulus:
            continue
        here, there = left.terms[0], right.terms[0]
        value = (previous or {}).get(there.cell)
        wanted = here == Term(here.cell) and there == Term(there.cell, previous=True)
        if wanted and value is not None and not form.cells[here.cell].computed:
            filled[here.cell] = value
    return filled


def identity_of(plan: Plan, issue: Issue) -> Identity:
    """What the workbook of ``issue`` says it is; of its seal, what ``issue`` has."""
    figures = prefill(plan.form, issue.previous).items()
    return Identity(
        form=plan.form.id,
        edition=plan.form.edition,
        year=issue.year,
        agency_code=issue.agency.code,
        agency_name=issue.agency.name,
        scope=issue.agency.scope,
        serial=issue.serial,
        layout=plan.digest,
        seal=issue.seal,
        prefilled=tuple((cell, f"{Decimal(figure):f}") for cell, figure in figures),
        imported=issue.imported,
    )


def _draft(plan: Plan, issue: Issue) -> Draft:
    form = plan.form
    filling = issue.filling
    prefilled = {id: value for id, value in prefill(form, issue.previous).items() if id not in filling.figures}
    numbers = {id: figure for id, figure in filling.figures.items() if not isinstance(figure, str)}
    profiles = {"without_rule_power"} if issue.agency.rule_power is False else set()
    lines = check_lines(plan, prefilled | numbers, issue.previous, filling.declared, profiles=profiles)
    unfilled = dict.fromkeys(["", *(sheet.name for sheet in plan.sheets)], 0)
    for cell in form.inputs:
        for key in ("", plan.where(cell.id).sheet):
            unfilled[key] += not (filling.declared or cell.id in prefilled or cell.id in filling.figures)
    return Draft(
        plan=plan,
        issue=issue,
        prefilled=prefilled,
        figures=counted(form, prefilled | numbers),
        unfilled=unfilled,
        lines=lines,
        checks={
            relation.id: check_contents(plan, relation, issue.previous, lines[relation.id])
            for relation in announced(form)
        },
        relations={relation.id: relation for relation in form.relations},
        computing={relation.computes: relation for relation in form.formulas if relation.computes},
        items=frozenset(pages.item_labels(form)),
        first_check=min(plan.checks.values()),
        paragraphs=_paragraphs(plan, filling),
    )


def _paragraphs(plan: Plan, filling: Filling) -> dict[Place, str]:
    """Each paragraph in its place. Raises WritingError where a section has more than its sheet has room for."""
    placed: dict[Place, str] = {}
    for section, said in filling.texts.items():
        room = plan.paragraphs[section]
        if len(said) > len(room):
            raise WritingError("writing.too_much_text", section=section, count=len(said), room=len(room))
        placed |= dict(zip(room, said, strict=False))
    return placed


def _needed_heights(draft: Draft, planned: Planned) -> dict[int, float]:
    """Points that rows need for what the plan could not know: the agency's name, and text that is there already."""
    needed: dict[int, float] = {}
    for slot in planned.slots:
        row, column, _, columns = slot.box
        width = sum(planned.widths[column - 1 : column - 1 + columns])
        match slot.role:
            case Role.TITLE:
                needed[row] = height_of(_title_text(draft, slot.text), width, TITLE_SIZE)
            case Role.IDENTITY if slot.key == "agency":
                needed[row] = height_of(draft.issue.agency.name, width)
            case Role.PARAGRAPH if text := draft.paragraphs.get(Place(planned.name, slot.address)):
                needed[row] = height_of(text, width, TEXT_SIZE)
    return needed


def _title_text(draft: Draft, text: str) -> str:
    return text.format(agency=draft.issue.agency.name, year=draft.issue.year)


# --- what the slots hold, by role ------------------------------------------------------------------------------


def _plain(draft: Draft, planned: Planned, slot: Slot) -> Part:
    return slot.text or None, (slot.role,)


def _blank(draft: Draft, planned: Planned, slot: Slot) -> Part:
    return None, (slot.role,)


def _paragraph(draft: Draft, planned: Planned, slot: Slot) -> Part:
    return draft.paragraphs.get(Place(planned.name, slot.address)), (slot.role,)


def _choice(draft: Draft, planned: Planned, slot: Slot) -> Part:
    return words().cover["yes"] if draft.issue.filling.declared else None, (slot.role,)


def _title(draft: Draft, planned: Planned, slot: Slot) -> Part:
    return _title_text(draft, slot.text), (slot.role,)


def _label(draft: Draft, planned: Planned, slot: Slot) -> Part:
    return slot.text, ("item" if (slot.key, slot.text) in draft.items else slot.role,)


def _input(draft: Draft, planned: Planned, slot: Slot) -> Part:
    kind = "amount" if draft.plan.form.cells[slot.key].kind is Kind.AMOUNT else "whole"
    if slot.key in draft.issue.filling.figures:
        return draft.issue.filling.figures[slot.key], (slot.role, kind)
    if slot.key in draft.prefilled:
        return draft.prefilled[slot.key], (slot.role, kind, "prefilled")
    return None, (slot.role, kind)


def _computed(draft: Draft, planned: Planned, slot: Slot) -> Part:
    kind = "amount" if draft.plan.form.cells[slot.key].kind is Kind.AMOUNT else "whole"
    if slot.key in draft.issue.filling.figures:
        return draft.issue.filling.figures[slot.key], (slot.role, kind)
    relation, value = draft.computing[slot.key], draft.figures[slot.key]
    text = side_formula(draft.plan, relation.expect.right, sheet=planned.name)
    return Formula(text, 0 if value is None else value), (slot.role, kind)


def _identity(draft: Draft, planned: Planned, slot: Slot) -> Part:
    agency = draft.issue.agency
    facts = {
        "agency": agency.name,
        "code": agency.code,
        "year": str(draft.issue.year),
        "scope": words().cover[agency.scope],
    }
    return facts[slot.key], (slot.role,)


def _unfilled(draft: Draft, planned: Planned, slot: Slot) -> Part:
    """A count on the cover; on a section's own sheet a sentence about it."""
    cover = draft.plan.sheet(Purpose.COVER)
    places = {other.key: other.address for other in cover.slots if other.role is Role.UNFILLED}
    count = draft.unfilled[slot.key]
    if planned is cover:
        pages_of_it = [spot for key, spot in places.items() if key]
        text = unfilled_formula(draft.plan, slot.key) if slot.key else "+".join(pages_of_it)
        return Formula(text, count), ("count",)
    say = words().table
    spot = f"{quoted(cover.name)}!{places[slot.key]}"
    legend = say["legend"]
    if any(draft.plan.where(cell).sheet == planned.name for cell in draft.prefilled):
        legend += say["legend_prefilled"]
    sentence = f"{say['unfilled_before']}{count}{say['unfilled_after']}" if count else say["filled"]
    text = f'IF({spot}=0,"{say["filled"]}","{say["unfilled_before"]}"&{spot}&"{say["unfilled_after"]}")&"{legend}"'
    return Formula(text, sentence + legend), (slot.role,)


def _checked(draft: Draft, planned: Planned, slot: Slot) -> Part:
    return Formula(overall_formula(draft.plan), overall(draft.lines.values())), (slot.role,)


def _link(draft: Draft, planned: Planned, slot: Slot) -> Part:
    return Link(slot.text, slot.key, "A1"), (slot.role,)


def _check(draft: Draft, planned: Planned, slot: Slot) -> Part:
    plan, relation = draft.plan, draft.relations[slot.key]
    amounts = any(plan.form.cells[term.cell].kind is Kind.AMOUNT for term in relation.terms)
    match slot.text:
        case "number":
            return slot.box.row - draft.first_check + 1, ("centred",)
        case "relation":
            return relation.name, ("listed",)
        case "link":
            return Link(words().checks["link"], *plan.where(relation.terms[0].cell)), ("linked",)
        case "severity":
            return texts.word("severity", relation.severity), ("centred",)
        case "basis":
            return relation.basis, ("listed",)
        case part:
            return draft.checks[relation.id][part], ("centred", "amount" if amounts else "whole")


def _control(draft: Draft, planned: Planned, slot: Slot) -> Part:
    amounts = controlled(draft.plan.form, slot.key).kind is Kind.AMOUNT
    return None, (slot.role, "amount" if amounts else "whole")


def _explanation(draft: Draft, planned: Planned, slot: Slot) -> Part:
    if slot.key == "number":
        return int(slot.text), ("centred",)
    return None, (slot.role, "text") if slot.key in {"author", "date"} else (slot.role,)


def _mark(draft: Draft, planned: Planned, slot: Slot) -> Part:
    return None, MARKS.get(slot.key, ("listed", "literal"))


_PARTS: Mapping[Role, Callable[[Draft, Planned, Slot], Part]] = {
    Role.TITLE: _title,
    Role.HEADING: _plain,
    Role.GUIDE: _plain,
    Role.LABEL: _label,
    Role.CAPTION: _plain,
    Role.INPUT: _input,
    Role.COMPUTED: _computed,
    Role.PARAGRAPH: _paragraph,
    Role.FIELD: _blank,
    Role.CHOICE: _choice,
    Role.IDENTITY: _identity,
    Role.UNFILLED: _unfilled,
    Role.CHECKED: _checked,
    Role.LINK: _link,
    Role.ENTRY: _plain,
    Role.CHECK: _check,
    Role.CONTROL: _control,
    Role.EXPLANATION: _explanation,
    Role.MARK: _mark,
}


def _validate(draft: Draft, planned: Planned, sheet: Sheet) -> None:
    """What may be typed into each unlocked cell, and the words that go with it."""
    for slot in planned.slots:
        match slot.role:
            case Role.INPUT:
                cell = draft.plan.form.cells[slot.key]
                allowed = prompts.for_figure(cell, slot, planned.name, draft.prefilled.get(slot.key))
            case Role.CHOICE:
                allowed = prompts.for_declaration()
            case Role.FIELD:
                allowed = prompts.for_field(slot.key)
            case Role.EXPLANATION if slot.key == "relation":
                allowed = prompts.for_relation(draft.plan)
            case _:
                continue
        sheet.data_validation(slot.address, allowed)


def _validate_controls(draft: Draft, planned: Planned, sheet: Sheet) -> None:
    """The same for control figures, at once for all of one kind."""
    kinds: dict[tuple[Kind, str, int], list[Slot]] = {}
    for slot in planned.slots:
        if slot.role is Role.CONTROL:
            cell = controlled(draft.plan.form, slot.key)
            kinds.setdefault((cell.kind, cell.unit, cell.decimals), []).append(slot)
    for slots in kinds.values():
        first, *others = rectangles(slot.box[:2] for slot in slots)
        rest = [[box.row - 1, box.column - 1, box.row + box.rows - 2, box.column + box.columns - 2] for box in others]
        allowed = prompts.for_control(controlled(draft.plan.form, slots[0].key), address(first.row, first.column))
        sheet.data_validation(box_address(first), {**allowed, "other_cells": rest})


def _write_identity(draft: Draft, book: Book) -> None:
    """Who and what the workbook is, on a very hidden sheet and as document properties."""
    identity = identity_of(draft.plan, draft.issue)
    sheet = book.sheet(words().sheets["identity"])
    for row, (key, value) in enumerate(identity.rows()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.protect()
    sheet.very_hidden()
    book.describe(_title_text(draft, draft.plan.form.report_title), identity.properties())
