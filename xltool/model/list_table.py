"""A list table (清单): a variable number of rows, of which the form only states the columns."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xltool.model.form import Cell, Number, Relation, TotalKind


class AggregateKind(StrEnum):
    """What a figure of the form says about the rows of a list."""

    ROWS = "rows"  # how many there are, or how many have a filled column, or satisfy a comparison
    SUM = "sum"  # of a column


class ListAggregate(NamedTuple):
    """A figure computed from the rows of a list.

    ``column`` is the id of a column, empty for all rows; with an ``operator``, rows are counted whose column compares
    so with ``number`` (the position of a choice, a serial day).
    """

    kind: AggregateKind
    table: str
    column: str = ""
    operator: str = ""
    number: "Number" = 0


class ListMerge(StrEnum):
    """How the rows of several agencies make the rows of their sum."""

    APPEND = "append"  # one below the other, each with its agency
    BY_KEY = "by_key"  # rows of one key become one: figures are added, words must agree


class ListPrinting(StrEnum):
    """What an area's report prints of a list."""

    ROWS = "rows"  # every row, with its agency
    AGENCIES = "agencies"  # one row an agency: how many rows it has, and their sums


class KeyScope(StrEnum):
    """Among which rows a key is the key of one."""

    FORM = "form"  # of all agencies: the same key in two of them is asked about
    AGENCY = "agency"  # of one agency: others number their rows alike


@dataclass(frozen=True)
class ListTable:
    """One list of the form, in the table's own 1-based coordinates: column 1 is the row's number.

    ``columns`` are what a row holds, each as a `Cell` with the id ``list.column``. ``rows`` is how many rows a template
    offers, ``key`` the ids of the columns that identify a row among those of ``key_scope``; an ``optional`` list may
    have none. ``relations`` are asked of every row; rows are counted in ``unit``. ``head_line`` is printed above its
    right edge.
    """

    id: str
    section: str
    title: str
    name: str
    columns: "tuple[Cell, ...]"
    rows: int
    key: tuple[str, ...]
    merge: ListMerge
    optional: bool
    widths: tuple[float, ...]
    unit: str = ""
    notes: tuple[str, ...] = ()
    head_line: str = ""
    landscape: bool = False
    printing: ListPrinting = ListPrinting.ROWS
    relations: "tuple[Relation, ...]" = field(default=())
    year_total: "TotalKind | None" = None
    key_scope: KeyScope = KeyScope.FORM

    @cached_property
    def columns_by_id(self) -> "Mapping[str, Cell]":
        """The columns by id."""
        return {column.id: column for column in self.columns}

    @property
    def key_columns(self) -> "tuple[Cell, ...]":
        """The columns that identify a row, in the order of the list; the first column if it has no key."""
        return tuple(column for column in self.columns if column.id in self.key) or self.columns[:1]
