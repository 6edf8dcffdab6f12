"""Writes docs/en/api.md, the reference of the public interface, from its docstrings.

    python docs/make_api_reference.py

A test makes the page anew and compares.
"""

import dataclasses
import enum
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import xltool  # noqa: E402 - runs from a checkout, installed or not

PAGE = ROOT / "docs" / "en" / "api.md"
HEAD = """# Python interface

<!-- made from the docstrings by docs/make_api_reference.py -->

```python
import xltool

context = xltool.load_context("roster.csv")
for item in xltool.check("returns", context):
    for finding in xltool.select_open_findings(item.findings):
        print(item.file, xltool.render_finding(finding))
xltool.merge("returns", context, "merged.xlsx")
```

Four programs that the tests run: [figures_to_pandas.py](../examples/figures_to_pandas.py) (a DataFrame of all
figures), [own_check.py](../examples/own_check.py) (a check of your own in a merge),
[in_memory.py](../examples/in_memory.py) (bytes in, bytes out, as in a web service),
[count_ledgers.py](../examples/count_ledgers.py) (ledgers counted for a month, with the requests behind a figure).

- An **input** is a path (`str` or `Path`), `bytes`, a binary stream, or a `MemoryFile` (bytes with a name); where
  several are taken, also a folder, the address of an object store (`s3://…`), or a list of any of these. An **output**
  is a path or a binary stream.
- No function prints. Each returns frozen values and raises an `XltoolError` where work cannot go on; `str` of it is a
  Chinese sentence that says what to do. A single bad file never raises: it is one result with its findings.
- A count is an `int`, an amount a `Decimal`; `None` is no number, never 0. A figure's id
  (`requests.received.natural_person`) is its key everywhere: in `values`, in JSON, in exports.
"""
PARTS = (
    ("Functions", inspect.isfunction),
    ("Values", lambda value: inspect.isclass(value) and not issubclass(value, Exception)),
    ("Errors", lambda value: inspect.isclass(value) and issubclass(value, Exception)),
)
_QUALIFIED = re.compile(r"\b(?:xltool|pathlib|collections\.abc|typing|decimal)\.(?:[a-z_]+\.)*")


def make_page() -> str:
    """Return the whole page."""
    lines = [HEAD]
    for title, belongs in PARTS:
        lines.append(f"## {title}\n")
        for name in xltool.__all__:
            value = getattr(xltool, name)
            if belongs(value):
                lines += _describe(name, value)
    return "\n".join(lines).rstrip() + "\n"


def _describe(name: str, value: Any) -> Iterator[str]:
    yield f"### {name}\n"
    if inspect.isfunction(value):
        yield f"```python\n{_format_signature(name, value)}\n```\n"
    yield _format_docstring(inspect.getdoc(value) or "")
    if inspect.isclass(value) and not issubclass(value, Exception):
        yield from _list_members(value)


def _format_signature(name: str, function: Any) -> str:
    """Return the signature as the source has it: one parameter a line where it is long."""
    source = inspect.getsource(function)
    signature = source[: source.index('"""')].rstrip().removesuffix(":")
    return signature.replace(f"def {name}", name, 1)


def _format_docstring(text: str) -> str:
    """Return a docstring as Markdown: literals with one backtick, Args and Raises as lists."""
    text = text.replace("``", "`")
    lines, section = [], False
    for line in text.splitlines():
        if line in {"Args:", "Raises:"}:
            section = True
            lines += [f"**{line.rstrip(':')}**", ""]
        elif section and (match := re.match(r"    (\w+): (.*)", line)):
            lines.append(f"- `{match[1]}`: {match[2]}")
        else:
            lines.append(line.strip() if section else line)
    return "\n".join(lines) + "\n"


def _list_members(kind: type) -> Iterator[str]:
    if issubclass(kind, enum.Enum):
        yield "\n".join(f"- `{member.name}`" for member in kind) + "\n"
        return
    fields = [(name, str(annotation)) for name, annotation in _field_types(kind)]
    members = [f"- `{name}`: `{_QUALIFIED.sub('', annotation)}`" for name, annotation in fields]
    for name, member in vars(kind).items():
        if name.startswith("_") or name in dict(fields):
            continue
        text = inspect.getdoc(member) or ""
        if isinstance(member, property) or hasattr(member, "attrname"):
            members.append(f"- `{name}`: {text.splitlines()[0].replace('``', '`')}")
        elif inspect.isfunction(member):
            members.append(f"- `{name}(…)`: {text.splitlines()[0].replace('``', '`')}")
    if members:
        yield "\n".join(members) + "\n"


def _field_types(kind: type) -> list[tuple[str, str]]:
    if dataclasses.is_dataclass(kind):
        return [(field.name, _type_name(field.type)) for field in dataclasses.fields(kind)]
    return [(name, _type_name(kind.__annotations__[name])) for name in getattr(kind, "_fields", ())]


def _type_name(annotation: Any) -> str:
    return (
        annotation.__name__ if inspect.isclass(annotation) and not hasattr(annotation, "__args__") else str(annotation)
    )


if __name__ == "__main__":
    PAGE.write_text(make_page(), "utf-8")
