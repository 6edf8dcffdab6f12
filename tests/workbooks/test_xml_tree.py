"""The tree in which the list of findings is edited, against lxml: the same document gives the same bytes."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.returns import GOOD, filled
from xltool.workbooks.marks.xml_tree import MAX_DEPTH, Element, parse_tree, serialise_tree
from xltool.workbooks.replace_part import NotCopyableError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENTS = (
    "<a/>",
    "<a></a>",
    "<a> \n\t<b/> tail <b> x </b>\r\n</a>",
    '<a b="1" xmlns="urn:x" c="2" xmlns:y="urn:y" y:d="3"><y:e/><e xmlns=""/></a>',
    '<y:a xmlns:y="urn:x" xmlns:z="urn:x"><z:b y:c="1" z:d="2"/><y:b/></y:a>',
    '<a xmlns:x="urn:1"><b xmlns:x="urn:2"><x:c/></b><x:c/></a>',
    "<!-- before --><?p before?><a><!-- a & <b> --><?pi  some   data ?><?bare?>t<!---->u</a><!-- after -->",
    '<a b="&quot;&lt;&gt;&amp;&apos;&#10;&#9;&#13; é 汉"> &lt;&gt;&amp;"\' &#13;&#10; 汉字 𠮷</a>',
    "<a><![CDATA[<&>]]> and <![CDATA[]]></a>",
    '<a xml:space="preserve"> <b xml:lang="zh"/> </a>',
    "<?xml version='1.0' encoding='ISO-8859-1'?><a>\u00e9</a>",
    "<a>" * (MAX_DEPTH - 1) + "</a>" * (MAX_DEPTH - 1),
)
REFUSED = (
    "",
    "text",
    "<a>",
    "<a></b>",
    "<a/><b/>",
    "<x:a/>",
    "<a>&unknown;</a>",
    "<a b='1' b='2'/>",
    "<!DOCTYPE a><a/>",
    "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
    "<?xml version='1.0' encoding='no-such-thing'?><a/>",
    "<a>" * (MAX_DEPTH + 50) + "</a>" * (MAX_DEPTH + 50),
)


def bytes_of(document: str) -> bytes:
    return document.encode("iso-8859-1" if "ISO-8859-1" in document else "utf-8")


def by_lxml(content: bytes) -> bytes:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=False)
    root = etree.fromstring(content, parser)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_parsed_and_serialised__is_what_lxml_makes_of_it(document: str) -> None:
    content = bytes_of(document)
    assert serialise_tree(parse_tree(content)) == by_lxml(content)


@pytest.mark.parametrize("document", REFUSED)
def test_no_document_of_ours__is_refused(document: str) -> None:
    with pytest.raises(NotCopyableError):
        parse_tree(bytes_of(document))


def test_every_part_of_a_workbook__is_what_lxml_makes_of_it(tmp_path: Path) -> None:
    data = filled(tmp_path / "甲.xlsx", GOOD).read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
        assert len(parts) > 10
        for name in parts:
            assert serialise_tree(parse_tree(archive.read(name))) == by_lxml(archive.read(name)), name


TEXTS = st.text(st.sampled_from("ab 汉&<>\"'\n\t\r;"), max_size=6)
PREFIXES = st.sampled_from(["", "x", "y"])


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> etree._Element:
    """An element made by lxml, so that it is well-formed, with prefixes declared at any level."""
    uris = {prefix or None: f"urn:{draw(st.integers(1, 2))}" for prefix in draw(st.sets(PREFIXES, max_size=3))}
    name = draw(st.sampled_from([*(f"{{{uri}}}n" for uri in uris.values()), "n"]))
    element = etree.Element(name, {"b": draw(TEXTS).replace("\r", "")}, nsmap=uris)  # type: ignore[arg-type]  # None is the default namespace
    element.text = draw(TEXTS) or None
    for _ in range(draw(st.integers(0, 3 if depth < 3 else 0))):
        kind = draw(st.sampled_from(["element", "element", "comment", "instruction"]))
        child = (
            draw(elements(depth + 1))
            if kind == "element"
            else etree.Comment("c & <")
            if kind == "comment"
            else etree.ProcessingInstruction("p", "d")
        )
        element.append(child)
        child.tail = draw(TEXTS) or None
    return element


@given(elements())
def test_whatever_lxml_writes__is_read_and_written_as_lxml_does(element: etree._Element) -> None:
    content = etree.tostring(element, encoding="UTF-8")
    assert serialise_tree(parse_tree(content)) == by_lxml(content)


@pytest.mark.parametrize(
    "declarations",
    [
        f'xmlns="{MAIN}"',
        f'xmlns="{MAIN}" xmlns:x="{MAIN}"',
        f'xmlns:x="{MAIN}" xmlns="{MAIN}"',
        f'xmlns:x="{MAIN}" xmlns:y="urn:y"',
    ],
)
def test_new_element__gets_the_prefix_lxml_gives_it(declarations: str) -> None:
    prefix = "" if 'xmlns="' in declarations else "x:"
    content = f"<{prefix}a {declarations}>t<{prefix}b/>u</{prefix}a>".encode()
    root = etree.fromstring(content)
    row = etree.Element(f"{{{MAIN}}}row", r="1")
    etree.SubElement(etree.SubElement(row, f"{{{MAIN}}}c"), f"{{{MAIN}}}v").text = ""
    root.insert(0, row)
    expected = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    tree = parse_tree(content)
    ours = Element(tree.namespace, "row", r="1")
    ours.append_child("c").append_child("v").text = ""
    tree.insert_child(0, ours)
    assert serialise_tree(tree) == expected


def test_hidden_prefix__is_not_taken() -> None:
    tree = parse_tree(f'<x:a xmlns:x="{MAIN}" xmlns:y="{MAIN}"><b xmlns:x="urn:other"/></x:a>'.encode())
    inner = tree.find_child("b")
    assert inner is not None
    inner.insert_child(0, Element(MAIN, "c"))
    assert b'<b xmlns:x="urn:other"><y:c/></b>' in serialise_tree(tree)


def test_removed_child__takes_the_text_after_it_along() -> None:
    tree = parse_tree(b"<a>t<b/>u<c/>v</a>")
    child = tree.find_child("b")
    assert child is not None
    tree.remove_child(child)
    assert serialise_tree(tree).endswith(b"<a>t<c/>v</a>")
