"""Assemble what relations need from the data of a definition: its tables and lists, their drawing, its vocabulary."""

from collections.abc import Mapping
from dataclasses import dataclass

from xltool.form_authoring.definition_workbook.drawn_form import DrawnForm, draw_form
from xltool.form_authoring.definition_workbook.printed_names import list_printed_names
from xltool.form_authoring.definition_workbook.relation_spelling import RelationSpelling
from xltool.form_authoring.definitions.write_toml import write_definition_file
from xltool.forms.assemble_tables import assemble_table
from xltool.forms.cell_addresses import parse_address
from xltool.forms.decode_definition import decode_definition
from xltool.forms.definition_data import DefinitionData
from xltool.forms.definition_problems import DefinitionProblems
from xltool.forms.lists.assemble_lists import assemble_lists
from xltool.forms.schema import FormSpec, TablesSpec
from xltool.forms.vocabulary import Vocabulary


@dataclass(frozen=True)
class FormParts:
    """The drawing and the spelling of relations; ``problems`` is True if the tables have mistakes."""

    drawing: DrawnForm
    spelling: RelationSpelling
    problems: bool

    def find_named_figure(self, text: str) -> str | None:
        """Return the id of a figure named by its id or its address on the drawing; None if there is none."""
        if text in self.spelling.vocabulary.cells:
            return text
        try:
            return self.drawing.ids.get(parse_address(text.replace("$", "").upper()))
        except ValueError:
            return None


def assemble_parts(data: DefinitionData, title_rows: Mapping[str, int] | None = None) -> FormParts | None:
    """Assemble the parts; None where the files cannot be decoded at all.

    ``title_rows`` are the rows of the titles of the tables on the drawing, where it is drawn already.
    """
    problems = DefinitionProblems("")
    form = decode_definition(write_definition_file(data.get("form.toml", {})).encode(), FormSpec, problems, "form.toml")
    tables_spec = decode_definition(
        write_definition_file(data.get("tables.toml", {})).encode(), TablesSpec, problems, "tables.toml"
    )
    if form is None or tables_spec is None:
        return None
    tables = [assemble_table(spec, problems) for spec in tables_spec.tables]
    lists = assemble_lists(form, tables_spec, problems)
    vocabulary = Vocabulary({cell.id: cell for table in tables for cell in table.cells}, lists)
    drawing = draw_form(tables, lists, None if title_rows is None else dict(title_rows))
    spelling = RelationSpelling(vocabulary, drawing, list_printed_names(tables, vocabulary))
    return FormParts(drawing, spelling, bool(problems.errors))
