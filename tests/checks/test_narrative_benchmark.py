"""The benchmark of texts in small: plausible text about right figures brings nobody anything to do."""

import random

from benchmarks.narrative import clean, told
from tests.checks.figures import FORM, flat
from xltool.checks.context import CheckContext
from xltool.checks.run_checks import review_submission
from xltool.checks.texts.claims import Judgement
from xltool.forms.compiled_form import compile_form

SEED, COUNT = 11, 60


def test_clean_reports_with_plausible_text__read_and_never_accused() -> None:
    rng = random.Random(SEED)
    mentioned = 0
    for number in range(COUNT):
        read, before = clean(rng, FORM, number)
        found = flat(review_submission(read, CheckContext(compile_form(FORM), previous=before)))
        assert [each for each in found if each[1] != "note" or each[0] != "YEAR-JUMP"] == []
        mentions = told(read, FORM)
        assert [each for each in mentions if each.judgement is Judgement.DIFFERS] == []
        mentioned += len(mentions)
    assert mentioned > 5 * COUNT
