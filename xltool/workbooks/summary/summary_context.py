"""What is known while one consolidated workbook is written, and the phrases and links its sheets share."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import PurePath

from xltool.forms.consolidated import CODE, Details, details, figures
from xltool.forms.furniture import words
from xltool.forms.layout import Plan
from xltool.forms.places import column_letters
from xltool.forms.sheets import announced
from xltool.messages import catalogue as texts
from xltool.model.agency import Agency
from xltool.model.consolidation import Consolidation, Reviewed, Status
from xltool.model.form import Form, Relation, Values
from xltool.workbooks.summary.agency_status import (
    Standing,
    Told,
    Tracked,
    by_cell_lacking,
    standings,
    told,
    tracked,
    trials,
)
from xltool.workbooks.summary.top_contributors import Share, leading
from xltool.workbooks.template.check_formulas import CheckLine, check_lines, needed_inputs
from xltool.workbooks.template.page_setup import item_labels
from xltool.workbooks.xlsxwriter_adapter import Content, Formula, Sheet

_BEIJING = timezone(timedelta(hours=8))
_MOST_NAMES = 10
_LONGEST_TEXT = 200  # of a text inside a formula; a spreadsheet program allows 255
_A4 = 9
LIST_FIRST = 4  # the first row of the lists: title, hint and headings stand above


@dataclass(frozen=True)
class Draft:
    """One workbook: what it is of, where things stand in it, and its lists in their order.

    ``before`` are the figures of the year before of those who are in the sum, where they are known; ``previous`` the
    same where nobody is missing, for the checks; ``lines`` what the checks sheet shows, by relation id; ``lacking`` the
    names of the parts that give a cell no figure; ``leading`` who makes most of a total, where one makes more than
    half; ``listed`` the labels of the form that stand left-aligned (table id and text); ``rows`` whose rows stand in
    the details (codes, else names); ``items`` the tracking row by ``id()`` of its submission; ``files`` the name to
    show for every file.
    """

    made: Consolidation
    plan: Plan
    before: Values | None
    previous: Values | None
    details: Details
    lines: Mapping[str, CheckLine]
    standings: tuple[Standing, ...]
    tracked: tuple[Tracked, ...]
    told: tuple[Told, ...]
    lacking: Mapping[str, list[str]]
    leading: Mapping[str, tuple[Share, ...]]
    listed: frozenset[tuple[str, str]]
    rows: frozenset[str]
    items: Mapping[int, Reviewed]
    files: Mapping[str, str]

    @property
    def title(self) -> str:
        """The area, the year and the form."""
        facts = {"area": self.area, "year": self.made.year, "form": self.plan.form.title}
        return words().summary.overview["title"].format(**facts)

    @property
    def area(self) -> str:
        """The area's name."""
        return self.made.summary.agency_name

    @property
    def counted(self) -> int:
        """How many agencies are in the sum."""
        return len(self.made.summary.manifest)


def draft(made: Consolidation, plan: Plan, previous: Values | None) -> Draft:
    """Everything that has to be known before the first sheet is written."""
    before, previous = previous, None if made.summary.absent else previous
    return Draft(
        made=made,
        before=before,
        plan=replace(plan, fields={}),  # no cover, and so no declaration that blanks are 0
        previous=previous,
        details=details(plan.form, len(made.parts)),
        lines=_lines(made, plan, previous),
        standings=standings(made),
        tracked=tracked(made),
        told=(*told(made), *trials(made)),
        lacking=by_cell_lacking(made),
        leading=leading(made, _weighty(plan.form)),
        listed=frozenset(item_labels(plan.form)),
        rows=frozenset(part.agency_code or part.agency_name for part in made.parts),
        items={id(item.submission): item for item in made.tracking},
        files=shown_files([item.file for item in made.tracking]),
    )


def _weighty(form: Form) -> list[str]:
    """The figures of the overview: those of which it helps to know who they are mostly made of."""
    say = words().summary
    wanted = [*say.headlines, say.ranking, *(item for chart in say.charts for item in chart.items)]
    return list(dict.fromkeys(term.cell for figure in figures(form, wanted) for term in figure.meaning.terms))


def undecided(made: Consolidation, plan: Plan, relation: Relation) -> list[str]:
    """The inputs a relation needs that some part of the sum gives no figure for: a lower bound decides nothing."""
    conditions, sides = needed_inputs(plan.form, relation)
    return [cell for cell in dict.fromkeys((*conditions, *sides)) if made.summary.lacking.get(cell)]


def _lines(made: Consolidation, plan: Plan, previous: Values | None) -> dict[str, CheckLine]:
    lines = check_lines(plan, made.summary.values, previous)
    waiting = words().checks["waiting"]
    for relation in announced(plan.form):
        if lines[relation.id].left is not None and undecided(made, plan, relation):
            lines[relation.id] = lines[relation.id]._replace(difference=None, result=waiting)
    return lines


# --- phrases ---------------------------------------------------------------------------------------------------


def names(of: list[str]) -> str:
    """Some names in a row; the first ten, if there are more."""
    say = words().summary.shared
    return say["joint"].join(of[:_MOST_NAMES]) + (say["more"] if len(of) > _MOST_NAMES else "")


def completeness(draft: Draft) -> tuple[str, bool]:
    """In a sentence how whole the totals are, and whether they are."""
    say, made = words().summary.overview, draft.made
    facts = {
        "expected": made.expected,
        "counted": draft.counted,
        "count": len(made.summary.absent),
        "agencies": names([leaf.name or leaf.code for leaf in made.summary.absent]),
    }
    if not made.parts:
        return say["nothing"], False
    if made.summary.absent:
        return say["incomplete"].format(**facts), False
    if made.summary.lacking:
        return say["bounded"].format(**facts), False
    return say["complete" if made.roster else "open_ended"].format(**facts), True


def shown_status(item: Reviewed) -> str:
    """What became of a file; a return that has no place here is not said to be no return."""
    if item.submission and item.status is Status.FOREIGN:
        return words().summary.standing[item.status]
    return texts.word("status", item.status)


def shown_time(moment: str) -> str:
    """A file's time as people there read it; as it is, if it is no ISO 8601."""
    try:
        return datetime.fromisoformat(moment).astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return moment


def shown_files(files: Sequence[str]) -> dict[str, str]:
    """Each file's name, with as many of its folders as tell it from others of that name; never a whole path."""
    alike: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for file in dict.fromkeys(files):
        alike[PurePath(file).name].append(PurePath(file).parts)
    lengths = {name: _telling(parts) for name, parts in alike.items()}
    return {file: "/".join(PurePath(file).parts[-lengths[PurePath(file).name] :]) for file in files}


def _telling(paths: Sequence[tuple[str, ...]]) -> int:
    """How many parts at the end tell some paths from each other."""
    longest = max(map(len, paths))
    return next((n for n in range(1, longest) if len({path[-n:] for path in paths}) == len(paths)), longest)


# --- links -----------------------------------------------------------------------------------------------------


def link(shown: str | int, sheet: str, column: str, first: int, last: int, key: str) -> Content:
    """Text that leads to the row of a sheet in which ``column`` holds ``key``, wherever sorting has moved it.

    Without a key there is nothing to find, and the text stays plain.
    """
    if not key:
        return shown
    page = sheet.replace("'", "''")
    row = f"MATCH({literal(_exactly(key))},'{page}'!${column}${first}:${column}${last},0)+{first - 1}"
    text = literal(shown[:_LONGEST_TEXT]) if isinstance(shown, str) else str(shown)
    start = literal(f"#'{page}'!A")
    return Formula(f"HYPERLINK({start}&({row}),{text})", shown)


def link_to_details(draft: Draft, shown: str | int, agency: Agency) -> Content:
    """A link to an agency's row of figures, if it has one."""
    if (agency.code or agency.name) not in draft.rows:
        return shown
    table = draft.details
    column = column_letters(table.columns[CODE if agency.code else "name"])
    return link(shown, table.sheet, column, table.first, table.last, agency.code or agency.name)


def link_to_tracking(draft: Draft, shown: str | int, agency: Agency) -> Content:
    """A link to the file of an agency that matters."""
    column, last = "B" if agency.code else "C", LIST_FIRST + max(1, len(draft.tracked)) - 1
    sheet = words().summary.sheets["tracking"]
    return link(shown, sheet, column, LIST_FIRST, last, agency.code or agency.name)


def link_to_findings(draft: Draft, shown: str | int, agency: Agency) -> Content:
    """A link to the gravest finding about an agency."""
    column, last = "C" if agency.code else "D", LIST_FIRST + max(1, len(draft.told)) - 1
    sheet = words().summary.sheets["findings"]
    return link(shown, sheet, column, LIST_FIRST, last, agency.code or agency.name)


def literal(text: str) -> str:
    """A text as formulas write it."""
    return '"' + text.replace('"', '""') + '"'


def _exactly(key: str) -> str:
    """A text to be looked up as it is: the signs that MATCH takes for any letter lose that meaning."""
    return key.replace("~", "~~").replace("*", "~*").replace("?", "~?")


# --- pages -----------------------------------------------------------------------------------------------------


def set_up_page(sheet: Sheet, document: str, *, wide: bool = False, pages: int = 0, scale: int = 0) -> None:
    """Paper, margins, header and footer; as wide as the page and ``pages`` high (0: as many as it takes).

    With ``scale``, in percent, the sheet takes as many pages as it needs in both directions, at the breaks it has.
    """
    look = words().look
    sheet.set_paper(_A4)
    if wide:
        sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    if scale:
        sheet.set_print_scale(scale)
    else:
        sheet.fit_to_pages(1, pages)
    sheet.set_header(f'&R&"{look["body_font"]},Regular"&9{document}', {"margin": 0.35})
    sheet.set_footer(f'&C&"{look["body_font"]},Regular"&9{look["footer"]}', {"margin": 0.35})
