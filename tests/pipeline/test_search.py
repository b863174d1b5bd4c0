"""A search finds what a watchlist with this query would, newest first, in the index or not."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.articles.outlets import Outlets
from monitor.model import Article, ArticleId, Belonging, Matched, StoryId
from monitor.pipeline import search as searching
from monitor.pipeline.index import searched_text
from monitor.pipeline.search import Query, find, find_matches, those_that_match
from monitor.rules.needs import is_told_by_keys, need_of
from monitor.store import articles, matches, memberships, search
from monitor.store.articles import ArticleQuery, Order
from monitor.store.match_query import MatchQuery
from monitor.store.search import Indexed
from monitor.store.store import Store, Transaction
from monitor.stories.said import report_of, wording_of
from monitor.stories.story import Membership
from monitor.text.index_keys import keys_of
from tests.builders import NOON, a_found, a_list, a_watchlist, an_article, an_outlet
from tests.rules.matching import a_matcher

LISTS = [a_list("rafah", en=("Rafah",), ar=("رفح",), he=("רפיח",), tr=("=Refah",))]
ASKED = ArticleQuery(limit=None)
ALL = MatchQuery(limit=None)
RULE = a_watchlist("").id
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


def a_query(text: str) -> Query:
    matcher = a_matcher(a_watchlist(text), lists=LISTS)
    tree, lists = matcher.tree(RULE), {terms.id: terms for terms in LISTS}
    need, is_told = need_of(tree, lists), is_told_by_keys(tree, lists)
    return Query(matcher=matcher, id=RULE, need=need, is_told=is_told, outlets=Outlets([an_outlet()]))


def found(tx: Transaction, query: str, asked: ArticleQuery = ASKED) -> list[str]:
    return [article.title for article, _ in find(tx, a_query(query), asked)]


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
    assert found(tx, query, replace(ASKED, languages=("ar",))) == []


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
    assert next(find(tx, a_query("talks"), ASKED))[0].title == "talks 29"
    assert len(asked) == 2


def test_what_is_found_says_where(tx: Transaction) -> None:
    store_all(tx, "نفق في رفح")
    ((_, one),) = find(tx, a_query("@rafah"), ASKED)
    assert [(hit.term, hit.start, hit.end) for hit in one.hits] == [("رفح", 7, 10)]


# ── matches ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def match_all(tx: Transaction, *titles: str, watchlists: tuple[str, ...] = ("rafah",), hours: int = 0) -> None:
    """Each of these articles matches the watchlists; their matches come an hour after each other."""
    stored = {article.title: article for article in articles.query(tx, ASKED)}
    for number, title in enumerate(titles):
        found = tuple(a_found(one) for one in watchlists)
        asked = [one.watchlist_id for one in found]
        at = NOON + (hours + number) * HOUR
        matches.put(tx, [Matched(article_id=stored[title].id, found=found)], asked, at)


def found_matches(tx: Transaction, query: str, asked: MatchQuery = ALL, lines: int | None = None) -> list[str]:
    """The titles of the articles."""
    stored = {article.id: article.title for article in articles.query(tx, ASKED)}
    return [stored[key] for key in find_matches(tx, a_query(query), asked, lines=lines)]


@pytest.mark.parametrize("is_held", [True, False])
def test_matches_are_found_whose_articles_the_query_matches(tx: Transaction, *, is_held: bool) -> None:
    store_all(tx, "safe passage", "passage is safe", "نفق في رفح", "Refah'ta", "refah", "football", is_held=is_held)
    match_all(tx, "safe passage", "passage is safe", "نفق في رفح", "Refah'ta", "refah")
    assert found_matches(tx, '"safe passage"') == ["safe passage"]
    assert found_matches(tx, "safe AND passage") == ["passage is safe", "safe passage"]
    assert found_matches(tx, "@rafah") == ["Refah'ta", "نفق في رفح"]
    assert found_matches(tx, "/.*afe/") == ["passage is safe", "safe passage"]
    assert found_matches(tx, "football") == []
    assert found_matches(tx, "safe", replace(ALL, since=NOON + HOUR)) == ["passage is safe"]
    assert found_matches(tx, "safe", replace(ALL, languages=("ar",))) == []


def test_a_match_of_an_article_that_was_there_long_before_is_found(tx: Transaction) -> None:
    titles = [f"talks {number}" for number in range(9)]
    store_all(tx, *titles)
    match_all(tx, "talks 0", "talks 8", hours=99)
    assert found_matches(tx, "talks", replace(ALL, since=NOON + 99 * HOUR)) == ["talks 8", "talks 0"]


def test_an_article_that_the_index_holds_as_anything_is_told_by_the_rules(tx: Transaction) -> None:
    store_all(tx, "talks 1", "talks 2")
    for article in articles.query(tx, ASKED):
        articles.save_summaries(tx, [article])
        search.put(tx, [Indexed(article_id=article.id, times=1, keys={search.ANYTHING})], NOON)
    match_all(tx, "talks 1", "talks 2")
    assert found_matches(tx, "talks") == ["talks 2", "talks 1"]
    assert found_matches(tx, "football") == []


def test_no_more_are_read_than_the_first_lines_need(tx: Transaction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_FEWEST", 2)
    titles = [f"safe passage {number}" for number in range(9)]
    store_all(tx, *titles)
    match_all(tx, *titles, watchlists=("rafah", "talks"))
    read: list[str] = []
    at = articles.at

    def counted(tx: Transaction, keys: Collection[ArticleId]) -> dict[ArticleId, Article]:
        read.extend(keys)
        return at(tx, keys)

    monkeypatch.setattr(articles, "at", counted)
    assert len(found_matches(tx, '"safe passage"', lines=3)) == 2
    assert len(read) == 2
    assert len(found_matches(tx, '"safe passage"')) == 9
    read.clear()
    assert len(found_matches(tx, "safe")) == 9
    assert read == []


def test_what_one_story_holds_is_one_line_and_found_whole(tx: Transaction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_FEWEST", 2)
    titles = [f"safe passage {number}" for number in range(6)]
    store_all(tx, *titles)
    match_all(tx, *titles)
    first, *others = articles.query(tx, replace(ASKED, order=Order.OLDEST))
    story = {"story_id": StoryId("a" * 32), "overlap": 1.0, "shared": (), "origin": first.id, "note": ""}
    for how, article in ((Belonging.FIRST, first), (Belonging.COPY, others[-1])):
        place = Membership(how=how, like=None, **story)  # type: ignore[arg-type]
        memberships.add(tx, article.id, place, report_of(article), wording_of(article), NOON)
    assert found_matches(tx, '"safe passage"', lines=2) == ["safe passage 5", "safe passage 4", "safe passage 0"]


def test_of_matches_those_are_told_whose_articles_the_query_matches(tx: Transaction) -> None:
    store_all(tx, "safe passage", "passage is safe")
    match_all(tx, "safe passage", "passage is safe")
    told = those_that_match(tx, a_query('"safe passage"'), matches.query(tx, ALL))
    assert [match.article.title for match in told] == ["safe passage"]
