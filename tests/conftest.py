"""What all tests share: office programs are asked where they are, and an absence is told, or fails in CI."""

import os

import pytest

from tests.judges import axe_missing, gnumeric_missing, in_ci, office_missing

os.environ["XLTOOL_CACHE"] = ""  # no test reads what another one kept, or leaves anything in the user's own folder

PROGRAMS = {"office": office_missing, "gnumeric": gnumeric_missing, "axe": axe_missing}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test marked ``office``, ``gnumeric`` or ``axe`` never passes without that program having looked."""
    for marker, missing in PROGRAMS.items():
        if item.get_closest_marker(marker) and (reason := missing()):
            (pytest.fail if in_ci() else pytest.skip)(reason)
