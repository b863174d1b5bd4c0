"""How many random cases tests try: few in CI, twenty times as many at night (`python3 dev.py nightly`)."""

import os

FACTOR = int(os.environ.get("MONITOR_NIGHTLY", "1"))


def cases(number: int) -> int:
    """So many in CI, more at night."""
    return number * FACTOR
