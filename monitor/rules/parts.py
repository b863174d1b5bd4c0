"""What of a document a query looks at: its fields, and views of them. What a field of a query means in an article."""

from collections.abc import Iterator
from enum import StrEnum

from monitor.rules.syntax import Node, QueryField, Within, children


class Part(StrEnum):
    """A piece of a document in which words have places."""

    TITLE = "title"
    SUMMARY = "summary"
    TEXT = "text"
    LEAD = "lead"
    """The first words of the text, or of the summary where there is no text; their places are those there."""
    AUTHORS = "authors"
    """A name a line."""
    URL = "url"


Parts = frozenset[Part]

EVERYWHERE: Parts = frozenset({Part.TITLE, Part.SUMMARY, Part.TEXT})
"""Where a query looks that names no field."""
BODY: Parts = frozenset({Part.SUMMARY, Part.TEXT, Part.LEAD})
NOWHERE: Parts = frozenset()
LEAD_WORDS = 100
VALUES = frozenset({QueryField.OUTLET, QueryField.COUNTRY, QueryField.AFFILIATION, QueryField.LANG, QueryField.FEED})
"""Fields that are one value, which is compared as a whole; the others hold words."""
_APART = {QueryField.AUTHOR: Part.AUTHORS, QueryField.URL: Part.URL}


def asked_of_words(tree: Node) -> Iterator[Node]:
    """The nodes of the tree, in the order of the query, but for the values that stand in fields."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not (isinstance(node, Within) and node.where in VALUES):
            waiting += reversed(children(node))


def narrowed(parts: Parts, where: QueryField) -> Parts:
    """What is left of these parts within a field of words; nothing where the two have nothing in common."""
    match where:
        case QueryField.TITLE:
            return parts & {Part.TITLE}
        case QueryField.BODY:
            return parts & BODY
        case QueryField.LEAD:
            return frozenset({Part.LEAD}) if parts & BODY else NOWHERE
        case _:
            # What an article says of itself stands beside its texts, in none of them.
            own = frozenset({_APART[where]})
            return own if parts in (EVERYWHERE, own) else NOWHERE


def reached(where: QueryField) -> Parts:
    """All that a field of words can reach, whatever stands around it."""
    return {QueryField.BODY: BODY, QueryField.TITLE: frozenset({Part.TITLE})}.get(where) or narrowed(EVERYWHERE, where)
