"""What a rematch passes over makes no difference to what it finds: on random histories, whatever happens meanwhile."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.articles.outlets import Outlets
from monitor.model import Article, Matched, TextSource, WatchlistId
from monitor.pipeline import rematch, sifting
from monitor.pipeline.index import searched_text
from monitor.pipeline.news import match_article
from monitor.pipeline.rematch import Scope, Step, apply, begin, look, nothing_yet
from monitor.pipeline.sifting import sieve_for
from monitor.rules.rematching import Totals
from monitor.store import articles, history, matches, merging, retention, search
from monitor.store.articles import ArticleQuery
from monitor.store.schema import matches as matches_table
from monitor.store.search import ANYTHING, Indexed
from monitor.store.sieve import Sieve
from monitor.store.store import Store, Transaction
from monitor.text.index_keys import keys_of
from tests.builders import NOON, an_article
from tests.pipeline.conftest import World
from tests.sizes import cases

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LISTS = """\
rafah:
  en: [Rafah, "Rafah crossing"]
  ar: [رفح]
  he: [רפיח]
  tr: ["=Refah"]
fighters:
  en: [fighter*]
  ar: [مقاتل*]
  he: [לוחמים]
  tr: [savaşçı*]
  fr: [combattant*]
"""
RARE = (
    "@rafah",
    "@fighters",
    "@rafah NEAR/5 @fighters",
    "@rafah NOT title:@fighters",
    '"safe passage"',
    "ATLEAST/2(ateşkes, trêve, olives)",
)
UNTOLD = ("@rafah OR /fight.*/", "/sav.*/")
WORDS = (
    *("Rafah", "Rafah crossing", "fighters", "رفح", "برفح", "مقاتلو", "ברפיח", "לוחמים", "Refah'ta", "refah"),
    *("savaşçılar", "combattants", "safe passage", "ateşkes", "trêve", "olives"),
)
FILLING = [
    "The",
    "weather",
    "stays",
    "fine",
    "يبقى",
    "الطقس",
    "מזג",
    "האוויר",
    "نعم",
    "güzel",
    "hava",
    "le",
    "temps",
    "reste",
    "beau",
]


def write_rules(world: World, *queries: str) -> None:
    world.write("lists/words.yaml", LISTS)
    for number, query in enumerate(queries):
        world.write(f"watchlists/{('rafah', 'talks')[number]}.yaml", f"title: T\nquery: '{query}'\n")


class Past:
    """A random history, the same for a seed, in as many databases as are wanted."""

    def __init__(self, world: World, seed: int) -> None:
        self.chance = random.Random(seed)
        self.before, self.world = world.config(), world
        self.outlets = Outlets(self.before.outlets)
        self.number = self.chance.choice((20, 60))

    def fill(self, tx: Transaction) -> None:
        for number in range(self.number):
            at = NOON + self.chance.randrange(self.number) * HOUR
            one = an_article(f"https://gazette.example/{number}", first_seen_at=at, **self.said())
            articles.insert_new(tx, [one])
            if self.chance.random() < 0.8:
                self.match(tx, one)
            if self.chance.random() < 0.8:
                self.index(tx, one)
            if self.chance.random() < 0.3:
                self.change(tx, replace(one, text=self.words()))
        retention.prune(tx, NOON + self.chance.randrange(10) * HOUR)
        for left in search.outdated(tx, 99):
            if self.chance.random() < 0.5:
                self.index(tx, left.article, left.times)

    def said(self) -> dict[str, object]:
        return {"title": self.words(), "summary": self.words(), "text": "", "text_source": TextSource.FEED}

    def words(self) -> str:
        rare = self.chance.choices(WORDS, k=self.chance.choice((0, 0, 1, 2)))
        said = [*rare, *self.chance.choices(FILLING, k=5)]
        self.chance.shuffle(said)
        return " ".join(said)

    def match(self, tx: Transaction, article: Article) -> None:
        """By the rules as they were."""
        found = match_article(article, self.outlets, self.before.matcher)
        asked = self.before.matcher.versions.keys()
        matches.put(tx, [found], asked, NOON)
        if found.found and self.chance.random() < 0.2:
            matches.put(tx, [Matched(article_id=article.id, found=())], asked, NOON + HOUR)

    def index(self, tx: Transaction, article: Article, times: int = 1) -> None:
        keys = [ANYTHING] if self.chance.random() < 0.1 else keys_of(searched_text(article))
        search.put(tx, [Indexed(article_id=article.id, times=times, keys=keys)], NOON + DAY)

    def change(self, tx: Transaction, article: Article) -> None:
        articles.save_text(tx, replace(article, text_source=TextSource.PAGE, read_at=article.first_seen_at))


def asked(seed: int) -> tuple[str, ...]:
    chance = random.Random(seed)
    return tuple(chance.choice(UNTOLD if chance.random() < 0.1 else RARE) for _ in range(chance.choice((1, 2))))


def sums(step: Step | None) -> object:
    return step and (step.rematch.articles, step.rematch.pruned, step.rematch.totals)


def seen(store: Store, scope: Scope, url: str) -> tuple[object, ...]:
    """All that a rematch tells, and all that it stores; it is interrupted once."""
    with_told = list(look(store, scope, nothing_yet(scope, NOON + DAY)))
    told = [one for step in with_told for one in step.told]
    done: list[Step] = []
    for stops in (1, 9999):
        begun = begin(store, scope, lambda: NOON + DAY, url)
        for number, step in enumerate(apply(store, scope, begun, lambda: NOON + DAY), start=1):
            done.append(step)
            if number == stops:
                break
    stored = [one for step in done for one in step.told]
    with store.reading() as tx:
        rows = [tuple(row) for row in tx.execute(select(matches_table).order_by(matches_table.c.id))]
    return told, stored, sums(with_told[-1] if with_told else None), sums(done[-1] if done else None), rows


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def nothing_is_held_back() -> None:
        monkeypatch.setattr(rematch, "sieve_for", lambda *_, **__: None)

    return nothing_is_held_back


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(cases(12)))
def test_the_same_is_found_and_stored_with_and_without_it(
    world: World,
    new_database: Callable[..., str],
    without: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    monkeypatch.setattr(rematch, "BATCH", 3)
    monkeypatch.setattr(history, "_LONGEST", 7)
    monkeypatch.setattr("monitor.store.sieve._MOST", 1.0)
    write_rules(world, *asked(seed))
    pasts = [Past(world, seed) for _ in range(2)]
    write_rules(world, *asked(seed + 1_000))
    since = random.Random(seed).choice((None, None, NOON + 7 * HOUR))
    scope = Scope(config=world.config(), since=since)
    found = []
    for past in pasts:
        url = new_database()
        with Store.open(url) as store:
            with store.writing() as tx:
                past.fill(tx)
            found.append(seen(store, scope, url))
        without()
    assert found[0] == found[1]


@pytest.fixture
def filled(world: World) -> Iterator[Store]:
    """Ten articles about the weather, an hour after each other, which the index holds."""
    write_rules(world, "@rafah")
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store:
        with store.writing() as tx:
            for number in range(10):
                url, title = f"https://gazette.example/{number}", f"Weather {number}"
                one = an_article(url, title=title, summary="", first_seen_at=NOON + number * HOUR)
                articles.insert_new(tx, [one])
                put(tx, one, "weather")
        yield store


def put(tx: Transaction, article: Article, *keys: str, times: int = 1) -> None:
    search.put(tx, [Indexed(article_id=article.id, times=times, keys=keys)], NOON)


def stored(tx: Transaction) -> dict[str, Article]:
    return {article.title: article for article in articles.query(tx, ArticleQuery(limit=None, full=True))}


def test_what_is_passed_over_is_not_read_and_counts(filled: Store, world: World) -> None:
    scope = Scope(config=world.config())
    (step,) = look(filled, scope, nothing_yet(scope, NOON))
    assert (step.passed_over, step.rematch.articles, step.told) == (10, 10, ())


def test_what_comes_or_changes_while_it_runs_or_is_interrupted_is_read(
    filled: Store, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_LONGEST", 3)
    scope = Scope(config=world.config())
    url = world.environment["MONITOR_DATABASE_URL"]
    # Not the rest of it: as if it were interrupted.
    steps = apply(filled, scope, begin(filled, scope, lambda: NOON, url), lambda: NOON)
    assert next(steps).rematch.articles == 3
    with filled.writing() as tx:
        by_title = stored(tx)
        for title in ("Weather 5", "Weather 8"):
            articles.save_summaries(tx, [replace(by_title[title], summary="Rain in Rafah.")])
        put(tx, by_title["Weather 8"], "weather", "rafah")
    assert next(steps).rematch.articles == 6
    late = an_article("https://gazette.example/late", title="برفح", first_seen_at=NOON + 99 * HOUR)
    with filled.writing() as tx:
        articles.insert_new(tx, [late])
        merging.merge(tx, by_title["Weather 9"].id, by_title["Weather 7"].id)
    begun = begin(filled, scope, lambda: NOON, url)
    done = list(apply(filled, scope, begun, lambda: NOON))
    assert begun.articles == 6
    assert sum(step.passed_over for step in done) == 1
    assert done[-1].rematch.totals == {WatchlistId("rafah"): Totals(gained=3)}
    assert {match.article.title for match in world.matches()} == {"Weather 5", "Weather 8", "برفح"}


def held_back(store: Store, world: World, **changes: object) -> Sieve | None:
    config = world.config()
    asked: dict[str, object] = {"since": None, "until": None, **changes}
    return sieve_for(store, config, config.matcher.versions, **asked)  # type: ignore[arg-type]


def test_where_the_index_cannot_tell_of_one_watchlist_everything_is_read(filled: Store, world: World) -> None:
    assert held_back(filled, world)
    write_rules(world, "@rafah", "/rain.*/")
    assert held_back(filled, world) is None


def test_where_too_many_words_would_be_looked_up_the_fewest_are_that_suffice(
    filled: Store, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sifting, "MOST_KEYS", 3)
    assert held_back(filled, world) is None
    write_rules(world, "@rafah AND weather")
    assert held_back(filled, world) is None
    write_rules(world, "@rafah AND olives")
    assert held_back(filled, world)


def test_for_few_articles_the_index_is_not_asked(filled: Store, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sifting, "_WORTH", 3)
    assert held_back(filled, world, since=NOON + 6 * HOUR)
    assert held_back(filled, world, since=NOON + 7 * HOUR) is None
    assert held_back(filled, world, until=NOON + 3 * HOUR) is None
