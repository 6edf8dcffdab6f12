"""docs/zh/findings.md is what docs/findings.py makes of the catalogue and the rules; every code has its entry."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from xltool.forms.load_definitions import find_named_form, load_forms
from xltool.messages import catalogue

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "findings.py"


@pytest.fixture(scope="module")
def made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("findings_page", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page__is_current(made: ModuleType) -> None:
    assert made.PAGE.read_text("utf-8") == made.page(), "run: python docs/findings.py"


def test_page__every_code_once(made: ModuleType) -> None:
    form = find_named_form(load_forms(), made.FORM)
    codes = [item.code for item in catalogue.list_wordings() if item.group == "findings"]
    wanted = {code for code in codes if not code.startswith(made.WORDINGS)}
    wanted |= {relation.rule for relation in form.relations} | {claim.id for claim in form.claims}
    wanted |= {standard.id for standard in form.standards.values()}
    headings = [line[4:] for line in made.page().splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(wanted)


def test_page__rules_speak_for_themselves(made: ModuleType) -> None:
    form = find_named_form(load_forms(), made.FORM)
    computing = {relation.rule for relation in form.relations if relation.computes}
    asked = {relation.rule for relation in form.relations} - computing
    asked |= {claim.id for claim in form.claims}
    assert asked - made.examples(form).keys() == set()
    assert "{" not in made.page().replace("{n}", "")


def test_page__every_placeholder_has_a_sample(made: ModuleType) -> None:
    examples = [line for line in made.page().splitlines() if line.startswith(f"- **{made.SAID['page']['example']}**")]
    assert [line for line in examples if made.UNKNOWN in line] == []
