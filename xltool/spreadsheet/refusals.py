"""Reasons why a file is refused, and the exceptions built from them. `messages` has a sentence for each.

Every refusal has one of these codes, always with the fact ``file``, and with the facts named here:

=========================  ==========================================================================================
``file.empty``             nothing in it
``file.missing``           gone before it could be read
``file.no_access``         permission denied, or locked by another program
``file.not_regular``       ``kind`` (FileObstacle): a pipe, a device, a folder, a loop of links
``file.changed``           it changed while it was read
``file.not_fetched``       ``problem``: the store at its address did not give it
``file.too_large``         ``size``, ``limit`` in MiB
``file.damaged``           ``part``, ``problem`` (DamageKind), ``at``: the cell or name in question, or nothing
``file.bomb``              ``part``, ``problem``: it would inflate beyond any real workbook
``file.over_limit``        ``part``, ``what`` (LimitKind), ``limit``
``file.doctype``           ``part``: a DOCTYPE, which no office program writes
``file.duplicate_parts``   ``part``, ``other``: two parts that different programs would choose differently
``file.unsafe_names``      ``name``: a path out of the container, or with control characters
``file.encrypted``         a password is needed to open it
``file.wrong_password``    the password given does not open it
``file.no_decryption``     a password was given, and the optional library that could use it is not installed
``file.timeout``           ``seconds``: reading did not end
``file.reader_died``       reading ended the worker process, for want of memory or by a fault
``file.compression``       ``method``: an archive compressed or encrypted in a way that is not read here
``file.cloud_placeholder`` the file itself is still in a cloud store
``file.partial_download``  the download has not ended
``file.company_encrypted`` encrypted by the security software of an office
``file.rights_protected``  only certain users may open it (rights management), whatever the password
``file.temporary``         a lock or junk file (ForeignFileError)
``file.not_workbook``      ``kind`` (FileKind): something else (ForeignFileError)
=========================  ==========================================================================================
"""

from enum import StrEnum

from xltool.errors import ForeignFileError, UnreadableFileError


class FileObstacle(StrEnum):
    """What was found where a regular file was expected."""

    FOLDER = "folder"
    PIPE = "pipe"
    SOCKET = "socket"
    DEVICE = "device"
    LOOP = "loop"
    OTHER = "other"


class FileKind(StrEnum):
    """The type of a file that is not a supported workbook."""

    ARCHIVE = "archive"
    EXCEL_2003_XML = "excel_2003_xml"
    HTML = "html"
    MAIL = "mail"
    NUMBERS = "numbers"
    OFD = "ofd"
    OLD_EXCEL = "old_excel"
    ONLINE_DOCUMENT = "online_document"
    OPEN_DOCUMENT = "open_document"
    OTHER_OFFICE = "other_office"
    PDF = "pdf"
    PICTURE = "picture"
    PRESENTATION = "presentation"
    PROGRAM = "program"
    SHORTCUT = "shortcut"
    SPLIT_ARCHIVE = "split_archive"
    TEXT = "text"
    TEXT_DOCUMENT = "text_document"
    XML = "xml"
    ZIP = "zip"


class DamageKind(StrEnum):
    """What is wrong with a part of a workbook."""

    BAD_ADDRESS = "bad_address"
    CELL_TWICE = "cell_twice"
    CELL_TYPE = "cell_type"
    CHECKSUM = "checksum"
    COMPRESSION = "compression"
    CONTENT_TYPE = "content_type"
    ENCODING = "encoding"
    MISSING_PART = "missing_part"
    NAMES_DISAGREE = "names_disagree"
    NAME_TWICE = "name_twice"
    NOT_A_ZIP = "not_a_zip"
    NO_SHEETS = "no_sheets"
    PROPERTY_TWICE = "property_twice"
    RELATIONSHIP = "relationship"
    ROW_DISAGREES = "row_disagrees"
    ROW_TWICE = "row_twice"
    SHEET_STATE = "sheet_state"
    SHEET_TWICE = "sheet_twice"
    STRING_INDEX = "string_index"
    STYLES = "styles"
    TRUNCATED = "truncated"
    UNEXPECTED_ELEMENT = "unexpected_element"
    UNREADABLE = "unreadable"
    VALUE_TWICE = "value_twice"
    WRONG_ROOT = "wrong_root"
    XML = "xml"


class BombKind(StrEnum):
    """How a container would inflate beyond the limits."""

    ENTRIES = "entries"
    OVERLAP = "overlap"
    PART = "part"
    RATIO = "ratio"
    STATED_SIZE = "stated_size"
    TOTAL = "total"


class LimitKind(StrEnum):
    """What exceeds a limit."""

    BYTES = "bytes"
    CELLS_HELD = "cells_held"
    CELLS_SEEN = "cells_seen"
    CHARACTERS = "characters"
    CONDITIONS = "conditions"
    DEPTH = "depth"
    ELEMENTS = "elements"
    FORMATS = "formats"
    FORMULA = "formula"
    MERGES = "merges"
    NAMES = "names"
    NUMBER_FORMATS = "number_formats"
    REWRITTEN = "rewritten"
    SHARED_STRINGS = "shared_strings"
    SHEETS = "sheets"
    TEXT = "text"
    TOKEN = "token"


def damaged_workbook(part: str, problem: DamageKind, at: str = "") -> UnreadableFileError:
    """Return the refusal of a damaged workbook; an empty ``part`` means the whole file."""
    return UnreadableFileError("file.damaged", part=part, problem=problem, at=at[:40])


def swelling_container(part: str, problem: BombKind) -> UnreadableFileError:
    """Return the refusal of a container that would inflate beyond the limits."""
    return UnreadableFileError("file.bomb", part=part, problem=problem)


def exceeded_limit(part: str, what: LimitKind, limit: int) -> UnreadableFileError:
    """Return the refusal of a part beyond a limit."""
    return UnreadableFileError("file.over_limit", part=part, what=what, limit=limit)


def foreign_file(file_kind: FileKind) -> ForeignFileError:
    """Return the refusal of a file of another type."""
    return ForeignFileError("file.not_workbook", kind=file_kind)
