"""The campaign of hostile servers in a small size, and the campaign itself."""

import subprocess
import sys
from collections import Counter

import pytest

from tests.campaigns.hostile import PATHS, Report
from tests.campaigns.processes import PROJECT
from tests.fetch.server import BEHAVIOURS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs 127.0.0.2, and memory as Linux counts it")


def run(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "tests.campaigns.hostile", *arguments]
    found = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    print(found.stdout, found.stderr)
    assert found.stderr == ""
    return found.returncode, found.stdout


@pytest.mark.kills
def test_three_hundred_hostile_fetches_at_once_do_no_harm() -> None:
    code, report = run("--fetches", "300", "--deadline", "4")
    assert code == 0, report
    assert "untyped     0\n" in report


@pytest.mark.kills
def test_sixty_four_hoarders_do_not_fill_the_memory() -> None:
    """As many as the monitor fetches from at a time by default."""
    code, report = run("--fetches", "64", "--deadline", "2", "--only", "stall-in-a-bomb/4900000")
    assert code == 0, report
    assert "64 timeout" in report


def test_every_behaviour_of_the_server_is_part_of_the_campaign() -> None:
    assert {path.partition("/")[0] for path in PATHS} == set(BEHAVIOURS)


def a_report(**changes: object) -> Report:
    right = {
        "fetches": 2,
        "deadline": 5.0,
        "endings": Counter(answered=2),
        "slowest": 6.9,
        "healthy": [0.1],
        "memory": 149.0,
    }
    return Report(**{**right, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"untyped": ["KeyError()"], "endings": Counter(answered=1)}, "untyped: KeyError()"),
        ({"slowest": 7.1}, "a fetch took 7.1 s, its deadline was 5 s"),
        ({"memory": 151.0}, "151 MB of memory, more than 150 MB"),
        ({"healthy": []}, "the healthy host was not fetched in time: never"),
        ({"unserved": ["took longer"]}, "the healthy host was not fetched in time: took longer"),
        ({"endings": Counter(answered=1)}, "1 of 2 fetches ended"),
    ],
)
def test_the_campaign_finds_what_is_wrong(changes: dict[str, object], fault: str) -> None:
    assert a_report().faults == []
    assert a_report(**changes).faults == [fault]
    assert f"WRONG       {fault}" in str(a_report(**changes))
