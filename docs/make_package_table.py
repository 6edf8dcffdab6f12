"""Writes the table of packages in docs/en/architecture.md from the import layers and the packages' docstrings.

    python docs/make_package_table.py

A test makes the table anew and compares.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.test_house import LAYERS  # noqa: E402 - the layers that the house test holds

PAGE = ROOT / "docs" / "en" / "architecture.md"
BEGIN, END = "<!-- packages: begin -->\n", "<!-- packages: end -->"


def make_table() -> str:
    """Return the table: a row a package or module, the lowest layer first."""
    lines = ["| layer | package | what it does |", "| --- | --- | --- |"]
    for number, layer in enumerate(LAYERS, start=1):
        lines += [f"| {number} | `{name or 'xltool'}` | {_summarise(name)} |" for name in sorted(layer)]
    return "\n".join(lines) + "\n"


def make_page(page: str) -> str:
    """Return the page with the table as it is now."""
    return re.sub(f"{BEGIN}.*?{END}", lambda _: BEGIN + make_table() + END, page, flags=re.DOTALL)


def _summarise(name: str) -> str:
    """Return the first sentence of the docstring."""
    folder = ROOT / "xltool" / name
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    text = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n\n")[0].replace("\n", " ")
    return re.split(r"(?<=[a-z`)])\. ", text.replace("``", "`"))[0].rstrip(".")


if __name__ == "__main__":
    PAGE.write_text(make_page(PAGE.read_text("utf-8")), "utf-8")
