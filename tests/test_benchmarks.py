"""What the benchmarks measure on: made fast, and the same as the product makes it."""

import pytest

from benchmarks import corpus


def test_corpus__multiplied_figures__the_workbook_that_the_template_writes() -> None:
    corpus.must_agree((1, 4097))


def test_corpus__another_workbook__does_not_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "check_code", lambda report, factor: b"0000-0000" if factor > 1 else b"none")
    monkeypatch.setattr(corpus, "factor_of", lambda number: 1 + number)
    with pytest.raises(AssertionError):
        corpus.must_agree((1,))
