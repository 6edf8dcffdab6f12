"""The whole chain on the sample figures: templates written, filled, returned, checked and merged (`xltool demo`).

Who returns what is data (``samples/demo.toml``); it is played through the same functions the commands use.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from xltool import pipeline
from xltool.cli import console as terminal
from xltool.errors import UsageError
from xltool.forms.definitions import form_for_year
from xltool.forms.layout import plan
from xltool.messages import catalogue as texts
from xltool.model.agency import Agency
from xltool.model.form import Number
from xltool.package_data import data_folder
from xltool.workbooks.template.distribution_list import template_name
from xltool.workbooks.template.write_template import Filling, Issue, write_template

ROSTER = "roster.csv"
_MADE_BY_US = "xltool-demo.txt"


class Return(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What one agency of the demonstration hands in; see the head of ``samples/demo.toml``."""

    agency: str
    report: str
    previous: str = ""
    totals: str = ""
    changed: dict[str, int] = {}
    declared: bool = False
    text_numbers: list[str] = []
    remark: str = ""


class Litter(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A file that lies among the returns and is none."""

    name: str
    text: str


class Play(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``samples/demo.toml``."""

    year: int
    returns: list[Return]
    litter: list[Litter] = []


def run(output: Path) -> Iterator[str]:
    """Plays the demonstration into ``output`` and says step by step what happened and where it lies.

    An earlier demonstration there is replaced. Raises UsageError if the folder holds anything else.
    """
    play = msgspec.toml.decode((data_folder("samples") / "demo.toml").read_bytes(), type=Play)
    _empty(output)
    roster = output / texts.word("demo", "roster")
    shutil.copyfile(data_folder("samples") / ROSTER, roster)
    about = pipeline.setting(roster)
    yield texts.told("demo_roster", count=len(about.roster or ()), path=str(roster))

    last_year = _last_year(play, about, output)
    about = pipeline.setting(roster, [last_year])
    yield texts.told("demo_last_year", path=str(last_year))

    templates = output / texts.word("demo", "templates")
    issued = pipeline.make_templates(play.year, about, templates)
    yield terminal.issued(issued, templates, prefilled=True)

    returned = output / texts.word("demo", "returned")
    _hand_in(play, about, returned)
    yield texts.told("demo_returned", count=len(play.returns), litter=len(play.litter), folder=str(returned))
    yield ""

    summary = output / texts.word("demo", "summary").format(year=play.year)
    made = pipeline.merge([returned], about, summary)
    yield terminal.merged(made, summary)


def _empty(output: Path) -> None:
    """A fresh folder; only an earlier demonstration is ever removed."""
    if output.exists() and not output.is_dir():
        raise UsageError("usage.output_exists", path=str(output))
    if output.is_dir() and any(output.iterdir()):
        if not (output / _MADE_BY_US).is_file():
            raise UsageError("usage.folder_not_empty", path=str(output))
        shutil.rmtree(output)
    output.mkdir(parents=True, exist_ok=True)
    (output / _MADE_BY_US).write_text(texts.told("demo_marker") + "\n", "utf-8")


def _last_year(play: Play, about: pipeline.Setting, output: Path) -> Path:
    """Last year's consolidated workbook, merged from what the agencies reported then, as far as it is known."""
    folder = output / texts.word("demo", "last_year")
    folder.mkdir()
    for item in play.returns:
        if item.previous:
            _write(about, item.agency, play.year - 1, _filling(item.previous, declared=True), folder)
    summary = output / texts.word("demo", "summary").format(year=play.year - 1)
    pipeline.merge([folder], about, summary)
    return summary


def _hand_in(play: Play, about: pipeline.Setting, folder: Path) -> None:
    folder.mkdir()
    for item in play.returns:
        filling = _filling(item.report, declared=item.declared, printed=item.totals == "printed", changed=item.changed)
        texted = {cell: str(filling.figures[cell]) for cell in item.text_numbers}
        _write(about, item.agency, play.year, filling._replace(figures={**filling.figures, **texted}), folder)
    for litter in play.litter:
        (folder / litter.name).write_text(litter.text, "utf-8")


def _write(about: pipeline.Setting, code: str, year: int, filling: Filling, folder: Path) -> None:
    form = form_for_year(about.forms, year)
    agency = _agency(about, code)
    previous = about.before([code], year)
    issue = Issue(agency, year, pipeline.serial(form, agency, year), previous, filling=filling)
    write_template(plan(form), issue, folder / template_name(form, agency, year))


def _agency(about: pipeline.Setting, code: str) -> Agency:
    return next(agency for agency in about.roster or () if agency.code == code)


def _filling(
    report: str, *, declared: bool, printed: bool = False, changed: Mapping[str, Number] | None = None
) -> Filling:
    """The figures of a published report, typed in; with its printed totals over the formulas if they are wanted."""
    found = _report(report)
    typed = _known(found["figures"]) | (_known(found["printed_totals"]) if printed else {})
    return Filling({**typed, **(changed or {})}, found.get("texts", {}), declared)


def _known(figures: Mapping[str, Any]) -> dict[str, Number]:
    """Figures of a sample: amounts are written as text, so that none is ever rounded."""
    return {cell: Decimal(figure) if isinstance(figure, str) else figure for cell, figure in figures.items()}


@cache
def _report(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((data_folder("samples") / "reports" / f"{name}.json").read_text("utf-8"))
    return content
