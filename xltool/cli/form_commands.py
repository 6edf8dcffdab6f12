"""The commands below ``xltool forms``: show and check form definitions."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xltool.cli.chinese_help import ChineseCommand, ChineseHelp
from xltool.cli.options import FORMS_VARIABLE, PATH
from xltool.messages import catalogue

if TYPE_CHECKING:
    from xltool.model.form import Form

_FORMS = click.option(
    "--forms",
    "folders",
    type=PATH,
    multiple=True,
    metavar="DIR",
    envvar=FORMS_VARIABLE,
    help=catalogue.help_text("forms.forms"),
)


def _find_form(folders: tuple[Path, ...], name: str, edition: str | None = None) -> "Form":
    """Find a form by its id, among the regional ones and those of ``folders`` too. Raises UsageError."""
    from xltool.forms.load_definitions import find_named_form, load_forms

    return find_named_form(load_forms(folders, regional=True), name, edition)


class FormGroup(ChineseHelp, click.Group):
    """The commands about forms."""

    command_groups = "form_commands"


@click.group(cls=FormGroup, help=catalogue.help_text("forms"), short_help=catalogue.help_text("forms.short"))
def forms() -> None:
    """Show and check form definitions."""


@forms.command("list", cls=ChineseCommand, help=catalogue.help_text("forms.list"))
@_FORMS
def forms_list(folders: tuple[Path, ...]) -> None:
    """Print the forms with their editions and years."""
    from xltool.cli import console_forms
    from xltool.forms.load_definitions import load_forms

    click.echo(console_forms.describe_forms(load_forms(folders, regional=True)))


@forms.command("show", cls=ChineseCommand, help=catalogue.help_text("forms.show"))
@click.argument("form")
@click.argument("edition", required=False)
@_FORMS
def forms_show(form: str, edition: str | None, folders: tuple[Path, ...]) -> None:
    """Print one form: its figures and its relations."""
    from xltool.cli import console_forms

    click.echo(console_forms.describe_form(_find_form(folders, form, edition)))


@forms.command("prove", cls=ChineseCommand, help=catalogue.help_text("forms.prove"))
@click.argument("form")
@click.argument("edition", required=False)
@_FORMS
def forms_prove(form: str, edition: str | None, folders: tuple[Path, ...]) -> None:
    """Print the detection power of a form's relations; exit with 1 if they contradict each other."""
    from xltool.cli import console_forms
    from xltool.forms.prove_relations import prove_relations

    known = _find_form(folders, form, edition)
    proof = prove_relations(known)
    click.echo(console_forms.describe_proof(known, proof))
    raise SystemExit(bool(proof.conflicts))


@forms.command("diff", cls=ChineseCommand, help=catalogue.help_text("forms.diff"))
@click.argument("form")
@click.argument("old")
@click.argument("new")
@_FORMS
@click.option("--json", "as_json", is_flag=True, help=catalogue.help_text("forms.diff.json"))
def forms_diff(form: str, old: str, new: str, folders: tuple[Path, ...], *, as_json: bool) -> None:
    """Print the changes between two editions of a form."""
    from xltool.cli import console_forms, json_output
    from xltool.forms.compare_editions import compare_editions
    from xltool.forms.load_definitions import find_named_form, load_forms

    known = load_forms(folders, regional=True)
    found = compare_editions(find_named_form(known, form, old), find_named_form(known, form, new))
    click.echo(
        json_output.dump_json(json_output.encode_edition_changes(found))
        if as_json
        else console_forms.describe_edition_changes(found)
    )


@forms.command("check", cls=ChineseCommand, help=catalogue.help_text("forms.check"))
@click.argument("folder", type=PATH)
@_FORMS
def forms_check(folder: Path, folders: tuple[Path, ...]) -> None:
    """Load the definitions below a folder strictly; print that they are valid, or every mistake."""
    from xltool.cli import console_forms
    from xltool.forms.load_definitions import check_forms_below

    click.echo(console_forms.describe_valid_forms(check_forms_below(folder, folders)))


@forms.command("from", cls=ChineseCommand, help=catalogue.help_text("forms.from"))
@click.argument("workbook", type=PATH)
@click.option("-o", "--output", type=PATH, metavar="DIR", required=True, help=catalogue.help_text("forms.from.output"))
@click.option("--form", default="", metavar="FORM", help=catalogue.help_text("forms.from.form"))
@click.option("--edition", default="", metavar="EDITION", help=catalogue.help_text("forms.from.edition"))
@click.option("--like", default="", metavar="FORM", help=catalogue.help_text("forms.from.like"))
@click.option("--examples", type=PATH, multiple=True, metavar="PATHS", help=catalogue.help_text("forms.from.examples"))
@_FORMS
@click.option("--force", is_flag=True, help=catalogue.help_text("forms.from.force"))
def forms_from(
    workbook: Path,
    output: Path,
    form: str,
    edition: str,
    like: str,
    examples: tuple[Path, ...],
    folders: tuple[Path, ...],
    *,
    force: bool,
) -> None:
    """Write the definition of the form in an office's own workbook."""
    from xltool.cli import console_authoring
    from xltool.commands.author_from_workbook import AuthoringRequest, author_form
    from xltool.commands.definition_workbooks import SavedDefinition

    known = _find_form(folders, like) if like else None
    authored = author_form(AuthoringRequest(workbook, output, form, edition, known, force, examples))
    if isinstance(authored, SavedDefinition):
        click.echo(console_authoring.describe_saved_definition(authored, workbook.name))
    else:
        click.echo(console_authoring.describe_authored_form(authored, workbook.name))


@forms.command("workbook", cls=ChineseCommand, help=catalogue.help_text("forms.workbook"))
@click.argument("form")
@click.argument("edition", required=False)
@click.option("-o", "--output", type=PATH, required=True, help=catalogue.help_text("forms.workbook.output"))
@click.option("--force", is_flag=True, help=catalogue.help_text("forms.workbook.force"))
@_FORMS
def forms_workbook(form: str, edition: str | None, output: Path, folders: tuple[Path, ...], *, force: bool) -> None:
    """Write a definition as a workbook to be amended."""
    from xltool.commands.definition_workbooks import write_form_workbook

    write_form_workbook(_find_form(folders, form, edition), output, force=force)
    click.echo(catalogue.format_line("form_workbook", file=output.as_posix()))


@forms.command("new", cls=ChineseCommand, help=catalogue.help_text("forms.new"))
@click.option("--like", "form", required=True, help=catalogue.help_text("forms.new.like"))
@click.option("-o", "--output", type=PATH, metavar="DIR", required=True, help=catalogue.help_text("forms.new.output"))
@_FORMS
def forms_new(form: str, output: Path, folders: tuple[Path, ...]) -> None:
    """Copy a definition to start another from."""
    from xltool.commands.author_forms import copy_definition

    folder = copy_definition(_find_form(folders, form), output)
    click.echo(catalogue.format_line("form_copied", folder=str(folder)))


@forms.command("draw", cls=ChineseCommand, help=catalogue.help_text("forms.draw"))
@click.argument("form")
@click.argument("edition", required=False)
@click.option("-o", "--output", type=PATH, required=True, help=catalogue.help_text("forms.draw.output"))
@click.option("--force", is_flag=True, help=catalogue.help_text("forms.draw.force"))
@_FORMS
def forms_draw(form: str, edition: str | None, output: Path, folders: tuple[Path, ...], *, force: bool) -> None:
    """Draw a form as an HTML page."""
    from xltool.commands.author_forms import draw_form

    draw_form(_find_form(folders, form, edition), output, force=force)
    click.echo(catalogue.format_line("form_drawn", file=str(output)))


@forms.command("migrate", cls=ChineseCommand, help=catalogue.help_text("forms.migrate"))
@click.argument("workbook", type=PATH)
@click.option("--edition", help=catalogue.help_text("forms.migrate.edition"))
@click.option("-o", "--output", type=PATH, required=True, help=catalogue.help_text("forms.migrate.output"))
@click.option("--force", is_flag=True, help=catalogue.help_text("forms.migrate.force"))
@_FORMS
def forms_migrate(workbook: Path, edition: str | None, output: Path, folders: tuple[Path, ...], *, force: bool) -> None:
    """Carry a filled return into the template of another edition."""
    from xltool.cli import console_forms
    from xltool.commands.migrate_return import migrate_return
    from xltool.forms.load_definitions import load_forms

    migrated = migrate_return(workbook, load_forms(folders, regional=True), output, edition=edition, force=force)
    click.echo(console_forms.describe_migration(migrated, output))


@forms.command("explain", cls=ChineseCommand, help=catalogue.help_text("forms.explain"))
@click.argument("form")
@click.argument("cell")
@click.argument("edition", required=False)
@_FORMS
def forms_explain(form: str, cell: str, edition: str | None, folders: tuple[Path, ...]) -> None:
    """Print what a cell holds and every relation that touches it."""
    from xltool.cli import console_forms
    from xltool.commands.author_forms import describe_cell, find_relations_of
    from xltool.forms.lists.whole_form import list_all_cells

    known = _find_form(folders, form, edition)
    relations, asked = find_relations_of(known, cell), list_all_cells(known)[cell]
    click.echo(console_forms.describe_explained_cell(asked, describe_cell(asked), relations))
