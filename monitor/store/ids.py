"""Short ids: what a person types → the match or article that is meant."""

from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, select

from monitor.errors import StoreError
from monitor.model import ArticleId, MatchId
from monitor.store.connections import Transaction
from monitor.store.schema import addresses, former_matches, matches

_FEWEST = 4
_LENGTH = 32
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an id means."""

    article_id: ArticleId
    match_id: MatchId | None
    """None: it is an article's id."""


def resolve(tx: Transaction, prefix: str) -> Known:
    """The one match or article whose id begins with `prefix`, ids from before a merge included.

    Raises:
        ValueError: it is no beginning of an id.
        StoreError: it is that of none, or of several.
    """
    prefix = digits(prefix)
    means = _articles(tx, prefix) | _matches(tx, prefix)
    if not means:
        raise StoreError(f"no match or article has an id that begins with {prefix}", hint="see `monitor matches`")
    if len(set(means.values())) > 1:
        names = ", ".join(sorted(means)[:_SHOWN])
        raise StoreError(f"{prefix} is the beginning of several ids ({names})", hint="give more of its digits")
    return next(iter(means.values()))


def digits(prefix: str) -> str:
    """The beginning of an id, as ids are written. Raises: ValueError, where it is none."""
    prefix = prefix.strip().lower()
    if not (_FEWEST <= len(prefix) <= _LENGTH and set(prefix) <= set("0123456789abcdef")):
        hint = f"give at least {_FEWEST} of its digits, 0–9 and a–f, as `monitor matches` shows them"
        message = f"{prefix!r} is not an id: {hint}"
        raise ValueError(message)
    return prefix


def _articles(tx: Transaction, prefix: str) -> dict[str, Known]:
    rows = select(addresses.c.key, addresses.c.article_id).where(*begins(addresses.c.key, prefix)).limit(_SHOWN + 1)
    return {key: Known(article_id=ArticleId(article), match_id=None) for key, article in tx.execute(rows)}


def _matches(tx: Transaction, prefix: str) -> dict[str, Known]:
    """Matches by their id and, in a second query, by a former one."""
    own = select(matches.c.id, matches.c.id, matches.c.article_id).where(*begins(matches.c.id, prefix))
    former = select(former_matches.c.id, matches.c.id, matches.c.article_id).join_from(former_matches, matches)
    former = former.where(*begins(former_matches.c.id, prefix))
    return {
        called: Known(article_id=ArticleId(article), match_id=MatchId(match_id))
        for rows in (own, former)
        for called, match_id, article in tx.execute(rows.limit(_SHOWN + 1))
    }


def begins(column: Column[str], prefix: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The condition that an id begins so. A range, which an index answers: "g" follows every hexadecimal digit."""
    return column >= prefix, column < f"{prefix}g"
