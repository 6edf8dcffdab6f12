"""A decision on record about a file: it is left out, returned, counted, or counted as another agency."""

from dataclasses import replace

import pytest

from tests.merging import NEW, a_return, found, members, published
from xltool.consolidation.apply_decisions import apply_decisions
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.decision import Decision, Ruling
from xltool.model.finding import Finding, FindingCell
from xltool.model.finding_facts import DecisionNote
from xltool.model.form import Severity

ONE, OTHER = members()[:2]
CELL = (FindingCell(NEW, "表三", "D7"),)
FLAW = Finding("merge.lacking", Severity.MUST_FIX, CELL, {"count": 1, "counted": 1, "cells": ("D7",)})
OWNER = Finding("decision.outdated", Severity.MUST_FIX, facts={"date": "2026-01-30", "row": 4, "ruling": Ruling.COUNT})
NOTE = DecisionNote("电话核实", "李某", "2026-01-31")


def decision(ruling: Ruling, question: str = "", target: str = "") -> Decision:
    return Decision(ruling, "a.xlsx", "", ONE.code, question, target, NOTE.reason, NOTE.author, NOTE.date, 4)


def returned(*findings: Finding) -> ReviewedFile:
    item = found(a_return(ONE, published("zhangjiawan-2025")), *findings)
    return replace(item, status=Status.RETURNED if findings else Status.ACCEPTED)


def decided(item: ReviewedFile, *decisions: Decision) -> ReviewedFile:
    return apply_decisions(item, decisions, {agency.code: agency for agency in (ONE, OTHER)})


def test_no_decision_or_no_return__unchanged() -> None:
    item, unread = returned(FLAW), ReviewedFile("坏.xlsx", "", Status.UNREADABLE, None, ())
    assert decided(item) is item
    assert decided(unread, decision(Ruling.COUNT)) is unread


@pytest.mark.parametrize(
    ("ruling", "status", "code"),
    [
        (Ruling.EXCLUDE, Status.FOREIGN, "decision.excluded"),
        (Ruling.RETURN, Status.RETURNED, "decision.returned"),
    ],
)
def test_left_out_or_returned__does_not_count_and_says_why(ruling: Ruling, status: Status, code: str) -> None:
    item = decided(returned(), decision(Ruling.COUNT), decision(ruling))
    assert (item.status, item.counted, item.reason and item.reason.code) == (status, False, code)
    assert len(item.decisions) == 2


def test_counted_with_findings__they_are_settled_and_counted_in_the_reason() -> None:
    item = decided(returned(FLAW), decision(Ruling.COUNT))
    assert (item.status, [finding.settled for finding in item.findings]) == (Status.ACCEPTED, [NOTE])
    assert item.reason
    assert (item.reason.code, item.reason.facts["count"]) == ("decision.counted_flawed", 1)


def test_counted_as__carries_the_other_agencys_name() -> None:
    item = decided(returned(), decision(Ruling.COUNT_AS, target=OTHER.code))
    assert item.submission
    assert (item.submission.agency_code, item.submission.agency_name) == (OTHER.code, OTHER.name)
    assert item.reason
    assert item.reason.facts["target"] == OTHER.name


def test_counted__keeps_its_own_name_whatever_target_stands_there() -> None:
    item = decided(returned(), decision(Ruling.COUNT, target=OTHER.code))
    assert item.submission
    assert item.submission.agency_code == ONE.code


def test_answer_about_the_owner__settles_that_question_only() -> None:
    item = decided(returned(FLAW, OWNER), decision(Ruling.COUNT, question="owner-1"))
    assert [finding.settled for finding in item.findings] == [None, NOTE]
    assert item.status is Status.RETURNED


def test_answer_about_versions__is_for_the_versions_only() -> None:
    item = decided(returned(FLAW), decision(Ruling.COUNT, question="version-1"))
    assert (item.status, item.findings, item.decision) == (Status.RETURNED, (FLAW,), None)
