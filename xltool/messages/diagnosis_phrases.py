"""What is said of the figures that may be wrong: one, either of a few, or where many stand and what to ask."""

from collections.abc import Iterator, Sequence

from xltool.checks.context import Context
from xltool.checks.localisation.best_question import Question
from xltool.checks.localisation.diagnose import Diagnosis
from xltool.checks.localisation.repairs import Change, Repair
from xltool.checks.make_finding import ranges, spot
from xltool.forms.controls import control, controlled
from xltool.messages import catalogue as texts
from xltool.messages.catalogue import Phrase
from xltool.messages.relation_phrases import cell_words, quantity
from xltool.model.finding import Finding
from xltool.model.form import Cell
from xltool.model.submission import Submission

FEW = 3  # possibilities told one by one, each with its right value
AS_GOOD = 1  # weight: a likeness of small figures makes no repair better than another


def suspects(
    finding: Finding, consequences: Sequence[str], diagnosis: Diagnosis, submission: Submission, context: Context
) -> Phrase:
    """The sentences behind that of a broken relation; empty where it says all itself."""
    return Phrase("".join(_Words(submission, context, finding).sentences(consequences, diagnosis)))


def leading(diagnosis: Diagnosis) -> tuple[Repair, ...]:
    """The repairs as good as the first: those that so little speaks against that nobody should choose between them."""
    return tuple(item for item in diagnosis.repairs if item.weight <= diagnosis.repairs[0].weight + AS_GOOD)


class _Words:
    """The words for the figures of one report, as they stand behind one finding."""

    def __init__(self, submission: Submission, context: Context, finding: Finding) -> None:
        self._submission = submission
        self._context = context
        self._finding = finding
        self._sheet = finding.spots[0].sheet

    def sentences(self, consequences: Sequence[str], diagnosis: Diagnosis) -> Iterator[Phrase]:
        if diagnosis.repairs:
            yield from self._accused(diagnosis)
        elif diagnosis.complete:
            yield texts.phrase("suspect_contradiction")
        else:
            yield texts.phrase("suspect_none")
        if consequences:
            yield texts.phrase("suspect_consequences", names=tuple(consequences))
        if diagnosis.repairs and not diagnosis.complete:
            yield texts.phrase("suspect_unfinished")
        if diagnosis.question and len(leading(diagnosis)) > FEW:
            yield self._question(diagnosis.question)

    def _accused(self, diagnosis: Diagnosis) -> Iterator[Phrase]:
        best = leading(diagnosis)
        others = diagnosis.repairs[len(best) :]
        said = len(best) == 1 and _says_itself(best[0], self._finding)
        if len(best) == 1 and None in [change.becomes for change in best[0].changes]:
            yield texts.phrase("suspect_open", repair=self._repair(best[0]))
        elif len(best) == 1 and not others:
            if not said:
                yield texts.phrase("suspect_only", repair=self._repair(best[0]))
        elif len(best) == 1:
            repair = self._repair(best[0])
            yield Phrase() if said else texts.phrase("suspect_first", repair=repair)
            yield texts.phrase("suspect_others", others=self._options(others))
        elif len(best) > FEW and (where := self._where(best)):
            yield texts.phrase("suspect_many", count=len(best) + diagnosis.more, ranges=where)
        else:
            yield texts.phrase("suspect_either", repairs=self._options(best))
            if others:
                yield texts.phrase("suspect_others", others=self._options(others))
        if diagnosis.more:
            yield texts.phrase("suspect_more", more=diagnosis.more)

    def _options(self, repairs: Sequence[Repair]) -> Phrase:
        """Possibilities one by one; many as the cells they are about, or the first few."""
        if len(repairs) > FEW and (where := self._where(repairs)):
            return texts.phrase("suspect_one_of", ranges=where)
        told = Phrase(texts.phrase("or").join(map(self._repair, repairs[:FEW])))
        return told if len(repairs) <= FEW else texts.phrase("and_more", text=told)

    def _where(self, repairs: Sequence[Repair]) -> Phrase | None:
        """Where single wrong figures stand; None if one of the repairs is more than that."""
        if any(len(repair.changes) != 1 for repair in repairs):
            return None
        spots = [spot(repair.changes[0].cell, self._submission, self._context) for repair in repairs]
        areas = [
            area if sheet == self._sheet else f"{sheet}!{area}"
            for sheet in dict.fromkeys(each.sheet for each in spots)
            for area in ranges(each.address for each in spots if each.sheet == sheet)
        ]
        return Phrase(texts.word("shown", "joint").join(areas))

    def _repair(self, repair: Repair) -> Phrase:
        changes = texts.word("shown", "joint").join(map(self._change, repair.changes))
        slip = texts.word("slip", repair.kind)
        return texts.phrase("suspect_slip", changes=Phrase(changes), slip=slip) if slip else Phrase(changes)

    def _change(self, change: Change) -> Phrase:
        cell, label = self._named(change.cell)
        where = spot(change.cell, self._submission, self._context)
        facts = {"label": label, "place": Phrase(f"{where.sheet}!{where.address}")}
        was = quantity(change.was, cell)
        if change.becomes is None:
            return texts.phrase("suspect_change_open", **facts, was=was)
        return texts.phrase("suspect_change", **facts, was=was, becomes=quantity(change.becomes, cell))

    def _named(self, id: str) -> tuple[Cell, Phrase]:
        """The cell whose kind and unit a figure has, and its words."""
        form = self._context.form
        if asked := control(form, id):
            return controlled(form, id), texts.phrase(
                "control_figure", line=asked.line_words, column=asked.column_words
            )
        return form.cells[id], Phrase(cell_words(form.cells[id]))

    def _question(self, asked: Question) -> Phrase:
        """What to look up, and how many of the possibilities are left then."""
        answers = [count for _, count in asked.answers]
        return texts.phrase(
            "suspect_question",
            column=asked.control.column_words,
            line=asked.control.line_words,
            stated=asked.stated,
            count=sum(answers),
            left=max(answers),
        )


def _says_itself(repair: Repair, finding: Finding) -> bool:
    """Whether a finding on a total already names it as what is wrong, with its right value."""
    changes = [(change.cell, change.becomes) for change in repair.changes]
    itself = (finding.spots[0].id, finding.facts["right"])
    return finding.wording.startswith("total.") and changes == [itself]
