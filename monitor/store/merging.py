"""Two articles that turn out to be one: the younger merges into the older, which keeps its key."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from monitor.model import Article, ArticleId, MatchId, WatchlistId, match_key
from monitor.store import articles, deliveries, memberships, pages, revisits, tags
from monitor.store.connections import Transaction
from monitor.store.schema import (
    addresses,
    entries,
    former_matches,
    match_events,
    matches,
    readings,
    reviews,
    revisions,
    texts,
)
from monitor.store.schema import articles as articles_table


def merge(tx: Transaction, younger: ArticleId, older: ArticleId) -> Article:
    """Gives the older article all that the younger one has, and makes the younger one's ids lead there; the result.

    Where both have a match of a watchlist, the older's stays and gets the reviews of both. Hits of the others still
    point into the younger's texts: the caller matches the result anew, and saves that in the same transaction.

    Raises:
        ValueError: they are one already, or one of them does not exist.
    """
    found = articles.at(tx, [younger, older])
    if {article.id for article in found.values()} != {younger, older} or younger == older:
        message = f"{younger} and {older} are not two articles"
        raise ValueError(message)
    merged = united(found[older], found[younger])
    articles.save_text(tx, merged)
    articles.save_summaries(tx, [merged])
    for table in (entries, addresses, revisions):
        tx.execute(update(table).where(table.c.article_id == younger).values(article_id=older))
    _move_matches(tx, younger, older)
    memberships.merge(tx, younger, older)
    revisits.merge(tx, younger, older)
    pages.move(tx, younger, older)
    deliveries.move(tx, younger, older)
    for table in (readings, texts):
        tx.execute(delete(table).where(table.c.article_id == younger))
    tx.execute(delete(articles_table).where(articles_table.c.id == younger))
    return merged


def united(older: Article, younger: Article) -> Article:
    """The older article with every wording of the younger, and with the page's text that was read last.

    Wordings are appended, so that offsets into the older's stay right.
    """
    united = replace(
        older,
        title=_with_lines(older.title, younger.title),
        summary=_with_lines(older.summary, younger.summary),
        text_source=older.text_source.or_better(younger.text_source),
        published_at=older.published_at or younger.published_at,
        authors=older.authors or younger.authors,
        language=older.language or younger.language,
    )
    if not younger.text or (older.text and _read_at(older) > _read_at(younger)):
        return united
    return replace(
        united,
        text=younger.text,
        shortfall=younger.shortfall,
        read_at=younger.read_at,
        modified_at=younger.modified_at,
        published_raw=younger.published_raw,
        modified_raw=younger.modified_raw,
    )


def _read_at(article: Article) -> datetime:
    return article.read_at or article.first_seen_at


def _with_lines(text: str, others: str) -> str:
    """The text, and behind it those of the other's lines that it does not have."""
    known = text.split("\n")
    more = dict.fromkeys(line for line in others.split("\n") if line and line not in known)
    return "\n".join(filter(None, [text, *more]))


def _move_matches(tx: Transaction, younger: ArticleId, older: ArticleId) -> None:
    rows = select(matches).where(matches.c.article_id.in_([younger, older]))
    found = {(row.article_id, WatchlistId(row.watchlist_id)): row for row in tx.execute(rows)}
    for (article, watchlist), row in found.items():
        if article != younger:
            continue
        stays = found.get((older, watchlist))
        new_id = match_key(watchlist, older)
        if stays is None:
            _rename(tx, row.id, new_id, older)
        else:
            _absorb(tx, row, stays)
        tx.execute(insert(former_matches).values(id=row.id, match_id=new_id))


def _rename(tx: Transaction, match_id: MatchId, new_id: MatchId, older: ArticleId) -> None:
    """Reviews, tags and former ids follow by ON UPDATE CASCADE."""
    tx.execute(update(matches).where(matches.c.id == match_id).values(id=new_id, article_id=older))


def _absorb(tx: Transaction, goes: Any, stays: Any) -> None:
    tags.move(tx, goes.id, stays.id)
    for table in (reviews, former_matches, match_events):
        tx.execute(update(table).where(table.c.match_id == goes.id).values(match_id=stays.id))
    tx.execute(delete(matches).where(matches.c.id == goes.id))
    said = select(reviews.c.status).where(reviews.c.match_id == stays.id)
    status = tx.execute(said.order_by(reviews.c.reviewed_at.desc(), reviews.c.id.desc()).limit(1)).scalar()
    first = min(goes.matched_at, stays.matched_at)
    kept = {"status": status or stays.status, "assignee": stays.assignee or goes.assignee, "matched_at": first}
    tx.execute(update(matches).where(matches.c.id == stays.id).values(kept))
