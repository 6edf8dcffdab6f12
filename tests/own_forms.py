"""Definitions of forms of one's own, for tests: what no test looks at is stated here once."""

from pathlib import Path


def form_toml(
    form_id: str,
    title: str,
    sections: str,
    *,
    report_title: str,
    opening: str,
    official_title: str = "",
    period: str = "",
    more: str = "",
) -> str:
    """Return the text of ``form.toml``; ``sections`` is a TOML array, ``more`` what follows it."""
    return f"""
id = "{form_id}"
edition = "1"
title = "{title}"
official_title = "{official_title or title}"
document = "测试用"
issuer = "测试用"
issued = "2018"
first_year = 2018
{f'period = "{period}"' if period else ""}
report_title = "{report_title}"
opening = "{opening}"
instructions = ["只填浅黄色单元格。"]
sections = {sections}
{more}
"""


def write_definition(folder: Path, form_id: str, form: str, tables: str, relations: str) -> Path:
    """Write the files of a definition below ``folder``/forms, over those that are there; return the folder forms."""
    made = folder / "forms" / form_id / "1"
    made.mkdir(parents=True, exist_ok=True)
    for name, text in (("form", form), ("tables", tables), ("relations", relations)):
        (made / f"{name}.toml").write_text(text, "utf-8")
    return folder / "forms"
