"""robots.txt (RFC 9309): what its server lets us ask for, and how slowly; asked once a day for each origin.

https://www.rfc-editor.org/rfc/rfc9309.html
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from weakref import WeakValueDictionary

from protego import Protego

from monitor.errors import FetchError, FetchKind
from monitor.fetch.address import Address
from monitor.fetch.refusal import Refusal
from monitor.fetch.request import Fetched, Request

TOKEN = "media-monitor"  # noqa: S105 - the name by which we find ourselves in a robots.txt
SIZE = 512_000
"""Bytes that are read of one; the rest counts as not there."""
KEPT = 86_400.0
"""Seconds for which an answer counts."""
MOST = 10_000
"""Origins that are remembered, and their rules in all: `_MOST_RULES`. What was used longest ago is forgotten."""
_MOST_RULES = 100_000
"""Lines; one is 300 bytes of memory."""
_MOST_LINES = 10_000
"""Of one robots.txt, without blank lines and comments: 500 KiB have no more, unless somebody wants to keep us busy."""
_LONGEST_LINE = 4096
"""Characters; a longer one would fit no address that is asked for, and is left out."""
_ASKED_AGAIN = 300.0
"""Seconds until a server that could not answer is asked again, twice as long each time."""
_LONGEST_SILENT, _LONGEST_FAILING = 3600.0, KEPT
"""Seconds, at most: where nothing answered, which may be our own network; and where the server said that it fails."""
_SHORTEST_DELAY, _LONGEST_DELAY = 1.0, 30.0
"""Seconds between two requests that a robots.txt may ask for; more would let one line silence a site."""

_AGENT = re.compile(r"\s*user[-\s]*agent\s*[:\s]\s*(\*|[a-z_-]*)", re.IGNORECASE)
_OTHERS = "somebody-else"
# What was wrong with the way to it, not with its server: there is no robots.txt to be had, which allows everything.
_NONE_TO_BE_HAD = frozenset([FetchKind.ADDRESS, FetchKind.REDIRECTS, FetchKind.ENCODING])

Origin = tuple[str, str, int]


class Rules:
    """What one robots.txt says to us."""

    def __init__(self, text: str) -> None:
        said = (line.partition("#")[0].strip() for line in text.splitlines())
        lines = [_ours(line) for line in islice((line for line in said if 0 < len(line) <= _LONGEST_LINE), _MOST_LINES)]
        self._parsed = Protego.parse("\n".join(lines))
        self.size = len(lines)
        """Lines: what it weighs in memory."""
        delay = self._parsed.crawl_delay(TOKEN) or 0.0
        self.delay = min(max(delay, _SHORTEST_DELAY), _LONGEST_DELAY) if delay > 0 else 0.0
        """Seconds between two requests that it asks for, within bounds; 0: it does not say."""

    def allow(self, url: str) -> bool:
        """Whether an address of its origin may be asked for."""
        return self._parsed.can_fetch(url, TOKEN)


EVERYTHING = Rules("")


def read_rules(body: bytes) -> Rules:
    """The rules in the bytes of a robots.txt; whatever else they are allows everything."""
    return Rules(body.decode("utf-8-sig", errors="replace"))


def _ours(line: str) -> str:
    """The line; where it names whom the next rules are for, with one name for everybody else.

    Protego writes each rule to every name above it: of a file with 20,000 names and as many rules that is 400 million.
    """
    found = _AGENT.match(line)
    if found is None:
        return line
    name = found[1].lower()
    return f"User-agent: {name if name in ('*', TOKEN) else _OTHERS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of an origin."""

    until: float
    rules: Rules = EVERYTHING
    failure: Refusal | None = None
    """Why its server could not say: until it can, nothing is allowed."""
    failures: int = 0
    """In a row."""


class Robots:
    """Remembers what the servers' robots.txt say.

    `fetch` asks for one, `slow_down(host, delay, lasting)` is told how far apart requests to a host shall be, and for
    how long (seconds); `clock` gives monotonic seconds.
    """

    def __init__(
        self,
        fetch: Callable[[Request], Awaitable[Fetched]],
        slow_down: Callable[[str, float, float], None],
        clock: Callable[[], float],
    ) -> None:
        self._fetch = fetch
        self._slow_down = slow_down
        self._clock = clock
        self._known: dict[Origin, _Known] = {}
        self._rules = 0
        self._asking: WeakValueDictionary[Origin, asyncio.Lock] = WeakValueDictionary()

    def __len__(self) -> int:
        """How many origins are remembered."""
        return len(self._known)

    async def check(self, address: Address) -> None:
        """Ask its server, unless that was done lately, whether the address may be asked for.

        Raises: Refusal, where it may not, or its server cannot say; FetchError, where its host rests.
        """
        known = self._lately(address.origin) or await self._ask(address)
        left = known.until - self._clock()
        if known.failure:
            raise _again(known.failure, left)
        if known.rules.delay:
            self._slow_down(address.host, known.rules.delay, left)
        if not known.rules.allow(address.url):
            raise _again(Refusal("its robots.txt forbids it", FetchKind.ROBOTS), left)

    def forget_unreached(self) -> None:
        """Forget the servers that could not be reached, for it was not their fault."""
        for origin, known in [*self._known.items()]:
            if known.failure and known.failure.kind is not FetchKind.ROBOTS:
                self._forget(origin)

    def _lately(self, origin: Origin) -> _Known | None:
        """What is known of an origin and still counts; it was used just now."""
        known = self._known.get(origin)
        if known is None or known.until <= self._clock():
            return None
        self._known[origin] = self._known.pop(origin)
        return known

    async def _ask(self, address: Address) -> _Known:
        """One asks, and whoever wants to know meanwhile waits for it."""
        origin = address.origin
        lock = self._asking.setdefault(origin, asyncio.Lock())
        async with lock:
            known = self._lately(origin)
            if known is None:
                before = self._known.get(origin)
                known = await self._asked(address, before.failures if before else 0)
                self._remember(origin, known)
            return known

    async def _asked(self, address: Address, failures: int) -> _Known:
        url = f"{address.scheme}://{address.authority}/robots.txt"
        request = Request(url=url, accept="text/plain, */*;q=0.5", max_bytes=SIZE, cut=True)
        try:
            fetched = await self._fetch(request)
        except FetchError as error:
            if error.kind is FetchKind.RESTING:
                raise
            if error.kind in _NONE_TO_BE_HAD and not error.temporary:
                return _Known(until=self._clock() + KEPT)
            what = f"its robots.txt cannot be had: {str(error).removeprefix(f'{address.host}: ')}"
            failure = Refusal(what, error.kind)
            return self._failed(failure, failures, _LONGEST_SILENT)
        if fetched.status >= 500 or fetched.status == 429:
            failure = Refusal(f"its robots.txt cannot be had: its server answers {fetched.status}", FetchKind.ROBOTS)
            return self._failed(failure, failures, _LONGEST_FAILING)
        # Any other answer without one means that there is none.
        found = 200 <= fetched.status < 300 and fetched.body
        rules = await asyncio.to_thread(read_rules, fetched.body) if found else EVERYTHING
        return _Known(until=self._clock() + KEPT, rules=rules)

    def _failed(self, failure: Refusal, failures: int, longest: float) -> _Known:
        again = min(_ASKED_AGAIN * 2 ** min(failures, 10), longest)
        return _Known(until=self._clock() + again, failure=failure, failures=failures + 1)

    def _remember(self, origin: Origin, known: _Known) -> None:
        self._forget(origin)
        self._known[origin] = known
        self._rules += known.rules.size
        while len(self._known) > MOST or (self._rules > _MOST_RULES and len(self._known) > 1):
            self._forget(next(iter(self._known)))

    def _forget(self, origin: Origin) -> None:
        known = self._known.pop(origin, None)
        self._rules -= known.rules.size if known else 0


def _again(refusal: Refusal, seconds: float) -> Refusal:
    """The same, with when to come back: once what is known now counts no more."""
    return Refusal(str(refusal), refusal.kind, temporary=True, retry_after=timedelta(seconds=max(0.0, seconds)))
