"""Where everything of a form stands in its workbook: one plan, shared by writing and reading so they cannot drift.

The plan knows no agency and no year: titles carry ``{agency}`` and ``{year}``, figures carry their cell id.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from xltool.forms import sheets as making
from xltool.forms.control_sheet import control_sheet
from xltool.forms.slots import Place, Purpose, Role, Sheet
from xltool.model.form import Form

_LAYOUT = "1"  # raise it when the meaning of a place changes and no slot does


@dataclass(frozen=True)
class Plan:
    """The whole workbook, in sheet order.

    ``cells`` by cell id, ``controls`` by that of a control figure, ``paragraphs`` by section id, ``fields`` by name;
    ``checks`` is the row of each relation on the checks sheet. ``labels`` are the official printed words by sheet and
    address; ``known`` are all addresses the template itself fills or offers, by sheet. ``digest`` tells one layout
    from another.
    """

    form: Form
    sheets: tuple[Sheet, ...]
    cells: Mapping[str, Place]
    controls: Mapping[str, Place]
    paragraphs: Mapping[str, tuple[Place, ...]]
    fields: Mapping[str, Place]
    checks: Mapping[str, int]
    labels: Mapping[str, Mapping[str, str]]
    known: Mapping[str, frozenset[str]]
    digest: str

    def sheet(self, purpose: Purpose) -> Sheet:
        """The one sheet of that purpose (not for sections, of which there are several)."""
        return next(sheet for sheet in self.sheets if sheet.purpose is purpose)

    def where(self, cell: str) -> Place:
        """Sheet and address of a figure of the form, or of a control figure."""
        return self.cells[cell] if cell in self.cells else self.controls[cell]


_plans: dict[str, Plan] = {}


def plan(form: Form) -> Plan:
    """The plan of a form's workbook; made once for each definition."""
    if form.digest not in _plans:
        _plans[form.digest] = _made(form)
    return _plans[form.digest]


def _made(form: Form) -> Plan:
    controls = control_sheet(form)
    sheets = (
        making.cover(form),
        *(making.section_sheet(form, section) for section in form.sections),
        making.checks_sheet(form),
        making.explanations_sheet(),
        *([controls] if controls else []),
        making.marks_sheet(),
    )
    slots = [(sheet, slot, Place(sheet.name, slot.address)) for sheet in sheets for slot in sheet.slots]
    paragraphs: dict[str, tuple[Place, ...]] = {}
    labels: dict[str, dict[str, str]] = {}
    known: dict[str, set[str]] = {sheet.name: set() for sheet in sheets}
    for sheet, slot, place in slots:
        known[sheet.name].add(slot.address)
        if slot.role is Role.PARAGRAPH:
            paragraphs[slot.key] = (*paragraphs.get(slot.key, ()), place)
        if slot.role is Role.LABEL:
            labels.setdefault(sheet.name, {})[slot.address] = slot.text
    return Plan(
        form=form,
        sheets=sheets,
        cells={slot.key: place for _, slot, place in slots if slot.role in {Role.INPUT, Role.COMPUTED}},
        controls={slot.key: place for _, slot, place in slots if slot.role is Role.CONTROL},
        paragraphs=paragraphs,
        fields={slot.key: place for _, slot, place in slots if slot.role in {Role.FIELD, Role.CHOICE}},
        checks={slot.key: slot.box.row for _, slot, _ in slots if slot.role is Role.CHECK},
        labels=labels,
        known={name: frozenset(places) for name, places in known.items()},
        digest=_digest(form, sheets),
    )


def _digest(form: Form, sheets: tuple[Sheet, ...]) -> str:
    """SHA-256 of what decides where things stand and what they say."""
    lines = [
        f"{sheet.name}|{slot.address}|{slot.role}|{slot.key}|{slot.text}" for sheet in sheets for slot in sheet.slots
    ]
    return hashlib.sha256("\0".join([_LAYOUT, form.digest, *lines]).encode()).hexdigest()
