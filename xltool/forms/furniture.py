"""The words every workbook carries whatever the form (``templates/workbook.toml``): sheet names, headings, prompts."""

from functools import cache

import msgspec

from xltool.data import data_folder


class Words(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Words by part of the workbook, then by key."""

    sheets: dict[str, str]
    cover: dict[str, str]
    table: dict[str, str]
    text: dict[str, str]
    checks: dict[str, str]
    explanations: dict[str, str]
    marks: dict[str, str]
    prompts: dict[str, str]
    distribution: dict[str, str]
    look: dict[str, str]


@cache
def words() -> Words:
    """The words as they travel with the package."""
    return msgspec.toml.decode((data_folder("templates") / "workbook.toml").read_bytes(), type=Words)
