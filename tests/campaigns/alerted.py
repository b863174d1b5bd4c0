"""What channels were told, by the ledgers of their receivers, and whether that is right by what the database holds."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sqlalchemy import Row, func, select

from monitor.model import ChannelId, DeliveryState, MatchId, Occasion, WatchlistId, delivery_key
from monitor.store.schema import deliveries, former_matches, matches
from monitor.store.store import Store
from tests.receiver import Received, Receiver

Ledgers = Mapping[str, Receiver]
"""Channel → its receiver, which outlives every daemon."""
_FAILURES = (500, 502, 503, 429)
_SLOWEST = 0.02
"""Seconds."""
_SHOWN = 5


@dataclass(slots=True, kw_only=True)
class Alerted:
    """What was found, of all channels together."""

    matches: int = 0
    told: int = 0
    """Keys that were taken."""
    tries: int = 0
    refused: int = 0
    """Tries that a receiver failed."""
    again: int = 0
    """Tries that were taken, though their key had been taken before."""
    lost: list[str] = field(default_factory=list)
    """Matches that a channel was never told of."""
    doubled: list[str] = field(default_factory=list)
    """Matches that came under more than one key."""
    faults: list[str] = field(default_factory=list)
    """All else that is wrong, a line each."""

    def __str__(self) -> str:
        return (
            f"{self.told} messages of {self.matches} matches in {self.tries} tries, {self.refused} of them failed;"
            f" {len(self.lost)} lost, {len(self.doubled)} doubled, {self.again} sent again"
        )

    def wrong(self, most_again: int) -> list[str]:
        """All that is wrong, where so many may have been sent again."""
        found = [*(f"never told: {one}" for one in self.lost[:_SHOWN])]
        found += [f"told under two keys: {one}" for one in self.doubled[:_SHOWN]]
        found += (
            [f"{self.again} messages were sent again, at most {most_again} may be"] if self.again > most_again else []
        )
        return found + self.faults[:_SHOWN]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """What the database holds of it."""

    rows: Sequence[Row[tuple[object, ...]]]
    """Deliveries in their order."""
    matches: frozenset[MatchId]
    became: Mapping[MatchId, MatchId]
    """Former ids of matches → what they are now."""


def now_and_then(share: float, seed: int) -> Callable[[int], tuple[int, dict[str, str]]]:
    """Answers that take a moment each, and of which such a share are failures, of several kinds."""
    chance = random.Random(seed)

    def answer(_: int) -> tuple[int, dict[str, str]]:
        time.sleep(chance.uniform(0, _SLOWEST))
        return chance.choice(_FAILURES) if chance.random() < share else 204, {}

    return answer


def waiting(database_url: str) -> int:
    """Deliveries that are still to be made."""
    with Store.open(database_url, read_only=True) as store, store.reading() as tx:
        wait = deliveries.c.state == DeliveryState.WAITING
        return tx.execute(select(func.count()).select_from(deliveries).where(wait)).scalar_one()


def judge(database_url: str, ledgers: Ledgers) -> Alerted:
    """Hold the ledgers against the database: every match is told on every channel of `ledgers`."""
    stored = _stored(database_url)
    found = Alerted(matches=len(stored.matches))
    for channel, ledger in ledgers.items():
        _count(ledger, found)
        _judge_matches(channel, ledger, stored, found)
        found.faults += _of_keys(channel, ledger, stored)
        found.faults += _of_order(channel, ledger, stored)
    return found


def _stored(database_url: str) -> _Stored:
    with Store.open(database_url, read_only=True) as store, store.reading() as tx:
        return _Stored(
            rows=tx.execute(select(deliveries).order_by(deliveries.c.number)).all(),
            matches=frozenset(tx.execute(select(matches.c.id)).scalars()),
            became={row.id: row.match_id for row in tx.execute(select(former_matches))},
        )


def _count(ledger: Receiver, found: Alerted) -> None:
    taken = Counter(one.key for one in ledger.taken)
    found.told += len(taken)
    found.tries += len(ledger.requests)
    found.refused += len(ledger.requests) - taken.total()
    found.again += taken.total() - len(taken)


def _judge_matches(channel: str, ledger: Receiver, stored: _Stored, found: Alerted) -> None:
    """By what the messages say, not by what the database says of them."""
    keys: defaultdict[MatchId, set[str]] = defaultdict(set)
    for one in ledger.taken:
        for item in one.data["items"]:
            keys[stored.became.get(item["id"], item["id"])].add(one.key)
    found.lost += [f"{match} on {channel}" for match in sorted(stored.matches - keys.keys())]
    # Two that turn out to be one after each was told were two to who was told of them.
    were = Counter([*stored.matches, *stored.became.values()])
    found.doubled += [f"{match} on {channel}" for match, its in keys.items() if len(its) > max(1, were[match])]
    found.faults += [f"{channel} was told of {match}, which is not stored" for match in keys.keys() - stored.matches]


def _of_keys(channel: str, ledger: Receiver, stored: _Stored) -> Iterator[str]:
    """Each is a row's, comes of what it tells of, and means one message for ever; what was taken is known to be."""
    rows = {row.key: row for row in stored.rows if row.channel == channel}
    said: dict[str, Received] = {}
    for one in ledger.requests:
        first = said.setdefault(one.key, one)
        if one.data != first.data:
            yield f"{channel}: key {one.key} came with two messages"
        if one.data["key"] != one.key:
            yield f"{channel}: key {one.key} came with a message of {one.data['key']}"
    yield from (f"{channel}: key {key} is that of no delivery" for key in said.keys() - rows.keys())
    for key, row in rows.items():
        own = delivery_key(ChannelId(channel), WatchlistId(row.watchlist_id), Occasion.MATCH, row.match_id)
        if key != own:
            yield f"{channel}: key {key} does not come of match {row.match_id}"
    taken = {one.key for one in ledger.taken}
    sent = {key for key, row in rows.items() if row.state is DeliveryState.SENT}
    yield from (f"{channel}: {key} is said to be sent, and was not taken" for key in sorted(sent - taken))
    yield from (f"{channel}: {key} was taken, and is {rows[key].state}" for key in sorted((taken & rows.keys()) - sent))


def _of_order(channel: str, ledger: Receiver, stored: _Stored) -> Iterator[str]:
    """First arrivals stand in the order in which they came up."""
    places = {row.key: row.number for row in stored.rows}
    arrived = [key for key in dict.fromkeys(one.key for one in ledger.requests) if key in places]
    for before, after in pairwise(arrived):
        if places[before] > places[after]:
            yield f"{channel}: {after} came after {before}, and had come up before it"
