"""The rule set proven: contradictions, redundancies, cells no relation touches, errors caught and located."""

import shutil
from pathlib import Path

import pytest

from xltool.forms.equations import find_dependents, form_equations, relation_equation
from xltool.forms.load_definitions import load_form
from xltool.forms.prove_relations import RelationProof, find_conflicts, find_redundancies, prove_relations
from xltool.model.form import Form
from xltool.package_data import find_data_folder

SHIPPED = find_data_folder("templates") / "zfxxgk-annual-report" / "2021"
RELATION = """
[[relations]]
id = "{name}"
title = "{name}"
severity = "must_fix"
basis = "x"
advice = "x"
"""


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form(SHIPPED)


@pytest.fixture(scope="module")
def proof(form: Form) -> RelationProof:
    return prove_relations(form)


def with_relation(tmp_path: Path, *relations: str) -> Form:
    """The shipped form with more relations."""
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "form"))
    file = folder / "relations.toml"
    added = "".join(RELATION.format(name=f"X{number}") + text for number, text in enumerate(relations, start=1))
    file.write_text(file.read_text("utf-8") + added, "utf-8")
    return load_form(folder)


def test_table_three__39_equations_of_rank_37(form: Form) -> None:
    rows = [
        relation_equation(relation) for relation in form.relations if relation.rule in {"T3-RESULT", "T3-ROW", "T3-BAL"}
    ]
    assert (len(rows), len(rows) - len(find_dependents(rows))) == (39, 37)
    assert len(form_equations(form.relations)) == 42


def test_shipped_form__no_contradiction(proof: RelationProof) -> None:
    assert proof.conflicts == ()
    assert (proof.equations, proof.rank) == (42, 40)


def test_shipped_form__redundancies_are_the_totals_of_totals(proof: RelationProof) -> None:
    assert [item.relation for item in proof.redundancies] == ["T3-ROW.concluded", "T3-BAL.total", "YEAR-CARRY.total"]
    assert "T3-BAL.natural_person" in proof.redundancies[1].others


def test_shipped_form__cells_no_relation_touches(proof: RelationProof) -> None:
    assert proof.untouched == ()
    assert proof.left_out == ("S6-TARIFF-BILLED", "S6-TARIFF-COLLECTED")


def test_shipped_form__errors_caught_and_located(proof: RelationProof) -> None:
    power = {(item.way, item.kind): item[2:] for item in proof.power}
    assert power == {
        ("typed", "single"): (203, 190, 175, 250),
        ("typed", "pair"): (20503, 20425, 15225, 76675),
        ("typed", "moved"): (345, 323, 56, 3335),
        ("template", "single"): (169, 144, 0, 3456),
        ("template", "pair"): (14196, 13896, 0, 9580896),
        ("template", "moved"): (282, 126, 6, 2886),
        ("template_subtotals", "single"): (197, 172, 28, 820),
        ("template_subtotals", "pair"): (19306, 19006, 378, 940774),
        ("template_subtotals", "moved"): (282, 156, 36, 696),
        ("template_totals", "single"): (196, 183, 168, 243),
        ("template_totals", "pair"): (19110, 19032, 14028, 73770),
        ("template_totals", "moved"): (282, 260, 8, 3680),
        ("template_controls", "single"): (224, 211, 196, 271),
        ("template_controls", "pair"): (24976, 24898, 19110, 85684),
        ("template_controls", "moved"): (282, 260, 38, 1310),
    }


CONTRADICTIONS = {
    "two equalities": (
        (
            'expect = "requests.received.total == requests.carried_in.total + 1"',
            'expect = "requests.carried_in.total == requests.received.total"',
        ),
        ("X1", "X2"),
    ),
    "a limit and one that is there": (
        ('expect = "processing_fees.collected > processing_fees.billed"',),
        ("S6-COLLECTED", "X1"),
    ),
    "through a sum": (
        ('expect = "disputes.review.total < disputes.review.upheld"',),
        ("T4-SUM.review", "X1"),
    ),
    "under a condition": (
        ('when = "processing_fees.notices == 0"\nexpect = "processing_fees.notices > 5"',),
        ("X1",),
    ),
    "below nothing": (('expect = "processing_fees.notices < 0"',), ("X1",)),
}


@pytest.mark.parametrize(("relations", "conflict"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_contradiction__exactly_the_relations_that_make_it(
    tmp_path: Path, relations: tuple[str, ...], conflict: tuple[str, ...]
) -> None:
    assert find_conflicts(with_relation(tmp_path, *relations)) == (conflict,)


REDUNDANT = {
    "a multiple": (
        'expect = "2 * disputes.review.total == 2 * sum(disputes.review.upheld, ..., disputes.review.pending)"',
        ("T4-SUM.review",),
    ),
    "a limit that a sum implies": ('expect = "disputes.review.upheld <= disputes.review.total"', ("T4-SUM.review",)),
    "never below nothing": ('expect = "processing_fees.notices >= 0"', ()),
    "under a condition": ('when = "processing_fees.notices > 3"\nexpect = "processing_fees.notices >= 2"', ()),
}


@pytest.mark.parametrize(("relation", "others"), REDUNDANT.values(), ids=REDUNDANT)
def test_redundancy__and_what_it_follows_from(tmp_path: Path, relation: str, others: tuple[str, ...]) -> None:
    found = {item.relation: item.others for item in find_redundancies(with_relation(tmp_path, relation))}
    assert found["X1"] == others
