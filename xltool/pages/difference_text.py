"""Describe the differences between two reports, one sentence each, for the console and the HTML page."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import PurePath
from typing import NamedTuple

from xltool.comparison.comparing import ComparisonResult, select_line_figures
from xltool.comparison.figures import FigureDifference
from xltool.comparison.sides import ComparedSide, ComparedValue, are_different_years, name_sides
from xltool.comparison.wording import TextDifference, cut_excerpts, split_paragraphs
from xltool.forms.period_words import name_both, name_earlier_period
from xltool.forms.placeholders import remove_whitespace
from xltool.messages import catalogue
from xltool.model.form import Cell, Number

_MAX_NAMES = 6  # in one sentence
_MAX_PARAGRAPH_CHARACTERS = 60  # of a paragraph that only one side has
_MAX_SECTION_CHARACTERS = 20  # of a section that only one side has
_TENTH = Decimal("0.1")


class DifferenceSentence(NamedTuple):
    """A sentence, with the id of its cell if it has one; ``line`` marks a sentence about a whole row of the form."""

    words: str
    cell: str = ""
    line: bool = False


class RowChange(NamedTuple):
    """The change of one row of the form, as displayed text."""

    place: catalogue.Phrase
    left: str
    right: str
    gap: str
    share: str
    cell: str


def describe_sides(comparison: ComparisonResult) -> tuple[str, str]:
    """Describe file, agency and year of either side; with the folder if both files have the same name."""
    paths = [PurePath(side.submission.source.file) for side in (comparison.left, comparison.right)]
    same_name = paths[0].name == paths[1].name
    files = [str(PurePath(*path.parts[-2:])) if same_name else path.name for path in paths]
    one, other = map(
        _describe_side, (comparison.left, comparison.right), name_sides(comparison.left, comparison.right), files
    )
    return one, other


def describe_differences(comparison: ComparisonResult) -> Iterator[DifferenceSentence]:
    """Yield every difference, the most important first: subjects, years, figures, unread cells, texts."""
    names = name_sides(comparison.left, comparison.right)
    yield from map(DifferenceSentence, _describe_subjects(comparison, names))
    yield from map(DifferenceSentence, _describe_common(comparison, names))
    yield from _describe_years(comparison)
    if comparison.is_distant:
        yield from _describe_rows(comparison, names)
    else:
        yield from _describe_figures(comparison, names)
    yield from map(DifferenceSentence, _describe_possible(comparison, names))
    yield from _describe_unread(comparison, names)
    yield from map(DifferenceSentence, _describe_texts(comparison, names))
    for name, cells in zip(names, (comparison.only_left, comparison.only_right), strict=True):
        if cells:
            yield DifferenceSentence(
                catalogue.format_line(
                    "compared_only", name=name, count=len(cells), lines=_shorten_list(_list_row_names(cells))
                )
            )
    if comparison.resubmitted:
        named = _shorten_list(comparison.resubmitted)
        yield DifferenceSentence(
            catalogue.format_line("compared_resubmitted", count=len(comparison.resubmitted), agencies=named)
        )


def summarize_comparison(comparison: ComparisonResult) -> str:
    """Summarize in one line how many figures were compared and how many differ."""
    if comparison.is_same:
        return catalogue.format_line("compared_same", count=comparison.shared_count)
    follows = len(comparison.figures) - len(comparison.independent_figures)
    totals = catalogue.format_phrase("compared_count_totals", count=follows) if follows else ""
    counts = {
        "about": len(comparison.subjects),
        "figures": len(comparison.independent_figures),
        "unread": len(comparison.unread),
    }
    counts["possible"] = len(comparison.possible)
    counts["texts"] = len(comparison.texts)
    kinds = tuple(
        catalogue.format_phrase(
            f"compared_count_{kind}", count=count, **({"follows": totals} if kind == "figures" else {})
        )
        for kind, count in counts.items()
        if count
    )
    return catalogue.format_line("compared_differ", count=comparison.shared_count, kinds=kinds)


def describe_place(difference: FigureDifference) -> catalogue.Phrase:
    """Describe the place of a figure on the form in official words."""
    return _describe_cell_place(difference.table, difference.cell)


# --- kinds of differences --------------------------------------------------------------------------------------------


def _describe_side(side: ComparedSide, name: str, file: str) -> str:
    submission = side.submission
    facts = {"name": name, "file": file, "agency": submission.agency_name or None, "year": submission.year}
    if not submission.absent:
        return catalogue.format_line("compared_side", **facts)
    return catalogue.format_line("compared_side_lacking", count=len(submission.absent), **facts)


def _describe_subjects(comparison: ComparisonResult, names: tuple[str, str]) -> Iterator[str]:
    for each in comparison.subjects:
        if each.fact not in {"member", "year"} or (
            each.fact == "year" and not are_different_years(comparison.left, comparison.right)
        ):
            facts = {"fact": catalogue.look_up_word("compared", each.fact), "left": each.left, "right": each.right}
            yield catalogue.format_line("compared_about", left_name=names[0], right_name=names[1], **facts)
    members = [each for each in comparison.subjects if each.fact == "member"]
    for name, inside in (
        (names[0], [each.left for each in members if each.left]),
        (names[1], [each.right for each in members if each.right]),
    ):
        if inside:
            yield catalogue.format_line(
                "compared_members", name=name, count=len(inside), agencies=_shorten_list(inside)
            )


def _describe_common(comparison: ComparisonResult, names: tuple[str, str]) -> Iterator[str]:
    """Say of which agencies the figures of two years are compared, if the sums have different ones."""
    common = comparison.common
    if common is not None:
        key = "compared_common" if common.summed else "compared_not_common"
        facts = {"left": common.left, "right": common.right, "left_name": names[0], "right_name": names[1]}
        facts["both"] = name_both(comparison.left.form.period)
        yield catalogue.format_line(key if common.shared else "compared_none_common", count=common.shared, **facts)


def _describe_years(comparison: ComparisonResult) -> Iterator[DifferenceSentence]:
    if comparison.years is None:
        return
    earlier = name_earlier_period(comparison.left.form.period)
    for each in comparison.years.findings:
        cell = each.cells[0].id if each.cells else ""
        problem = catalogue.Phrase(catalogue.render_problem(each))
        yield DifferenceSentence(catalogue.format_line("compared_years", earlier=earlier, problem=problem), cell)
    broken = sum(each.relation is not None for each in comparison.years.findings)
    facts = {"earlier": earlier, "asked": comparison.years.asked, "broken": broken}
    yield DifferenceSentence(catalogue.format_line("compared_years_count", **facts))


def _describe_figures(comparison: ComparisonResult, names: tuple[str, str]) -> Iterator[DifferenceSentence]:
    order = list(comparison.left.form.cells)
    for each in comparison.exchanges:
        key = "compared_rows" if each.lines else "compared_columns"
        words = catalogue.format_line(key, table=each.table, one=each.one, other=each.other, count=len(each.cells) // 2)
        yield DifferenceSentence(words, min(each.cells, key=order.index))
    for difference in comparison.unexplained_figures:
        yield DifferenceSentence(_describe_figure(difference, names), difference.cell.id)
    follows = [each for each in comparison.figures if each.follows]
    if follows:
        totals = [
            catalogue.format_phrase(
                "compared_total", place=describe_place(each), left=each.left.words, right=each.right.words
            )
            for each in follows
        ]
        words = catalogue.format_line("compared_follows", count=len(follows), totals=_shorten_list(totals))
        yield DifferenceSentence(words, follows[0].cell.id)


def _describe_figure(difference: FigureDifference, names: tuple[str, str]) -> str:
    facts = {
        "place": describe_place(difference),
        "left_name": names[0],
        "right_name": names[1],
        "left": difference.left.words,
        "right": difference.right.words,
        "where": _describe_locations(difference.left, difference.right, names),
    }
    if difference.gap is None:
        return catalogue.format_line("compared_figure", **facts)
    return catalogue.format_line("compared_number", gap=_format_signed(difference.gap), **facts)


def describe_row_changes(comparison: ComparisonResult) -> Iterator[RowChange]:
    """Yield the change of each row of the form, for two reports that differ widely."""
    for each in select_line_figures(comparison):
        gap = "" if each.gap is None else _format_signed(each.gap)
        is_shared = comparison.common is None or comparison.common.summed
        share = _format_share(each) if is_shared else ""
        yield RowChange(describe_place(each), each.left.words, each.right.words, gap, share, each.cell.id)


def _describe_rows(comparison: ComparisonResult, names: tuple[str, str]) -> Iterator[DifferenceSentence]:
    for each in describe_row_changes(comparison):
        facts = {"place": each.place, "left": each.left, "right": each.right, "gap": each.gap, "share": each.share}
        key = "compared_line" if each.gap else "compared_line_words"
        words = catalogue.format_line(key, left_name=names[0], right_name=names[1], **facts)
        yield DifferenceSentence(words, each.cell, line=True)
    yield DifferenceSentence(catalogue.format_line("compared_line_details", count=len(comparison.figures)), line=True)


def _describe_unread(comparison: ComparisonResult, names: tuple[str, str]) -> Iterator[DifferenceSentence]:
    """Yield unread figures by table if a side lacks the whole table, else by row."""
    tables = {table.id: table for table in comparison.left.form.tables}
    for at, (side, name) in enumerate(zip((comparison.left, comparison.right), names, strict=True)):
        unread_here = [each for each in comparison.unread if not (each.left, each.right)[at].known]
        groups: dict[tuple[str, str], list[FigureDifference]] = {}
        for each in unread_here:
            table = tables[each.cell.table]
            absent = all(cell.id in side.unread for cell in table.cells)
            groups.setdefault((table.id, "" if absent else each.cell.line), []).append(each)
        for (_, line), members in groups.items():
            facts = {"side": name, "other": names[1 - at], "count": len(members)}
            if line:
                words = [(each.left, each.right)[1 - at].words for each in members]
                facts |= {"place": _describe_row_place(members), "figures": tuple(words)}
            else:
                facts |= {"table": members[0].table}
            yield DifferenceSentence(
                catalogue.format_line("compared_no_line" if line else "compared_no_table", **facts), members[0].cell.id
            )


def _describe_possible(comparison: ComparisonResult, names: tuple[str, str]) -> Iterator[str]:
    """Describe the figures of an incomplete sum that may still become equal to those of the other side."""
    if not comparison.possible:
        return
    sides = (comparison.left.submission, comparison.right.submission)
    at = 0 if sides[0].absent or (sides[0].lacking and not sides[1].absent) else 1
    facts = {"name": names[at], "other": names[1 - at], "missing": len(sides[at].absent)}
    rows = _shorten_list(_list_row_names([each.cell for each in comparison.possible]))
    yield catalogue.format_line("compared_possible", count=len(comparison.possible), lines=rows, **facts)


def _describe_texts(comparison: ComparisonResult, names: tuple[str, str]) -> Iterator[str]:
    if not comparison.is_distant:
        yield from (_describe_text(each, names) for each in comparison.texts)
        return
    for section in comparison.left.form.sections:
        one, other = (
            list(map(remove_whitespace, split_paragraphs(side, section.id)))
            for side in (comparison.left, comparison.right)
        )
        if one != other:
            facts = {"left": len(one), "right": len(other), "same": len(set(one) & set(other))}
            yield catalogue.format_line(
                "compared_paragraphs", section=section.heading, left_name=names[0], right_name=names[1], **facts
            )


def _describe_text(difference: TextDifference, names: tuple[str, str]) -> str:
    if difference.left and difference.right and not difference.whole:
        left, right = cut_excerpts(difference.left, difference.right)
        return catalogue.format_line(
            "compared_changed",
            section=difference.section,
            left=left,
            right=right,
            left_name=names[0],
            right_name=names[1],
        )
    name, text = (names[0], difference.left) if difference.left else (names[1], difference.right)
    if not difference.whole:
        return catalogue.format_line(
            "compared_gone", section=difference.section, name=name, text=_shorten_text(text, _MAX_PARAGRAPH_CHARACTERS)
        )
    lines = text.split("\n")
    return catalogue.format_line(
        "compared_no_section",
        section=difference.section,
        name=name,
        count=len(lines),
        text=_shorten_text(lines[0], _MAX_SECTION_CHARACTERS),
    )


def _shorten_text(text: str, max_characters: int) -> str:
    return text if len(text) <= max_characters else f"{text[:max_characters]}…"


# --- words -----------------------------------------------------------------------------------------------------------


def _describe_cell_place(table: str, cell: Cell) -> catalogue.Phrase:
    return catalogue.format_phrase("compared_place", table=table, line=cell.line_words, column=cell.column_words)


def _describe_row_place(differences: Sequence[FigureDifference]) -> catalogue.Phrase:
    if len(differences) == 1:
        return describe_place(differences[0])
    return catalogue.format_phrase(
        "compared_line_place", table=differences[0].table, line=differences[0].cell.line_words
    )


def _describe_locations(
    left_value: ComparedValue, right_value: ComparedValue, names: tuple[str, str]
) -> catalogue.Phrase | str:
    """Describe the location of both values; once if both are the same."""
    if left_value.place == right_value.place:
        return catalogue.Phrase(left_value.place)
    if left_value.place and right_value.place:
        facts = {"left_name": names[0], "right_name": names[1]}
        return catalogue.format_phrase(
            "compared_where",
            left=catalogue.Phrase(left_value.place),
            right=catalogue.Phrase(right_value.place),
            **facts,
        )
    name = names[0] if left_value.place else names[1]
    return catalogue.format_phrase(
        "compared_one_where", name=name, where=catalogue.Phrase(left_value.place or right_value.place)
    )


def _format_signed(gap: Number) -> str:
    return f"{gap:+f}" if isinstance(gap, Decimal) else f"{gap:+}"


def _format_share(difference: FigureDifference) -> str:
    """Return the change in percent of the left figure; empty if it is zero or missing."""
    if not difference.left.value or difference.gap is None:
        return ""
    return f"{(Decimal(difference.gap) * 100 / Decimal(difference.left.value)).quantize(_TENTH, ROUND_HALF_UP):+}%"


def _list_row_names(cells: Sequence[Cell]) -> list[str]:
    return list(dict.fromkeys(cell.line_words for cell in cells))


def _shorten_list(names: Sequence[str]) -> tuple[str, ...] | catalogue.Phrase:
    """Return all names, or the first ones and a count."""
    if len(names) <= _MAX_NAMES:
        return tuple(names)
    return catalogue.format_phrase("compared_and_more", names=tuple(names[:_MAX_NAMES]))
