"""The marks of a check, written into the agency's own workbook: one part is rewritten, all others keep their bytes.

The template carries a list of findings, empty when it is handed out, and conditional formats that look every cell up
in its first column. Writing the list is all that marking is; an empty list clears it. A workbook whose list is not as
we made it (renamed, deleted, put to other use), or that is signed, is left alone: `page` is for those.
"""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from lxml import etree

from xltool.forms.layout import Plan
from xltool.forms.slots import Purpose
from xltool.workbooks.marks import replace_part as package
from xltool.workbooks.marks.findings_list import Remark
from xltool.workbooks.marks.findings_sheet import ListSheet
from xltool.workbooks.marks.replace_part import NotCopyableError

_MIB = 1024 * 1024
_LONGEST_LIST = 4 * _MIB  # bytes of the list's part; ours has a few thousand
_LONGEST_INDEX = 8 * _MIB  # bytes of the workbook's own part
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_NOT_OURS = (NotCopyableError, ValueError)  # the second for addresses and numbers that are none
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=False)


def marked(data: bytes, plan: Plan, remarks: Sequence[Remark]) -> bytes | None:
    """A copy of an .xlsx workbook with these findings in its list, and nothing else changed; the same in, the same out.

    None where that cannot be done: not a workbook of ours, not .xlsx, or its list is not as we made it.
    """
    try:
        names, part = _find(data, plan.sheet(Purpose.MARKS).name)
        sheet = ListSheet(_parsed(package.read(data, part, _LONGEST_LIST)))
        sheet.write(remarks, names)
        return package.replaced(data, part, sheet.content())
    except _NOT_OURS:
        return None


def carries_marks(data: bytes, plan: Plan) -> bool:
    """Whether the list of a workbook still has the findings of an earlier check."""
    try:
        _, part = _find(data, plan.sheet(Purpose.MARKS).name)
        return ListSheet(_parsed(package.read(data, part, _LONGEST_LIST))).filled
    except _NOT_OURS:
        return False


def _find(data: bytes, list_name: str) -> tuple[frozenset[str], str]:
    """The names of a workbook's sheets, and the part of its list."""
    if any(part.startswith("_xmlsignatures/") for part in package.names(data)):
        raise NotCopyableError("signed")
    workbook = _target(_relationships(data, "", "officeDocument"), "")
    if f"/{workbook}".casefold() not in _workbooks(data):
        raise NotCopyableError(workbook)
    ids: dict[str, str] = {}
    for sheet in _parsed(package.read(data, workbook, _LONGEST_INDEX)).iterfind(".//{*}sheets/{*}sheet"):
        reference = [value for key, value in sheet.attrib.items() if etree.QName(key).localname == "id"]
        ids[str(sheet.get("name"))] = str(reference[0]) if reference else ""
    if list_name not in ids:
        raise NotCopyableError(list_name)
    same = [item for item in _relationships(data, workbook, "worksheet") if item.get("Id") == ids[list_name]]
    return frozenset(ids), _target(same, workbook)


def _workbooks(data: bytes) -> set[str]:
    """The parts said to be ordinary workbooks: not with macros, not templates."""
    types = _parsed(package.read(data, "[Content_Types].xml", _LONGEST_INDEX))
    overrides = types.iterfind("{*}Override")
    return {str(item.get("PartName")).casefold() for item in overrides if item.get("ContentType") == _WORKBOOK}


def _relationships(data: bytes, part: str, kind: str) -> list[etree._Element]:
    """The relationships of one kind that a part (or, for "", the package) has."""
    folder, slash, name = part.rpartition("/")
    listing = _parsed(package.read(data, f"{folder}{slash}_rels/{name}.rels", _LONGEST_INDEX))
    return [item for item in listing.iterfind("{*}Relationship") if str(item.get("Type")).endswith(f"/{kind}")]


def _target(found: Iterable[etree._Element], part: str) -> str:
    """The part that the one relationship leads to."""
    items = list(found)
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


def _parsed(content: bytes) -> etree._Element:
    try:
        root = etree.fromstring(content, _PARSER)
    except etree.XMLSyntaxError as error:
        raise NotCopyableError("xml") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotCopyableError("doctype")
    return root
