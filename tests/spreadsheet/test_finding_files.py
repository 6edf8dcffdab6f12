"""Folders that may not be looked into are told, and do not hide what stands beside them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from xltool.errors import UnreadableFileError
from xltool.spreadsheet.find_files import find_files
from xltool.spreadsheet.load_file import load_file

NOBODY = 65534

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="folders are closed otherwise on Windows")


@contextmanager
def as_anybody() -> Iterator[None]:
    """Without the rights of the superuser, to whom no folder is closed."""
    own = os.geteuid()
    if own == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(own)


def test_folder__may_not_be_looked_into__is_one_place_and_says_so() -> None:
    with TemporaryDirectory() as scratch:
        root = Path(scratch)
        for name in ("open", "shut", "shut/inner"):
            (root / name).mkdir()
        for name in ("open/a.xlsx", "shut/b.xlsx", "z.xlsx"):
            (root / name).write_bytes(b"x")
        root.chmod(0o755)
        (root / "shut").chmod(0)
        with as_anybody():
            found = find_files([root])
            with pytest.raises(UnreadableFileError) as told:
                load_file(root / "shut")
        (root / "shut").chmod(0o755)
    assert [path.relative_to(root).as_posix() for path in found] == ["z.xlsx", "open/a.xlsx", "shut"]
    assert told.value.code == "file.no_access"
