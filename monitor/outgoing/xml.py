"""XML that is written element by element; the standard library escapes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from types import MappingProxyType
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

NONE: Mapping[str, str] = MappingProxyType({})


class XmlDocument:
    """A document in UTF-8, an element a line. Text must be `harmless`: XML has no way to write a control character."""

    def __init__(self) -> None:
        self._text = StringIO()
        self._xml = XMLGenerator(self._text, "utf-8", short_empty_elements=True)
        self._xml.startDocument()
        self._depth = 0

    @contextmanager
    def inside(self, name: str, attributes: Mapping[str, str] = NONE) -> Iterator[None]:
        """What is written within becomes the content of this element."""
        self._line()
        self._xml.startElement(name, AttributesImpl(dict(attributes)))
        self._depth += 1
        yield
        self._depth -= 1
        self._line()
        self._xml.endElement(name)

    def leaf(self, name: str, text: str = "", attributes: Mapping[str, str] = NONE) -> None:
        """An element that holds nothing but text."""
        self._line()
        self._xml.startElement(name, AttributesImpl(dict(attributes)))
        self._xml.characters(text)
        self._xml.endElement(name)

    def __str__(self) -> str:
        """The document so far."""
        return self._text.getvalue().rstrip("\n") + "\n"

    def _line(self) -> None:
        self._xml.ignorableWhitespace(f"\n{'  ' * self._depth}" if self._depth else "")
