"""Makes the pictures of the guides from real output: the demo and what it sends back, printed by LibreOffice.

python docs/pictures.py        needs soffice, pdftoppm and pdfinfo; writes docs/images/
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
# picture, workbook of the demo, page of its print (0 is the last), and the part of the page (x, y, width, height at 80
# dots an inch)
PICTURES = (
    ("template-cover", "下发的模板/329907*.xlsx", 1, (0, 0, 662, 620)),
    ("template-requests", "下发的模板/329907*.xlsx", 4, (0, 0, 662, 860)),
    ("marked-requests", "退回/329908*.xlsx", 5, (0, 0, 662, 780)),
    ("marked-list", "退回/329908*.xlsx", 0, (0, 40, 936, 210)),
    ("summary-overview", "2025年度汇总.xlsx", 1, (0, 0, 662, 760)),
)


def main() -> None:
    """Runs the demo and prints it."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        demo = Path(scratch) / "demo"
        xltool("demo", "-o", demo)
        xltool("check", demo / "收回的报表", "--roster", demo / "名册.csv", "--return", demo / "退回")
        report = Path(scratch) / "report.docx"
        xltool("publish", next((demo / "收回的报表").glob("329907*.xlsx")), "-o", report, "--pdf")
        for name, page in (("report-title", 1), ("report-disclosure", 3), ("report-requests", 4)):
            picture(name, report.with_suffix(".pdf"), page, (0, 0, 662, 936))
        for name, pattern, page, area in PICTURES:
            (workbook,) = demo.glob(pattern)
            picture(name, printed(workbook, Path(scratch)), page, area)


def xltool(*words: object) -> None:
    """Runs a command; that something must be looked at is no failure."""
    command = [sys.executable, "-c", "from xltool.cli import main; main()", *map(str, words)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode in {0, 1}


def printed(workbook: Path, scratch: Path) -> Path:
    """The workbook as LibreOffice prints it."""
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(scratch), str(workbook)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return scratch / f"{workbook.stem}.pdf"


def picture(name: str, pdf: Path, page: int, area: tuple[int, int, int, int]) -> None:
    """One part of one page as a picture."""
    if page == 0:
        told = subprocess.run(["pdfinfo", str(pdf)], check=True, capture_output=True, text=True).stdout
        page = int(next(line.split()[1] for line in told.splitlines() if line.startswith("Pages:")))
    x, y, width, height = map(str, area)
    part = ["-x", x, "-y", y, "-W", width, "-H", height]
    command = ["pdftoppm", "-png", "-r", "80", "-f", str(page), "-l", str(page), "-singlefile", *part]
    subprocess.run([*command, str(pdf), str(IMAGES / name)], check=True)


if __name__ == "__main__":
    main()
