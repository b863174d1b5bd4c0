"""Kills, in the size that runs with the tests; and the campaign itself, tested with monitors known to be wrong."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaigns.contents import Contents, compare
from tests.campaigns.faults import FAULTS
from tests.campaigns.kills import Campaign, Report, hooks, undisturbed
from tests.campaigns.newsroom import Newsroom
from tests.conftest import Cluster

pytestmark = [
    pytest.mark.kills,
    pytest.mark.skipif(
        not Path("/proc/self/environ").exists(), reason="processes are found in /proc, which is not here"
    ),
]


@pytest.fixture(scope="module")
def site() -> Iterator[Newsroom]:
    with Newsroom(feeds=12, items=50) as site:
        yield site


@pytest.fixture(scope="module")
def small_site() -> Iterator[Newsroom]:
    with Newsroom(feeds=10, items=10) as site:
        yield site


@pytest.fixture(scope="module")
def all_of_it(small_site: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    return undisturbed(small_site, tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture(scope="module")
def right(site: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    return undisturbed(site, tmp_path_factory.mktemp("undisturbed"))


def test_twenty_five_kills_lose_nothing_and_double_nothing(site: Newsroom, right: Contents, tmp_path: Path) -> None:
    with hooks(25) as ledgers:
        report = Campaign(site, ledgers, tmp_path, seed=25).run(25, right)
    print(report)
    assert report.faults == []
    assert report.kills == 25
    assert report.kills - report.in_start >= 15


@pytest.mark.postgres
def test_kills_lose_nothing_on_postgresql(
    small_site: Newsroom, all_of_it: Contents, tmp_path: Path, postgres: Cluster
) -> None:
    url = postgres.url(postgres.create())
    with hooks(5) as ledgers:
        report = Campaign(small_site, ledgers, tmp_path, seed=5, database=url).run(4, all_of_it)
    print(report)
    assert report.faults == []


@pytest.mark.parametrize("fault", FAULTS)
def test_the_campaign_finds_a_monitor_that_loses_or_doubles(
    small_site: Newsroom, all_of_it: Contents, tmp_path: Path, fault: str
) -> None:
    for seed in range(8):  # a kill may come at a moment that shows nothing
        report = _wrong(small_site, all_of_it, tmp_path / str(seed), fault, seed)
        if report.difference:
            break
    assert report.difference
    assert report.faults != []


@pytest.mark.parametrize(
    ("fault", "said"), {"marked-first": "never told", "keys-of-chance": "that of no delivery"}.items()
)
def test_the_campaign_finds_a_monitor_that_tells_nobody_or_tells_twice(
    small_site: Newsroom, all_of_it: Contents, tmp_path: Path, fault: str, said: str
) -> None:
    for seed in range(8):
        report = _wrong(small_site, all_of_it, tmp_path / str(seed), fault, seed)
        if any(said in one for one in report.faults):
            break
    assert any(said in one for one in report.faults)
    assert not report.difference


def _wrong(site: Newsroom, right: Contents, folder: Path, fault: str, seed: int) -> Report:
    program = (sys.executable, "-m", "tests.campaigns.faults", fault)
    with hooks(seed) as ledgers:
        report = Campaign(site, ledgers, folder, seed=seed, program=program, latest=3).run(2, right)
    print(report)
    return report


def test_a_comparison_names_what_is_lost_extra_and_changed() -> None:
    right: Contents = {("articles", "1"): ("a",), ("articles", "2"): ("b",)}
    found: Contents = {("articles", "2"): ("c",), ("articles", "3"): ("d",)}
    assert str(compare(right, found)).splitlines() == [
        "lost: ('articles', '1')",
        "extra: ('articles', '3')",
        "changed: ('articles', '2'): ('c',) is not ('b',)",
    ]
    assert not compare(right, right)
