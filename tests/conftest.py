"""What all tests share: LibreOffice is asked where it is, and its absence is told, or fails in CI."""

import pytest

from tests.judges import in_ci, office_missing


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test marked ``office`` never passes without LibreOffice having looked."""
    if item.get_closest_marker("office") and (reason := office_missing()):
        (pytest.fail if in_ci() else pytest.skip)(reason)
