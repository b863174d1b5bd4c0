"""The canaries: nothing that is secret comes out of a running daemon, and nothing of strangers comes out alive."""

from pathlib import Path

import pytest

from tests.campaigns.canaries import CANARIES, Report, _look, run

pytestmark = [
    pytest.mark.kills,
    pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="processes are listed in /proc"),
]


def test_no_secret_and_nothing_alive_comes_out_of_a_running_daemon(database_url: str, tmp_path: Path) -> None:
    pytest.importorskip("apprise")
    on_server = "://" in database_url
    report = run(tmp_path, database_url if on_server else "")
    assert report.planted == 12 + on_server
    print(report)
    assert report.faults == []
    assert report.told > 20


@pytest.mark.parametrize("name", CANARIES)
def test_a_secret_that_is_said_is_found(name: str) -> None:
    report = Report()
    _look(report, "log", f"it said {CANARIES[name]}, and went on")
    assert [leak.split(":")[1].strip() for leak in report.leaks] == [name]
