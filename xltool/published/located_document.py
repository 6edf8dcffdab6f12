"""A document in which the labels of a form are located, and where in it a block stands."""

from typing import NamedTuple

from xltool.model.finding_facts import DocumentPlace
from xltool.published.documents.document import Document
from xltool.published.extract import LocatedForm
from xltool.published.labels.text_stream import TextStream


class LocatedDocument(NamedTuple):
    """One document with a located form; ``cut_off_figure`` is a figure in which the document breaks off."""

    document: Document
    stream: TextStream
    located: LocatedForm
    cut_off_figure: str = ""


def find_place(reading: LocatedDocument, block: int) -> DocumentPlace:
    """Return the place of a block of a document as a person finds it."""
    _, table, row, column, page, *_ = reading.stream.blocks[block]
    return DocumentPlace("table" if table else reading.document.unit, row, table, column, page)
