"""The inside of small .ods files."""

ODS = "application/vnd.oasis.opendocument.spreadsheet"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_NAMESPACES = (
    f'xmlns:o="{_ODF}:office:1.0" xmlns:t="{_ODF}:table:1.0" xmlns:x="{_ODF}:text:1.0" xmlns:s="{_ODF}:style:1.0" '
    f'xmlns:f="{_ODF}:xsl-fo-compatible:1.0" xmlns:d="{_ODF}:drawing:1.0" xmlns:v="{_ODF}:svg-compatible:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)
ODS_CELL = "<t:table-cell o:value-type='float' o:value='1'/>"


def spreadsheet(rows: str, about: str = 't:name="表一"', styles: str = "") -> str:
    """content.xml with one sheet."""
    sheet = f"<t:table {about}>{rows}</t:table>"
    body = f"<o:body><o:spreadsheet>{sheet}</o:spreadsheet></o:body>"
    return f"<o:document-content {_NAMESPACES}>{styles}{body}</o:document-content>"


def ods_row(cells: str, repeated: int = 1) -> str:
    return f'<t:table-row t:number-rows-repeated="{repeated}">{cells}</t:table-row>'
