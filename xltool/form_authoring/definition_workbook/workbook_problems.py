"""What is wrong with a definition workbook: every problem with its sheet, its cell and what stands there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xltool.errors import DefinitionError

PREFIX = "authoring.workbook."
_LACKING = frozenset(
    {"missing_sheet", "unknown_region", "unknown_column", "unknown_owner", "missing_value", "duplicate_id"}
)
MIN_LIKENESS = 0.5  # of what is written to what may be meant; Chinese words are short


class ContentPlace(NamedTuple):
    """Where a value of a definition stands: its ``data_path`` in its file by numbers, its ``alias`` by ids."""

    file: str
    path: str
    alias: str
    sheet: str
    address: str
    text: str


@dataclass
class WorkbookProblems:
    """The problems of one workbook in the order they were found, and the places of everything that was read."""

    file: str
    errors: list[DefinitionError] = field(default_factory=list)
    places: list[ContentPlace] = field(default_factory=list)
    unread_regions: set[str] = field(default_factory=set)  # with a column that could not be read
    addresses: dict[str, str] = field(default_factory=dict)  # where figures stand on the drawing, by id
    translated: dict[str, str] = field(default_factory=dict)  # relations as written, in the language of definitions

    def add(self, problem: str, sheet: str, at: str = "", text: str = "", **facts: object) -> None:
        """Add a problem; ``problem`` is its code without ``authoring.workbook.``."""
        self.errors.append(
            DefinitionError(f"{PREFIX}{problem}", file=self.file, sheet=sheet, at=at, text=text, **facts)
        )

    @property
    def lacks_parts(self) -> bool:
        """Whether parts of the form are missing because of a problem: what others say of them is no second problem."""
        return any(error.code.removeprefix(PREFIX) in _LACKING for error in self.errors)

    def raise_first(self) -> None:
        """Raise the first problem, which carries all others, if there is any."""
        if self.errors:
            self.errors[0].others = tuple(self.errors[1:])
            raise self.errors[0]

    def find_place(self, file: str, place: str, part: str) -> ContentPlace | None:
        """Return where a mistake stands that the definition has at ``place``; ``part`` is the text at fault."""
        here = [item for item in self.places if item.file == file]
        inside = [item for item in here if _leads_to(place, item.path) or _leads_to(place, item.alias)]
        for items in (inside, here):
            found = self._find_part(items, part)
            if found is not None:
                return found
        return inside[0] if inside else None

    def _find_part(self, content_places: Sequence[ContentPlace], part: str) -> ContentPlace | None:
        """Return the last place with a text at fault, else the last whose lines a cell id is made of."""
        if not part:
            return None
        whole = [item for item in content_places if part in {item.text, *item.text.split("\n")}]
        whole = whole or [item for item in content_places if part in self.translated.get(item.text, "")]
        ids = [
            item for item in content_places if any(f".{line}." in f".{part}." for line in item.text.split("\n") if line)
        ]
        return next(iter(reversed(whole or ids)), None)

    def find_written(self, part: str) -> str:
        """Return a relation as it was written; any other text unchanged."""
        return next((text for text, meant in self.translated.items() if meant == part), part)


def _leads_to(place: str, data_path: str) -> bool:
    return data_path == place or data_path.startswith((f"{place}.", f"{place}["))
