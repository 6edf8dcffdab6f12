"""The elements of a .docx that its styles, paragraphs and tables are made of."""

from collections.abc import Mapping
from typing import Any

_INDENT_CHARACTERS = 2  # at the beginning of a paragraph


def build_paragraph_properties(pitch: float, size: float, options: Mapping[str, str]) -> Any:
    """Build the properties of a paragraph; ``pitch`` is its line height and ``size`` its font size, in points."""
    properties = make_element("w:pPr", {})
    if "keep" in options:
        properties.append(make_element("w:keepNext", {}))
    properties.append(make_element("w:widowControl", {"val": "0"}))
    # Word's default. LibreOffice 7 reads the opposite, which is useful: it loses characters that hang over the edge of
    # a justified text.
    properties.append(make_element("w:overflowPunct", {"val": "1"}))
    properties.append(make_element("w:snapToGrid", {"val": "0"}))
    properties.append(
        make_element("w:spacing", {"before": "0", "after": "0", "line": str(round(pitch * 20)), "lineRule": "exact"})
    )
    if "indent" in options:
        twips = str(round(size * 20 * _INDENT_CHARACTERS))
        properties.append(make_element("w:ind", {"firstLine": twips, "firstLineChars": str(_INDENT_CHARACTERS * 100)}))
    properties.append(make_element("w:jc", {"val": options["jc"]}))
    if "outline" in options:
        properties.append(make_element("w:outlineLvl", {"val": options["outline"]}))
    return properties


def build_run_properties(font: str, latin: str, size: float, tracking: int = 0) -> Any:
    """Build the properties of a run of characters; ``size`` in points, ``tracking`` in twentieths of a point."""
    properties = make_element("w:rPr", {})
    properties.append(
        make_element("w:rFonts", {"ascii": latin, "hAnsi": latin, "eastAsia": font, "cs": latin, "hint": "eastAsia"})
    )
    properties.append(make_element("w:b", {"val": "0"}))
    properties.append(make_element("w:color", {"val": "000000"}))
    if tracking:
        properties.append(make_element("w:spacing", {"val": str(tracking)}))
    half_points = str(round(size * 2))
    properties.append(make_element("w:sz", {"val": half_points}))
    properties.append(make_element("w:szCs", {"val": half_points}))
    properties.append(make_element("w:lang", {"val": "en-US", "eastAsia": "zh-CN"}))
    return properties


def make_element(tag: str, attributes: Mapping[str, str], *children: Any) -> Any:
    """Make an element in the namespace of Word with attributes of the same and children."""
    from docx.oxml import OxmlElement

    element = OxmlElement(tag, {qualify_tag(f"w:{name}"): value for name, value in attributes.items()})
    element.extend(children)
    return element


def make_text(text: str, tag: str = "w:t") -> Any:
    """Make an element that holds text, white space included."""
    element = make_element(tag, {})
    element.text = text
    element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return element


def qualify_tag(tag: str) -> str:
    """Return a tag such as ``w:p`` with its namespace."""
    from docx.oxml.ns import qn

    return qn(tag)
