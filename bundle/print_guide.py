"""Print a Markdown guide with its pictures as PDF, through headless Chromium."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

_STYLE = """
@page { size: A4; margin: 18mm 16mm }
body { font: 10.5pt/1.6 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #1c1c1c }
h1 { font-size: 20pt } h2 { font-size: 14pt; margin-top: 1.6em } h3 { font-size: 12pt }
h1, h2, h3 { break-after: avoid }
img { max-width: 100%; max-height: 120mm; border: 1px solid #ccc }
pre { background: #f5f5f3; padding: 8px 10px; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 8.5pt }
code { font-family: "Noto Sans Mono CJK SC", Consolas, monospace }
table { border-collapse: collapse; width: 100% }
td, th { border: 1px solid #bbb; padding: 3px 6px; text-align: left; min-width: 3.2em }
tr, img { break-inside: avoid }
"""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --no-pdf-header-footer"
)


def render_guide(guide: Path) -> str:
    """Return the guide as one HTML page; pictures are found beside the guide."""
    body = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(guide.read_text("utf-8"))
    base = guide.resolve().parent.as_uri() + "/"
    return f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><base href="{base}"><style>{_STYLE}</style>{body}'


def print_guide(guide: Path, output: Path) -> None:
    """Write the guide as PDF. Raises FileNotFoundError without Chromium, CalledProcessError if it fails."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        raise FileNotFoundError("Chromium is needed to print the guide")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "guide.html"
        page.write_text(render_guide(guide), "utf-8")
        profile = f"--user-data-dir={folder}/profile"
        command = [browser, *_FLAGS.split(), profile, f"--print-to-pdf={output}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    if not output.read_bytes().startswith(b"%PDF"):
        raise ValueError("Chromium wrote no PDF")
