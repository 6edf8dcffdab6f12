"""What hides figures and printed words: a text box over a figure, words in white or struck out."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from tests.mangling.good import ABOUT, good
from xltool.commands.check import review_files
from xltool.messages import catalogue
from xltool.model.consolidation import ReviewedFile
from xltool.model.form import Severity

SHEET = 4  # 表三
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DRAWN = "http://schemas.openxmlformats.org/drawingml/2006"
RELATIONS = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId9" Type="{OFFICE}/drawing" Target="/xl/drawings/drawing9.xml"/></Relationships>'
)


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


def draw(data: bytes, sheet: int, drawing: str) -> bytes:
    """The workbook with a drawing on a sheet, by its number."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == f"xl/worksheets/sheet{sheet}.xml":
                text, count = re.subn(
                    "(<pageSetup[^>]*/>(?:<headerFooter>.*?</headerFooter>)?)",
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
        new.writestr(f"xl/worksheets/_rels/sheet{sheet}.xml.rels", RELATIONS)
        new.writestr("xl/drawings/drawing9.xml", drawing)
    return stream.getvalue()


def review(tmp_path: Path, *anchors: str) -> ReviewedFile:
    path = tmp_path / "a.xlsx"
    path.write_bytes(draw(good(), SHEET, drawing_of(*anchors)))
    return review_files(ABOUT, path)[0]


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


def test_two_text_boxes__each_over_its_own_cells(tmp_path: Path) -> None:
    item = review(tmp_path, anchor((3, 0, 6, 0), (4, 0, 7, 0), "99"), anchor((4, 0, 8, 0), (9, 0, 9, 0), "作废"))
    assert [problem.split("“")[0] for problem in problems(item)] == ["表三!D7", "表三!E9:I9"]


@pytest.mark.parametrize("drawing", ["<x>", "no xml", "<x:wsDr xmlns:x='other'/>"])
def test_drawing_that_cannot_be_read__leaves_the_workbook_as_it_is(drawing: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(draw(good(), SHEET, drawing))
    assert problems(review_files(ABOUT, path)[0]) == []
