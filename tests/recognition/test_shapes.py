"""What hides figures and printed words: a text box over a figure, words in white or struck out."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font

from tests.judges import recalculate
from tests.mangling.good import ABOUT, good
from xltool.commands.check import review_files
from xltool.messages import catalogue
from xltool.model.consolidation import ReviewedFile
from xltool.model.form import Severity
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.spreadsheet.raw_workbook import SheetShape

SHEET = 4  # 表三
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DRAWN = "http://schemas.openxmlformats.org/drawingml/2006"
RELATION = f'<Relationship Id="rId9" Type="{OFFICE}/drawing" Target="/xl/drawings/drawing9.xml"/>'
RELATIONS = f'<Relationships xmlns="{PACKAGE}/relationships">{RELATION}</Relationships>'


BEHIND = "(<pageSetup[^>]*/>(?:<headerFooter>.*?</headerFooter>)?)"


def anchor(first: tuple[int, int, int, int], last: tuple[int, int, int, int], text: str) -> str:
    """A text box between two corners, each as column, offset, row, offset counted from 0."""
    corners = (
        f"<x:{name}><x:col>{corner[0]}</x:col><x:colOff>{corner[1]}</x:colOff>"
        f"<x:row>{corner[2]}</x:row><x:rowOff>{corner[3]}</x:rowOff></x:{name}>"
        for name, corner in (("from", first), ("to", last))
    )
    body = f"<x:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></x:txBody>" if text else ""
    return f"<x:twoCellAnchor>{''.join(corners)}<x:sp>{body}</x:sp><x:clientData/></x:twoCellAnchor>"


def drawing_of(*anchors: str) -> str:
    """A drawing with these shapes."""
    return f'<x:wsDr xmlns:x="{DRAWN}/spreadsheetDrawing" xmlns:a="{DRAWN}/main">{"".join(anchors)}</x:wsDr>'


def draw(data: bytes, sheet: int, drawing: str, behind: str = BEHIND) -> bytes:
    """The workbook with a drawing on a sheet, by its number."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        relations = f"xl/worksheets/_rels/sheet{sheet}.xml.rels"
        before = old.read(relations).decode() if relations in old.namelist() else ""
        for name in old.namelist():
            if name == relations:
                continue
            content = old.read(name)
            if name == f"xl/worksheets/sheet{sheet}.xml":
                text, count = re.subn(
                    behind,
                    rf'\1<drawing xmlns:r="{OFFICE}" r:id="rId9"/>',
                    content.decode(),
                    flags=re.DOTALL,
                )
                assert count == 1
                content = text.encode()
            if name == "[Content_Types].xml":
                kind = "application/vnd.openxmlformats-officedocument.drawing+xml"
                part = f'<Override PartName="/xl/drawings/drawing9.xml" ContentType="{kind}"/></Types>'
                content = content.decode().replace("</Types>", part).encode()
            new.writestr(name, content)
        new.writestr(relations, before.replace("</Relationships>", RELATION + "</Relationships>") or RELATIONS)
        new.writestr("xl/drawings/drawing9.xml", drawing)
    return stream.getvalue()


def review_saved(data: bytes, tmp_path: Path, kind: str = "xlsx") -> ReviewedFile:
    """A workbook as it is checked; of another kind than .xlsx, as LibreOffice saves it."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    if kind != "xlsx":
        (tmp_path / "out").mkdir()
        path = recalculate(path, tmp_path / "out", kind)
    return review_files(ABOUT, path)[0]


def review(tmp_path: Path, *anchors: str) -> ReviewedFile:
    return review_saved(draw(good(), SHEET, drawing_of(*anchors)), tmp_path)


def problems(item: ReviewedFile) -> list[str]:
    return [catalogue.render_problem(each) for each in item.findings if each.severity is Severity.MUST_FIX]


def test_text_box_over_a_figure__both_are_quoted_and_none_counts(tmp_path: Path) -> None:
    item = review(tmp_path, anchor((3, 0, 6, 0), (4, 0, 7, 0), "99"))
    (problem,) = problems(item)
    assert problem.startswith(
        "表三!D7“一、本年新收政府信息公开申请数量”自然人存的是“88”，上面盖着一个写有“99”的文本框或图形，没有计入。"
    )
    assert item.submission
    assert item.submission.values["requests.received.natural_person"] is None


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ((3, 0, 6, 0), (4, 0, 7, 0), ""),  # an empty frame, a picture
        ((3, 500_000, 6, 0), (4, 100_000, 7, 0), "99"),  # over the edge of two cells
        ((11, 0, 6, 0), (14, 0, 9, 0), "99"),  # beside the table
        ((0, 0, 0, 0), (9, 0, 1, 0), "99"),  # over the title
    ],
)
def test_shape_that_hides_no_figure__is_not_told(
    first: tuple[int, int, int, int], last: tuple[int, int, int, int], text: str, tmp_path: Path
) -> None:
    assert problems(review(tmp_path, anchor(first, last, text))) == []


@pytest.mark.parametrize("font", [Font(color="FFFFFFFF"), Font(strike=True), Font(size=1)])
def test_printed_word_that_nobody_sees__is_told(font: Font, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(good()))
    book["表三"]["D5"].font = font
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert [each.code for each in review_files(ABOUT, path)[0].findings if each.severity is Severity.MUST_FIX] == [
        "label.changed"
    ]


def test_text_box_at_one_cell__ends_by_the_sizes_of_its_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.column_dimensions["B"].width, sheet.column_dimensions["C"].hidden = 40, True
    sheet.row_dimensions[2].height = 60
    content = BytesIO()
    book.save(content)
    begin = anchor((1, 0, 1, 0), (1, 0, 1, 0), "99").replace("twoCellAnchor", "oneCellAnchor")
    boxes = (
        re.sub("<x:to>.*</x:to>", f'<x:ext cx="{width}" cy="{height}"/>', begin)
        for width, height in ((1_200_000, 300_000), (1_500_000, 400_000), (3_100_000, 840_000))
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(draw(content.getvalue(), 1, drawing_of(*boxes), "(</sheetData>)"))
    assert [shape.area for shape in open_workbook(path).sheets[0].shapes] == ["", "B2:B2", "B2:D2"]


def test_shapes_in_groups__lie_where_each_says(tmp_path: Path) -> None:
    def frame(name: str, *boxes: tuple[int, int, int, int]) -> str:
        edges = zip(boxes, (("off", "ext"), ("chOff", "chExt")), strict=False)
        stated = (f'<a:{at} x="{x}" y="{y}"/><a:{size} cx="{cx}" cy="{cy}"/>' for (x, y, cx, cy), (at, size) in edges)
        return f"<x:{name}><a:xfrm>{''.join(stated)}</a:xfrm>{WHITE_FILL if name == 'spPr' else ''}</x:{name}>"

    def child(box: tuple[int, int, int, int], text: str = "") -> str:
        body = f"<x:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></x:txBody>" if text else ""
        return f"<x:sp>{frame('spPr', box)}{body}</x:sp>"

    inner = frame("grpSpPr", (0, 100, 50, 100), (0, 0, 10, 10)) + child((0, 5, 10, 5), "应为3")
    outer = frame("grpSpPr", (7, 7, 9, 9), (0, 0, 100, 200)) + child((50, 0, 50, 100)) + f"<x:grpSp>{inner}</x:grpSp>"
    unplaced = "<x:sp><x:txBody><a:p><a:r><a:t>甲</a:t></a:r></a:p></x:txBody></x:sp>"
    hidden = '<x:grpSp><x:nvGrpSpPr><x:cNvPr id="1" name="a" hidden="1"/></x:nvGrpSpPr>' + inner + "</x:grpSp>"
    box = anchor((1, 0, 1, 0), (3, 0, 5, 0), "").replace(
        "<x:sp></x:sp>", f"<x:grpSp>{outer}{unplaced}{hidden}</x:grpSp>"
    )
    content = BytesIO()
    openpyxl.Workbook().save(content)
    path = tmp_path / "a.xlsx"
    path.write_bytes(draw(content.getvalue(), 1, drawing_of(box), "(</sheetData>)"))
    assert open_workbook(path).sheets[0].shapes == (
        SheetShape("C2:C3", "", "C2"),
        SheetShape("B5:B5", "应为3", "B5"),
        SheetShape("", "甲", "B2"),
    )


@pytest.mark.parametrize(("width", "height", "told"), [(600_000, 240_000, ["表三!D7"]), (200_000, 240_000, [])])
def test_text_box_at_one_cell__by_its_size(width: int, height: int, told: list[str], tmp_path: Path) -> None:
    begin = anchor(*CELL_D7, "99").replace("twoCellAnchor", "oneCellAnchor")
    box = re.sub("<x:to>.*</x:to>", f'<x:ext cx="{width}" cy="{height}"/>', begin)
    assert [problem.split("“")[0] for problem in problems(review(tmp_path, box))] == told


def test_two_text_boxes__each_over_its_own_cells(tmp_path: Path) -> None:
    item = review(tmp_path, anchor((3, 0, 6, 0), (4, 0, 7, 0), "99"), anchor((4, 0, 8, 0), (9, 0, 9, 0), "作废"))
    assert [problem.split("“")[0] for problem in problems(item)] == ["表三!D7", "表三!E9:I9"]


@pytest.mark.parametrize("drawing", ["<x>", "no xml", "<x:wsDr xmlns:x='other'/>"])
def test_drawing_that_cannot_be_read__leaves_the_workbook_as_it_is(drawing: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(draw(good(), SHEET, drawing))
    assert problems(review_files(ABOUT, path)[0]) == []


WHITE_FILL = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
BY_STYLE = '<x:style><a:fillRef idx="1"><a:schemeClr val="accent1"/></a:fillRef></x:style>'
CELL_D7 = ((3, 0, 6, 0), (4, 0, 7, 0))


def shape(fill: str = "", style: str = "", geometry: str = "rect", hidden: str = "0") -> str:
    """A shape without a text."""
    name = f'<x:nvSpPr><x:cNvPr id="2" name="a" hidden="{hidden}"/></x:nvSpPr>'
    outline = f'<a:prstGeom prst="{geometry}"/>'
    return f"<x:sp>{name}<x:spPr>{outline}{fill}</x:spPr>{style}</x:sp>"


def placed(content: str) -> str:
    """An anchor over D7."""
    return anchor(*CELL_D7, "").replace("<x:sp></x:sp>", content)


def translucent(alpha: int) -> str:
    return f'<a:solidFill><a:srgbClr val="FFFFFF"><a:alpha val="{alpha}"/></a:srgbClr></a:solidFill>'


@pytest.mark.parametrize(
    "content",
    [
        shape(WHITE_FILL),
        shape(translucent(95_000)),
        shape("<a:gradFill/>"),
        shape(style=BY_STYLE),
        shape(WHITE_FILL, geometry="roundRect"),
    ],
)
def test_filled_shape_over_a_figure__not_counted(content: str, tmp_path: Path) -> None:
    item = review(tmp_path, placed(content))
    (problem,) = problems(item)
    assert problem.startswith(
        "表三!D7“一、本年新收政府信息公开申请数量”自然人存的是“88”，上面盖着一个不透明的文本框或图形，看不见，没有计入。"
    )
    assert item.submission
    assert item.submission.values["requests.received.natural_person"] is None


@pytest.mark.parametrize(
    "content",
    [
        shape(),
        shape("<a:noFill/>", BY_STYLE),
        shape(translucent(30_000)),
        shape(WHITE_FILL, geometry="frame"),
        shape(WHITE_FILL, hidden="1"),
        shape(style='<x:style><a:fillRef idx="0"/></x:style>'),
        '<x:pic><x:blipFill><a:blip><a:alphaModFix amt="30000"/></a:blip></x:blipFill></x:pic>',
    ],
)
def test_shape_that_is_seen_through__says_nothing(content: str, tmp_path: Path) -> None:
    item = review(tmp_path, placed(content))
    assert {each.code for each in item.findings} == {each.code for each in review(tmp_path).findings}


def test_filled_shape_over_a_cell_without_content__leaves_it_blank(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(good()))
    book["表三"]["D7"].value = None
    stream = BytesIO()
    book.save(stream)
    path = tmp_path / "a.xlsx"
    path.write_bytes(stream.getvalue())
    before = [each.code for each in review_files(ABOUT, path)[0].findings]
    path.write_bytes(draw(stream.getvalue(), SHEET, drawing_of(placed(shape(WHITE_FILL)))))
    assert [each.code for each in review_files(ABOUT, path)[0].findings] == before


@pytest.mark.parametrize("content", ["<x:pic/>", "<x:graphicFrame/>"])
def test_picture_or_chart_over_a_figure__told_and_counted(content: str, tmp_path: Path) -> None:
    item = review(tmp_path, placed(content))
    assert problems(item) == []
    assert "“表三”页有 1 个数（D7）上面盖着图片或图表，可能看不见，按存的数读取。" in notes(item)["place.picture"]
    assert item.submission
    assert item.submission.values["requests.received.natural_person"] == 88


def notes(item: ReviewedFile) -> dict[str, str]:
    return {each.code: catalogue.render_problem(each) for each in item.findings if each.severity is Severity.NOTE}


@pytest.mark.parametrize("text", ["←应为300", "填错了", "此处300", "已改"])
def test_text_box_beside_a_figure__told_with_its_cell(text: str, tmp_path: Path) -> None:
    item = review(tmp_path, anchor((11, 0, 6, 0), (14, 0, 9, 0), text))
    assert problems(item) == []
    assert f"表三有 1 个文本框写着数字或更正的话（L7“{text}”）" in notes(item)["remark.text_box"]


def test_text_box_with_other_words__says_nothing(tmp_path: Path) -> None:
    assert "remark.text_box" not in notes(review(tmp_path, anchor((11, 0, 6, 0), (14, 0, 9, 0), "审核人意见")))


def commented(text: str, author: str = "甲") -> bytes:
    book = openpyxl.load_workbook(BytesIO(good()))
    book["表三"]["D7"].comment = Comment(text, author)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("应为300，填错了", "D7“应为300，填错了”"),
        ("甲:\n应为三百", "D7“应为三百”"),
        ("[Threaded comment]\n\nhttps://go.microsoft.com/fwlink/?linkid=870924\n\nComment:\n    300", "300"),
    ],
)
def test_comment_about_a_figure__told_with_its_cell(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(commented(text))
    item = review_files(ABOUT, path)[0]
    assert problems(item) == []
    told = notes(item)["remark.comment"]
    assert said in told
    assert "linkid" not in told
    assert item.submission
    assert item.submission.values["requests.received.natural_person"] == 88


@pytest.mark.parametrize("text", ["已核对", "7科:\n已核对"])
def test_comment_with_other_words__says_nothing(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(commented(text, "7科"))
    assert "remark.comment" not in notes(review_files(ABOUT, path)[0])


@pytest.mark.office
def test_saved_by_libreoffice__comment_told_and_no_shape_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(commented("应为300"))
    (tmp_path / "out").mkdir()
    item = review_files(ABOUT, recalculate(tmp_path / "a.xlsx", tmp_path / "out", "xlsx"))[0]
    assert problems(item) == []
    assert set(notes(item)) & {"remark.comment", "remark.text_box", "place.picture"} == {"remark.comment"}


@pytest.mark.office
def test_template_saved_by_libreoffice__no_remark(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(good())
    (tmp_path / "out").mkdir()
    item = review_files(ABOUT, recalculate(tmp_path / "a.xlsx", tmp_path / "out", "xlsx"))[0]
    assert not {"remark.comment", "remark.text_box", "place.picture"} & set(notes(item))


DISCLOSURE_SHEET = 3  # 表二, whose figures stand in merged ranges such as B13:D13


@pytest.mark.parametrize(("column", "is_hidden"), [(1, True), (2, True), (3, True), (4, False)])
def test_box_over_a_part_of_a_merged_range__its_figure_is_not_counted(
    column: int, *, is_hidden: bool, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    box = anchor((column, 0, 12, 0), (column + 1, 0, 13, 0), "999")
    path.write_bytes(draw(good(), DISCLOSURE_SHEET, drawing_of(box)))
    found = problems(review_files(ABOUT, path)[0])
    assert [problem.startswith("表二!B13") and "999" in problem for problem in found] == [True] * is_hidden


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        *((text, True) for text in ("少报两件，待补", "实际是三百", "此数不准，待核实", "先估一个", "应为 300", "300")),
        *(
            (text, False)
            for text in ("填表人张三 13812345678", "电话 0527-84368888", "2025年起按新口径统计", "已与台账核对")
        ),
        *((text, False) for text in ("2025年3月1日填报", "按实际情况填写", "环境影响评估科")),
    ],
)
def test_comment__is_told_where_it_may_mean_another_figure(text: str, *, is_told: bool, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(good()))
    book["表三"]["D7"].comment = Comment(text, "")
    path = tmp_path / "a.xlsx"
    book.save(path)
    codes = [finding.code for finding in review_files(ABOUT, path)[0].findings]
    assert ("remark.comment" in codes) is is_told
