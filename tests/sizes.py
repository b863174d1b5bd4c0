"""How many random cases tests try: few in CI, twenty times as many at night (`python3 dev.py nightly`)."""

import os

FACTOR = int(os.environ.get("MONITOR_NIGHTLY", "1"))


def cases(number: int, *, in_ci: int = 0) -> int:
    """So many in CI, or fewer where each takes long; more at night."""
    return number * FACTOR if FACTOR > 1 else in_ci or number
