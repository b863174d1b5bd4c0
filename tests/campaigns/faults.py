"""Seeded faults: the monitor with one mistake in it, to see that the campaign finds it.

python -m tests.campaigns.faults validators-first run --once …     the command `monitor run --once …`, with the fault
"""

import asyncio
import random
import sys
import uuid
from collections.abc import Callable, Collection, Hashable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import update

from monitor.alerts.channel import Channel
from monitor.cli import execute
from monitor.config.change import judge
from monitor.feeds.schedule import after
from monitor.model import ArticleId, DeliveryKey, Feed, FeedState, News, Polled, Reading, Unchanged
from monitor.pipeline import deliver, news, reload
from monitor.pipeline import poll as poll_module
from monitor.pipeline.database import Database
from monitor.pipeline.deliver import Batch
from monitor.pipeline.tools import Tools
from monitor.store import deliveries, polls, readings
from monitor.store.schema import readings as table
from monitor.store.store import Transaction
from tests.campaigns.hurried import hurry


def validators_first() -> None:
    """A feed's validators are saved before the entries that they vouch for."""
    right = poll_module.poll

    async def poll(feed: Feed, state: FeedState, tools: Tools) -> None:
        outcome = await poll_module.ask(feed, state, tools)
        if isinstance(outcome, Polled):
            await tools.database.write(lambda tx: _vouch(tx, feed, state, outcome, tools))
            await asyncio.sleep(random.uniform(0.5, 3))
        await right(feed, state, tools)

    poll_module.poll = poll


def _vouch(tx: Transaction, feed: Feed, state: FeedState, outcome: Polled, tools: Tools) -> None:
    now, unchanged = tools.clock(), Unchanged(validators=outcome.validators)
    known = replace(state, body_hash=outcome.body_hash)
    polls.save(tx, after(feed, known, unchanged, news=News(), now=now), unchanged, News(), now, watchlists=())


def random_keys() -> None:
    """An article's key is made up when it is first seen."""
    news.article_key = lambda address: ArticleId(uuid.uuid4().hex)  # type: ignore[attr-defined]


def struck_off_early() -> None:
    """A page is struck off the list when it is taken, not when its text is saved."""
    right = readings.take

    def take(tx: Transaction, now: datetime, limit: int, *, exclude: Collection[Hashable] = ()) -> tuple[Reading, ...]:
        taken = right(tx, now, limit, exclude=exclude)
        these = table.c.article_id.in_([reading.article.id for reading in taken])
        tx.execute(update(table).where(these).values(next_read_at=None, taken_at=None))
        return taken

    readings.take = take


FAULTS: dict[str, Callable[[], None]] = {
    "validators-first": validators_first,
    "random-keys": random_keys,
    "struck-off-early": struck_off_early,
}


def stale_rules() -> None:
    """A new configuration is recorded as in force a while before the stages work with it."""
    right = Database.change

    async def change(self: Database, work: Callable[[Transaction], Any], then: Callable[[], None]) -> Any:
        done = await right(self, work, lambda: None)
        asyncio.get_running_loop().call_later(0.3, then)
        return done

    Database.change = change  # type: ignore[method-assign]


def unjudged() -> None:
    """Whatever is valid comes into force."""
    right = judge
    reload.judge = lambda in_force, new, *, forced: right(in_force, new, forced=True)  # type: ignore[attr-defined]


def marked_first() -> None:
    """A message is marked as sent when it is taken, before it is."""
    right = deliver.prepare

    def prepare(tx: Transaction, channel: Channel, tools: Tools) -> Batch | None:
        batch = right(tx, channel, tools)
        for due, _ in batch.messages if batch else ():
            deliveries.sent(tx, due.number, tools.clock())
        return batch

    deliver.prepare = prepare


def keys_of_chance() -> None:
    """A message's key is made up whenever it is taken."""
    right = deliver.prepare

    def prepare(tx: Transaction, channel: Channel, tools: Tools) -> Batch | None:
        batch = right(tx, channel, tools)
        made_up = (
            ((due, replace(message, key=DeliveryKey(uuid.uuid4().hex))) for due, message in batch.messages)
            if batch
            else ()
        )
        return replace(batch, messages=tuple(made_up)) if batch else None

    deliver.prepare = prepare


ALERT_FAULTS: dict[str, Callable[[], None]] = {"marked-first": marked_first, "keys-of-chance": keys_of_chance}
RELOAD_FAULTS: dict[str, Callable[[], None]] = {"stale-rules": stale_rules, "unjudged": unjudged}

if __name__ == "__main__":
    {**FAULTS, **ALERT_FAULTS, **RELOAD_FAULTS}[sys.argv[1]]()
    hurry()
    sys.exit(execute(sys.argv[2:]))
