"""How soon people are told, and what waiting messages cost: python bench/alerts.py [--seconds 20] [--rate 50]

Articles that match are saved at a steady rate, as the stages save them, on SQLite; the stage DELIVER looks as often as
the daemon has it look, and posts to a receiver on loopback: from the commit of a match until the receiver has its
message. Then as many messages as given wait for a channel that does not answer: what the process holds for them, and
what a look at the feeds that are due takes beside them. Goals: 2 s at the 95th percentile; 50 MB.
"""

import argparse
import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median, quantiles
from typing import cast

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.configured import configured
from bench.made_stories import article
from monitor import clock
from monitor.alerts.send import Senders
from monitor.daemon import TICK_OF
from monitor.fetch.fetcher import Fetcher
from monitor.model import (
    ArticleId,
    ChannelId,
    Clause,
    DeliveryKey,
    Field,
    Found,
    Hit,
    Matched,
    Occasion,
    Subscription,
    WatchlistId,
    When,
    delivery_key,
    match_key,
)
from monitor.pipeline import alerting
from monitor.pipeline.database import Database
from monitor.pipeline.deliver import deliver_stage
from monitor.pipeline.poll import take
from monitor.pipeline.tally import Tally
from monitor.pipeline.tools import Tools
from monitor.store import articles, deliveries, matches, polls
from monitor.store.deliveries import Due
from monitor.store.store import Store, Transaction
from monitor.workers.pool import Workers
from tests.receiver import Receiver, receiver

_WATCHLIST, _CHANNEL = WatchlistId("rafah-tunnel-fighters"), ChannelId("hook")
_GOAL_SECONDS, _GOAL_MB = 2.0, 50
_BATCH = 5_000
_ROUNDS = 30
_PATIENCE = 30
"""Seconds for what has not arrived yet."""


def main() -> None:
    given = _arguments()
    with tempfile.TemporaryDirectory() as folder, receiver() as hook:
        asyncio.run(_soon(Path(folder), hook, given.seconds, given.rate))
    with tempfile.TemporaryDirectory() as folder, receiver() as hook:
        hook.answer = lambda _: (503, {})
        asyncio.run(_waiting(Path(folder), hook, given.waiting))


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=20)
    arguments.add_argument("--rate", type=int, default=50, help="matches a second")
    arguments.add_argument("--waiting", type=int, default=100_000, help="messages that wait")
    return arguments.parse_args()


@asynccontextmanager
async def _tools(folder: Path, hook: Receiver) -> AsyncIterator[Tools]:
    more = f"channels:\n  {_CHANNEL}:\n    webhook: {{url: {hook.url}}}\n"
    config = configured(folder, {"made": "https://host.example/feed"}, more=more)
    alerts = tuple(replace(one, alerts=(Subscription(channel=_CHANNEL, when=When.MATCH),)) for one in config.watchlists)
    config = replace(config, watchlists=alerts)
    with Store.open(config.settings.database_url) as store:
        with store.writing() as tx:
            polls.sync(tx, config.feeds, clock.now())
        async with Database(store) as database, Senders() as senders:
            yield Tools(
                config=config,
                database=database,
                # Nothing is fetched, nothing parsed.
                fetcher=cast("Fetcher", None),
                workers=cast("Workers", None),
                clock=clock.now,
                tally=Tally(),
                senders=senders,
            )


@dataclass(slots=True)
class _Saved:
    """When the match was committed that each delivery tells of."""

    at: dict[DeliveryKey, float] = field(default_factory=dict)


async def _soon(folder: Path, hook: Receiver, seconds: int, rate: int) -> None:
    async with _tools(folder, hook) as tools:
        saved = _Saved()
        ticking = asyncio.create_task(_tick(tools))
        began, cpu = time.monotonic(), time.process_time()
        for number in range(seconds * rate):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            await tools.database.save(lambda tx, number=number: _save(tx, number, tools))  # type: ignore[misc]
            saved.at[_key(number)] = time.monotonic()
        rested = time.monotonic()
        while len(hook.taken) < len(saved.at) and time.monotonic() - rested < _PATIENCE:  # noqa: ASYNC110 - a thread's list
            await asyncio.sleep(0.1)
        cpu = time.process_time() - cpu
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
    late = sorted(one.at - saved.at[DeliveryKey(one.key)] for one in hook.taken)
    middle, last = median(late), quantiles(late, n=20)[-1]
    print(
        f"{len(saved.at):,} matches, {rate} a second; {len({one.key for one in hook.taken}):,} arrived, each once:"
        f" {len(hook.taken) == len(saved.at)}"
    )
    print(f"from commit to receiver  p50 {middle:.2f} s, p95 {last:.2f} s (goal {_GOAL_SECONDS:g})")
    print(f"CPU of a match, saved and sent, and of its receiver  {cpu / len(saved.at) * 1e3:.1f} ms")


async def _tick(tools: Tools) -> None:
    stage = deliver_stage(tools)
    while True:
        await stage.work_off()
        await asyncio.sleep(TICK_OF[stage.name].total_seconds())


def _save(tx: Transaction, number: int, tools: Tools) -> None:
    """An article that matches, as a poll saves it."""
    now = clock.now()
    one = replace(article(number, 60), first_seen_at=now)
    articles.insert_new(tx, [one])
    matched = [_matched(one.id)]
    matches.put(tx, matched, [_WATCHLIST], now)
    alerting.tell(tx, matched, tools.subscriptions, now)


def _matched(article_id: ArticleId) -> Matched:
    hit = Hit(field=Field.TITLE, start=0, end=3, term="made", surface="mad")
    clause = Clause(query="made", held=True, hits=(hit,))
    found = Found(watchlist_id=_WATCHLIST, version="0" * 12, score=3.0, hits=(hit,), explanation=clause)
    return Matched(article_id=article_id, found=(found,))


def _key(number: int) -> DeliveryKey:
    match = match_key(_WATCHLIST, article(number, 60).id)
    return delivery_key(_CHANNEL, _WATCHLIST, Occasion.MATCH, match)


async def _waiting(folder: Path, hook: Receiver, number: int) -> None:
    async with _tools(folder, hook) as tools:
        bare = await _looks(tools)
        await _settle(tools)
        before = _megabytes()
        for start in range(0, number, _BATCH):
            await tools.database.write(lambda tx, start=start: _put(tx, range(start, min(start + _BATCH, number))))  # type: ignore[misc]
        ticking = asyncio.create_task(_tick(tools))
        await asyncio.sleep(3)
        beside = await _looks(tools)
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
        after = _megabytes()
    print(f"{number:,} messages wait: {after - before:+.0f} MB (goal {_GOAL_MB})")
    print(f"a look at the feeds that are due  {median(bare) * 1e3:.2f} ms, beside them {median(beside) * 1e3:.2f}")


async def _settle(tools: Tools) -> None:
    """Have what is made once be there."""
    await tools.database.write(lambda tx: _save(tx, 0, tools))
    await deliver_stage(tools).work_off()
    gc.collect()


def _put(tx: Transaction, numbers: Sequence[int]) -> None:
    now = clock.now()
    deliveries.add(
        tx,
        (
            Due(
                channel=_CHANNEL,
                watchlist_id=_WATCHLIST,
                occasion=Occasion.MATCH,
                subject=f"{n:032x}",
                match_id=match_key(_WATCHLIST, article(0, 60).id),
                due_at=now,
            )
            for n in numbers
        ),
        now,
    )


async def _looks(tools: Tools) -> list[float]:
    spent = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        await take(tools, 64, frozenset())
        spent.append(time.perf_counter() - began)
    return spent


def _megabytes() -> float:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


if __name__ == "__main__":
    main()
