"""Comparison operators as people write them, where an expression has others."""

import ast
import re

_OPERATORS = {"=<": "<=", "=>": ">=", "\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "<>": "!="}
_OPERATORS |= {"\uff1d": "==", "\uff1c": "<", "\uff1e": ">"}  # full-width signs
_WRITTEN = re.compile("|".join((*map(re.escape, _OPERATORS), "(?<![=<>!])=(?![=<>])")))


def has_misspelt_operator(text: str) -> bool:
    """Return True if a text is an expression once its comparison operators are written as expressions have them."""
    meant = _WRITTEN.sub(lambda match: _OPERATORS.get(match[0], "=="), text)
    try:
        ast.parse(meant.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return False
    return meant != text
