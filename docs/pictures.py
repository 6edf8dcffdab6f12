"""Makes the pictures of the guides from real output: runs the demo, prints its workbooks through LibreOffice.

python docs/pictures.py        needs soffice and pdftoppm; writes docs/images/
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
# picture, workbook of the demo, page of its print, and the part of the page (x, y, width, height at 80 dots an inch)
PICTURES = (
    ("template-cover", "下发的模板/329907*.xlsx", 1, (0, 0, 662, 620)),
    ("template-requests", "下发的模板/329907*.xlsx", 4, (0, 0, 662, 860)),
    ("summary-overview", "2025年度汇总.xlsx", 1, (0, 0, 662, 760)),
)


def main() -> None:
    """Runs the demo and prints it."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        demo = Path(scratch) / "demo"
        subprocess.run(
            [sys.executable, "-c", "from xltool.cli import main; main()", "demo", "-o", str(demo)], check=True
        )
        for name, pattern, page, area in PICTURES:
            (workbook,) = demo.glob(pattern)
            picture(name, printed(workbook, Path(scratch)), page, area)


def printed(workbook: Path, scratch: Path) -> Path:
    """The workbook as LibreOffice prints it."""
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(scratch), str(workbook)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return scratch / f"{workbook.stem}.pdf"


def picture(name: str, pdf: Path, page: int, area: tuple[int, int, int, int]) -> None:
    """One part of one page as a picture."""
    x, y, width, height = map(str, area)
    part = ["-x", x, "-y", y, "-W", width, "-H", height]
    command = ["pdftoppm", "-png", "-r", "80", "-f", str(page), "-l", str(page), "-singlefile", *part]
    subprocess.run([*command, str(pdf), str(IMAGES / name)], check=True)


if __name__ == "__main__":
    main()
