"""Two printed words exchanged, one lost, one changed: never without a finding that must be mended and names them.

A sample of the pairs of every edition; all of them where ``XLTOOL_ALL_LABELS`` is set (``make labels``).
"""

import os
import random
import re
import zipfile
from functools import cache
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import NamedTuple, TypeVar

import openpyxl
import pytest

from tests.filled import write_once
from tests.mangling.good import ABOUT, ROSTER, TOWN, good
from tests.mangling.manglings import MANGLINGS, saved
from xltool.commands.check import review_files
from xltool.commands.make_templates import compute_serial
from xltool.commands.run_context import RunContext
from xltool.forms.compiled_form import FormLibrary, compile_form
from xltool.forms.load_definitions import load_forms
from xltool.forms.slots import Purpose, Role, Slot
from xltool.messages import catalogue
from xltool.model.finding import Finding
from xltool.model.form import Form, Severity
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

_Item = TypeVar("_Item")

FORMS = tuple(load_forms())
SAMPLE = 30  # pairs of each edition, and of labels on different sheets
_SEED = 20251130
_SHARED = re.compile(r'(<c r="(?P<address>[A-Z]+[0-9]+)"[^>]*t="s"[^>]*><v>)(?P<index>[0-9]+)(</v></c>)')
WORDS_CODES = {"label.exchanged", "label.changed", "place.exchanged"}


class Printed(NamedTuple):
    """A printed label of an edition: the number of its sheet in the workbook, and its slot."""

    form: Form
    sheet: int
    slot: Slot


@cache
def filled(form: Form, folder: Path) -> bytes:
    """A template in which every figure is filled in with a number of its own."""
    figures = {cell.id: number for number, cell in enumerate(form.inputs, start=1)}
    path = folder / f"{form.edition}.xlsx"
    serial = compute_serial(form, TOWN, form.first_year)
    request = TemplateRequest(TOWN, form.first_year, serial, filling=FilledContents(figures))
    write_once(compile_form(form).plan, request, path)
    return path.read_bytes()


def printed_labels(form: Form) -> list[Printed]:
    return [
        Printed(form, number, slot)
        for number, sheet in enumerate(compile_form(form).plan.sheets, start=1)
        for slot in sheet.slots
        if slot.role is Role.LABEL or (slot.role is Role.HEADING and sheet.purpose is Purpose.SECTION)
    ]


def pairs(form: Form, *, same_sheet: bool) -> list[tuple[Printed, Printed]]:
    every = [
        (one, other)
        for one, other in combinations(printed_labels(form), 2)
        if one.slot.text != other.slot.text and (one.sheet == other.sheet) is same_sheet
    ]
    return sample(every)


def sample(every: list[_Item]) -> list[_Item]:
    if os.environ.get("XLTOOL_ALL_LABELS"):
        return every
    return random.Random(_SEED).sample(every, min(SAMPLE, len(every)))


def name_label(label: object) -> str:
    assert isinstance(label, Printed)
    return f"{label.form.edition}-{label.sheet}{label.slot.address}"


def name_pair(pair: object) -> str:
    assert isinstance(pair, tuple)
    one, other = pair
    return f"{one.form.edition}-{one.sheet}{one.slot.address}-{other.sheet}{other.slot.address}"


def rewritten(data: bytes, texts: dict[tuple[int, str], str]) -> bytes:
    """The workbook with other shared strings ("" for none) in some cells, by number of the sheet and address."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if match := re.fullmatch(r"xl/worksheets/sheet([0-9]+)\.xml", name):
                part = rewritten_sheet(
                    part.decode(), {at[1]: text for at, text in texts.items() if at[0] == int(match[1])}
                )
            new.writestr(name, part)
    return out.getvalue()


def rewritten_sheet(xml: str, texts: dict[str, str]) -> bytes:
    def rewrite(cell: re.Match[str]) -> str:
        index = texts.get(cell["address"], cell["index"])
        return f"{cell[1]}{index}{cell[4]}" if index else f'<c r="{cell["address"]}"/>'

    return _SHARED.sub(rewrite, xml).encode()


def shared_index(data: bytes, label: Printed) -> str:
    """The index of the shared string in a label's cell."""
    with zipfile.ZipFile(BytesIO(data)) as book:
        part = book.read(f"xl/worksheets/sheet{label.sheet}.xml").decode()
    return next(cell["index"] for cell in _SHARED.finditer(part) if cell["address"] == label.slot.address)


def findings_of(data: bytes, form: Form, folder: Path) -> list[Finding]:
    path = folder / "a.xlsx"
    path.write_bytes(data)
    return [
        finding for item in review_files(RunContext(FormLibrary((form,)), ROSTER), path) for finding in item.findings
    ]


@pytest.fixture(scope="session")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("labels")


@pytest.mark.parametrize("pair", [pair for form in FORMS for pair in pairs(form, same_sheet=True)], ids=name_pair)
def test_two_labels_exchanged__told_by_name(pair: tuple[Printed, Printed], workbooks: Path, tmp_path: Path) -> None:
    one, other = pair
    data = filled(one.form, workbooks)
    indexes = {label: shared_index(data, label) for label in pair}
    exchanged = rewritten(
        data, {(one.sheet, one.slot.address): indexes[other], (other.sheet, other.slot.address): indexes[one]}
    )
    told = [item for item in findings_of(exchanged, one.form, tmp_path) if item.code in WORDS_CODES]
    assert {item.severity for item in told} == {Severity.MUST_FIX}
    messages = "".join(map(catalogue.render_problem, told))
    assert one.slot.text in messages
    assert other.slot.text in messages


@pytest.mark.parametrize("pair", [pair for form in FORMS for pair in pairs(form, same_sheet=False)], ids=name_pair)
def test_labels_of_two_sheets_exchanged__told_on_both(
    pair: tuple[Printed, Printed], workbooks: Path, tmp_path: Path
) -> None:
    one, other = pair
    data = filled(one.form, workbooks)
    exchanged = rewritten(
        data,
        {
            (one.sheet, one.slot.address): shared_index(data, other),
            (other.sheet, other.slot.address): shared_index(data, one),
        },
    )
    told = [item for item in findings_of(exchanged, one.form, tmp_path) if item.code in WORDS_CODES]
    assert {item.severity for item in told} == {Severity.MUST_FIX}
    assert len({item.cells[0].sheet for item in told}) == 2
    assert one.slot.text in "".join(map(catalogue.render_problem, told))


@pytest.mark.parametrize("label", [label for form in FORMS for label in sample(printed_labels(form))], ids=name_label)
@pytest.mark.parametrize("index", ["", "0"], ids=["lost", "changed"])
def test_label_lost_or_changed__told_by_name(label: Printed, index: str, workbooks: Path, tmp_path: Path) -> None:
    data = filled(label.form, workbooks)
    altered = rewritten(data, {(label.sheet, label.slot.address): index})
    told = [item for item in findings_of(altered, label.form, tmp_path) if item.code in WORDS_CODES]
    assert {item.severity for item in told} == {Severity.MUST_FIX}
    assert label.slot.text in "".join(map(catalogue.render_problem, told))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form.edition))
def test_nothing_exchanged__no_words_told(form: Form, workbooks: Path, tmp_path: Path) -> None:
    codes = {item.code for item in findings_of(filled(form, workbooks), form, tmp_path)}
    assert codes & WORDS_CODES == set()


def test_rows_cut_and_inserted_with_their_names__one_reading(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(MANGLINGS["rows_swapped"].apply(good())))
    one, other = "requests.refused.state_secret.", "requests.refused.enforcement_file."
    for name in [name for name in book.defined_names if name.startswith(one)]:
        first, second = book.defined_names[name], book.defined_names[name.replace(one, other)]
        first.attr_text, second.attr_text = second.attr_text, first.attr_text
    path = tmp_path / "a.xlsx"
    path.write_bytes(saved(book))
    (item,) = review_files(ABOUT, path)
    told = {finding.code: finding.severity for finding in item.findings if finding.code.startswith("place.")}
    assert told == {"place.reordered": Severity.EXPLAIN}
