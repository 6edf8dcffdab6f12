"""Convert .doc, .wps, .rtf and .odt to .docx with LibreOffice if it is installed."""

from xltool.errors import UnreadableFileError
from xltool.execution import libreoffice

TIMEOUT_SECONDS = 120.0


def convert_to_docx(data: bytes, ending: str, seconds: float = TIMEOUT_SECONDS) -> bytes:
    """Return the document as .docx bytes. Raises UnreadableFileError if it cannot be converted."""
    try:
        return libreoffice.convert_document(data, ending, "docx:MS Word 2007 XML", max_seconds=seconds)
    except libreoffice.NoOfficeError:
        raise UnreadableFileError("import.needs_office") from None
    except libreoffice.NotConvertedError as error:
        if error.seconds is not None:
            raise UnreadableFileError("import.too_slow", seconds=error.seconds) from None
        raise UnreadableFileError("import.not_converted") from None
