"""XML of a feed, made fit for feedparser: text that neither raises, nor stops it at the first oddity, nor explodes.

No DTD ever reaches expat: chained entities kill CPython with expat before 2.7. What a DTD legitimately does in feeds,
naming characters, is done here, once and without nesting.
"""

import re
from collections.abc import Mapping
from html.entities import html5

from monitor.errors import ParseError
from monitor.feeds.sniff import HEAD

_ENTITY = re.compile(r"""<!ENTITY\s+([\w.-]+)\s+(?:"([^"]*)"|'([^']*)')\s*>""")
_REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));?|(?!(?:lt|gt|amp|quot|apos);)([A-Za-z][\w.-]*);)")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# One generator of sites writes "rss:" before every name of RSS 2.0 and never says what it stands for.
_BOUND = re.compile(r"\sxmlns:rss\s*=")
_PREFIXED = re.compile(r"(</?)rss:(?=[A-Za-z])")
_NESTED = re.compile(r"&(?!#\d+;|amp;|lt;|gt;|quot;|apos;)|%[A-Za-z]")
_CDATA = "<![CDATA["
_NEXT_ITEM = re.compile(r"</((?:[A-Za-z_][\w.-]*:)?(?:item|entry))\s*>\s*<\1[\s>]", re.IGNORECASE)
MOST_GROWTH = 2
"""Times the document's size that its entities may make of it."""
REFUSED = "the feed declares a DTD with entities that refer to others or are very long; refused, for it may explode"


def preclean(text: str, start: int) -> str:
    """The document from its root element at `start` on, without declaration and DTD.

    Raises: ParseError when the DTD declares entities that refer to others, or that blow the document up.
    """
    entities = _declared(text[:start])
    body = _ILLEGAL.sub("", text[start:])
    if "<rss:" in body and not _BOUND.search(body):
        body = _PREFIXED.sub(r"\1", body)
    body = _without_endless_cdata(body)
    if "&" not in body:
        return body
    # Before it is done: a megabyte of text, named a thousand times, is a gigabyte.
    if entities and _size(body, entities) > MOST_GROWTH * len(text) + HEAD:
        raise ParseError(REFUSED)
    return _REFERENCE.sub(lambda found: _reference(found, entities), body)


def _size(body: str, entities: Mapping[str, str]) -> int:
    """Characters of the body once its entities are read."""
    return len(body) + sum(len(entities.get(found[3], "")) for found in _REFERENCE.finditer(body))


def _without_endless_cdata(body: str) -> str:
    """A CDATA section that nobody closed goes on to the end of the next one, with all items between: it is closed where
    its own item ends. A section in which another begins, and no item ends, is a text that speaks of CDATA.
    """
    parts: list[str] = []
    done = start = 0
    while (start := body.find(_CDATA, start)) >= 0 and (end := body.find("]]>", start)) >= 0:
        again = body.rfind(_CDATA, start + 1, end)
        swallowed = _NEXT_ITEM.search(body, start, again) if again >= 0 else None
        if swallowed:
            end = swallowed.start()
            parts += (body[done:end], "]]>")
            done = end
        start = end
    return "".join((*parts, body[done:]))


def _declared(prolog: str) -> dict[str, str]:
    """Name → value of the entities that stand for plain text. Raises: ParseError."""
    entities = {
        name: _REFERENCE.sub(lambda found: _reference(found, {}), double or single)
        for name, double, single in _ENTITY.findall(prolog)
    }
    if any(map(_NESTED.search, entities.values())):
        raise ParseError(REFUSED)
    return entities


def _reference(found: re.Match[str], entities: dict[str, str]) -> str:
    """A reference that every XML parser reads: characters that XML does not allow become U+FFFD, names numbers."""
    hexadecimal, decimal, name = found.groups()
    if name:
        return _named(found[0], name, entities)
    digits = (hexadecimal or decimal).lstrip("0")
    code = int(digits, 16 if hexadecimal else 10) if 0 < len(digits) <= 7 else 0
    return f"&#{code};" if _is_allowed(code) else "&#65533;"


def _named(given: str, name: str, entities: dict[str, str]) -> str:
    if name in entities:
        return entities[name]
    characters = html5.get(f"{name};")
    if characters is None:
        return given
    return "".join(f"&#{ord(character)};" for character in characters)


def _is_allowed(code: int) -> bool:
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
