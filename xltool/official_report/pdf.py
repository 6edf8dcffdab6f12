"""Convert the .docx report to PDF with LibreOffice."""

from collections.abc import Iterator, Sequence
from html import escape

from xltool.errors import UsageError, WritingError
from xltool.execution import libreoffice
from xltool.forms.report_style import ReportStyle

MAX_SECONDS = 180.0
_PDF_FILTER = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'  # tags for screen readers


def convert_to_pdf(document: bytes, style: ReportStyle, max_seconds: float = MAX_SECONDS) -> bytes:
    """Convert a document to PDF; a font of ``style`` that is not installed is replaced by its next alternative.

    Raises UsageError without LibreOffice, WritingError if it produces no PDF.
    """
    try:
        return libreoffice.convert_document(
            document,
            ".docx",
            _PDF_FILTER,
            max_seconds=max_seconds,
            extra_files={"fonts.conf": _build_font_settings(style)},
            environment={"FONTCONFIG_FILE": "{folder}/fonts.conf"},
        )
    except libreoffice.NoOfficeError:
        raise UsageError("publish.needs_office") from None
    except libreoffice.NotConvertedError as error:
        if error.seconds is not None:
            raise WritingError("publish.too_slow", seconds=error.seconds) from None
        raise WritingError("publish.not_printed") from None


def _build_font_settings(style: ReportStyle) -> str:
    """Return a fontconfig file: the system's settings and the alternatives for each font of the style."""
    faces = (style.title, style.heading, style.subheading, style.body, style.table, style.footer, style.latin)
    aliases = "".join(_build_font_alias(face.fonts) for face in faces)
    return f'<?xml version="1.0"?><fontconfig><include>/etc/fonts/fonts.conf</include>{aliases}</fontconfig>'


def _build_font_alias(fonts: Sequence[str]) -> str:
    def families(names: Sequence[str]) -> Iterator[str]:
        return (f"<family>{escape(name)}</family>" for name in names)

    first = "".join(families(fonts[:1]))
    return f'<alias binding="same">{first}<prefer>{"".join(families(fonts))}</prefer></alias>'
