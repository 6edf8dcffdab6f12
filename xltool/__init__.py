"""xltool: official annual report forms as locked workbooks, read back, cross-checked and consolidated.

The public interface: every name in ``__all__`` is documented in docs/en/api.md. Functions take paths, bytes or binary
streams, print nothing, and raise `XltoolError`, whose `str` is a Chinese sentence that says what to do. Importing this
package is cheap: a name loads what it needs when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from xltool.errors import DefinitionError, RosterError, UsageError, WritingError, XltoolError

__version__ = "0.3.0"

if TYPE_CHECKING:
    from xltool.api.figures import FigureRecord, figures_to_dataframe, iterate_figures
    from xltool.api.functions import (
        check,
        compare,
        import_reports,
        load_context,
        make_template,
        make_templates,
        merge,
        merge_areas,
        publish,
        render_finding,
        select_open_findings,
        trace,
    )
    from xltool.api.ledgers import count_ledgers, merge_ledgers, new_ledger, new_ledgers, strip_ledgers
    from xltool.checks.custom_checks import CustomCheck, Sentence
    from xltool.commands.import_reports import ImportedReport
    from xltool.commands.ledger_files import ReviewedLedger
    from xltool.commands.ledger_workbooks import IssuedLedger
    from xltool.commands.make_templates import IssuedTemplate
    from xltool.commands.merge_ledgers import MergedLedgers
    from xltool.commands.merge_levels import MergedLevel
    from xltool.commands.previous_ledgers import CarriedLines
    from xltool.commands.publish import WrittenReport
    from xltool.commands.run_context import RunContext
    from xltool.comparison.comparing import ComparisonResult
    from xltool.ledger.count_ledger import LedgerCount
    from xltool.ledger.ledger_entries import Dispute, Ledger, LedgerAgency, Request
    from xltool.model.agency import Agency, Roster
    from xltool.model.consolidation import Consolidation, ReviewedFile, Status
    from xltool.model.contributions import CountedLine, TracedFigure
    from xltool.model.finding import Finding, FindingCell
    from xltool.model.form import Form, Severity
    from xltool.model.submission import Submission
    from xltool.spreadsheet.load_file import MemoryFile

__all__ = [
    "Agency",
    "CarriedLines",
    "ComparisonResult",
    "Consolidation",
    "CountedLine",
    "CustomCheck",
    "DefinitionError",
    "Dispute",
    "FigureRecord",
    "Finding",
    "FindingCell",
    "Form",
    "ImportedReport",
    "IssuedLedger",
    "IssuedTemplate",
    "Ledger",
    "LedgerAgency",
    "LedgerCount",
    "MemoryFile",
    "MergedLedgers",
    "MergedLevel",
    "Request",
    "ReviewedFile",
    "ReviewedLedger",
    "Roster",
    "RosterError",
    "RunContext",
    "Sentence",
    "Severity",
    "Status",
    "Submission",
    "TracedFigure",
    "UsageError",
    "WritingError",
    "WrittenReport",
    "XltoolError",
    "check",
    "compare",
    "count_ledgers",
    "figures_to_dataframe",
    "import_reports",
    "iterate_figures",
    "load_context",
    "make_template",
    "make_templates",
    "merge",
    "merge_areas",
    "merge_ledgers",
    "new_ledger",
    "new_ledgers",
    "publish",
    "render_finding",
    "select_open_findings",
    "strip_ledgers",
    "trace",
]

_MODULES = (  # where the names above are defined; the test of the public interface holds both against each other
    ("xltool.api.figures", ("FigureRecord", "figures_to_dataframe", "iterate_figures")),
    ("xltool.api.ledgers", ("count_ledgers", "merge_ledgers", "new_ledger", "new_ledgers", "strip_ledgers")),
    ("xltool.checks.custom_checks", ("CustomCheck", "Sentence")),
    ("xltool.commands.import_reports", ("ImportedReport",)),
    ("xltool.commands.ledger_files", ("ReviewedLedger",)),
    ("xltool.commands.ledger_workbooks", ("IssuedLedger",)),
    ("xltool.commands.make_templates", ("IssuedTemplate",)),
    ("xltool.commands.merge_ledgers", ("MergedLedgers",)),
    ("xltool.commands.merge_levels", ("MergedLevel",)),
    ("xltool.commands.publish", ("WrittenReport",)),
    ("xltool.commands.previous_ledgers", ("CarriedLines",)),
    ("xltool.commands.run_context", ("RunContext",)),
    ("xltool.comparison.comparing", ("ComparisonResult",)),
    ("xltool.ledger.count_ledger", ("LedgerCount",)),
    ("xltool.ledger.ledger_entries", ("Dispute", "Ledger", "LedgerAgency", "Request")),
    ("xltool.model.agency", ("Agency", "Roster")),
    ("xltool.model.consolidation", ("Consolidation", "ReviewedFile", "Status")),
    ("xltool.model.contributions", ("CountedLine", "TracedFigure")),
    ("xltool.model.finding", ("Finding", "FindingCell")),
    ("xltool.model.form", ("Form", "Severity")),
    ("xltool.model.submission", ("Submission",)),
    ("xltool.spreadsheet.load_file", ("MemoryFile",)),
)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = next((module for module, names in _MODULES if name in names), "xltool.api.functions")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _render_error(error: XltoolError) -> str:
    from xltool.messages.catalogue import render_error

    return render_error(error)


XltoolError.render = _render_error
