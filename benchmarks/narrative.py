"""What is read in the text of published reports, and how it is judged; false alarms on clean workbooks.

    python -m benchmarks.narrative [REPORTS] [--clean 1000] [--seed 1]

REPORTS holds one folder a report: ``raw.txt`` as published, and ``truth.json`` with ``narrative_claims`` (text, value
or list of values, agrees: true, false, or null where nobody can say). Printed are: for every claim of a truth, whether
it was read with its value and judged so; every mention that is judged to differ and is not known to; and what else was
read. Then clean reports with plausible sentences about their own figures: how many findings of each severity they get.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.prose import sections
from benchmarks.seeding import REPORTS, Figures, Report, plausible, published
from xltool.checks.context import CheckContext
from xltool.checks.run_checks import review_submission
from xltool.checks.texts.claims import Judgement, Mention, TextContext, find_mentions, split_statements
from xltool.errors import XltoolError
from xltool.forms.compiled_form import compile_form
from xltool.forms.expressions import recompute_figures
from xltool.forms.load_definitions import find_form_for_year, load_forms
from xltool.forms.numerals import normalise_text
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Scope
from xltool.model.form import Form, Number
from xltool.model.submission import Entry, EntryState, Source, Submission
from xltool.published.read_report import build_submission, read_report

AGREES = {True: Judgement.AGREES, False: Judgement.DIFFERS, None: Judgement.OPEN}


class Checked(NamedTuple):
    """One claim of a truth: whether it was read with its value, and whether it was judged as it is there."""

    report: str
    text: str
    read: bool
    judged: bool


def published_reports(folder: Path) -> Iterator[tuple[str, Submission, Form, list[Mapping[str, Any]]]]:
    """Every report that can be read, with the claims a person found in it."""
    forms = load_forms()
    for path in sorted(folder.glob("*/raw.txt")):
        truth = json.loads((path.parent / "truth.json").read_text("utf-8"))
        try:
            read = read_report(path, forms, year=truth["year"])
        except XltoolError as error:
            print(f"{path.parent.name}: not read ({error})")
            continue
        form = forms.get(read.form, read.edition)
        submission = with_figures(with_beginning(build_submission(read, form), form, path), form, path.parent.name)
        yield path.parent.name, submission, form, truth["narrative_claims"]


def with_figures(read: Submission, form: Form, name: str) -> Submission:
    """Figures that the layout of a report does not tell apart are those a person read (samples)."""
    sample = REPORTS / f"{name}.json"
    held = json.loads(sample.read_text("utf-8"))["figures"] if sample.exists() else {}
    inputs = {
        cell.id: held.get(cell.id) if read.values[cell.id] is None else read.values[cell.id] for cell in form.inputs
    }
    return replace(read, entries={}, values=recompute_figures(form.formulas, inputs))


def with_beginning(read: Submission, form: Form, path: Path) -> Submission:
    """Of a report whose first heading was cut away, what stands before the second is the first section."""
    first, second = form.sections[:2]
    if read.texts.get(first.id):
        return read
    text = path.read_text("utf-8").partition(second.heading)[0]
    return replace(read, texts={**read.texts, first.id: text})


def told(read: Submission, form: Form) -> list[Mention]:
    """Every mention in every section."""
    facts = TextContext(read.counted, None, read.year)
    texts = (read.texts.get(section.id, "") for section in form.sections)
    return [
        each
        for text in texts
        for sentence, subject in split_statements(text)
        for each in find_mentions(sentence, form, facts, subject)
    ]


def against_truth(name: str, found: list[Mention], claims: list[Mapping[str, Any]]) -> Iterator[Checked]:
    for claim in claims:
        text = normalise_text(claim["text"]).replace("\n", "")
        values = claim["value"] if isinstance(claim["value"], list) else [claim["value"]]
        here = [each for each in found if text.rstrip("\u4ef6\u5143") in each.sentence.replace("\n", "")]
        read = [[each for each in here if each.number == value] for value in values]
        wanted = AGREES[claim.get("agrees")]
        judged = all(any(each.judgement is wanted for each in same) for same in read) if "agrees" in claim else True
        yield Checked(name, claim["text"], all(read), all(read) and judged)


def print_reports(folder: Path) -> None:
    results: list[Checked] = []
    wrong = total = 0
    for name, read, form, claims in published_reports(folder):
        found = told(read, form)
        results += against_truth(name, found, claims)
        total += len(found)
        alarms = [each for each in found if each.judgement is Judgement.DIFFERS]
        known = [claim["text"] for claim in claims if claim.get("agrees") is False]
        for each in alarms:
            if not any(normalise_text(text) in each.sentence for text in known):
                wrong += 1
                print(f"{name}: false alarm {each.claim.id} {each.number}: {each.sentence}")
        extra = [
            each
            for each in found
            if not any(normalise_text(c["text"]).rstrip("\u4ef6\u5143") in each.sentence for c in claims)
        ]
        for each in extra:
            print(f"{name}: also read {each.claim.id} {each.number} {each.judgement.value}: {each.sentence[:60]}")
    for result in results:
        if not result.judged:
            print(f"{result.report}: {'judged otherwise' if result.read else 'not read'}: {result.text}")
    read_right = sum(result.read for result in results)
    print(f"claims of the truths read with their value: {read_right} of {len(results)}")
    print(f"judged as there: {sum(result.judged for result in results)} of {len(results)}")
    print(f"mentions read: {total}; false alarms: {wrong}")


# --- clean reports ---------------------------------------------------------------------------------------------------


def continued(form: Form, report: Report) -> tuple[Figures, Figures]:
    """The two years of a report, with documents in force and notices that go with the other figures."""
    figures, before = dict(report.figures), dict(report.previous)
    for line in ("rules", "normative_documents"):
        issued, repealed, in_force = (f"disclosure.{line}.{column}" for column in ("issued", "repealed", "in_force"))
        before[in_force] = max(figures[in_force], figures[repealed])
        figures[in_force] = before[in_force] + figures[issued] - figures[repealed]
    totals = recompute_figures(form.formulas, figures)
    for line in ("review", "direct_litigation", "post_review_litigation"):
        before[f"disputes.{line}.pending"] = min(
            before[f"disputes.{line}.pending"], totals[f"disputes.{line}.total"] or 0
        )
    overdue = recompute_figures(form.formulas, figures)["requests.other.fee_overdue.total"] or 0
    figures["processing_fees.notices"] = max(figures["processing_fees.notices"], overdue)
    figures["processing_fees.billed"] = figures["processing_fees.notices"] * 100
    figures["processing_fees.collected"] = 0
    return figures, before


def clean(rng: random.Random, form: Form, number: int, year: int = 2025) -> tuple[Submission, dict[str, Number]]:
    """A right report with text about its own figures, and its figures of last year."""
    report = plausible(rng, form, published(form))
    places = plan_workbook(form).cells
    figures, last_year = continued(form, report)
    values = recompute_figures(form.formulas, figures)
    entries = {
        cell: Entry(
            cell,
            EntryState.NUMBER,
            values[cell],
            str(values[cell]),
            *places[cell],
            "SUM(A1)" if shape.computed else None,
        )
        for cell, shape in form.cells.items()
    }
    before = {cell: value or 0 for cell, value in recompute_figures(form.formulas, last_year).items()}
    source = Source(f"{number}.xlsx", "0" * 64, 1, "2026-01-05T08:00:00")
    name = f"\u7532{number}\u9547"
    texts = sections(rng, year, values, before)
    read = Submission(form.id, form.edition, year, Scope.OWN, str(number), name, entries, values, source, texts=texts)
    return read, before


def print_clean(count: int, seed: int) -> None:
    form = find_form_for_year(load_forms(), 2025)
    rng = random.Random(seed)
    tally: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    read_in_all = 0
    for number in range(count):
        read, before = clean(rng, form, number)
        found = review_submission(read, CheckContext(compile_form(form), previous=before))
        read_in_all += len(told(read, form))
        tally.update({each.severity.value for each in found})
        codes.update(each.code for each in found)
        for each in found:
            if each.code.startswith(("TEXT", "text")) and codes[each.code] <= 2:
                print(
                    f"  {each.code} {each.facts.get('number')}: {each.facts.get('sentence')} {each.facts.get('right')}"
                )
    print(f"clean workbooks: {count}; mentions read: {read_in_all}")
    for severity in ("must_fix", "explain", "note"):
        print(f"  with a {severity}: {tally[severity]}")
    print("  " + ", ".join(f"{code} {times}" for code, times in sorted(codes.items())))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("reports", type=Path, nargs="?")
    arguments.add_argument("--clean", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    if given.reports:
        print_reports(given.reports)
    if given.clean:
        print_clean(given.clean, given.seed)


if __name__ == "__main__":
    main()
