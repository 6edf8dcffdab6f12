"""An .xlsx edited as text, part by part: no program saves it, so that thousands of changed workbooks cost little."""

import re
import zipfile
from collections.abc import Callable, Mapping
from html import escape
from io import BytesIO

from tests.checks.figures import PLAN

_SHEETS = {sheet.name: f"xl/worksheets/sheet{number}.xml" for number, sheet in enumerate(PLAN.sheets, start=1)}
_STYLES, _DATES = "xl/styles.xml", "docProps/core.xml"
_FIRST_FORMAT = 200  # of the number formats added here
_FORMATS = re.compile(r"<xf [^>]*?(?:/>|>.*?</xf>)", re.DOTALL)


class WorkbookParts:
    """The parts of one workbook as text. Cells are those of the form's plan, by sheet and address."""

    def __init__(self, data: bytes) -> None:
        """Unpack a workbook as the template writer makes it."""
        with zipfile.ZipFile(BytesIO(data)) as book:
            self.parts = {name: book.read(name).decode() for name in book.namelist()}

    def pack(self) -> bytes:
        """Return the workbook."""
        stream = BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
            for name, text in self.parts.items():
                book.writestr(name, text)
        return stream.getvalue()

    def set_saved(self, moment: str) -> None:
        """Set the date of the last change stored inside: ISO 8601 with Z."""
        self.parts[_DATES] = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{moment}", self.parts[_DATES])

    def put_number(self, cell: str, value: int) -> None:
        """Store a number in an input."""
        self._put(cell, "", f"<v>{value}</v>")

    def put_text(self, cell: str, text: str) -> None:
        """Store a text in an input."""
        self.put_runs(cell, [("", text)])

    def put_runs(self, cell: str, runs: list[tuple[str, str]]) -> None:
        """Store a text of several looks in an input: properties of a run as XML ("" for none), and its text."""
        pieces = (
            f'<r>{look and f"<rPr>{look}</rPr>"}<t xml:space="preserve">{escape(text)}</t></r>' for look, text in runs
        )
        self._put(cell, ' t="inlineStr"', f"<is>{''.join(pieces)}</is>")

    def set_format(self, cell: str, code: str) -> None:
        """Give an input a number format."""
        number = _FIRST_FORMAT + self.parts[_STYLES].count("<numFmt ")
        self._append("numFmts", f'<numFmt numFmtId="{number}" formatCode="{escape(code)}"/>')
        self._restyle(cell, lambda xf: re.sub(r'numFmtId="\d+"', f'numFmtId="{number}"', xf))

    def set_font(self, cell: str, font: str) -> None:
        """Give an input a font, as XML."""
        number = self._append("fonts", f"<font>{font}</font>")
        self._restyle(cell, lambda xf: re.sub(r'fontId="\d+"', f'fontId="{number}"', xf))

    def set_alignment(self, cell: str, attributes: str) -> None:
        """Give an input an alignment, as attributes of XML."""
        self._restyle(cell, lambda xf: re.sub("<alignment [^>]*/>", f"<alignment {attributes}/>", xf))

    def merge(self, sheet: str, area: str) -> None:
        """Merge an area of a sheet."""
        name = _SHEETS[sheet]
        self.parts[name] = self.parts[name].replace("</mergeCells>", f'<mergeCell ref="{area}"/></mergeCells>')

    def put_words(self, words: Mapping[tuple[str, str], str]) -> None:
        """Write other printed words into cells, by sheet and address; "" leaves a cell empty."""
        for (sheet, address), text in words.items():
            content = f' t="inlineStr"><is><t>{escape(text)}</t></is></c>' if text else "/>"
            name = _SHEETS[sheet]
            pattern = rf'(<c r="{address}"(?: s="\d+")?) t="s"><v>\d+</v></c>'
            self.parts[name], count = re.subn(pattern, rf"\g<1>{content}", self.parts[name])
            assert count == 1, (sheet, address)

    def _put(self, cell: str, kind: str, content: str) -> None:
        place = PLAN.find_figure(cell)
        name = _SHEETS[place.sheet]
        pattern = rf'<c r="{place.address}"( s="\d+")?(?: t="\w+")?(?:/>|>.*?</c>)'
        self.parts[name], count = re.subn(
            pattern, lambda found: f'<c r="{place.address}"{found[1] or ""}{kind}>{content}</c>', self.parts[name]
        )
        assert count == 1, cell

    def _restyle(self, cell: str, change: Callable[[str], str]) -> None:
        place = PLAN.find_figure(cell)
        name = _SHEETS[place.sheet]
        found = re.search(rf'<c r="{place.address}" s="(\d+)"', self.parts[name])
        assert found, cell
        start, end = re.search("<cellXfs", self.parts[_STYLES]), self.parts[_STYLES].index("</cellXfs>")
        assert start
        old = _FORMATS.findall(self.parts[_STYLES][start.end() : end])[int(found[1])]
        new = re.sub(r' apply(?:NumberFormat|Font)="1"', "", change(old))
        number = self._append("cellXfs", new.replace("<xf ", '<xf applyNumberFormat="1" applyFont="1" ', 1))
        self.parts[name] = self.parts[name].replace(found[0], f'<c r="{place.address}" s="{number}"')

    def _append(self, table: str, element: str) -> int:
        """Append an element to a table of the styles; return its number."""
        styles = self.parts[_STYLES]
        found = re.search(rf'<{table} count="(\d+)"', styles)
        assert found, table
        number = int(found[1])
        styles = styles.replace(found[0], f'<{table} count="{number + 1}"')
        self.parts[_STYLES] = styles.replace(f"</{table}>", f"{element}</{table}>")
        return number
