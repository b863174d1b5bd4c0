"""What starting a command costs: python bench/startup.py [--repeats 15] [--articles 10000] [--matches 1000]

CPU, user and system, of whole processes: `monitor --help`, and `monitor matches` into a pipe and on a terminal, beside
`python -c pass`; they take turns, and the median counts. The database is filled through the store. Goals: 150 ms for
--help, 350 ms for matches.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.configured import configured
from bench.generated import headline
from monitor.articles.outlets import Outlets
from monitor.config.load import Config
from monitor.model import (
    Article,
    Entry,
    FeedId,
    FeedState,
    Matched,
    News,
    ParsedFeed,
    Polled,
    Sighting,
    TextSource,
    Validators,
    article_key,
)
from monitor.pipeline.news import match_article
from monitor.store import polls
from monitor.store.store import Store

_BATCH = 500
_MONITOR = str(Path(sys.executable).with_name("monitor"))
_GOALS = {"monitor --help": 150, "monitor matches": 350, "monitor matches, terminal": 350}
"""Milliseconds."""
_SUBJECT = "Hamas fighters trapped in the tunnels of Rafah"


def main() -> None:
    given = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        config = configured(Path(folder), {"feed": "https://outlet.example/feed"})
        fill(config, articles=given.articles, matching=given.matches)
        environment = _environment()
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "monitor --help": [_MONITOR, "--help"],
            "monitor matches": [_MONITOR, "matches", "--config", f"{folder}/config"],
            "monitor matches, terminal": [_MONITOR, "matches", "--no-pager", "--config", f"{folder}/config"],
        }
        for name, command in commands.items():
            cpu_of(command, environment, terminal="terminal" in name)  # Compiles, and warms the disk's cache.
        spent: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(given.repeats):
            for name, command in commands.items():
                spent[name].append(cpu_of(command, environment, terminal="terminal" in name))
    print(f"{given.articles:,} articles, {given.matches:,} matches; medians of {given.repeats} runs")
    print("\n".join(report(spent)))


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--repeats", type=int, default=15)
    arguments.add_argument("--articles", type=int, default=10_000)
    arguments.add_argument("--matches", type=int, default=1_000)
    return arguments.parse_args()


def _environment() -> dict[str, str]:
    """Ours, but compiled modules are kept: some machines forbid it, and then each start compiles anew."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MONITOR_", "PYTHON"))}
    return {**kept, "TERM": "xterm", "COLUMNS": "120"}


def cpu_of(command: Sequence[str], environment: Mapping[str, str], *, terminal: bool) -> float:
    """Milliseconds of CPU that a command takes; its output goes into a pipe, or to a pseudo-terminal."""
    here, there = os.openpty() if terminal else os.pipe()
    process = subprocess.Popen(command, stdout=there, stderr=subprocess.STDOUT, env=environment)
    os.close(there)
    said = b"".join(_read(here))
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    os.close(here)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit code {process.returncode}\n{said.decode(errors='replace')}")
    return (used.ru_utime + used.ru_stime) * 1e3


def _read(handle: int) -> list[bytes]:
    """All that comes; a terminal whose last writer has gone answers with an error."""
    pieces: list[bytes] = []
    try:
        while piece := os.read(handle, 65_536):
            pieces.append(piece)
    except OSError:
        pass
    return pieces


def fill(config: Config, *, articles: int, matching: int) -> None:
    """Make a database of so many articles, of which `matching` match a shipped watchlist."""
    now = datetime.now(UTC)
    feed, outlets = config.feeds[0], Outlets(config.outlets)
    made = [_article(number, matching=number < matching, now=now) for number in range(articles)]
    with Store.open(config.settings.database_url) as store:
        for start in range(0, articles, _BATCH):
            batch = made[start : start + _BATCH]
            matched = tuple(match_article(article, outlets, config.matcher) for article in batch)
            polled, news = _poll(batch, matched)
            state = FeedState(feed_id=feed.id, next_poll_at=now)
            with store.writing() as tx:
                polls.save(tx, state, polled, news, now, watchlists=config.matcher.versions.keys())


def _article(number: int, *, matching: bool, now: datetime) -> Article:
    url = f"https://outlet.example/article/{number}"
    title = headline(number)
    return Article(
        id=article_key(url),
        url=url,
        feed_id=FeedId("feed"),
        outlet="bench",
        title=f"{_SUBJECT}: {title}" if matching else title,
        summary=headline(-number - 1),
        text_source=TextSource.FEED,
        language="en",
        published_at=now - timedelta(minutes=number),
        first_seen_at=now,
    )


def _poll(articles: Sequence[Article], matched: tuple[Matched, ...]) -> tuple[Polled, News]:
    entries = tuple(
        Entry(key=article.url, link=article.url, title=article.title, text=article.summary) for article in articles
    )
    sightings = tuple(
        Sighting(entry=entry, article_id=article.id) for entry, article in zip(entries, articles, strict=True)
    )
    parsed = ParsedFeed(offered=len(entries), entries=entries)
    news = News(sightings=sightings, new_articles=tuple(articles), matched=matched)
    return Polled(parsed=parsed, validators=Validators(), body_hash=""), news


def report(spent: Mapping[str, Sequence[float]]) -> list[str]:
    """A line a command."""
    bare = median(spent["python -c pass"])
    lines = ["command                    ms CPU   × python   goal"]
    for name, times in spent.items():
        goal = f"{_GOALS[name]:6}" if name in _GOALS else ""
        lines.append(f"{name:26} {median(times):6.0f} {median(times) / bare:10.1f} {goal}")
    return lines


if __name__ == "__main__":
    main()
