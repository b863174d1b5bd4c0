"""Two daemons on one database, in the size that runs with the tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.campaigns.kills import hooks, undisturbed
from tests.campaigns.newsroom import Newsroom
from tests.campaigns.twins import Twins

pytestmark = [
    pytest.mark.kills,
    pytest.mark.skipif(
        not Path("/proc/self/environ").exists(), reason="processes are found in /proc, which is not here"
    ),
]


def test_there_is_one_daemon_a_database_and_the_next_one_takes_over(
    tmp_path: Path, new_database: Callable[..., str]
) -> None:
    folders = [tmp_path / part for part in ("undisturbed", "twins")]
    for folder in folders:
        folder.mkdir()
    with Newsroom(feeds=10, items=10) as site, hooks(3) as ledgers:
        right = undisturbed(site, folders[0])
        report = Twins(site, ledgers, folders[1], seed=3, database=new_database(empty=True)).run(3, right)
    print(report)
    assert report.faults == []
    assert (len(report.refusals), len(report.takeovers)) == (3, 3)
    assert report.survivors >= 3
