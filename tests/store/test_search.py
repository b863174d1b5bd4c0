"""The index of words finds what may match a query, and knows what it does not hold."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.model import Article
from monitor.rules.needs import AllOf, AnyOf, Key, Need, need_of
from monitor.rules.parse import parse
from monitor.rules.terms import Fault
from monitor.store import articles, merging, retention, search, unsearched
from monitor.store.articles import ArticleQuery
from monitor.store.search import ANYTHING, Indexed
from monitor.store.store import Store, Transaction
from monitor.text.index_keys import LONGEST_KEY
from tests.builders import NOON, a_list, an_article

HOUR = timedelta(hours=1)
NAMES = "one", "two", "three"


def named(name: str, **changes: object) -> Article:
    return an_article(f"https://gazette.example/{name}", **{"title": name, **changes})


@pytest.fixture
def tx(store: Store) -> Iterator[Transaction]:
    with store.writing() as tx:
        yield tx


def held(tx: Transaction, **keys: Collection[str]) -> None:
    """Stores articles of these names, and puts them into the index with these keys, an hour after each other."""
    for number, (name, own) in enumerate(keys.items()):
        at = NOON + number * HOUR
        articles.insert_new(tx, [named(name, first_seen_at=at)])
        search.put(tx, [Indexed(article_id=named(name).id, times=1, keys=own)], at)


def found(tx: Transaction, need: Need, since: datetime | None = None) -> list[str]:
    """The titles of what the index leads to, the last one first."""
    numbers = search.hits(tx, need, since=since, below=None, limit=10)
    rows = [one for number in numbers for one in search.at_numbers(tx, [number], ArticleQuery())]
    return [one.article.title for one in rows]


def key(text: str, *, prefix: bool = False) -> Key:
    return Key(text, prefix)


def test_an_article_is_found_by_its_keys(tx: Transaction) -> None:
    held(tx, one={"رفح", "انفاق"}, two={"רפיח", "refah"}, three={"رفح", "refahta"})
    assert found(tx, key("رفح")) == ["three", "one"]
    assert found(tx, key("refah")) == ["two"]
    assert found(tx, key("refah", prefix=True)) == ["three", "two"]
    assert found(tx, AllOf((key("رفح"), key("انفاق")))) == ["one"]
    assert found(tx, AnyOf((key("انفاق"), key("רפיח")))) == ["two", "one"]
    assert found(tx, AllOf((key("رفح"), AnyOf((key("انفاق"), key("ref", prefix=True)))))) == ["three", "one"]
    assert found(tx, key("x")) == found(tx, key("رف")) == []


def test_the_last_are_found_first_and_not_more_than_are_asked_for(tx: Transaction) -> None:
    held(tx, **{name: {"talks"} for name in NAMES})
    assert search.hits(tx, key("talks"), since=None, below=None, limit=2) == [3, 2]
    assert search.hits(tx, key("talks"), since=None, below=2, limit=2) == [1]
    assert found(tx, key("talks"), since=NOON + HOUR) == ["three", "two"]
    assert found(tx, key("talks"), since=NOON + 3 * HOUR) == []
    told = search.at_numbers(tx, [1, 2, 3, 99], ArticleQuery(until=NOON + HOUR))
    assert [(one.article.title, one.at) for one in told] == [("one", NOON)]
    assert told[0].article.summary == named("one").summary


def test_rare_and_common_words_are_found_alike(tx: Transaction) -> None:
    """PostgreSQL goes through the newest for one, and sorts all that hold the other."""
    names = [f"number{number}" for number in range(1, 301)]
    held(tx, **{name: {"common", *({"rare"} if number % 100 == 0 else ())} for number, name in enumerate(names)})
    newest = [*range(300, 0, -1)]
    assert search.hits(tx, key("common"), since=None, below=None, limit=10) == newest[:10]
    assert search.hits(tx, key("common"), since=None, below=290, limit=300) == [one for one in newest if one < 290]
    assert search.hits(tx, key("rare"), since=None, below=None, limit=10) == [201, 101, 1]
    assert search.hits(tx, key("rare"), since=None, below=201, limit=1) == [101]
    assert search.hits(tx, key("rare"), since=NOON + 200 * HOUR, below=None, limit=10) == [201]


def test_what_is_put_by_a_clock_that_was_set_back_is_found_by_when_it_was_seen(tx: Transaction) -> None:
    articles.insert_new(tx, [named("one", first_seen_at=NOON)])
    search.put(tx, [Indexed(article_id=named("one").id, times=1, keys={"talks"})], NOON - HOUR)
    assert found(tx, key("talks"), since=NOON) == ["one"]


def test_an_operand_may_have_thousands_of_words(tx: Transaction) -> None:
    held(tx, one={"w1999"})
    words = [key(f"w{number}", prefix=number % 2 == 0) for number in range(3_000)]
    assert found(tx, AnyOf(tuple(words))) == ["one"]


def test_what_has_changed_is_not_found_until_it_is_put_anew(tx: Transaction) -> None:
    held(tx, one={"talks"}, two={"talks"})
    assert unsearched.waiting(tx) == 0
    articles.save_summaries(tx, [named("one", summary="Fighters.")])
    assert found(tx, key("talks")) == ["two"]
    assert [article.title for article in search.not_held(tx, ArticleQuery(), 10)] == ["one"]
    assert search.not_held(tx, ArticleQuery(languages=("ar",)), 10) == []
    (outdated,) = search.outdated(tx, 10)
    assert (outdated.article.summary, outdated.times, unsearched.waiting(tx)) == ("Fighters.", 1, 1)
    search.put(tx, [Indexed(article_id=named("one").id, times=1, keys={"fighters"})], NOON)
    assert search.outdated(tx, 10) == ()
    assert (found(tx, key("talks")), found(tx, key("fighters"))) == (["two"], ["one"])


def test_what_changes_while_its_words_are_told_stays_outdated(tx: Transaction) -> None:
    articles.insert_new(tx, [named("one")])
    (before,) = search.outdated(tx, 10)
    articles.save_text(tx, replace(named("one"), text="Fighters."))
    search.put(tx, [Indexed(article_id=named("one").id, times=before.times, keys={"talks"})], NOON)
    (now,) = search.outdated(tx, 10)
    assert (now.times, now.article.text) == (2, "Fighters.")
    assert found(tx, key("talks")) == []


def test_the_last_article_that_changes_is_found_by_its_former_words_no_more(tx: Transaction) -> None:
    held(tx, one={"talks"})
    search.put(tx, [Indexed(article_id=named("one").id, times=1, keys={"fighters"})], NOON)
    assert (found(tx, key("talks")), found(tx, key("fighters"))) == ([], ["one"])


def test_an_article_that_was_merged_away_is_not_put(tx: Transaction) -> None:
    articles.insert_new(tx, [named("one", first_seen_at=NOON - HOUR), named("two")])
    told = search.outdated(tx, 10)
    merging.merge(tx, named("two").id, named("one").id)
    search.put(tx, [Indexed(article_id=one.article.id, times=one.times, keys={"talks"}) for one in told], NOON)
    assert found(tx, key("talks")) == []
    (merged,) = search.outdated(tx, 10)
    search.put(tx, [Indexed(article_id=merged.article.id, times=merged.times, keys={"talks"})], NOON)
    assert found(tx, key("talks")) == ["one\ntwo"]


def test_an_article_whose_texts_are_pruned_is_put_anew(tx: Transaction) -> None:
    held(tx, one={"talks"})
    retention.prune(tx, NOON + HOUR)
    assert [one.article.summary for one in search.outdated(tx, 10)] == [""]


def test_the_first_that_wait_are_told_first(tx: Transaction) -> None:
    articles.insert_new(tx, [named(name) for name in NAMES])
    assert [one.article.title for one in search.outdated(tx, 2)] == ["one", "two"]
    assert [article.title for article in search.not_held(tx, ArticleQuery(), 2)] == ["three", "two"]


@pytest.mark.parametrize("letter", ["x", "ش", "隧"])
def test_a_text_of_longer_words_than_an_index_takes_may_hold_anything(tx: Transaction, letter: str) -> None:
    words = [f"{number:05}".ljust(LONGEST_KEY, letter) for number in range(30_000)]
    held(tx, one=words, two=words[: 1_000_000 // (len(words[0].encode()) + 1)])
    assert found(tx, key(words[0])) == ["two", "one"]
    assert found(tx, key("talks")) == ["one"]


@pytest.mark.parametrize("letter", ["x", "𐤀"])
def test_the_widest_and_the_deepest_that_is_asked_is_answered(tx: Transaction, letter: str) -> None:
    held(tx, one={"talks"})
    words = tuple(f"{number:05}".ljust(20, letter) for number in range(9_900))
    query = "@many"
    for level in range(28):
        query = f"talks {'AND' if level % 2 else 'OR'} ({query})"
    for asked in ("@many OR talks", query):
        tree = parse(asked)
        assert not isinstance(tree, Fault)
        need = need_of(tree, {"many": a_list("many", en=words)})
        assert need is not None
        assert found(tx, need) == ["one"]


def test_a_text_of_more_words_than_an_index_takes_may_hold_anything(tx: Transaction) -> None:
    held(tx, one={f"w{number}" for number in range(40_000)}, two={ANYTHING}, three={"w1"})
    assert found(tx, key("w1")) == ["three", "two", "one"]
    assert found(tx, key("talks")) == ["two", "one"]
