"""Find what stands over and beside figures and may say another: comments, text boxes, pictures. The figures count."""

from collections.abc import Iterator, Mapping

from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.submission import Entry, EntryState, Observation
from xltool.recognition.assign_sheets import SheetAssignment
from xltool.recognition.cell_values import is_about_figure
from xltool.recognition.locate_cells import LocatedSheet
from xltool.recognition.unseen_figures import find_shown_box, is_under, list_inputs


def find_remarks(
    plan: WorkbookPlan, assignment: SheetAssignment, entries: Mapping[str, Entry]
) -> Iterator[Observation]:
    """Yield comments and text boxes that may be about a figure, and the figures under pictures, by sheet."""
    for name, located in assignment.located_sheets.items():
        if not located.sheet.comments and not located.sheet.shapes:
            continue
        inputs = {located.real_address(address): cell for address, cell in list_inputs(plan).get(name, {}).items()}
        for comment in located.sheet.comments:
            if is_about_figure(comment.text):
                yield Observation("remark.comment", located.sheet.name, comment.address, facts={"text": comment.text})
        yield from _find_text_boxes(located, inputs)
        yield from _find_pictures(located, inputs, entries)


def _find_text_boxes(located: LocatedSheet, cells_by_address: Mapping[str, str]) -> Iterator[Observation]:
    """Yield the text boxes beside figures; a figure below one is unreadable and is told for itself."""
    for shape in located.sheet.shapes:
        shown = (find_shown_box(located.sheet, address) for address in cells_by_address)
        if is_about_figure(shape.text) and not any(is_under(shape, box) for box in shown):
            yield Observation("remark.text_box", located.sheet.name, shape.at, facts={"text": shape.text})


def _find_pictures(
    located: LocatedSheet, cells_by_address: Mapping[str, str], entries: Mapping[str, Entry]
) -> Iterator[Observation]:
    pictures = [shape for shape in located.sheet.shapes if shape.is_picture]
    at = tuple(
        address
        for address, cell in (cells_by_address if pictures else {}).items()
        if entries[cell].state is EntryState.NUMBER
        and any(is_under(shape, find_shown_box(located.sheet, address)) for shape in pictures)
    )
    if at:
        yield Observation("place.picture", located.sheet.name, at[0], facts={"count": len(at), "at": at})
