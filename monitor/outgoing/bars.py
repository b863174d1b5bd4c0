"""Moments → bars of a timeline: how many in each hour, day or month of a period, as its reader's clock has them."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_HOURLY, _DAILY = timedelta(days=3), timedelta(days=92)
"""Up to these lengths of a period."""


class Unit(StrEnum):
    """How long a bar is."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


_FORMATS = {Unit.HOUR: "%Y-%m-%d %H:00", Unit.DAY: "%Y-%m-%d", Unit.MONTH: "%Y-%m"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A while, and how many fell into it."""

    label: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """All of a period, in its order, those with nothing too."""

    unit: Unit
    bars: tuple[Bar, ...]

    @property
    def highest(self) -> Bar:
        """The first of the highest; there is always one bar."""
        return max(self.bars, key=lambda bar: bar.number)


def bars(moments: Iterable[datetime], since: datetime, until: datetime, zone: tzinfo) -> Bars:
    """The bars of what happened from `since` until before `until`; those at the ends may be cut short."""
    unit = _unit(until - since)
    label = _labels(unit, zone)
    counted = Counter(map(label, moments))
    step = _DAY if unit is Unit.MONTH else _HOUR
    names: dict[str, None] = {}
    at = since
    while at < until:
        names[label(at)] = None
        at += step
    # An hour that began before the last step may end behind it.
    names[label(max(since, until - timedelta(microseconds=1)))] = None
    return Bars(unit=unit, bars=tuple(Bar(label=name, number=counted[name]) for name in names))


def _unit(span: timedelta) -> Unit:
    if span <= _HOURLY:
        return Unit.HOUR
    return Unit.DAY if span <= _DAILY else Unit.MONTH


def _labels(unit: Unit, zone: tzinfo) -> Callable[[datetime], str]:
    form = _FORMATS[unit]
    return lambda moment: moment.astimezone(UTC).astimezone(zone).strftime(form)
