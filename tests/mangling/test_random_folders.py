"""A sample of the folders composed at random; `make manglings` runs many more."""

from collections.abc import Sequence

import pytest

from tests.mangling.random_folders import OFFICE_EVERY, Sent, compose, try_seed
from tests.mangling.test_label_exchanges import WORDS_CODES
from xltool.checks.context import CheckContext
from xltool.checks.run_checks import run_checks
from xltool.consolidation.version_witnesses import Order
from xltool.model.agency import Roster
from xltool.model.consolidation import ReviewedFile
from xltool.model.finding import Finding
from xltool.model.form import CellKind
from xltool.model.submission import Submission
from xltool.recognition.cell_values import interpret_cell
from xltool.recognition.shown_values import ShownMeaning
from xltool.spreadsheet.raw_workbook import RawCell

SAMPLE = 22  # without those that LibreOffice saves
BLIND = 8  # folders after which a reader that overlooks something must have been found out
PLAIN_SEEDS = [seed for seed in range(SAMPLE + SAMPLE // (OFFICE_EVERY - 1)) if (seed + 1) % OFFICE_EVERY]


def describe(sent: Sequence[Sent]) -> list[tuple[str, str, list[str]]]:
    return [(item.path, item.group, item.made.names) for item in sent]


@pytest.mark.parametrize("seed", PLAIN_SEEDS)
def test_random_folder__every_file_decided_as_a_person_would(seed: int) -> None:
    sent, wrong, _ = try_seed(seed)
    assert wrong == [], describe(sent)


@pytest.mark.office
@pytest.mark.parametrize("seed", [OFFICE_EVERY * number - 1 for number in (1, 2)])
def test_random_folder__saved_by_libreoffice__the_same(seed: int) -> None:
    sent, wrong, _ = try_seed(seed)
    assert wrong == [], describe(sent)


def test_random_folders__the_same_seed_is_the_same_folder() -> None:
    assert [item.content for item in compose(3)] == [item.content for item in compose(3)]


def read_stored(cell: RawCell, kind: CellKind, decimals: int, _unit: str) -> ShownMeaning:
    return ShownMeaning(*interpret_cell(cell, kind, decimals))


def hold_nothing(reviewed: Sequence[ReviewedFile], _roster: Roster | None) -> Sequence[ReviewedFile]:
    return reviewed


def take_either(_left: ReviewedFile, _right: ReviewedFile) -> Order:
    return Order(1, ())


def ignore_words(submission: Submission, context: CheckContext) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    findings, trial = run_checks(submission, context)
    return tuple(each for each in findings if each.code not in WORDS_CODES), trial


BLINDFOLDS = {
    "looks": ("xltool.recognition.read_entries.interpret_shown", read_stored, "counts "),
    "names": ("xltool.commands.check.hold_doubtful_owners", hold_nothing, "-doubtful, held) is "),
    "versions": ("xltool.consolidation.settle_versions.find_order", take_either, ", held) is "),
    "words": ("xltool.commands.check.run_checks", ignore_words, " is accepted"),
}


@pytest.mark.parametrize("name", BLINDFOLDS)
def test_random_folders__a_reader_that_overlooks_something__is_found_out(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, blind, said = BLINDFOLDS[name]
    monkeypatch.setattr(where, blind)
    assert any(said in line for seed in range(BLIND) for line in try_seed(seed)[1])
