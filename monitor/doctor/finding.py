"""What an examination says."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How it is."""

    OK = "ok"
    WARN = "warn"
    """The monitor works, and something may go wrong, or is not as good as it could be."""
    FAIL = "fail"
    """The monitor does not work, or is not safe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    name: str
    """What was looked at."""
    said: str
    advice: str = ""
    """What to do; "" where there is nothing to do."""


def ok(name: str, said: str) -> Finding:
    """It is as it should be."""
    return Finding(level=Level.OK, name=name, said=said)


def warn(name: str, said: str, advice: str) -> Finding:
    """It may matter."""
    return Finding(level=Level.WARN, name=name, said=said, advice=advice)


def fail(name: str, said: str, advice: str) -> Finding:
    """It must be seen to."""
    return Finding(level=Level.FAIL, name=name, said=said, advice=advice)
