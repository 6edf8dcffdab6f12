"""What is read from an .ods: values only, each as it is stored, wherever it stands."""

from pathlib import Path

from tests.spreadsheet.packages import zipped
from tests.spreadsheet.spreadsheets import ODS, ODS_CELL, ods_row, spreadsheet
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, StorageType


def read(tmp_path: Path, content: str, **more: str) -> RawSheet:
    path = tmp_path / "a.ods"
    path.write_bytes(zipped({"mimetype": ODS, "content.xml": content, **more}))
    book = open_workbook(path)
    assert (book.container, book.complete) == ("ods", False)
    return book.sheets[0]


def cells_of(tmp_path: Path, rows: str) -> dict[str, RawCell]:
    return dict(read(tmp_path, spreadsheet(rows)).cells)


def test_every_type_of_cell__stored_as_it_is(tmp_path: Path) -> None:
    cells = (
        '<t:table-cell o:value-type="float" o:value="7730.28"><x:p>7,730.28</x:p></t:table-cell>'
        '<t:table-cell o:value-type="percentage" o:value="0.5"><x:p>50%</x:p></t:table-cell>'
        '<t:table-cell o:value-type="boolean" o:boolean-value="true"><x:p>TRUE</x:p></t:table-cell>'
        '<t:table-cell o:value-type="date" o:date-value="2025-01-02"><x:p>2025</x:p></t:table-cell>'
        '<t:table-cell o:value-type="string" calcext:value-type="error" o:string-value=""><x:p>#DIV/0!</x:p>'
        "</t:table-cell>"
        '<t:table-cell t:formula="of:=1+1" o:value-type="float" o:value="2"><x:p>2</x:p></t:table-cell>'
        '<t:table-cell t:formula="of:=[.A1]"/>'
        '<t:table-cell o:value-type="string" o:string-value="原文"><x:p>显示</x:p></t:table-cell>'
    )
    assert [(cell.stored.value, cell.text, cell.formula) for cell in cells_of(tmp_path, ods_row(cells)).values()] == [
        ("number", "7730.28", None),
        ("number", "0.5", None),
        ("boolean", "1", None),
        ("date", "2025-01-02", None),
        ("error", "#DIV/0!", None),
        ("number", "2", "1+1"),
        ("empty", "", "A1"),
        ("text", "原文", None),
    ]


def test_text__paragraphs_spans_blanks_and_no_comments(tmp_path: Path) -> None:
    cell = (
        '<t:table-cell o:value-type="string"><o:annotation><x:p>批注</x:p></o:annotation><x:p>年<x:span>\n 报</x:span>'
        '<x:s x:c="3"/>a<x:tab/>b</x:p><x:p>二<x:line-break/>三</x:p></t:table-cell>'
    )
    assert cells_of(tmp_path, ods_row(cell)) == {"A1": RawCell(StorageType.TEXT, "年 报   a\tb\n二\n三")}


def test_places__repeated_covered_and_grouped(tmp_path: Path) -> None:
    twice = ODS_CELL.replace("/>", ' t:number-columns-repeated="2"/>')
    rows = (
        ods_row('<t:table-cell t:number-columns-repeated="2"/>' + twice)
        + f"<t:table-header-rows>{ods_row('<t:table-cell/>', 3)}</t:table-header-rows>"
        + f"<t:table-row-group><t:table-row-group>{ods_row(ODS_CELL, 2)}</t:table-row-group></t:table-row-group>"
        + ods_row(
            '<t:table-cell t:number-columns-spanned="2" t:number-rows-spanned="3"/>'
            '<t:covered-table-cell o:value-type="string"><x:p>遮住</x:p></t:covered-table-cell>'
        )
        + ods_row('<t:table-cell t:number-columns-repeated="16384"/>', 1_048_569)
    )
    found = read(tmp_path, spreadsheet(rows))
    assert {address: cell.text for address, cell in found.cells.items()} == {
        "C1": "1",
        "D1": "1",
        "A5": "1",
        "A6": "1",
        "B7": "遮住",
    }
    assert found.merged == ("A7:B9",)


def test_sheet__hidden_protected_and_free_of_what_was_deleted(tmp_path: Path) -> None:
    styles = (
        '<o:automatic-styles><s:style s:name="a"><s:table-properties t:display="false"/></s:style></o:automatic-styles>'
    )
    content = spreadsheet(ods_row(ODS_CELL), 't:name="表一" t:style-name="a" t:protected="true"', styles)
    content = content.replace("<o:spreadsheet>", f"<o:spreadsheet><t:tracked-changes>{ODS_CELL}</t:tracked-changes>")
    found = read(tmp_path, content)
    assert (found.name, found.state, found.protected) == ("表一", "hidden", True)
    assert list(found.cells) == ["A1"]


def test_hidden__rows_and_columns_that_nobody_sees(tmp_path: Path) -> None:
    columns = "<t:table-column t:number-columns-repeated='2'/><t:table-column t:visibility='collapse'/>"
    filtered = "<t:table-row t:visibility='filter' t:number-rows-repeated='2'/>"
    found = read(tmp_path, spreadsheet(columns + ods_row(ODS_CELL) + filtered + ods_row(ODS_CELL)))
    assert (found.hidden_rows, found.hidden_columns) == ((range(2, 4),), (range(3, 4),))


def test_ods_without_its_mimetype__told_by_its_manifest(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    manifest = f'<m:manifest xmlns:m="urn:m"><m:file-entry m:media-type="{ODS}"/></m:manifest>'
    path.write_bytes(zipped({"content.xml": spreadsheet(ods_row(ODS_CELL)), "META-INF/manifest.xml": manifest}))
    assert open_workbook(path).container == "ods"
