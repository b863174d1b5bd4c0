"""Are there far more stories than usual? A while of today, beside the same while of the last fourteen days. Pure.

Three whiles are looked at, which all end now: since midnight, three hours, one hour; the shorter ones tell a rise late
in the day. In each a story counts once. docs/alerts.md says where the numbers come from.

How likely is so high a count if nothing is unusual? If the n days before had x₁ … xₙ, m = (Σx + ½) / n are expected,
and a count varies by φ · m · (1 + 1/n): of a Poisson count (φ = 1) at a rate that is known from those days only
(Gamma, Jeffreys' prior) that is exactly what is predicted, a negative binomial: Gelman et al., Bayesian Data Analysis,
3rd ed., section 2.6. News come in bursts, so φ is what they vary more than that: a quasi-Poisson model with a negative
binomial threshold, as Noufaily et al. use it, An improved algorithm for outbreak detection in multiple surveillance
systems, Statistics in Medicine 32 (2013). From so few days φ is known badly: the upper end of what it may be is taken.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from math import ceil, exp, lgamma, log, log1p, sqrt
from statistics import variance

from monitor.alerts.hours import moment_of
from monitor.model import EARLIEST, Outage

HISTORY = 14
"""Days."""
AFTERMATH = timedelta(hours=1)
"""After an outage, and after a watchlist's beginning: what had gathered comes at once."""
_HOURS = (timedelta(hours=3), timedelta(hours=1))
_FEWEST_DAYS = 7
_FEWEST = 5
"""Stories."""
_TIMES = 3
"""So many times the usual number at least."""
_CHANCE = 3 / 10_000
_QUIET_DAYS = 3 / 4
"""Of the days before; the others may have been spikes themselves."""
_UPPER = 1.2816
"""Standard deviations up to the 90th percentile."""
_TERMS = 40
"""Of the continued fraction, in pairs: at three times the mean enough for nine digits."""

Span = tuple[datetime, datetime]
"""From a moment to the one before which it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class While:
    """A while of today, and the same of each of the days before that can be compared."""

    today: Span
    before: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What there is to say of a count."""

    seen: int
    usual: float
    """The mean of the days before, spikes aside."""
    doubt: str
    """Why it is no spike, for a person; "" where it is one."""

    @property
    def is_spike(self) -> bool:
        """There are far more than usual."""
        return not self.doubt


def whiles(now: datetime, zone: tzinfo, outages: Sequence[Outage]) -> tuple[While, ...]:
    """What is to be compared, the longest first; () while nothing can be told.

    Today begins at midnight in this zone, or after the last outage. All end at this time of the day and are of one
    length, so that one in which clocks were shifted is as long as the others. Days with an outage meanwhile are left
    out.
    """
    deaf = [(outage.began_at, (outage.ended_at or now) + AFTERMATH) for outage in outages]
    today = now.astimezone(zone).date()
    begin = max(moment_of(today, time(), zone), *(ended for _, ended in deaf), EARLIEST)
    # In the first hours of a day several are one.
    since = dict.fromkeys([begin, *(max(begin, now - length) for length in _HOURS)])
    return tuple(
        While(today=(one, now), before=tuple(_before(now, now - one, zone, deaf))) for one in since if one < now
    )


def _before(now: datetime, length: timedelta, zone: tzinfo, deaf: Sequence[Span]) -> Iterator[Span]:
    shown = now.astimezone(zone)
    for days in range(1, HISTORY + 1):
        end = moment_of(shown.date() - timedelta(days=days), shown.time(), zone)
        if not any(began < end and end - length < ended for began, ended in deaf):
            yield end - length, end


def judge(seen: int, before: Sequence[int]) -> Judged:
    """Is this number of stories a spike, after these on the days before?"""
    if len(before) < _FEWEST_DAYS:
        doubt = f"it takes {_FEWEST_DAYS} days to compare with, and there are {len(before)}"
        return Judged(seen=seen, usual=sum(before) / max(1, len(before)), doubt=doubt)
    rhythm = _rhythm(before)
    return Judged(seen=seen, usual=sum(rhythm) / len(rhythm), doubt=_doubt(seen, rhythm))


def _rhythm(before: Sequence[int]) -> Sequence[int]:
    """The numbers without those that were spikes themselves, which would hide the next one: from the least of them on,
    until one is far more than all that are less.
    """
    days = sorted(before)
    for number in range(ceil(len(days) * _QUIET_DAYS), len(days)):
        if not _doubt(days[number], days[:number]):
            return days[:number]
    return days


def _doubt(seen: int, before: Sequence[int]) -> str:
    """Why it may be none; `before`: ascending. What costs least is asked first."""
    if seen < _FEWEST:
        return f"fewer than {_FEWEST} are none"
    if seen * len(before) < _TIMES * sum(before):
        return f"it takes {_TIMES} times as many as usual"
    if seen <= max(before, default=0):
        return "there were as many on one of the days before"
    chance = chance_of(seen, before)
    return "" if chance < _CHANCE else f"so many may be chance: {chance:.1%}"


def chance_of(seen: int, before: Sequence[int]) -> float:
    """The chance of so many or more, if nothing is unusual; `seen`: above the mean; `before`: two days at least."""
    days = len(before)
    mean = (sum(before) + 1 / 2) / days
    spread = max(1.0, variance(before) / mean * _upper(days - 1))
    # Of a negative binomial with this mean and variance.
    size = mean**2 / (spread * mean * (1 + 1 / days) - mean)
    return _tail(seen, size, mean / (size + mean))


def _upper(freedom: int) -> float:
    """What an estimated variance is multiplied by for the upper end of its 80 % interval: freedom over the tenth
    percentile of chi-square, by Wilson and Hilferty, The distribution of chi-square, PNAS 17 (1931).
    """
    part = 2 / (9 * freedom)
    return 1 / (1 - part - _UPPER * sqrt(part)) ** 3


def _tail(seen: int, size: float, share: float) -> float:
    """The chance that a negative binomial number is as large or larger: the incomplete beta function by its continued
    fraction (NIST Digital Library of Mathematical Functions, 8.17.22), which is quick above the mean.
    """
    both = seen + size
    fraction = 1.0
    for m in reversed(range(_TERMS)):
        odd = -(seen + m) * (both + m) * share / ((seen + 2 * m) * (seen + 2 * m + 1))
        even = (m + 1) * (size - m - 1) * share / ((seen + 2 * m + 1) * (seen + 2 * m + 2))
        fraction = 1 + odd / (1 + even / fraction)
    front = lgamma(both) - lgamma(seen + 1) - lgamma(size) + seen * log(share) + size * log1p(-share)
    return exp(front) / fraction
