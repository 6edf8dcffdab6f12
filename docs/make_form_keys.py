"""Writes docs/zh/form-keys.md: every key of a form definition, from the schema, with the words of workbooks.

    python docs/make_form_keys.py

A test makes the page anew and compares; a key of the schema without words, or words without a key, are an error.
"""

import sys
import tomllib
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from xltool.forms import schema  # noqa: E402

PAGE = ROOT / "docs" / "zh" / "form-keys.md"
WORDS = ROOT / "xltool" / "form_authoring" / "definition_workbook" / "definition_words.toml"
OPENING = """# 报表定义的全部键

本页由 `python docs/make_form_keys.py` 按软件读取定义的规则生成，请勿直接修改。
怎样写一种报表，见[自己编写一种报表](forms.md)；“在工作簿里”是写定义的工作簿（`xltool forms workbook`）里的栏名。
“必写”的没有默认值；写错键名或值的，`xltool forms check` 指出是哪个文件、哪一处。
"""
_TYPES = {str: "文字", int: "整数", float: "数", bool: "true、false", type(None): ""}


def make_page() -> str:
    """Return the page."""
    words = tomllib.loads(WORDS.read_text("utf-8"))["keys"]
    parts = [OPENING]
    for name, said in words.items():
        rows = ["| 键 | 在工作簿里 | 写什么 | 默认 | 意思 |", "| --- | --- | --- | --- | --- |"]
        kind = getattr(schema, name)
        hints = get_type_hints(kind, include_extras=True)
        fields = msgspec.structs.fields(kind)
        known = {f"{field.name}_" if field.name == "title" else field.name for field in fields}
        if known != said.keys() - {"title"}:
            raise SystemExit(f"{WORDS.name}: {name}: {sorted(known ^ (said.keys() - {'title'}))}")
        for field in fields:
            heading, meaning = said[f"{field.name}_" if field.name == "title" else field.name]
            cells = (f"`{field.name}`", heading, describe_type(hints[field.name]), describe_default(field), meaning)
            rows.append(f"| {' | '.join(cells)} |")
        parts.append(f"## {said['title']}\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def describe_type(hint: Any) -> str:
    """Return in Chinese what a value of the type is."""
    if get_origin(hint) is list:
        inner = describe_type(get_args(hint)[0])
        return f"列表：{inner}"
    if get_origin(hint) is dict:
        return "一组键"
    if hint in _TYPES:
        return _TYPES[hint]
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return "一组键，见下"
    members = get_args(hint)
    if members and all(isinstance(member, str) for member in members):
        return "、".join(f"`{member}`" for member in members if member)
    return "、".join(dict.fromkeys(filter(None, map(describe_type, members))))


def describe_default(field: Any) -> str:
    """Return the default of a key, or that it must be written."""
    if field.required:
        return "必写"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if value is None or value in ("", [], {}):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    PAGE.write_text(make_page(), "utf-8")
