"""docs/api.md: its script runs, and what it names is there."""

import re
import subprocess
import sys
from pathlib import Path

from tests.cli.test_commands import ROSTER, broken, report, returned
from xltool import pipeline

ROOT = Path(__file__).resolve().parents[1]


def test_example__merges_names_the_missing_and_traces_a_total(tmp_path: Path) -> None:
    returned(tmp_path / "returns", "329907", report("zhangjiawan-2025"))
    returned(tmp_path / "returns", "329908", broken(report("zhangjiawan-2025")))
    words = [sys.executable, "docs/example_api.py", *map(str, (ROSTER, tmp_path / "returns", tmp_path / "2025.xlsx"))]
    env = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PATH": ""}
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", env=env, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "1 of 12 agencies, missing:"
    assert "  329908 示例二镇人民政府" in lines
    assert any(line.startswith("329908.xlsx: 表三“自然人”") for line in lines)
    assert lines[-2:] == [
        "一、本年新收政府信息公开申请数量·总计: 97",
        "  示例一镇人民政府: 97 (1.0000)",
    ]
    assert (tmp_path / "2025.html").is_file()
    assert (tmp_path / "2025" / "figures.csv").is_file()


def test_page__every_function_it_names__is_in_the_public_api() -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+)\(", page)) | set(re.findall(r"`([A-Z][a-z]+)\(", page))
    assert {"merge", "trace", "Beside"} <= named
    assert sorted(name for name in named if name not in pipeline.__all__) == []
