"""Articles: what is known of them, under every address they were ever met at.

Lists come without their texts (`summary` and `text` are ""), which stand apart and compressed; ask for `full` ones to
match, to show or to export.
The polls own an article's summary, the readings its text: neither overwrites what the other saved meanwhile.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    UnaryExpression,
    bindparam,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)

from monitor.model import Article, ArticleId, Entry, FeedId, Removal, Shortfall, StoryId, TextSource
from monitor.store import unsearched
from monitor.store.columns import storable
from monitor.store.connections import Transaction
from monitor.store.schema import addresses, articles, entries, members, readings, texts
from monitor.store.statements import batches, upsert

_FIRST = (
    articles.c.id,
    articles.c.url,
    articles.c.feed_id,
    articles.c.outlet,
    articles.c.title,
    articles.c.text_source,
    articles.c.shortfall,
    articles.c.language,
    articles.c.authors,
    articles.c.published_at,
    articles.c.modified_at,
    articles.c.published_raw,
    articles.c.modified_raw,
    articles.c.first_seen_at,
    articles.c.read_at,
)
"""What is saved of a new article."""
_BARE = (*_FIRST, articles.c.removed_at, articles.c.removed_why)
_FULL = (*_BARE, texts.c.summary, texts.c.text)
_FIXED = frozenset(["id", "feed_id", "first_seen_at"])
"""What an article was first met as; the rest may change by a better knowledge of it."""
_CHANGING = tuple(column.name for column in _FIRST if column.name not in _FIXED)
_UPDATE = update(articles).where(articles.c.id == bindparam("at"))


class Order(StrEnum):
    """What comes first in a listing of matches or articles."""

    NEWEST = "newest"
    """The last to be matched, or first seen."""
    OLDEST = "oldest"
    SCORE = "score"
    """The highest; of matches only."""
    PUBLISHED = "published"
    """The last by its own date, else by when it was first seen."""
    OUTLET = "outlet"
    """By the outlets' ids, of each the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleQuery:
    """Which articles; every condition left out holds for all."""

    since: datetime | None = None
    """First seen then or later."""
    until: datetime | None = None
    """First seen before."""
    languages: tuple[str, ...] = ()
    """In any of these; "en" also finds "en-GB"."""
    outlets: tuple[str, ...] | None = None
    """Of any of these. None: of all; (): of none."""
    feed: FeedId | None = None
    """Offered by this feed, first or later."""
    story: StoryId | None = None
    """In this story."""
    text_source: TextSource | None = None
    shortfall: Shortfall | None = None
    quarantined: bool = False
    """Only those whose page is not tried again until a person asks for it."""
    removed: bool = False
    """Only those whose page is gone."""
    before: Article | None = None
    """Only those that come after it, newest first."""
    among: Select[Any] | None = None
    """Whose ids this selects: for what a search in their texts finds."""
    order: Order = Order.NEWEST
    limit: int | None = 50
    offset: int = 0
    full: bool = False
    """With their texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """An entry as it stands in the store, and the feed that offered it."""

    feed_id: FeedId
    entry: Entry
    """Its text is "": every wording is a paragraph of the article's summary."""
    first_seen_at: datetime
    changed_at: datetime | None
    """When the feed last worded it anew."""


def query(tx: Transaction, asked: ArticleQuery) -> tuple[Article, ...]:
    """The articles asked for, in the order asked for."""
    rows = selected(articles, full=asked.full).where(*conditions(asked))
    rows = rows.order_by(*_order_of(asked.order)).limit(asked.limit).offset(asked.offset or None)
    return tuple(article_of(row, full=asked.full) for row in tx.execute(rows))


def conditions(asked: ArticleQuery) -> list[ColumnElement[bool]]:
    """What the query asks, its limit and its order aside."""
    wanted = described(asked.languages, asked.outlets, asked.text_source)
    if asked.feed:
        wanted.append(offered_by(articles.c.id, asked.feed))
    if asked.story:
        wanted.append(articles.c.id.in_(select(members.c.article_id).where(members.c.story_id == asked.story)))
    if asked.among is not None:
        wanted.append(articles.c.id.in_(asked.among))
    if asked.since:
        wanted.append(articles.c.first_seen_at >= asked.since)
    if asked.until:
        wanted.append(articles.c.first_seen_at < asked.until)
    if asked.shortfall:
        wanted.append(articles.c.shortfall == asked.shortfall)
    if asked.quarantined:
        wanted.append(exists().where(readings.c.article_id == articles.c.id, readings.c.quarantined))
    if asked.removed:
        wanted.append(articles.c.removed_at.is_not(None))
    if asked.before:
        wanted.append(before(asked.before))
    return wanted


def before(article: Article) -> ColumnElement[bool]:
    """Which articles come after this one, newest first."""
    moment: ColumnElement[Any] = bindparam(None, article.first_seen_at, articles.c.first_seen_at.type)
    return tuple_(articles.c.first_seen_at, articles.c.id) < tuple_(moment, bindparam(None, article.id))


def _order_of(order: Order) -> tuple[UnaryExpression[Any], ...]:
    """What to sort by; no two articles are equal in it. None has a score: the newest come first then."""
    newest = articles.c.first_seen_at.desc(), articles.c.id.desc()
    match order:
        case Order.OLDEST:
            return articles.c.first_seen_at.asc(), articles.c.id.asc()
        case Order.PUBLISHED:
            return published(articles).desc(), *newest
        case Order.OUTLET:
            return articles.c.outlet.asc(), *newest
        case _:
            return newest


def get(tx: Transaction, article_id: ArticleId, *, full: bool = True) -> Article | None:
    """The article with this id, or the one it was merged into; None where there is none."""
    row = tx.execute(_GET_FULL if full else _GET_BARE, {"key": article_id}).one_or_none()
    return None if row is None else article_of(row, full=full)


def at(tx: Transaction, keys: Collection[ArticleId], *, full: bool = True) -> dict[ArticleId, Article]:
    """The article that each address (`article_key` of a normalised one) leads to; unknown addresses are left out."""
    found: dict[ArticleId, Article] = {}
    for batch in batches(sorted(set(keys))):
        rows = tx.execute(_AT_FULL if full else _AT_BARE, {"keys": batch})
        found |= {ArticleId(row[-1]): article_of(row, full=full) for row in rows}
    return found


def has_outlet(tx: Transaction, outlet: str) -> bool:
    """Whether any article is of this outlet. Where none is, all are looked at."""
    return tx.execute(select(articles.c.id).where(articles.c.outlet == storable(outlet)).limit(1)).scalar() is not None


def entries_of(tx: Transaction, article_id: ArticleId) -> tuple[Appearance, ...]:
    """The entries that point to an article, in the order in which they were seen."""
    rows = select(entries).where(entries.c.article_id == article_id)
    rows = rows.order_by(entries.c.first_seen_at, entries.c.feed_id, entries.c.key_hash)
    return tuple(map(_appearance_of, tx.execute(rows)))


def insert_new(tx: Transaction, new: Sequence[Article]) -> None:
    """Saves articles that the store does not have, each reachable under its own key, whoever had taken it."""
    if not new:
        return
    tx.execute(upsert(tx, articles, ("id",)), [_row(article) for article in new])
    tx.execute(upsert(tx, texts, ("article_id",)), [_texts(article) for article in new])
    owned = [{"key": article.id, "article_id": article.id} for article in new]
    tx.execute(upsert(tx, addresses, ("key",), ("article_id",)), owned)
    unsearched.outdate(tx, [article.id for article in new])


def save_summaries(tx: Transaction, reworded: Sequence[Article]) -> None:
    """Saves what feeds have newly said of known articles; their texts stay."""
    if not reworded:
        return
    tx.execute(_UPDATE, [_changes(article) for article in reworded])
    # Not an update: the texts of an old article may have been pruned.
    said = [{"article_id": article.id, "summary": article.summary, "text": ""} for article in reworded]
    tx.execute(upsert(tx, texts, ("article_id",), ("summary",)), said)
    unsearched.outdate(tx, [article.id for article in reworded])


def save_text(tx: Transaction, article: Article) -> bool:
    """Saves what reading an article's page brought; its summary stays. False: it was merged away, nothing is saved."""
    if not tx.execute(_UPDATE, _changes(article)).rowcount:
        return False
    # Likewise.
    read = {"article_id": article.id, "summary": "", "text": article.text}
    tx.execute(upsert(tx, texts, ("article_id",), ("text",)), read)
    unsearched.outdate(tx, [article.id])
    return True


def set_removed(tx: Transaction, article_id: ArticleId, why: Removal | None, now: datetime) -> None:
    """Marks that its page is gone, since when it first was; None: that it is there."""
    these = update(articles).where(articles.c.id == article_id)
    if why is None:
        tx.execute(these.where(articles.c.removed_at.is_not(None)).values(removed_at=None, removed_why=None))
    else:
        tx.execute(these.where(articles.c.removed_at.is_(None)).values(removed_at=now, removed_why=why))


def selected(source: FromClause, *, full: bool) -> Select[Any]:
    """The columns that `article_of` reads, out of something that `articles` is joined into."""
    if not full:
        return select(*_BARE).select_from(source)
    return select(*_FULL).select_from(source.outerjoin(texts, texts.c.article_id == articles.c.id))


def _addressed(*, full: bool) -> Select[Any]:
    source = addresses.join(articles, addresses.c.article_id == articles.c.id)
    return selected(source, full=full).add_columns(addresses.c.key)


# Made once: building them costs more than running them, and every page that is read asks for its article. For that
# there is a statement of its own: one with a list is put together anew each time, which takes as long as all else.
_ONE, _ANY = addresses.c.key == bindparam("key"), addresses.c.key.in_(bindparam("keys", expanding=True))
_GET_FULL, _GET_BARE = _addressed(full=True).where(_ONE), _addressed(full=False).where(_ONE)
_AT_FULL, _AT_BARE = _addressed(full=True).where(_ANY), _addressed(full=False).where(_ANY)


def article_of(row: Sequence[Any], *, full: bool = True) -> Article:
    """The article in a row of `selected`, which was `full` or not, further columns behind it or not."""
    return Article(
        id=row[0],
        url=row[1],
        feed_id=row[2],
        outlet=row[3],
        title=row[4],
        text_source=row[5],
        shortfall=row[6],
        language=row[7],
        authors=row[8],
        published_at=row[9],
        modified_at=row[10],
        published_raw=row[11],
        modified_raw=row[12],
        first_seen_at=row[13],
        read_at=row[14],
        removed_at=row[15],
        removed_why=row[16],
        summary=row[17] or "" if full else "",
        text=row[18] or "" if full else "",
    )


def described(
    languages: Sequence[str],
    outlets: Sequence[str] | None,
    text_source: TextSource | None = None,
    of: FromClause = articles,
) -> list[ColumnElement[bool]]:
    """Conditions on an article's language, its outlet, and where its text is from."""
    wanted: list[ColumnElement[bool]] = []
    if languages:
        own = func.lower(of.c.language)
        asked = [language.lower() for language in languages]
        wanted.append(
            or_(*(own == one for one in asked), *(own.startswith(f"{one}-", autoescape=True) for one in asked))
        )
    if outlets is not None:
        wanted.append(of.c.outlet == outlets[0] if len(outlets) == 1 else of.c.outlet.in_(outlets))
    if text_source:
        wanted.append(of.c.text_source == text_source)
    return wanted


def published(of: FromClause) -> ColumnElement[Any]:
    """When an article was published, as far as anybody says, else when it was first seen."""
    return func.coalesce(of.c.published_at, of.c.first_seen_at)


def offered_by(article_id: ColumnElement[Any], feed: FeedId) -> ColumnElement[bool]:
    """The condition that any entry of the feed points to the article."""
    return exists().where(entries.c.article_id == article_id, entries.c.feed_id == feed)


def _appearance_of(row: Any) -> Appearance:
    entry = Entry(
        key=row.key,
        link=row.link,
        title=row.title,
        text="",
        published_at=row.published_at,
        published_raw=row.published_raw,
        authors=row.authors,
        language=row.language,
    )
    return Appearance(
        feed_id=FeedId(row.feed_id), entry=entry, first_seen_at=row.first_seen_at, changed_at=row.changed_at
    )


def _changes(article: Article) -> dict[str, Any]:
    return {"at": article.id, **{name: getattr(article, name) for name in _CHANGING}}


def _row(article: Article) -> dict[str, Any]:
    return {column.name: getattr(article, column.name) for column in _FIRST}


def _texts(article: Article) -> dict[str, Any]:
    return {"article_id": article.id, "summary": article.summary, "text": article.text}
