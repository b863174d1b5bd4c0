"""One pass, watched: a progress bar on a terminal, then a summary."""

import asyncio
import signal
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from monitor import clock
from monitor.app import at_work, poll_watched, run_once
from monitor.cli.output import number_of
from monitor.config.change import Refusal
from monitor.config.load import Config
from monitor.model import Feed, FeedId
from monitor.pipeline.tally import NO_NETWORK, Tally
from monitor.pipeline.tools import Tools
from monitor.store import readings

_EVERY = 0.2
"""Seconds between two looks at the tally."""


async def run_once_with_progress(
    config: Config,
    only: Collection[FeedId] | None = None,
    *,
    refusal: Refusal | None = None,
    told: bool = False,
    now: Callable[[], datetime] = clock.now,
) -> Tally:
    """One pass over everything due, its summary printed; returns the tally. Raises: LockedError, StoreError.

    `refusal`: why it is not the configuration of the files, if so. `told`: say all that there is to say of the polls.
    `now`: the clock.
    SIGTERM ends it as Ctrl-C does: what is in hand is given back.
    """
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, signal.raise_signal, signal.SIGINT)
    try:
        async with at_work(config, refusal, now=now) as tools:
            if told:
                await _tell(tools, only or ())
            await _watched(tools, only)
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
    return tools.tally


async def _tell(tools: Tools, feeds: Collection[FeedId]) -> None:
    from monitor.cli.poll_told import print_observed

    async for observed in poll_watched(tools, feeds):
        print_observed(observed, tools.config.settings.timezone, stored=True)


async def _watched(tools: Tools, only: Collection[FeedId] | None) -> None:
    watcher = asyncio.create_task(_watch(tools)) if sys.stderr.isatty() else None
    try:
        await run_once(tools, only)
    finally:
        if watcher:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)
        print_summary(tools.tally, tools.config.feeds)


async def _watch(tools: Tools) -> None:
    """Draw two bars, polls and readings, until cancelled."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        polled = bars.add_task("feeds", total=len(tools.config.feeds), note="")
        read = bars.add_task("articles", total=None, note="")
        while True:
            tally = tools.tally
            waiting = await tools.database.read(lambda tx: readings.waiting(tx, tools.clock()))
            bars.update(polled, completed=tally.polls, note=f"{len(tally.failed)} failed" if tally.failed else "")
            bars.update(read, completed=tally.read, total=tally.read + waiting, note=f"{tally.matches} matches")
            await asyncio.sleep(_EVERY)


@contextmanager
def counted(what: str, total: int) -> Iterator[Callable[[int, str], None]]:
    """A bar on a terminal, drawn by what is yielded, which takes how many are done and a note; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda _done, _note: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=total, note="")
        yield lambda done, note: bars.update(task, completed=done, total=max(total, done), note=note)


def print_summary(tally: Tally, feeds: tuple[Feed, ...]) -> None:
    """What a pass did, in lines that add up; what failed, and what to do."""
    click.echo(
        f"feeds     {tally.polls} polled: {tally.polled} read, {tally.unchanged} unchanged, {len(tally.failed)} failed"
    )
    skipped = sum(tally.skipped.values())
    balance = f"{tally.new} new, {tally.known} known, {tally.repeated} repeated, {skipped} skipped"
    click.echo(f"entries   {tally.offered} offered = {balance}")
    sources = ", ".join(f"{count} from the {source}" for source, count in sorted(tally.text_sources.items()))
    click.echo(f"articles  {tally.articles} new, {tally.read} pages asked for" + (f": {sources}" if sources else ""))
    if put_off := _put_off(tally):
        click.echo(f"put off   {put_off} for a later run: their hosts asked for fewer requests")
    if tally.revisited:
        click.echo(f"revisits  {tally.revisited} of matched articles: {tally.revised} changed, {tally.removed} removed")
    click.echo(f"matches   {tally.matches} new")
    if tally.offline:
        click.echo(NO_NETWORK)
        return
    for feed in feeds:
        if feed.id in tally.failed:
            click.echo(f"failed    {feed.id}: {tally.failed[feed.id]}")
    if not tally.polls:
        click.echo("No feed was due: see `monitor feeds` for when each is, or `monitor poll` to poll now.")


def _put_off(tally: Tally) -> str:
    counted = {"feed": len(tally.resting), "page": tally.put_off}
    return " and ".join(number_of(number, name) for name, number in counted.items() if number)
