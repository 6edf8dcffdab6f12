"""The seal of an issued workbook: what breaks it, what does not, and what is said where there is no key."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.judges import PROGRAMS, Program
from tests.merging import the_form
from tests.returns import GOOD, NEW, TOWN, replacing, rewritten, the_plan
from xltool.commands.check import review_file
from xltool.commands.run_context import build_run_context
from xltool.errors import UsageError
from xltool.forms.identity import Identity
from xltool.forms.identity_seal import compute_seal, is_genuine, read_seal_key
from xltool.model.agency import Scope
from xltool.model.form import Number
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import template_identity, write_template

KEY = b"0123456789abcdef0123456789abcdef"
LAST_YEAR = dict.fromkeys(the_form().cells, 0) | {"requests.carried_out.natural_person": 13}
SAID = Identity("form", "2021", 2025, "1", "甲镇", Scope.OWN, "2025-1", "aa", "", (("a.b.c", "13"),))


def issued(path: Path, key: bytes | None = KEY, changed: Mapping[str, Number] = {}) -> Path:
    """A sealed template with figures typed in."""
    issue = TemplateRequest(
        TOWN, 2025, "2025-000000000001", LAST_YEAR, filling=FilledContents({**GOOD, **changed}, declared=True)
    )
    if key:
        issue = issue._replace(seal=compute_seal(template_identity(the_plan(), issue), key))
    write_template(the_plan(), issue, path)
    return path


def said(path: Path, key: bytes | None = KEY) -> list[str]:
    """What is said of the seal and of the identity."""
    about = replace(build_run_context(), seal_key=key)
    codes = [finding.code for finding in review_file(about, path).findings]
    return [code for code in codes if code.startswith(("seal.", "identity."))]


def test_seal__as_issued__nothing_is_said(tmp_path: Path) -> None:
    assert said(issued(tmp_path / "a.xlsx")) == []


def test_seal__figures_typed_and_prefilled_ones_corrected__is_none_of_its_business(tmp_path: Path) -> None:
    changed = {NEW: 5, "requests.carried_in.natural_person": 12}
    assert said(issued(tmp_path / "a.xlsx", changed=changed)) == []


@pytest.mark.parametrize(
    ("key", "given", "expected"),
    [
        (KEY, None, ["seal.unchecked"]),
        (KEY, KEY[::-1], ["seal.broken"]),
        (None, KEY, ["seal.missing"]),
        (None, None, []),
    ],
)
def test_seal__of_one_key_and_another(
    key: bytes | None, given: bytes | None, expected: list[str], tmp_path: Path
) -> None:
    assert said(issued(tmp_path / "a.xlsx", key), given) == expected


Edit = Callable[[str, bytes], bytes | None]
STRINGS = "xl/sharedStrings.xml"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (replacing(STRINGS, "2025-000000000001", "2025-000000000002"), ["seal.broken"]),
        (replacing(STRINGS, "<t>13</t>", "<t>14</t>"), ["seal.broken"]),
        (replacing(STRINGS, "<t>prefilled.", "<t>wasfilled."), ["seal.broken"]),
        (replacing(STRINGS, TOWN.code, "329909"), ["seal.broken", "identity.witnesses"]),
        (replacing(STRINGS, "<t>seal</t>", "<t>nothing</t>"), ["seal.missing"]),
    ],
    ids=["serial", "figure", "figures", "agency", "taken off"],
)
def test_seal__identity_edited__broken(edit: Edit, expected: list[str], tmp_path: Path) -> None:
    source = issued(tmp_path / "a.xlsx")
    assert sorted(said(rewritten(source, tmp_path / "b.xlsx", edit))) == sorted(expected)


def test_seal__agency_and_all_witnesses_edited_alike__only_the_seal_tells(tmp_path: Path) -> None:
    def edit(name: str, content: bytes) -> bytes:
        if name not in {STRINGS, "docProps/custom.xml"}:
            return content
        return content.replace(b"329908", b"329909").replace("示例二镇".encode(), "示例三镇".encode())

    source = rewritten(issued(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", edit)
    assert (said(source), said(source, None)) == (["seal.broken"], ["seal.unchecked"])


def test_seal__every_word_counts_and_words_do_not_run_together() -> None:
    good = SAID._replace(seal=compute_seal(SAID, KEY))
    assert is_genuine(good, KEY)
    assert is_genuine(good._replace(seal=f" {good.seal.upper()}\n"), KEY)
    others = [
        good._replace(form="x"),
        good._replace(edition="x"),
        good._replace(agency_code="x"),
        good._replace(serial="x"),
        good._replace(layout="x"),
        good._replace(year=2026),
        good._replace(scope=Scope.AREA),
        good._replace(prefilled=()),
        good._replace(prefilled=(("a.b.c", "14"),)),
        good._replace(agency_code="1甲", agency_name="镇"),
        good._replace(seal=""),
        good._replace(seal="é"),
    ]
    assert [is_genuine(other, KEY) for other in others] == [False] * len(others)


def test_seal__order_of_the_figures__does_not_matter() -> None:
    two = (("a", "1"), ("b", "2"))
    assert compute_seal(SAID._replace(prefilled=two), KEY) == compute_seal(SAID._replace(prefilled=two[::-1]), KEY)


@pytest.mark.parametrize(("held", "key"), [(KEY, KEY), (KEY + b"\r\n", KEY), (b" " + KEY + b"\n\n", b" " + KEY)])
def test_key__line_end_is_no_part_of_it(held: bytes, key: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(held)
    assert read_seal_key(tmp_path / "key") == key


@pytest.mark.parametrize(
    ("held", "code"),
    [
        (None, "usage.seal_key"),
        *((short, "usage.seal_key_short") for short in (b"", KEY[:15], KEY[:15] + b"\n\n")),
    ],
)
def test_key__absent_or_short__stops_the_command(held: bytes | None, code: str, tmp_path: Path) -> None:
    if held is not None:
        (tmp_path / "key").write_bytes(held)
    with pytest.raises(UsageError) as refused:
        build_run_context(seal_key_file=tmp_path / "key")
    assert refused.value.code == code


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_seal__saved_by_an_office_program__holds(program: Program, kind: str, tmp_path: Path) -> None:
    saved = program(issued(tmp_path / "a.xlsx"), tmp_path / "saved", kind)
    assert (said(saved), said(saved, KEY[::-1])) == ([], ["seal.broken"])
