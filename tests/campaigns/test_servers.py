"""A PostgreSQL that is restarted and ends sessions, in the size that runs with the tests."""

from pathlib import Path

import pytest

from tests.campaigns.kills import hooks, undisturbed
from tests.campaigns.newsroom import Newsroom
from tests.campaigns.servers import LASTING, SLOWEST, Servers
from tests.conftest import cluster, no_postgres

pytestmark = [
    pytest.mark.kills,
    pytest.mark.postgres,
    pytest.mark.skipif(bool(no_postgres()), reason=no_postgres() or "it is there"),
]


def test_a_server_that_goes_away_costs_nothing_and_nobody_else_takes_over(tmp_path: Path) -> None:
    folders = [tmp_path / part for part in ("undisturbed", "servers")]
    for folder in folders:
        folder.mkdir()
    with Newsroom(feeds=10, items=20, slowest=SLOWEST) as site, hooks(4) as ledgers, cluster(LASTING) as server:
        right = undisturbed(site, folders[0])
        report = Servers(site, ledgers, folders[1], seed=4, server=server).disturb(2, 2, right)
    print(report)
    assert report.faults == []
    assert (report.restarts, report.ends, report.refused, len(report.again)) == (2, 2, 4, 4)
