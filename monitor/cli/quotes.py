"""Matches with what their articles say: the sentences for which they were found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from monitor.outgoing.sentences import sentences

if TYPE_CHECKING:
    from monitor.model import Article
    from monitor.outgoing.quote import Quote
    from monitor.store.match_stream import Placed
    from monitor.store.store import Transaction

_AT_ONCE = 50
"""Matches whose articles' texts are in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A match, its article with its texts, and what that says."""

    placed: "Placed"
    article: "Article"
    quotes: "tuple[Quote, ...]"


def quoted(tx: "Transaction", placed: "Iterable[Placed]") -> Iterator[Quoted]:
    """The matches in their order; a few articles are read at a time."""
    from monitor.outgoing.quote import quote
    from monitor.store import articles

    rest = iter(placed)
    while some := list(islice(rest, _AT_ONCE)):
        texts = articles.at(tx, [one.match.article.id for one in some])
        for one in some:
            article = texts[one.match.article.id]
            # Of a lost match the hits are those of an earlier text.
            found = [] if one.match.lost_at else [one.match.found]
            said = tuple(quote(each.text, each.hits) for each in sentences(article, found))
            yield Quoted(placed=one, article=article, quotes=said)
