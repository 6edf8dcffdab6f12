"""Rules for the settings of a kind of cell, in a block or a column of a list, and for the tolerance of a relation."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isfinite

from xltool.forms.cell_kinds import MAX_PERCENT, describe_kind, read_limit_day
from xltool.forms.definition_problems import DefinitionProblems
from xltool.forms.parse_expressions import RelationInstance
from xltool.forms.schema import BlockSpec, ListColumnSpec, RelationSpec, TablesSpec
from xltool.forms.vocabulary import Vocabulary
from xltool.model.expression import Comparison, LinearExpression, Operation
from xltool.model.form import EXACT_KINDS, WORD_KINDS, Cell, CellKind

MAX_DECIMALS = 10  # spreadsheet programs keep fifteen digits altogether
MAX_LENGTH = 2_000  # characters of a text
MIN_CHOICES = 2
MAX_CHOICE_CHARACTERS = 255  # of a list to choose from, with the commas between its words
_NOT_IN_CHOICES = (",", '"')  # part the words of such a list
_FIGURE_KINDS = tuple(kind for kind in CellKind if kind not in WORD_KINDS)
_SETTING_KINDS: Mapping[str, Sequence[CellKind]] = {
    "choices": (CellKind.CHOICE,),
    "length": (CellKind.TEXT,),
    "minimum": _FIGURE_KINDS,
    "maximum": _FIGURE_KINDS,
    "earliest": (CellKind.DATE,),
    "latest": (CellKind.DATE,),
    "decimals": tuple(kind for kind in CellKind if kind in EXACT_KINDS),
    "fixed_decimals": tuple(kind for kind in CellKind if kind in EXACT_KINDS),
}


def check_settings(tables_spec: TablesSpec, problems: DefinitionProblems) -> None:
    """Add the mistakes of the settings of every block and of every column of a list."""
    for at, table in enumerate(tables_spec.tables, start=1):
        sizes = [*(("widths", width) for width in table.widths), *(("heights", height) for height in table.heights)]
        sizes += [("span", block.span) for block in table.blocks]
        sizes += [("span_rows", block.span_rows) for block in table.blocks]
        for setting, size in sizes:
            if not size > 0:
                problems.add("not_positive", "tables.toml", f"tables.{table.id}", setting=setting, number=f"{size:g}")
        for number, block in enumerate(table.blocks, start=1):
            name = ".".join((table.id, *block.lines[:1], *block.columns[:1]))
            _check_kind(block, name, (f"tables.{table.id}", f"tables[{at}].blocks[{number}]."), problems)
    for at, list_spec in enumerate(tables_spec.lists, start=1):
        for number, column in enumerate(list_spec.columns, start=1):
            name = f"{list_spec.id}.{column.id}"
            _check_kind(column, name, (f"lists.{list_spec.id}", f"lists[{at}].columns[{number}]."), problems)


def _check_kind(
    kind_spec: BlockSpec | ListColumnSpec, name: str, kind_places: tuple[str, str], problems: DefinitionProblems
) -> None:
    """Add the mistakes of settings unless the kind does not fit; ``kind_places`` are that told and that decoded."""
    if "kind" not in problems.list_replaced("tables.toml", kind_places[1]):
        _check_kind_settings(kind_spec, name, kind_places[0], problems)


def _check_kind_settings(
    kind_spec: BlockSpec | ListColumnSpec, name: str, place: str, problems: DefinitionProblems
) -> None:
    """Add the mistakes of the settings of the figures of a block, or of a column; ``name`` is the id of the first."""
    kind = CellKind(kind_spec.kind)
    if kind_spec.decimals and kind in _FIGURE_KINDS and kind not in EXACT_KINDS:
        problems.add("no_decimals", "tables.toml", place, key=kind_spec.decimals, kind=kind.value)
    for setting, kinds in _SETTING_KINDS.items():
        told = setting == "decimals" and kind in _FIGURE_KINDS
        if getattr(kind_spec, setting) not in (None, [], "", False) and kind not in kinds and not told:
            known = tuple(each.value for each in kinds)
            problems.add("unfit_setting", "tables.toml", place, key=name, setting=setting, kind=kind.value, known=known)
    for setting, least, most in (("decimals", 0, MAX_DECIMALS), ("length", 1, MAX_LENGTH)):
        number = getattr(kind_spec, setting)
        if number is not None and not least <= number <= most:
            bounds = {"least": least, "most": most}
            problems.add("setting_bounds", "tables.toml", place, key=name, setting=setting, number=number, **bounds)
    _check_limits(kind_spec, name, place, problems)
    _check_choices(kind_spec, name, place, problems)


def _check_limits(kind_spec: BlockSpec | ListColumnSpec, name: str, place: str, problems: DefinitionProblems) -> None:
    settings = describe_kind(kind_spec)
    minimum, maximum, kind = settings["minimum"], settings["maximum"], settings["kind"]
    if minimum is None and kind in {CellKind.COUNT, CellKind.AMOUNT}:
        minimum = 0
    for setting, number in (("minimum", kind_spec.minimum), ("maximum", kind_spec.maximum)):
        if number is not None and not isfinite(number):
            problems.add("no_number", "tables.toml", place, key=name, setting=setting, number=str(number))
    for day in filter(None, (kind_spec.earliest, kind_spec.latest)):
        if read_limit_day(day) is None:
            problems.add("not_a_limit_day", "tables.toml", place, key=name, text=day)
    if kind is CellKind.DATE and minimum is not None and maximum is not None and minimum > maximum:
        days = {"earliest": kind_spec.earliest, "latest": kind_spec.latest}
        problems.add("limit_days_crossed", "tables.toml", place, key=name, **days)
    if kind not in WORD_KINDS and minimum is not None and maximum is not None and minimum > maximum:
        facts = {"minimum": minimum, "maximum": maximum, "known": MAX_PERCENT}
        problems.add("limits_crossed", "tables.toml", place, key=name, **facts)


def _check_choices(kind_spec: BlockSpec | ListColumnSpec, name: str, place: str, problems: DefinitionProblems) -> None:
    if CellKind(kind_spec.kind) is not CellKind.CHOICE:
        return
    words = [word.strip() for word in kind_spec.choices]
    if len(set(words)) < MIN_CHOICES:
        problems.add("no_choices", "tables.toml", place, key=name)
        return
    for word, times in Counter(words).items():
        if times > 1 or not word:
            problems.add("same_choice" if word else "blank_choice", "tables.toml", place, key=name, word=word)
        if bad := next((mark for mark in _NOT_IN_CHOICES if mark in word), ""):
            problems.add("choice_mark", "tables.toml", place, key=name, word=word, bad=bad)
    if (length := len(",".join(words))) > MAX_CHOICE_CHARACTERS:
        problems.add("choices_too_long", "tables.toml", place, key=name, count=length, most=MAX_CHOICE_CHARACTERS)


def check_within_year(
    relation_spec: RelationSpec, instances: Sequence[RelationInstance], problems: DefinitionProblems
) -> None:
    """Add the mistake of ``within_year`` in a relation that asks for no figure of the period before."""
    compared = (item for instance in instances for item in (instance.expect, *instance.when))
    asks_before = any(term.previous for item in compared for side in item.sides for term in side.terms)
    if relation_spec.within_year and instances and not asks_before:
        place = f"relations.{relation_spec.id}"
        problems.add("unused_within_year", "relations.toml", place, key=relation_spec.expect)


def check_arithmetic(
    relation_spec: RelationSpec,
    instances: Sequence[RelationInstance],
    vocabulary: Vocabulary,
    problems: DefinitionProblems,
) -> None:
    """Add the mistake of a choice or text that is added to something, or multiplied."""
    compared = (item for instance in instances for item in (instance.expect, *instance.when))
    for side in (side for item in compared for side in item.sides):
        if isinstance(side, LinearExpression) and is_calculated(side) and (cell := find_worded(side, vocabulary)):
            place = f"relations.{relation_spec.id}"
            problems.add("worded_figure", "relations.toml", place, key=cell.id, kind=cell.kind.value)
            return


def is_calculated(side: LinearExpression) -> bool:
    """Return whether a side is more than one figure as it is, or one number."""
    return len(side.terms) > 1 or bool(side.constant) or any(term.coefficient != 1 for term in side.terms)


def find_worded(side: LinearExpression, vocabulary: Vocabulary) -> Cell | None:
    """Return the first choice or text of a sum; None if it has only figures and dates."""
    cells = (vocabulary.find_cell_or_column(term.cell) for term in side.terms)
    return next((cell for cell in cells if cell.is_worded and cell.kind is not CellKind.DATE), None)


def check_tolerance(
    relation_spec: RelationSpec, instances: Sequence[RelationInstance], problems: DefinitionProblems
) -> None:
    """Add the mistake of a tolerance that is negative, or that widens nothing, since no two numbers are to be equal."""
    tolerance, place = relation_spec.tolerance, f"relations.{relation_spec.id}"
    if not isfinite(tolerance) or tolerance < 0:
        problems.add("wrong_tolerance", "relations.toml", place, key=str(tolerance))
    elif tolerance and not all(_compares_numbers(instance.expect) for instance in instances):
        problems.add("unused_tolerance", "relations.toml", place, key=relation_spec.expect, number=str(tolerance))


def _compares_numbers(expect: Comparison) -> bool:
    """Return True if two numbers are to be equal; conditions joined by ``and`` or ``or`` are no numbers."""
    joined = isinstance(expect.left, Operation) and isinstance(expect.left.arguments[-1], Comparison)
    return expect.operator == "==" and not joined
