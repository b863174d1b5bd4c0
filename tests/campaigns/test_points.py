"""Crash points, in the size that runs with the tests."""

from pathlib import Path

import pytest

from tests.campaigns.points import Campaign, why_not

pytestmark = pytest.mark.kills


def test_a_pass_that_is_killed_or_whose_disk_fails_leaves_no_torn_state(tmp_path: Path) -> None:
    if no := why_not():
        pytest.skip(no)
    report = Campaign(tmp_path).run(1, one_in=3)
    print(report)
    assert report.faults == []
    assert report.hit.total() >= 3
