"""The public interface: its names, its reference page, its examples, and inputs and outputs of every kind."""

import importlib.util
import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import xltool
from tests.cli.test_commands import ROSTER, broken, report, returned
from tests.ledger.workbooks import write_ledger
from xltool.ledger.reading.read_ledger import read_ledger
from xltool.spreadsheet.open_workbook import open_workbook

ROOT = Path(__file__).resolve().parents[1]
RECEIVED = "requests.received.total"


@pytest.fixture
def returns(tmp_path: Path) -> Path:
    """A return without a mistake, and one with a mistake."""
    returned(tmp_path / "returns", "329907", report("zhangjiawan-2025"))
    returned(tmp_path / "returns", "329908", broken(report("zhangjiawan-2025")))
    return tmp_path / "returns"


@pytest.fixture(scope="module")
def context() -> xltool.RunContext:
    return xltool.load_context(ROSTER)


def run_example(name: str, *words: object) -> list[str]:
    """The lines an example prints; it must end well and write nothing to standard error."""
    command = [sys.executable, f"docs/examples/{name}.py", *map(str, words)]
    env = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PATH": "", "XLTOOL_CACHE": ""}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", env=env, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


# --- names and pages ---------------------------------------------------------------------------------------------


def test_names__each_is_there_documented_and_listed() -> None:
    assert sorted(xltool.__all__) == xltool.__all__
    assert [name for name in xltool.__all__ if not getattr(xltool, name).__doc__] == []
    assert set(xltool.__all__) <= set(dir(xltool))
    with pytest.raises(AttributeError, match="unheard_of"):
        _ = xltool.unheard_of


def test_start__importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, xltool; print(*(name for name in sys.modules if name.startswith('xltool.')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["xltool.errors"]


def test_reference__is_made_from_the_docstrings_as_they_are() -> None:
    spec = importlib.util.spec_from_file_location("make_api_reference", ROOT / "docs" / "make_api_reference.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text("utf-8") == module.make_page(), "run python docs/make_api_reference.py"


# --- examples ----------------------------------------------------------------------------------------------------


def test_example__dataframe(returns: Path) -> None:
    lines = run_example("figures_to_pandas", returns, ROSTER)
    assert lines[0] == "406 figures of 2 agencies"
    assert [line.split()[0] for line in lines[-2:]] == ["示例一镇人民政府", "示例二镇人民政府"]


def test_example__own_check(returns: Path, tmp_path: Path) -> None:
    lines = run_example("own_check", returns, ROSTER, tmp_path / "2025.xlsx")
    assert "OWN-SHARE 表三!J9：新收 97 件，予以公开仅 26 件。请核实。" in lines
    assert any(line.startswith("T3-BAL 表三“自然人”") for line in lines)
    assert lines[-1].startswith("一、本年新收政府信息公开申请数量·总计: ")
    assert (tmp_path / "2025.xlsx").is_file()


def test_example__in_memory(returns: Path) -> None:
    good = run_example("in_memory", returns / "329907.xlsx")
    assert good[0].startswith("template: b'PK'")
    assert good[1:] == ["329907.xlsx: accepted", "merged: 1 return, b'PK'"]
    bad = run_example("in_memory", returns / "329908.xlsx")
    assert bad[1] == "329908.xlsx: returned"
    assert bad[2].startswith("  ")


def test_example__count_ledgers(tmp_path: Path) -> None:
    ledgers = tmp_path / "ledgers"
    ledgers.mkdir()
    requests = [
        {"number": "2025-1", "received": date(2025, 9, 1), "applicant_type": "enterprise", "channel": "post"},
        {"number": "2025-2", "received": date(2025, 9, 30), "applicant_type": "enterprise", "channel": "fax"},
        {"number": "2025-3", "received": date(2025, 8, 1), "applicant_type": "other", "channel": "fax"},
    ]
    requests[2] |= {"closed": date(2025, 8, 2), "result": "granted", "applicant": "某某人", "content": "某事项"}
    write_ledger(ledgers / "a.xlsx", requests, agency=("329907", "示例一镇人民政府"))
    lines = run_example("count_ledgers", ledgers, ROSTER, "2025-09", tmp_path)
    assert "  requests.received.enterprise = 2: 2025-1, 2025-2" in lines
    assert "329907 示例一镇人民政府 2026年台账.xlsx: 2 carried over" in lines
    (copy,) = (tmp_path / "handed in").iterdir()
    assert [line.applicant for line in read_ledger(open_workbook(copy), "").requests] == [None] * 3


def test_ledgers__in_memory__as_from_files(tmp_path: Path, context: xltool.RunContext) -> None:
    made, report, copy, area = (
        xltool.new_ledger(2026, "329907", context, capacity=30),
        *(io.BytesIO() for _ in range(3)),
    )
    assert made[:2] == b"PK"
    (item,) = xltool.count_ledgers(made, context, report, period="2026-Q3")
    assert item.count
    assert str(item.count.period) == "2026-Q3"
    assert report.getvalue()[:2] == b"PK"
    assert xltool.strip_ledgers(made, context, copy)[0].ledger
    assert len(xltool.merge_ledgers([made], context, area, area="某区").ledger.agencies) == 1
    assert copy.getvalue()[:2] == area.getvalue()[:2] == b"PK"
    xltool.new_ledger(2026, "329907", context, tmp_path / "a.xlsx", capacity=30)
    assert (tmp_path / "a.xlsx").read_bytes() == made
    with pytest.raises(xltool.UsageError, match="2026-13"):
        xltool.count_ledgers(made, context, period="2026-13")
    (other,) = xltool.count_ledgers(b"nonsense", context)
    assert other.ledger is None


# --- inputs and outputs ------------------------------------------------------------------------------------------

WAYS: dict[str, Callable[[Path], object]] = {
    "str": str,
    "path": lambda path: path,
    "bytes": Path.read_bytes,
    "stream": lambda path: io.BytesIO(path.read_bytes()),
    "file": lambda path: path.open("rb"),
    "named": lambda path: xltool.MemoryFile(path.name, path.read_bytes()),
    "list": lambda path: [path.read_bytes()],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_inputs__every_kind__the_same_result(way: str, returns: Path, context: xltool.RunContext) -> None:
    (expected,) = xltool.check(returns / "329908.xlsx", context)
    (item,) = xltool.check(WAYS[way](returns / "329908.xlsx"), context)  # type: ignore[arg-type]  # all kinds
    assert (item.status, item.sha256) == (expected.status, expected.sha256)
    assert [*map(xltool.render_finding, item.findings)] == [*map(xltool.render_finding, expected.findings)]
    assert item.submission
    assert item.submission.values == (expected.submission and expected.submission.values)


def test_inputs__what_is_no_file_or_no_return__is_a_result_and_no_exception(context: xltool.RunContext) -> None:
    items = xltool.check([b"", b"nonsense", xltool.MemoryFile("~$a.xlsx", b"x")], context)
    assert [(item.file, item.status.value) for item in items] == [
        ("input-1.html", "unreadable"),
        ("input-2.html", "foreign"),
        ("~$a.xlsx", "foreign"),
    ]


def test_inputs__a_roster_and_last_year_from_memory(returns: Path) -> None:
    last_year = (returns / "329907.xlsx").read_bytes()
    context = xltool.load_context(ROSTER.read_bytes(), previous=last_year)
    assert context.roster
    assert context.previous_years
    template = xltool.make_template(2026, "329907", context)
    assert template != xltool.make_template(2026, "329907", xltool.load_context(ROSTER))  # last year is filled in


def test_outputs__streams_get_what_files_get(returns: Path, tmp_path: Path, context: xltool.RunContext) -> None:
    workbook, page = io.BytesIO(), io.BytesIO()
    content = xltool.MemoryFile("329907.xlsx", (returns / "329907.xlsx").read_bytes())
    consolidation = xltool.merge(content, context, workbook, page=page)
    assert len(consolidation.parts) == 1
    assert xltool.merge(content, context, tmp_path / "a.xlsx").summary.values == consolidation.summary.values
    assert workbook.getvalue() == (tmp_path / "a.xlsx").read_bytes()
    assert b"<html" in page.getvalue()[:200]
    (figure,) = xltool.trace(workbook.getvalue(), RECEIVED, context)
    assert [item.value for item in figure.contributions] == [97]
    assert xltool.compare(workbook.getvalue(), content, context).figures == ()

    document = io.BytesIO()
    xltool.publish(content, context, document)
    (imported,) = xltool.import_reports(document.getvalue(), context, year=2025)
    assert imported.workbook is None
    assert imported.published
    assert imported.published.figures[RECEIVED].value == 97


def test_outputs__nothing_is_written_to_a_stream_where_work_cannot_go_on(context: xltool.RunContext) -> None:
    stream = io.BytesIO()
    with pytest.raises(xltool.UsageError) as error:
        xltool.merge(b"nonsense", context, stream)
    assert stream.getvalue() == b""
    assert str(error.value) == "1 个文件里没有一个能汇总的填报表。请检查路径、年份和表式。" or "汇总" in str(
        error.value
    )


def test_outputs__an_existing_file_stays_unless_told_otherwise(tmp_path: Path, context: xltool.RunContext) -> None:
    target = tmp_path / "a.xlsx"
    target.write_bytes(b"mine")
    with pytest.raises(xltool.UsageError):
        xltool.make_template(2025, "329907", context, target)
    assert target.read_bytes() == b"mine"
    assert xltool.make_template(2025, "329907", context, str(target), force=True) == target.read_bytes()


def test_errors__str_is_the_sentence(tmp_path: Path, context: xltool.RunContext) -> None:
    with pytest.raises(xltool.XltoolError) as error:
        xltool.check(tmp_path / "nowhere", context)
    assert "nowhere" in str(error.value)
    assert str(error.value).endswith("。")
    with pytest.raises(xltool.UsageError, match="甲局"):
        xltool.make_template(2025, "甲局", context)


# --- figures -----------------------------------------------------------------------------------------------------


def test_figures__records_and_frame_hold_exact_values(returns: Path, context: xltool.RunContext) -> None:
    items = xltool.check(returns, context)
    records = list(xltool.iterate_figures(items, context))
    assert len(records) == 2 * len(context.forms[-1].cells)
    assert {type(record.value) for record in records} <= {int, Decimal, type(None)}
    amount = next(record for record in records if record.unit == "万元")
    assert isinstance(amount.value, Decimal)
    frame = xltool.figures_to_dataframe(items, context)
    assert [tuple(row) for row in frame.itertuples(index=False)] == [tuple(record) for record in records]
    consolidation = xltool.merge(returns, context)
    summed = list(xltool.iterate_figures(consolidation, context))
    assert {(record.agency_code, record.status) for record in summed} == {("329907", "accepted")}
    (total,) = (r for r in xltool.iterate_figures(consolidation.summary, context) if r.id == RECEIVED)
    assert total.value == 97


def test_figures__files_without_a_return__have_none(context: xltool.RunContext) -> None:
    assert list(xltool.iterate_figures(xltool.check(b"nonsense", context), context)) == []


# --- checks of one's own -----------------------------------------------------------------------------------------


def own_check(problem: str, **facts: object) -> xltool.CustomCheck:
    def find(submission: xltool.Submission, form: xltool.Form) -> Iterator[xltool.Finding]:
        entry = submission.entries[RECEIVED]
        cell = xltool.FindingCell(RECEIVED, entry.sheet, entry.address)
        yield xltool.Finding("OWN-1", xltool.Severity.MUST_FIX, (cell,), facts)

    return xltool.CustomCheck(find, {"OWN-1": xltool.Sentence("自定规则", problem, "请核对。")})


def test_own_check__counts_in_status_pages_and_workbook(returns: Path, tmp_path: Path) -> None:
    context = xltool.load_context(ROSTER, checks=[own_check("{place}应为 {due}。", due=98)])
    (item,) = xltool.check(returns / "329907.xlsx", context)
    assert item.status is xltool.Status.RETURNED
    assert [xltool.render_finding(finding) for finding in item.findings] == ["表三!J7应为 98。请核对。"]
    page = tmp_path / "page.html"
    consolidation = xltool.merge(
        returns / "329907.xlsx", context, tmp_path / "a.xlsx", page=page, tables=tmp_path / "t", include_flawed=True
    )
    assert consolidation.summary.values[RECEIVED] == 97
    assert "表三!J7应为 98。" in (tmp_path / "t" / "findings.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("problem", ["{missing}", "{due} {other}"])
def test_own_check__a_sentence_that_lacks_a_fact__is_refused_at_once(problem: str, returns: Path) -> None:
    with pytest.raises(ValueError, match="needs the fact"):
        xltool.check(returns / "329907.xlsx", xltool.load_context(checks=[own_check(problem, due=98)]))


def test_own_check__a_code_without_a_sentence__is_refused(returns: Path) -> None:
    check = xltool.CustomCheck(own_check("x").find, {})
    with pytest.raises(ValueError, match="OWN-1"):
        xltool.check(returns / "329907.xlsx", xltool.load_context(checks=[check]))
