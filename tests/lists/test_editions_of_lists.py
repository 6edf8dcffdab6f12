"""Two editions of a form with a list: columns and relations of rows that came, went or are said otherwise."""

import json
import shutil
from pathlib import Path

from tests.lists.website_form import write_form
from tests.official_report.test_publish import run


def write_editions(folder: Path) -> Path:
    """Write the form and an edition in which one column goes, one comes and one is said otherwise."""
    forms = write_form(folder)
    new = write_form(
        folder / "new",
        ('edition = "1"', 'edition = "2"'),
        (
            '{ id = "barrier_free", label = "是否适老化", kind = "yes_no" }',
            '{ id = "visits", label = "访问量", unit = "次" }',
        ),
        ('label = "其中原创"', 'label = "原创信息数"'),
        ("sites.row.available >= 90", "sites.row.available >= 95"),
    )
    shutil.copytree(new / "websites" / "1", forms / "websites" / "2")
    return forms


def test_forms_diff__tells_changes_of_list_columns_and_relations_of_rows(tmp_path: Path) -> None:
    words = ("forms", "diff", "websites", "1", "2", "--forms", write_editions(tmp_path))
    code, out, problem = run(*words)
    assert (code, problem) == (0, "")
    assert [line.strip() for line in out.splitlines()[1:]] == [
        "不再填报的指标 1 个：",
        "清单“网站”的栏：是否适老化",
        "新增的指标 2 个：",
        "访问量合计（次）",
        "清单“网站”的栏：访问量",
        "含义相同、写法不同的指标 2 个：",
        "其中原创合计（条） → 原创信息数合计（条）",
        "其中原创 → 原创信息数",
        "要求改变的勾稽关系：门户网站可用率不低于90%",
    ]
    answered = json.loads(run(*words, "--json")[1])
    assert (answered["gone"], answered["added"]) == (["sites.barrier_free"], ["sites.sum_visits", "sites.visits"])
    assert "sites.original" in answered["reworded"]
