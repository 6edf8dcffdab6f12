"""What each command does, as one function a command: the public API. Nothing here prints."""

from xltool.runs.comparing import compare_files
from xltool.runs.distributing import Issued, make_templates, serial
from xltool.runs.merging import Beside, Choices, merge, open_findings, worth_a_look
from xltool.runs.publishing import Drafted, Wishes, Written, drafts, publish
from xltool.runs.reviewing import check, file_finding, review_file, review_files, review_safely
from xltool.runs.settings import Progress, Setting, last_year, setting
from xltool.runs.tracing import trace

__all__ = [
    "Beside",
    "Choices",
    "Drafted",
    "Issued",
    "Progress",
    "Setting",
    "Wishes",
    "Written",
    "check",
    "compare_files",
    "drafts",
    "file_finding",
    "last_year",
    "make_templates",
    "merge",
    "open_findings",
    "publish",
    "review_file",
    "review_files",
    "review_safely",
    "serial",
    "setting",
    "trace",
    "worth_a_look",
]
