"""Which parts of the daemon have given a sign of life lately. Read from other threads than those that give them."""

import time
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

PATIENCE = timedelta(minutes=2)
"""How long a part may be silent, unless the service manager says: longer than any transaction waits for its turn."""


class Part(StrEnum):
    """What must be alive."""

    LOOP = "the event loop"
    WRITER = "the database's thread"
    CLOCK = "the scheduler's clock"


class Phase(StrEnum):
    """Where the daemon is in its life."""

    STARTING = "starting"
    WORKING = "working"
    STOPPING = "stopping"


class Pulse:
    """The signs of life. `clock` gives monotonic seconds, which stand still while the machine is suspended."""

    def __init__(self, patience: timedelta = PATIENCE, clock: Callable[[], float] = time.monotonic) -> None:
        self.patience = patience
        self.phase = Phase.STARTING
        self.database = ""
        """Why the last write of the database failed; "" where it did not."""
        self._clock = clock
        self._signs: dict[Part, float] = {}

    def work(self) -> None:
        """It works from now on: all parts must give signs."""
        self._signs = dict.fromkeys(Part, self._clock())
        self.phase = Phase.WORKING

    def sign(self, part: Part) -> None:
        """This part lives."""
        self._signs[part] = self._clock()

    def stuck(self) -> tuple[str, ...]:
        """Which parts have been silent for too long; none while it starts or stops, for which others set a time."""
        if self.phase is not Phase.WORKING:
            return ()
        silent = {part: self._clock() - at for part, at in self._signs.items()}
        late = {part: span for part, span in silent.items() if span > self.patience.total_seconds()}
        return tuple(f"{part} has given no sign of life for {span:.0f} s" for part, span in late.items())

    def unready(self) -> tuple[str, ...]:
        """Why nothing should be expected of it now; () where it does its work."""
        phase = () if self.phase is Phase.WORKING else (f"the daemon is {self.phase}",)
        failing = (f"the database cannot be written: {self.database}",) if self.database else ()
        return (*phase, *self.stuck(), *failing)
