"""HTML → plain text: all that is visible, a line a block. For fragments in feeds, and for pages that are too much for
an extractor. Linear in the size of the input, at any depth.
"""

import re
from html import unescape

from lxml import etree
from lxml.html import HtmlElement

from monitor.text.clean import clean

_HIDDEN_NAMES = "script style noscript template head svg math canvas select textarea button"
_HIDDEN = tuple(_HIDDEN_NAMES.split())
_BLOCK_NAMES = """
    address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table tbody tfoot thead tr ul
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_CELLS = frozenset(["td", "th"])
_BREAK = "\u2028"
"""Where a block begins or ends: told from the line breaks of the source, which are blanks."""
_KNOWN_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|div|em|embed|figure|font|h[1-6]|hr|i|iframe|img|li|object|ol|p|q|s|script|small|span"
    r"|strong|style|sub|sup|table|td|tr|tt|u|ul|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
# What news agencies send: nothing that a parser is needed for.
_PARAGRAPH = re.compile(r"</?p>|<br ?/?>")
_PARAGRAPHS = re.compile(r"(?:[^<&\x00]++|<br ?/?>|<p>(?:[^<&\x00]++|<br ?/?>)*+</p>)++")
_LONG = 20_000
"""Characters of a tag that may have too many attributes."""
_LONG_TAG = re.compile(rf"<[A-Za-z][^<>]{{{_LONG},}}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_HIDDEN_MARKUP = re.compile(r"<(script|style)\b[^<>]*>[^<]*</\1\s*>|<!--[^<>]*-->", re.IGNORECASE)

_ELEMENTS = etree.ElementDefaultClassLookup(element=HtmlElement)
MOST_ATTRIBUTES = 5_000


def looks_like_html(text: str) -> bool:
    """Whether a text that is said to be plain holds tags of HTML after all; "a <Parasite> b" does not."""
    return "<" in text and bool(_KNOWN_TAG.search(text))


def plain(fragment: str) -> str:
    """The text that a fragment of HTML shows; entities are decoded once."""
    if "<" not in fragment:
        return clean(unescape(fragment))
    if _PARAGRAPHS.fullmatch(fragment):
        return _cleaned(_BREAK.join(_PARAGRAPH.split(fragment)))
    root = tree_of(fragment)
    return without_tags(fragment) if root is None else visible_text(root)


def tree_of(markup: str) -> HtmlElement | None:
    """The tree of a page or fragment; None where there is none, where it is deeper than the parser goes (2,048), or
    where a tag has more attributes than it can read in reasonable time, which is quadratic.
    """
    if _has_endless_tag(markup):
        return None
    # Our own bytes and our own word for their charset: otherwise a <meta> inside decides.
    # Comments stand between the words of many a page, and extractors take the second half for something else.
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    # lxml.html's own parser asks a function in Python for the class of every element: a tenth of an extraction.
    parser.set_element_class_lookup(_ELEMENTS)
    # Zeros and lone surrogates, which libxml2 reads as the end of the document or as U+FFFD, are left out; not by a
    # regular expression, which would take as long as the parser does.
    root = etree.fromstring(markup.replace("\x00", "").encode("utf-8", "ignore"), parser)
    # Where the depth is too great the parser stops and hands out what it had, without an exception.
    stopped = parser.error_log.last_error
    return None if stopped is not None and stopped.type_name == "ERR_RESOURCE_LIMIT" else root


def _has_endless_tag(markup: str) -> bool:
    # So long a tag covers one of these blocks whole; hardly any page has a block without a tag, and looking is quick.
    blocks = range(0, len(markup), _LONG // 2)
    if all(markup.find("<", start, start + _LONG // 2) >= 0 for start in blocks):
        return False
    return any(len(_QUOTED.sub("", tag).split()) > MOST_ATTRIBUTES for tag in _LONG_TAG.findall(markup))


def without_tags(markup: str) -> str:
    """The text between the tags: for what is too deep for a tree."""
    return clean(unescape(_TAG.sub("\n", _HIDDEN_MARKUP.sub("\n", markup))))


def visible_text(root: HtmlElement) -> str:
    """The text of all elements that are shown, cleaned. Uses the tree up: hidden elements are gone afterwards."""
    etree.strip_elements(root, *_HIDDEN, with_tail=False)
    # All elements: to look for forty names costs more than to look at the few elements of a fragment.
    for element in root.iter():
        if element.tag in _BLOCKS:
            element.text = f"{_BREAK}{element.text or ''}"
            element.tail = f"{_BREAK}{element.tail or ''}"
        elif element.tag in _CELLS:
            element.tail = f" {element.tail or ''}"
    return _cleaned("".join(root.itertext()))


def _cleaned(text: str) -> str:
    """A line a block."""
    blocks = text.replace("\n", " ").replace("\r", " ").split(_BREAK)
    return "\n".join(filter(None, map(clean, blocks)))
