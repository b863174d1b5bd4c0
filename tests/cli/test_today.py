"""A person sees how many stories there are today, and why that is a spike or none."""

import json
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.alerts.spike import Judged
from monitor.cli.today import today_lines, today_record
from monitor.model import WatchlistId
from monitor.pipeline.today import Today
from tests.builders import NOON
from tests.cli.conftest import Run

GAZA = ZoneInfo("Asia/Gaza")
SINCE = NOON - timedelta(hours=14)


def a_day(seen: int, usual: float, doubt: str = "") -> Today:
    return Today(stories=seen, since=SINCE, until=NOON, judged=Judged(seen=seen, usual=usual, doubt=doubt))


FOUND = {
    WatchlistId("rafah"): a_day(14, 3.2),
    WatchlistId("talks"): a_day(2, 1.5, "fewer than 5 are none"),
    WatchlistId("silent"): a_day(0, 0, "fewer than 5 are none"),
}


def test_a_person_reads_what_is_a_spike_and_why_the_others_are_none() -> None:
    assert list(today_lines(FOUND, GAZA)) == [
        ("stories", "rafah: 14 stories by 14:00, 3 are usual; a spike"),
        ("stories", "talks: 2 stories by 14:00, 1.5 are usual; fewer than 5 are none"),
    ]


def test_a_program_reads_it_of_every_watchlist() -> None:
    record = today_record(FOUND)
    assert list(record) == ["rafah", "talks", "silent"]
    of_rafah = {"since": SINCE, "until": NOON, "stories": 14, "usual": 3.2, "spike": True, "doubt": ""}
    assert record["rafah"] == of_rafah


def test_status_says_it(monitor: Run, kept: Path) -> None:
    said = json.loads(monitor("status", "--format", "json", at=kept).out)
    assert said["stories"].keys() <= {one["id"] for one in said["watchlists"]}
    assert monitor("status", at=kept).code == 0
