"""The command `monitor` as it is where days are full of articles: python bench/settled.py run …; it keeps few hints.

Those of the articles that joined a story in the last two days stay in memory. Whoever makes as many within the hour
watches how they become as many as they ever are, and not whether memory grows. So here they are those of 20 seconds.

It loads nothing before it runs: workers load their daemon's main script again.
"""

import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

KEPT, DAYS = 2_000, timedelta(seconds=20)


def main() -> None:
    from monitor.cli import main as monitor
    from monitor.store import lately

    lately.KEPT, lately.FURTHEST_APART = KEPT, DAYS  # type: ignore[attr-defined]
    monitor()


if __name__ == "__main__":
    main()
