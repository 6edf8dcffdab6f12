"""The layout of a form's workbook: one plan used by both the writer and the reader.

The plan is independent of agency and year: titles contain ``{agency}`` and ``{year}``, figures their cell id.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from xltool.forms import plan_sheets
from xltool.forms.ledger_sheet import plan_ledger_sheet
from xltool.forms.lists.plan_list import ListPlan
from xltool.forms.slots import CellAddress, Purpose, Role, SheetPlan
from xltool.model.form import MAX_CACHED_FORMS, Cell, Form
from xltool.model.list_table import ListTable

_LAYOUT_ROLES = frozenset(
    {Role.LABEL, Role.INPUT, Role.COMPUTED, Role.PARAGRAPH, Role.FIELD, Role.CHOICE, Role.IDENTITY, Role.CONTROL}
)
_LAYOUT_VERSION = "1"  # increment when the meaning of a cell changes but no slot does


@dataclass(frozen=True)
class WorkbookPlan:
    """The whole workbook, in sheet order.

    Cell references: ``cells`` by cell id, ``controls`` by ledger total id, ``fields`` by name; by section id,
    ``paragraphs``, and ``table_texts`` for text beside a table. ``checks`` is the row of each relation on the checks
    sheet. ``labels`` are the printed labels by sheet and address; ``known`` are all addresses the template fills or
    leaves open, by sheet. ``digest`` identifies the plan; ``layout`` what a returned workbook must match: places,
    labels and kinds. ``worded`` are the cells whose content is a word. ``lists`` are the places of lists by id.
    """

    form: Form
    sheets: tuple[SheetPlan, ...]
    cells: Mapping[str, CellAddress]
    controls: Mapping[str, CellAddress]
    paragraphs: Mapping[str, tuple[CellAddress, ...]]
    table_texts: Mapping[str, tuple[CellAddress, ...]]
    fields: Mapping[str, CellAddress]
    checks: Mapping[str, int]
    labels: Mapping[str, Mapping[str, str]]
    known: Mapping[str, frozenset[str]]
    digest: str
    layout: str
    worded: Mapping[str, Cell]
    lists: Mapping[str, ListPlan]

    def __hash__(self) -> int:
        """Hash the digest: plans are keys of the caches of what is derived from them."""
        return hash(self.digest)

    @property
    def check_rows(self) -> tuple[int, int]:
        """The first and last row of relations on the checks sheet; its first row twice where the form has none."""
        rows = self.checks.values() or (plan_sheets.LIST_FIRST_ROW,)
        return min(rows), max(rows)

    def sheet_for(self, purpose: Purpose) -> SheetPlan:
        """Return the sheet with that purpose (not for sections: there are several)."""
        return next(sheet for sheet in self.sheets if sheet.purpose is purpose)

    def find_figure(self, cell: str) -> CellAddress:
        """Return the cell reference of a cell id or of a ledger total id."""
        return self.cells[cell] if cell in self.cells else self.controls[cell]


@lru_cache(maxsize=MAX_CACHED_FORMS)
def plan_workbook(form: Form) -> WorkbookPlan:
    """Plan the workbook of a form; cached."""
    controls = plan_ledger_sheet(form)
    sheets = (
        plan_sheets.plan_cover_sheet(form),
        *(plan_sheets.plan_section_sheet(form, section) for section in form.sections),
        plan_sheets.plan_checks_sheet(form),
        plan_sheets.plan_explanations_sheet(form),
        *([controls] if controls else []),
        plan_sheets.plan_marks_sheet(),
    )
    slots = [(sheet, slot, CellAddress(sheet.name, slot.address)) for sheet in sheets for slot in sheet.slots]
    paragraphs: dict[str, tuple[CellAddress, ...]] = {}
    labels: dict[str, dict[str, str]] = {}
    known: dict[str, set[str]] = {sheet.name: set() for sheet in sheets}
    for sheet, slot, place in slots:
        if slot.role is not Role.UNUSED:
            known[sheet.name].add(slot.address)
        if slot.role is Role.PARAGRAPH:
            paragraphs[slot.key] = (*paragraphs.get(slot.key, ()), place)
        if slot.role is Role.LABEL:
            labels.setdefault(sheet.name, {})[slot.address] = slot.text
    return WorkbookPlan(
        form=form,
        sheets=sheets,
        cells={slot.key: place for _, slot, place in slots if slot.role in {Role.INPUT, Role.COMPUTED}},
        controls={slot.key: place for _, slot, place in slots if slot.role is Role.CONTROL},
        paragraphs=paragraphs,
        table_texts={
            sheet.key: tuple(CellAddress(sheet.name, slot.address) for slot in sheet.text_slots[1:])
            for sheet in sheets
            if sheet.text_slots
        },
        fields={slot.key: place for _, slot, place in slots if slot.role in {Role.FIELD, Role.CHOICE}},
        checks={slot.key: slot.box.row for _, slot, _ in slots if slot.role is Role.CHECK},
        labels=labels,
        known={name: frozenset(places) for name, places in known.items()},
        digest=_plan_digest(form, sheets),
        layout=_layout_digest(form, sheets),
        worded={cell.id: cell for cell in form.cells.values() if cell.is_worded},
        lists={table.id: _find_list(table, sheets) for table in form.lists},
    )


def _find_list(list_table: ListTable, sheets: tuple[SheetPlan, ...]) -> ListPlan:
    sheet = next(sheet for sheet in sheets if sheet.key == list_table.section)
    first = next(slot for slot in sheet.slots if slot.role is Role.ROW_NUMBER)
    return ListPlan(list_table, sheet.name, first.box.row - 1)


def _plan_digest(form: Form, sheets: tuple[SheetPlan, ...]) -> str:
    """Return the SHA-256 of the definition and of every slot's position, role, key and text."""
    lines = [
        f"{sheet.name}|{slot.address}|{slot.role}|{slot.key}|{slot.text}" for sheet in sheets for slot in sheet.slots
    ]
    return hashlib.sha256("\0".join([_LAYOUT_VERSION, form.digest, *lines]).encode()).hexdigest()


def _layout_digest(form: Form, sheets: tuple[SheetPlan, ...]) -> str:
    """Return the SHA-256 of what a returned workbook must match: where each label and input is, and its kind.

    Instructions, prompts, headings and the wording of relations are left out: mending them changes no place. So is the
    number of rows a list offers.
    """
    lines = [
        f"{sheet.name}|{slot.address}|{slot.role}|{slot.key}|{slot.text}"
        for sheet in sheets
        for slot in sheet.slots
        if slot.role in _LAYOUT_ROLES
    ]
    columns = [column for table in form.lists for column in table.columns]
    kinds = [
        "|".join((cell.id, cell.kind, cell.unit, str(cell.decimals), *cell.choices))
        for cell in (*form.cells.values(), *columns)
    ]
    return hashlib.sha256("\0".join([_LAYOUT_VERSION, form.id, *lines, *kinds]).encode()).hexdigest()
