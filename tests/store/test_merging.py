"""Two articles that turn out to be one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Article, MatchId, Review, Status, TextSource, article_key, match_key
from monitor.store import articles, ids, matches, merging, readings, reviews
from monitor.store.matches import MatchQuery
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_found, an_article
from tests.store.test_matches import RAFAH, TALKS, offer

DAY = timedelta(days=1)
OLDER = an_article("https://gazette.example/1", title="Talks resume", summary="Mediators met.")
YOUNGER = an_article(
    "https://amp.gazette.example/1", title="Talks resume in Cairo", summary="Mediators met.\nA second day."
)


def decide(tx: Transaction, match_id: MatchId, status: Status, day: int) -> None:
    moment = NOON + day * DAY
    reviews.add(tx, Review(match_id=match_id, status=status, note="", reviewer="ana", reviewed_at=moment))


def test_everything_of_the_younger_goes_to_the_older(store: Store) -> None:
    with store.writing() as tx:
        offer(tx, "a", OLDER)
        offer(tx, "b", YOUNGER)
        merged = merging.merge(tx, YOUNGER.id, OLDER.id)
        assert merged.summary == "Mediators met.\nA second day."
        assert merged.title == f"{OLDER.title}\n{YOUNGER.title}"
        assert articles.get(tx, YOUNGER.id) == articles.get(tx, OLDER.id) == merged
        assert {one.feed_id for one in articles.entries_of(tx, OLDER.id)} == {"a", "b"}
        assert len(articles.query(tx, articles.ArticleQuery())) == 1
        assert [one.article.id for one in readings.take(tx, NOON, 9)] == [OLDER.id]
        assert ids.resolve(tx, YOUNGER.id[:10]).article_id == OLDER.id


def test_the_better_source_of_the_two_is_kept() -> None:
    title, full, page = (
        replace(OLDER, text_source=source) for source in (TextSource.TITLE, TextSource.FEED, TextSource.PAGE)
    )
    assert merging.united(title, full).text_source is TextSource.FEED
    assert merging.united(page, full).text_source is TextSource.PAGE
    assert merging.united(full, page).text_source is TextSource.PAGE


def test_a_text_that_was_pruned_takes_no_other_with_it() -> None:
    whole = replace(OLDER, text_source=TextSource.PAGE, text="The page.", read_at=NOON)
    bare = replace(YOUNGER, text_source=TextSource.PAGE, read_at=NOON + DAY)
    assert merging.united(whole, bare).text == "The page."
    assert merging.united(replace(bare, first_seen_at=NOON - DAY), whole).text == "The page."


def test_a_match_that_only_the_younger_had_moves_with_its_reviews_and_its_old_id(store: Store) -> None:
    old_id, new_id = match_key(RAFAH, YOUNGER.id), match_key(RAFAH, OLDER.id)
    with store.writing() as tx:
        offer(tx, "a", OLDER)
        offer(tx, "b", YOUNGER, a_found("rafah"))
        decide(tx, old_id, Status.RELEVANT, 0)
        merging.merge(tx, YOUNGER.id, OLDER.id)
        (match,) = matches.query(tx, MatchQuery())
        assert (match.id, match.article.id, match.status) == (new_id, OLDER.id, Status.RELEVANT)
        assert [review.status for review in reviews.of(tx, new_id)] == [Status.RELEVANT]
        assert ids.resolve(tx, old_id) == ids.resolve(tx, new_id)
        assert matches.get(tx, old_id) == matches.get(tx, new_id)


@pytest.mark.parametrize(
    ("of_older", "of_younger", "status"),
    [
        ([], [], Status.NEW),
        ([], [(Status.RELEVANT, 1)], Status.RELEVANT),
        ([(Status.IRRELEVANT, 2)], [(Status.RELEVANT, 1)], Status.IRRELEVANT),
        ([(Status.IRRELEVANT, 1)], [(Status.RELEVANT, 2)], Status.RELEVANT),
    ],
)
def test_where_both_match_the_older_stays_with_the_reviews_of_both_and_the_latest_verdict(
    store: Store, of_older: list[tuple[Status, int]], of_younger: list[tuple[Status, int]], status: Status
) -> None:
    stays, goes = match_key(RAFAH, OLDER.id), match_key(RAFAH, YOUNGER.id)
    with store.writing() as tx:
        offer(tx, "a", OLDER, a_found("rafah"), a_found("talks"), now=NOON + DAY)
        offer(tx, "b", YOUNGER, a_found("rafah", score=9.0), now=NOON)
        for match_id, said in ((stays, of_older), (goes, of_younger)):
            for one, day in said:
                decide(tx, match_id, one, day)
        merging.merge(tx, YOUNGER.id, OLDER.id)
        match = matches.get(tx, goes)
        assert match is not None
        assert (match.id, match.found.score, match.status, match.matched_at) == (stays, 3.0, status, NOON)
        assert len(reviews.of(tx, stays)) == len(of_older) + len(of_younger)
        assert matches.counts(tx) == {RAFAH: 1, TALKS: 1}


def test_ids_lead_on_through_a_second_merge(store: Store) -> None:
    oldest = an_article("https://gazette.example/0")
    with store.writing() as tx:
        for feed, article in (("a", oldest), ("b", OLDER), ("c", YOUNGER)):
            offer(tx, feed, article, a_found("rafah"))
        merging.merge(tx, YOUNGER.id, OLDER.id)
        merging.merge(tx, OLDER.id, oldest.id)
        for article in (YOUNGER, OLDER, oldest):
            assert ids.resolve(tx, article.id).article_id == oldest.id
            assert ids.resolve(tx, match_key(RAFAH, article.id)).match_id == match_key(RAFAH, oldest.id)


@pytest.mark.parametrize("other", [OLDER.id, article_key("https://nowhere.example/")])
def test_an_article_is_merged_with_no_other_than_a_second_one(store: Store, other: str) -> None:
    with store.writing() as tx:
        offer(tx, "a", OLDER)
        with pytest.raises(ValueError, match="are not two articles"):
            merging.merge(tx, article_key("x") if other != OLDER.id else OLDER.id, OLDER.id)


def test_an_article_that_was_merged_already_is_not_merged_again(store: Store) -> None:
    with store.writing() as tx:
        offer(tx, "a", OLDER)
        offer(tx, "b", YOUNGER)
        merging.merge(tx, YOUNGER.id, OLDER.id)
        with pytest.raises(ValueError, match="are not two articles"):
            merging.merge(tx, YOUNGER.id, OLDER.id)


def with_page(article: Article) -> Article:
    return replace(article, text=f"Text of {article.url}", text_source=TextSource.PAGE, read_at=NOON)


def test_the_text_that_was_read_last_stays() -> None:
    assert merging.united(OLDER, with_page(YOUNGER)).text == f"Text of {YOUNGER.url}"
    assert merging.united(with_page(OLDER), with_page(YOUNGER)).text == f"Text of {YOUNGER.url}"
    reread = replace(with_page(OLDER), read_at=NOON + timedelta(days=1))
    assert merging.united(reread, with_page(YOUNGER)).text == f"Text of {OLDER.url}"
    assert merging.united(OLDER, YOUNGER).text == ""


def test_what_the_older_does_not_say_is_taken_from_the_younger() -> None:
    silent = replace(OLDER, published_at=None, authors=(), language="", summary="")
    united = merging.united(silent, replace(YOUNGER, authors=("Ana",)))
    assert (united.published_at, united.authors, united.language) == (NOON, ("Ana",), "en")
    assert united.summary == YOUNGER.summary


@given(st.text("ab\n"), st.text("ab\n"))
def test_merging_only_appends_to_the_summary_and_loses_no_wording(older: str, younger: str) -> None:
    united = merging.united(replace(OLDER, summary=older), replace(YOUNGER, summary=younger))
    assert united.summary.startswith(older)
    assert set(filter(None, younger.split("\n"))) <= set(united.summary.split("\n"))
