"""The codes of observations, each with the facts it needs."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ObservationCode(StrEnum):
    """What reading may notice. ``value.*`` are the notes of figures (see `recognition.cell_values`)."""

    CHECKS_OVERWRITTEN = "checks.overwritten"
    FORMULA_IN_INPUT = "formula.in_input"
    FORMULA_OVERWRITTEN = "formula.overwritten"
    IDENTITY_BY_NAME = "identity.by_name"
    IDENTITY_IMPORTED = "identity.imported"
    IDENTITY_NONE = "identity.none"
    IDENTITY_WITNESSES = "identity.witnesses"
    IMPORT_ALIKE = "import.alike"
    IMPORT_BREAKS_OFF = "import.breaks_off"
    IMPORT_EMBEDDED = "import.embedded"
    IMPORT_GROUP = "import.group"
    IMPORT_HEADING_NUMBER = "import.heading_number"
    IMPORT_LIST_SUMS = "import.list_sums"
    IMPORT_LIST_TEXT = "import.list_text"
    IMPORT_NAMELESS = "import.nameless"
    IMPORT_NOTHING_THERE = "import.nothing_there"
    IMPORT_NO_AGENCY = "import.no_agency"
    IMPORT_NO_HEADING = "import.no_heading"
    IMPORT_NO_LABEL = "import.no_label"
    IMPORT_NO_YEAR = "import.no_year"
    IMPORT_OPEN = "import.open"
    IMPORT_OTHER_EDITION = "import.other_edition"
    IMPORT_REORDERED = "import.reordered"
    IMPORT_SOLVED = "import.solved"
    IMPORT_TIPPED = "import.tipped"
    IMPORT_TORN = "import.torn"
    IMPORT_TURNED = "import.turned"
    IMPORT_ZERO_BY_TOTAL = "import.zero_by_total"
    LABEL_CHANGED = "label.changed"
    LABEL_EXCHANGED = "label.exchanged"
    LABEL_REWORDED = "label.reworded"
    LAYOUT_OTHER = "layout.other"
    LIST_NONE = "list.none"
    LIST_NO_COLUMN = "list.no_column"
    LIST_TYPED_TOTAL = "list.typed_total"
    PLACE_AMBIGUOUS = "place.ambiguous"
    PLACE_EXCHANGED = "place.exchanged"
    PLACE_HIDDEN = "place.hidden"
    PLACE_INSERTED = "place.inserted"
    PLACE_INSERTED_FILLED = "place.inserted_filled"
    PLACE_MISSING = "place.missing"
    PLACE_MOVED = "place.moved"
    PLACE_NARROW = "place.narrow"
    PLACE_NAMES = "place.names"
    PLACE_PICTURE = "place.picture"
    PLACE_REORDERED = "place.reordered"
    PLACE_UNMERGED = "place.unmerged"
    PLACE_UNMERGED_TWICE = "place.unmerged_twice"
    PROTECTION_ALL_REMOVED = "protection.all_removed"
    PROTECTION_REMOVED = "protection.removed"
    REMARK_COMMENT = "remark.comment"
    REMARK_TEXT_BOX = "remark.text_box"
    REPORT_PERIOD = "report.period"
    REPORT_PUBLISHED = "report.published"
    SHEETS_REORDERED = "sheets.reordered"
    SHEET_COPY = "sheet.copy"
    SHEET_COPY_DIFFERS = "sheet.copy_differs"
    SHEET_HIDDEN = "sheet.hidden"
    SHEET_MISSING = "sheet.missing"
    SHEET_RENAMED = "sheet.renamed"
    SHEET_SHOWN = "sheet.shown"
    STRAY = "stray"
    STRAY_MORE = "stray.more"
    STRUCTURE_UNPROTECTED = "structure.unprotected"
    TABLE_FILLED_IN = "table.filled_in"
    TABLE_COPY = "table.copy"
    TABLE_COPY_DIFFERS = "table.copy_differs"
    TABLE_OTHER_AGENCY = "table.other_agency"
    TABLE_SECOND = "table.second"
    TEXT_STRUCK = "text.struck"
    VALIDATION_LOST = "validation.lost"
    VALUE_ACROSS = "value.across"
    VALUE_APOSTROPHE = "value.apostrophe"
    VALUE_BETWEEN = "value.between"
    VALUE_BOOLEAN = "value.boolean"
    VALUE_CACHED_DIFFERS = "value.cached_differs"
    VALUE_CHINESE_NUMERAL = "value.chinese_numeral"
    VALUE_CHOICE_SPELLING = "value.choice_spelling"
    VALUE_CONDITIONAL = "value.conditional"
    VALUE_COVERED = "value.covered"
    VALUE_OVERLAID = "value.overlaid"
    VALUE_DATE = "value.date"
    VALUE_ERROR_VALUE = "value.error_value"
    VALUE_FORMULA_RESULT = "value.formula_result"
    VALUE_FRACTION = "value.fraction"
    VALUE_FULL_WIDTH = "value.full_width"
    VALUE_INVISIBLE = "value.invisible"
    VALUE_NEGATIVE = "value.negative"
    VALUE_NEGATIVE_ZERO = "value.negative_zero"
    VALUE_NOT_APPLICABLE = "value.not_applicable"
    VALUE_NOT_CALCULATED = "value.not_calculated"
    VALUE_NOT_CHOICE = "value.not_choice"
    VALUE_NOT_DATE = "value.not_date"
    VALUE_NOT_NUMBER = "value.not_number"
    VALUE_ODD_FONT = "value.odd_font"
    VALUE_OUT_OF_RANGE = "value.out_of_range"
    VALUE_RAISED = "value.raised"
    VALUE_REMARK = "value.remark"
    VALUE_REPEATED = "value.repeated"
    VALUE_RUBY = "value.ruby"
    VALUE_SEPARATORS = "value.separators"
    VALUE_SEVERAL_NUMBERS = "value.several_numbers"
    VALUE_SHOWN_DIFFERS = "value.shown_differs"
    VALUE_SPACES = "value.spaces"
    VALUE_STRUCK = "value.struck"
    VALUE_STRUCK_OUT = "value.struck_out"
    VALUE_SYMBOL_FONT = "value.symbol_font"
    VALUE_TEXT_DATE = "value.text_date"
    VALUE_TEXT_NUMBER = "value.text_number"
    VALUE_TOO_LARGE = "value.too_large"
    VALUE_TOO_LONG = "value.too_long"
    VALUE_TOO_MANY_DECIMALS = "value.too_many_decimals"
    VALUE_UNIT_IN_CELL = "value.unit_in_cell"
    VALUE_UPSIDE_DOWN = "value.upside_down"
    VALUE_WHITESPACE_ONLY = "value.whitespace_only"
    VALUE_ZERO_HIDDEN = "value.zero_hidden"
    WORKBOOK_MACROS = "workbook.macros"
    WORKBOOK_SEVERAL = "workbook.several"
    ZEROS_HIDDEN = "zeros.hidden"


# The facts an observation needs; codes that are not here need none.
OBSERVATION_FACTS: Mapping[ObservationCode, frozenset[str]] = MappingProxyType(
    {
        ObservationCode(code): frozenset(names.split())
        for code, names in {
            "checks.overwritten": "count at",
            "formula.in_input": "formula",
            "identity.by_name": "name number",
            "identity.witnesses": "field printed property",
            "import.alike": "printed label where",
            "import.breaks_off": "found",
            "import.group": "label line",
            "import.heading_number": "headings misnumbered document issue",
            "import.list_sums": "list count agencies",
            "import.list_text": "list found",
            "import.nameless": "label where",
            "import.no_heading": "sections headings document issue",
            "import.no_label": "table labels",
            "import.nothing_there": "label where",
            "import.open": "label where found",
            "import.other_edition": "year edition",
            "import.reordered": "table",
            "import.solved": "lines count",
            "import.tipped": "table",
            "import.torn": "table count lines",
            "import.turned": "table",
            "import.zero_by_total": "lines count",
            "label.changed": "expected found",
            "label.exchanged": "labels count",
            "label.reworded": "expected found",
            "list.none": "list",
            "list.no_column": "label",
            "list.typed_total": "raw",
            "place.ambiguous": "lost count",
            "place.exchanged": "axis moves",
            "place.hidden": "count at",
            "place.narrow": "count at",
            "place.inserted": "axis lines",
            "place.inserted_filled": "axis lines",
            "place.missing": "lost count",
            "place.moved": "from to",
            "place.names": "labelled named",
            "place.picture": "count at",
            "place.reordered": "axis moves",
            "place.unmerged": "from to",
            "place.unmerged_twice": "from to",
            "remark.comment": "text",
            "remark.text_box": "text",
            "report.period": "sentence",
            "report.published": "date",
            "sheet.copy": "of",
            "sheet.copy_differs": "of count at",
            "sheet.missing": "sheet",
            "sheet.renamed": "from to",
            "sheets.reordered": "order",
            "stray": "text",
            "stray.more": "count",
            "table.copy_differs": "count at",
            "table.filled_in": "table count at",
            "table.other_agency": "agency own",
            "table.second": "section",
            "validation.lost": "count at",
            "workbook.several": "count agency",
            "zeros.hidden": "count at",
        }.items()
    }
)
# Facts that list what was noticed: empty, they would leave a hole in the sentence.
LIST_FACTS = frozenset({"at", "labels", "lines", "lost", "moves", "order"})
