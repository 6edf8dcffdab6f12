"""The demo of the chain: ledgers of two years, counted, reported, merged and traced to the requests."""

from pathlib import Path

from click.testing import CliRunner

from xltool.cli.main import main
from xltool.cli.sample_ledgers import DEMO_YEAR, load_sample_lines


def test_demo_of_ledgers__every_figure_comes_from_the_lines(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["demo", "--ledger", "-o", str(tmp_path / "demo")], catch_exceptions=False)
    assert result.exit_code == 0
    lines = load_sample_lines()
    now = [row for (_, year), rows in lines.items() if year == DEMO_YEAR for row in rows]
    carried = [row for row in now if str(row["number"]).startswith(str(DEMO_YEAR - 1))]
    before = [row for (_, year), rows in lines.items() if year < DEMO_YEAR for row in rows]
    assert len(carried) == sum("closed" not in row for row in before) > 0
    granted = [row for row in now if row.get("result") == "（一）予以公开" and row["applicant_type"] == "自然人"]
    assert f"（requests.granted.natural_person）：{len(granted)} 件" in result.output
    assert "共 3 本台账，3 本没有问题" in result.output
    assert "已计入 3，退回 0" in result.output
    received = sum(str(row["number"]).startswith(str(DEMO_YEAR)) for row in lines["329908", DEMO_YEAR])
    assert f"新收 {received} + 上年结转 2 = 办结" in result.output
