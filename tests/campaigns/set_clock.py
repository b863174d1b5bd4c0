"""A `monitor` whose wall clock is set from outside: it is off by the seconds that stand in a file.

    python -m tests.campaigns.set_clock FILE run …      the command `monitor run …`

The clock that nobody sets is left alone: to set the wall clock does not touch it.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import clock


def set_by(file: Path) -> None:
    """From now on the wall clock is off by what stands in the file."""

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text(encoding="ascii") or 0))

    clock.now = now


if __name__ == "__main__":
    set_by(Path(sys.argv[1]))
    from monitor.cli import execute

    sys.exit(execute(sys.argv[2:]))
