"""Short names of agencies in file names, where every name on the roster begins with the district's name."""

from pathlib import Path

import pytest

from tests.cli.test_commands import answer, report
from tests.filled import write_once
from tests.returns import the_plan
from xltool.model.agency import Agency
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

NAMES = ("滨江区财政局", "滨江区城关镇人民政府", "滨江区柳河镇人民政府", "滨江区东关街道办事处")
AGENCIES = [Agency(str(410203 + at), name) for at, name in enumerate(NAMES)]
CHENGGUAN = AGENCIES[1]


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "名册.csv"
    lines = ["代码,名称", *(f"{agency.code},{agency.name}" for agency in AGENCIES)]
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return path


def sent(path: Path, licences: int = 3) -> Path:
    """A return filled into the template of 城关镇."""
    path.parent.mkdir(exist_ok=True, parents=True)
    figures = {**report("zhangjiawan-2025"), "disclosure.licensing.decisions": licences}
    filling = FilledContents(figures, declared=True)
    write_once(the_plan(), TemplateRequest(CHENGGUAN, 2025, "1", filling=filling), path)
    return path


def test_short_name_of_a_neighbour__is_held_and_the_owners_is_not(tmp_path: Path, roster: Path) -> None:
    folder = tmp_path / "收"
    first = sent(folder / "0" / "城关镇 年报（盖章版）.xlsx")
    names = ("柳河镇人民政府", "柳河镇", "柳河", "财政局", "区财政局年报", "东关街道办事处", "转报", "附件2")
    for number, name in enumerate(names, start=1):
        place = folder / str(number)
        place.mkdir()
        (place / f"{name}.xlsx").write_bytes(first.read_bytes())
    made = answer("check", folder, "--roster", roster, "--no-cache")
    states = {Path(row["file"]).stem: row["status"] for row in made["submissions"]}
    assert [name for name in names if states[name] == "undecided"] == list(names[:6])


def test_later_version_under_a_neighbours_name__never_replaces_the_first(tmp_path: Path, roster: Path) -> None:
    folder = tmp_path / "收"
    sent(folder / "城关镇.xlsx")
    sent(folder / "柳河镇 更正 2026-02-01.xlsx", licences=9)
    output = tmp_path / "汇总.xlsx"
    made = answer("merge", folder, "--roster", roster, "-o", output, "--no-cache")
    assert {Path(row["file"]).name: row["status"] for row in made["files"]} == {
        "城关镇.xlsx": "accepted",
        "柳河镇 更正 2026-02-01.xlsx": "undecided",
    }
    assert made["totals"]["disclosure.licensing.decisions"] == 3
