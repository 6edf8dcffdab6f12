"""Reporting bodies and the roster that lists them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from xltool.model.finding import Finding

MAX_CODE_CHARACTERS = 50  # a unified social credit code has 18
MAX_NAME_CHARACTERS = 120  # names of files and sheets are made of it


class Scope(StrEnum):
    """An agency's own figures, or the figures of an area. An area is never added to its members."""

    OWN = "own"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Agency:
    """A reporting body (填报单位). ``parent`` is the code of the body it reports to, if it is on the roster.

    ``began`` and ``ended`` are the dates of its founding and closing, if on the roster; ``successors`` the codes of the
    agencies that took over its work; ``former_names`` its earlier names. See `succession`. ``scope_stated`` is True
    if the roster says the scope; otherwise it is assumed to be its own.
    """

    code: str
    name: str
    parent: str | None = None
    level: str | None = None
    scope: Scope = Scope.OWN
    rule_power: bool | None = None
    contact: str | None = None
    began: date | None = None
    ended: date | None = None
    successors: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    phone: str | None = None
    scope_stated: bool = field(default=False, compare=False)

    @property
    def key(self) -> str:
        """The code, else the name: what identifies an agency where not all have codes."""
        return self.code or self.name


@dataclass(frozen=True)
class Roster:
    """The agencies by code, in roster order. If this is part of a larger roster, ``others`` holds the rest of it.

    ``notes`` tell how the file was read where a person should know of it, such as hidden rows.
    """

    agencies: Mapping[str, Agency]
    source: str
    others: Mapping[str, Agency] = field(default_factory=dict)
    notes: tuple[Finding, ...] = ()

    def __hash__(self) -> int:
        """Hash the source and size: a roster is the key of the cache of what is derived from it."""
        return hash((self.source, len(self.agencies)))

    def __iter__(self) -> Iterator[Agency]:
        return iter(self.agencies.values())

    def __len__(self) -> int:
        return len(self.agencies)

    @cached_property
    def units(self) -> tuple[Agency, ...]:
        """The agencies that report themselves: own figures, or those of an area none of whose members is listed."""
        parents = {agency.parent for agency in self}
        return tuple(agency for agency in self if agency.scope is Scope.OWN or agency.code not in parents)

    @cached_property
    def known_agencies(self) -> Mapping[str, Agency]:
        """All agencies by code, those of ``others`` that are not listed too."""
        return {agency.code: agency for agency in (*self.others.values(), *self)}

    @cached_property
    def predecessors(self) -> Mapping[str, tuple[Agency, ...]]:
        """Map an agency's code to the agencies whose work it took over, including agencies of ``others``."""
        known = (*self.others.values(), *self)
        heirs = {code for agency in known for code in agency.successors}
        return {code: tuple(agency for agency in known if code in agency.successors) for code in heirs}
