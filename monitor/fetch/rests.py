"""Which hosts are left alone for a while, because they asked for fewer requests. Pure: the moment is an argument."""

from collections.abc import Callable
from dataclasses import dataclass

SHORTEST = 60.0
"""Seconds of a host's first rest, where it does not say how long."""
LONGEST = 3600.0
"""Seconds of the longest; each is twice the one before it. A server that asks for more, of whatever document, gets it
for that document alone: the others are tried again."""
_SPREAD = 0.25
"""Up to so much of a rest is added by chance: others who were refused with us must not all come back with us."""
_FORGOTTEN = 86_400.0
"""Seconds after its end when a rest no longer makes the next one longer."""
_MOST = 50_000
"""Hosts that are remembered; beyond that the one that was refused longest ago is forgotten."""


@dataclass(frozen=True, slots=True)
class _Rest:
    until: float
    number: int
    """In a row, from 1."""
    status: int


class Rests:
    """Remembers who rests until when; `random` gives numbers from 0 to 1. All moments and lengths are in seconds."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._rests: dict[str, _Rest] = {}

    def __len__(self) -> int:
        """How many hosts are remembered."""
        return len(self._rests)

    def left(self, host: str, now: float) -> float:
        """How long the host rests from now on; 0 where it does not."""
        known = self._rests.get(host)
        return max(0.0, known.until - now) if known else 0.0

    def status(self, host: str) -> int:
        """What a host that rests answered when it last refused; 0 for any other."""
        known = self._rests.get(host)
        return known.status if known else 0

    def refused(self, host: str, status: int, asked: float, now: float) -> None:
        """The host answered with this status, and `asked` for so long a rest; 0: it does not say how long."""
        known = self._rests.pop(host, None)
        number = known.number if known else 0
        if known is None or known.until + _FORGOTTEN < now:
            number = 1
        elif known.until <= now:
            number += 1  # else it was asked before the rest began: the same refusal
        length = asked or SHORTEST * 2 ** min(number - 1, 10)
        until = now + min(length * (1 + _SPREAD * self._random()), LONGEST)
        self._rests[host] = _Rest(max(until, known.until if known else 0.0), number, status)
        if len(self._rests) > _MOST:
            del self._rests[next(iter(self._rests))]

    def answered(self, host: str, now: float) -> None:
        """It answered as it should: earlier refusals count no more. Not while it rests: that was asked before."""
        known = self._rests.get(host)
        if known and known.until <= now:
            del self._rests[host]
