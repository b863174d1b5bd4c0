"""A seeded fault: the monitor of `set_clock` with a daemon that goes by the wall clock, whatever it is set to."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from monitor import clock
from tests.campaigns.set_clock import set_by


class Believing(clock.Steady):
    """It never notices anything."""

    def __init__(self, wall: Callable[[], datetime]) -> None:
        super().__init__(wall)
        self._believed = wall

    def __call__(self) -> datetime:
        return self._believed()

    def off(self) -> timedelta:
        return timedelta()


if __name__ == "__main__":
    set_by(Path(sys.argv[1]))
    clock.Steady = Believing  # type: ignore[misc, assignment]
    from monitor.cli import execute

    sys.exit(execute(sys.argv[2:]))
