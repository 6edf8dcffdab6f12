"""No sentence of a report is lost or cut: hard-wrapped lines, commas, text beside tables, text without a heading."""

import html
import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.published import layouts
from xltool.forms.load_definitions import load_forms
from xltool.model.published import PublishedReport
from xltool.published.read_report import read_report

FORMS = load_forms()
FORM = FORMS[-1]
ZEROS = layouts.made_up(FORM, seed=0)
REPORTS = Path(__file__).resolve().parents[1] / "data" / "reports"
PARAGRAPHS = (
    "2024年，我局坚持稳中求进，按照县委、县政府决策部署和工作要求，严格落实条例各项规定，规范审查程序，建立健全保密审查机制。",
    "（一）依申请公开情况。定期对政府信息公开申请集中的领域和热点问题进行研判，着力强化与申请人的直接沟通，提高及时性和针对性；"
    "全年共收到政府信息公开申请99件，办结99件，均按时答复，没有发生投诉，与群众密切相关的事项，不断修改完善，合格率为100%。",
    "对新上岗人员开展指导，定期组织业务培训，并通报检查结果，督促及时整改，提高工作人员的能力和水平。",
)


def read(folder: Path, text: str, name: str = "report.txt") -> PublishedReport:
    (folder / name).write_text(text, "utf-8")
    return read_report(folder / name, FORMS)


def joined(texts: tuple[str, ...]) -> str:
    return "".join("".join(texts).split())


def wrapped(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


@pytest.mark.parametrize("width", [18, 22, 28, 33, 60])
@pytest.mark.parametrize("indent", ["", "　　"])
def test_prose__hard_wrapped__the_same_paragraphs(width: int, indent: str, tmp_path: Path) -> None:
    lines = layouts.lines(layouts.parts(FORM, ZEROS)).split("\n")
    first, second = (lines.index(section.heading) for section in FORM.sections[:2])
    body = [line for text in PARAGRAPHS for line in wrapped(indent + text, width)]
    found = read(tmp_path, "\n".join([*lines[: first + 1], *body, *lines[second:]]))
    assert joined(found.texts["overview"]) == "".join(PARAGRAPHS)
    if width > 18:
        assert tuple("".join(text.split()) for text in found.texts["overview"]) == PARAGRAPHS


@pytest.mark.parametrize("separator", ["，", ",", "；"])
def test_prose__lines_that_end_in_commas__are_no_rows(separator: str, tmp_path: Path) -> None:
    lines = layouts.lines(layouts.parts(FORM, ZEROS)).split("\n")
    first, second = (lines.index(section.heading) for section in FORM.sections[:2])
    body = [f"规范程序{separator}建立机制{number}{separator}" for number in "一二三四五六七八九十"]
    found = read(tmp_path, "\n".join([*lines[: first + 1], *body, "共10项。", *lines[second:]]))
    assert joined(found.texts["overview"]) == "".join([*body, "共10项。"])


@pytest.mark.parametrize("name", ["page.html", "report.txt"])
@pytest.mark.parametrize("section", [section.id for section in FORM.sections[1:4]])
@pytest.mark.parametrize("below", [False, True])
def test_prose__beside_a_table__stands_in_its_section(section: str, name: str, *, below: bool, tmp_path: Path) -> None:
    text = "2024年，未发生行政复议、行政诉讼，全年办理行政许可8件。"
    parts = _with_text(section, text, below=below)
    content = layouts.page(parts) if name == "page.html" else layouts.lines(parts)
    found = read(tmp_path, content, name)
    assert found.texts[section] == (text,)
    assert {cell: figure.value for cell, figure in found.figures.items()} == {
        cell: Decimal(figure) for cell, figure in ZEROS.items()
    }


@pytest.mark.parametrize("glue", ["", " "])
@pytest.mark.parametrize("section", [section.id for section in FORM.sections[1:4]])
@pytest.mark.parametrize("below", [False, True])
def test_prose__in_one_line_with_the_table__stands_in_its_section(
    section: str, glue: str, *, below: bool, tmp_path: Path
) -> None:
    text = "2024年，未发生行政复议、行政诉讼，全年办理行政许可8件。"
    parts = _with_text(section, text, below=below)
    content = layouts.spaced(parts) if glue else layouts.glued(parts)
    assert read(tmp_path, glue.join(content.split("\n"))).texts[section] == (text,)


def _with_text(section: str, text: str, *, below: bool) -> layouts.Report:
    """A report with a paragraph under the heading of a section, or below its table."""
    parts: layouts.Report = []
    for part in layouts.parts(FORM, ZEROS):
        parts.append(part)
        heading = next((item for item in FORM.sections if item.heading == part.text), None)
        if heading and heading.id == section and not below:
            parts.append(layouts.Part("text", text))
        table = next((item for item in FORM.tables if part.rows and part.rows == _rows(item.id)), None)
        if table and table.section == section and below:
            parts.append(layouts.Part("text", text))
    return parts


def _rows(table: str) -> tuple[tuple[layouts.Spot, ...], ...]:
    own = next(item for item in FORM.tables if item.id == table)
    return tuple(map(tuple, layouts.grid(own, ZEROS)))


def test_prose__without_its_heading__is_that_of_the_first_section(tmp_path: Path) -> None:
    first = FORM.sections[0].heading
    parts = [part for part in layouts.parts(FORM, ZEROS) if part.text != first]
    texts = read(tmp_path, layouts.page(parts), "page.html").texts
    assert texts["overview"][-1].startswith("本机关认真做好")


def test_prose__in_a_cell_of_the_page__is_kept(tmp_path: Path) -> None:
    page = layouts.page(layouts.parts(FORM, ZEROS))
    body = page.index("<body>") + len("<body>")
    table = f"{page[:body]}<table><tr><td>{page[body:]}".replace("</body>", "</td></tr></table></body>")
    assert read(tmp_path, table, "page.html").texts == read(tmp_path, page, "plain.html").texts


def test_prose__after_a_list_of_titles_at_the_end__is_kept(tmp_path: Path) -> None:
    last = FORM.sections[-1].heading
    listed = [f"《云河市关于第{number}件事的通知》" for number in "一二三四五"]
    said = ["本年度印发的文件如下。", *listed, "以上文件均已在网站公开，公众可以查阅。"]
    page = layouts.page(layouts.parts(FORM, ZEROS))
    after = "".join(f"<p>{line}</p>" for line in [last, *said])
    head, found, _ = page.rpartition(last)
    assert found
    content = page[: page.rindex("<", 0, len(head))] + after + "</body></html>"
    assert read(tmp_path, content, "page.html").texts[FORM.sections[-1].id] == tuple(said)


FILES = sorted(REPORTS.glob("*/raw.*"))


def printed(path: Path) -> str:
    """The characters a file shows, without white space and page numbers: a PDF those of its text."""
    text = (path.with_suffix(".txt") if path.suffix == ".pdf" else path).read_text("utf-8")
    if path.suffix == ".js":
        text = html.unescape(re.sub("<[^>]*>", "\n", text.replace('\\"', '"')))
    lines = [line for line in text.splitlines() if not re.fullmatch(r"\W*\d{1,3}\W*", line)]
    return "".join("".join(lines).split())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}{path.suffix}")
def test_prose__of_every_report_at_hand__no_character_is_lost(path: Path) -> None:
    found, shown = read_report(path, FORMS), printed(path)
    for paragraphs in found.texts.values():
        for paragraph in paragraphs:
            text = "".join(paragraph.split())
            assert text in shown
            shown = shown.replace(text, "\n", 1)
    opening = shown.partition("\n")[0]
    heading = next((item.heading for item in FORM.sections if item.heading in opening), "\n")
    left = [sentence for line in shown.partition(heading)[2].split("\n") for sentence in line.split("。")[:-1]]
    assert [sentence for sentence in left if "信息处理费情况为" not in sentence] == []  # these figures are cells


def test_prose__reports_at_hand__of_every_kind() -> None:
    assert {path.suffix for path in FILES} == {".txt", ".pdf", ".js"}
    assert sum(bool(read_report(path, FORMS).texts) for path in FILES) >= 11
