"""Collect every mistake of a definition, so that an author sees all of them at once."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from xltool.errors import DefinitionError

# Mistakes that may follow from a mistake of a table.
_FOLLOWING = frozenset(
    f"definition.expression.{code}" for code in ("unknown_name", "different_axes", "range_backwards")
)


class DefinitionProblems:
    """The mistakes of one definition, in the order they were found.

    ``tainted`` are the ids of tables with a mistake of their own: that their figures are unknown elsewhere is no second
    mistake; ``"*"`` stands for every table. Of a ``shipped`` definition the patterns are not compiled: a test does.
    """

    def __init__(self, source: str, *, shipped: bool = False) -> None:
        self.source = source
        self.shipped = shipped
        self.errors: list[DefinitionError] = []
        self.tainted: set[str] = set()
        self.count = 0  # of mistakes collected, those that follow from others included
        self._replaced: set[tuple[str, str]] = set()

    def add(self, problem: str, file: str, place: str, **facts: object) -> None:
        """Add a mistake of ``file`` at ``place``; ``problem`` is its code without ``definition.``.

        A value that was replaced (`replace`) has no second mistake.
        """
        if (file, place) in self._replaced:
            return
        self.errors.append(DefinitionError(f"definition.{problem}", file=f"{self.source}/{file}", place=place, **facts))

    def replace(self, file: str, place: str) -> None:
        """Note that the value at a place does not fit and was replaced by a neutral one."""
        self._replaced.add((file, place))

    def is_tainted(self, name: str) -> bool:
        """Return True if a name is unknown because of a mistake already told."""
        return not self.tainted.isdisjoint({"*", name, name.partition(".")[0]}) or bool(self.tainted and not name)

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Add the DefinitionError that the block raises, and go on behind it."""
        try:
            yield
        except DefinitionError as error:
            self.count += 1
            if error.code not in _FOLLOWING or not self.is_tainted(str(error.facts.get("key"))):
                self.errors.append(error)

    def raise_first(self) -> None:
        """Raise the first mistake, which carries all others, if there is any."""
        if self.errors:
            first, *others = self.errors
            first.others = tuple(others)
            raise first


def raise_definition_error(problem: str, source: str, file: str, where: str, **facts: object) -> NoReturn:
    """Raise the DefinitionError for one mistake; ``problem`` is its code without ``definition.``."""
    raise DefinitionError(f"definition.{problem}", file=f"{source}/{file}", place=where, **facts)


def require_unique(kind: str, ids: Iterable[str], source: str, file: str) -> None:
    """Raise DefinitionError for the first id that occurs twice."""
    for name, count in Counter(ids).items():
        if count > 1:
            raise_definition_error("duplicate_id", source, file, kind, key=name)
