"""What two reports differ in, in words, one sentence each: what the console and the page both tell."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import PurePath
from typing import NamedTuple

from xltool.comparison.comparing import Compared, in_lines
from xltool.comparison.figures import FigureDifference
from xltool.comparison.sides import Held, Side, called, of_years
from xltool.comparison.wording import TextDifference, excerpts, paragraphs
from xltool.forms.placeholders import squeezed
from xltool.messages import catalogue as texts
from xltool.model.form import Cell, Number

_MOST = 6  # names in one sentence
_LONGEST = 60  # signs of a paragraph that only one side has
_BEGINNING = 20  # signs of a whole section that only one side has
_TENTH = Decimal("0.1")


class Told(NamedTuple):
    """A sentence, and the cell it is about, if it is about one; ``line`` if it says how a line of the form changed."""

    words: str
    cell: str = ""
    line: bool = False


class Change(NamedTuple):
    """How a line of the form changed, in words and figures as they are shown."""

    place: texts.Phrase
    left: str
    right: str
    gap: str
    share: str
    cell: str


def sides(found: Compared) -> tuple[str, str]:
    """Which file is what, whose and of which year, for either side; with its folder where both have one name."""
    paths = [PurePath(side.submission.source.file) for side in (found.left, found.right)]
    alike = paths[0].name == paths[1].name
    files = [str(PurePath(*path.parts[-2:])) if alike else path.name for path in paths]
    one, other = map(_side, (found.left, found.right), called(found.left, found.right), files)
    return one, other


def told(found: Compared) -> Iterator[Told]:
    """Every difference, the weightiest first: what the two are about, what explains figures, figures, texts."""
    names = called(found.left, found.right)
    yield from map(Told, _about(found, names))
    yield from _years(found)
    if found.distant:
        yield from _lines(found, names)
    else:
        yield from _figures(found, names)
    yield from _unread(found, names)
    yield from map(Told, _texts(found, names))
    for name, cells in zip(names, (found.only_left, found.only_right), strict=True):
        if cells:
            yield Told(texts.told("compared_only", name=name, count=len(cells), lines=_some(_line_names(cells))))
    if found.resubmitted:
        named = _some(found.resubmitted)
        yield Told(texts.told("compared_resubmitted", count=len(found.resubmitted), agencies=named))


def summary(found: Compared) -> str:
    """How much was compared and how much differs, in one line."""
    if found.same:
        return texts.told("compared_same", count=found.count)
    follows = len(found.figures) - len(found.own)
    totals = texts.phrase("compared_count_totals", count=follows) if follows else ""
    counts = {"about": len(found.about), "figures": len(found.own), "unread": len(found.unread)}
    counts["texts"] = len(found.texts)
    kinds = tuple(
        texts.phrase(f"compared_count_{kind}", count=count, **({"follows": totals} if kind == "figures" else {}))
        for kind, count in counts.items()
        if count
    )
    return texts.told("compared_differ", count=found.count, kinds=kinds)


def place(each: FigureDifference) -> texts.Phrase:
    """Where a figure stands on the form, in its words."""
    return _place(each.table, each.cell)


# --- kinds of differences --------------------------------------------------------------------------------------------


def _side(side: Side, name: str, file: str) -> str:
    read = side.submission
    facts = {"name": name, "file": file, "agency": read.agency_name or None, "year": read.year}
    if not read.absent:
        return texts.told("compared_side", **facts)
    return texts.told("compared_side_lacking", count=len(read.absent), **facts)


def _about(found: Compared, names: tuple[str, str]) -> Iterator[str]:
    for each in found.about:
        if each.fact not in {"member", "year"} or (each.fact == "year" and not of_years(found.left, found.right)):
            facts = {"fact": texts.word("compared", each.fact), "left": each.left, "right": each.right}
            yield texts.told("compared_about", left_name=names[0], right_name=names[1], **facts)
    members = [each for each in found.about if each.fact == "member"]
    for name, inside in (
        (names[0], [each.left for each in members if each.left]),
        (names[1], [each.right for each in members if each.right]),
    ):
        if inside:
            yield texts.told("compared_members", name=name, count=len(inside), agencies=_some(inside))


def _years(found: Compared) -> Iterator[Told]:
    if found.years is None:
        return
    for each in found.years.findings:
        cell = each.spots[0].id if each.spots else ""
        yield Told(texts.told("compared_years", problem=texts.Phrase(texts.problem(each))), cell)
    broken = sum(each.relation is not None for each in found.years.findings)
    yield Told(texts.told("compared_years_count", asked=found.years.asked, broken=broken))


def _figures(found: Compared, names: tuple[str, str]) -> Iterator[Told]:
    order = list(found.left.form.cells)
    for each in found.exchanges:
        key = "compared_rows" if each.lines else "compared_columns"
        words = texts.told(key, table=each.table, one=each.one, other=each.other, count=len(each.cells) // 2)
        yield Told(words, min(each.cells, key=order.index))
    for difference in found.alone:
        yield Told(_figure(difference, names), difference.cell.id)
    follows = [each for each in found.figures if each.follows]
    if follows:
        totals = [
            texts.phrase("compared_total", place=place(each), left=each.left.words, right=each.right.words)
            for each in follows
        ]
        words = texts.told("compared_follows", count=len(follows), totals=_some(totals))
        yield Told(words, follows[0].cell.id)


def _figure(each: FigureDifference, names: tuple[str, str]) -> str:
    facts = {
        "place": place(each),
        "left_name": names[0],
        "right_name": names[1],
        "left": each.left.words,
        "right": each.right.words,
        "where": _where(each.left, each.right, names),
    }
    if each.gap is None:
        return texts.told("compared_figure", **facts)
    return texts.told("compared_number", gap=_signed(each.gap), **facts)


def changes(found: Compared) -> Iterator[Change]:
    """How each line of the form changed, of two that are far from each other."""
    for each in in_lines(found):
        gap = "" if each.gap is None else _signed(each.gap)
        yield Change(place(each), each.left.words, each.right.words, gap, _share(each), each.cell.id)


def _lines(found: Compared, names: tuple[str, str]) -> Iterator[Told]:
    for each in changes(found):
        facts = {"place": each.place, "left": each.left, "right": each.right, "gap": each.gap, "share": each.share}
        words = texts.told("compared_line", left_name=names[0], right_name=names[1], **facts)
        yield Told(words, each.cell, line=True)
    yield Told(texts.told("compared_line_details", count=len(found.figures)), line=True)


def _unread(found: Compared, names: tuple[str, str]) -> Iterator[Told]:
    """By table where a side has nothing of it, else by line."""
    tables = {table.id: table for table in found.left.form.tables}
    for at, (side, name) in enumerate(zip((found.left, found.right), names, strict=True)):
        silent = [each for each in found.unread if not (each.left, each.right)[at].known]
        groups: dict[tuple[str, str], list[FigureDifference]] = {}
        for each in silent:
            table = tables[each.cell.table]
            absent = all(cell.id in side.unread for cell in table.cells)
            groups.setdefault((table.id, "" if absent else each.cell.line), []).append(each)
        for (_, line), members in groups.items():
            facts = {"side": name, "other": names[1 - at], "count": len(members)}
            if line:
                held = [(each.left, each.right)[1 - at].words for each in members]
                facts |= {"place": _line_place(members), "figures": tuple(held)}
            else:
                facts |= {"table": members[0].table}
            yield Told(texts.told("compared_no_line" if line else "compared_no_table", **facts), members[0].cell.id)


def _texts(found: Compared, names: tuple[str, str]) -> Iterator[str]:
    if not found.distant:
        yield from (_text(each, names) for each in found.texts)
        return
    for section in found.left.form.sections:
        one, other = (list(map(squeezed, paragraphs(side, section.id))) for side in (found.left, found.right))
        if one != other:
            facts = {"left": len(one), "right": len(other), "same": len(set(one) & set(other))}
            yield texts.told(
                "compared_paragraphs", section=section.heading, left_name=names[0], right_name=names[1], **facts
            )


def _text(each: TextDifference, names: tuple[str, str]) -> str:
    if each.left and each.right and not each.whole:
        left, right = excerpts(each.left, each.right)
        return texts.told(
            "compared_changed", section=each.section, left=left, right=right, left_name=names[0], right_name=names[1]
        )
    name, text = (names[0], each.left) if each.left else (names[1], each.right)
    if not each.whole:
        return texts.told("compared_gone", section=each.section, name=name, text=_beginning(text, _LONGEST))
    lines = text.split("\n")
    return texts.told(
        "compared_no_section", section=each.section, name=name, count=len(lines), text=_beginning(lines[0], _BEGINNING)
    )


def _beginning(text: str, signs: int) -> str:
    return text if len(text) <= signs else f"{text[:signs]}…"


# --- words -----------------------------------------------------------------------------------------------------------


def _place(table: str, cell: Cell) -> texts.Phrase:
    return texts.phrase("compared_place", table=table, line=cell.line_words, column=cell.column_words)


def _line_place(members: Sequence[FigureDifference]) -> texts.Phrase:
    if len(members) == 1:
        return place(members[0])
    return texts.phrase("compared_line_place", table=members[0].table, line=members[0].cell.line_words)


def _where(left: Held, right: Held, names: tuple[str, str]) -> texts.Phrase | str:
    """Where both stand; said once where both stand at the same place of the same kind of file."""
    if left.place == right.place:
        return texts.Phrase(left.place)
    if left.place and right.place:
        facts = {"left_name": names[0], "right_name": names[1]}
        return texts.phrase("compared_where", left=texts.Phrase(left.place), right=texts.Phrase(right.place), **facts)
    name = names[0] if left.place else names[1]
    return texts.phrase("compared_one_where", name=name, where=texts.Phrase(left.place or right.place))


def _signed(gap: Number) -> str:
    return f"{gap:+f}" if isinstance(gap, Decimal) else f"{gap:+}"


def _share(each: FigureDifference) -> str:
    """By how much of the left figure the right one is more or less, in percent; empty where that says nothing."""
    if not each.left.value or each.gap is None:
        return ""
    return f"{(Decimal(each.gap) * 100 / Decimal(each.left.value)).quantize(_TENTH, ROUND_HALF_UP):+}%"


def _line_names(cells: Sequence[Cell]) -> list[str]:
    return list(dict.fromkeys(cell.line_words for cell in cells))


def _some(names: Sequence[str]) -> tuple[str, ...] | texts.Phrase:
    """The first of many names."""
    if len(names) <= _MOST:
        return tuple(names)
    return texts.phrase("compared_and_more", names=tuple(names[:_MOST]))
