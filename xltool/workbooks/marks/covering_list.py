"""The list of files sent back (退回清单): agency, file, and number of findings by severity."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from xltool.forms.identity import OwnList
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.form import Severity
from xltool.workbooks.list_workbook import ListColumn, write_list_workbook
from xltool.workbooks.xlsxwriter_adapter import CellContent, FileLink

_CENTRED = ("centred",)
_COLUMNS = (
    ListColumn("number", 6, _CENTRED),
    ListColumn("code", 16),
    ListColumn("name", 32),
    ListColumn("contact", 14),
    ListColumn("phone", 15),
    ListColumn("received", 40),
    ListColumn("returned", 40, ("linked", "text")),
    ListColumn("kind", 18),
    ListColumn("must_fix", 10, _CENTRED),
    ListColumn("explain", 8, _CENTRED),
    ListColumn("note", 8, _CENTRED),
    ListColumn("sent", 12),
    ListColumn("remark", 36),
)


class ReturnedFile(NamedTuple):
    """One file sent back: its agency, the file checked, its new name, and its kind (marked, cleared or page)."""

    agency: Agency
    item: ReviewedFile
    file: str
    kind: str

    @property
    def is_rejected(self) -> bool:
        """Whether the agency must correct its file; otherwise it is only asked to explain, or to see it is cleared."""
        return self.item.status is not Status.ACCEPTED


def write_covering_list(returned_files: Iterable[ReturnedFile], path: Path) -> None:
    """Write the list into the folder of the files it names: first what must be corrected, then what is accepted.

    Raises WritingError; UsageError if ``path`` exists.
    """
    listed = [_list_file(row) for row in sorted(returned_files, key=lambda row: not row.is_rejected)]
    write_list_workbook(path, OwnList.RETURNING, _COLUMNS, listed, workbook_words().returning)


def _list_file(returned: ReturnedFile) -> Mapping[str, CellContent]:
    agency, item, file, kind = returned
    say = workbook_words().returning
    shown_kind = "explained" if kind == "marked" and not returned.is_rejected else kind
    return {
        "code": catalogue.quote_text(agency.code),
        "name": catalogue.quote_text(agency.name),
        "contact": agency.contact,
        "phone": agency.phone,
        "received": catalogue.quote_text(item.file),
        "returned": FileLink(file, file),
        "kind": say[shown_kind],
        **{severity.value: count_unsettled(item, severity) for severity in Severity},
        "remark": say[f"remark_{shown_kind}"],
    }


def count_unsettled(item: ReviewedFile, severity: Severity) -> int:
    """Count the findings of ``severity`` in a file that no written reason settles."""
    return sum(finding.severity is severity and not finding.settled for finding in item.findings)
