"""Torn logs, in the size that runs with the tests; and the campaign itself, tested with states that no commit left."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.campaigns.torn import Campaign

pytestmark = pytest.mark.kills


async def test_of_torn_logs_a_committed_state_is_left_and_nothing_is_lost(tmp_path: Path) -> None:
    report = await Campaign(tmp_path, seed=1, rounds=4, items=2, copies=20).run(15)
    print(report)
    assert report.faults == []
    assert (report.damages.total(), report.resumed) == (15, 15)
    assert report.kept < 15
    assert report.back > 10


async def test_the_campaign_finds_a_state_that_no_commit_left(tmp_path: Path) -> None:
    campaign = Campaign(tmp_path, seed=1, rounds=2, items=2, copies=5)
    await campaign.run(0)
    copy = campaign.recording.copies[-1]
    for name in ("monitor.db", "monitor.db-wal"):
        (tmp_path / name).write_bytes((copy.folder / name).read_bytes())
    assert campaign.judge(tmp_path / "monitor.db", copy) == []
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as file, file:
        file.execute("DELETE FROM deliveries")
    assert campaign.judge(tmp_path / "monitor.db", copy) == ["it holds what no commit left; integrity: ok"]
