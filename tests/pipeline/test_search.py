"""A search finds what a watchlist with this query would, newest first, in the index or not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.articles.outlets import Outlets
from monitor.model import Article
from monitor.pipeline import search as searching
from monitor.pipeline.index import searched_text
from monitor.pipeline.search import Query, find
from monitor.rules.needs import need_of
from monitor.store import articles, search
from monitor.store.articles import ArticleQuery
from monitor.store.search import Indexed
from monitor.store.store import Store, Transaction
from monitor.text.index_keys import keys_of
from tests.builders import NOON, a_list, a_watchlist, an_article, an_outlet
from tests.rules.matching import a_matcher

LISTS = [a_list("rafah", en=("Rafah",), ar=("رفح",), he=("רפיח",), tr=("=Refah",))]
ASKED = ArticleQuery(limit=None)
HOUR = timedelta(hours=1)


@pytest.fixture
def tx(store: Store) -> Iterator[Transaction]:
    with store.writing() as tx:
        yield tx


def store_all(tx: Transaction, *titles: str, hours: int = 0, is_held: bool = True, **changes: object) -> None:
    """An article of each title, an hour after the other; in the index, or not."""
    for number, title in enumerate(titles):
        at = NOON + (hours + number) * HOUR
        told = an_article(f"https://gazette.example/{title}", title=title, summary="", first_seen_at=at)
        stored = replace(told, **changes)  # type: ignore[arg-type]
        articles.insert_new(tx, [stored])
        if is_held:
            put(tx, stored)


def put(tx: Transaction, *stored: Article) -> None:
    for one in stored:
        search.put(tx, [Indexed(article_id=one.id, times=1, keys=keys_of(searched_text(one)))], one.first_seen_at)


def found(tx: Transaction, query: str, asked: ArticleQuery = ASKED) -> list[str]:
    matcher = a_matcher(a_watchlist(query), lists=LISTS)
    rule = a_watchlist("").id
    need = need_of(matcher.tree(rule), {terms.id: terms for terms in LISTS})
    given = Query(matcher=matcher, id=rule, need=need, outlets=Outlets([an_outlet()]))
    return [article.title for article, _ in find(tx, given, asked)]


def test_the_rules_tell_of_what_the_index_finds(tx: Transaction) -> None:
    store_all(tx, "safe passage", "passage is safe", "نفق في رفح", "Refah'ta", "refah", "ברפיח")
    assert found(tx, '"safe passage"') == ["safe passage"]
    assert found(tx, "@rafah") == ["ברפיח", "Refah'ta", "نفق في رفح"]
    assert found(tx, "safe AND passage NOT is") == ["safe passage"]
    assert found(tx, "body:safe") == []


@pytest.mark.parametrize("query", ["talks", "/talk./", "url:gazette"])
def test_articles_come_newest_first_however_many_batches_they_fill(
    tx: Transaction, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(searching, "_FEWEST", 2)
    monkeypatch.setattr(searching, "_MOST", 3)
    titles = [f"talks {number}" for number in range(12)]
    store_all(tx, *titles)
    assert found(tx, query) == titles[::-1]
    first, last = NOON + 3 * HOUR, NOON + 6 * HOUR
    assert found(tx, query, replace(ASKED, since=first, until=last)) == ["talks 5", "talks 4", "talks 3"]
    assert found(tx, query, replace(ASKED, language="ar")) == []


def test_one_that_was_put_again_stands_where_it_was(tx: Transaction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_FEWEST", 2)
    monkeypatch.setattr(searching, "_MOST", 2)
    titles = [f"talks {number}" for number in range(6)]
    store_all(tx, *titles)
    old = articles.query(tx, ASKED)[-1]
    articles.save_summaries(tx, [old])
    search.put(tx, [Indexed(article_id=old.id, times=1, keys={"talks"})], NOON + 9 * HOUR)
    assert found(tx, "talks") == titles[::-1]


def test_what_the_index_does_not_hold_yet_is_found_too_and_once(tx: Transaction) -> None:
    store_all(tx, "talks 1", "talks 2", "talks 3")
    changed = articles.query(tx, ASKED)[1]
    articles.save_summaries(tx, [replace(changed, summary="Fighters.")])
    store_all(tx, "talks 4", "football", hours=9, is_held=False)
    assert found(tx, "talks") == ["talks 4", "talks 3", "talks 2", "talks 1"]
    assert found(tx, "fighters") == ["talks 2"]


def test_few_articles_are_looked_at_where_few_are_wanted(tx: Transaction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_FEWEST", 2)
    store_all(tx, *(f"talks {number}" for number in range(30)))
    asked: list[int] = []
    hits = search.hits

    def counted(*given: object, **named: object) -> list[int]:
        numbers = hits(*given, **named)  # type: ignore[arg-type]
        asked.extend(numbers)
        return numbers

    monkeypatch.setattr(search, "hits", counted)
    matcher = a_matcher(a_watchlist("talks"))
    rule = a_watchlist("").id
    given = Query(matcher=matcher, id=rule, need=need_of(matcher.tree(rule), {}), outlets=Outlets([]))
    assert next(find(tx, given, ASKED))[0].title == "talks 29"
    assert len(asked) == 2


def test_what_is_found_says_where(tx: Transaction) -> None:
    store_all(tx, "نفق في رفح")
    matcher = a_matcher(a_watchlist("@rafah"), lists=LISTS)
    rule = a_watchlist("").id
    ((_, one),) = find(tx, Query(matcher=matcher, id=rule, need=None, outlets=Outlets([])), ASKED)
    assert [(hit.term, hit.start, hit.end) for hit in one.hits] == [("رفح", 7, 10)]
