"""Tables that are not built as the form is: whatever can be told is read, whatever cannot stays open."""

import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.published import layouts, separated
from tests.published.answers import numbers, printed
from tests.published.layouts import Part, Report, Spot
from xltool.forms.load_definitions import load_forms
from xltool.model.form import Box
from xltool.model.published import PublishedReport
from xltool.published.read_report import read_report

FORMS = load_forms()
FORM = FORMS[-1]
SOME = ("lines.txt", "tabbed.txt", "markdown.md", "page.html", "wrong_spans.html", "nested_rows.html", "word.docx")

Edit = Callable[[list[list[Spot]]], list[list[Spot]]]


def read(folder: Path, layout: str, report: Report) -> PublishedReport:
    file = folder / layout
    file.write_bytes(layouts.content(layout, report))
    return read_report(file, FORMS)


def figures(seed: int = 1) -> dict[str, str]:
    return layouts.made_up(FORM, seed, largest=99)


def edited(texts: dict[str, str], table: int, edit: Edit) -> Report:
    """The report with one of its tables changed; rows are numbered anew."""
    report = layouts.parts(FORM, texts)
    at = [place for place, part in enumerate(report) if part.kind == "table"][table]
    rows = edit([list(row) for row in report[at].rows])
    numbered = [
        tuple(spot._replace(box=spot.box._replace(row=row)) for spot in spots) for row, spots in enumerate(rows, 1)
    ]
    return [*report[:at], Part("table", rows=tuple(numbered)), *report[at + 1 :]]


def moved(spot: Spot, column: int) -> Spot:
    return spot._replace(box=spot.box._replace(column=column))


# --- columns ---------------------------------------------------------------------------------------------------------


def with_subtotal_column(rows: list[list[Spot]]) -> list[list[Spot]]:
    """A column for all organisations together, before the total."""
    changed = []
    for number, row in enumerate(rows, 1):
        wide = [moved(spot, 11) if spot.box.column == 10 else spot for spot in row]
        parts = [int(spot.text) for spot in row if spot.cell and 5 <= spot.box.column <= 9]
        extra = {3: "小计"}.get(number, str(sum(parts)) if parts else "")
        changed.append(sorted([*wide, Spot(Box(number, 10), extra)] if extra else wide))
    return changed


def with_swapped_columns(rows: list[list[Spot]]) -> list[list[Spot]]:
    """Enterprises and research institutions in each other's column."""
    return [
        sorted((moved(spot, 11 - spot.box.column) if spot.box.column in {5, 6} and at > 1 else spot) for spot in row)
        for at, row in enumerate(rows)
    ]


def with_total_first(rows: list[list[Spot]]) -> list[list[Spot]]:
    """The total before the natural persons, label and figures."""
    changed = rows[:1]
    for row in rows[1:]:
        changed.append(
            sorted(
                moved(spot, 4)
                if spot.box.column == 10
                else moved(spot, spot.box.column + 1)
                if spot.box.column >= 4
                else spot
                for spot in row
            )
        )
    return changed


@pytest.mark.parametrize("layout", SOME)
def test_column__more_than_the_form_has__left_out_where_the_relations_prove_it(layout: str, tmp_path: Path) -> None:
    texts = figures()
    assert numbers(read(tmp_path, layout, edited(texts, 1, with_subtotal_column))) == printed(texts)


@pytest.mark.parametrize("layout", SOME)
@pytest.mark.parametrize("change", [with_swapped_columns, with_total_first])
def test_columns__in_another_order__read_by_their_labels_where_these_are_cells(
    change: Edit, layout: str, tmp_path: Path
) -> None:
    texts = figures()
    found = read(tmp_path, layout, edited(texts, 1, change))
    if layout == "lines.txt":  # where lines stand below each other their order need not be that of the columns
        assert numbers(found) == {c: v for c, v in printed(texts).items() if not c.startswith("requests.")}
        assert [item.facts["table"] for item in found.log if item.code == "import.turned"] == ["表三"]
    else:
        assert numbers(found) == printed(texts)
        assert [item.facts["table"] for item in found.log if item.code == "import.reordered"] == ["表三"]


@pytest.mark.parametrize("seed", range(8))
def test_columns__shuffled__never_wrong(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    texts = layouts.made_up(FORM, seed, largest=chance.choice([2, 9, 99]))
    if seed % 2:
        texts = {cell: "" if text == "0" and chance.random() < 0.3 else text for cell, text in texts.items()}
    shuffled = list(range(5, 10))
    chance.shuffle(shuffled)
    order = dict(zip(range(5, 10), shuffled, strict=True))

    def change(rows: list[list[Spot]]) -> list[list[Spot]]:
        return [
            sorted(moved(spot, order.get(spot.box.column, spot.box.column)) if at != 1 else spot for spot in row)
            for at, row in enumerate(rows)
        ]

    whole = 0
    for layout in (*layouts.LAYOUTS, *separated.LAYOUTS):
        report = edited(texts, 1, change)
        made = separated.LAYOUTS.get(layout)
        (tmp_path / layout).write_bytes(made(report).encode() if made else layouts.content(layout, report))
        found = numbers(read_report(tmp_path / layout, FORMS))
        given = {cell: Decimal(text) for cell, text in texts.items() if text}
        blank = texts.keys() - given.keys()
        zeros = {cell for cell in blank if texts.get(f"{cell.rpartition('.')[0]}.total") == "0"}  # by the printed total
        assert found.items() <= {**given, **dict.fromkeys(zeros, Decimal(0))}.items(), layout
        assert len(found) >= (3 if seed % 2 else 25), layout  # a floor: the tables that were not changed
        whole += len(found) == len(given)
    if not seed % 2:  # without blanks every layout whose labels are cells is read whole
        assert whole >= 20


# --- tables on their side ---------------------------------------------------------------------------------------------


def on_its_side(report: Report, table: int) -> Report:
    """The report with rows and columns of a table exchanged."""
    at = [place for place, part in enumerate(report) if part.kind == "table"][table]
    spots = [
        spot._replace(box=Box(spot.box.column, spot.box.row, spot.box.columns, spot.box.rows))
        for row in report[at].rows
        for spot in row
    ]
    rows: list[list[Spot]] = [[] for _ in range(max(spot.box.row + spot.box.rows - 1 for spot in spots))]
    for spot in sorted(spots, key=lambda spot: spot.box):
        rows[spot.box.row - 1].append(spot)
    return [*report[:at], Part("table", rows=tuple(map(tuple, rows))), *report[at + 1 :]]


@pytest.mark.parametrize("table", [0, 1, 2])
@pytest.mark.parametrize("layout", [*SOME, "bars.txt", "no_spans.html", "small_tables.html", *separated.LAYOUTS])
def test_table__on_its_side__read_as_such(layout: str, table: int, tmp_path: Path) -> None:
    texts = figures()
    report = on_its_side(layouts.parts(FORM, texts), table)
    made = separated.LAYOUTS.get(layout)
    (tmp_path / layout).write_bytes(made(report).encode() if made else layouts.content(layout, report))
    found = read_report(tmp_path / layout, FORMS)
    assert numbers(found).items() <= printed(texts).items()
    assert len(numbers(found)) >= 0.95 * len(texts)
    said = [item.facts["table"] for item in found.log if item.code == "import.tipped"]
    assert said == {0: ["表二"], 1: ["表三"], 2: []}[table] or len(numbers(found)) < len(texts)


# --- rows ------------------------------------------------------------------------------------------------------------


def with_a_local_row(rows: list[list[Spot]]) -> list[list[Spot]]:
    local = [Spot(Box(5, 1), "其他主动公开文件"), *(Spot(Box(5, column), "7") for column in (2, 3, 4))]
    return [*rows[:4], local, *rows[4:]]


def with_a_nameless_row(rows: list[list[Spot]]) -> list[list[Spot]]:
    return [*rows[:4], [Spot(Box(5, 1), ""), *(Spot(Box(5, column), "7") for column in (2, 3, 4))], *rows[4:]]


def without_a_row(rows: list[list[Spot]]) -> list[list[Spot]]:
    return [row for row in rows if not any(spot.text == "7.属于行政执法案卷" for spot in row)]


def without_head(rows: list[list[Spot]]) -> list[list[Spot]]:
    return rows[3:]


def with_group_sums(rows: list[list[Spot]]) -> list[list[Spot]]:
    """Every group's label in a row of its own, with the sums of its lines."""
    changed: list[list[Spot]] = []
    for row in rows:
        group = next((spot for spot in row if spot.box.column == 2 and spot.box.rows > 1), None)
        if group is None:
            changed.append(row)
            continue
        members = rows[group.box.row - 1 : group.box.row - 1 + group.box.rows]
        sums = [
            Spot(Box(0, column), str(sum(int(s.text) for m in members for s in m if s.cell and s.box.column == column)))
            for column in range(4, 11)
        ]
        first = [spot for spot in row if spot.box.column == 1]
        changed += [[*first, moved(group, 2), *sums], [spot for spot in row if spot.box.column >= 3]]
    return changed


@pytest.mark.parametrize("layout", SOME)
@pytest.mark.parametrize(("table", "change"), [(0, with_a_local_row), (1, without_head), (1, with_group_sums)])
def test_rows__more_than_the_form_has_or_no_head__the_form_s_own_are_read(
    table: int, change: Edit, layout: str, tmp_path: Path
) -> None:
    texts = figures()
    assert numbers(read(tmp_path, layout, edited(texts, table, change))) == printed(texts)


@pytest.mark.parametrize("layout", SOME)
def test_row__missing__its_cells_are_not_there__and_it_is_told(layout: str, tmp_path: Path) -> None:
    texts = figures()
    found = read(tmp_path, layout, edited(texts, 1, without_a_row))
    assert numbers(found) == {c: v for c, v in printed(texts).items() if ".enforcement_file." not in c}
    assert not any(".enforcement_file." in cell for cell in found.figures)
    assert [item.facts["labels"] for item in found.log if item.code == "import.no_label"] == [("7.属于行政执法案卷",)]


@pytest.mark.parametrize("layout", [*SOME, "nested_cells.html"])
def test_row__without_a_label__is_given_to_nobody(layout: str, tmp_path: Path) -> None:
    texts = figures() | {f"disclosure.normative_documents.{c}": "" for c in ("issued", "repealed", "in_force")}
    found = numbers(read(tmp_path, layout, edited(texts, 0, with_a_nameless_row)))
    assert not any("normative_documents" in cell for cell in found) or layout == "lines.txt"
    if layout != "lines.txt":
        assert found == printed({cell: text for cell, text in texts.items() if text})


# --- the table without labels in its line of figures -----------------------------------------------------------------

RESULTS = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
KINDS = ("行政复议", "未经复议直接起诉", "复议后起诉")


def one_row_a_kind(rows: list[list[Spot]]) -> list[list[Spot]]:
    held = rows[-1]
    head = [Spot(Box(1, 1), ""), *(Spot(Box(1, at), text) for at, text in enumerate(RESULTS, 2))]
    lines = [
        [Spot(Box(0, 1), kind), *(moved(spot, at) for at, spot in enumerate(held[5 * n : 5 * n + 5], 2))]
        for n, kind in enumerate(KINDS)
    ]
    return [head, *lines]


def one_row_a_result(rows: list[list[Spot]]) -> list[list[Spot]]:
    held = rows[-1]
    head = [Spot(Box(1, 1), ""), *(Spot(Box(1, at), text) for at, text in enumerate(KINDS, 2))]
    return [
        head,
        *(
            [Spot(Box(0, 1), result), *(moved(held[5 * n + at], n + 2) for n in range(3))]
            for at, result in enumerate(RESULTS)
        ),
    ]


@pytest.mark.parametrize("layout", SOME)
def test_disputes__a_row_for_each_kind__read(layout: str, tmp_path: Path) -> None:
    texts = figures()
    assert numbers(read(tmp_path, layout, edited(texts, 2, one_row_a_kind))) == printed(texts)


@pytest.mark.parametrize("layout", SOME)
def test_disputes__a_row_for_each_result__stays_open(layout: str, tmp_path: Path) -> None:
    texts = figures()
    found = numbers(read(tmp_path, layout, edited(texts, 2, one_row_a_result)))
    assert found == {cell: value for cell, value in printed(texts).items() if not cell.startswith("disputes.")}


# --- around the tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", layouts.LAYOUTS)
def test_page__menus_lists_of_contents_and_footers_with_the_same_words__change_nothing(
    layout: str, tmp_path: Path
) -> None:
    texts = layouts.made_up(FORM, seed=2, largest=9)
    before = [
        "首页 政务公开 政府信息公开年报",
        "一、总体情况 二、主动公开政府信息情况 三、收到和处理政府信息公开申请情况 五、存在的主要问题及改进情况",
        "本机关办理行政许可 12 件，行政处罚 3 件，行政强制 0 件，其他 6 件，总计 20 件。",
    ]
    after = ["附件下载", "上一篇：2023年政府信息公开工作年度报告", "行政复议 行政诉讼 结果维持 1 结果纠正 2"]
    plain = numbers(read(tmp_path, layout, layouts.parts(FORM, texts)))
    report = [*(Part("text", text) for text in before), *layouts.parts(FORM, texts)]
    found = numbers(read(tmp_path, layout, [*report, *(Part("text", text) for text in after)]))
    assert found == plain
    assert found.items() <= printed(texts).items()


@pytest.mark.parametrize("layout", SOME)
def test_tables__in_another_order__read_all_the_same(layout: str, tmp_path: Path) -> None:
    texts = figures()
    report = layouts.parts(FORM, texts)
    second, third = [at for at, part in enumerate(report) if part.kind == "table"][1:]
    swapped = [*report[: second - 1], *report[third - 1 : third + 1], *report[second - 1 : third - 1]]
    assert numbers(read(tmp_path, layout, [*swapped, *report[third + 1 :]])) == printed(texts)


@pytest.mark.parametrize("page", ["3", "- 3 -", "第 3 页 共 5 页", "3/5"])
def test_page_number__between_the_figures_of_a_line__is_no_figure(page: str, tmp_path: Path) -> None:
    texts = figures()
    lines = layouts.lines(layouts.parts(FORM, texts)).split("\n")
    for label in ("（一）予以公开", "（七）总计", "四、结转下年度继续办理"):
        lines.insert(lines.index(label) + 4, page)
    (tmp_path / "report.txt").write_text("\n".join(lines), "utf-8")
    assert numbers(read_report(tmp_path / "report.txt", FORMS)) == printed(texts)


def test_lines__figures_before_their_labels__stay_open_unless_equations_leave_one_way(tmp_path: Path) -> None:
    texts = figures()
    report = layouts.parts(FORM, texts)
    lines = []
    for part in report:
        lines += [part.text] if part.kind != "table" else []
        for row in part.rows:
            lines += [spot.text for spot in row if spot.cell] + [spot.text for spot in row if not spot.cell]
    (tmp_path / "report.txt").write_text("\n".join(lines), "utf-8")
    found = numbers(read_report(tmp_path / "report.txt", FORMS))
    assert found.items() <= printed(texts).items()
    assert not any(cell.startswith("disclosure.") for cell in found)


def test_lines__figures_broken_in_two__stay_open_or_are_proven(tmp_path: Path) -> None:
    texts = {cell: text if cell.startswith("processing") else "0" for cell, text in figures().items()}
    row = {"natural_person": "18422", "enterprise": "31", "total": "18453"}
    texts |= {f"requests.received.{column}": value for column, value in row.items()}
    text = layouts.spaced(layouts.parts(FORM, texts))
    broken = text.replace(
        "一、本年新收政府信息公开申请数量  18422  31  0  0  0  0  18453",
        "一、本年新收政府信息公  1842  31  0  0  0  0  1845\n开申请数量  2      3",
    )
    assert broken != text
    (tmp_path / "report.txt").write_text(broken, "utf-8")
    found = numbers(read_report(tmp_path / "report.txt", FORMS))
    assert not any(cell.startswith("requests.received.") for cell in found)


def test_digits__broken_over_the_lines_of_a_cell__joined_where_the_sum_proves_it(tmp_path: Path) -> None:
    texts = figures()
    texts |= {f"requests.carried_out.{c}": "0" for c in ("enterprise", "legal_service", "other", "social_organization")}
    texts |= {"requests.carried_out.research_institution": "0", "requests.carried_out.natural_person": "123\n45"}
    texts |= {"requests.carried_out.total": "123\n45", "disclosure.penalties.decisions": "12\n5"}
    page = layouts.page(layouts.parts(FORM, texts)).replace("\n", "<br>")
    (tmp_path / "report.html").write_text(page, "utf-8")
    found = read_report(tmp_path / "report.html", FORMS)
    joined = found.figures["requests.carried_out.total"]
    assert (joined.value, joined.raw, joined.sure) == (12345, "12345", "solved")
    assert found.figures["disclosure.penalties.decisions"].value is None


# --- labels told in other words --------------------------------------------------------------------------------------

RETOLD = {
    "申请人无正当理由逾期不补正": "1.逾期不补正",
    "申请人逾期未按收费通知要求缴纳费用": "2.逾期不缴费",
    "要求行政机关确认或重新出具已获取信息": "5.确认或重新出具信息",
}


def retold(rows: list[list[Spot]]) -> list[list[Spot]]:
    def shorter(spot: Spot) -> Spot:
        words = next((short for long, short in RETOLD.items() if long in spot.text), spot.text)
        return spot._replace(text=words)

    return [[shorter(spot) for spot in row] for row in rows]


@pytest.mark.parametrize("layout", SOME)
def test_labels__told_in_fewer_words_behind_their_number__are_recognised(layout: str, tmp_path: Path) -> None:
    texts = figures()
    assert numbers(read(tmp_path, layout, edited(texts, 1, retold))) == printed(texts)


@pytest.mark.parametrize("words", ["2.重复申请", "2.逾期不补正", "2.其他"])
def test_labels__of_another_line_behind_that_number__are_not_taken(words: str, tmp_path: Path) -> None:
    def wrong(rows: list[list[Spot]]) -> list[list[Spot]]:
        return [[spot._replace(text=words) if "缴纳费用" in spot.text else spot for spot in row] for row in rows]

    texts = figures()
    found = numbers(read(tmp_path, "page.html", edited(texts, 1, wrong)))
    assert found.items() <= printed(texts).items()
    assert "requests.other.fee_overdue.total" not in found


# --- lines without a label -------------------------------------------------------------------------------------------


def without_label(words: str) -> Edit:
    return lambda rows: [[spot for spot in row if words not in spot.text or spot.cell] for row in rows]


@pytest.mark.parametrize("layout", ["page.html", "no_spans.html", "tabbed.txt", "bars.txt", "word.docx"])
@pytest.mark.parametrize("words", ["（七）总计", "重复申请", "属于行政查询事项"])
def test_rows__that_lost_their_label__are_told_by_their_neighbours(words: str, layout: str, tmp_path: Path) -> None:
    texts = figures()
    found = read(tmp_path, layout, edited(texts, 1, without_label(words)))
    assert numbers(found) == printed(texts)
    assert "import.nameless" in {each.code for each in found.log}


def test_lines__that_lost_their_label_below_a_head__are_told(tmp_path: Path) -> None:
    texts = figures()
    assert numbers(read(tmp_path, "lines.txt", edited(texts, 0, without_label("规章")))) == printed(texts)


@pytest.mark.parametrize("words", ["行政许可", "（七）总计"])
def test_lines__one_figure_or_figures_behind_others__stay_open(words: str, tmp_path: Path) -> None:
    texts = figures()
    table = 0 if words == "行政许可" else 1
    found = numbers(read(tmp_path, "lines.txt", edited(texts, table, without_label(words))))
    assert found.items() <= printed(texts).items()
    assert "disclosure.licensing.decisions" not in found or words != "行政许可"


def test_rows__two_without_labels__stay_open(tmp_path: Path) -> None:
    texts = figures()
    both = edited(texts, 1, lambda rows: without_label("重复申请")(without_label("公开出版物")(rows)))
    found = numbers(read(tmp_path, "page.html", both))
    assert found.items() <= printed(texts).items()
    assert "requests.not_processed.repeated.total" not in found


def test_rows__that_number_the_columns__are_no_line(tmp_path: Path) -> None:
    texts = figures() | dict.fromkeys(("disclosure.rules.issued",), "1") | {"disclosure.rules.repealed": "2"}
    texts |= {"disclosure.rules.in_force": "3"}
    found = numbers(read(tmp_path, "page.html", edited(texts, 0, without_label("规章"))))
    assert "disclosure.rules.issued" not in found


# --- cells that swallow labels ---------------------------------------------------------------------------------------


def with_merged_labels(rows: list[list[Spot]]) -> list[list[Spot]]:
    """A merged cell in front that repeats the labels from （四） on, as programs draw them out of a page."""
    first = next(at for at, row in enumerate(rows) if any("不掌握" in spot.text for spot in row))
    labels = [spot.text for row in rows[first:] for spot in row if not spot.cell and not spot.text.startswith("四")]
    merged = Spot(Box(first + 1, 1, 1, 1), "\n".join(labels))
    changed = [row if at != first else [merged, *row] for at, row in enumerate(rows)]
    return [[spot for spot in row if spot.cell or "（七）" not in spot.text or spot is merged] for row in changed]


@pytest.mark.parametrize("layout", ["page.html", "no_spans.html", "word.docx"])
def test_merged_cell__of_all_labels__gives_no_line_its_neighbours_figures(layout: str, tmp_path: Path) -> None:
    texts = figures()
    found = read(tmp_path, layout, edited(texts, 1, with_merged_labels))
    assert numbers(found) == printed(texts)
