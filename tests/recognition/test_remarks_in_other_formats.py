"""Comments, boxes, pictures and narrow columns in .ods and .xls, as LibreOffice writes them."""

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image

from tests.mangling.good import good
from tests.recognition.test_shapes import (
    SHEET,
    WHITE_FILL,
    anchor,
    draw,
    drawing_of,
    notes,
    problems,
    review_saved,
    shape,
)

PIXEL = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xff\xff?\0"
    b"\x05\xfe\x02\xfeA\xe2&\xb5\0\0\0\0IEND\xaeB`\x82"
)


def with_remarks() -> bytes:
    """A comment, three boxes and a column with room for few digits on one sheet, a picture on another."""
    book = openpyxl.load_workbook(BytesIO(good()))
    sheet = book["表三"]
    sheet["E9"].comment = Comment("应为三百", "甲")
    sheet["I9"] = 12345
    columns = sheet.column_dimensions
    columns["D"].max, columns["I"].width, columns["J"].width = 8, 2, columns["D"].width
    picture = Image(BytesIO(PIXEL))
    picture.width, picture.height = 500, 40
    book["表二"].add_image(picture, "B6")
    stream = BytesIO()
    book.save(stream)
    boxes = (
        anchor((3, 0, 6, 0), (4, 0, 7, 0), "99"),
        anchor((3, 0, 7, 0), (4, 0, 8, 0), "").replace("<x:sp></x:sp>", shape(WHITE_FILL)),
        anchor((4, 0, 7, 0), (5, 0, 8, 0), "").replace("<x:sp></x:sp>", shape()),
        anchor((11, 0, 6, 0), (14, 0, 9, 0), "此处填错了"),
    )
    return draw(stream.getvalue(), SHEET, drawing_of(*boxes))


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_what_lies_over_and_beside_figures__is_told_in_every_format(kind: str, tmp_path: Path) -> None:
    item = review_saved(with_remarks(), tmp_path, kind)
    over = [problem for problem in problems(item) if "上面盖着" in problem]
    assert [problem.partition("“")[0] for problem in over] == ["表三!D7", "表三!D8"]
    assert "写有“99”的文本框" in over[0]
    assert "不透明的文本框" in over[1]
    told = notes(item)
    assert "应为三百”" in told["remark.comment"]
    assert "E9“" in told["remark.comment"]
    assert "L7“此处填错了”" in told["remark.text_box"]
    assert "“表二”页有" in told["place.picture"]
    assert "（B6:D" in told["place.picture"]
    assert "（I9）所在的列太窄" in told["place.narrow"]


@pytest.mark.office
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_template_saved_in_another_format__no_remark(kind: str, tmp_path: Path) -> None:
    item = review_saved(good(), tmp_path, kind)
    assert problems(item) == []
    assert not {"remark.comment", "remark.text_box", "place.picture", "place.narrow"} & set(notes(item))
