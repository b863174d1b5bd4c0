"""Values come back from both databases as they went in, and as the same row."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from monitor.model import Clause, Entry, FeedId, Field, Hit, News, ParsedFeed, Polled, Sighting, Validators
from monitor.store import articles, columns, configurations, entries, polls
from monitor.store.codec import clause_from_json, clause_to_json, hits_from_json, hits_to_json
from monitor.store.store import Store
from tests.builders import NOON, an_article, an_entry
from tests.store.test_polls import a_state

words = st.text(max_size=20)
hits = st.builds(
    Hit,
    field=st.sampled_from(Field),
    start=st.integers(0, 10**6),
    end=st.integers(0, 10**6),
    term=words,
    list_id=words,
    language=words,
)
clauses = st.recursive(
    st.builds(Clause, query=words, held=st.booleans(), hits=st.lists(hits, max_size=3).map(tuple), note=words),
    lambda parts: st.builds(Clause, query=words, held=st.booleans(), parts=st.lists(parts, max_size=3).map(tuple)),
)


@given(clauses, st.lists(hits, max_size=5).map(tuple))
def test_an_explanation_comes_back_as_it_was(clause: Clause, found: tuple[Hit, ...]) -> None:
    assert hits_from_json(hits_to_json(found)) == found
    assert clause_from_json(clause_to_json(clause, found), found) == clause


def test_a_hit_of_the_match_is_a_number_in_its_explanation() -> None:
    hit = Hit(field=Field.TITLE, start=0, end=5, term="رفح", list_id="rafah", language="ar")
    assert hits_to_json([hit]) == '[["title",0,5,"رفح","rafah","ar"]]'
    assert clause_to_json(Clause(query="@rafah", held=True, hits=(hit,)), [hit]) == '["@rafah",1,[0]]'
    assert clause_to_json(Clause(query="x", held=False), []) == '["x",0]'


@given(st.text(st.characters(), max_size=50))
def test_what_cannot_be_stored_is_replaced_one_for_one(text: str) -> None:
    stored = columns.storable(text)
    assert len(stored) == len(text)
    assert "\0" not in stored
    assert stored.encode().decode() == stored
    assert all(b in (a, "\N{REPLACEMENT CHARACTER}") for a, b in zip(text, stored, strict=True))


@pytest.mark.parametrize(
    "moment",
    [
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        datetime(999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2025, 11, 10, 14, 0, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_moments_come_back_equal_and_in_utc_however_absurd(store: Store, moment: datetime) -> None:
    article = an_article(published_at=moment)
    with store.writing() as tx:
        articles.insert_new(tx, [article])
        stored = articles.get(tx, article.id)
    assert stored is not None
    assert stored.published_at == moment
    assert stored.published_at is not None
    assert stored.published_at.tzinfo is UTC


def test_moments_sort_by_time(store: Store) -> None:
    moments = [datetime(year, 1, 1, tzinfo=UTC) for year in (9999, 1, 2025, 999)]
    many = [an_article(f"https://x.example/{m.year}", first_seen_at=m) for m in moments]
    with store.writing() as tx:
        articles.insert_new(tx, many)
        found = articles.query(tx, articles.ArticleQuery())
    assert [article.first_seen_at.year for article in found] == [9999, 2025, 999, 1]


def test_a_moment_without_a_time_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        columns.Utc().process_bind_param(datetime(2025, 1, 1), sqlite.dialect())  # noqa: DTZ001


@pytest.mark.parametrize("kind", [columns.Packed(), columns.Utc()])
def test_nothing_stays_nothing(kind: columns.Packed | columns.Utc) -> None:
    dialect = sqlite.dialect()
    assert columns.Clean().process_bind_param(None, dialect) is None
    assert kind.process_bind_param(None, dialect) is None
    assert kind.process_result_value(None, dialect) is None


def hostile(new_database: Callable[[], str]) -> tuple[list[object], Store]:
    store = Store.open(new_database())
    long_key = "k" * 100_000
    entry = Entry(
        key=f"{long_key}\0\ud800",
        link="https://gazette.example/\0",
        title="\ud83d" + "T" * 1_000_000,
        text="نفق\0",
        published_at=datetime.min.replace(tzinfo=UTC),
        published_raw="-1\0",
        authors=("\udcff", "b"),
        language="x" * 100,
    )
    article = an_article(entry.link, title=entry.title, summary=entry.text, text="\udfff", authors=entry.authors)
    news = News(sightings=(Sighting(entry=entry, article_id=article.id),), new_articles=(article,))
    outcome = Polled(parsed=ParsedFeed(offered=1, entries=(entry,)), validators=Validators(), body_hash="")
    with store.writing() as tx:
        polls.save(tx, a_state(validators=Validators(etag="\0")), outcome, news, NOON, watchlists=())
        assert entries.seen(tx, FeedId("gazette-en"), [entry], {}).unchanged == {entry.key}
        return [articles.get(tx, article.id), *articles.entries_of(tx, article.id)], store


def test_a_hostile_entry_becomes_the_same_row_in_both_databases(new_database: Callable[[], str]) -> None:
    rows, store = hostile(new_database)
    store.close()
    unfit = "\N{REPLACEMENT CHARACTER}"
    article = an_article(
        "https://gazette.example/\0",
        title=f"{unfit}" + "T" * 1_000_000,
        summary=f"نفق{unfit}",
        text=unfit,
        authors=(unfit, "b"),
    )
    assert rows[0] == replace(article, url=f"https://gazette.example/{unfit}")
    appearance = rows[1]
    assert isinstance(appearance, articles.Appearance)
    assert appearance.entry.key == "k" * 100_000 + unfit * 2
    assert appearance.entry.published_at == datetime.min.replace(tzinfo=UTC)


def test_the_same_wording_is_unchanged_in_any_order_of_a_feed(store: Store) -> None:
    article = an_article()
    many = tuple(an_entry(str(number)) for number in range(3))
    news = News(sightings=tuple(Sighting(entry=e, article_id=article.id) for e in many), new_articles=(article,))
    outcome = Polled(parsed=ParsedFeed(offered=3, entries=many), validators=Validators(), body_hash="")
    with store.writing() as tx:
        polls.save(tx, a_state(), outcome, news, NOON, watchlists=())
        seen = entries.seen(tx, FeedId("gazette-en"), many[::-1], {})
    assert seen.unchanged == {"0", "1", "2"}


def test_an_article_whose_text_was_pruned_has_none(store: Store) -> None:
    with store.writing() as tx:
        articles.insert_new(tx, [an_article()])
        tx.exec_driver_sql("DELETE FROM texts")
        stored = articles.get(tx, an_article().id)
    assert stored == an_article(summary="")


def test_the_configuration_last_in_force_comes_back(store: Store) -> None:
    first, second = {"feeds.yaml": b"\xff\0", "lists/a.yaml": b""}, {"feeds.yaml": b"x" * 1000}
    with store.writing() as tx:
        assert configurations.last(tx) is None
        configurations.save(tx, "1", first, NOON)
        configurations.save(tx, "2", second, NOON)
        assert configurations.last(tx) == second
        configurations.save(tx, "1", first, NOON - timedelta(days=1))
        assert configurations.last(tx) == first
        configurations.save(tx, "3", {}, NOON)
        assert configurations.last(tx) == {}


def test_texts_are_compressed_in_the_file(tmp_path: object) -> None:
    packed = columns.Packed().process_bind_param("word " * 1000, sqlite.dialect())
    assert packed is not None
    assert len(packed) < 100
    assert columns.Packed().process_bind_param("", sqlite.dialect()) == b""
    assert sqlite3.Binary(packed) == packed
