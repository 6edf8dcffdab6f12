"""Explain by its name why a file cannot be read. Names explain refusals only: a file that can be read is read."""

import re

from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.spreadsheet.refusals import FileKind, foreign_file

_EXPLAINED_CODES = {"file.damaged", "file.not_workbook", "file.empty"}
_DOWNLOAD = r"crdownload|part|partial|download|opdownload|downloading|xltd|td|!ut|aria2|tmp"
_NAMES: tuple[tuple[re.Pattern[str], UnreadableFileError | ForeignFileError], ...] = (
    (re.compile(rf".+\.(?:{_DOWNLOAD})", re.IGNORECASE), UnreadableFileError("file.partial_download")),
    (re.compile(r"\..+\.icloud", re.IGNORECASE), UnreadableFileError("file.cloud_placeholder")),
    (re.compile(r".+\.(?:gsheet|gdoc|ksheet|otl|dbt)", re.IGNORECASE), foreign_file(FileKind.ONLINE_DOCUMENT)),
    (
        re.compile(r".+\.(?:(?:zip|7z|rar)\.\d{2,3}|z\d{2}|r\d{2})", re.IGNORECASE),
        foreign_file(FileKind.SPLIT_ARCHIVE),
    ),
    (re.compile(r".+\.(?:url|webloc|desktop|lnk)", re.IGNORECASE), foreign_file(FileKind.SHORTCUT)),
    (re.compile(r".+\.mht(?:ml)?", re.IGNORECASE), foreign_file(FileKind.HTML)),
)


def explain_by_name(
    name: str, refusal: UnreadableFileError | ForeignFileError
) -> UnreadableFileError | ForeignFileError:
    """Return the refusal that fits the name of the file; ``refusal`` itself if the name says nothing."""
    if refusal.code not in _EXPLAINED_CODES:
        return refusal
    return next((error for pattern, error in _NAMES if pattern.fullmatch(name)), refusal)
