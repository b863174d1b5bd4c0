"""The text of a feed → its items, each as a small feed of its own, so that one that is broken costs itself only.

Textual: nothing is parsed, so nothing in a document can stop it, and it takes time in proportion to the document.
"""

import re
from dataclasses import dataclass

CUT_OFF = "the document is cut off before its end"
MOST = 2_000
"""Pieces; a feed with more items is not read piece by piece, which would take minutes."""
_XML_MARKS = re.compile(r"<!\[CDATA\[|<!--|<(/?)(?:[A-Za-z_][\w.-]*:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_XML_ENDS = {"<!--": "-->", "<![CDATA[": "]]>"}
_JSON_MARKS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[][{}]', re.DOTALL)
_JSON_ITEMS = re.compile(r'"items"\s*:\s*\[')


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """A feed, taken apart: `head`, the items and `tail`, joined, are the document."""

    head: str
    items: tuple[str, ...] = ()
    """Each from its beginning to that of the next."""
    tail: str = ""
    damaged: str = ""
    """Why the document is not whole, for a person; "" where it is."""
    is_open: bool = False
    """The last item does not end."""

    @property
    def frame(self) -> str:
        """The feed without items."""
        return self.head + self.tail

    @property
    def documents(self) -> tuple[str, ...]:
        """The same feed as often as it has items, with one item each."""
        ends = [self.tail] * len(self.items)
        if self.is_open:
            ends[-1] = ""
        return tuple(f"{self.head}{item}{end}" for item, end in zip(self.items, ends, strict=True))


def pieces_of_xml(document: str) -> Pieces:
    """RSS, RDF or Atom from its root element on; tags in CDATA and comments that end are no items."""
    starts, end, is_open = _starts(document)
    if not starts:
        return Pieces(head=document)
    ends = (*starts[1:], end)
    return Pieces(
        head=document[: starts[0]],
        items=tuple(document[a:b] for a, b in zip(starts, ends, strict=True)),
        tail=document[end:],
        is_open=is_open,
    )


def _starts(document: str) -> tuple[list[int], int, bool]:
    """Where items begin, where the last of them ends, and whether it has no end but the document's."""
    starts: list[int] = []
    position, end, is_open = 0, len(document), False
    endless: set[str] = set()
    while mark := _XML_MARKS.search(document, position):
        position = mark.end()
        if closing := _XML_ENDS.get(mark[0].upper()):
            # Looked for once: after the first that never ends, none does.
            found = -1 if closing in endless else document.find(closing, position)
            position = found + len(closing) if found >= 0 else position
            endless |= {closing} if found < 0 else set()
        elif mark[1]:
            end, is_open = document.find(">", position) + 1 or len(document), False
        else:
            starts.append(mark.start())
            end, is_open = len(document), True
    return starts, end, is_open


def pieces_of_json(document: str) -> Pieces:
    """A JSON Feed; of one that is cut off, the items up to the cut. Texts and nested lists are passed over."""
    found = _JSON_ITEMS.search(document)
    if found is None:
        return Pieces(head=document)
    depth, start = 0, found.end()
    items: list[str] = []
    for mark in _JSON_MARKS.finditer(document, found.end()):
        if mark[0] in "[{":
            start = mark.start() if depth == 0 else start
            depth += 1
        elif mark[0] in "]}":
            depth -= 1
            if depth < 0:
                break
            if depth == 0:
                items.append(document[start : mark.end()])
    if depth > 0:
        items.append(document[start:])
    damaged = "" if depth < 0 else CUT_OFF
    return Pieces(head='{"items": [', items=tuple(items), tail="]}", damaged=damaged, is_open=depth > 0)
