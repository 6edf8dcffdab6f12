"""Parse an XML part into a tree, edit it and serialise it: names, prefixes, comments and blanks stay as they were.

Built on expat, which is part of Python, and without recursion. An unchanged part is serialised as libxml2 would: empty
elements closed at once, attributes in double quotes, namespace declarations before attributes. Elements are found by
their local names, whatever their namespace.
"""

from collections.abc import Iterator
from pyexpat import ExpatError, ParserCreate

from xltool.workbooks.replace_part import NotCopyableError

MAX_DEPTH = 256  # levels of elements
_IS_FINAL = True  # the whole document in one piece; expat takes it by position only
_DECLARATION = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
_SEPARATOR = "\f"  # between the parts of a name; no XML document can contain it
_TEXT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_VALUE_ESCAPES = _TEXT_ESCAPES | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


class Markup:
    """A comment or a processing instruction, as it is written, and the text after it."""

    __slots__ = ("parent", "source", "tail")

    def __init__(self, source: str) -> None:
        self.source = source
        self.tail = ""
        self.parent: Element | None = None


class Element:
    """An element; ``attributes`` by their names as written, ``declared`` the (prefix, URI) pairs it declares.

    ``prefix`` is None for an element made here: it gets the one by which its parents know its namespace.
    ``text`` is what stands before the first child, None where there is nothing; ``tail`` what follows the element.
    """

    __slots__ = ("attributes", "children", "declared", "name", "namespace", "parent", "prefix", "tail", "text")

    def __init__(self, namespace: str, name: str, prefix: str | None = None, /, **attributes: str) -> None:
        self.namespace, self.name, self.prefix = namespace, name, prefix
        self.attributes = attributes
        self.declared: list[tuple[str, str]] = []
        self.children: list[Element | Markup] = []
        self.text: str | None = None
        self.tail = ""
        self.parent: Element | None = None

    def insert_child(self, index: int, child: "Element | Markup") -> None:
        """Put a child before the one at ``index``, or after all others."""
        child.parent = self
        self.children.insert(index, child)

    def append_child(self, name: str, **attributes: str) -> "Element":
        """Append a new element of the same namespace, and return it."""
        child = Element(self.namespace, name, **attributes)
        self.insert_child(len(self.children), child)
        return child

    def remove_child(self, child: "Element | Markup") -> None:
        """Take a child away, with the text after it."""
        del self.children[self.find_index(child)]
        child.parent = None

    def find_index(self, child: "Element | Markup") -> int:
        """Return the position of a child."""
        return next(index for index, known in enumerate(self.children) if known is child)

    def list_children(self, name: str) -> "Iterator[Element]":
        """Yield the child elements of that local name."""
        return (child for child in self.children if isinstance(child, Element) and child.name == name)

    def find_child(self, name: str) -> "Element | None":
        """Return the first child element of that local name."""
        return next(self.list_children(name), None)

    def list_descendants(self) -> "Iterator[Element]":
        """Yield all elements below this one, in document order."""
        waiting = [iter(self.children)]
        while waiting:
            child = next(waiting[-1], None)
            if child is None:
                waiting.pop()
            elif isinstance(child, Element):
                yield child
                waiting.append(iter(child.children))


# --- parsing --------------------------------------------------------------------------------------------------------


class _TreeBuilder:
    """The handlers of one parser, which build one tree."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._declared: list[tuple[str, str]] = []

    def add_declaration(self, prefix: str | None, uri: str | None) -> None:
        self._declared.append((prefix or "", uri or ""))

    def start_element(self, full_name: str, attributes: list[str]) -> None:
        namespace, name, prefix = _split_name(full_name)
        element = Element(namespace, name, prefix)
        for index in range(0, len(attributes), 2):
            _, local, attribute_prefix = _split_name(attributes[index])
            element.attributes[_join_name(attribute_prefix, local)] = attributes[index + 1]
        element.declared, self._declared = self._declared, []
        if self._open:
            self._add_node(element)
        else:
            self.root = element
        self._open.append(element)
        if len(self._open) > MAX_DEPTH:
            raise NotCopyableError("depth")

    def end_element(self, _full_name: str) -> None:
        self._open.pop()

    def add_text(self, text: str) -> None:
        if not self._open:
            return
        element = self._open[-1]
        if element.children:
            element.children[-1].tail += text
        else:
            element.text = (element.text or "") + text

    def add_comment(self, text: str) -> None:
        self._add_node(Markup(f"<!--{text}-->"))

    def add_instruction(self, target: str, text: str) -> None:
        self._add_node(Markup(f"<?{target} {text}?>" if text else f"<?{target}?>"))

    def refuse_doctype(self, *_declaration: object) -> None:
        raise NotCopyableError("doctype")

    def _add_node(self, markup_node: Element | Markup) -> None:
        if self._open:  # what stands outside the root element is no part of the tree
            self._open[-1].insert_child(len(self._open[-1].children), markup_node)


def parse_tree(content: bytes) -> Element:
    """Parse a part. Raises NotCopyableError for what is no XML, has a DOCTYPE or is nested too deeply."""
    parser, builder = ParserCreate(namespace_separator=_SEPARATOR), _TreeBuilder()
    parser.namespace_prefixes = parser.ordered_attributes = parser.buffer_text = True
    parser.StartNamespaceDeclHandler = builder.add_declaration
    parser.StartElementHandler, parser.EndElementHandler = builder.start_element, builder.end_element
    parser.CharacterDataHandler, parser.CommentHandler = builder.add_text, builder.add_comment
    parser.ProcessingInstructionHandler = builder.add_instruction
    parser.StartDoctypeDeclHandler = builder.refuse_doctype
    try:
        parser.Parse(content, _IS_FINAL)
    except (ExpatError, ValueError, LookupError) as error:  # the last two for an encoding that is none
        raise NotCopyableError("xml") from error
    if builder.root is None:
        raise NotCopyableError("xml")
    return builder.root


def _split_name(full_name: str) -> tuple[str, str, str]:
    """Return the namespace, the local name and the prefix of a name as expat gives it."""
    parts = full_name.split(_SEPARATOR)
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _join_name(prefix: str, name: str) -> str:
    return f"{prefix}:{name}" if prefix else name


# --- serialising ----------------------------------------------------------------------------------------------------


def serialise_tree(root: Element) -> bytes:
    """Serialise a tree as a standalone UTF-8 document."""
    return "".join((_DECLARATION, *_list_pieces(root))).encode()


def _list_pieces(root: Element) -> Iterator[str]:
    yield _write_start(root)
    waiting = [(root, iter(root.children))]
    while waiting:
        element, children = waiting[-1]
        child = next(children, None)
        if child is None:
            waiting.pop()
            if not _is_empty(element):
                yield f"</{_write_name(element)}>"
            if waiting:
                yield element.tail.translate(_TEXT_ESCAPES)
        elif isinstance(child, Element):
            yield _write_start(child)
            waiting.append((child, iter(child.children)))
        else:
            yield child.source + child.tail.translate(_TEXT_ESCAPES)


def _write_start(element: Element) -> str:
    pieces = [f"<{_write_name(element)}"]
    for prefix, uri in element.declared:
        pieces.append(f' {_join_name("xmlns", prefix) if prefix else "xmlns"}="{uri}"')
    for name, value in element.attributes.items():
        pieces.append(f' {name}="{value.translate(_VALUE_ESCAPES)}"')
    if _is_empty(element):
        return "".join((*pieces, "/>"))
    return "".join((*pieces, ">", (element.text or "").translate(_TEXT_ESCAPES)))


def _is_empty(element: Element) -> bool:
    return element.text is None and not element.children


def _write_name(element: Element) -> str:
    prefix = _find_prefix(element) if element.prefix is None else element.prefix
    return _join_name(prefix, element.name)


def _find_prefix(element: Element) -> str:
    """Return the prefix of an element's namespace, from the nearest declaration that is not hidden by a nearer one."""
    hidden: set[str] = set()
    parent = element.parent
    while parent is not None:
        for prefix, uri in parent.declared:
            if uri == element.namespace and prefix not in hidden:
                return prefix
        hidden |= {prefix for prefix, _ in parent.declared}
        parent = parent.parent
    raise NotCopyableError("namespace")
