"""The daemon's tools, with every host of the world led to one site on this machine."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import httpx

from monitor.config.load import Config
from monitor.fetch.fetcher import Fetcher
from monitor.pipeline.database import Database
from monitor.pipeline.tally import Tally
from monitor.pipeline.tools import Tools
from monitor.store import polls
from monitor.store.store import Store
from monitor.workers.pool import Workers


class ToLoopback(httpx.AsyncBaseTransport):
    """Sends every request, https too, to a port of 127.0.0.1, with the Host header that it had."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._inner = httpx.AsyncHTTPTransport(trust_env=False, limits=httpx.Limits(max_keepalive_connections=20))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The site's answer."""
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()


@asynccontextmanager
async def routed(config: Config, port: int, clock: Callable[[], datetime]) -> AsyncIterator[Tools]:
    """What `monitor.app.at_work` gives, with another way out and another clock."""
    with Store.open(config.settings.database_url) as store:
        with store.writing() as tx:
            polls.sync(tx, config.feeds, clock())
        async with (
            Database(store) as database,
            Workers(config.settings.workers) as workers,
            Fetcher(config.settings.fetch, transport=ToLoopback(port)) as fetcher,
        ):
            yield Tools(
                config=config,
                database=database,
                fetcher=fetcher,
                workers=workers,
                clock=clock,
                tally=Tally(),
            )
