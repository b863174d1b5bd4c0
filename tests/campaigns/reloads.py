"""Reloads: a watchlist is edited again and again, well and badly, while the daemon stores what never stops coming.

    python -m tests.campaigns.reloads --reloads 200     prints what it did and found; exit code 1 if anything is wrong

Every version of the watchlist matches every article, by a word of its own. What decides: each match names the version
that was in force when it was saved, and was made by that version's words; every good edit came into force, and no bad
one did; of every bad one the daemon said that it is refused.
"""

import argparse
import random
import re
import statistics
import sys
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import TracebackType
from typing import Any, Self

from sqlalchemy import select

from monitor.demo.server import Answer, LoopbackServer
from monitor.model import Match
from monitor.store import matches, schema
from monitor.store.matches import MatchQuery
from monitor.store.rule_versions import RuleVersion, text_of
from monitor.store.store import Store
from tests.campaigns.newsroom import SETTINGS
from tests.campaigns.processes import MONITOR, Running, eventually
from tests.pipeline.conftest import RSS

FEEDS, ITEMS = 8, 15
"""Each feed is polled every second and offers so many new articles each time."""
_PAGE = "<html><body><article><h1>{0}</h1>{1}</article></body></html>"
_PARAGRAPHS = "".join(f"<p>Paragraph {number} tells what was seen of the olives.</p>" for number in range(6))
_WATCHLIST, _FEEDS = "watchlists/olives.yaml", "feeds.yaml"
_DAMAGES: tuple[tuple[str, Callable[[str], str]], ...] = (
    (_WATCHLIST, lambda text: text.replace("@olives", "@nobody")),
    (_WATCHLIST, lambda text: text[: text.index("es, report 1") + 1]),
    (_WATCHLIST, lambda text: f"# anew\n{text}".partition("\nscore")[0]),
    (_FEEDS, lambda text: text[: text.index("      feed1:")]),
)
"""Broken, cut off, half-written, shrunken."""


class Flood(dict[str, Answer]):
    """Answers that never run dry: every poll brings new articles, every article has a page."""

    def __init__(self) -> None:
        super().__init__()
        self.base_url = ""
        self.offered = 0

    def get(self, path: str, default: Any = None) -> Any:
        if path.startswith("/feed"):
            return Answer(body=self._feed().encode(), headers={"Content-Type": "application/rss+xml"})
        time.sleep(random.uniform(0, 0.3))  # so that pages are being read at every moment
        html = _PAGE.format(path, _PARAGRAPHS)
        return Answer(body=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})

    def _feed(self) -> str:
        first, self.offered = self.offered, self.offered + ITEMS
        items = (
            f"<item><title>Olives, report {number}</title><link>{self.base_url}/news/{number}</link></item>"
            for number in range(first, first + ITEMS)
        )
        return RSS.format("".join(items))


class Site:
    """Serves a flood while entered."""

    def __init__(self) -> None:
        self._server = LoopbackServer(0)
        self._server.answers = answers = Flood()
        answers.base_url = self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), name="flood", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@dataclass(slots=True, kw_only=True)
class Report:
    """What a campaign did, and what it found."""

    reloads: int = 0
    refusals: int = 0
    """Bad edits, none of which may come into force."""
    matches: int = 0
    versions: int = 0
    """Versions that made any match."""
    delays: list[float] = field(default_factory=list)
    """Seconds from an edit until it was in force."""
    faults: list[str] = field(default_factory=list)
    """All that is wrong, a line each."""
    seconds: float = 0

    def __str__(self) -> str:
        middle, most = (statistics.median(self.delays), max(self.delays)) if self.delays else (0, 0)
        return "\n".join(
            [
                f"reloads     {self.reloads} in force, {self.refusals} bad ones refused, in {self.seconds:.0f} s",
                f"delay       {middle:.2f} s (median), {most:.2f} s (longest)",
                f"matches     {self.matches} by {self.versions} versions",
                *(f"WRONG       {fault}" for fault in self.faults[:9]),
                *([f"WRONG       and {len(self.faults) - 9} more"] if len(self.faults) > 9 else []),
            ]
        )


class Campaign:
    """A daemon under reloads. `folder`: for everything it writes."""

    def __init__(
        self, site: Site, folder: Path, *, seed: int, database: str = "", program: tuple[str, ...] = MONITOR
    ) -> None:
        self._program = program
        self._folder = folder
        self._config = folder / "config"
        self._database = database or str(folder / "data" / "monitor.db")
        self._random = random.Random(seed)
        self._watchlist = self._config / _WATCHLIST
        self.report = Report()
        feeds = [f"      feed{feed}:\n        url: {site.base_url}/feed{feed}.xml" for feed in range(FEEDS)]
        outlet = ["outlets:", "  gazette:", "    name: The Gazette", "    country: EG", "    language: en"]
        outlet += ["    affiliation: independent", "    domains: ['127.0.0.1']", "    feeds:"]
        for name, text in {
            "monitor.yaml": SETTINGS,
            _FEEDS: "\n".join([*outlet, *feeds, ""]),
            "lists/words.yaml": "olives:\n  en: [olive*, oliveto]\n  fr: [olivier]\n  tr: [zeytin]\n",
            _WATCHLIST: _watchlist(0),
        }.items():
            (self._config / name).parent.mkdir(parents=True, exist_ok=True)
            (self._config / name).write_text(text, encoding="utf-8")

    def run(self, reloads: int) -> Report:
        """Edit so often, then judge."""
        begun = time.monotonic()
        where = ["--config", str(self._config), "--database", self._database]
        with Running(["run", *where], self._folder, program=self._program) as running:
            eventually(lambda: running.said("entries offered"))
            for number in range(1, reloads + 1):
                if number % 5 == 0:
                    self._damage(number // 5, running)
                self._edit(number)
            time.sleep(1)  # something for the last version to match
            running.process.terminate()
            if running.wait(30):
                self.report.faults.append(f"the daemon ended badly: {running.errors[-2000:]}")
        self._judge(reloads)
        self.report.seconds = time.monotonic() - begun
        return self.report

    def _edit(self, number: int) -> None:
        """A good edit, now and then in two steps, and how long it takes to come into force."""
        before, text = len(self._versions()), _watchlist(number)
        if self._random.random() < 0.3:
            self._watchlist.write_text(text[: self._random.randrange(1, len(text))], encoding="utf-8")
            time.sleep(self._random.uniform(0, 0.1))
        self._watchlist.write_text(text, encoding="utf-8")
        edited = time.monotonic()
        if eventually(lambda: len(self._versions()) > before, 15):
            self.report.delays.append(time.monotonic() - edited)
            self.report.reloads += 1
        time.sleep(self._random.uniform(0, 0.4))

    def _damage(self, number: int, running: Running) -> None:
        """A bad edit, undone after the daemon has refused it."""
        name, damage = _DAMAGES[number % len(_DAMAGES)]
        path = self._config / name
        whole, said = path.read_text(encoding="utf-8"), running.errors.count("is refused; still in force")
        damaged = damage(whole)
        path.write_text(damaged, encoding="utf-8")
        if eventually(lambda: running.errors.count("is refused; still in force") > said, 8):
            self.report.refusals += 1
        else:
            self.report.faults.append(f"this was not refused: {damaged[-80:]}")
        path.write_text(whole, encoding="utf-8")
        eventually(lambda: running.errors.count("the files are the same") >= self.report.refusals, 15)

    def _versions(self) -> list[RuleVersion]:
        """All that ever came into force, oldest first."""
        with Store.open(self._database, read_only=True) as store, store.reading() as tx:
            rows = tx.execute(select(schema.rule_versions).order_by(schema.rule_versions.c.first_used_at))
            return [RuleVersion(**row) for row in rows.mappings()]

    def _judge(self, reloads: int) -> None:
        versions = self._versions()
        markers = self._markers(versions)
        if list(markers.values()) != list(range(reloads + 1)):
            self.report.faults.append(f"in force were {list(markers.values())}, edited was 0 to {reloads}")
        with Store.open(self._database, read_only=True) as store, store.reading() as tx:
            found = matches.query(tx, MatchQuery(limit=None, full=True))
        self.report.matches, self.report.versions = len(found), len({match.found.version for match in found})
        since = [version.first_used_at for version in versions]
        for match in found:
            right = versions[bisect_right(since, _saved_at(match)) - 1].version
            if match.found.version != right:
                self.report.faults.append(f"{match.id} names {match.found.version}, in force was {right}")
            if _marker(match.found.explanation.query) != markers[match.found.version]:
                self.report.faults.append(f"{match.id} was made by another version than it names")

    def _markers(self, versions: list[RuleVersion]) -> dict[str, int]:
        """Version → the number of the edit whose text the store keeps for it."""
        with Store.open(self._database, read_only=True) as store, store.reading() as tx:
            return {one.version: _marker(text_of(tx, one)[one.file].decode()) for one in versions}


def _watchlist(number: int) -> str:
    examples = "".join(f"  - Olives, report {example} of many\n" for example in range(4))
    return (
        f"title: Olives\nquery: |\n  @olives\n  OR marker{number}\n"
        f"score: {{title: 3, body: 1}}\nshould_match:\n{examples}"
    )


def _marker(text: str) -> int:
    found = re.search(r"marker(\d+)", text)
    return int(found[1]) if found else -1


def _saved_at(match: Match) -> datetime:
    """When the match was last decided: by the reading of the article's page, else by a poll."""
    return match.article.read_at or match.matched_at


def main(arguments: list[str]) -> int:
    """The long size, by hand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reloads", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="", help="a database URL; a new SQLite file without one")
    asked = parser.parse_args(arguments)
    with TemporaryDirectory() as folder, Site() as site:
        report = Campaign(site, Path(folder), seed=asked.seed, database=asked.database).run(asked.reloads)
    print(report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
