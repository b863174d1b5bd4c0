"""Matching in one line, for the tests of the rules."""

from collections.abc import Sequence
from urllib.parse import unquote

from monitor.model import Document, Field, Found, TermList, Watchlist
from monitor.rules.compile import compile_rules
from monitor.rules.matcher import Matcher
from tests.builders import a_watchlist


def a_matcher(*watchlists: Watchlist, lists: Sequence[TermList] = ()) -> Matcher:
    """The matcher of watchlists in which nothing is wrong."""
    matcher, problems = compile_rules(watchlists, lists)
    assert problems == ()
    return matcher


def find(query: str, document: Document, lists: Sequence[TermList] = ()) -> Found | None:
    """What one query finds in a document."""
    return next(iter(a_matcher(a_watchlist(query), lists=lists).match(document)), None)


def problems_of(query: str, lists: Sequence[TermList] = ()) -> list[str]:
    """What is wrong with a query: "line:column what (hint)"."""
    _, problems = compile_rules([a_watchlist(query)], lists)
    return [str(problem).removeprefix("watchlists/rafah.yaml:") for problem in problems]


def cut(document: Document, found: Found | None) -> list[str]:
    """The pieces of text that the hits claim."""
    return [text_of(document, hit.field)[hit.start : hit.end] for hit in found.hits] if found else []


def text_of(document: Document, field: Field) -> str:
    """The text that offsets in a field count in."""
    match field:
        case Field.AUTHORS:
            return "\n".join(document.authors)
        case Field.URL:
            return unquote(document.url)
        case _:
            return str(getattr(document, field))
