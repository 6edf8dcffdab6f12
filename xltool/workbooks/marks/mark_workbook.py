"""Write the findings of a check into the agency's own workbook: its list is rewritten, and it opens there.

Of the sheets only the view is another one: which is shown first, and where the cursor stands. All else keeps its bytes.

The template has an empty list of findings, and conditional formats that look every cell up in its first column.
Marking a workbook is writing this list; an empty list clears it. A workbook that is signed, or whose list is not as in
the template (renamed, deleted, changed), is not marked: such a file gets a page instead.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from xltool.forms.cell_addresses import cell_address
from xltool.forms.plan_sheets import LIST_FIRST_ROW, MARK_COLUMNS
from xltool.forms.slots import Purpose
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.workbooks import replace_part
from xltool.workbooks.marks.findings_list import FindingText
from xltool.workbooks.marks.findings_sheet import FindingsSheet
from xltool.workbooks.marks.opening_view import open_at_sheet, select_sheet
from xltool.workbooks.marks.xml_tree import parse_tree
from xltool.workbooks.replace_part import NotCopyableError

_MEBIBYTE = 1024 * 1024
_MAX_LIST_BYTES = 4 * _MEBIBYTE  # bytes of the list's part; ours has a few thousand
_MAX_INDEX_BYTES = 8 * _MEBIBYTE  # bytes of the workbook's own part
_MAX_SHEET_BYTES = 256 * _MEBIBYTE  # bytes of a sheet, as when it is read
_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_NOT_MARKABLE = (NotCopyableError, ValueError)  # the second for addresses and numbers that are none


def mark_workbook(data: bytes, plan: WorkbookPlan, findings: Sequence[FindingText]) -> bytes | None:
    """Return a copy of an .xlsx workbook with these findings in its list; the same input gives the same bytes.

    It opens on the list, on its first sheet if there are no findings. None if it is not a workbook of ours, not
    .xlsx, or its list is not as in the template.
    """
    list_name = plan.sheet_for(Purpose.MARKS).name
    try:
        found = _find_parts(data, list_name)
        sheet = FindingsSheet(parse_tree(replace_part.read_part(data, found.sheets[list_name], _MAX_LIST_BYTES)))
        sheet.write_findings_list(findings, found.sheets)
        contents = {found.sheets[list_name]: sheet.serialise_part()}
        return replace_part.replace_parts(
            data, contents | _turn_to_findings(data, found, contents, list_name, findings)
        )
    except _NOT_MARKABLE:
        return None


def has_marks(data: bytes, plan: WorkbookPlan) -> bool:
    """Return whether the list of a workbook has findings of an earlier check."""
    list_name = plan.sheet_for(Purpose.MARKS).name
    try:
        part = _find_parts(data, list_name).sheets[list_name]
        return FindingsSheet(parse_tree(replace_part.read_part(data, part, _MAX_LIST_BYTES))).has_findings
    except _NOT_MARKABLE:
        return False


class _WorkbookParts(NamedTuple):
    """The names of a workbook's own part and of its sheets, by the names of the sheets in order ("" for no table)."""

    workbook: str
    sheets: Mapping[str, str]


def _turn_to_findings(
    data: bytes,
    workbook_parts: _WorkbookParts,
    contents: Mapping[str, bytes],
    list_name: str,
    findings: Sequence[FindingText],
) -> dict[str, bytes]:
    """Return the parts that differ once the workbook opens on its list, and each sheet at its first marked cell."""
    shown = list_name if findings else next(iter(workbook_parts.sheets))
    cursors = {finding.sheet: finding.address for finding in reversed(findings) if finding.places and finding.address}
    cursors[list_name] = cell_address(LIST_FIRST_ROW, MARK_COLUMNS.index("cell") + 1)
    workbook = replace_part.read_part(data, workbook_parts.workbook, _MAX_INDEX_BYTES)
    turned = {workbook_parts.workbook: open_at_sheet(workbook, list(workbook_parts.sheets).index(shown))}
    for name, part in workbook_parts.sheets.items():
        if part:
            content = contents.get(part) or replace_part.read_part(data, part, _MAX_SHEET_BYTES)
            viewed = select_sheet(content, selected=name == shown, address=cursors.get(name, ""))
            turned |= {part: viewed} if viewed != content else {}
    return turned if turned[workbook_parts.workbook] != workbook or len(turned) > 1 else {}


def _find_parts(data: bytes, list_name: str) -> _WorkbookParts:
    """Find the parts of a workbook. Raises NotCopyableError for one that is signed, has macros or lacks the list."""
    if any(part.startswith("_xmlsignatures/") for part in replace_part.list_part_names(data)):
        raise NotCopyableError("signed")
    workbook = _resolve_target(_read_relationships(data, "", "officeDocument"), "")
    if f"/{workbook}".casefold() not in _list_plain_workbooks(data):
        raise NotCopyableError(workbook)
    ids: dict[str, str] = {}
    book = parse_tree(replace_part.read_part(data, workbook, _MAX_INDEX_BYTES))
    listings = (element for element in book.list_descendants() if element.name == "sheets")
    for sheet in (sheet for listing in listings for sheet in listing.list_children("sheet")):
        reference = [value for key, value in sheet.attributes.items() if key.rpartition(":")[2] == "id"]
        ids[str(sheet.attributes.get("name"))] = reference[0] if reference else ""
    if list_name not in ids:
        raise NotCopyableError(list_name)
    links = _read_relationships(data, workbook, "worksheet")
    tables = {item.get("Id", "") for item in links}
    return _WorkbookParts(
        workbook,
        {
            name: _resolve_target([item for item in links if item.get("Id") == reference], workbook)
            if reference in tables or name == list_name
            else ""
            for name, reference in ids.items()
        },
    )


def _list_plain_workbooks(data: bytes) -> set[str]:
    """Return the parts whose content type is a plain workbook: no macros, no template."""
    types = parse_tree(replace_part.read_part(data, "[Content_Types].xml", _MAX_INDEX_BYTES))
    overrides = [override.attributes for override in types.list_children("Override")]
    return {str(item.get("PartName")).casefold() for item in overrides if item.get("ContentType") == _WORKBOOK_TYPE}


def _read_relationships(data: bytes, part: str, kind: str) -> list[dict[str, str]]:
    """Return the attributes of the relationships of one kind of a part (or, for "", of the package)."""
    folder, slash, name = part.rpartition("/")
    listing = parse_tree(replace_part.read_part(data, f"{folder}{slash}_rels/{name}.rels", _MAX_INDEX_BYTES))
    found = [relationship.attributes for relationship in listing.list_children("Relationship")]
    return [item for item in found if str(item.get("Type")).endswith(f"/{kind}")]


def _resolve_target(relationships: Iterable[dict[str, str]], part: str) -> str:
    """Return the target part of the only relationship. Raises NotCopyableError if there is not exactly one."""
    items = list(relationships)
    if len(items) != 1 or items[0].get("TargetMode") == "External":
        raise NotCopyableError(part)
    target = str(items[0].get("Target"))
    if target.startswith("/"):
        return target[1:]
    steps: list[str] = []
    for step in (*PurePosixPath(part).parent.parts, *PurePosixPath(target).parts):
        if step == "..":
            steps = steps[:-1]
        elif step != ".":
            steps.append(step)
    return "/".join(steps)
