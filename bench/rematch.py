"""How many stored articles a second are read, decompressed and matched: python bench/rematch.py ../shared/corpora

Reads texts/five-languages-600-words.json of the corpora. Every second of its articles, among made-up ones of as many
words, is stored; 100 rules are made of words of the others. "Cold" is the first look, whose words were never met,
"warm" the second; "apply" stores what is found, and "again" finds all of it stored. The CPU is that of this process,
which does all of it; a PostgreSQL server's is its own.

Then one watchlist of rare words is looked at, as far as the index of words tells that it may match, and beside it with
every article read.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import made_stories, postgresql
from bench.configured import configured
from bench.made_rules import Share, made_rules
from monitor import clock
from monitor.articles.outlets import Outlets
from monitor.config.load import Config
from monitor.model import Article, Document, article_key
from monitor.pipeline.index import searched_text
from monitor.pipeline.news import document_of
from monitor.pipeline.rematch import Scope, Step, apply, begin, look, nothing_yet
from monitor.rules.compile import compile_rules
from monitor.store import articles, search
from monitor.store.store import Store
from monitor.text.index_keys import keys_of

_WORDS = 600
_LENT = 300
"""Made-up articles, not among those that are stored, whose words rules are made of."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Rate:
    """Of a pass over all articles."""

    articles: int
    cpu: float
    wall: float

    def __str__(self) -> str:
        return f"{self.articles / self.cpu:7,.0f} ({self.articles / self.wall:7,.0f})"


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("corpora", type=Path)
    arguments.add_argument("--articles", type=int, default=20_000)
    arguments.add_argument("--rules", type=int, default=100)
    arguments.add_argument("--share", type=Share, choices=list(Share), default=Share.FEW, help="how many match")
    given = arguments.parse_args()
    texts = json.loads((given.corpora / "texts/five-languages-600-words.json").read_text(encoding="utf-8"))
    real = [_real(number, language, text) for number, (language, text) in enumerate(texts)]
    stored = list(_mixed(real[::2], given.articles))
    print(f"{len(stored):,} articles of {_WORDS} words, {len(real[::2]):,} of them real, {given.rules} rules")
    print("articles a second of CPU (of the clock): a goal of 2,000")
    print(f"{'':12}{'cold':>17}{'warm':>18}{'apply':>18}{'again':>18}   matches")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-rematch-")))
        databases = {"SQLite": str(folder / "monitor.db")}
        if (binaries := postgresql.binaries()) and find_spec("psycopg"):
            databases["PostgreSQL"] = stack.enter_context(postgresql.server(binaries))
        for name, database in databases.items():
            base = configured(folder / name, {"bench": "http://127.0.0.1/"}, database=database)
            config = _with_rules(base, real[1::2], given.rules, given.share)
            rates, matches = _measured(config, stored)
            print(f"{name:12}{'  '.join(map(str, rates))}  {matches:8,}", flush=True)
            print(f"  one watchlist: {_sifted(config, stored)}", flush=True)


def _real(number: int, language: str, text: str) -> Article:
    url = f"https://real.example/{number}"
    title, moment = text[:80], made_stories.BEGIN
    made = made_stories.article(0, 1)
    return replace(made, id=article_key(url), url=url, title=title, text=text, language=language, first_seen_at=moment)


def _mixed(real: list[Article], number: int) -> Iterator[Article]:
    """So many articles, the real ones spread among the made-up ones."""
    every = max(1, number // len(real))
    for place in range(number):
        if place % every == 0 and place // every < len(real):
            yield replace(real[place // every], first_seen_at=made_stories.moment(place))
        else:
            yield made_stories.article(place, _WORDS)


def _with_rules(config: Config, lent: list[Article], number: int, share: Share) -> Config:
    made = [made_stories.article(1_000_000 + place, _WORDS) for place in range(_LENT)]
    lenders: list[Document] = [document_of(one, Outlets([])) for one in (*lent, *made)]
    rules = made_rules(number, lenders, share)
    matcher, problems = compile_rules(rules.watchlists, rules.lists)
    if problems:
        sys.exit(str(problems[0]))
    return replace(config, lists=tuple(rules.lists), watchlists=tuple(rules.watchlists), matcher=matcher)


def _measured(config: Config, stored: list[Article]) -> tuple[list[Rate], int]:
    database, scope = config.settings.database_url, Scope(config=config)
    with Store.open(database) as store:
        for start in range(0, len(stored), _AT_ONCE):
            with store.writing() as tx:
                articles.insert_new(tx, stored[start : start + _AT_ONCE])
        looks = [_rate(lambda: look(store, scope, nothing_yet(scope, clock.now()))) for _ in range(2)]
        applied = [_rate(lambda: apply(store, scope, begin(store, scope, clock.now, database), clock.now))[0]]
        again = _rate(lambda: apply(store, scope, begin(store, scope, clock.now, database), clock.now))
    return [*(rate for rate, _ in looks), *applied, again[0]], again[1]


def _sifted(config: Config, stored: list[Article]) -> str:
    """One watchlist, asked of every article, and, when the index holds them, of those that it finds."""
    scope = Scope(config=config, watchlists=[config.watchlists[0].id])
    with Store.open(config.settings.database_url) as store:
        every, found = _rate(lambda: look(store, scope, nothing_yet(scope, clock.now())))
        for start in range(0, len(stored), _AT_ONCE):
            some = [(one.id, keys_of(searched_text(one))) for one in stored[start : start + _AT_ONCE]]
            with store.writing() as tx:
                search.put(tx, [search.Indexed(article_id=key, times=1, keys=keys) for key, keys in some], clock.now())
        store.optimise()
        few, again = _rate(lambda: look(store, scope, nothing_yet(scope, clock.now())))
    if again != found:
        sys.exit(f"{found} matches without the index, {again} with it")
    return f"{few} where the index tells which may match, {every} where each is read, {found} matches"


def _rate(steps: Callable[[], Iterator[Step]]) -> tuple[Rate, int]:
    cpu, wall = time.process_time(), time.monotonic()
    last = None
    for step in steps():
        last = step.rematch
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    if last is None:
        sys.exit("there are no articles")
    found = sum(one.kept + one.gained for one in last.totals.values())
    return Rate(last.articles, cpu, wall), found


if __name__ == "__main__":
    main()
