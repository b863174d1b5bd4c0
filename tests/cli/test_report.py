"""`monitor report`, on what the demo stored and on what strangers titled."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from monitor import clock
from monitor.model import OutageKind
from monitor.outgoing.report import LONGEST
from monitor.store.schema import outages
from monitor.store.store import Store
from tests.builders import NOON
from tests.cli.conftest import Run
from tests.cli.hostile_news import RAFAH, hostile, store_bare
from tests.cli.test_export import listed
from tests.outgoing.hostile import HOSTILE
from tests.outgoing.test_pages import Document, words

ROOT = Path(__file__).parents[2]
MONTH = ("--since", "2025-11-01", "--until", "2025-12-01")

__all__ = ["hostile"]


def test_a_page_says_what_the_listings_say(monitor: Run, demo: Path, tmp_path: Path) -> None:
    records = listed(monitor, demo)
    path = tmp_path / "week.html"
    said = monitor("report", "-o", str(path), at=demo)
    assert (said.code, said.out, said.err) == (0, f"Written to {path}.\n", "")
    text = words(Document(path.read_text(encoding="utf-8")).text)
    assert f"matches{len(records)}" in text.replace(" ", "")
    assert "First report: Levant Wire Service" in text
    assert f"{len(records)} new the oldest of" in text
    assert "Arabic" in text
    assert "Not compared with the 7 days before" in text


def test_one_watchlist_is_reported_under_its_title(monitor: Run, demo: Path) -> None:
    said = monitor("report", "--watchlist", RAFAH, "--format", "md", at=demo)
    assert said.code == 0
    assert said.out.startswith("# Hamas fighters trapped in the Rafah tunnels\n")
    assert f"**{len(listed(monitor, demo, '--watchlist', RAFAH))}** matches" in said.out
    both = monitor("report", "--watchlist", RAFAH, "--watchlist", "ceasefire-talks", "--format", "md", at=demo).out
    assert "- Hamas fighters trapped in the Rafah tunnels\n- The Gaza ceasefire" in both


def test_hostile_titles_are_reported_from_both_databases(monitor: Run, hostile: Path, database_url: str) -> None:
    with Store.open(database_url) as store, store.writing() as tx:
        store_bare(tx)
    page = Document(monitor("report", *MONTH, at=hostile).out)
    assert "script" not in page.elements
    assert {one.partition("example/")[0] for one in page.links} == {"https://gazette."}
    assert "In no story yet" in page.text
    assert max(map(len, page.text.split())) <= LONGEST + 1
    text = monitor("report", *MONTH, "--format", "md", at=hostile).out
    assert f"**{len(HOSTILE) + 1}** matches" in text
    assert "and 5 more stories" in text


def test_the_period_before_is_compared_where_it_was_watched(monitor: Run, hostile: Path) -> None:
    days = ("--since", "2025-11-13", "--until", "2025-11-14")
    said = monitor("report", *days, "--format", "md", at=hostile)
    assert "Not compared" not in said.out
    assert "Nothing matched in this period." in said.out
    said = monitor("report", *MONTH, "--format", "md", at=hostile)
    assert "Not compared with the 30 days before" in said.out


def test_outages_of_the_period_are_named(monitor: Run, hostile: Path, database_url: str) -> None:
    hour = timedelta(hours=1)
    with Store.open(database_url) as store, store.writing() as tx:
        for begin in (NOON - hour, NOON + timedelta(days=30)):
            row = {"kind": OutageKind.NETWORK, "began_at": begin, "ended_at": begin + hour}
            tx.execute(insert(outages).values(row))
    said = monitor("report", *MONTH, "--format", "md", at=hostile)
    assert said.out.count("no host was reached") == 1
    assert "- no host was reached, 2025-11-10 11:00 to 2025-11-10 12:00\n" in said.out


def test_times_are_those_of_the_configured_zone(monitor: Run, hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_TIMEZONE", "Asia/Jerusalem")
    said = monitor("report", *MONTH, "--format", "md", at=hostile)
    assert "2025-11-01 00:00 to 2025-12-01 00:00 (Asia/Jerusalem; 30 days)" in said.out
    assert "2025-11-10 14:00" in said.out


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("--since", "2025-13-40"), '"2025-13-40" is no moment: expected a date (2025-11-10)'),
        (("--since", "1d", "--until", "2d"), "the period ends before it begins"),
        (("--until", "2000-01-01"), "the period ends before it begins"),
        (("--watchlist", "rafa"), 'there is no watchlist "rafa"'),
        (("--format", "pdf"), "'pdf' is not one of"),
        (("-o", "/nowhere/at/all.html"), "cannot be written"),
    ],
)
def test_what_is_asked_wrongly_is_said(monitor: Run, demo: Path, arguments: tuple[str, ...], advice: str) -> None:
    said = monitor("report", *arguments, at=demo)
    assert said.code == 2
    assert advice in said.err


def test_a_period_ends_no_later_than_now(monitor: Run, demo: Path) -> None:
    said = monitor("report", "--until", "2999-01-01", "--format", "md", at=demo)
    year = str(clock.now().year)
    assert f" to {year}-" in said.out


def test_no_report_is_overwritten(monitor: Run, demo: Path, tmp_path: Path) -> None:
    taken = tmp_path / "week.html"
    taken.write_text("mine")
    assert monitor("report", "-o", str(taken), at=demo).code == 2
    assert taken.read_text() == "mine"


@pytest.mark.parametrize("form", ["html", "md"])
def test_a_pipe_that_closes_is_no_error(demo: Path, form: str) -> None:
    command = [sys.executable, "-m", "monitor", "report", "--format", form, "--config", str(demo / "config")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
