"""A webhook that is down for six hours, in the size that runs with the tests."""

from datetime import timedelta

import pytest

from tests.campaigns.down import Campaign
from tests.pipeline.conftest import World
from tests.pipeline.conftest import world as world

pytestmark = pytest.mark.kills


async def test_a_channel_that_is_down_loses_nothing_and_keeps_nobody_waiting(world: World) -> None:
    report = await Campaign(world, 72, every=timedelta(minutes=4)).run()
    print(report)
    assert report.faults == []
    assert report.alerted.told == 2 * 72
