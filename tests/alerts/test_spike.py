"""A spike is told soon, and quiet news seldom make one, be they as even as chance or come in bursts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.spike import AFTERMATH, HISTORY, chance_of, judge, whiles
from monitor.model import Outage, OutageKind
from tests.builders import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = ("UTC", "Asia/Jerusalem", "Asia/Gaza", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns")
QUIET = [3, 2, 4, 3, 1, 5, 3, 2, 3, 4, 2, 3, 4, 3]


def an_outage(began_at: datetime, ended_at: datetime | None) -> Outage:
    return Outage(kind=OutageKind.MONITOR, began_at=began_at, ended_at=ended_at)


# ── what is compared ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_today_is_compared_since_midnight_and_its_last_hours_with_the_same_of_the_days_before() -> None:
    day, three, one = whiles(NOON, ZoneInfo("Asia/Jerusalem"), ())
    assert day.today == (datetime(2025, 11, 9, 22, tzinfo=UTC), NOON)
    assert three.today == (NOON - 3 * HOUR, NOON)
    assert one.today == (NOON - HOUR, NOON)
    assert one.before == tuple((NOON - days * DAY - HOUR, NOON - days * DAY) for days in range(1, HISTORY + 1))


def test_just_after_midnight_the_day_and_its_last_hours_are_one() -> None:
    (only,) = whiles(NOON.replace(hour=0, minute=30), UTC, ())
    assert only.today == (NOON.replace(hour=0), NOON.replace(hour=0, minute=30))
    assert whiles(NOON.replace(hour=0), UTC, ()) == ()


def test_a_day_is_compared_by_the_clock_on_the_wall_and_by_its_length() -> None:
    zone = ZoneInfo("Asia/Jerusalem")
    day, *_ = whiles(datetime(2025, 10, 26, 7, tzinfo=UTC), zone, ())  # 9:00 of a day of 25 hours
    assert day.today == (datetime(2025, 10, 25, 21, tzinfo=UTC), datetime(2025, 10, 26, 7, tzinfo=UTC))
    assert day.before[0] == (datetime(2025, 10, 24, 20, tzinfo=UTC), datetime(2025, 10, 25, 6, tzinfo=UTC))


def test_after_an_outage_today_begins_anew_and_days_that_had_one_are_not_compared() -> None:
    lost = [an_outage(NOON - 6 * HOUR, NOON - 3 * HOUR), an_outage(NOON - 3 * DAY - HOUR, NOON - 3 * DAY)]
    day, one = whiles(NOON, UTC, lost)
    assert (day.today, one.today) == ((NOON - 2 * HOUR, NOON), (NOON - HOUR, NOON))
    assert (len(day.before), len(one.before)) == (HISTORY - 1, HISTORY - 1)
    assert whiles(NOON, UTC, [an_outage(NOON - HOUR, None)]) == ()
    assert whiles(NOON, UTC, [an_outage(NOON - 2 * HOUR, NOON - AFTERMATH)]) == ()
    # At night, every night: what is compared lies after it.
    nightly = [an_outage(NOON - days * DAY - 10 * HOUR, NOON - days * DAY - 9 * HOUR) for days in range(15)]
    assert [(each.today[0], len(each.before)) for each in whiles(NOON, UTC, nightly)] == [
        (NOON - 8 * HOUR, HISTORY),
        (NOON - 3 * HOUR, HISTORY),
        (NOON - HOUR, HISTORY),
    ]


@given(st.sampled_from(ZONES).map(ZoneInfo), st.integers(1_280_000_000, 1_780_000_000), st.integers(0, 400))
def test_whatever_clocks_do_whiles_are_of_one_length_and_do_not_overlap(zone: ZoneInfo, at: int, lost: int) -> None:
    now = datetime.fromtimestamp(at, UTC)
    outage = an_outage(now - lost * HOUR, now - lost * HOUR + 5 * HOUR)
    for each in whiles(now, zone, [outage]):
        began, ended = each.today
        assert ended == now
        assert all(end - begin == ended - began for begin, end in each.before)
        assert all(end <= now - 12 * HOUR for _, end in each.before)
        assert all(end <= outage.began_at or begin >= now - lost * HOUR + 6 * HOUR for begin, end in each.before)
        assert len(each.before) >= HISTORY - 3


# ── what is judged ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("seen", "before", "doubt"),
    [
        (14, QUIET, ""),
        (16, QUIET[:7], ""),
        (14, QUIET[:7], "so many may be chance: 0.1%"),
        (14, QUIET[:6], "it takes 7 days to compare with, and there are 6"),
        (14, [], "it takes 7 days to compare with, and there are 0"),
        (4, [0] * 14, "fewer than 5 are none"),
        (8, QUIET, "it takes 3 times as many as usual"),
        (5, [0] * 14, ""),
        (40, [2, 40, 2, 2, 2, 40, 2, 2, 40, 2, 40, 2, 2, 2], "there were as many on one of the days before"),
        (6, [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2], "so many may be chance: 1.9%"),
        (5, [1] * 14, "so many may be chance: 0.6%"),
        (3000, [900, 1000, 1100, 800, 950] * 2, ""),
        (3000, [9000, 10, 1100, 80, 950] * 2, "so many may be chance: 2.7%"),
    ],
)
def test_a_spike_is_many_far_more_than_usual_and_no_chance(seen: int, before: list[int], doubt: str) -> None:
    found = judge(seen, before)
    assert (found.seen, found.doubt, found.is_spike) == (seen, doubt, not doubt)


def test_the_usual_number_is_that_of_quiet_days() -> None:
    assert judge(14, QUIET).usual == pytest.approx(3)
    assert judge(14, []).usual == 0
    assert judge(14, [3, 4]).usual == 3.5


def test_the_last_spikes_do_not_hide_the_next() -> None:
    after_two = [*QUIET[2:], 60, 55]
    assert judge(40, after_two).is_spike
    assert judge(40, after_two).usual < 4
    # But what comes so often is the rhythm.
    assert not judge(40, [*QUIET[5:], 60, 55, 60, 55, 60]).is_spike


@pytest.mark.parametrize("before", [[2, 3, 2], [0, 0, 0, 0], QUIET, [10, 20, 40, 5, 90]])
def test_the_chance_is_that_of_a_negative_binomial(before: list[int]) -> None:
    """Against the definition: a Poisson number whose rate is drawn from a gamma distribution."""
    random = np.random.default_rng(1)
    days, mean = len(before), (sum(before) + 0.5) / len(before)
    freedom = days - 1
    part = 2 / (9 * freedom)
    upper = 1 / (1 - part - 1.2816 * part**0.5) ** 3
    spread = max(1.0, float(np.var(before, ddof=1)) / mean * upper)
    of_rates = spread * mean * (1 + 1 / days) - mean
    drawn = random.poisson(random.gamma(mean**2 / of_rates, of_rates / mean, 400_000))
    for seen in (int(mean) + 1, int(2 * mean) + 2, int(4 * mean) + 3):
        assert chance_of(seen, before) == pytest.approx(float(np.mean(drawn >= seen)), rel=0.05, abs=3e-4)


@given(st.lists(st.integers(0, 3000), min_size=7, max_size=14), st.integers(0, 10_000))
def test_more_stories_are_never_less_of_a_spike(before: list[int], seen: int) -> None:
    assert judge(seen + 1, before).is_spike or not judge(seen, before).is_spike
    assert judge(seen, before) == judge(seen, before[::-1])


# ── how often it is wrong, and how soon right ────────────────────────────────────────────────────────────────────────

QUARTERS = 96
# Of each hour of a day, in parts of the mean: few at night, many from morning to evening.
SHAPE = np.repeat([4, 3, 2, 2, 3, 5, 8, 11, 13, 14, 14, 14, 14, 14, 14, 14, 14, 13, 13, 13, 12, 10, 8, 6], 4)
RATES = SHAPE / SHAPE.mean() / 4
MORNING = 10 * 4


def poisson(random: np.random.Generator, rates: np.ndarray, day: int) -> np.ndarray:
    return random.poisson(rates)


def weekly(random: np.random.Generator, rates: np.ndarray, day: int) -> np.ndarray:
    """Few at weekends."""
    return random.poisson(rates * (0.4 if day % 7 in (5, 6) else 1.24))


def daily(random: np.random.Generator, rates: np.ndarray, day: int) -> np.ndarray:
    """Some days have half as many, others twice."""
    return random.poisson(rates * random.gamma(4, 1 / 4))


def hourly(random: np.random.Generator, rates: np.ndarray, day: int) -> np.ndarray:
    """Each hour has a mind of its own."""
    return random.poisson(rates * np.repeat(random.gamma(4, 1 / 4, 24), 4))


def counted(numbers: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(numbers)])


def is_told(before: np.ndarray, today: np.ndarray, now: int) -> bool:
    """Is there a spike at the end of this quarter of an hour? `whiles` says which three are looked at."""
    since = [max(0, now - length) for length in (QUARTERS, 12, 4)]
    return any(
        judge(int(today[now] - today[one]), (before[:, now] - before[:, one]).tolist()).is_spike
        for one in since
        if today[now] - today[one] >= 5  # fewer are none
    )


@pytest.mark.parametrize(("kind", "most"), [(poisson, 0.02), (weekly, 0.02), (daily, 0.06), (hourly, 0.06)])
@pytest.mark.parametrize("an_hour", [0.5, 5])
def test_quiet_news_make_a_spike_on_few_days(kind: object, most: float, an_hour: float) -> None:
    """Of so many days, those on which any look of forty-eight tells one."""
    random = np.random.default_rng(7)
    days = np.array([counted(kind(random, RATES * an_hour, day)) for day in range(HISTORY + 50)])  # type: ignore[operator]
    told = [
        any(is_told(days[day - HISTORY : day], days[day], now) for now in range(2, QUARTERS + 1, 2))
        for day in range(HISTORY, len(days))
    ]
    assert sum(told) / len(told) <= most


@pytest.mark.parametrize(("an_hour", "within", "least"), [(10, 4, 0.97), (5, 4, 0.8), (2, 8, 0.6), (1, 16, 0.6)])
def test_five_times_as_many_are_told_within_an_hour_where_there_is_enough_to_tell(
    an_hour: float, within: int, least: float
) -> None:
    """`within`: quarters of an hour after the rise."""
    random = np.random.default_rng(7)
    found = 0
    for _ in range(40):
        before = np.array([counted(poisson(random, RATES * an_hour, 0)) for _ in range(HISTORY)])
        rates = RATES * an_hour * np.where(np.arange(QUARTERS) < MORNING, 1, 5)
        today = counted(poisson(random, rates, 0))
        found += any(is_told(before, today, now) for now in range(MORNING + 1, MORNING + within + 1))
    assert found / 40 >= least
