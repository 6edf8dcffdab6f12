"""Documents of older programs (.doc, .wps, .rtf, .odt), made .docx by LibreOffice where it is at hand."""

from xltool.errors import UnreadableFileError
from xltool.execution import libreoffice

SECONDS = 120.0


def as_docx(data: bytes, ending: str, seconds: float = SECONDS) -> bytes:
    """The bytes of the same document as .docx. Raises UnreadableFileError where that cannot be done."""
    try:
        return libreoffice.converted(data, ending, "docx:MS Word 2007 XML", seconds=seconds)
    except libreoffice.NoOfficeError:
        raise UnreadableFileError("import.needs_office") from None
    except libreoffice.NotConvertedError as error:
        if error.seconds is not None:
            raise UnreadableFileError("import.too_slow", seconds=error.seconds) from None
        raise UnreadableFileError("import.not_converted") from None
