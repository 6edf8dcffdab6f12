"""Locate the data shipped with the package: form definitions and samples. Imports no other module of the package."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def find_data_folder(name: str) -> Path:
    """Return the folder templates or samples: inside an installed package, else beside it in a checkout.

    The folder is not checked; the caller reports a missing file.
    """
    packaged = PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else PACKAGE.parent / name
