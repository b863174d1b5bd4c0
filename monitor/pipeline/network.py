"""Is it a feed that fails, or our own network? Told from what became of requests to different hosts.

When requests to several hosts fail one after the other and none is answered, hosts that answered before are asked at
once. Does one answer, it was the others' fault; does none, it is our network: then nothing is booked to feeds, a few
hosts are asked every half minute, others each time, and as soon as one answers all goes on.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.errors import FetchKind
from monitor.model import FeedId, FeedState

SUSPICIOUS = 3
"""Hosts in a row that were not reached, before others are asked; as many are asked at a time."""
UNREACHED = frozenset((FetchKind.ADDRESS, FetchKind.DNS, FetchKind.CONNECT, FetchKind.TIMEOUT))
"""What a request ends with that no server answered."""
PROBES_EVERY = timedelta(seconds=30)


class Phase(StrEnum):
    """What is known of the network."""

    UP = "up"
    SUSPECT = "suspect"
    DOWN = "down"


class Network:
    """What became of the last requests."""

    def __init__(self) -> None:
        self.phase = Phase.UP
        self.failing_since: datetime | None = None
        """When the first request failed of those that failed without an answer to any in between."""
        self.failing: dict[FeedId, FeedState] = {}
        """Feeds whose polls failed since then → what they were before."""
        self.is_recorded = False
        """The database knows that it is down."""
        self.missing: dict[str, None] = {}
        """Hosts that were not reached since then, the one asked last at the end."""
        self._answering: dict[str, None] = {}
        self._probed: set[str] = set()
        self._next_probes: datetime | None = None

    def answered(self) -> None:
        """Some server answered."""
        self.phase, self.failing_since, self._next_probes = Phase.UP, None, None
        self.failing, self.missing, self._probed = {}, {}, set()

    def reached(self, host: str) -> None:
        """The same of a feed's host, which is asked when others are not reached."""
        self._answering.pop(host, None)
        self._answering[host] = None
        self.answered()

    def missed(self, host: str, now: datetime) -> None:
        """No server answered for this host."""
        self.failing_since = self.failing_since or now
        self.missing.pop(host, None)
        self.missing[host] = None
        if self.phase is Phase.UP and len(self.missing) >= SUSPICIOUS:
            self.phase = Phase.SUSPECT
        elif self.phase is Phase.SUSPECT and host in self._probed:
            self._probed.discard(host)
            if not self._probed:
                self.phase = Phase.DOWN

    def put_off(self, host: str) -> None:
        """A host was not asked, because it rests: it tells nothing."""
        self._answering.pop(host, None)
        if host in self._probed:
            self._probed.discard(host)
            self._next_probes = None if not self._probed else self._next_probes

    def may_probe(self, now: datetime) -> bool:
        """Should hosts be asked now, to learn whether it is our network?"""
        return self._next_probes is None or now >= self._next_probes

    def to_probe(self) -> tuple[str, ...]:
        """Hosts to ask first: those that answered last, and have not failed to since."""
        return tuple(host for host in reversed(self._answering) if host not in self.missing)

    def probing(self, hosts: Collection[str], now: datetime) -> None:
        """These are being asked."""
        self._probed = set(hosts)
        self._next_probes = now + PROBES_EVERY

    def move(self, by: timedelta) -> None:
        """The clock was set by so much."""
        self.failing_since = self.failing_since and self.failing_since + by
        self._next_probes = self._next_probes and self._next_probes + by
