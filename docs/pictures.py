"""Makes the pictures of the guides from real output: the demo, published reports, and what comes of them.

python docs/pictures.py        needs soffice, chromium, pdftoppm, pdftotext; writes docs/images/
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import openpyxl
from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from xltool.cli.sample_ledgers import load_sample_lines  # noqa: E402 - of this tree
from xltool.ledger.ledger_definition import load_ledger_definition  # noqa: E402

IMAGES = ROOT / "docs" / "images"
REPORTS = ROOT / "tests" / "data" / "reports"
DOTS = 80  # an inch
COLOURS = 48
ROOM = 12  # dots between pictures side by side, and around what is cut out

# What a district may write into the workbook given with --texts; figures are filled in when it is published.
OVERVIEW = (
    "{year}年，全市各级行政机关认真贯彻落实《中华人民共和国政府信息公开条例》，扎实做好政府信息公开各项工作。",
    "（一）依申请公开情况",
    "全市共收办政府信息公开申请{收办}件，其中新收{requests.received.total}件、上年结转{requests.carried_in.total}件；"
    "予以公开{表三!J9}件，不予公开{不予公开}件，无法提供{无法提供}件；结转下年度继续办理{requests.carried_out.total}件。",
)
PROBLEMS = ("一是部分单位答复文书不够规范；二是政策解读形式较为单一。下一步将加强培训和检查。",)

Area = tuple[int, int, int, int]  # left, top, width, height in dots


class Shot(NamedTuple):
    """A part of a printed page of the demo: the first page that says ``words``, the last one where none are given."""

    name: str
    workbook: str
    words: str
    area: Area = (0, 0, 0, 0)


SHOTS = (
    Shot("template-cover", "下发的模板/329907*.xlsx", "填报说明与报送信息", (0, 0, 662, 640)),
    Shot("template-requests", "下发的模板/329907*.xlsx", "申请人情况", (0, 0, 662, 860)),
    Shot("template-controls", "展开/329907.xlsx", "各行总计", (40, 50, 870, 560)),
    Shot("marked-requests", "退回/329908*.xlsx", "申请人情况", (0, 0, 662, 780)),
    Shot("marked-list", "退回/329908*.xlsx", "", (0, 40, 936, 210)),
    Shot("summary-overview", "2025年度汇总.xlsx", "2025年", (0, 0, 662, 790)),
)


def main() -> None:
    """Runs everything and takes the pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        demo = scratch / "demo"
        xltool("demo", "-o", demo)
        xltool("check", demo / "收回的报表", "--roster", demo / "名册.csv", "--return", demo / "退回")
        (demo / "展开").mkdir()
        unfolded(one(demo / "下发的模板", "329907*.xlsx"), demo / "展开" / "329907.xlsx")
        for shot in SHOTS:
            pdf = printed(one(demo, shot.workbook), scratch)
            picture = page(pdf, page_saying(pdf, shot.words))
            keep(shot.name, cut(picture, shot.area) if any(shot.area) else trimmed(picture))
        overview(demo, scratch)
        reports(scratch)
        district(demo, scratch)
        ledgers(scratch)


def overview(demo: Path, scratch: Path) -> None:
    """The page of a sum, and on it the card of one agency; without scripts, which the pictures do not need."""
    html = scratch / "overview.html"
    previous = demo / "2024年度汇总.xlsx"
    returns = (demo / "收回的报表", "--roster", demo / "名册.csv", "--previous", previous)
    xltool("merge", *returns, "-o", scratch / "overview.xlsx", "--html", html)
    keep("overview-district", cut(screen(html, 1180, 900), (0, 0, 1180, 900)))
    keep("overview-phone", screen(html, 500, 900))  # the least width of a window of Chromium


def reports(scratch: Path) -> None:
    """A town's report, from the text that was published to the pages of ours, and one beside what was published."""
    town = published(REPORTS / "zhangjiawan-2025" / "raw.txt", "张家湾镇人民政府", scratch / "town")
    pdf = town.with_suffix(".pdf")
    for name, words in (("title", "一、总体情况"), ("disclosure", "二、主动公开"), ("requests", "三、收到和处理")):
        keep(f"report-{name}", page(pdf, page_saying(pdf, words)))
    xltool("publish", one(town.parent, "*.xlsx"), "-o", scratch / "town.html")
    keep("report-web", cut(screen(scratch / "town.html", 900, 3400), (100, 1800, 700, 958)))
    web = (scratch / "town.html").read_text("utf-8")
    changed = scratch / "changed.html"
    changed.write_text(web.replace(">294<", ">249<").replace("联络员多为兼职", "联络员都是兼职"), "utf-8")
    xltool("compare", one(town.parent, "*.xlsx"), changed, "--html", scratch / "differences.html")
    keep("report-differences", trimmed(screen(scratch / "differences.html", 860, 1800)))

    original = REPORTS / "hongze-2024" / "raw.pdf"  # as a district published it: its table 三 runs over two pages
    torn = [cut(page(original, number), area) for number, area in ((3, (0, 396, 662, 462)), (4, (0, 87, 662, 240)))]
    ours = cut(page(pdf, page_saying(pdf, "三、收到和处理")), (0, 90, 662, 700))
    keep("report-beside", beside([trimmed(above_another(torn)), trimmed(ours)]))


def district(demo: Path, scratch: Path) -> None:
    """The report of a district, from its consolidated workbook."""
    words = scratch / "words.xlsx"
    book = openpyxl.load_workbook(one(demo / "下发的模板", "329901*.xlsx"))
    for section, paragraphs in (("一 总体情况", OVERVIEW), ("五 问题改进", PROBLEMS), ("六 其他事项", ("无。",))):
        sheet = book[section]
        open_rows = (row for row in range(7, sheet.max_row) if not sheet.cell(row, 1).protection.locked)
        for row, paragraph in zip(open_rows, paragraphs, strict=False):
            sheet.cell(row, 1, paragraph)
    book.save(words)
    report = scratch / "district.docx"
    summary = demo / "2024年度汇总.xlsx"
    xltool("publish", summary, "--texts", words, "-o", report, "--pdf", "--include-flawed")
    pages = [page(report.with_suffix(".pdf"), number) for number in (1, 2, 3)]
    keep("report-district", beside(pages))


def ledgers(scratch: Path) -> None:
    """A ledger with invented lines of the months before today: it says how many days are left."""
    roster = scratch / "ledger.csv"
    roster.write_text("代码,名称\n329908,示例二镇人民政府\n", "utf-8")
    today = date.today()
    xltool("ledger", "new", "--year", today.year, "--lines", 40, "--roster", roster, "-o", scratch / "ledger")
    workbook = one(scratch / "ledger", "*.xlsx")
    typed_lines(workbook, today)
    pdf = printed(workbook, scratch)
    for name, words, area in (
        ("requests", "政府信息公开申请台账", (40, 40, 758, 430)),
        ("reminders", "在办申请提醒", (30, 40, 602, 360)),
        ("statistics", "政府信息公开申请统计", (30, 40, 880, 520)),
        ("table", "申请人情况", (0, 40, 662, 700)),
    ):
        keep(f"ledger-{name}", trimmed(cut(page(pdf, page_saying(pdf, words)), area)))


def typed_lines(workbook: Path, today: date) -> None:
    """Types the lines of the sample into a ledger, moved so that the last one was received today."""
    book = openpyxl.load_workbook(workbook)
    rows = [row for row in load_sample_lines()["329908", 2025] if str(row["number"]).startswith("2025")]
    shift = timedelta(days=(today - rows[-1]["received"]).days)
    places = {column.id: number for number, column in enumerate(load_ledger_definition().requests, start=1)}
    for at, row in enumerate(rows):
        ended = ("closed", "result") if at >= len(rows) - 6 else ()
        for id, content in row.items():
            moved = content + shift if isinstance(content, date) else content
            if id not in ended and not (isinstance(moved, date) and moved > today):
                book["台账"].cell(5 + at, places[id], f"{today.year}-{at + 1:03d}" if id == "number" else moved)
    book.save(workbook)


# --- from a file to a picture --------------------------------------------------------------------------------------


def xltool(*words: object) -> None:
    """Runs a command; that something must be looked at is no failure."""
    command = [sys.executable, "-c", "from xltool.cli.main import main; main()", *map(str, words)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode in {0, 1}


def published(report: Path, agency: str, folder: Path) -> Path:
    """A published report, imported and published again as a document and a PDF."""
    folder.mkdir()
    roster = folder / "roster.csv"
    roster.write_text(f"代码,名称\n1,{agency}\n", "utf-8")
    xltool("import", report, "--roster", roster, "-o", folder / "imported")
    workbook = one(folder / "imported", "1 *.xlsx")
    shutil.copy(workbook, folder)
    xltool("publish", workbook, "-o", folder / "report.docx", "--pdf", "--include-flawed")
    return folder / "report.docx"


def unfolded(template: Path, copy: Path) -> None:
    """A copy of a template in which the rows of 核对数 are shown, as after a click on each +."""
    book = openpyxl.load_workbook(template)
    for row in book["核对数"].row_dimensions.values():
        row.hidden = row.collapsed = False
        row.outlineLevel = 0
    book.save(copy)


def one(folder: Path, pattern: str) -> Path:
    """The one file that fits."""
    (found,) = folder.glob(pattern)
    return found


def printed(workbook: Path, scratch: Path) -> Path:
    """The workbook as LibreOffice prints it."""
    target = scratch / f"{workbook.parent.name}-{workbook.stem}"
    if not target.exists():
        profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
        command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(target), str(workbook)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    return target / f"{workbook.stem}.pdf"


def page_saying(pdf: Path, words: str) -> int:
    """The number of the first page on which these words stand; the last one for no words."""
    told = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    pages = ["".join(each.split()) for each in told.split("\f")]
    return next(number for number, each in enumerate(pages, 1) if words in each) if words else len(pages) - 1


def page(pdf: Path, number: int) -> Image.Image:
    """One page."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "page"
        command = ["pdftoppm", "-png", "-r", str(DOTS), "-f", str(number), "-l", str(number), "-singlefile"]
        subprocess.run([*command, str(pdf), str(target)], check=True)
        return Image.open(target.with_suffix(".png")).convert("RGB")


def screen(file: Path, width: int, height: int) -> Image.Image:
    """A page as Chromium shows it in a window of this size."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "screen.png"
        flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
        ]
        command = ["chromium", *flags, f"--window-size={width},{height}", f"--screenshot={target}", file.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return Image.open(target).convert("RGB")


def cut(picture: Image.Image, area: Area) -> Image.Image:
    """A part of a picture."""
    left, top, width, height = area
    return picture.crop((left, top, min(left + width, picture.width), min(top + height, picture.height)))


def trimmed(picture: Image.Image) -> Image.Image:
    """A picture without the empty paper around what stands on it."""
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox()
    left, top, right, bottom = box or (0, 0, *picture.size)
    inner = picture.crop((left, top, right, bottom))
    framed = Image.new("RGB", (inner.width + 2 * ROOM, inner.height + 2 * ROOM), "white")
    framed.paste(inner, (ROOM, ROOM))
    return framed


def beside(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures side by side on grey."""
    size = (sum(each.width + ROOM for each in pictures) + ROOM, max(each.height for each in pictures) + 2 * ROOM)
    whole, left = Image.new("RGB", size, "#b5b5b5"), ROOM
    for each in pictures:
        whole.paste(each, (left, ROOM))
        left += each.width + ROOM
    return whole


def above_another(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures of one width, one below the other."""
    whole, top = Image.new("RGB", (pictures[0].width, sum(each.height for each in pictures)), "white"), 0
    for each in pictures:
        whole.paste(each, (0, top))
        top += each.height
    return whole


def keep(name: str, picture: Image.Image) -> None:
    """Writes a picture in few colours: these are pages, and a repository keeps every one for good."""
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
