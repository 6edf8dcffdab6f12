"""The inputs of all sheets of one consolidated workbook, and the phrases and links they share."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from xltool.consolidation.describe_versions import show_figure_change
from xltool.consolidation.file_names import split_file_name
from xltool.consolidation.file_status import find_unread_version
from xltool.forms.absent_tables import find_absent_duties
from xltool.forms.cell_addresses import column_letters
from xltool.forms.consolidated_layout import CODE_COLUMN, DetailsSheet, plan_details
from xltool.forms.lower_bounds import has_rates
from xltool.forms.period_words import fill_period
from xltool.forms.plan_sheets import list_announced_relations
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.agency import Agency
from xltool.model.beijing_time import to_beijing
from xltool.model.consolidation import Consolidation, ReviewedFile
from xltool.model.form import Form, Holding, Relation, Values
from xltool.workbooks.summary.agency_status import (
    AgencyStatus,
    FindingRow,
    TrackingRow,
    list_agency_statuses,
    list_finding_rows,
    list_tracking_rows,
    list_trial_findings,
    name_parts_without_figure,
)
from xltool.workbooks.summary.top_contributors import Share, find_largest_shares
from xltool.workbooks.template.check_formulas import CheckLine, compute_check_lines, find_needed_inputs
from xltool.workbooks.template.page_setup import find_item_labels
from xltool.workbooks.xlsxwriter_adapter import CellContent, Formula, SheetWriter

_MAX_NAMES = 10
_MAX_CHANGES = 20  # of the figures of two versions
_MAX_FORMULA_TEXT = 200  # characters of a text inside a formula; spreadsheet programs allow 255
_A4_PAPER = 9
LIST_FIRST_ROW = 4  # the first row of the lists: title, hint and headings stand above


@dataclass(frozen=True)
class SummaryContext:
    """Inputs of one consolidated workbook: the consolidation, the plan of its sheets, and its lists in order.

    ``figures_before`` are last year's figures of the agencies in the sum, where known; ``previous`` the same, for the
    checks, if no agency is missing. ``check_rows`` are the rows of the checks sheet by relation id; ``largest_shares``
    the largest parts of each total of which one part makes more than half; ``left_aligned_labels`` pairs of a table id
    and a text; ``detail_keys`` the agencies (codes, else names) with a row in the details; ``items_by_submission`` the
    files by ``id()`` of their submission; ``remarks`` what the coordinator wrote beside findings, by their keys.
    """

    consolidation: Consolidation
    plan: WorkbookPlan
    figures_before: Values | None
    previous: Values | None
    details: DetailsSheet
    check_rows: Mapping[str, CheckLine]
    agency_statuses: tuple[AgencyStatus, ...]
    tracking_rows: tuple[TrackingRow, ...]
    finding_rows: tuple[FindingRow, ...]
    parts_without_figure: Mapping[str, list[str]]
    largest_shares: Mapping[str, tuple[Share, ...]]
    left_aligned_labels: frozenset[tuple[str, str]]
    detail_keys: frozenset[str]
    items_by_submission: Mapping[int, ReviewedFile]
    shown_file_names: Mapping[str, str]
    remarks: Mapping[str, str]

    @property
    def title(self) -> str:
        """Area, year and form as one title."""
        pattern = workbook_words().summary.overview["title"]
        return fill_period(pattern, self.consolidation.year, area=self.area, form=self.plan.form.title)

    @property
    def area(self) -> str:
        """Name of the area."""
        return self.consolidation.summary.agency_name

    @property
    def counted(self) -> int:
        """Number of agencies in the sum."""
        return len(self.consolidation.summary.manifest)


def prepare_summary(consolidation: Consolidation, plan: WorkbookPlan, previous: Values | None) -> SummaryContext:
    """Prepare the inputs of all sheets; ``previous`` are the area's figures of the year before, if known."""
    before, previous = previous, None if consolidation.summary.absent else previous
    return SummaryContext(
        consolidation=consolidation,
        figures_before=before,
        plan=replace(plan, fields={}),  # no cover, and so no declaration that blanks are 0
        previous=previous,
        details=plan_details(plan.form, len(consolidation.parts)),
        check_rows=_make_check_rows(consolidation, plan, previous),
        agency_statuses=list_agency_statuses(consolidation),
        tracking_rows=list_tracking_rows(consolidation),
        finding_rows=(*list_finding_rows(consolidation), *list_trial_findings(consolidation)),
        parts_without_figure=name_parts_without_figure(consolidation),
        largest_shares=find_largest_shares(consolidation, _list_overview_cells(plan.form)),
        left_aligned_labels=frozenset(find_item_labels(plan.form)),
        detail_keys=frozenset(part.agency_key for part in consolidation.parts),
        items_by_submission={id(item.submission): item for item in consolidation.tracking},
        shown_file_names=show_file_names([item.file for item in consolidation.tracking]),
        remarks={remark.key: remark.text for remark in consolidation.changes.remarks} if consolidation.changes else {},
    )


def _list_overview_cells(form: Form) -> list[str]:
    """Return the ids of all cells in the figures of the overview."""
    shown = [*form.headlines, *([form.ranking] if form.ranking else [])]
    shown += [item for chart in form.charts for item in chart.items]
    return list(dict.fromkeys(term.cell for figure in shown for term in figure.sum.terms))


def find_undecided_inputs(consolidation: Consolidation, plan: WorkbookPlan, relation: Relation) -> list[str]:
    """Return the inputs of a relation for which some part of the sum has no figure; if any, it has no verdict."""
    conditions, sides = find_needed_inputs(plan.form, relation)
    return [cell for cell in dict.fromkeys((*conditions, *sides)) if consolidation.summary.lacking.get(cell)]


def _make_check_rows(consolidation: Consolidation, plan: WorkbookPlan, previous: Values | None) -> dict[str, CheckLine]:
    absent = tuple(table.id for table in find_absent_duties(plan.form, consolidation.summary))
    values, year = consolidation.summary.values, consolidation.year
    lines = compute_check_lines(plan, values, previous, year=year, absent=absent)
    waiting, idle = workbook_words().checks["waiting"], workbook_words().checks["idle"]
    for relation in list_announced_relations(plan.form):
        if relation.holds is Holding.RETURN:
            lines[relation.id] = CheckLine(None, None, None, idle, asked=False)
        if lines[relation.id].left is not None and find_undecided_inputs(consolidation, plan, relation):
            lines[relation.id] = lines[relation.id]._replace(difference=None, result=waiting)
    return lines


# --- phrases ---------------------------------------------------------------------------------------------------


def join_names(agency_names: list[str]) -> str:
    """Join names; only the first ten, if there are more."""
    say = workbook_words().summary.shared
    return say["joint"].join(agency_names[:_MAX_NAMES]) + (say["more"] if len(agency_names) > _MAX_NAMES else "")


def describe_completeness(context: SummaryContext) -> tuple[str, bool]:
    """Return how complete the totals are, in words, and whether they are complete and no later file is known."""
    beside = [item for item in context.consolidation.tracking if item.counted and find_unread_version(item)]
    names = [item.submission.agency_name or item.submission.agency_code for item in beside if item.submission]
    if not names:
        return _describe_totals(context)
    sentence, _ = _describe_totals(context, complete="complete_unless")
    return workbook_words().summary.overview["unread"].format(agencies=join_names(names)) + sentence, False


def _describe_totals(context: SummaryContext, complete: str = "complete") -> tuple[str, bool]:
    say, made = workbook_words().summary.overview, context.consolidation
    facts = {
        "expected": made.expected,
        "counted": context.counted,
        "count": len(made.summary.absent),
        "agencies": join_names([leaf.name or leaf.code for leaf in made.summary.absent]),
    }
    rated = has_rates(made.form)
    if not made.parts:
        return say["nothing"], False
    if made.summary.absent:
        return say["incomplete_in_part" if rated else "incomplete"].format(**facts), False
    if made.summary.lacking:
        return say["bounded_in_part" if rated else "bounded"].format(**facts), False
    return say[complete if made.roster else "open_ended"].format(**facts), True


def show_time(moment: str) -> str:
    """Return a time in Beijing as "2026-01-31 09:30"; unchanged if it is not ISO 8601."""
    time = to_beijing(moment)
    return time.strftime("%Y-%m-%d %H:%M") if time else moment


def show_figure_changes(item: ReviewedFile) -> str:
    """List the figures in which a file differs from another version, in form order, not more than 20."""
    shown = [show_figure_change(change) for change in item.figure_changes[:_MAX_CHANGES]]
    more = workbook_words().summary.shared["more"] if len(item.figure_changes) > _MAX_CHANGES else ""
    return workbook_words().summary.shared["joint"].join(shown) + more


def show_file_names(files: Sequence[str]) -> dict[str, str]:
    """Map each path to its name, with as many of its folders as distinguish it from others; never the whole path.

    The name of a file in an archive follows that of the archive.
    """
    alike: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for file in dict.fromkeys(files):
        alike[PurePath(file).name].append(PurePath(file).parts)
    lengths = {name: _count_distinguishing_parts(parts) for name, parts in alike.items()}
    shown = {file: max(lengths[PurePath(file).name], len(split_file_name(file))) for file in files}
    return {file: "/".join(PurePath(file).parts[-shown[file] :]) for file in files}


def _count_distinguishing_parts(paths: Sequence[tuple[str, ...]]) -> int:
    """Return how many components at the end distinguish the paths."""
    longest = max(map(len, paths))
    return next((n for n in range(1, longest) if len({path[-n:] for path in paths}) == len(paths)), longest)


# --- links -----------------------------------------------------------------------------------------------------


def link_to_row(shown: str | int, sheet: str, column: str, first: int, last: int, key: str) -> CellContent:
    """Return a formula that links to the row in which ``column`` holds ``key``, also after sorting.

    Without a key the text is returned as it is.
    """
    if not key:
        return shown
    sheet_name = sheet.replace("'", "''")
    keys = f"'{sheet_name}'!${column}${first}:${column}${last}"
    row = f"MATCH({quote_formula_text(_escape_wildcards(key))},{keys},0)+{first - 1}"
    text = quote_formula_text(shown[:_MAX_FORMULA_TEXT]) if isinstance(shown, str) else str(shown)
    start = quote_formula_text(f"#'{sheet_name}'!A")
    return Formula(f"HYPERLINK({start}&({row}),{text})", shown)


def link_to_details(context: SummaryContext, shown: str | int, agency: Agency) -> CellContent:
    """Link to an agency's row of figures, if it has one."""
    if agency.key not in context.detail_keys:
        return shown
    table = context.details
    column = column_letters(table.columns[CODE_COLUMN if agency.code else "name"])
    return link_to_row(shown, table.sheet, column, table.first, table.last, agency.key)


def link_to_tracking(context: SummaryContext, shown: str | int, agency: Agency) -> CellContent:
    """Link to the current file of an agency in the tracking table."""
    column, last = "B" if agency.code else "C", LIST_FIRST_ROW + max(1, len(context.tracking_rows)) - 1
    sheet = workbook_words().summary.sheets["tracking"]
    return link_to_row(shown, sheet, column, LIST_FIRST_ROW, last, agency.key)


def link_to_findings(context: SummaryContext, shown: str | int, agency: Agency) -> CellContent:
    """Link to the most severe finding about an agency."""
    column, last = "C" if agency.code else "D", LIST_FIRST_ROW + max(1, len(context.finding_rows)) - 1
    sheet = workbook_words().summary.sheets["findings"]
    return link_to_row(shown, sheet, column, LIST_FIRST_ROW, last, agency.key)


def quote_formula_text(text: str) -> str:
    """Return a text as a string literal of a formula."""
    return '"' + text.replace('"', '""') + '"'


def _escape_wildcards(key: str) -> str:
    """Escape the wildcard characters of MATCH."""
    return key.replace("~", "~~").replace("*", "~*").replace("?", "~?")


# --- pages -----------------------------------------------------------------------------------------------------


def set_up_page(sheet: SheetWriter, document: str, *, wide: bool = False, pages: int = 0, scale: int = 0) -> None:
    """Set paper, margins, header and footer; fit to one page in width and ``pages`` in height (0: any number).

    With ``scale``, in percent, the sheet takes as many pages as it needs in both directions, at its page breaks.
    """
    look = workbook_words().look
    sheet.set_paper(_A4_PAPER)
    if wide:
        sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    if scale:
        sheet.set_print_scale(scale)
    else:
        sheet.fit_to_pages(1, pages)
    sheet.set_header(f'&R&"{look["body_font"]},Regular"&9{document}', {"margin": 0.35})
    sheet.set_footer(f'&C&"{look["body_font"]},Regular"&9{look["footer"]}', {"margin": 0.35})
