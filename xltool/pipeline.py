"""The public API: one function for each command. None of them prints."""

from xltool.commands.check import build_file_finding, check, review_file, review_files, review_safely
from xltool.commands.choose_executor import choose_executor
from xltool.commands.compare import compare_files
from xltool.commands.compare_folders import compare_folders
from xltool.commands.earlier_run import EarlierRun, compare_with_earlier_run, read_earlier_run
from xltool.commands.import_reports import ImportedReport, ImportHints, import_reports
from xltool.commands.make_templates import IssuedTemplate, compute_serial, make_templates
from xltool.commands.merge import ExtraOutputs, MergeOptions, has_open_issues, merge, select_open_findings
from xltool.commands.merge_levels import MergedLevel, combine_levels, merge_levels
from xltool.commands.publish import DraftedParagraphs, PublishOptions, WrittenReport, draft_paragraphs, publish
from xltool.commands.run_context import Progress, RunContext, build_run_context
from xltool.commands.trace import trace
from xltool.execution.executor import Jobs

__all__ = [
    "DraftedParagraphs",
    "EarlierRun",
    "ExtraOutputs",
    "ImportHints",
    "ImportedReport",
    "IssuedTemplate",
    "Jobs",
    "MergeOptions",
    "MergedLevel",
    "Progress",
    "PublishOptions",
    "RunContext",
    "WrittenReport",
    "build_file_finding",
    "build_run_context",
    "check",
    "choose_executor",
    "combine_levels",
    "compare_files",
    "compare_folders",
    "compare_with_earlier_run",
    "compute_serial",
    "draft_paragraphs",
    "has_open_issues",
    "import_reports",
    "make_templates",
    "merge",
    "merge_levels",
    "publish",
    "read_earlier_run",
    "review_file",
    "review_files",
    "review_safely",
    "select_open_findings",
    "trace",
]
