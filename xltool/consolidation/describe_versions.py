"""Render the order of versions and their changed figures as parts of sentences."""

from collections.abc import Sequence

from xltool.consolidation.version_witnesses import Order, TimeWitness
from xltool.messages import catalogue
from xltool.model.beijing_time import to_beijing
from xltool.model.consolidation import FigureChange, ReviewedFile, VersionRecord
from xltool.model.form import Number

_MAX_CHANGES_QUOTED = 3


def describe_basis(order: Order | None) -> catalogue.Phrase:
    """Describe the witnesses by which one version is later than another; empty without an order."""
    if order is None:
        return catalogue.Phrase("")
    parts = (_describe_witness(witness, with_side=False) for witness in order.witnesses)
    return catalogue.Phrase(catalogue.look_up_word("shown", "joint").join(dict.fromkeys(parts)))


def describe_open_order(order: Order) -> catalogue.Phrase:
    """Describe witnesses that disagree, or that there are none."""
    if not order.witnesses:
        return catalogue.format_phrase("version_no_witness")
    kinds = dict.fromkeys(_describe_witness(witness, with_side=True) for witness in order.witnesses)
    return catalogue.Phrase(catalogue.look_up_word("shown", "semicolon").join(kinds))


def describe_changes_briefly(
    figure_changes: Sequence[FigureChange], sections: Sequence[str] = (), kind: str = "changed"
) -> dict[str, object]:
    """Return the facts ``count``, ``figure_changes`` (the first three), ``more`` and ``difference``, which says all.

    ``sections`` are the headings of texts that differ. ``kind`` is "changed" where one version came of the other,
    "differs" where it is not known, "held" where this version is named first.
    """
    quoted = tuple(show_figure_change(change) for change in figure_changes[:_MAX_CHANGES_QUOTED])
    rest = len(figure_changes) - len(quoted)
    more = catalogue.format_phrase("more_changes", count=rest) if rest else catalogue.Phrase("")
    facts: dict[str, object] = {"count": len(figure_changes), "changes": quoted, "more": more}
    what = "both" if figure_changes and sections else "texts" if sections else "figures"
    return {**facts, "difference": catalogue.format_phrase(f"{kind}_{what}", **facts, sections=tuple(sections))}


def show_figure_change(change: FigureChange) -> catalogue.Phrase:
    """Show position and both figures of a change."""
    place, old, new = f"{change.sheet}!{change.address}", _show_figure(change.old), _show_figure(change.new)
    return catalogue.format_phrase("figure_change", place=place, old=old, new=new)


def record_version(item: ReviewedFile) -> VersionRecord:
    """Return file, content and dates of one version."""
    source = item.submission.source if item.submission else None
    return VersionRecord(item.file, item.sha256, source.saved if source else "", source.modified if source else "")


def _describe_witness(witness: TimeWitness, *, with_side: bool) -> str:
    source = catalogue.look_up_word("version_witness", witness.source)
    if witness.left and witness.right:
        left, right = _show_moment(witness.left), _show_moment(witness.right)
        source = catalogue.format_phrase("version_dates", source=source, left=left, right=right)
    if not with_side:
        return source
    return catalogue.format_phrase(f"version_side_{'this' if witness.sign > 0 else 'other'}", source=source)


def _show_moment(text: str) -> str:
    """Return a date in Beijing, with seconds; empty for none."""
    moment = to_beijing(text)
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _show_figure(figure: Number | str | None) -> str:
    if figure is None:
        return catalogue.look_up_word("shown", "nothing")
    if isinstance(figure, str):  # unreadable though it may be a number that is stored, but not shown
        is_number = figure.strip().isdecimal()
        return catalogue.format_phrase("figure_unseen", text=figure.strip()) if is_number else figure
    return str(figure) if isinstance(figure, int) else f"{figure:f}"
