"""All limits on files that are read, with the reason for each value.

"Real" is the maximum in about 4,000 public test workbooks (Apache POI, LibreOffice, SheetJS, ClosedXML, calamine,
openpyxl); "Excel" is Microsoft's published specification. A file beyond a limit is refused with a clear error.
"""

MIB = 1024 * 1024

# --- the file ---
MAX_FILE_BYTES = 50 * MIB  # real files are below 4 MiB; with pictures below 20
MIN_RATIO_BYTES = 8 * MIB  # smaller parts are cheap at any compression ratio
MAX_DENSE_BYTES = 32 * MIB  # inflated, of all parts beyond that ratio together
MAX_RATIO = 200  # real maximum 140:1; DEFLATE ends at 1,032:1

# --- the zip container ---
MAX_ENTRIES = 2_000  # real maximum 1,033
MAX_NAME_BYTES = 255  # the longest name any file system takes
MAX_PART_BYTES = 256 * MIB  # real maximum 112 MB
MAX_PACKAGE_BYTES = 512 * MIB  # real maximum 114 MB
PIECE_BYTES = 1 * MIB  # inflated and scanned at a time, so that memory does not grow with the part
MAX_WHOLE_BYTES = 4 * MIB  # inflated, of a part that may be read at once; a ledger with 2,000 requests has 1.5

# --- the cache of parsed parts ---
CACHE_BYTES = 4 * MIB  # inflated, of each kind of part: those that a hundred workbooks of one template do not share

# --- a .zip of workbooks ---
MAX_MEMBERS = 10_000  # files in one archive with all archives inside it; a province has some 3,000 reporting bodies
MAX_ARCHIVE_DEPTH = 3  # archives inside archives: a county packs its towns, a city its counties
MAX_ARCHIVE_BYTES = 1024 * MIB  # inflated, of all members together: bounds the time

# --- XML ---
MAX_XML_DEPTH = 64  # SpreadsheetML itself needs about 10
MAX_TOKEN_BYTES = 2 * MIB  # one tag or attribute; the longest real one is the list of ranges of a data validation
MAX_COLLECTED_BYTES = (
    32 * MIB
)  # of all parts other than cell grids, and of what surrounds grids; real workbooks have one
MAX_REWRITTEN_BYTES = 12 * MIB  # of parts with unusual XML syntax, which take ten times as long; real ones are small
MAX_ELEMENTS = 200_000  # elements in one part other than a cell grid (styles, names, merges)
MAX_ODS_ELEMENTS = 2_000_000  # in an .ods; each costs two Python calls: four seconds at most

# --- the workbook ---
MAX_SHEETS = 1_000  # real maximum 1,024 in a stress test; a form has about ten
MAX_NAMES = 100_000  # real maximum 3,660
MAX_MERGES = 100_000  # real maximum 50,000
MAX_CONDITIONS = 20_000  # conditional formats of one sheet; copying piles them up
MAX_CONDITION_AREAS = 50_000  # ranges of the conditional formats of one sheet: bounds the time
MAX_FORMATS = 65_490  # Excel: cell formats
MAX_NUMBER_FORMATS = 10_000  # real maximum 406
MAX_ROWS = 1_048_576  # Excel
MAX_COLUMNS = 16_384  # Excel: XFD
MAX_CELLS_SEEN = 5_000_000  # <c> elements, empty ones too: bounds the time; real maximum 300,000
MAX_CELLS_HELD = 350_000  # cells with content: bounds memory and time; real maximum 300,000
MAX_LISTED_CELLS = (
    3_000_000  # the same for the lists of a consolidated workbook: 10,000 agencies of 210 cells, and texts
)
MAX_SHARED_STRINGS = 2_000_000  # real maximum 66,935
MAX_TEXT_CHARACTERS = 32_767  # Excel: one cell
MAX_FORMULA_CHARACTERS = 8_192  # Excel
MAX_TOTAL_CHARACTERS = 32 * MIB  # of all texts together: at most 128 MiB of memory in any script

# --- the worker for formats read by a library ---
MAX_MESSAGE_BYTES = 256 * MIB  # of one message; the other limits allow less
MAX_WORKER_SECONDS = 9.0  # real files take less than one; no file may take ten
MAX_WORKER_BYTES = 512 * MIB  # ordinary workbooks take 60 MiB; malicious .xls files reach 1.1 GB without a bound
