"""Write relations of single figures as relations of whole lines and columns, where they say the same."""

from collections.abc import Callable, Mapping, Sequence

from xltool.form_authoring.authoring_words import say_sentence, squeeze_text
from xltool.form_authoring.relations.expression_parts import (
    Expression,
    FigureKey,
    FigureSum,
    expand_sum,
    list_figures,
    map_figures,
    render_expression,
)
from xltool.form_authoring.relations.relation_draft import RelationDraft
from xltool.forms.schema import RelationSpec
from xltool.forms.vocabulary import EVERY_LINE, Vocabulary

MAX_TITLE_CHARACTERS = 80
MIN_GROUP = 2


class RelationGroups:
    """Turns drafts into definitions of relations; knows the cells of the form and what computes each."""

    def __init__(self, drafts: Sequence[RelationDraft], vocabulary: Vocabulary) -> None:
        self._drafts, self._vocabulary = drafts, vocabulary
        self._cells = {FigureKey(cell.table, cell.line, cell.column): cell for cell in vocabulary.cells.values()}
        self._order = _order_names(vocabulary)
        self._definitions = {draft.left: draft.expect for draft in drafts if draft.computes and draft.left}
        self._titles: set[str] = set()
        self._ids: set[str] = set()

    def make_specs(self, taken: Sequence[str] = ()) -> list[RelationSpec]:
        """Return the definitions; ``taken`` ids are left to others.

        The first relation computes a cell: those that say more than the office wrote, since it follows, come last.
        """
        self._ids.update(taken)
        waiting = list(self._drafts)
        exact: list[RelationSpec] = []
        wider: list[RelationSpec] = []
        while waiting:
            first = waiting[0]
            axis, members = self._find_members(waiting, first)
            waiting = [draft for draft in waiting if draft not in members]
            shape = self._shape_of(next(list_figures(_whole(first))), axis) if axis else members
            (exact if len(shape) == len(members) else wider).append(self._make_spec(first, axis))
        return [*exact, *wider]

    def _find_members(
        self, waiting: Sequence[RelationDraft], relation_draft: RelationDraft
    ) -> tuple[str, list[RelationDraft]]:
        """Return the drafts that one relation says together with the first, and of what: whole lines or columns."""
        for axis in ("line", "column"):
            pattern = _generalise(relation_draft, axis)
            if pattern is None:
                continue
            same = [
                draft
                for draft in waiting
                if _generalise(draft, axis) == pattern and _shared_settings(draft) == _shared_settings(relation_draft)
            ]
            if len(same) >= MIN_GROUP and self._covers_all(same, relation_draft, axis):
                return axis, same
        return "", [relation_draft]

    def _covers_all(self, same: Sequence[RelationDraft], relation_draft: RelationDraft, axis: str) -> bool:
        """Return True if the group is every column of its lines (line of its columns); others must follow from it."""
        shapes = {self._shape_of(figure, axis) for figure in list_figures(_whole(relation_draft))}
        if len(shapes) != 1:
            return False
        shape = shapes.pop()
        have = {_member(draft, axis) for draft in same}
        if len({self._words_of(same[0], member, axis) for member in shape}) < len(shape):
            return False
        lacking = [member for member in shape if member not in have]
        return not lacking or (
            len(lacking) < len(shape) - 1 and all(self._follows(relation_draft, member, axis) for member in lacking)
        )

    def _shape_of(self, key: FigureKey, axis: str) -> tuple[str, ...]:
        if axis == "line":
            return tuple(cell.column for cell in self._vocabulary.lines[key.table, key.line])
        return tuple(cell.line for cell in self._vocabulary.columns[key.table, key.column])

    def _words_of(self, draft: RelationDraft, member: str, axis: str) -> str:
        figure = next(iter(list_figures(_whole(draft))))
        cell = self._cells[_move(figure, member, axis)]
        return cell.column_words if axis == "line" else cell.line_words

    def _follows(self, draft: RelationDraft, member: str, axis: str) -> bool:
        """Return True if a computed total satisfies the relation as well, because it adds up what does."""
        if not (draft.computes and draft.left):
            return False
        moved = map_figures(draft.expect, lambda figure: _move(figure, member, axis))
        left = _move(draft.left, member, axis)
        if left not in self._definitions or any(figure not in self._cells for figure in list_figures(moved)):
            return False
        one, other = expand_sum((left,), self._definitions), expand_sum(moved, self._definitions)
        return one is not None and one == other

    def _make_spec(self, relation_draft: RelationDraft, axis: str) -> RelationSpec:
        expect = map_figures(relation_draft.rule, lambda figure: _whole_name(figure, axis))
        when = (
            map_figures(relation_draft.when, lambda figure: _whole_name(figure, axis)) if relation_draft.when else None
        )
        return RelationSpec(
            id=self._make_id(relation_draft),
            title=self._make_title(relation_draft, axis),
            severity=relation_draft.severity,
            basis=relation_draft.basis,
            advice=say_sentence(relation_draft.advice),
            expect=render_expression(expect, self._order),
            when=render_expression(when, self._order) if when else None,
            computes=relation_draft.computes,
            beta=relation_draft.beta,
            within_year=relation_draft.within_year,
            tolerance=relation_draft.tolerance,
        )

    def _make_id(self, draft: RelationDraft) -> str:
        """Return an id of the figure it computes or begins with; it lasts as long as that figure's."""
        figure = draft.left or next(iter(list_figures(draft.expect)))
        kind = "F" if draft.computes else "B" if draft.beta else "W" if draft.severity == "explain" else "C"
        base = f"{kind}-{figure.table}-{figure.line}-{figure.column}".upper().replace(".", "-").rstrip("-")
        name, number = base, 1
        while name in self._ids:
            number += 1
            name = f"{base}-{number}"
        self._ids.add(name)
        return name

    def _make_title(self, draft: RelationDraft, axis: str) -> str:
        """Return a title in words of the form, the only one of its kind; figures of one column share its words."""
        shared = axis or next((a for a in ("line", "column") if _generalise(draft, a) is not None), "")

        def words(key: FigureKey) -> str:
            cell = self._cells[key]
            return squeeze_text({"line": cell.line_words, "column": cell.column_words}.get(shared, "") or cell.words)

        title = say_sentence(draft.title, **_title_facts(draft, words))
        if len(title) > MAX_TITLE_CHARACTERS:
            title = (
                say_sentence("title_formula", left=words(draft.left)) if draft.left else title[:MAX_TITLE_CHARACTERS]
            )
        if shared and not axis and draft.left:
            cell = self._cells[draft.left]
            rest = squeeze_text(cell.column_words if shared == "line" else cell.line_words)
            title = say_sentence("places", title=title, address=rest) if rest else title
        number = 0
        whole = title
        while whole in self._titles:
            number += 1
            place = draft.address if number == 1 else f"{draft.sheet}!{draft.address}-{number}"
            whole = say_sentence("places", title=title, address=place)
        self._titles.add(whole)
        return whole


def _title_facts(draft: RelationDraft, name_figure: Callable[[FigureKey], str]) -> dict[str, object]:
    """Return the words of a title: the computed figure and what it is made of."""
    figures = list(list_figures(draft.expect))
    facts: dict[str, object] = {"left": name_figure(draft.left) if draft.left else "", "address": draft.address}
    facts |= {"place": f"{draft.sheet}!{draft.address}", "message": draft.message}
    if figures:
        facts |= {"first": name_figure(figures[0]), "last": name_figure(figures[-1]), "right": name_figure(figures[0])}
        facts["others"] = say_sentence("title_join").join(map(name_figure, figures[1:6]))
        facts["parts"] = say_sentence("title_join").join(map(name_figure, figures[:4]))
    if draft.title == "title_ratio":
        sides = [piece for piece in draft.expect if isinstance(piece, FigureKey | FigureSum)]
        facts["above"], facts["below"] = (name_figure(next(list_figures((side,)))) for side in sides)
    return facts


def _order_names(vocabulary: Vocabulary) -> Mapping[FigureKey, int]:
    """Return the place of every figure, line and column in the order of the form; those of two tables never adjoin."""
    order: dict[FigureKey, int] = {}
    for at, cell in enumerate(vocabulary.cells.values()):
        order[FigureKey(cell.table, cell.line, cell.column)] = at
    gap = len(order) + 1
    for number, (table, cells) in enumerate(vocabulary.grids.items()):
        start = gap * (2 * number + 1)
        for at, line in enumerate(dict.fromkeys(cell.line for cell in cells)):
            order.setdefault(FigureKey(table, line, ""), start + at)
        for at, column in enumerate(dict.fromkeys(cell.column for cell in cells)):
            order.setdefault(FigureKey(table, EVERY_LINE, column), start + gap + at)
    return order


def _shared_settings(draft: RelationDraft) -> tuple[object, ...]:
    """Return the settings that relations written as one must have in common."""
    return draft.computes, draft.severity, draft.title, draft.beta, draft.within_year, draft.tolerance


def _whole(draft: RelationDraft) -> Expression:
    return (*draft.rule, *(draft.when or ()))


def _member(draft: RelationDraft, axis: str) -> str:
    figure = next(list_figures(_whole(draft)))
    return figure.column if axis == "line" else figure.line


def _generalise(draft: RelationDraft, axis: str) -> Expression | None:
    """Return the relation for any column (line); None if its figures are not all in one column (line) of one table."""
    figures = list(list_figures(_whole(draft)))
    same = {(figure.table, figure.column if axis == "line" else figure.line) for figure in figures}
    if len(same) != 1 or "" in same.pop():
        return None
    return map_figures(_whole(draft), lambda figure: _whole_name(figure, axis))


def _whole_name(key: FigureKey, axis: str) -> FigureKey:
    if not axis:
        return key
    return key._replace(column="") if axis == "line" else key._replace(line=EVERY_LINE)


def _move(key: FigureKey, member: str, axis: str) -> FigureKey:
    return key._replace(column=member) if axis == "line" else key._replace(line=member)
