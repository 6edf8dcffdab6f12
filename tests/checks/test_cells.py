"""Single figures: unreadable, blank, not applicable, normalised, and totals typed over."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.checks.figures import COLUMNS, FORM, PLAN, flat, found, noted, published, said, submission, zeros
from xltool.checks.cells import NORMALISED_NOTES, UNREADABLE_NOTES
from xltool.messages import catalogue
from xltool.model.agency import Scope
from xltool.model.submission import EntryState, ManifestItem, Observation, Submission

ZHANGJIAWAN = published("zhangjiawan-2025")
AMOUNT = "disclosure.administrative_fees.amount"


def unreadable(cell: str, raw: str, note: str) -> Submission:
    """A workbook in which one figure cannot be read."""
    read = submission(ZHANGJIAWAN | {cell: raw})
    return replace(read, entries={**read.entries, cell: read.entries[cell]._replace(note=note)})


def test_unreadable__amount_with_its_unit__place_words_what_stood_there_and_what_to_type() -> None:
    assert said(found(unreadable(AMOUNT, "2792220.8元", "unit_in_cell"))) == [
        "表二!B17“行政事业性收费”本年收费金额（单位：万元）填的是“2792220.8元”，数字带了单位，没有计入。"
        "依据：数字单元格填非负数，件数为整数（表式要求）。"
        "请按表上的单位（万元）只填数字：0 或正数，单位万元，最多 6 位小数。"
    ]


def test_unreadable__count_without_column_label__still_named() -> None:
    assert said(found(unreadable("processing_fees.notices", "约3", "remark"))) == [
        "六 其他事项!B4“发出收费通知的件数”填的是“约3”，不是单独的数字，没有计入。"
        "依据：数字单元格填非负数，件数为整数（表式要求）。请只填 0 或正整数；文字说明写在“情况说明”页或正文里。"
    ]


@pytest.mark.parametrize("note", [*sorted(UNREADABLE_NOTES), "something_new"])
def test_unreadable__whatever_the_reason__one_finding_that_goes_back(note: str) -> None:
    cell = "requests.received.natural_person"
    (finding,) = found(unreadable(cell, "?", note))
    assert flat([finding]) == [("CELL-NUM", "must_fix", "表三!D7")]
    assert finding.facts["note"] == (note if note in UNREADABLE_NOTES else "not_number")
    assert said([finding])


def with_look(note: str, *cells: str, shown: str = "") -> Submission:
    """A workbook in which some figures cannot be read by their look."""
    read = submission(ZHANGJIAWAN)
    changed = {
        cell: read.entries[cell]._replace(state=EntryState.UNREADABLE, value=None, note=note, shown=shown, raw="7")
        for cell in cells
    }
    return replace(read, entries={**read.entries, **changed})


def test_white_row__is_told_in_one_sentence_about_all_its_cells() -> None:
    row = [f"requests.received.{column}" for column in COLUMNS]
    (finding,) = found(with_look("invisible", *row))
    assert [spot.address for spot in finding.cells] == [f"{column}7" for column in "DEFGHI"]
    assert said([finding])[0].startswith(
        "表三!D7:I7“一、本年新收政府信息公开申请数量”看上去是空的，存的是“7、7、7、7、7、7”："
    )
    (finding,) = found(with_look("struck_out", *row, "requests.carried_in.natural_person"))
    assert said([finding])[0].startswith("表三!D7:I7、D8的内容“7、7、7、7、7、7等”整个划掉了（删除线或斜线）")
    assert len(found(with_look("struck_out", *row[:2]))) == 2
    assert (
        len(
            found(
                with_look("invisible", *row[:3]),
            )
        )
        == 1
    )


def test_negative_amount__is_a_number_but_goes_back() -> None:
    assert said(found(submission(ZHANGJIAWAN | {AMOUNT: Decimal("-0.5")}))) == [
        "表二!B17“行政事业性收费”本年收费金额（单位：万元）填的是“-0.5”，不能是负数。"
        "依据：数字单元格填非负数，件数为整数（表式要求）。请核对后改填 0 或正数，单位万元，最多 6 位小数。"
    ]


def test_every_note_of_reading__has_its_words() -> None:
    codes = {entry.code for entry in catalogue.list_wordings()}
    assert {f"number.{note}" for note in UNREADABLE_NOTES} | {f"value.{note}" for note in NORMALISED_NOTES} <= codes


# --- blanks --------------------------------------------------------------------------------------------------------


def test_blanks__one_finding_a_sheet_with_number_and_cells() -> None:
    gone = [cell.id for cell in FORM.inputs if cell.line in {"granted", "pending"} or cell.column == "pending"]
    findings = found(submission(ZHANGJIAWAN | dict.fromkeys([*gone, "requests.received.enterprise"])))
    assert flat(findings) == [("CELL-BLANK", "must_fix", "表三!E7"), ("CELL-BLANK", "must_fix", "表四!D7")]
    assert [len(finding.cells) for finding in findings] == [7, 3]
    assert said(findings)[0] == (
        "表三有 7 个单元格没有填：E7、D9:I9。依据：没有发生的填 0，不得空着（空白与 0 含义不同）。"
        "没有发生的请填 0；空着的确实都没有的，可在“填报说明”页“未填项均为0”处选“是”。"
    )


def test_blanks__scattered_over_a_sheet__only_the_first_are_listed_in_words() -> None:
    lines = ["received", "granted", "concluded", "refused.third_party", "not_available.not_held", "other.other"]
    scattered = {f"requests.{line}.{column}": None for line in lines for column in ("natural_person", "other")}
    (finding,) = found(submission(ZHANGJIAWAN | scattered))
    assert catalogue.render_structure(finding.facts["cells"]) == "D7、I7、D9、I9、D14、I14等"
    assert len(finding.cells) == 10


def test_nothing_filled_in__one_finding() -> None:
    assert said(found(submission({}))) == [
        "尚未填报：169 个数据单元格空着，没有填一个数。依据：没有发生的填 0，不得空着（空白与 0 含义不同）。"
        "请填好后报送；全年确实没有数据的，在“填报说明”页“未填项均为0”处选“是”。"
    ]


def test_nothing_filled_in_but_what_the_template_held__is_not_begun() -> None:
    carried = {f"requests.carried_in.{column}": 3 for column in COLUMNS}
    (finding,) = found(submission(carried))
    assert (finding.wording, finding.facts["count"]) == ("blank.all", 163)
    begun = found(submission(carried | {"requests.received.other": 0}))
    assert {each.wording for each in begun} == {"blank", "optional_blank"}


def test_nothing_filled_in_but_declared_zero__is_a_return() -> None:
    assert found(submission({}, declared=True)) == ()


def test_optional_cells_blank__a_note() -> None:
    blank = dict.fromkeys(cell.id for cell in FORM.inputs if cell.optional)
    assert flat(found(submission(ZHANGJIAWAN | blank))) == [("S6-PRESENT", "note", "六 其他事项!B4")]


def test_sheet_missing__its_blanks_are_not_told_again() -> None:
    blank = dict.fromkeys(cell.id for cell in FORM.inputs if cell.table == "disputes")
    lost = Observation("sheet.missing", "表四", facts={"sheet": "表四"})
    findings = found(submission(ZHANGJIAWAN | blank, observations=[lost]))
    assert flat(findings) == [("sheet.missing", "must_fix", "表四!")]


def test_consolidation__cells_nobody_filled_in__are_told_by_the_merge_and_not_here() -> None:
    read = submission(zeros(**{AMOUNT: None}), scope=Scope.AREA, manifest=(ManifestItem("1", "甲镇", "0" * 64),))
    assert found(read) == ()


# --- not applicable, normalised --------------------------------------------------------------------------------------


def test_not_applicable__one_note_a_sheet() -> None:
    silent = dict.fromkeys((f"disclosure.rules.{column}" for column in ("issued", "repealed", "in_force")), "/")
    assert said(found(submission(ZHANGJIAWAN | silent))) == [
        "表二有 3 个单元格填了斜杠、横线等（B6:D6），按不适用处理，合计时不计数。"
        "依据：用斜杠、横线等代替数字的，按不适用处理（空白、不适用与 0 含义不同）。"
        "确实不适用的可以保留；没有发生的请填 0。"
    ]


def test_normalised__one_note_for_each_sheet_and_kind() -> None:
    cells = [cell.id for cell in FORM.inputs if cell.table == "requests"][:24]
    notes = dict.fromkeys(cells, "text_number") | {cells[0]: "full_width", AMOUNT: "text_number"}
    findings = found(noted(submission(ZHANGJIAWAN), **notes))
    assert [(finding.code, finding.facts["count"]) for finding in findings] == [
        ("value.text_number", 1),
        ("value.full_width", 1),
        ("value.text_number", 23),
    ]
    assert said(findings)[2] == (
        "表三有 23 个单元格是文本型数字（E7:I7、D8:I10），已按数字读取；表内公式不会把它们计入合计。"
        "请把单元格格式改为数值后重新输入。"
    )


@pytest.mark.parametrize("note", sorted(NORMALISED_NOTES))
def test_normalised__every_kind__is_told_and_is_a_note(note: str) -> None:
    cell = "requests.received.natural_person"
    figures = zeros(**{cell: None}) if note == "whitespace_only" else zeros()
    findings = found(noted(submission(figures, declared=True), **{cell: note}))
    assert flat(findings) == [(f"value.{note}", "note", "表三!D7")]
    assert said(findings)


def test_only_blanks_in_a_cell__undeclared__is_blank_and_told_once() -> None:
    read = noted(submission(zeros(**{AMOUNT: None})), **{AMOUNT: "whitespace_only"})
    assert flat(found(read)) == [("CELL-BLANK", "must_fix", "表二!B17")]


# --- totals typed over -----------------------------------------------------------------------------------------------


def test_formulas_typed_over_with_the_right_numbers__one_note_a_sheet() -> None:
    typed = ["requests.received.total", "requests.granted.total", "disputes.review.total"]
    findings = found(submission(ZHANGJIAWAN, typed=typed))
    assert flat(findings) == [("CELL-COMPUTED", "note", "表三!J7"), ("CELL-COMPUTED", "note", "表四!E7")]
    assert said(findings)[0] == (
        "表三有 2 个总计的公式被改成了直接填写的内容（J7、J9），审核和汇总以重新计算的结果为准。"
        "依据：总计由公式计算，不得改动（总计由系统重新计算）。建议恢复公式，或在原模板中重新填报。"
    )


def test_text_typed_over_a_total__goes_back() -> None:
    read = submission(ZHANGJIAWAN, stored={"requests.received.total": "见附件"}, typed=["requests.received.total"])
    assert flat(found(read)) == [("CELL-NUM", "must_fix", "表三!J7")]


@pytest.mark.parametrize("stale", ["#VALUE!", "", None])
def test_formula_without_a_usable_result__as_other_programs_save_it__is_nobodys_fault(stale: str | None) -> None:
    totals = [cell.id for cell in FORM.cells.values() if cell.computed]
    read = submission(ZHANGJIAWAN, stored=dict.fromkeys(totals, stale))
    assert {read.entries[cell].state for cell in totals} == {
        EntryState.UNREADABLE if stale is not None else EntryState.BLANK
    }
    assert found(read) == ()


def test_every_figure__has_its_place_in_the_plan() -> None:
    assert set(PLAN.cells) == set(FORM.cells)
