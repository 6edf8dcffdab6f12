"""Filled workbooks, and the one builder of them: a request is written once in a process of the tests, then copied."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from xltool.forms.workbook_plan import WorkbookPlan
from xltool.workbooks.template.template_request import TemplateRequest
from xltool.workbooks.template.write_template import write_template

MAX_KEPT = 500  # of some 40 KB


class _Order(NamedTuple):
    """A request as a key: its mappings cannot be hashed, but they can be written down."""

    plan: WorkbookPlan
    request: TemplateRequest

    def __hash__(self) -> int:
        return hash((self.plan.digest, repr(self.request)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Order) and (self.plan.digest, repr(self.request)) == (
            other.plan.digest,
            repr(other.request),
        )


def write_once(plan: WorkbookPlan, request: TemplateRequest, path: Path, *, force: bool = False) -> None:
    """Write what `write_template` writes; a test of `write_template` itself calls that."""
    assert force or not path.exists(), path
    path.write_bytes(_write_bytes(_Order(plan, request)))


@lru_cache(maxsize=MAX_KEPT)
def _write_bytes(order: _Order) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "filled.xlsx"
        write_template(order.plan, order.request, path)
        return path.read_bytes()
