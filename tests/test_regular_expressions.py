"""No regular expression takes quadratic time: each is run on doubled inputs made of the characters it knows.

Only the methods are tried by which the module uses the expression: `fullmatch` may be linear where `search` is not.
"""

import ast
import re
import time
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]  # the parser of the standard library
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import xltool

PACKAGE = Path(xltool.__file__).parent
CHARS = 600
MAX_ALPHABET = 6
MIN_SECONDS = 0.005  # below this a measurement says nothing
MAX_RATIO = 3.0  # of the time for twice the characters


def list_patterns() -> Iterator[tuple[str, re.Pattern[Any], frozenset[str]]]:
    """Yield every expression at the top of a module: its name, itself, the methods its module calls."""
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text("utf-8")
        if "re.compile(" not in source:
            continue
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        used: dict[str, set[str]] = {}
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                used.setdefault(node.value.id, set()).add(node.attr)
        for name, value in vars(import_module(module)).items():
            if isinstance(value, re.Pattern) and (methods := used.get(name, set()) & set(METHODS)):
                yield f"{module.removeprefix('xltool.')}.{name}", value, frozenset(methods)


METHODS = ("search", "match", "fullmatch", "sub", "split", "findall", "finditer")


def list_characters(tree: Any) -> Iterator[str]:
    """Yield characters that the parts of a parsed expression match."""
    for kind, value in tree:
        if kind in (sre.LITERAL, sre.RANGE):
            yield from map(chr, value if kind is sre.RANGE else (value,))
        elif kind in (sre.NOT_LITERAL, sre.ANY, sre.NEGATE):
            yield from "a年"
        elif kind is sre.CATEGORY:
            yield from {"DIGIT": "1", "SPACE": " \n"}.get(str(value).rpartition("_")[2], "a")
        else:
            for inner in INNER.get(kind, lambda _: ())(value):
                yield from list_characters(inner)


# Where the parts of a composite expression are.
INNER: dict[Any, Callable[[Any], Iterable[Any]]] = {
    sre.IN: lambda value: [value],
    sre.ATOMIC_GROUP: lambda value: [value],
    sre.BRANCH: lambda value: value[1],
    **dict.fromkeys((sre.SUBPATTERN, sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT), lambda value: [value[-1]]),
    **dict.fromkeys((sre.ASSERT, sre.ASSERT_NOT), lambda value: [value[1]]),
}


def make_units(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str]]:
    """Yield beginnings and repeated units of inputs that keep an expression busy."""
    alphabet = list(dict.fromkeys(list_characters(_parser.parse(pattern.pattern, pattern.flags))))[:MAX_ALPHABET]
    units = [*alphabet, *(first + second for first in alphabet for second in alphabet if first != second)]
    yield from ((start, unit) for unit in units for start in ("", *alphabet))


def measure(pattern: re.Pattern[Any], method: str, text: str) -> float:
    data: Any = text.encode("utf-8") if isinstance(pattern.pattern, bytes) else text
    started = time.process_time()
    result = getattr(pattern, method)(*(("", data) if method == "sub" and isinstance(data, str) else (data,)))
    if method == "finditer":
        list(result)
    return time.process_time() - started


def is_quadratic(pattern: re.Pattern[Any], method: str, start: str, unit: str) -> bool:
    if method == "sub" and isinstance(pattern.pattern, bytes):
        method = "findall"
    short, long = (f"{start}{unit * (count // len(unit))}\x07" for count in (CHARS, 2 * CHARS))
    if measure(pattern, method, long) < MIN_SECONDS:
        return False
    times = [(measure(pattern, method, short), measure(pattern, method, long)) for _ in range(3)]
    return min(long for _, long in times) > MAX_RATIO * min(short for short, _ in times)


PATTERNS = {name: (pattern, methods) for name, pattern, methods in list_patterns()}


@pytest.mark.parametrize("name", PATTERNS)
def test_expression__takes_linear_time(name: str) -> None:
    pattern, methods = PATTERNS[name]
    slow = [
        (method, start, unit)
        for method in sorted(methods)
        for start, unit in make_units(pattern)
        if is_quadratic(pattern, method, start, unit)
    ]
    assert slow == []


def test_expressions__are_found() -> None:
    assert len(PATTERNS) > 80


@pytest.mark.parametrize("expression", [r"[\d,]*\d$", r"\s*\n\s*x", r"'(?:[^']|'')+'!"])
def test_the_measure_itself_can_fail(expression: str) -> None:
    pattern = re.compile(expression)
    assert any(is_quadratic(pattern, "search", start, unit) for start, unit in make_units(pattern))
