"""A sieve holds back only what the index tells of and nothing has matched, whatever is stored after it was made."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

import pytest

from monitor.model import Article, Matched, TextSource, WatchlistId
from monitor.rules.needs import AnyOf, Key, Need
from monitor.store import articles, history, matches, merging, retention, search
from monitor.store.history import BEGINNING, Stretch, place_of
from monitor.store.search import ANYTHING, Indexed
from monitor.store.sieve import Sieve
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_found, an_article

HOUR = timedelta(hours=1)
RAFAH = WatchlistId("rafah")
TALKS, TUNNEL = Key("talks", prefix=False), Key("نفق", prefix=False)


@pytest.fixture
def tx(store: Store) -> Iterator[Transaction]:
    with store.writing() as tx:
        yield tx


def stored(tx: Transaction, *keys: str, begin: int = 0) -> list[Article]:
    """Articles an hour after each other, each put into the index with a key; "": not there."""
    made = []
    for number, key in enumerate(keys, start=begin):
        at = NOON + number * HOUR
        one = an_article(f"https://gazette.example/{number}", title=str(number), first_seen_at=at)
        articles.insert_new(tx, [one])
        if key:
            put(tx, one, key)
        made.append(one)
    return made


def put(tx: Transaction, article: Article, key: str, times: int = 1) -> None:
    search.put(tx, [Indexed(article_id=article.id, times=times, keys=[key])], NOON)


def made(tx: Transaction, *needs: Need, watchlists: Collection[WatchlistId] = (RAFAH,)) -> Sieve:
    found = Sieve.of(tx, needs, watchlists)
    assert found is not None
    return found


def stretches(tx: Transaction, held: Sieve, *, most: int = 10, until: datetime | None = None) -> list[Stretch]:
    found: list[Stretch] = []
    place = BEGINNING
    while stretch := history.following(tx, place, until, most, held):
        place = stretch.end
        found.append(stretch)
    return found


def titles(found: Sequence[Stretch]) -> list[str]:
    return [article.title for stretch in found for article in stretch.articles]


def test_what_may_hold_one_of_the_needs_is_let_through(tx: Transaction) -> None:
    stored(tx, "talks", "نفق", "refah", ANYTHING, "football", "", "football")
    assert titles(stretches(tx, made(tx, TALKS))) == ["0", "3", "5"]
    assert titles(stretches(tx, made(tx, TALKS, TUNNEL))) == ["0", "1", "3", "5"]
    assert titles(stretches(tx, made(tx, AnyOf((TUNNEL, Key("ref", prefix=True)))))) == ["1", "2", "3", "5"]
    assert titles(stretches(tx, made(tx))) == ["5"]


def test_what_a_watchlist_has_matched_is_let_through_lost_or_not(tx: Transaction) -> None:
    one, other, third, *_ = stored(tx, *["football"] * 9)
    for article, watchlist in ((one, "rafah"), (other, "rafah"), (third, "talks")):
        found = Matched(article_id=article.id, found=(a_found(watchlist),))
        matches.put(tx, [found], [WatchlistId(watchlist)], NOON)
    matches.put(tx, [Matched(article_id=other.id, found=())], [RAFAH], NOON)
    assert titles(stretches(tx, made(tx, TALKS))) == ["0", "1"]
    assert titles(stretches(tx, made(tx, TALKS, watchlists=[WatchlistId("talks")]))) == ["2"]
    assert titles(stretches(tx, made(tx, TALKS, watchlists=[]))) == []


def test_what_comes_or_changes_after_it_was_made_is_let_through(tx: Transaction) -> None:
    _, changed, again, *_ = stored(tx, *["football"] * 5)
    held = made(tx, TALKS)
    assert titles(stretches(tx, held)) == []
    articles.save_summaries(tx, [changed, again])
    put(tx, again, "football")
    stored(tx, "football", "", begin=5)
    assert titles(stretches(tx, held)) == ["1", "2", "5", "6"]


def test_numbers_that_nobody_has_any_more_are_passed_over(tx: Transaction) -> None:
    one, other = stored(tx, "football", "talks")
    merging.merge(tx, other.id, one.id)
    put(tx, one, "football", times=2)
    two = stored(tx, "football", "talks", begin=2)
    merging.merge(tx, two[1].id, two[0].id)
    held = made(tx, TALKS)
    assert titles(stretches(tx, held)) == ["2\n3"]


def test_where_most_would_be_let_through_there_is_none(tx: Transaction) -> None:
    assert Sieve.of(tx, [TALKS], []) is not None
    stored(tx, "talks", "talks", "نفق", "نفق", "football", "football", "football")
    assert made(tx, TALKS, TUNNEL).share == pytest.approx(4 / 7)
    football = Key("foot", prefix=True)
    assert Sieve.of(tx, [TALKS, TUNNEL, football], []) is None
    assert Sieve.of(tx, [AnyOf((TALKS, football, TUNNEL)), TALKS], []) is None
    stored(tx, *[""] * 9, begin=7)
    assert Sieve.of(tx, [TALKS, TUNNEL], []) is None


@pytest.mark.parametrize("longest", [3, 4, 5_000])
def test_articles_come_in_their_order_and_all_are_counted(
    tx: Transaction, monkeypatch: pytest.MonkeyPatch, longest: int
) -> None:
    monkeypatch.setattr(history, "_LONGEST", longest)
    all_ = stored(tx, *["football", "talks", "talks", "talks", "football", "football", "football", "talks"] * 3)
    held = made(tx, TALKS)
    found = stretches(tx, held, most=2)
    expected = [article for article in all_ if int(article.title) % 8 in (1, 2, 3, 7)]
    assert titles(found) == [article.title for article in expected]
    assert all(len(stretch.articles) <= 2 for stretch in found)
    assert sum(len(stretch.articles) + stretch.passed_over for stretch in found) == len(all_)
    assert found[-1].end == place_of(all_[-1])
    until = NOON + 5 * HOUR
    before = stretches(tx, held, most=2, until=until)
    assert (titles(before), before[-1].end) == (["1", "2", "3"], place_of(all_[4]))
    assert sum(stretch.passed_over for stretch in before) == 2
    assert stretches(tx, held, until=NOON) == []


def test_articles_without_their_text_are_counted_too(tx: Transaction) -> None:
    read, *_ = stored(tx, "football", "football", "football")
    articles.save_text(tx, an_article(read.url, title="0", text="Goal.", text_source=TextSource.PAGE))
    retention.prune(tx, NOON + HOUR)
    put(tx, read, "football", times=2)
    (found,) = stretches(tx, made(tx, TALKS))
    assert (found.articles, found.passed_over, found.pruned_over) == ((), 3, 1)
