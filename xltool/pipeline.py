"""What each command does, as one function a command: the public API. Nothing here prints."""

from xltool.engine import Jobs
from xltool.runs.comparing import compare_files
from xltool.runs.distributing import Issued, make_templates, serial
from xltool.runs.engines import engine_at
from xltool.runs.importing import Imported, Wanted, import_reports
from xltool.runs.levels import Level, as_one, merge_levels
from xltool.runs.merging import Beside, Choices, merge, open_findings, worth_a_look
from xltool.runs.pairing import compare_folders
from xltool.runs.publishing import Drafted, Wishes, Written, drafts, publish
from xltool.runs.reviewing import check, file_finding, review_file, review_files, review_safely
from xltool.runs.settings import Progress, Setting, setting
from xltool.runs.since import Before, read_before, whats_new
from xltool.runs.tracing import trace

__all__ = [
    "Before",
    "Beside",
    "Choices",
    "Drafted",
    "Imported",
    "Issued",
    "Jobs",
    "Level",
    "Progress",
    "Setting",
    "Wanted",
    "Wishes",
    "Written",
    "as_one",
    "check",
    "compare_files",
    "compare_folders",
    "drafts",
    "engine_at",
    "file_finding",
    "import_reports",
    "make_templates",
    "merge",
    "merge_levels",
    "open_findings",
    "publish",
    "read_before",
    "review_file",
    "review_files",
    "review_safely",
    "serial",
    "setting",
    "trace",
    "whats_new",
    "worth_a_look",
]
