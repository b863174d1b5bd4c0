"""Whether a replay lost anything: the database's own tables, read without the store, against what the feeds hold."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.corpus import CorpusFeed
from monitor.pipeline.tally import Tally

_SUMS = "sum(offered), sum(new), sum(known), sum(repeated), sum(skipped)"
# Of each feed the last poll: the one that must bring nothing new.
_LAST = "id IN (SELECT max(id) FROM polls GROUP BY feed_id)"
_ORPHANS = {
    "entries without an article": "entries e LEFT JOIN articles a ON a.id = e.article_id WHERE a.id IS NULL",
    "articles without texts": "articles a LEFT JOIN texts t ON t.article_id = a.id WHERE t.article_id IS NULL",
    "articles that no page is asked for": (
        "articles a LEFT JOIN readings r ON r.article_id = a.id WHERE a.url != '' AND r.article_id IS NULL"
    ),
    "articles that no entry points to": (
        "articles a LEFT JOIN entries e ON e.article_id = a.id WHERE e.article_id IS NULL"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Sums over polls."""

    offered: int
    new: int
    known: int
    repeated: int
    skipped: int

    @property
    def accounted(self) -> int:
        """What became of the entries that were offered."""
        return self.new + self.known + self.repeated + self.skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What the tables say."""

    sums: Sums
    """Of all polls; `second`: of the last poll of each feed."""
    second: Sums
    polls: Mapping[str, Sequence[tuple[str, int, str]]]
    """Feed → outcome, entries offered and error of each of its polls, in order."""
    entries: int
    """Rows; likewise `skips` and `articles`."""
    skips: int
    articles: int
    reasons: Mapping[str, int]
    """Why entries were skipped."""
    orphans: Mapping[str, int]


def balance_of(database: Path) -> Balance:
    """Read an SQLite database."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as tables:
        polls: dict[str, list[tuple[str, int, str]]] = {}
        for feed, *poll in tables.execute("SELECT feed_id, outcome, offered, error FROM polls ORDER BY id"):
            polls.setdefault(feed, []).append((poll[0], poll[1], poll[2]))

        def number(query: str) -> int:
            return int(tables.execute(f"SELECT count(*) FROM {query}").fetchone()[0])

        return Balance(
            sums=_sums(tables, f"SELECT {_SUMS} FROM polls"),
            second=_sums(tables, f"SELECT {_SUMS} FROM polls WHERE {_LAST}"),
            polls=polls,
            entries=number("entries"),
            skips=number("skips"),
            articles=number("articles"),
            reasons=dict(tables.execute("SELECT reason, count(*) FROM skips GROUP BY reason")),
            orphans={what: count for what, rows in _ORPHANS.items() if (count := number(rows))},
        )


def _sums(tables: sqlite3.Connection, query: str) -> Sums:
    offered, new, known, repeated, skipped = (number or 0 for number in tables.execute(query).fetchone())
    return Sums(offered=offered, new=new, known=known, repeated=repeated, skipped=skipped)


def faults(feeds: Sequence[CorpusFeed], balance: Balance, tally: Tally, offered_by: Mapping[Path, int]) -> list[str]:
    """Everything that is not accounted for, a line each; `offered_by`: file → entries that another parser finds."""
    sums = balance.sums
    tallied = Sums(
        offered=tally.offered,
        new=tally.new,
        known=tally.known,
        repeated=tally.repeated,
        skipped=sum(tally.skipped.values()),
    )
    differing = {
        "entries accounted for": (sums.accounted, sums.offered),
        "the table of polls": (sums, tallied),
        "rows of entries": (balance.entries, sums.new),
        "rows of skips": (balance.skips, sums.skipped),
        "new entries at the second poll": (balance.second.new, 0),
    }
    found = [
        f"WRONG      {what}: {is_}, not {expected}" for what, (is_, expected) in differing.items() if is_ != expected
    ]
    found += [f"WRONG      {count} {what}" for what, count in balance.orphans.items()]
    return found + [line for feed in feeds for line in _missing(feed, balance.polls.get(feed.id, ()), offered_by)]


def _missing(feed: CorpusFeed, polls: Sequence[tuple[str, int, str]], offered_by: Mapping[Path, int]) -> list[str]:
    """The polls of a feed that brought fewer entries than another parser finds; the second poll repeats the last."""
    states = (*feed.states, feed.states[-1])
    if len(polls) != len(states):
        return [f"WRONG      {feed.name}: polled {len(polls)} times, not {len(states)}"]
    return [
        f"LOST       {feed.name}, {path.name}: {offered} of {offered_by[path]} entries ({outcome} {error})"
        for path, (outcome, offered, error) in zip(states, polls, strict=True)
        if offered < offered_by[path]
    ]
