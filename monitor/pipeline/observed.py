"""A poll of one feed, watched: what was asked, what came, and what it would add. Stores nothing by itself."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.feeds import schedule
from monitor.fetch.fetcher import Fetcher
from monitor.fetch.request import Fetched, Request
from monitor.model import Feed, FeedState, News, Outcome
from monitor.pipeline.poll import Asked, ask, news_of, save
from monitor.pipeline.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A poll, and what is to be said of it."""

    feed: Feed
    state: FeedState
    """Before."""
    request: Request
    fetched: Fetched | None
    """None: no complete answer came."""
    outcome: Outcome
    news: News
    """What it adds to what is stored."""
    elapsed: timedelta
    """For all of it: the wait for the host's turn, the network, the parsing."""
    next_poll_at: datetime


class _Witness(Fetcher):
    """Remembers what was asked and what came."""

    request: Request
    fetched: Fetched | None = None

    async def fetch(self, request: Request) -> Fetched:
        """As every fetcher."""
        self.request = request
        self.fetched = await super().fetch(request)
        return self.fetched


async def observe(feed: Feed, state: FeedState, tools: Tools) -> Observed:
    """Ask for the feed as the stage does, and decide what is new. Raises: StoreError; FetchError, when the guard is not
    whole.
    """
    began = tools.clock()
    async with _Witness(tools.config.settings.fetch) as witness:
        await witness.self_test()
        # The self-test is a request, too.
        witness.fetched = None
        outcome = await ask(feed, state, replace(tools, fetcher=witness))
    news = await tools.database.read(lambda tx: news_of(tx, feed, outcome, tools, tools.clock()))
    now = tools.clock()
    return Observed(
        feed=feed,
        state=state,
        request=witness.request,
        fetched=witness.fetched,
        outcome=outcome,
        news=news,
        elapsed=now - began,
        next_poll_at=schedule.after(feed, state, outcome, news=news, now=now).next_poll_at,
    )


async def keep(observed: Observed, tools: Tools) -> None:
    """Save what came of it, as the stage does. Raises: StoreError."""
    asked = Asked(feed=observed.feed, state=observed.state, outcome=observed.outcome, tools=tools)
    outcome, news, new_matches = await tools.database.save_together(save, asked)
    tools.tally.add_poll(observed.feed.id, outcome, news, new_matches)
