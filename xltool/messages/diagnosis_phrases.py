"""Render diagnoses: the suspected figure, a few alternatives, or the ranges of many and what to ask for."""

from collections.abc import Iterator, Sequence

from xltool.checks.context import CheckContext
from xltool.checks.localisation.best_question import Question
from xltool.checks.localisation.diagnose import Diagnosis
from xltool.checks.localisation.repairs import Change, Repair
from xltool.checks.make_finding import locate_cell, merge_ranges
from xltool.forms.ledger_totals import find_ledger_total, first_summed_cell
from xltool.messages import catalogue
from xltool.messages.catalogue import Phrase
from xltool.messages.relation_phrases import format_quantity, name_cell
from xltool.model.finding import Finding
from xltool.model.form import Cell
from xltool.model.submission import Submission

MAX_REPAIRS_TOLD = 3  # each with its correct value
EQUAL_WEIGHT_MARGIN = 1  # weight difference up to which repairs are equally good


def describe_suspects(
    finding: Finding, consequences: Sequence[str], diagnosis: Diagnosis, submission: Submission, context: CheckContext
) -> Phrase:
    """Render the sentences that follow the one on a violated relation; empty if that one is enough."""
    return Phrase("".join(_DiagnosisPhrases(submission, context, finding).build_sentences(consequences, diagnosis)))


def leading_repairs(diagnosis: Diagnosis) -> tuple[Repair, ...]:
    """Return the repairs as good as the first, within `EQUAL_WEIGHT_MARGIN`."""
    return tuple(item for item in diagnosis.repairs if item.weight <= diagnosis.repairs[0].weight + EQUAL_WEIGHT_MARGIN)


class _DiagnosisPhrases:
    """Phrases on the suspected figures of one report, behind one finding."""

    def __init__(self, submission: Submission, context: CheckContext, finding: Finding) -> None:
        self._submission = submission
        self._context = context
        self._finding = finding
        self._sheet = finding.cells[0].sheet

    def build_sentences(self, consequences: Sequence[str], diagnosis: Diagnosis) -> Iterator[Phrase]:
        if diagnosis.repairs:
            yield from self._describe_repairs(diagnosis)
        elif diagnosis.complete:
            yield catalogue.format_phrase("suspect_contradiction")
        else:
            yield catalogue.format_phrase("suspect_none")
        if consequences:
            yield catalogue.format_phrase("suspect_consequences", names=tuple(consequences))
        if diagnosis.repairs and not diagnosis.complete:
            yield catalogue.format_phrase("suspect_unfinished")
        if diagnosis.question and len(leading_repairs(diagnosis)) > MAX_REPAIRS_TOLD:
            yield self._describe_question(diagnosis.question)

    def _describe_repairs(self, diagnosis: Diagnosis) -> Iterator[Phrase]:
        best = leading_repairs(diagnosis)
        others = diagnosis.repairs[len(best) :]
        said = len(best) == 1 and _is_stated_by_finding(best[0], self._finding)
        if len(best) == 1 and None in [change.becomes for change in best[0].changes]:
            yield catalogue.format_phrase("suspect_open", repair=self._describe_repair(best[0]))
        elif len(best) == 1 and not others:
            if not said:
                yield catalogue.format_phrase("suspect_only", repair=self._describe_repair(best[0]))
        elif len(best) == 1:
            repair = self._describe_repair(best[0])
            yield Phrase() if said else catalogue.format_phrase("suspect_first", repair=repair)
            yield catalogue.format_phrase("suspect_others", others=self._describe_options(others))
        elif len(best) > MAX_REPAIRS_TOLD and (where := self._locate_repairs(best)):
            yield catalogue.format_phrase("suspect_many", count=len(best) + diagnosis.more, ranges=where)
        else:
            yield catalogue.format_phrase("suspect_either", repairs=self._describe_options(best))
            if others:
                yield catalogue.format_phrase("suspect_others", others=self._describe_options(others))
        if diagnosis.more:
            yield catalogue.format_phrase("suspect_more", more=diagnosis.more)

    def _describe_options(self, repairs: Sequence[Repair]) -> Phrase:
        """Describe alternatives one by one; many of them as ranges of cells, or the first few."""
        if len(repairs) > MAX_REPAIRS_TOLD and (where := self._locate_repairs(repairs)):
            return catalogue.format_phrase("suspect_one_of", ranges=where)
        told = Phrase(catalogue.format_phrase("or").join(map(self._describe_repair, repairs[:MAX_REPAIRS_TOLD])))
        return told if len(repairs) <= MAX_REPAIRS_TOLD else catalogue.format_phrase("and_more", text=told)

    def _locate_repairs(self, repairs: Sequence[Repair]) -> Phrase | None:
        """Return the ranges of single wrong figures; None if a repair changes several figures."""
        if any(len(repair.changes) != 1 for repair in repairs):
            return None
        spots = [locate_cell(repair.changes[0].cell, self._submission, self._context) for repair in repairs]
        areas = [
            area if sheet == self._sheet else f"{sheet}!{area}"
            for sheet in dict.fromkeys(item.sheet for item in spots)
            for area in merge_ranges(item.address for item in spots if item.sheet == sheet)
        ]
        return Phrase(catalogue.look_up_word("shown", "joint").join(areas))

    def _describe_repair(self, repair: Repair) -> Phrase:
        changes = catalogue.look_up_word("shown", "joint").join(map(self._describe_change, repair.changes))
        slip = catalogue.look_up_word("slip", repair.kind)
        return catalogue.format_phrase("suspect_slip", changes=Phrase(changes), slip=slip) if slip else Phrase(changes)

    def _describe_change(self, change: Change) -> Phrase:
        cell, label = self._name_cell(change.cell)
        where = locate_cell(change.cell, self._submission, self._context)
        facts = {"label": label, "place": Phrase(f"{where.sheet}!{where.address}")}
        was = format_quantity(change.was, cell)
        if change.becomes is None:
            return catalogue.format_phrase("suspect_change_open", **facts, was=was)
        return catalogue.format_phrase(
            "suspect_change", **facts, was=was, becomes=format_quantity(change.becomes, cell)
        )

    def _name_cell(self, id: str) -> tuple[Cell, Phrase]:
        """Return the cell that gives a figure its kind and unit, and the figure's words."""
        form = self._context.form
        if asked := find_ledger_total(form, id):
            return first_summed_cell(form, id), catalogue.format_phrase(
                "control_figure", line=asked.line_words, column=asked.column_words
            )
        return form.cells[id], Phrase(name_cell(form.cells[id]))

    def _describe_question(self, asked: Question) -> Phrase:
        """Describe which figure to look up, and how many alternatives it leaves."""
        answers = [count for _, count in asked.answers]
        return catalogue.format_phrase(
            "suspect_question",
            column=asked.control.column_words,
            line=asked.control.line_words,
            stated=asked.stated,
            count=sum(answers),
            left=max(answers),
        )


def _is_stated_by_finding(repair: Repair, finding: Finding) -> bool:
    """Return True if a finding on a total already states the repair."""
    changes = [(change.cell, change.becomes) for change in repair.changes]
    itself = (finding.cells[0].id, finding.facts["right"])
    return finding.wording.startswith("total.") and changes == [itself]
