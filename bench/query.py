"""What questions cost as the store grows: python bench/query.py [--stored 100000,1000000] [--rounds 40] [--sqlite]

Fills an SQLite database, and that of a private PostgreSQL server if one can be started, with made-up articles of 600
words (words by Zipf's law), 5,000 a day, every tenth of which one of ten watchlists matches; three matches are of one
story. Then asks what people ask, as the commands do, each time for other words and another watchlist: the clock's time
of each, its middle and its 95th percentile; for PostgreSQL also how much of it its server was waited for.
"""

import argparse
import gc
import json
import random
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import BindParameter, bindparam, event, insert, text

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import postgresql
from bench.look import has_driver
from bench.made_stories import article, moment
from monitor.articles.outlets import Outlets
from monitor.model import Article, ArticleId, Belonging, Status, Watchlist, WatchlistId
from monitor.pipeline.index import searched_text
from monitor.pipeline.search import Query, find, find_matches
from monitor.rules.compile import compile_rules
from monitor.rules.needs import is_told_by_keys, need_of
from monitor.store import match_counts, match_lines, schema, search
from monitor.store.articles import ArticleQuery
from monitor.store.match_query import MatchQuery
from monitor.store.store import Store, Transaction
from monitor.text.index_keys import keys_of

_WORDS = 600
_BASES = 2_000
"""Texts that all others repeat, each with a rare word of its own in its summary."""
_RARE = 20
"""Articles that share a rare word."""
_ONE_IN, _WATCHLISTS, _OF_A_STORY = 10, 10, 3
_BATCH = 2_000
_WEEK = timedelta(days=7)
_GOALS = {
    "newest": 5,
    "rare word": 50,
    "common word": 50,
    "phrase": 50,
    "NEAR": 50,
    "by day, of a week": 200,
    "by day, of all": 200,
}
"""Milliseconds at the 95th percentile."""
_TYPED = WatchlistId("-typed")


def main() -> None:
    given = _arguments()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        urls = {"SQLite": str(Path(name) / "monitor.db")}
        if not given.sqlite:
            if (binaries := postgresql.binaries()) and has_driver():
                urls["PostgreSQL"] = stack.enter_context(postgresql.server(binaries))
            else:
                print("PostgreSQL  left out: no server (initdb, postgres), or no driver (psycopg), here")
        for database, url in urls.items():
            with Store.open(url) as store:
                _measure(database, store, given.stored, given.rounds)


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--stored", type=_numbers, default=[100_000, 1_000_000], help="sizes, ascending")
    arguments.add_argument("--rounds", type=int, default=40, help="of each question")
    arguments.add_argument("--sqlite", action="store_true", help="leave PostgreSQL out")
    return arguments.parse_args()


def _numbers(given: str) -> list[int]:
    return sorted(map(int, given.split(",")))


def _measure(database: str, store: Store, sizes: Sequence[int], rounds: int) -> None:
    first: dict[str, float] = {}
    waiting, stored = _Waiting(store), 0
    for size in sizes:
        began = time.perf_counter()
        _fill(store, range(stored, size))
        _settle(store)
        stored = size
        took = time.perf_counter() - began
        # What the bench itself holds would be gone through now and then, in the midst of a question.
        gc.collect()
        gc.freeze()
        print(f"\n{database}, {size:,} articles, {size // _ONE_IN:,} matches, filled in {took:.0f} s")
        print(f"{'':24}    p50    p95   ms   found" + ("   server's p50, p95" if database == "PostgreSQL" else ""))
        for question, asked in _questions(size).items():
            spent, waited, found = _asked(store, asked, waiting, rounds)
            middle, late = _figures(spent)
            server = "   {:15.1f} {:6.1f}".format(*_figures(waited)) if database == "PostgreSQL" else ""
            goal = f"   (goal {_GOALS[question]})" if question in _GOALS else ""
            growth = f"   × {middle / first[question]:.1f}" if question in first else ""
            first.setdefault(question, middle)
            print(f"{question:24} {middle:6.1f} {late:6.1f}      {found:5.0f}{server}{goal}{growth}")
        print(f"{_bytes(store) / size:,.0f} bytes an article")


# ── filling ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _base(number: int) -> tuple[Article, bytes, frozenset[str]]:
    """An article, its text as it is stored, its keys."""
    one = article(number, _WORDS)
    return one, zlib.compress(one.text.encode()), keys_of(searched_text(one))


def _fill(store: Store, numbers: range) -> None:
    for start in range(numbers.start, numbers.stop, _BATCH):
        with store.writing() as tx:
            _put(tx, range(start, min(start + _BATCH, numbers.stop)))


def _put(tx: Transaction, numbers: range) -> None:
    """Rows as the store writes them: to join all of them would take hours."""
    is_sqlite = tx.dialect.name == "sqlite"
    stored = [_stored(number) for number in numbers]
    rows = [{column.name: getattr(one, column.name) for column in schema.articles.c} for one, *_ in stored]
    tx.execute(insert(schema.articles), rows)
    texts = [{"id": one.id, "summary": zlib.compress(one.summary.encode()), "text": body} for one, body, _ in stored]
    tx.execute(text("INSERT INTO texts (article_id, summary, text) VALUES (:id, :summary, :text)"), texts)
    held = [
        {"number": number, "article_id": one.id, "at": one.first_seen_at}
        for number, (one, *_) in zip(_places(numbers), stored, strict=True)
    ]
    tx.execute(insert(schema.searched), held)
    index = "INSERT INTO search (rowid, keys) VALUES (:number, :keys)"
    if not is_sqlite:
        index = "INSERT INTO search (number, keys) VALUES (:number, CAST(:keys AS tsvector))"
    tx.execute(
        text(index),
        [
            {"number": number, "keys": " ".join(keys)}
            for number, (*_, keys) in zip(_places(numbers), stored, strict=True)
        ],
    )
    matched = [one for number, (one, *_) in zip(numbers, stored, strict=True) if not number % _ONE_IN]
    _match(tx, [number for number in numbers if not number % _ONE_IN], matched)


def _places(numbers: range) -> range:
    return range(numbers.start + 1, numbers.stop + 1)


def _stored(number: int) -> tuple[Article, bytes, frozenset[str]]:
    one, body, keys = _base(number % _BASES)
    rare, at = _rare(number), moment(number)
    new = replace(one, id=ArticleId(f"{number:032x}"), summary=rare, published_at=at, first_seen_at=at, read_at=at)
    return new, body, keys | {rare}


def _rare(number: int) -> str:
    return f"rare{number // _RARE}"


def _match(tx: Transaction, numbers: Sequence[int], stored: Sequence[Article]) -> None:
    if not numbers:
        return
    stories = sorted({number // _ONE_IN // _OF_A_STORY for number in numbers})
    given = [{"id": f"{story:032x}", "at": moment(story * _ONE_IN * _OF_A_STORY)} for story in stories]
    founded = "INSERT INTO stories (id, began_at, grown_at) VALUES (:id, :at, :at) ON CONFLICT DO NOTHING"
    tx.execute(text(founded).bindparams(_moment("at")), given)
    told = {"like_id": "", "overlap": 0.0, "shared": (), "credit": "", "words": "{}", "note": "", "marks": "{}"}
    members = [
        {"article_id": one.id, "story_id": f"{number // _ONE_IN // _OF_A_STORY:032x}", "joined_at": one.first_seen_at}
        | {"reported_at": one.first_seen_at, "how": Belonging.FIRST, "origin": one.id, "sample": (), **told}
        for number, one in zip(numbers, stored, strict=True)
    ]
    tx.execute(insert(schema.members), members)
    hits = json.dumps([["text", 0, 5, "tunnel*", "tunnels", "en"]])
    matches = [
        {"id": f"{number:032x}", "watchlist_id": _watchlist(number), "article_id": one.id, "version": "0" * 12}
        | {"score": 3.0, "hits": hits, "explanation": "", "status": Status.NEW, "matched_at": one.first_seen_at}
        for number, one in zip(numbers, stored, strict=True)
    ]
    tx.execute(insert(schema.matches), matches)


def _watchlist(number: int) -> WatchlistId:
    return WatchlistId(f"watchlist{number // _ONE_IN // _OF_A_STORY % _WATCHLISTS}")


def _moment(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=schema.stories.c.began_at.type)


def _settle(store: Store) -> None:
    """What databases do by themselves within a day."""
    store.optimise()
    with store.writing() as tx:
        engine = tx.engine
        if engine.dialect.name == "sqlite":
            tx.execute(text("ANALYZE"))
            return
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))


def _bytes(store: Store) -> int:
    with store.reading() as tx:
        if tx.dialect.name == "sqlite":
            pages, size = (tx.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
            return int(pages * size)
        return int(tx.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_Question = Callable[[Transaction, random.Random], int]


def _asked(
    store: Store, question: _Question, waiting: "_Waiting", rounds: int
) -> tuple[list[float], list[float], float]:
    """(seconds of each round, those of its statements, how many it found on average); the first one is not counted."""
    spent, waited, found = [], [], []
    for number in range(rounds + 1):
        chance = random.Random(number)
        began, before = time.perf_counter(), waiting.seconds
        with store.reading() as tx:
            found.append(question(tx, chance))
        spent.append(time.perf_counter() - began)
        waited.append(waiting.seconds - before)
    return spent[1:], waited[1:], sum(found[1:]) / rounds


def _figures(seconds: Sequence[float]) -> tuple[float, float]:
    """The middle and the 95th percentile, in milliseconds."""
    return median(seconds) * 1e3, quantiles(seconds, n=20)[-1] * 1e3


class _Waiting:
    """For how long statements were waited for: psycopg has all rows of one when it is over."""

    def __init__(self, store: Store) -> None:
        self.seconds = 0.0
        self._began = 0.0
        with store.reading() as tx:
            event.listen(tx.engine, "before_cursor_execute", self._begin)
            event.listen(tx.engine, "after_cursor_execute", self._end)

    def _begin(self, *_: object) -> None:
        self._began = time.perf_counter()

    def _end(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._began


def _questions(size: int) -> Mapping[str, _Question]:
    last = moment(size)

    def matches(chance: random.Random) -> MatchQuery:
        return MatchQuery(watchlists=(WatchlistId(f"watchlist{chance.randrange(_WATCHLISTS)}"),))

    def listed(say: Callable[[random.Random], str]) -> _Question:
        def ask(tx: Transaction, chance: random.Random) -> int:
            query, week = _query(say(chance)), replace(matches(chance), since=last - _WEEK)
            keys = find_matches(tx, query, week, lines=50)
            return len(match_lines.query(tx, replace(week, among=search.these(tx, keys))))

        return ask

    def searched(say: Callable[[random.Random], str]) -> _Question:
        def ask(tx: Transaction, chance: random.Random) -> int:
            return len(list(islice(find(tx, _query(say(chance)), ArticleQuery()), 50)))

        return ask

    def counted(since: datetime | None) -> _Question:
        return lambda tx, _: len(match_counts.by_moment(tx, MatchQuery(since=since), "hour"))

    def rare(chance: random.Random) -> str:
        return _rare(size - 1 - chance.randrange(min(size, 35_000)))

    return {
        "newest": lambda tx, chance: len(match_lines.query(tx, matches(chance))),
        "rare word": listed(rare),
        "common word": listed(lambda chance: chance.choice(_of_text(chance, common=True))),
        "phrase": listed(lambda chance: '"{} {}"'.format(*_of_text(chance)[:2])),
        "NEAR": listed(lambda chance: "{} NEAR/10 {}".format(*_of_text(chance)[:3:2])),
        "by day, of a week": counted(last - _WEEK),
        "by day, of all": counted(None),
        "search, rare word": searched(rare),
        "search, common word": searched(lambda chance: chance.choice(_of_text(chance, common=True))),
        "search, phrase": searched(lambda chance: '"{} {}"'.format(*_of_text(chance)[:2])),
    }


def _of_text(chance: random.Random, *, common: bool = False) -> list[str]:
    """Words that stand one after the other in a text; common ones: of four letters and more, the most frequent."""
    words = [word.strip(".").lower() for word in _base(chance.randrange(_BASES))[0].text.split()]
    if common:
        return [word for word in ("this", "that", "with", "from", "have", "they") if word in words] or words[:1]
    start = chance.randrange(len(words) - 3)
    return words[start : start + 3]


def _query(said: str) -> Query:
    matcher, problems = compile_rules([Watchlist(id=_TYPED, title="", query=said, file="")], ())
    if problems:
        sys.exit(f"{said}: {problems}")
    tree = matcher.tree(_TYPED)
    need, is_told = need_of(tree, {}), is_told_by_keys(tree, {})
    return Query(matcher=matcher, id=_TYPED, need=need, is_told=is_told, outlets=Outlets(()))


if __name__ == "__main__":
    main()
