"""Polls: which feed is due, and what came of asking it."""

import sys
from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any, assert_never

from sqlalchemy import BindParameter, Executable, Integer, Select, bindparam, func, insert, select, update

from monitor.feeds.schedule import DEATHS, FOLLOWED
from monitor.model import (
    EARLIEST,
    Failed,
    Feed,
    FeedId,
    FeedState,
    News,
    Outcome,
    ParsedFeed,
    Polled,
    Postponed,
    Skipped,
    Unchanged,
    Validators,
    WatchlistId,
)
from monitor.store import articles, entries, matches, readings
from monitor.store.connections import Transaction
from monitor.store.entries import Seen as Seen
from monitor.store.entries import seen as seen
from monitor.store.schema import feeds, polls, skips
from monitor.store.statements import batches, upsert
from monitor.urls import host

_REST = timedelta(minutes=1)
"""The first wait of a feed during whose polls the daemon died; doubled by each further death."""
LONGEST_REST = timedelta(hours=1)
"""The longest wait of a feed during whose polls the daemon died."""
_MOST_DOUBLINGS = 16
LONGEST = timedelta(days=1)
"""No feed waits longer for its next poll, unless its own interval is longer: a clock set back must not stop it."""

_FORGOTTEN = FeedState(feed_id=FeedId(""), next_poll_at=EARLIEST)
"""What is known of a feed whose address was edited: nothing."""


def sync(tx: Transaction, wanted: Sequence[Feed], now: datetime) -> None:
    """Makes the schedule that of the configured feeds: new ones are due now, absent ones rest with their history.

    A feed whose URL was edited is due now and asked without validators: what the old address vouched for says nothing
    about the new one.
    """
    known = {row.id: row for row in tx.execute(_KNOWN)}
    ids = {feed.id for feed in wanted}
    _activate(tx, [row.id for row in known.values() if row.active and row.id not in ids], active=False)
    _activate(tx, [row.id for row in known.values() if not row.active and row.id in ids], active=True)
    new: list[dict[str, Any]] = []
    elsewhere: list[dict[str, Any]] = []
    sooner: list[dict[str, Any]] = []
    for feed in wanted:
        row, configured = known.get(feed.id), _configured(feed)
        latest = now + max(feed.slowest, LONGEST)
        if row is None:
            new.append(_row(FeedState(feed_id=feed.id, next_poll_at=now)) | configured)
        elif row.url_hash != configured["url_hash"]:
            _forget(tx, feed, now)
        elif row.host != configured["host"]:
            elsewhere.append({"at": feed.id, "now_host": configured["host"]})
        elif row.next_poll_at > latest:
            sooner.append({"at": feed.id, "latest": latest})
    for statement, rows in ((insert(feeds), new), (_ELSEWHERE, elsewhere), (_SOONER, sooner)):
        if rows:
            tx.execute(statement, rows)


def _activate(tx: Transaction, chosen: Sequence[FeedId], *, active: bool) -> None:
    for batch in batches(chosen):
        tx.execute(update(feeds).where(feeds.c.id.in_(batch)).values(active=active))


def _forget(tx: Transaction, feed: Feed, now: datetime) -> None:
    row = tx.execute(select(feeds).where(feeds.c.id == feed.id)).one()
    this = update(feeds).where(feeds.c.id == feed.id)
    tx.execute(this.values(_row(forgotten(state_of(row), now)) | _configured(feed)))


def hasten(tx: Transaction, sooner: Sequence[Feed], now: datetime) -> None:
    """Makes these feeds, whose interval was shortened, due within it; not those that fail, which rest longer."""
    for feed in sooner:
        latest = now + feed.every
        late = (feeds.c.id == feed.id, feeds.c.failures == 0, feeds.c.next_poll_at > latest)
        tx.execute(update(feeds).where(*late).values(next_poll_at=latest))


def _configured(feed: Feed) -> dict[str, str]:
    return {"url_hash": _url_hash(feed), "host": host(feed.url)}


def _url_hash(feed: Feed) -> str:
    """Tells addresses apart without keeping the secrets that stand in some."""
    return sha256(feed.url.encode()).hexdigest()[:32]


def forgotten(state: FeedState, now: datetime) -> FeedState:
    """The state of a feed whose address was edited: due now, and nothing of the old address holds for the new one."""
    return replace(
        _FORGOTTEN,
        feed_id=state.feed_id,
        next_poll_at=now,
        last_polled_at=state.last_polled_at,
        last_success_at=state.last_success_at,
    )


def take(tx: Transaction, chosen: Sequence[FeedId], now: datetime) -> None:
    """Count the polls of these feeds before they are made: see `release`."""
    for batch in batches(chosen):
        tx.execute(_TAKE, {"these": batch, "now": now})


def give_back(tx: Transaction, feed_id: FeedId) -> None:
    """Makes a feed as if it had not been taken: the daemon stops while it is polled."""
    tx.execute(update(feeds).where(feeds.c.id == feed_id).values(taken_at=None))


def release(tx: Transaction, now: datetime) -> int:
    """At the start of a daemon: feeds that a dead one was polling; how many there were.

    They may be what killed it. So after a few deaths in a row each waits, longer every time, and others are polled
    meanwhile.
    """
    taken = [state_of(row) for row in tx.execute(select(feeds).where(feeds.c.taken_at.is_not(None)))]
    for state in taken:
        deaths = state.interruptions + 1
        doublings = deaths - DEATHS
        wait = min(_REST * 2 ** min(doublings, _MOST_DOUBLINGS), LONGEST_REST) if doublings >= 0 else timedelta()
        values = {"taken_at": None, "interruptions": deaths, "next_poll_at": now + wait}
        tx.execute(update(feeds).where(feeds.c.id == state.feed_id).values(values))
    return len(taken)


def restore(tx: Transaction, states: Sequence[FeedState], now: datetime) -> None:
    """Makes feeds what they were before polls that failed by no fault of theirs, and due now.

    Not one without a failure: its address was edited since, and what was known of the old one must not come back.
    """
    for state in states:
        row = {name: value for name, value in _row(replace(state, next_poll_at=now)).items() if name not in _CONFIGURED}
        tx.execute(update(feeds).where(feeds.c.id == state.feed_id, feeds.c.failures > 0).values(row))


def due(
    tx: Transaction,
    now: datetime,
    limit: int,
    *,
    exclude: Collection[Hashable] = (),
    only: Collection[FeedId] | None = None,
    hosts: Mapping[str, int] = MappingProxyType({}),
    per_host: int = sys.maxsize,
) -> tuple[FeedState, ...]:
    """The active feeds that are due, longest due first.

    `exclude`: those that are being polled; `only`: no others than these; `hosts`: how many of each host are, so that
    with these no host has more than `per_host`: those that wait for one host must not keep others out.
    """
    found: list[FeedState] = []
    counts = Counter(hosts)
    while len(found) < limit:
        full = [name for name, number in counts.items() if number >= per_host]
        seen = [*exclude, *(state.feed_id for state in found)]
        asked = {"now": now, "busy": seen, "full": full, "most": limit - len(found)}
        more = tx.execute(*((_DUE, asked) if only is None else (_DUE_OF, asked | {"only": list(only)}))).all()
        for row in more:
            if counts[row.host] < per_host:
                found.append(state_of(row))
            counts[row.host] += 1
        if len(more) < limit - len(found) or not more:
            break
    return tuple(found)


def of_hosts(tx: Transaction, wanted: Collection[str]) -> tuple[FeedState, ...]:
    """One active feed of each of these hosts, whether due or not, in the order of the hosts."""
    first = select(func.min(feeds.c.id)).where(feeds.c.active, feeds.c.host.in_(list(wanted))).group_by(feeds.c.host)
    found = {row.host: state_of(row) for row in tx.execute(select(feeds).where(feeds.c.id.in_(first)))}
    return tuple(found[name] for name in wanted if name in found)


def make_due(tx: Transaction, wanted: Collection[FeedId], now: datetime) -> frozenset[FeedId]:
    """Makes these feeds due now; returns those of them that are in the schedule."""
    known: set[FeedId] = set()
    for batch in batches(sorted(wanted)):
        these = (feeds.c.active, feeds.c.id.in_(batch))
        known.update(FeedId(feed_id) for (feed_id,) in tx.execute(select(feeds.c.id).where(*these)))
        tx.execute(update(feeds).where(*these).values(next_poll_at=now))
    return frozenset(known)


def retry(tx: Transaction, feed_id: FeedId, now: datetime) -> bool:
    """Makes a feed due, and lets it be parsed again where what it sent crashed; False: it is not in the schedule."""
    anew = {"next_poll_at": now, "crashed_hash": "", "crashes": 0, "interruptions": 0}
    these = (feeds.c.id == feed_id, feeds.c.active)
    return bool(tx.execute(update(feeds).where(*these).values(anew)).rowcount)


def moved(tx: Transaction, wanted: Sequence[Feed]) -> dict[FeedId, str]:
    """Those of these feeds that permanent redirects lead elsewhere, for long enough → where."""
    rows = select(feeds.c.id, feeds.c.url_hash, feeds.c.moved_to).where(feeds.c.moved_times >= FOLLOWED)
    found = {row.id: row for row in tx.execute(rows)}
    # Under another address than the feed was last asked at, nothing is known of it.
    known = (feed for feed in wanted if feed.id in found and found[feed.id].url_hash == _url_hash(feed))
    return {feed.id: found[feed.id].moved_to for feed in known}


def state(tx: Transaction, feed_id: FeedId) -> FeedState | None:
    """Where the polling of a feed stands, active or not; None where it was never in the configuration."""
    row = tx.execute(select(feeds).where(feeds.c.id == feed_id)).one_or_none()
    return None if row is None else state_of(row)


def next_due(tx: Transaction, *, exclude: Collection[Hashable] = ()) -> datetime | None:
    """When the next active feed is, or was, due; None where there is no feed."""
    earliest = select(func.min(feeds.c.next_poll_at)).where(feeds.c.active, feeds.c.id.not_in(list(exclude)))
    return tx.execute(earliest).scalar()


def save(
    tx: Transaction,
    state: FeedState,
    outcome: Outcome,
    news: News,
    now: datetime,
    *,
    watchlists: Collection[WatchlistId],
    gap: bool = False,
) -> int:
    """Saves a poll: the feed's state, the balance of what was offered, and the news with its matches.

    `watchlists`: those that the news was matched against; `gap`: nothing of the document before was still in this one.
    Returns how many matches are new.

    Raises:
        ValueError: an entry that the feed offered is neither among the news nor known.
    """
    told = {"last_new_at": now} if news.sightings else {}
    _record(tx, [Made(state=state, outcome=outcome, news=news, gap=gap, now=now)], **told)
    articles.insert_new(tx, news.new_articles)
    # One without an address may have been there before: see `decide_news`.
    addressed = [article for article in news.new_articles if article.url]
    readings.add(tx, addressed, now)
    articles.save_summaries(tx, news.reworded)
    readings.retry(tx, news.read_again, now)
    entries.save(tx, state.feed_id, news.sightings, now)
    return matches.put(tx, news.matched, watchlists, now, new=[article.id for article in addressed])


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A poll of a feed."""

    state: FeedState
    """The feed's, after it."""
    outcome: Outcome
    news: News
    gap: bool
    now: datetime


def save_quiet(tx: Transaction, made: Sequence[Made]) -> None:
    """Saves polls, of different feeds, that brought nothing new: all together, for they are most of all polls.

    Raises: ValueError, as `save`.
    """
    if made:
        _record(tx, made)


def state_of(row: Any) -> FeedState:
    """The state in a row of `feeds`."""
    return FeedState(
        feed_id=FeedId(row.id),
        validators=Validators(etag=row.etag, last_modified=row.last_modified),
        **{name: getattr(row, name) for name in _PLAIN},
    )


_CONFIGURED = frozenset(["id", "active", "url_hash", "host"])
"""What only the configuration says of a feed."""
_PLAIN = tuple(each.name for each in fields(FeedState) if each.name not in ("feed_id", "validators"))
"""The fields that stand in columns of their names."""


def _row(state: FeedState) -> dict[str, Any]:
    named = {"id": state.feed_id, "etag": state.validators.etag, "last_modified": state.validators.last_modified}
    return (
        named
        | {name: getattr(state, name) for name in _PLAIN}
        | {"active": True, "url_hash": "", "host": "", "taken_at": None}
    )


def _saved(tx: Transaction, *columns: str) -> Executable:
    """Writes a row of `feeds` over the one that is there, but for what only the configuration says of it."""
    return upsert(tx, feeds, ("id",), tuple(name for name in columns if name not in _CONFIGURED))


def _record(tx: Transaction, made: Sequence[Made], **told: Any) -> None:
    """Writes states and balances; that these add up is a constraint of the table.

    Polls that bring nothing are counted in one row an hour, whose number the feed's state keeps.
    """
    states = [_row(one.state) | told for one in made]
    again: list[dict[str, Any]] = []
    balances: list[dict[str, Any]] = []
    skipped: list[dict[str, Any]] = []
    counted: list[dict[str, Any]] = []
    for one in made:
        this = {"feed": one.state.feed_id, "now": one.now}
        match one.outcome:
            case Postponed():
                pass
            case Unchanged() if one.state.unchanged_poll:
                again.append({"at": one.state.unchanged_poll, "now": one.now})
            case Unchanged():
                balances.append(_balance(one, outcome="unchanged"))
                counted.append(this)
            case Failed(reason=reason, kind=kind):
                balances.append(_balance(one, outcome="failed", failure=kind, error=reason))
            case Polled(parsed=parsed):
                counts = _counts(one, parsed)
                balances.append(_balance(one, outcome="polled", gap=one.gap, error=parsed.damaged, **counts))
                skipped += [this | _skip(each) for each in parsed.skipped]
            case _:
                assert_never(one.outcome)
    written = (
        (_saved(tx, *states[0]), states),
        (_ONCE_MORE, again),
        (_NEW_POLL, balances),
        (_SKIPPED, skipped),
        (_COUNTED_IN, counted),
    )
    for statement, rows in written:
        if rows:
            tx.execute(statement, rows)


def _counts(made: Made, parsed: ParsedFeed) -> dict[str, int]:
    """The balance of what was offered. Raises: ValueError, as `save`."""
    new = len(parsed.entries) - made.news.known
    if len(made.news.sightings) < new:
        message = (
            f"feed {made.state.feed_id} offered {new} new entries, {len(made.news.sightings)} of them would be saved"
        )
        raise ValueError(message)
    counts = {"offered": parsed.offered, "new": new, "known": made.news.known, "repeated": parsed.repeated}
    return counts | {"skipped": len(parsed.skipped)}


def _balance(made: Made, **told: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("offered", "new", "known", "repeated", "skipped"), 0)
    rest = {"times": 1, "failure": None, "gap": False, "error": ""}
    return {"feed_id": made.state.feed_id, "polled_at": made.now, **nothing, **rest, **told}


def _skip(skipped: Skipped) -> dict[str, Any]:
    return {"position": skipped.position, "reason": skipped.reason, "detail": skipped.detail}


_KNOWN = select(feeds.c.id, feeds.c.active, feeds.c.url_hash, feeds.c.host, feeds.c.next_poll_at)
_ELSEWHERE = update(feeds).where(feeds.c.id == bindparam("at")).values(host=bindparam("now_host"))
_SOONER = update(feeds).where(feeds.c.id == bindparam("at")).values(next_poll_at=bindparam("latest"))


def _due() -> Select[Any]:
    is_busy, is_full = feeds.c.id.in_(_list("busy")), feeds.c.host.in_(_list("full"))
    rows = select(feeds).where(feeds.c.active, feeds.c.next_poll_at <= bindparam("now"), ~is_busy, ~is_full)
    return rows.order_by(feeds.c.next_poll_at, feeds.c.id).limit(bindparam("most", type_=Integer))


def _list(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


# Made once: building a statement costs three times what running it does, and these run at every tick or for every poll;
# and what is left of each is garbage of the kind that Python seldom looks for.
_DUE = _due()
_DUE_OF = _DUE.where(feeds.c.id.in_(_list("only")))
_TAKE = update(feeds).where(feeds.c.id.in_(_list("these"))).values(taken_at=bindparam("now"))
_NEW_POLL = insert(polls)
_ONCE_MORE = (
    update(polls).where(polls.c.id == bindparam("at")).values(times=polls.c.times + 1, polled_at=bindparam("now"))
)
_THIS = (polls.c.feed_id == bindparam("feed"), polls.c.polled_at == bindparam("now"))
# Asked for by the database itself: so many polls are written by one statement, whose numbers nobody is told.
_NUMBER = select(func.max(polls.c.id)).where(*_THIS).scalar_subquery()
_SKIPPED = insert(skips).values(poll_id=_NUMBER)
_COUNTED_IN = update(feeds).where(feeds.c.id == bindparam("feed")).values(unchanged_poll=_NUMBER)
