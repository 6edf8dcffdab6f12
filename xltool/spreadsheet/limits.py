"""Every limit of the door to files, in one place, with the reason for its value.

"Real" is what about 4,000 public test workbooks hold (Apache POI, LibreOffice, SheetJS, ClosedXML, calamine, openpyxl);
"Excel" is Microsoft's published specification. A limit that is hit is one clear refusal, never a crash.
"""

MIB = 1024 * 1024

# --- the file ---
FILE_BYTES = 50 * MIB  # real files stay under 4 MiB; a return with pictures under 20
RATIO_FROM = 1 * MIB  # below this a part is cheap whatever its ratio
RATIO = 200  # real maximum 140:1; DEFLATE ends at 1,032:1

# --- the zip container ---
ENTRIES = 2_000  # real maximum 1,033
NAME_BYTES = 255  # the longest name any file system takes
PART_BYTES = 256 * MIB  # real maximum 112 MB
PACKAGE_BYTES = 512 * MIB  # real maximum 114 MB
PIECE_BYTES = 1 * MIB  # inflated and scanned at a time, so memory does not grow with the part

# --- what a process remembers of parts it has read ---
REMEMBERED_BYTES = 4 * MIB  # inflated, of each kind of part: what a hundred returns of one template do not share

# --- an archive of returns ---
MEMBERS = 10_000  # files in one archive with all archives inside it; a province has some 3,000 reporting bodies
ARCHIVE_DEPTH = 3  # archives inside archives: a county packs its towns, a city its counties
ARCHIVE_BYTES = 1024 * MIB  # inflated, one after another, of all members together: bounds the time

# --- XML ---
DEPTH = 64  # SpreadsheetML itself needs about 10
TOKEN_BYTES = 2 * MIB  # one tag or attribute; the longest honest one is a validation's list of ranges
COLLECTED_BYTES = 32 * MIB  # of all parts that are no grid, and of what surrounds grids; honest workbooks have one
REWRITTEN_BYTES = 12 * MIB  # of parts in an unusual dialect, which take ten times the time; honest ones are small
ELEMENTS = 200_000  # elements of interest in one part that is not a grid (styles, names, merges)
ODS_ELEMENTS = 2_000_000  # of an .ods, each of which costs two calls of Python: four seconds, not minutes

# --- the workbook ---
SHEETS = 1_000  # real maximum 1,024 in a stress test; the form has about ten
NAMES = 100_000  # real maximum 3,660
MERGES = 100_000  # real maximum 50,000
FORMATS = 65_490  # Excel: cell formats
NUMBER_FORMATS = 10_000  # real maximum 406
ROWS = 1_048_576  # Excel
COLUMNS = 16_384  # Excel: XFD
CELLS_SEEN = 5_000_000  # <c> elements, empty ones too: bounds the time; real maximum 300,000
CELLS_HELD = 350_000  # cells with content: bounds the memory and the time, half of it in .ods; real maximum 300,000
LISTED_CELLS = 3_000_000  # the same in the lists of a consolidated workbook: 10,000 agencies of 210 cells, and texts
SHARED_STRINGS = 2_000_000  # real maximum 66,935
TEXT_CHARACTERS = 32_767  # Excel: one cell
FORMULA_CHARACTERS = 8_192  # Excel
TEXT_TOTAL = 32 * MIB  # characters of all texts held: at most 128 MiB of memory whatever the script

# --- the worker for formats read by a library ---
MESSAGE_BYTES = 256 * MIB  # between it and its parent; what the other limits allow is less
WORKER_SECONDS = 9.0  # honest files take less than one; no file may take ten
WORKER_BYTES = 512 * MIB  # honest returns take 60; real .xls made to hurt reach 1.1 GB when the library is left alone
