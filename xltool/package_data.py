"""Where the data that travels with the package lies: form definitions and samples. Imports nothing of ours."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def data_folder(name: str) -> Path:
    """The folder ``templates`` or ``samples``: as carried in the installed package, else beside it in a checkout.

    Whoever reads from it says what is missing; this only knows the two places.
    """
    packaged = PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else PACKAGE.parent / name
