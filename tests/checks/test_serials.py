"""Serials: issued to the agency the workbook names, or to another, and used by one agency or by two."""

from dataclasses import replace

from tests.checks.figures import FORM, found, submission, zeros
from xltool.checks.serials import find_shared_serials
from xltool.forms.identity import Identity, make_serial
from xltool.model.agency import Scope
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding_facts import NameWithRemark
from xltool.model.submission import Submission


def identity(code: str, name: str, serial: str = "") -> Identity:
    own = Identity(FORM.id, FORM.edition, 2025, code, name, Scope.OWN, serial, "aa")
    return own if serial else own._replace(serial=make_serial(own))


ISSUED = make_serial(identity("1", "甲镇"))


def read(code: str, name: str, serial: str = "", scope: Scope = Scope.OWN) -> Submission:
    issued = dict(identity(code, name, serial).to_rows())
    return submission(zeros(), agency_code=code, agency_name=name, issued=issued, scope=scope)


def file(code: str, name: str, serial: str = "", scope: Scope = Scope.OWN) -> ReviewedFile:
    item = read(code, name, serial, scope)
    return ReviewedFile(f"报送/{code}.xlsx", "", Status.ACCEPTED, item, ())


def serial_codes(item: Submission) -> list[str]:
    return [finding.code for finding in found(item) if finding.code.startswith("serial.")]


def test_serial__issued_to_the_agency__nothing_is_said() -> None:
    assert serial_codes(read("1", "甲镇")) == []


def test_serial__of_another_agency__is_told_and_one_of_another_maker_is_not() -> None:
    assert serial_codes(read("2", "乙镇", ISSUED)) == ["serial.other"]
    assert serial_codes(read("2", "乙镇", "内部-17")) == []
    assert serial_codes(read("2", "乙镇", ISSUED, Scope.AREA)) == []


def test_shared__the_one_it_was_not_issued_to_goes_back_and_the_others_are_named() -> None:
    unread = ReviewedFile("坏.xlsx", "", Status.UNREADABLE, None, ())
    items = (file("1", "甲镇"), unread, file("2", "乙镇", ISSUED), file("3", "丙镇"))
    own, same, other, third = find_shared_serials(items)
    assert (own, same, third) == (items[0], unread, items[3])
    assert other.status is Status.RETURNED
    (finding,) = other.findings
    assert (finding.code, finding.facts) == (
        "serial.shared",
        {"serial": ISSUED, "others": (NameWithRemark("1.xlsx", "甲镇"),)},
    )


def test_shared__two_versions_of_one_agency__are_no_sharing() -> None:
    items = (file("1", "甲镇"), replace(file("1", "甲镇"), file="新.xlsx"))
    assert find_shared_serials(items) == items
