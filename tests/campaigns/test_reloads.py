"""Reloads under load, in the size that runs with the tests; and the campaign itself, tested with wrong monitors."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaigns.faults import RELOAD_FAULTS
from tests.campaigns.reloads import Campaign, Site
from tests.conftest import Cluster

pytestmark = pytest.mark.kills


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


def test_every_match_carries_the_version_in_force(site: Site, tmp_path: Path) -> None:
    report = Campaign(site, tmp_path, seed=20).run(20)
    print(report)
    assert report.faults == []
    assert (report.reloads, report.refusals) == (20, 4)
    assert report.versions > 5


@pytest.mark.postgres
def test_every_match_carries_the_version_in_force_on_postgresql(site: Site, tmp_path: Path, postgres: Cluster) -> None:
    report = Campaign(site, tmp_path, seed=5, database=postgres.url(postgres.create())).run(6)
    print(report)
    assert report.faults == []
    assert (report.reloads, report.refusals) == (6, 1)


@pytest.mark.parametrize("fault", RELOAD_FAULTS)
def test_the_campaign_finds_a_monitor_that_reloads_wrongly(site: Site, tmp_path: Path, fault: str) -> None:
    program = (sys.executable, "-m", "tests.campaigns.faults", fault)
    report = Campaign(site, tmp_path, seed=10, program=program).run(10)
    print(report)
    assert report.faults != []
