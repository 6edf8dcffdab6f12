"""The schema of definition files: one msgspec struct for each kind of entry; unknown keys are errors."""

from typing import Literal

import msgspec

SeverityWord = Literal["must_fix", "explain", "note"]
KindWord = Literal["count", "signed_count", "amount", "percent", "decimal", "choice", "yes_no", "date", "text"]

YearTotalWord = Literal["sum", "mean", "weighted_mean", "recompute", "count", "first", "last", "none"]


class SectionSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One section of the report with ``paragraphs`` rows of free text (0 for a section that is a table).

    With ``table_titles``, its sheet has a title above each of its tables, as the report has where there are several.
    """

    id: str
    number: str
    title: str
    sheet: str
    paragraphs: int = 0
    guidance: list[str] = []
    table_titles: bool = False


class GroupSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A sum that texts quote as ``{id}``; of whole lines as ``{id.column}``, with ``{title}`` for the last column."""

    id: str
    title: str
    sum: str


class FigureSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A figure that a consolidation shows: its label and the sum that gives it."""

    label: str
    sum: str
    unit: str = ""


class ChartSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A bar chart of a consolidation, one bar a figure."""

    title: str
    items: list[FigureSpec]


class DraftSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A suggested paragraph for a section; its figures are placeholders."""

    section: str
    text: str


class SignatureSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One part of the signature line below the last table, filled in on the cover.

    The ids author, reviewer, phone and date are the fields that every cover has; any other adds a field.
    """

    id: str
    label: str


class MadeFromSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """From which form of shorter periods the figures of a period follow.

    ``form`` is the id of that form. ``cells`` give for ids of figures of this form the sum of figures of that one; with
    ``each`` as line, of every line. Without ``cells``, figures with the same id are meant.
    """

    form: str
    cells: dict[str, str] = {}


class FormSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """``form.toml``."""

    id: str
    edition: str
    title: str
    official_title: str
    document: str
    issuer: str
    issued: str
    first_year: int
    last_year: int | None = None
    report_title: str
    opening: str
    instructions: list[str]
    sections: list[SectionSpec]
    groups: list[GroupSpec] = []
    drafts: list[DraftSpec] = []
    headlines: list[FigureSpec] = []
    charts: list[ChartSpec] = []
    ranking: FigureSpec | None = None
    layouts: list[str] = []
    period: Literal["year", "half", "quarter", "month"] = "year"
    named_only: bool = False
    count_optional: bool = True
    signature: list[SignatureSpec] = []
    made_from: MadeFromSpec | None = None


class LabelSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A printed label and the range it fills in the table's own grid, such as ``A1:C3``.

    ``alone`` is the line whose figures a report prints when it prints the whole group as one line. An ``aside`` names
    no figure; ``within`` is the place of the label this one is a part of (其中): both name its figures.
    """

    at: str
    text: str
    alone: str = ""
    aside: bool = False
    within: str = ""


class BlockSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A rectangle of figures; ``first`` is its first cell, ``span`` and ``span_rows`` the grid cells of one figure.

    With ``fixed_decimals`` every figure shows all its ``decimals``. ``choices`` are the words of a choice; ``minimum``
    and ``maximum`` limit figures, ``earliest`` and ``latest`` dates, such as ``2025-01-01``, ``length`` texts.
    ``total`` is how a figure adds up over agencies, ``weight`` the figure that weights its mean, ``year_total`` how it
    adds up over the periods of a year.
    """

    first: str
    lines: list[str]
    columns: list[str] = []
    direction: Literal["down", "across"] = "down"
    span: int = 1
    span_rows: int = 1
    kind: KindWord = "count"
    unit: str = ""
    decimals: int | None = None
    fixed_decimals: bool = False
    optional: bool = False
    choices: list[str] = []
    minimum: int | float | None = None
    maximum: int | float | None = None
    earliest: str = ""
    latest: str = ""
    length: int | None = None
    total: Literal["sum", "mean", "weighted_mean", "recompute", "count", "none"] | None = None
    weight: str = ""
    year_total: YearTotalWord | None = None


class LookSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How cells of a table look, where they differ from every template: a font, its size in points, a fill (RRGGBB).

    ``at`` lists rectangles, such as ``["A1:D2", "A5"]``. ``borders`` are the lines left, right, top and bottom:
    thin, medium, thick, double, hair, dotted, dashed, or "" for none.
    """

    at: list[str]
    font: str = ""
    size: int | float = 0
    bold: bool = False
    align: Literal["", "left", "center", "right", "fill", "justify", "distributed"] = ""
    valign: Literal["", "top", "center", "bottom", "justify", "distributed"] = ""
    indent: int = 0
    fill: str = ""
    borders: list[Literal["", "thin", "medium", "thick", "double", "hair", "dotted", "dashed"]] = []


class PageSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How a table's sheet is printed: ``paper`` as Excel counts (9 is A4, 8 is A3), ``margins`` in inches.

    ``margins`` are left, right, top and bottom; ``repeat`` the rows of the grid printed on every page, such as
    ``"1:2"``; ``title_font`` and ``title_size`` those of the title.
    """

    paper: int = 0
    margins: list[float] = []
    repeat: str = ""
    title_font: str = ""
    title_size: int | float = 0


class TableSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One table as printed; ``size`` is the address of its last grid cell.

    ``asides`` are columns, such as ``["B", "C"]``, whose labels name no figure: units of measurement, code numbers.
    ``sentence`` states the figures of a table that is not printed, with the placeholders ``{year}`` and ``{cell id}``.
    ``absence`` is the sentence that a report has instead of the table where the duty is absent; it gives the table a
    list 适用, 不适用. ``notes`` are for those who fill it in; ``footnotes`` are printed below it in workbook and
    report; ``head_line`` above its right edge, such as its unit and number. Nothing is filled in the cells of
    ``blanks``.
    """

    id: str
    section: str
    sheet: str
    title: str
    size: str
    labels: list[LabelSpec]
    blocks: list[BlockSpec]
    printed: bool = True
    landscape: bool = False
    widths: list[float] = []
    heights: list[float] = []
    notes: list[str] = []
    footnotes: list[str] = []
    head_line: str = ""
    absence: str = ""
    sentence: str = ""
    asides: list[str] = []
    blanks: list[str] = []
    looks: list[LookSpec] = []
    page: PageSpec | None = None


class ListColumnSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One column of a list: its label, its kind with the settings of a block, and its width in characters."""

    id: str
    label: str
    kind: KindWord = "count"
    unit: str = ""
    decimals: int | None = None
    fixed_decimals: bool = False
    optional: bool = False
    choices: list[str] = []
    minimum: int | float | None = None
    maximum: int | float | None = None
    earliest: str = ""
    latest: str = ""
    length: int | None = None
    total: Literal["sum", "none"] | None = None
    width: float | None = None


class ListSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A table with a variable number of rows.

    ``rows`` is how many the template offers, ``key`` the columns that identify a row, ``key_scope`` whether two
    agencies may have rows of one key, ``unit`` what rows are counted in. An ``optional`` list may have no row. An
    area's report prints every row, or one an agency (``area_report``).
    ``year_total`` is how the figures computed from it add up over the periods of a year.
    """

    id: str
    section: str
    sheet: str
    title: str
    columns: list[ListColumnSpec]
    rows: int = 30
    key: list[str] = []
    key_scope: Literal["form", "agency"] = "form"
    merge: Literal["append", "by_key"] = "append"
    unit: str = ""
    optional: bool = False
    landscape: bool = False
    notes: list[str] = []
    head_line: str = ""
    area_report: Literal["rows", "agencies"] = "rows"
    year_total: Literal["sum", "first", "last", "none"] = "sum"


class TablesSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """``tables.toml``."""

    tables: list[TableSpec] = []
    lists: list[ListSpec] = []


class RelationSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One relation; see the head of a ``relations.toml`` for the language."""

    id: str
    title: str
    severity: SeverityWord
    basis: str
    advice: str
    expect: str
    when: str | None = None
    missing: Literal["undecided", "zero"] = "undecided"
    computes: bool = False
    profile: Literal["", "without_rule_power"] = ""
    beta: bool = False
    tolerance: int | float = 0
    holds: Literal["return", "sum", "both"] | None = None
    within_year: bool = False


class StandardSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The settings of a check that is not a relation, by kind of check."""

    kind: Literal[
        "number",
        "blank",
        "not_applicable",
        "computed",
        "optional_blank",
        "jump",
        "peer",
        "consolidation",
        "roster",
        "scope",
    ]
    id: str
    title: str
    severity: SeverityWord
    basis: str
    cells: list[str] = []
    factor: int = 1
    distance: int = 0
    least: int = 0
    beta: bool = False
    words: list[str] = []


class StandardsSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """``standards.toml``: the checks every form has."""

    standards: list[StandardSpec]


class RelationsSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """``relations.toml``."""

    relations: list[RelationSpec]
    standards: list[StandardSpec] = []


class ClaimSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A figure quoted in the text; see the head of a ``claims.toml``."""

    id: str
    title: str
    severity: Literal["explain", "note"]
    patterns: list[str]
    readings: list[str]
    asides: list[str] = []
    says: int | None = None
    parts: bool = False
    needs: list[str] = []
    beta: bool = False


class ClaimsSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """``claims.toml``."""

    shares: list[str] = []
    words: dict[str, str] = {}
    claims: list[ClaimSpec] = []
