"""Fetching one document: politely, within a deadline and a size, and never from where the guard forbids."""

import asyncio
import logging
import random
import re
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import httpx

from monitor import clock as wall_clock
from monitor.errors import FetchError, FetchKind
from monitor.fetch.address import Address, follow, read_address
from monitor.fetch.exchange import Answer, Room, ask
from monitor.fetch.politeness import Gate
from monitor.fetch.refusal import Refusal
from monitor.fetch.request import Fetched, Request
from monitor.fetch.retry_after import retry_after
from monitor.fetch.robots import Robots
from monitor.fetch.self_test import VICTIMS, Redirecting, unguarded, victims, ways_to
from monitor.fetch.settings import FetchSettings
from monitor.fetch.translate import translated
from monitor.fetch.transport import GuardedTransport

_MOST_REDIRECTS = 5
# What a server gave us goes back to it only where it fits a header: one bad value would break its feed for ever.
_HEADER_VALUE = re.compile(r"[\x20-\x7e\x80-\xff]{1,1024}")
_TOO_MUCH = frozenset([429, 503])
"""With these a server says that it has too much to do: its whole host is left alone for a while."""


class Fetcher:
    """Fetches documents; one for the whole program, used inside `async with`.

    `context` verifies certificates, `clock` gives monotonic seconds, `sleep` waits for some, `now` gives the moment,
    `chance` numbers from 0 to 1. `transport` stands in for the network in tests and benches, and so for the guard:
    `self_test` refuses it unless this machine may be fetched from. A mock answers with `stream=httpx.ByteStream(body)`:
    what is given as `content=` httpx has read already.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        context: ssl.SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        now: Callable[[], datetime] = wall_clock.now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._now = now
        self._gate = Gate(
            per_host=settings.per_host,
            delay=settings.delay.total_seconds(),
            concurrent=settings.concurrent,
            clock=clock,
            sleep=sleep,
            random=chance,
        )
        self._robots = Robots(self.fetch, self._gate.slow_down, clock)
        self._room = Room.of(concurrent=settings.concurrent, largest=max(settings.feed_size, settings.page_size))
        self._guarded = transport is None
        self._transport = transport or GuardedTransport(settings.allow_addresses, context)
        # Its lines hold the headers, and with them what is secret.
        logging.getLogger("httpcore").setLevel(logging.WARNING)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.aclose()

    async def fetch(self, request: Request) -> Fetched:
        """The answer to a request, whatever its status, after at most five redirects.

        A redirect from https to http is followed (news sites have them, and nothing secret is sent along); it shows in
        `Fetched.redirects`. 429 and 503 are answers; after them their host is left alone for a while.

        Raises: FetchError when no complete answer came; of the kind RESTING when a host is left alone, and of the kind
            ROBOTS when its robots.txt forbids it, if it is to be heeded: then nothing was asked.
        """
        limit = self._settings.timeout
        with translated(request.url, limit):
            address = read_address(request.url)
        headers = self._headers(request) | _conditions(request) | _credentials(request, address)
        visited = [address.url]
        permanent = True
        spent = timedelta(0)
        while True:
            with translated(request.url, limit, at=address.url):
                if request.robots:
                    await self._robots.check(address)
                answer, took = await self._hop(address, headers, request, limit - spent)
                target = _next_hop(address, answer.location, visited) if answer.location else None
            spent += took
            if target is None:
                break
            address = target
            visited.append(address.url)
            permanent = permanent and answer.permanent
            headers = self._headers(request) | _credentials(request, address)
        return Fetched(
            url=request.url,
            final_url=address.url,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            redirects=tuple(visited[1:]),
            elapsed=spent,
            permanently_moved=permanent and len(visited) > 1,
        )

    def forget_unreached(self) -> None:
        """Ask again whatever servers could not be reached for their robots.txt: it was our own network."""
        self._robots.forget_unreached()

    async def self_test(self) -> None:
        """Prove that the guard stands before every connection.

        Raises: FetchError when an address that must not be fetched from was dialled, or when nothing keeps it from
            being dialled: a transport was handed in, and the settings do not allow this machine's own addresses.
        """
        left = victims(self._settings.allow_addresses)
        if not self._guarded:
            if VICTIMS[0] in left:
                raise unguarded("no guard stands before the transport that was handed in", VICTIMS[0])
            return
        # Not closed: the transport is this one's.
        led_astray = Fetcher(replace(self._settings, delay=timedelta(0)), transport=Redirecting(self._transport))
        for victim in left:
            for url in ways_to(victim):
                try:
                    await led_astray.fetch(Request(url=url, accept="*/*", max_bytes=1))
                except FetchError as error:
                    if error.kind is FetchKind.ADDRESS:
                        continue
                raise unguarded(f"the address guard let a connection to {victim} through", url)

    async def _hop(
        self, address: Address, headers: Mapping[str, str], request: Request, limit: timedelta
    ) -> tuple[Answer, timedelta]:
        """The answer of one server, and how long it took after the wait for its turn."""
        patience = request.patience.total_seconds() if request.patience else None
        async with self._gate.turn(address.host, patience=patience) as leaving:
            started = self._clock()
            try:
                async with asyncio.timeout(limit.total_seconds()):
                    answer = await ask(
                        self._transport, address, headers, request.max_bytes, self._room, leaving, cut=request.cut
                    )
            except Refusal as refusal:
                if refusal.kind is FetchKind.TOO_LARGE:
                    raise Refusal(f"{refusal}{self._advice(request.max_bytes)}", refusal.kind) from refusal
                raise
            self._heed(address.host, answer)
            return answer, timedelta(seconds=self._clock() - started)

    def _heed(self, host: str, answer: Answer) -> None:
        """What the answer means for further requests to its host."""
        if answer.status in _TOO_MUCH:
            self._gate.refused(host, answer.status, retry_after(answer.headers.get("retry-after", ""), now=self._now()))
        elif answer.status < 400:
            self._gate.answered(host)

    def _advice(self, max_bytes: int) -> str:
        limits = {"fetch.feed_size": self._settings.feed_size, "fetch.page_size": self._settings.page_size}
        names = " or ".join(name for name, size in limits.items() if size == max_bytes)
        return f" (raise {names} in monitor.yaml)" if names else ""

    def _headers(self, request: Request) -> dict[str, str]:
        return {"User-Agent": self._settings.user_agent, "Accept": request.accept, "Accept-Encoding": "gzip"}


def _conditions(request: Request) -> dict[str, str]:
    given = {"If-None-Match": request.validators.etag, "If-Modified-Since": request.validators.last_modified}
    return {name: value for name, value in given.items() if _HEADER_VALUE.fullmatch(value)}


def _credentials(request: Request, address: Address) -> dict[str, str]:
    given = request.credentials
    if given is None or read_address(given.url).origin != address.origin:
        return {}
    return {given.header: given.value.reveal()}


def _next_hop(address: Address, location: str, visited: list[str]) -> Address:
    if len(visited) > _MOST_REDIRECTS:
        raise Refusal(f"redirects more than {_MOST_REDIRECTS} times", FetchKind.REDIRECTS)
    target = follow(address, location)
    if target.url in visited:
        raise Refusal("redirects in a circle (it may insist on a cookie)", FetchKind.REDIRECTS)
    return target
