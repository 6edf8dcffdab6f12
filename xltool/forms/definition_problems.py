"""Collect every mistake of a definition, so that an author sees all of them at once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from xltool.errors import DefinitionError

# Mistakes that may follow from a mistake of a table.
_EXPRESSION = "definition.expression."
_FOLLOWING = frozenset(f"{_EXPRESSION}{code}" for code in ("unknown_name", "different_axes", "range_backwards"))
# Mistakes of expressions that need no table to be seen.
_OF_WRITING = frozenset(f"{_EXPRESSION}{code}" for code in ("not_parsed", "operator_misspelt", "no_cell"))
# Mistakes that follow from a file that could not be read.
_NEEDED_FILES: Mapping[str, str] = {
    "table_without_section": "form.toml",
    "empty_section": "tables.toml",
    "unknown_section": "tables.toml",
}


class DefinitionProblems:
    """The mistakes of one definition, in the order they were found.

    ``tainted`` are the ids of tables of which figures may be missing: that these are unknown elsewhere is no second
    mistake; ``"*"`` stands for every table. ``misread`` are the ids of tables with keys or values that do not fit,
    ``lost`` the files that could not be read. Of a ``shipped`` definition the patterns are not compiled: a test does.
    """

    def __init__(self, source: str, *, shipped: bool = False) -> None:
        self.source = source
        self.shipped = shipped
        self.errors: list[DefinitionError] = []
        self.tainted: set[str] = set()
        self.misread: set[str] = set()
        self.lost: set[str] = set()
        self.count = 0  # of mistakes collected, those that follow from others included
        self._replaced: set[tuple[str, str]] = set()

    def add(self, problem: str, file: str, place: str, **facts: object) -> None:
        """Add a mistake of ``file`` at ``place``; ``problem`` is its code without ``definition.``.

        A value that was replaced (`replace`) has no second mistake, nor has a file that was lost.
        """
        if (file, place) in self._replaced or not self.lost.isdisjoint({file, _NEEDED_FILES.get(problem)}):
            return
        self.errors.append(DefinitionError(f"definition.{problem}", file=f"{self.source}/{file}", place=place, **facts))

    def replace(self, file: str, place: str) -> None:
        """Note that the value at a place does not fit and was replaced by a neutral one."""
        self._replaced.add((file, place))

    def lose_file(self, file: str) -> None:
        """Note that a file could not be read: what follows from that is no second mistake."""
        self.lost.add(file)
        if file == "tables.toml":
            self.tainted.add("*")

    def list_replaced(self, file: str, place: str) -> set[str]:
        """Return the keys whose values were replaced at or below a place."""
        return {name.rpartition(".")[2] for where, name in self._replaced if where == file and name.startswith(place)}

    def has_mistakes(self, file: str) -> bool:
        """Return True if a mistake of a file was told."""
        return any(str(error.facts.get("file", "")).endswith(f"/{file}") for error in self.errors)

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
            if not self._is_consequence(error):
                self.errors.append(error)

    def _is_consequence(self, definition_error: DefinitionError) -> bool:
        """Return True if an error may follow from a table that was not, or not wholly, read."""
        code, name = definition_error.code, str(definition_error.facts.get("key"))
        if "tables.toml" in self.lost and code.startswith(_EXPRESSION):
            return code not in _OF_WRITING
        return code in _FOLLOWING and self.is_tainted(name)

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
