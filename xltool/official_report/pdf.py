"""A .docx becomes a PDF, by LibreOffice where it is at hand."""

from collections.abc import Iterator, Sequence
from html import escape

from xltool.errors import UsageError, WritingError
from xltool.execution import libreoffice
from xltool.forms.report_style import Style

SECONDS = 180.0
_TAGGED = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'  # for screen readers


def as_pdf(document: bytes, style: Style, seconds: float = SECONDS) -> bytes:
    """The same document as PDF; a font of ``style`` that is not installed is replaced by the next that is.

    Raises UsageError without LibreOffice, WritingError where it makes no PDF of the document.
    """
    try:
        return libreoffice.converted(
            document,
            ".docx",
            _TAGGED,
            seconds=seconds,
            beside={"fonts.conf": _fonts(style)},
            environment={"FONTCONFIG_FILE": "{folder}/fonts.conf"},
        )
    except libreoffice.NoOfficeError:
        raise UsageError("publish.needs_office") from None
    except libreoffice.NotConvertedError as error:
        if error.seconds is not None:
            raise WritingError("publish.too_slow", seconds=error.seconds) from None
        raise WritingError("publish.not_printed") from None


def _fonts(style: Style) -> str:
    """The settings of fontconfig: those of the system, and what stands in for each font of the style."""
    faces = (style.title, style.heading, style.subheading, style.body, style.table, style.footer, style.latin)
    aliases = "".join(_alias(face.fonts) for face in faces)
    return f'<?xml version="1.0"?><fontconfig><include>/etc/fonts/fonts.conf</include>{aliases}</fontconfig>'


def _alias(fonts: Sequence[str]) -> str:
    def families(names: Sequence[str]) -> Iterator[str]:
        return (f"<family>{escape(name)}</family>" for name in names)

    first = "".join(families(fonts[:1]))
    return f'<alias binding="same">{first}<prefer>{"".join(families(fonts))}</prefer></alias>'
