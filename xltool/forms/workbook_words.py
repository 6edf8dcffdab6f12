"""Words every workbook contains whatever its form (``templates/workbook.toml``): sheet names, headings, prompts."""

from functools import cache

import msgspec

from xltool.package_data import find_data_folder


class SummaryWords(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Words of the consolidated workbook by part, then by key."""

    sheets: dict[str, str]
    shared: dict[str, str]
    overview: dict[str, str]
    tiles: dict[str, str]
    board: dict[str, str]
    standing: dict[str, str]
    tables: dict[str, str]
    filtered: dict[str, str]
    details: dict[str, str]
    findings: dict[str, str]
    tracking: dict[str, str]
    texts: dict[str, str]


class WorkbookWords(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Words by part of the workbook, then by key."""

    sheets: dict[str, str]
    cover: dict[str, str]
    table: dict[str, str]
    lists: dict[str, str]
    text: dict[str, str]
    checks: dict[str, str]
    explanations: dict[str, str]
    controls: dict[str, str]
    marks: dict[str, str]
    page: dict[str, str]
    returning: dict[str, str]
    prompts: dict[str, str]
    distribution: dict[str, str]
    periods: dict[str, str]
    look: dict[str, str]
    summary: SummaryWords


@cache
def workbook_words() -> WorkbookWords:
    """Load the words shipped with the package."""
    return msgspec.toml.decode((find_data_folder("templates") / "workbook.toml").read_bytes(), type=WorkbookWords)
