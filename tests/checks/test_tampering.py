"""What happened to a workbook besides filling it in, told once a sheet."""

import pytest

from tests.checks.figures import flat, found, said, submission, zeros
from xltool.checks.tampering import IMPORT_PREFIX, OBSERVATION_FINDINGS, OTHER_CHECK_PREFIXES, SINGLE_CODES
from xltool.messages import catalogue
from xltool.model.observation_codes import ObservationCode
from xltool.model.submission import Observation


def about(*observations: Observation) -> list[str]:
    return said(found(submission(zeros(), observations=observations)))


def codes(*observations: Observation) -> list[tuple[str, str, str]]:
    return flat(found(submission(zeros(), observations=observations)))


def test_labels_changed__one_finding_a_sheet_with_the_first_of_them() -> None:
    first = Observation("label.changed", "表三", "B9", facts={"expected": "（一）予以公开", "found": "予以公开"})
    second = Observation("label.changed", "表三", "B10", facts={"expected": "（二）部分公开", "found": ""})
    assert codes(first, second) == [("label.changed", "must_fix", "表三!B9")]
    assert about(first, second) == [
        "表三有 2 处印好的文字被改动（B9:B10）：B9 应为“（一）予以公开”，现为“予以公开”。"
        "栏目错位时，数字会读到别的指标里。请在原模板中填报，不要改动标题和栏目，不要增删行列。"
    ]


def test_strays__told_with_what_stands_there_and_how_many_more() -> None:
    some = [Observation("stray", "表三", f"L{row}", facts={"text": f"附{row}"}) for row in range(1, 9)]
    more = Observation("stray.more", "表三", facts={"count": 4})
    assert codes(*some, more) == [("stray", "note", "表三!L1")]
    assert about(*some, more) == [
        "表三有 12 个单元格的内容在表外（L1“附1”、L2“附2”、L3“附3”、L4“附4”、L5“附5”、L6“附6”等），没有计入。"
        "需要说明的，请写在正文或“情况说明”页；误填的请删去。"
    ]


@pytest.mark.parametrize(("sheet", "severity"), [("表四", "must_fix"), ("校验", "note"), ("五 问题改进", "note")])
def test_sheet_missing__goes_back_if_it_holds_figures(sheet: str, severity: str) -> None:
    missing = Observation("sheet.missing", sheet, facts={"sheet": sheet})
    assert [each[1] for each in codes(missing)] == [severity]
    assert about(missing)[0].startswith(f"缺少“{sheet}”页")


def test_formula_in_an_input__a_note_with_the_formula() -> None:
    formula = Observation("formula.in_input", "表三", "D7", "requests.received.natural_person", {"formula": "80+8"})
    assert about(formula) == [
        "表三有 1 个填报单元格里是公式（D7“80+8”），已按存下的结果读取。请核对结果，最好直接填数字；不要引用其他文件。"
    ]


def test_protection_and_layout__notes() -> None:
    other = Observation("layout.other")
    assert codes(Observation("protection.removed", "表三"), other) == [
        ("layout.other", "note", ""),
        ("protection.removed", "note", "表三!"),
    ]


def test_every_observation__has_its_finding_or_another_check() -> None:
    elsewhere = (*OTHER_CHECK_PREFIXES, IMPORT_PREFIX)
    alone = {*OBSERVATION_FINDINGS, *SINGLE_CODES}
    assert [code for code in ObservationCode if code not in alone and not code.startswith(elsewhere)] == []
    assert alone <= set(ObservationCode)


def test_every_code_told__has_words_and_a_severity() -> None:
    told = {entry.code: entry for entry in catalogue.list_wordings()}
    assert [code for code in OBSERVATION_FINDINGS.values() if told[code].severity is None] == []
