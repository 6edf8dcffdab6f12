"""How files are named in sentences and lists: without the folders, but with the archive they came in."""

from pathlib import PurePath

_ARCHIVE_SUFFIX = ".zip"


def split_file_name(file: str) -> tuple[str, ...]:
    """Return the name of a file; of a file inside an archive, all parts of its path from the archive on."""
    parts = PurePath(file).parts
    archive = next((at for at, part in enumerate(parts[:-1]) if part.casefold().endswith(_ARCHIVE_SUFFIX)), -1)
    return parts[archive:] or (file,)


def show_file_name(file: str) -> str:
    """Return the name of a file, after that of the archive it came in."""
    return "/".join(split_file_name(file))
