"""Ids as people type them: the first digits of a match's or an article's."""

from monitor.errors import StoreError
from monitor.model import Match
from monitor.store import ids, matches
from monitor.store.store import Transaction


def match_named(tx: Transaction, given: str) -> Match:
    """The match meant; an article's id means its only match. Raises: StoreError, saying what the id means instead."""
    known = ids.resolve(tx, given)
    found = [match for match in matches.of_article(tx, known.article_id) if known.match_id in (None, match.id)]
    if len(found) != 1:
        names = ", ".join(f"{match.id[:8]} ({match.found.watchlist_id})" for match in found)
        hint = f"give one of its matches: {names}" if found else "nothing has matched it"
        raise StoreError(f"{given} is an article", hint=hint)
    return found[0]
