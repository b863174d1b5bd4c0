"""`monitor matches --watch`: what comes is printed as it comes. Nothing sleeps: what happens meanwhile is a step."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli import EXIT_INTERRUPTED
from monitor.model import Matched, News, ParsedFeed, Polled, Sighting, Validators, WatchlistId
from monitor.store import connections, polls
from monitor.store.store import Store
from tests.builders import a_found, an_article, an_entry
from tests.cli.conftest import Run
from tests.store.test_polls import a_state

TALKS = WatchlistId("ceasefire-talks")
Steps = list[Callable[[], None]]


def come(folder: Path, title: str, *, ago: timedelta = timedelta(), language: str = "en") -> None:
    """A feed brings an article that the watchlist finds."""
    now = datetime.now(UTC) - ago
    article = an_article(f"https://late.example/{title}", title=title, language=language, first_seen_at=now)
    sighting = Sighting(entry=an_entry(article.url, link=article.url, title=title), article_id=article.id)
    found = Matched(article_id=article.id, found=(a_found(TALKS),))
    news = News(sightings=(sighting,), new_articles=(article,), matched=(found,))
    outcome = Polled(parsed=ParsedFeed(offered=1, entries=(sighting.entry,)), validators=Validators(), body_hash="")
    with Store.open(str(folder / "data" / "monitor.db")) as store, store.writing() as tx:
        polls.save(tx, a_state("kav-hahof-he"), outcome, news, now, watchlists=[TALKS])


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """What happens while it waits, one thing a look; then Ctrl-C."""
    steps: Steps = []
    done: Iterator[Callable[[], None]] | None = None

    def wait() -> None:
        nonlocal done
        done = done or iter(steps)
        step = next(done, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    monkeypatch.setattr("monitor.cli.watch.time.sleep", lambda _: wait())
    return steps


def test_new_matches_are_printed_as_they_come_and_ctrl_c_ends_it(monitor: Run, kept: Path, waiting: Steps) -> None:
    def several() -> None:
        come(kept, "Second")
        come(kept, "رفح", language="ar")
        come(kept, "Late", ago=timedelta(minutes=5))

    waiting += [lambda: come(kept, "First"), lambda: None, several]
    said = monitor("matches", "--watch", "--format", "jsonl", at=kept)
    assert (said.code, said.err.strip()) == (EXIT_INTERRUPTED, "")
    assert [json.loads(line)["title"] for line in said.out.splitlines()] == ["First", "Late", "Second", "رفح"]


def test_filters_hold_for_what_comes(monitor: Run, kept: Path, waiting: Steps) -> None:
    waiting += [lambda: come(kept, "First"), lambda: come(kept, "رفح", language="ar")]
    said = monitor("matches", "--watch", "--lang", "ar", "--format", "ids", at=kept)
    assert len(said.out.splitlines()) == 1


def test_what_is_searched_for_holds_for_what_comes_and_what_is_there(monitor: Run, kept: Path, waiting: Steps) -> None:
    come(kept, "Safe passage of old", ago=timedelta(minutes=2))
    waiting += [lambda: come(kept, "Passage is safe"), lambda: come(kept, "Safe passage")]
    since = ["--since", "3m", "--outlet", "gazette"]
    said = monitor("matches", '"safe passage"', "--watch", *since, "--format", "jsonl", at=kept)
    assert [json.loads(line)["title"] for line in said.out.splitlines()] == ["Safe passage of old", "Safe passage"]


def test_since_begins_with_what_is_there_oldest_first(monitor: Run, kept: Path, waiting: Steps) -> None:
    waiting += [lambda: come(kept, "New")]
    come(kept, "Old", ago=timedelta(minutes=2))
    said = monitor("matches", "--watch", "--since", "3m", "--outlet", "gazette", "--format", "jsonl", at=kept)
    assert [json.loads(line)["title"] for line in said.out.splitlines()] == ["Old", "New"]


def test_the_table_has_one_row_of_headings_and_columns_that_stay(monitor: Run, kept: Path, waiting: Steps) -> None:
    waiting += [lambda: come(kept, "First"), lambda: come(kept, "رفح", language="ar")]
    lines = monitor("matches", "--watch", at=kept).out.splitlines()
    assert lines[0].split() == ["id", "published", "watchlist", "score", "status", "lang", "outlet", "title"]
    assert len(lines) == 3
    assert lines[1].index("First") == lines[0].index("title")
    assert lines[2].endswith("\u2068رفح\u2069")


def test_the_last_column_fits_the_terminal(
    monitor: Run, kept: Path, waiting: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.cli.watch.is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    waiting += [lambda: come(kept, "word " * 50)]
    lines = monitor("matches", "--watch", "--columns", "id,score,title", at=kept).out.splitlines()
    assert len(lines[1]) <= 60
    assert lines[1].endswith("…")


def test_in_80_columns_a_match_is_one_line(
    monitor: Run, kept: Path, waiting: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.cli.watch.is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    waiting += [lambda: come(kept, "word " * 50)]
    lines = monitor("matches", "--watch", at=kept).out.splitlines()
    assert lines[0].split() == ["id", "watchlist", "status", "title"]
    assert [len(line) for line in lines[1:]] == [80]


def test_csv_has_one_header(monitor: Run, kept: Path, waiting: Steps) -> None:
    waiting += [lambda: come(kept, "First"), lambda: None, lambda: come(kept, "Second")]
    said = monitor("matches", "--watch", "--format", "csv", "--columns", "watchlist,title", at=kept)
    assert said.out.splitlines() == ["watchlist,title", "ceasefire-talks,First", "ceasefire-talks,Second"]


def test_a_database_that_is_busy_for_a_while_is_waited_for(
    monitor: Run, kept: Path, waiting: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections._PRAGMAS, "busy_timeout", 1)
    # Without its log, which lets readers pass beside any writer.
    holder = sqlite3.connect(kept / "data" / "monitor.db", isolation_level=None)
    assert holder.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)

    def let_go() -> None:
        holder.execute("ROLLBACK")
        holder.close()

    def lock() -> None:
        holder.execute("BEGIN EXCLUSIVE")

    waiting += [lock, lambda: None, let_go, lambda: come(kept, "After")]
    said = monitor("matches", "--watch", "--format", "jsonl", at=kept)
    assert said.code == EXIT_INTERRUPTED
    assert [json.loads(line)["title"] for line in said.out.splitlines()] == ["After"]
    assert said.err.count("is locked by another program") == said.err.count("looking again") == 1


def test_a_database_that_fails_for_good_ends_it(
    monitor: Run, kept: Path, waiting: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kept / "data" / "monitor.db"

    def lose() -> None:
        path.write_bytes(b"no database at all" * 1_000)

    waiting += [lose]
    said = monitor("matches", "--watch", at=kept)
    assert said.code == 3
