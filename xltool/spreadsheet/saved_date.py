"""Read the date of the last change that a workbook stores of itself.

The date is ISO 8601; it has a time zone in .xlsx and .xls, and none in .ods. Metadata that cannot be read is no reason
to refuse a workbook: then there is no date.
"""

import re
import struct
from datetime import UTC, datetime, timedelta

from xltool.errors import UnreadableFileError
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.xls.ole_compound import CompoundFile

_CORE_PROPERTIES, _ODS_METADATA = "docProps/core.xml", "meta.xml"
_SUMMARY_INFORMATION = "\x05SummaryInformation"
_MAX_METADATA_BYTES = 1 << 18
_OOXML_DATE = re.compile(rb"<(?:[\w.-]+:)?modified(?:\s[^>]*)?>\s*([0-9TZ:.+-]+)\s*<")
_ODS_DATE = re.compile(rb"<(?:[\w.-]+:)?date(?:\s[^>]*)?>\s*([0-9TZ:.+-]+)\s*<")
_FRACTION = re.compile(r"\.\d+")
_LAST_SAVED, _FILETIME = 0x0D, 0x40  # PIDSI_LASTSAVE_DTM and VT_FILETIME of [MS-OLEPS]
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_TICKS_PER_SECOND = 10_000_000


def read_package_date(package: Package) -> str:
    """Return the date stored in an OOXML or OpenDocument package; empty if there is none."""
    for part, pattern in ((_CORE_PROPERTIES, _OOXML_DATE), (_ODS_METADATA, _ODS_DATE)):
        if part in package and package.find_size(part) <= _MAX_METADATA_BYTES:
            try:
                match = pattern.search(package.peek_part(part))
            except UnreadableFileError:
                return ""
            return _normalise_date(match[1].decode("ascii")) if match else ""
    return ""


def read_compound_date(data: bytes) -> str:
    """Return the date stored in the summary information of an .xls; empty if there is none."""
    try:
        stream = CompoundFile(data).read_stream(_SUMMARY_INFORMATION)
        return _read_property_date(stream)
    except (ValueError, struct.error, OverflowError, IndexError):
        return ""


def _read_property_date(stream: bytes) -> str:
    (section,) = struct.unpack_from("<I", stream, 44)
    _size, count = struct.unpack_from("<II", stream, section)
    for number in range(min(count, len(stream) // 8)):
        identifier, offset = struct.unpack_from("<II", stream, section + 8 + 8 * number)
        if identifier == _LAST_SAVED:
            kind, ticks = struct.unpack_from("<IQ", stream, section + offset)
            moment = _FILETIME_EPOCH + timedelta(seconds=ticks // _TICKS_PER_SECOND)
            return moment.isoformat() if kind == _FILETIME and ticks else ""
    return ""


def _normalise_date(text: str) -> str:
    try:
        moment = datetime.fromisoformat(_FRACTION.sub("", text).replace("Z", "+00:00"))
    except ValueError:
        return ""
    return moment.isoformat(timespec="seconds")
