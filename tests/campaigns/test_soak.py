"""The soak, in the size that runs with the tests; and its measure, tested with what grows."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.campaigns.soak import LOG, Report, Sample, Soak, sequences
from tests.daemon.conftest import site

pytestmark = [
    pytest.mark.kills,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read in /proc, which is not here"),
]


@pytest.mark.parametrize("made_up", [True, False], ids=["made-up", "corpora"])
def test_a_daemon_at_work_does_not_grow(tmp_path: Path, *, made_up: bool) -> None:
    states = {} if made_up else sequences()
    if not made_up and not states:
        pytest.skip("needs the polling sequences of ../shared/corpora/feeds")
    with site(tmp_path / "config", str(tmp_path / "monitor.db")) as world:
        report = Soak(world, tmp_path, states).run(10 if made_up else 20)
    print(report)
    assert report.faults == []
    assert report.stored["entries"] > 30


STEADY = [Sample(60.0 * minute, 120 + minute % 2, 30, 4_000_000, 1000) for minute in range(60)]


def test_what_grows_is_a_fault() -> None:
    fine = Report(samples=STEADY, stored={"entries": 10})
    assert fine.faults == []
    growing = [replace(one, memory=120 + one.at / 60) for one in STEADY]
    assert Report(samples=growing, stored={"entries": 10}).faults == ["memory grows by 60.0 MB an hour"]
    leaking = [replace(one, handles=30 + int(one.at / 60)) for one in STEADY]
    assert "handles grew" in Report(samples=leaking, stored={"entries": 10}).faults[0]
    flooded = [replace(one, wal=LOG + 1) for one in STEADY]
    assert "write-ahead log" in Report(samples=flooded, stored={"entries": 10}).faults[0]
    noisy = [replace(one, logged=10**9) for one in STEADY]
    assert "logs too much" in Report(samples=noisy, stored={"entries": 10}).faults[0]
    assert "nothing was stored" in Report(samples=STEADY).faults
    assert "too short" in Report().faults[0]
