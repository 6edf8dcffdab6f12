"""The table of manglings for docs/en/mangling.md: ``python -m tests.mangling.table`` writes it anew."""

from pathlib import Path

from tests.checks.figures import FORM
from tests.mangling.manglings import MANGLINGS, Mangling
from xltool.messages import catalogue
from xltool.model.finding_codes import code_severity

PAGE = Path(__file__).resolve().parents[2] / "docs" / "en" / "mangling.md"

HEAD = """# What is done to workbooks, and what xltool finds

Each line is a function in `tests/mangling/manglings.py` from a good, filled workbook to a bad one. The tests run all of
them, compose two or three at random, and compare every figure read with what was filled in. A line without a finding
says that there is none at all. This page is written by `python -m tests.mangling.table`.

Three longer runs have no line here, as what they change is drawn at random or is every label there is:

- `make manglings`, folders: returns of several agencies with one or more versions of each, in files named after their
  agency, another one or nobody, some in archives or saved by LibreOffice, each with changes to words and figures. The
  real command merges each folder. Every file must be counted, replaced, held, returned or set aside as a person would
  decide who sees the names, the dates and the sheets, and every sum must be the sum of what the counted sheets show.
  Last long run, 2026-12-01: 780 folders with 4,781 files and 5,693 changes inside, none decided otherwise.
- `make manglings`, looks: up to seven changes to how figures look (number formats, rich text, fonts, colours of the
  theme and the palette, alignments, conditional formats, merges, stale results, typed words). No figure may count that
  the sheet does not show, without a finding that must be answered. Last whole run, 2026-12-01: 1,000 workbooks, none.
- `make labels`: every two printed labels of every edition exchanged, each one lost, each one changed, each time in a
  workbook of its own. All must be told by name and go back. Last whole run, 2026-12-01: 8,683 cases, all are.

| mangling | what is done | finding | severity |
| --- | --- | --- | --- |
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_line(each) for each in MANGLINGS.values())


def _line(each: Mangling) -> str:
    found = f"{_title(each.finds)} (`{each.finds}`)" if each.finds else "none"
    serious = catalogue.look_up_word("severity", severity(each.finds)) if each.finds else ""
    return f"| `{each.name}` | {each.about} | {found} | {serious} |\n"


def _rules() -> dict[str, tuple[str, str]]:
    """Title and severity of the form's own rules, by id."""
    rules = {standard.id: (standard.title, standard.severity.value) for standard in FORM.standards.values()}
    return rules | {relation.rule: (relation.title, relation.severity.value) for relation in FORM.relations}


def _title(code: str) -> str:
    rules = _rules()
    return rules[code][0] if code in rules else catalogue.code_title(code)


def severity(code: str) -> str:
    """How serious a finding of this code is."""
    rules = _rules()
    return rules[code][1] if code in rules else code_severity(code).value


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
