"""Is it a feed that fails, or our own network? Told from what became of requests to different hosts.

When requests to several hosts fail one after the other and none is answered, hosts that answered before are asked at
once. Does one answer, it was the others' fault; does none, it is our network: then nothing is booked to feeds, a few
hosts are asked every half minute, and as soon as one answers all goes on.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.errors import FetchKind

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
        self._answering: dict[str, None] = {}
        self._missing: dict[str, None] = {}
        self._probed: set[str] = set()
        self._next_probes: datetime | None = None

    def answered(self) -> bool:
        """Some server answered; returns whether the network had been down until then."""
        was_down = self.phase is Phase.DOWN
        self.phase, self.failing_since, self._next_probes = Phase.UP, None, None
        self._missing, self._probed = {}, set()
        return was_down

    def reached(self, host: str) -> bool:
        """The same of a feed's host, which is asked when others are not reached."""
        self._answering.pop(host, None)
        self._answering[host] = None
        return self.answered()

    def missed(self, host: str, now: datetime) -> bool:
        """No server answered for a feed's host; returns whether that shows that the network is down."""
        self.failing_since = self.failing_since or now
        self._missing[host] = None
        if self.phase is Phase.UP and len(self._missing) >= SUSPICIOUS:
            self.phase = Phase.SUSPECT
        elif self.phase is Phase.SUSPECT and host in self._probed:
            self._probed.discard(host)
            if not self._probed:
                self.phase = Phase.DOWN
                return True
        return False

    def to_probe(self, now: datetime) -> tuple[str, ...]:
        """Hosts that should be asked now: those that answered last, else those that were not reached. None: not yet."""
        if self._next_probes and now < self._next_probes:
            return ()
        return tuple(reversed(self._answering)) or tuple(self._missing)

    def probing(self, hosts: Collection[str], now: datetime) -> None:
        """These are being asked."""
        self._probed = set(hosts)
        self._next_probes = now + PROBES_EVERY
