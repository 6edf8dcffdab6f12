"""What each command does, as one function a command: the public API. Nothing here prints."""

from xltool.commands.check import check, file_finding, review_file, review_files, review_safely
from xltool.commands.choose_executor import engine_at
from xltool.commands.compare import compare_files
from xltool.commands.compare_folders import compare_folders
from xltool.commands.earlier_run import Before, read_before, whats_new
from xltool.commands.import_reports import Imported, Wanted, import_reports
from xltool.commands.make_templates import Issued, make_templates, serial
from xltool.commands.merge import Beside, Choices, merge, open_findings, worth_a_look
from xltool.commands.merge_levels import Level, as_one, merge_levels
from xltool.commands.publish import Drafted, Wishes, Written, drafts, publish
from xltool.commands.run_context import Progress, Setting, setting
from xltool.commands.trace import trace
from xltool.execution.executor import Jobs

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
