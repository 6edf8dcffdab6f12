"""The good workbook all manglings start from: a real published report, filled into its template."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.checks.figures import FORM, PLAN, published
from xltool.commands.make_templates import compute_serial
from xltool.commands.run_context import RunContext
from xltool.forms.compiled_form import FormLibrary
from xltool.forms.expressions import recompute_figures
from xltool.model.agency import Agency, Roster
from xltool.model.form import Number, Values
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import write_template

TOWN = Agency("110112114", "张家湾镇人民政府", rule_power=False)
OTHER = Agency("110112115", "漷县镇人民政府", rule_power=False)
YEAR = 2025
ROSTER = Roster({agency.code: agency for agency in (TOWN, OTHER)}, "名册.csv")
ABOUT = RunContext(FormLibrary((FORM,)), ROSTER)


def figures() -> dict[str, Number]:
    """What was filled in, by cell id."""
    return {cell: figure for cell, figure in published("zhangjiawan-2025").items() if isinstance(figure, Number)}


@cache
def good(agency: Agency = TOWN) -> bytes:
    """The workbook as its agency hands it in."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "good.xlsx"
        issue = TemplateRequest(agency, YEAR, compute_serial(FORM, agency, YEAR), filling=FilledContents(figures()))
        write_template(PLAN, issue, path)
        return path.read_bytes()


@cache
def truth() -> Values:
    """Every figure of the form as it should be read."""
    return recompute_figures(FORM.formulas, figures())
