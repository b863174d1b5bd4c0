"""The monitor, with one thing quicker than it is: a channel that failed is tried again after hundredths of a second.

python -m tests.campaigns.hurried run …     the command `monitor run …`

Seconds and minutes of waiting would make a campaign of hours out of one of minutes, and show nothing more.
"""

import sys
from datetime import timedelta

from monitor import daemon
from monitor.alerts.hours import backoff as right
from monitor.cli import execute
from monitor.pipeline import deliver

_LONGEST = timedelta(milliseconds=200)


def hurry() -> None:
    """Have channels be tried again soon, and looked at often."""
    deliver.backoff = lambda failures, chance: min(right(failures, chance) / 100, _LONGEST)  # type: ignore[attr-defined]
    daemon.TICK_OF["deliver"] = timedelta(milliseconds=50)


if __name__ == "__main__":
    hurry()
    sys.exit(execute(sys.argv[1:]))
