"""Readings: whose page is to be read, and what came of reading it.

An attempt is counted when it is taken, before it is made. What a dead daemon had taken is given out again at the next
start, and after `INTERRUPTIONS` such deaths put into quarantine: it may be what kills the daemon. Deaths count for a
page that was taken alone: the stage begins with one page, the longest due, so what kills is soon alone with its deaths.
"""

from collections.abc import Collection, Hashable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, case, func, insert, select, update

from monitor.model import Article, ArticleId, FeedId, Read, Reading, TextSource, WatchlistId, article_key
from monitor.store import articles, matches
from monitor.store.connections import Transaction
from monitor.store.schema import addresses, readings
from monitor.store.schema import articles as articles_table
from monitor.store.statements import InOrder, batches, upsert

INTERRUPTIONS = 10
ABANDONED = timedelta(minutes=10)
"""After which a page that was taken, and of which nothing was heard, is taken again."""
LONGEST = timedelta(days=1)
"""No page waits longer for its next attempt."""

_WAITING = (readings.c.next_read_at.is_not(None), readings.c.taken_at.is_(None))
_ADD = insert(readings)
_DONE = (
    update(readings)
    .where(readings.c.article_id == bindparam("at"))
    .values(
        next_read_at=bindparam("next"),
        taken_at=None,
        crashes=readings.c.crashes + bindparam("crashed"),
        interruptions=0,
        quarantined=bindparam("quarantine"),
        error=bindparam("said"),
    )
)


def _due(these: ColumnElement[bool]) -> Select[Any]:
    source = InOrder(readings, articles_table, readings.c.article_id == articles_table.c.id)
    rows = articles.selected(source, full=True).add_columns(readings.c.attempts, readings.c.crashes)
    is_busy = readings.c.article_id.in_(bindparam("busy", expanding=True))
    rows = rows.where(these, readings.c.next_read_at <= bindparam("now"), ~is_busy)
    return rows.order_by(readings.c.next_read_at, readings.c.article_id).limit(bindparam("most", type_=Integer))


# Made once: they run all day long, building them costs more than that, and what is left of each is garbage of the kind
# that Python seldom looks for.
_FREE, _ABANDONED = _due(readings.c.taken_at.is_(None)), _due(readings.c.taken_at <= bindparam("abandoned"))
_TAKE = (
    update(readings)
    .where(readings.c.article_id.in_(bindparam("these", expanding=True)))
    .values(taken_at=bindparam("now"), attempts=readings.c.attempts + 1)
)


def add(tx: Transaction, new: Sequence[Article], now: datetime) -> None:
    """Makes the pages of new articles due."""
    nothing = {"attempts": 0, "crashes": 0, "interruptions": 0, "quarantined": False, "error": ""}
    if new:
        tx.execute(_ADD, [{"article_id": article.id, "next_read_at": now, **nothing} for article in new])


def take(tx: Transaction, now: datetime, limit: int, *, exclude: Collection[Hashable] = ()) -> tuple[Reading, ...]:
    """The pages that are due, taken and their attempts counted: those taken in vain first, then the longest due;
    articles come with their texts.

    `exclude`: those that are being read. Any other that was taken a while ago could not be saved, and is taken again.
    """
    taken = tuple(
        Reading(article=articles.article_of(row), attempts=row.attempts + 1, crashes=row.crashes)
        for row in due_rows(tx, _ABANDONED, _FREE, now, limit, exclude)
    )
    for batch in batches([reading.article.id for reading in taken]):
        tx.execute(_TAKE, {"these": batch, "now": now})
    return taken


def due_rows(
    tx: Transaction,
    abandoned: Select[Any],
    free: Select[Any],
    now: datetime,
    limit: int,
    exclude: Collection[Hashable],
) -> list[Any]:
    """What is due, that which was taken a while ago and not given back first.

    Two questions, each with an index of its own: one about both would look through all that was ever taken.
    """
    asked = {"now": now, "busy": list(exclude)}
    rows = list(tx.execute(abandoned, {**asked, "abandoned": now - ABANDONED, "most": limit}))
    return [*rows, *tx.execute(free, {**asked, "most": limit - len(rows)})]


def give_back(tx: Transaction, unread: Sequence[ArticleId], *, until: datetime | None = None) -> None:
    """Makes taken pages due again as if they had not been taken: nobody asked for them.

    `until`: when they are due, where their hosts rest; None: at once, for the daemon stops.
    """
    undone = {"taken_at": None, "attempts": readings.c.attempts - 1, **({"next_read_at": until} if until else {})}
    for batch in batches(unread):
        these = update(readings).where(readings.c.article_id.in_(batch), readings.c.taken_at.is_not(None))
        tx.execute(these.values(undone))


def release(tx: Transaction, now: datetime) -> int:
    """At the start of a daemon: makes what a dead one had taken due again; how many there were."""
    taken = update(readings).where(readings.c.taken_at.is_not(None))
    alone = _count(tx, None, readings.c.taken_at.is_not(None)) == 1
    if alone:
        last_straw = readings.c.interruptions >= INTERRUPTIONS - 1
        said = f"reading it was interrupted {INTERRUPTIONS} times"
        tx.execute(taken.where(last_straw).values(next_read_at=None, quarantined=True, error=said))
    # Due before it was taken; later than now only if the clock was set back, like all that waits longer than a day.
    again = case((readings.c.next_read_at > now, now), else_=readings.c.next_read_at)
    counts = {"interruptions": readings.c.interruptions + int(alone), "attempts": readings.c.attempts - 1}
    released = tx.execute(taken.values(taken_at=None, next_read_at=again, **counts)).rowcount
    tx.execute(update(readings).where(readings.c.next_read_at > now + LONGEST).values(next_read_at=now))
    return released


def waiting(tx: Transaction, now: datetime, *, feed: FeedId | None = None) -> int:
    """How many pages are due and not taken; with `feed`, of those that it has offered."""
    return _count(tx, feed, *_WAITING, readings.c.next_read_at <= now)


def quarantined(tx: Transaction, *, feed: FeedId | None = None) -> int:
    """How many pages are in quarantine; with `feed`, of those that it has offered."""
    return _count(tx, feed, readings.c.quarantined)


def _count(tx: Transaction, feed: FeedId | None, *wanted: ColumnElement[bool]) -> int:
    offered = [articles.offered_by(readings.c.article_id, feed)] if feed else []
    return tx.execute(select(func.count()).select_from(readings).where(*wanted, *offered)).scalar_one()


def retry(tx: Transaction, wanted: Sequence[ArticleId], now: datetime, *, dry: bool = False) -> int:
    """Makes the pages of these articles due as if they had never been asked for, out of quarantine; how many there are.

    Not those that are being read, nor of articles without an address; `dry`: they are only counted.
    """
    number = 0
    anew = {"next_read_at": now, "attempts": 0, "crashes": 0, "interruptions": 0, "quarantined": False, "error": ""}
    for batch in batches(sorted(set(wanted))):
        these = (readings.c.article_id.in_(batch), readings.c.taken_at.is_(None))
        number += _count(tx, None, *these)
        if not dry:
            tx.execute(update(readings).where(*these).values(anew))
    return number


def next_due(tx: Transaction) -> datetime | None:
    """When the next page is, or was, due; None where nothing waits."""
    return tx.execute(select(func.min(readings.c.next_read_at)).where(*_WAITING)).scalar()


def save(tx: Transaction, read: Read, now: datetime, *, watchlists: Collection[WatchlistId]) -> int:
    """Saves what reading a page brought, with its matches, further addresses and when to read it again.

    `watchlists`: those that it was matched against. An address that leads to another article is left to that one:
    see `merging`. Where the article itself was merged into another while its page was read, nothing is saved, but the
    other's page is due if its text is still missing. Returns how many matches are new.
    """
    if not articles.save_text(tx, read.article):
        _read_instead(tx, read.article.id, now)
        return 0
    done = {"at": read.article.id, "crashed": int(read.crashed), "said": read.error, "quarantine": read.quarantined}
    tx.execute(_DONE, done | {"next": None if read.quarantined else read.next_read_at})
    if read.addresses:
        keys = {article_key(address) for address in read.addresses}
        rows = [{"key": key, "article_id": read.article.id} for key in sorted(keys)]
        tx.execute(upsert(tx, addresses, ("key",)), rows)
    return matches.put(tx, [read.matched], watchlists, now)


def _read_instead(tx: Transaction, merged: ArticleId, now: datetime) -> None:
    older = articles.get(tx, merged, full=False)
    if older is not None and older.text_source is not TextSource.PAGE:
        these = update(readings).where(readings.c.article_id == older.id, readings.c.quarantined.is_(False))
        tx.execute(these.values(next_read_at=now))
