"""Revisits: matched articles whose pages are asked again whether they have changed, and what their last visit told.

As with readings, an attempt is counted when it is taken, before it is made.
"""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, case, delete, func, insert, select, update

from monitor.model import ArticleId, Matched, Revisit, Validators
from monitor.store import articles
from monitor.store.connections import Transaction
from monitor.store.readings import INTERRUPTIONS, due_rows
from monitor.store.schema import articles as articles_table
from monitor.store.schema import matches, revisits
from monitor.store.statements import InOrder, batches, upsert

_NOTHING = {
    "visits": 0,
    "attempts": 0,
    "crashes": 0,
    "interruptions": 0,
    "etag": "",
    "last_modified": "",
    "body_hash": "",
    "whole_at": None,
    "headline": "",
    "alternations": 0,
    "error": "",
}
_READ = ("etag", "last_modified", "body_hash", "whole_at", "headline")
# Made once: it runs for every page of a matched article.
_SAW = (
    update(revisits)
    .where(revisits.c.article_id == bindparam("at"))
    .values({name: bindparam(f"new_{name}") for name in _READ})
)
_OF = select(revisits).where(revisits.c.article_id == bindparam("at"))


def _due(these: ColumnElement[bool]) -> Select[Any]:
    source = InOrder(revisits, articles_table, revisits.c.article_id == articles_table.c.id)
    own = ("since", "attempts", "crashes", *_READ)
    rows = articles.selected(source, full=True).add_columns(*(revisits.c[name] for name in own))
    is_busy = revisits.c.article_id.in_(bindparam("busy", expanding=True))
    rows = rows.where(these, revisits.c.next_at <= bindparam("now"), ~is_busy)
    return rows.order_by(revisits.c.next_at, revisits.c.article_id).limit(bindparam("most", type_=Integer))


def _new() -> Select[Any]:
    source = matches.join(articles_table, matches.c.article_id == articles_table.c.id)
    these = matches.c.article_id.in_(bindparam("these", expanding=True))
    rows = select(matches.c.article_id).distinct().select_from(source)
    return rows.where(these, matches.c.matched_at == bindparam("now"), articles_table.c.url != "")


# Likewise: they run all day long.
_FREE, _ABANDONED = _due(revisits.c.taken_at.is_(None)), _due(revisits.c.taken_at <= bindparam("abandoned"))
_NEW = _new()
_TAKE = (
    update(revisits)
    .where(revisits.c.article_id.in_(bindparam("these", expanding=True)))
    .values(taken_at=bindparam("now"), attempts=revisits.c.attempts + 1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a page was like when it was last sent whole."""

    validators: Validators
    body_hash: str
    headline: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Where the visits to an article stand."""

    visits: int
    """That were answered."""
    next_at: datetime | None
    """None: there are no more."""
    alternations: int
    """How often the page showed a text again that it had shown before, and was not believed."""
    error: str
    """Why the last one told nothing; "" where it did."""


def plan(tx: Transaction, matched: Sequence[Matched], steps: Sequence[timedelta], now: datetime) -> None:
    """Makes the articles that watchlists have now matched for the first time due after the first of the `steps`.

    To be called in the transaction that saves the matches, with the same `now`: by that moment they are known.
    """
    found = [one.article_id for one in matched if one.found] if steps else []
    for batch in batches(found):
        asked = {"these": batch, "now": now}
        first = {"since": now, "next_at": now + min(steps), "taken_at": None, **_NOTHING}
        rows = [{"article_id": article_id, **first} for (article_id,) in tx.execute(_NEW, asked)]
        if rows:
            tx.execute(upsert(tx, revisits, ("article_id",), ("since", "next_at")), rows)


def saw(tx: Transaction, article_id: ArticleId, looked: Looked) -> None:
    """Remembers the page of an article that is to be revisited, if it is."""
    tx.execute(_SAW, {"at": article_id, **{f"new_{name}": value for name, value in _row(looked).items()}})


def take(tx: Transaction, now: datetime, limit: int, *, exclude: Collection[Hashable] = ()) -> tuple[Revisit, ...]:
    """The articles whose visit is due, taken and their attempts counted: those taken in vain first, then the longest
    due; they come with their texts.

    `exclude`: those that are being visited. Any other that was taken a while ago was not saved, and is taken again.
    """
    taken = tuple(map(_revisit_of, due_rows(tx, _ABANDONED, _FREE, now, limit, exclude)))
    for batch in batches([revisit.article.id for revisit in taken]):
        tx.execute(_TAKE, {"these": batch, "now": now})
    return taken


def give_back(tx: Transaction, article_id: ArticleId, *, until: datetime | None = None) -> None:
    """Makes a taken visit due again as if it had not been taken: nobody asked.

    `until`: when it is due, where its host rests; None: at once, for the daemon stops.
    """
    undone = {"taken_at": None, "attempts": revisits.c.attempts - 1, **({"next_at": until} if until else {})}
    these = update(revisits).where(revisits.c.article_id == article_id, revisits.c.taken_at.is_not(None))
    tx.execute(these.values(undone))


def release(tx: Transaction, now: datetime) -> None:
    """At the start of a daemon: makes what a dead one had taken due again, unless it has died of it too often; deaths
    count for what was taken alone, as `readings.release` has it.
    """
    taken = update(revisits).where(revisits.c.taken_at.is_not(None))
    in_hand = select(func.count()).select_from(revisits).where(revisits.c.taken_at.is_not(None))
    alone = tx.execute(in_hand).scalar_one() == 1
    if alone:
        last_straw = revisits.c.interruptions >= INTERRUPTIONS - 1
        said = f"visiting it was interrupted {INTERRUPTIONS} times"
        tx.execute(taken.where(last_straw).values(next_at=None, error=said))
    # Due before it was taken; later than now only if the clock was set back.
    again = case((revisits.c.next_at > now, now), else_=revisits.c.next_at)
    counts = {"interruptions": revisits.c.interruptions + int(alone), "attempts": revisits.c.attempts - 1}
    tx.execute(taken.values(taken_at=None, next_at=again, **counts))


def save(
    tx: Transaction,
    article_id: ArticleId,
    *,
    next_at: datetime | None,
    told: bool,
    crashed: bool,
    alternated: bool,
    error: str,
) -> None:
    """Saves what came of a visit; `told`: it said something of the page, so that the attempts are counted anew."""
    these = update(revisits).where(revisits.c.article_id == article_id)
    counts = {
        "visits": revisits.c.visits + int(told),
        "crashes": revisits.c.crashes + int(crashed),
        "alternations": revisits.c.alternations + int(alternated),
        **({"attempts": 0} if told else {}),
    }
    tx.execute(these.values(next_at=next_at, taken_at=None, interruptions=0, error=error, **counts))


def since(tx: Transaction, article_id: ArticleId) -> datetime | None:
    """From when the visits to an article are counted; None where there are none."""
    row = tx.execute(_OF, {"at": article_id}).one_or_none()
    return None if row is None else row.since


def of(tx: Transaction, article_id: ArticleId) -> Visits | None:
    """Where the visits to an article stand; None where it never had a match, or has no address."""
    row = tx.execute(_OF, {"at": article_id}).one_or_none()
    if row is None:
        return None
    return Visits(visits=row.visits, next_at=row.next_at, alternations=row.alternations, error=row.error)


def waiting(tx: Transaction, now: datetime) -> int:
    """How many visits are due and not taken."""
    due = (revisits.c.next_at.is_not(None), revisits.c.taken_at.is_(None), revisits.c.next_at <= now)
    return tx.execute(select(func.count()).select_from(revisits).where(*due)).scalar_one()


def merge(tx: Transaction, younger: ArticleId, older: ArticleId) -> None:
    """Gives the visits of the younger article to the older, where that has none of its own.

    What was read of the younger's page says nothing of the older's.
    """
    row = tx.execute(_OF, {"at": younger}).one_or_none()
    if row is None:
        return
    tx.execute(delete(revisits).where(revisits.c.article_id == younger))
    if since(tx, older) is None:
        moved = {"article_id": older, "since": row.since, "next_at": row.next_at, "taken_at": None}
        tx.execute(insert(revisits).values({**_NOTHING, **moved, "visits": row.visits}))


def _row(looked: Looked) -> dict[str, Any]:
    return {
        "etag": looked.validators.etag,
        "last_modified": looked.validators.last_modified,
        "body_hash": looked.body_hash,
        "whole_at": looked.at,
        "headline": looked.headline,
    }


def _revisit_of(row: Any) -> Revisit:
    return Revisit(
        article=articles.article_of(row),
        since=row.since,
        attempts=row.attempts + 1,
        crashes=row.crashes,
        validators=Validators(etag=row.etag, last_modified=row.last_modified),
        body_hash=row.body_hash,
        whole_at=row.whole_at,
        headline=row.headline,
    )
