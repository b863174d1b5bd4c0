"""Which articles and matches are exported: those with given ids, or all that a query finds, read as they are used."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.cli.ids import known
from monitor.model import ArticleId

if TYPE_CHECKING:
    from monitor.store.match_query import MatchQuery
    from monitor.store.match_stream import Placed
    from monitor.store.store import Transaction


def article_ids(
    tx: "Transaction", given: Sequence[str], query: "MatchQuery | None", none: Callable[[], None]
) -> Iterator[ArticleId]:
    """The articles, each once. Raises: as `chosen`."""
    if query is None:
        yield from dict.fromkeys(known(tx, one).article_id for one in given)
        return
    told: set[ArticleId] = set()
    for one in chosen(tx, given, query, none):
        article = one.match.article.id
        if article not in told:
            told.add(article)
            yield article


def chosen(
    tx: "Transaction", given: Sequence[str], query: "MatchQuery | None", none: Callable[[], None]
) -> "Iterator[Placed]":
    """The matches, by watchlist, of each the newest first; an article's id means all its matches that hold. `none`:
    asked where the query finds nothing.

    Raises: click.UsageError, StoreError, where an id is none; what `none` does.
    """
    from monitor.store import match_stream, matches

    if query is None:
        yield from _named(tx, given)
        return
    watchlists = sorted(matches.counts(tx, query))
    if not watchlists:
        none()
    for watchlist in watchlists:
        yield from match_stream.stream(tx, replace(query, watchlists=(watchlist,)))


def _named(tx: "Transaction", given: Sequence[str]) -> "list[Placed]":
    from monitor.store import matches, memberships
    from monitor.store.match_stream import Placed

    found: dict[str, Placed] = {}
    for meant in [known(tx, one) for one in given]:
        place = memberships.membership(tx, meant.article_id)
        for match in matches.of_article(tx, meant.article_id):
            if match.id == meant.match_id or (meant.match_id is None and not match.lost_at):
                found[match.id] = Placed(match=match, story_id=place.story_id if place else None)
    newest = sorted(found.values(), key=lambda one: (one.match.matched_at, one.match.id), reverse=True)
    return sorted(newest, key=lambda one: one.match.found.watchlist_id)
