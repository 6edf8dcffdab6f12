"""What LaTeX prints of a text: its words without commands, its tables drawn between bars."""

import re
from collections.abc import Iterator

from xltool.published.documents.delimited_rows import format_bar_row

_ARGUMENT = r"\s*\{((?:[^{}]|\{[^{}]*\})*)\}"
_IGNORED = _ARGUMENT.replace("(", "(?:", 1)
_OPTION = r"(?:\s*\[[^\]]*\])?"
_TABLE = re.compile(r"\\begin\{(tabular[xy*]?|longtable|tabu|array)\}(.*?)\\end\{\1\}", re.DOTALL)
_COLUMNS = re.compile(rf"^{_OPTION}(?:\s*\{{(?:[^{{}}]|\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}})*\}}){{1,2}}")
_ROW_END = re.compile(r"\\\\(?:\[[^\]]*\])?|\\tabularnewline\b")
_CELL_END = re.compile(r"(?<!\\)&")
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_SPAN = re.compile(rf"\\multi(?:column|row){_OPTION}{_IGNORED}{_OPTION}{_IGNORED}{_OPTION}{_ARGUMENT}")
_STYLED = re.compile(rf"\\[a-zA-Z]+\*?{_OPTION}{_ARGUMENT}")
_COMMAND = re.compile(r"\\[a-zA-Z]+\*?(?:\([^)]*\))?\s?")
_LINE = re.compile(r"\\c?(?:mid|h)?(?:line|rule)(?:\([^)]*\))?\{[\d\s-]*\}")
_SURROUNDING = re.compile(
    r"\\(?:begin|end|documentclass|usepackage|setlength|pagestyle)" + _OPTION + _IGNORED + _OPTION
)
_ESCAPED = re.compile(r"\\([&%$#_{}])")


def is_latex(text: str) -> bool:
    """Whether a text has tables of LaTeX in it."""
    return _TABLE.search(text) is not None


def printed(text: str) -> str:
    """What stands on the page."""
    drawn = _TABLE.sub(lambda table: "\n" + "\n".join(_rows(table[2])) + "\n", _COMMENT.sub("", text))
    return _words(_SURROUNDING.sub("\n", drawn))


def _rows(body: str) -> Iterator[str]:
    body = _LINE.sub(" ", _COLUMNS.sub("", body, count=1))
    for row in _ROW_END.split(body):
        cells = [" ".join(_words(cell).split()) for cell in _CELL_END.split(row)]
        if any(cells):
            yield format_bar_row(cells)


def _words(text: str) -> str:
    """Text without the commands around it; of what spans cells or is set in some way, what it says."""
    before = ""
    while before != text:
        before, text = text, _STYLED.sub(r"\1", _SPAN.sub(r"\1", text))
    return _ESCAPED.sub(r"\1", _COMMAND.sub("", text))
