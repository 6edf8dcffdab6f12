"""Which event of a ledger counts in which figure of a form: from ``ledger.toml`` and ``ledger-counts.toml``."""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import product
from typing import Literal, NamedTuple

import msgspec

from xltool.ledger.ledger_definition import load_ledger_definition
from xltool.ledger.ledger_events import LedgerEvent
from xltool.model.form import MAX_CACHED_FORMS, Form
from xltool.package_data import find_data_folder

SpanName = Literal["period", "year"]
_FIELD = re.compile(r"\{(\w+)\}")


class _FigureSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    line: str
    event: str
    channels: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class _FormSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    id: str
    columns: dict[str, SpanName]
    figures: tuple[_FigureSpec, ...]


class _CountsFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    forms: tuple[_FormSpec, ...]


class CountingRule(NamedTuple):
    """A figure: the cell id with placeholders for what happened, the event, the days, and what else must hold.

    Empty ``channels``, ``results`` and ``kinds`` hold for all.
    """

    cell: str
    event: str
    span: SpanName = "period"
    channels: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def find_event_cell(self, event: LedgerEvent) -> str | None:
        """Return the cell in which an event counts, None if it does not."""
        if event.name != self.event:
            return None
        wanted = ((self.channels, event.channel), (self.results, event.result), (self.kinds, event.kind))
        if any(words and word not in words for words, word in wanted):
            return None
        return _FIELD.sub(lambda match: str(getattr(event, match[1])), self.cell)

    def list_cells(self) -> Iterator[str]:
        """Yield every cell in which an event may count by this rule."""
        names = dict.fromkeys(_FIELD.findall(self.cell))
        choices = _list_choice_ids()
        for ids in product(*(choices[name] for name in names)):
            values = dict(zip(names, ids, strict=True))
            yield _FIELD.sub(lambda match: values[match[1]], self.cell)  # noqa: B023  # called at once


@cache
def _list_choice_ids() -> Mapping[str, tuple[str, ...]]:
    definition = load_ledger_definition()
    lists = {
        "applicant_type": definition.applicant_types,
        "channel": definition.channels,
        "result": definition.results,
        "kind": definition.dispute_kinds,
        "outcome": definition.outcomes,
    }
    return {name: tuple(choice.id for choice in choices) for name, choices in lists.items()}


@cache
def _list_annual_rules() -> tuple[CountingRule, ...]:
    cells = load_ledger_definition().cells
    return (
        CountingRule(cells.received, "received"),
        CountingRule(cells.carried_in, "carried_in"),
        CountingRule(cells.concluded, "concluded"),
        CountingRule(cells.carried_out, "carried_out"),
        CountingRule(cells.dispute, "dispute"),
        CountingRule(cells.fee_notices, "fee_notice"),
        CountingRule(cells.fee_billed, "fee_billed"),
        CountingRule(cells.fee_collected, "fee_collected"),
    )


@cache
def _load_form_specs() -> Mapping[str, _FormSpec]:
    content = (find_data_folder("templates") / "ledger-counts.toml").read_bytes()
    return {spec.id: spec for spec in msgspec.toml.decode(content, type=_CountsFile).forms}


@lru_cache(maxsize=MAX_CACHED_FORMS)
def list_counting_rules(form: Form) -> tuple[CountingRule, ...]:
    """Return the rules of a form; none for a form that a ledger knows nothing of."""
    if form.id == load_ledger_definition().form:
        return _list_annual_rules()
    spec = _load_form_specs().get(form.id)
    if spec is None:
        return ()
    return tuple(
        CountingRule(f"{figure.line}.{column}", figure.event, span, figure.channels, figure.results, figure.kinds)
        for figure in spec.figures
        for column, span in spec.columns.items()
    )


@lru_cache(maxsize=MAX_CACHED_FORMS)
def list_counted_cells(form: Form) -> tuple[str, ...]:
    """Return the inputs of a form that a ledger gives, in the order of the form."""
    counted = {cell for rule in list_counting_rules(form) for cell in rule.list_cells()}
    return tuple(cell.id for cell in form.inputs if cell.id in counted)
