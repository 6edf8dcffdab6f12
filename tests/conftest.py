"""What all tests share: office programs are asked where they are, and an absence is told, or fails in CI."""

import os
from pathlib import Path

import pytest

from tests.judges import axe_missing, gnumeric_missing, in_ci, office_missing

FOLDER = Path(__file__).parent

os.environ["XLTOOL_CACHE"] = ""  # no test reads what another one kept, or leaves anything in the user's own folder

# Tests of big batches, every layout or many processes: not among those of daily work (`make test-fast`).
SLOW = (
    *("checks/test_workbooks.py", "cli/test_faults.py", "commands/test_decisions.py", "forms/test_another_form.py"),
    *("forms/test_proving.py", "published/test_refusals.py", "spreadsheet/test_row_templates.py", "test_judges.py"),
    *("cli/test_commands.py", "consolidation", "execution", "fuzzing", "mangling", "model/test_succession.py"),
    *("official_report/test_whatever_is_published.py", "official_report/test_publish.py", "pages"),
    *("published/test_converted.py", "published/test_import_reports.py", "published/test_layouts.py"),
    *("published/test_office.py", "published/test_reports.py", "published/test_separated.py"),
    *("published/test_structure.py", "published/test_texts.py", "published/test_torn.py", "published/test_beside.py"),
    *("spreadsheet/test_against_openpyxl.py", "spreadsheet/test_every_part.py", "spreadsheet/test_hostile.py"),
    *("spreadsheet/test_grammar.py", "spreadsheet/test_odd_files.py", "spreadsheet/test_remote.py"),
    *("test_api.py", "test_docs.py", "test_programs.py", "test_round_trips.py", "test_stopping.py"),
    *("test_unread_figures.py", "workbooks/test_summary.py", "workbooks/test_marks.py"),
)

PROGRAMS = {"office": office_missing, "gnumeric": gnumeric_missing, "axe": axe_missing}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test marked ``office``, ``gnumeric`` or ``axe`` never passes without that program having looked."""
    for marker, missing in PROGRAMS.items():
        if item.get_closest_marker(marker) and (reason := missing()):
            (pytest.fail if in_ci() else pytest.skip)(reason)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the slow modules and folders."""
    slow = [FOLDER / name for name in SLOW]
    paths = {item.path for item in items}
    slow_paths = {path for path in paths if any(path.is_relative_to(place) for place in slow)}
    for item in items:
        if item.path in slow_paths:
            item.add_marker("slow")
