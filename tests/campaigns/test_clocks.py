"""Clocks, in the size that runs with the tests; and the campaign itself, tested with a monitor that is wrong."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.campaigns.clocks import Campaign, settings_of_clock
from tests.daemon.conftest import site
from tests.pipeline.conftest import World
from tests.receiver import Receiver, receiver

pytestmark = pytest.mark.kills
DAY = timedelta(days=1)
SHORT = (("a day ahead", DAY), ("right", timedelta()), *tuple(settings_of_clock())[-4:])


@pytest.fixture
def campaign_of(tmp_path: Path) -> Iterator[tuple[World, Receiver]]:
    with receiver() as hook, site(tmp_path / "config", str(tmp_path / "monitor.db")) as world:
        yield world, hook


def test_no_setting_of_the_clock_stops_or_floods_anything(campaign_of: tuple[World, Receiver], tmp_path: Path) -> None:
    report = Campaign(*campaign_of, tmp_path, feeds=3).run(SHORT, stay=5, suspend=6)
    print(report)
    assert report.faults == []
    assert (report.settings, report.warnings) == (len(SHORT), 4)


def test_the_campaign_finds_a_monitor_that_goes_by_the_wall_clock(
    campaign_of: tuple[World, Receiver], tmp_path: Path
) -> None:
    report = Campaign(*campaign_of, tmp_path, feeds=3, program="believing_clock").run(
        (("a day ahead", DAY), ("right", timedelta())), stay=9, suspend=1, last=1
    )
    print(report)
    assert any("waited" in fault or "was polled after" in fault for fault in report.faults)
