"""Compare the figures and texts of two returns of one agency."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from xltool.model.consolidation import FigureChange
from xltool.model.form import Form, Number, Values
from xltool.model.submission import EntryState, Submission

_MIN_FIGURES = 8  # with fewer figures that are not zero, nothing can be said about what two returns share
_MAX_UNRELATED_SHARE = 0.1  # of the figures that are not zero; two versions of one return share most of them
_MIN_TELLING_FIGURE = 10  # smaller figures are equal by chance


def identify_figures(submission: Submission, form: Form) -> tuple[object, ...]:
    """Return a key that is equal for returns with equal inputs."""
    counted = submission.counted
    return tuple(_read_figure(submission, counted, cell.id) for cell in form.inputs)


def list_figure_changes(before: Submission, after: Submission, form: Form) -> tuple[FigureChange, ...]:
    """List the inputs that differ, in form order, located in the later return."""
    changes, old_figures, new_figures = [], before.counted, after.counted
    for cell in form.inputs:
        old, new = _read_figure(before, old_figures, cell.id), _read_figure(after, new_figures, cell.id)
        if old != new:
            entry = after.entries.get(cell.id) or before.entries[cell.id]
            changes.append(FigureChange(cell.id, entry.sheet, entry.address, old, new))
    return tuple(changes)


def identify_texts(submission: Submission) -> tuple[tuple[str, str], ...]:
    """Return a key that is equal for returns whose texts and lists differ in white space at most."""
    texts = [*submission.texts.items(), *_join_rows(submission)]
    plain = ((section, "".join(text.split())) for section, text in texts)
    return tuple(sorted((section, text) for section, text in plain if text))


def _join_rows(submission: Submission) -> Iterator[tuple[str, str]]:
    """Yield the contents of each list as one text, by its id."""
    for name, rows in submission.lists.items():
        yield name, " ".join(entry.raw or "" for row in rows for entry in row.entries.values())


def list_text_changes(before: Submission, after: Submission, form: Form) -> tuple[str, ...]:
    """List the headings of the sections whose texts or lists differ, in form order."""
    old, new = dict(identify_texts(before)), dict(identify_texts(after))
    lists = {table.id: table.section for table in form.lists}
    changed = {lists.get(key, key) for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    return tuple(section.heading for section in form.sections if section.id in changed)


def select_figures(submission: Submission, form: Form) -> dict[str, Number]:
    """Return the inputs that are not zero, by cell."""
    counted = submission.counted
    return {cell.id: figure for cell in form.inputs if (figure := counted.get(cell.id))}


def are_unrelated(one_figures: Mapping[str, Number], other_figures: Mapping[str, Number]) -> bool:
    """Return whether two returns share so few figures other than zero that they are hardly versions of one return."""
    if min(len(one_figures), len(other_figures)) < _MIN_FIGURES:
        return False
    same_place = len(one_figures.items() & other_figures.items())
    share = max(same_place, _count_shared(one_figures.values(), other_figures.values())) / min(
        len(one_figures), len(other_figures)
    )
    return share <= _MAX_UNRELATED_SHARE


def _count_shared(left_numbers: Iterable[Number], right_numbers: Iterable[Number]) -> int:
    """Count the figures that are in both, wherever they stand; small ones are left out."""
    telling = [figure for figure in left_numbers if max(figure, -figure) >= _MIN_TELLING_FIGURE]
    remaining = Counter(right_numbers)
    shared = 0
    for figure in telling:
        shared += remaining[figure] > 0
        remaining[figure] -= 1
    return shared


def _read_figure(submission: Submission, counted: Values, cell: str) -> Number | str | None:
    """Return the number that counts, else the text of an unreadable cell."""
    value, entry = counted.get(cell), submission.entries.get(cell)
    if value is None and entry is not None and entry.state is EntryState.UNREADABLE:
        return entry.raw
    return value
