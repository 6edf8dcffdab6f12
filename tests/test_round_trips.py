"""From published reports alone: two years of one agency held against each other, and a text all the way round."""

from pathlib import Path

import pytest

from tests.official_report.test_publish import answer, run

REPORTS = Path(__file__).resolve().parent / "data" / "reports"


def imported(report: Path, folder: Path, *options: object) -> Path:
    """The workbook made of a report."""
    code, out, err = run("import", report, "-o", folder, *options)
    assert (code in {0, 1}, err) == (True, ""), out
    return next(path for path in folder.glob("*.xlsx") if path.name != "导入记录.xlsx")


def between_years(report: Path, previous: Path, folder: Path) -> set[str]:
    """The rules between years that the import of ``report`` finds broken."""
    found = answer("import", report, "--previous", previous, "-o", folder)["submissions"][0]["findings"]
    return {each["code"] for each in found if each["code"] in {"YEAR-CARRY", "YEAR-VALID"}}


@pytest.mark.parametrize("agency", ["hongze", "pingtan"])
def test_two_years__of_published_reports__carried_over_and_in_force_agree(agency: str, tmp_path: Path) -> None:
    last = imported(REPORTS / f"{agency}-2023" / "raw.txt", tmp_path / "last")
    assert between_years(REPORTS / f"{agency}-2024" / "raw.txt", last, tmp_path / "this") == set()


def test_two_years__another_figure_carried_over__is_found(tmp_path: Path) -> None:
    text = (REPORTS / "hongze-2023" / "raw.txt").read_text("utf-8")
    head, mark, tail = text.rpartition("下年度继续办理")
    lines = tail.split("\n")
    at = next(place for place, line in enumerate(lines) if line.strip().isdigit())
    lines[at] = str(int(lines[at]) + 3)
    changed = tmp_path / "changed.txt"
    changed.write_text(head + mark + "\n".join(lines), "utf-8")
    last = imported(changed, tmp_path / "last")
    assert between_years(REPORTS / "hongze-2024" / "raw.txt", last, tmp_path / "this") == {"YEAR-CARRY"}


@pytest.mark.parametrize("report", ["pingtan-2020-form2019", "pingtan-2025"])
def test_import__figures_that_stay_open__are_said_in_the_terminal(report: str, tmp_path: Path) -> None:
    _, out, _ = run("import", next((REPORTS / report).glob("raw.*")), "-o", tmp_path)
    assert "不能确定各是哪一栏的数字，没有全部读出。请按报告填写。" in out


@pytest.mark.office
def test_text__workbook__document__pdf__and_back__nothing_differs(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("单位代码,单位名称\n110112001,张家湾镇人民政府\n", "utf-8")
    workbook = imported(REPORTS / "zhangjiawan-2025" / "raw.txt", tmp_path / "first", "--roster", roster)
    assert run("check", workbook, "--roster", roster)[0] == 0
    assert run("publish", workbook, "-o", tmp_path / "report.docx", "--pdf")[0] == 0
    again = imported(tmp_path / "report.pdf", tmp_path / "second", "--roster", roster)
    same = (0, "比较了 203 个数和各部分文字，没有不同。\n", "")
    assert run("compare", workbook, again) == same
    assert run("compare", REPORTS / "zhangjiawan-2025" / "raw.txt", tmp_path / "report.pdf") == same
