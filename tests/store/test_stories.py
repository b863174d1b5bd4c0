"""Stories in the store: what an article resembles is found, whatever else is stored, and places stay true."""

import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from monitor.model import Agency, Article, ArticleId, Belonging, Matched, WatchlistId
from monitor.pipeline.belonging import join
from monitor.store import articles, matches, memberships, merging, stories
from monitor.store.schema import stories as stories_table
from monitor.store.store import Store, Transaction
from monitor.store.stories import Order, StoryQuery
from monitor.stories.credits import Credits
from monitor.stories.origins import Told, origins
from monitor.stories.story import Membership
from tests.builders import NOON, a_found, an_article

CREDITS = Credits(
    [Agency(id="afp", name="AFP", credits=("AFP",)), Agency(id="reuters", name="Reuters", credits=("Reuters",))]
)
MINUTE = timedelta(minutes=1)
WORDS = (
    "mediators",
    "envoys",
    "Cairo",
    "fighters",
    "tunnels",
    "Rafah",
    "passage",
    "exile",
    "prisoners",
    "patrol",
    "corridor",
)
LONG = " ".join(
    f"{WORDS[(7 * number) % 11]} {number}th said {WORDS[(5 * number + 2) % 11]} again" for number in range(90)
)
REPORT = "Envoys met in Cairo on Sunday to discuss how the fighters below Rafah may leave the tunnels unharmed"


def told(tx: Transaction, name: str, title: str, text: str = "", **changes: object) -> Membership:
    """Store an article and give it its place."""
    given = {"outlet": name, "title": title, "text": text, "summary": ""}
    article = an_article(f"https://{name}.example/1", **{**given, **changes})
    articles.insert_new(tx, [article])
    return join(tx, article, article.first_seen_at, CREDITS)


def key(name: str) -> ArticleId:
    return an_article(f"https://{name}.example/1").id


def test_a_long_copy_is_found_by_its_samples(store: Store) -> None:
    with store.writing() as tx:
        first = told(tx, "wire", "Envoys meet in Cairo over fighters", LONG)
        copy = told(tx, "paper", "Envoys meet in Cairo over fighters", f"{LONG} More to follow.")
        assert (copy.how, copy.like, copy.story_id) == (Belonging.COPY, key("wire"), first.story_id)
        assert copy.origin == first.origin == key("wire")
        assert copy.overlap > 0.9


def test_a_copy_is_found_beyond_the_days_in_which_reports_are(store: Store) -> None:
    later = NOON + timedelta(days=2, hours=12)
    with store.writing() as tx:
        told(tx, "wire", "Envoys meet in Cairo over fighters", LONG, first_seen_at=NOON, published_at=NOON)
        told(tx, "sports", "Cup final ends in a draw", first_seen_at=later)
        copy = told(tx, "paper", "Envoys meet in Cairo over fighters", LONG, first_seen_at=later, published_at=later)
        assert (copy.how, copy.like) == (Belonging.COPY, key("wire"))


def test_a_short_copy_is_found_by_its_text(store: Store) -> None:
    with store.writing() as tx:
        told(tx, "wire", "Envoys meet", REPORT)
        assert told(tx, "paper", "Envoys meet again", REPORT).how is Belonging.COPY


def test_another_text_on_the_same_is_a_report_of_it(store: Store) -> None:
    with store.writing() as tx:
        told(tx, "wire", "Strike on Khan Younis kills three aid workers", "Three workers of a kitchen died on Monday.")
        found = told(tx, "paper", "Three aid workers killed in Khan Younis strike", "A kitchen lost three people.")
        assert (found.how, found.like) == (Belonging.EVENT, key("wire"))
        assert {"Younis", "workers"} <= set(found.shared)
        assert memberships.membership(tx, key("paper")) == found
        assert told(tx, "sports", "Cup final ends in a draw", "Both sides missed penalties.").how is Belonging.FIRST


def test_an_article_that_says_nothing_is_alone(store: Store) -> None:
    with store.writing() as tx:
        assert [told(tx, name, "The", "and").how for name in ("wire", "paper")] == [Belonging.FIRST, Belonging.FIRST]


def test_a_word_that_many_hold_says_little(store: Store) -> None:
    with store.writing() as tx:
        for number in range(70):
            told(tx, f"paper{number}", f"Gaza {number}qx", f"{number}vx.")
        told(tx, "wire", "Gaza harbour opens", "Boats left at dawn.")
        assert told(tx, "other", "Gaza school opens", "Pupils came at noon.").how is Belonging.FIRST
        assert len(stories.query(tx, StoryQuery(matched=False, limit=None), NOON)) > 60


def test_who_is_alone_in_a_story_is_placed_anew_with_a_better_text(store: Store) -> None:
    with store.writing() as tx:
        told(tx, "wire", "Envoys meet in Cairo over fighters", LONG)
        alone = told(tx, "paper", "Evening news")
        assert alone.how is Belonging.FIRST
        better = an_article(
            "https://paper.example/1", outlet="paper", title="Envoys meet in Cairo over fighters", text=LONG
        )
        articles.save_text(tx, better)
        assert join(tx, better, NOON).how is Belonging.COPY
        assert stories.named(tx, alone.story_id, NOON) == ()
        # Both are in company now, and stay.
        assert join(tx, better, NOON).how is Belonging.COPY
        assert join(tx, an_article("https://wire.example/1", title="Other"), NOON).how is Belonging.FIRST


def test_who_stays_in_company_is_found_by_what_it_says_now(store: Store) -> None:
    with store.writing() as tx:
        told(tx, "wire", "Strike on Khan Younis kills three aid workers", "Three workers of a kitchen died on Monday.")
        early = told(tx, "paper", "Three aid workers killed in Khan Younis strike")
        assert early.how is Belonging.EVENT
        better = an_article("https://paper.example/1", outlet="paper", title="Three aid workers killed", text=LONG)
        articles.save_text(tx, better)
        assert join(tx, better, NOON) == early
        assert told(tx, "radio", "Three aid workers killed", LONG).like == key("paper")


@pytest.mark.parametrize(
    "title", ["Strike on Khan Younis kills three aid workers", "Harbour of Haifa reopens", "Olives"]
)
def test_who_is_wrongly_taken_for_new_keeps_its_place(store: Store, title: str) -> None:
    later = NOON + timedelta(hours=1)
    with store.writing() as tx:
        told(tx, "wire", "Strike on Khan Younis kills three aid workers")
        place = told(tx, "paper", "Three aid workers killed in Khan Younis strike")
        told(tx, "radio", "Harbour of Haifa reopens at dawn")
        alone = told(tx, "sports", "Cup final ends in a draw")
        before = stories.query(tx, StoryQuery(matched=False), later)
    with store.writing() as tx:
        assert join(tx, an_article("https://paper.example/1", title=title), later, is_new=True) == place
        again = an_article("https://sports.example/1", outlet="sports", title="Cup final ends in a draw", summary="")
        assert join(tx, again, later, is_new=True) == alone
        assert stories.query(tx, StoryQuery(matched=False), later) == before
        assert tx.execute(select(func.count()).select_from(stories_table)).scalar_one() == len(before)
        # There may be numbers that nobody got.
        champions = told(tx, "herald", "Champions lose at home", LONG)
        assert told(tx, "tv", "Champions lose at home", LONG).story_id == champions.story_id


def test_an_endless_word_is_neither_remembered_nor_shown(store: Store) -> None:
    endless = "z" * 100_000
    with store.writing() as tx:
        told(tx, "wire", f"Strike on Younis kitchen {endless}", endless)
        found = told(tx, "paper", f"Younis kitchen strike {endless}", f"{endless} again")
        assert found.how is Belonging.EVENT
        assert max(map(len, found.shared)) == 64


@pytest.fixture
def listed(store: Store) -> Store:
    """A story of three articles, two of one text, and one of an article that matches."""
    with store.writing() as tx:
        told(tx, "wire", "Envoys meet in Cairo over fighters", LONG, language="en")
        told(
            tx,
            "paper",
            "Envoys meet in Cairo over fighters",
            LONG,
            published_at=NOON - MINUTE,
            first_seen_at=NOON + MINUTE,
        )
        told(tx, "radio", "Cairo: envoys meet over Rafah fighters", REPORT, first_seen_at=NOON + 2 * MINUTE)
        told(tx, "sports", "Cup final ends in a draw", "Both missed.", first_seen_at=NOON + 3 * MINUTE)
        matches.put(tx, [Matched(article_id=key("sports"), found=(a_found("cup"),))], [WatchlistId("cup")], NOON)
    return store


def test_a_story_says_who_was_first_and_how_many_origins_it_has(listed: Store) -> None:
    with listed.reading() as tx:
        (story,) = stories.query(tx, StoryQuery(matched=False, order=Order.SIZE, limit=1), NOON)
        assert (story.articles, story.origins, story.lately) == (3, 2, 3)
        assert (story.first, story.first_outlet, story.began_at) == (key("paper"), "paper", NOON - MINUTE)
        assert (story.outlets, story.languages) == (("paper", "wire", "radio"), ("en",))
        assert stories.named(tx, story.id[:6], NOON) == (story,)
        members = stories.members_of(tx, story.id)
        assert [one.article.outlet for one in members] == ["paper", "wire", "radio"]
        assert members[0].membership == memberships.membership(tx, key("paper"))


def shares(number: int) -> str:
    """A text of its own about one event."""
    return " ".join(f"{WORDS[(place * number) % 11]} {number}{place}" for place in range(1, 40))


def test_an_agency_is_one_origin_in_a_listing_as_in_the_story(store: Store) -> None:
    title = "Envoys meet in Cairo over fighters below Rafah"
    with store.writing() as tx:
        told(tx, "wire", title, f"CAIRO (AFP) - {shares(1)}")
        told(tx, "mirror", title, f"CAIRO (AFP) - {shares(2)}")
        # A copy that leaves the name out, and the agency's own site.
        told(tx, "paper", title, shares(2))
        told(tx, "afp", title, shares(3))
        told(tx, "radio", title, shares(5))
        told(tx, "agency", title, shares(7), authors=("Reuters",))
        (story,) = stories.query(tx, StoryQuery(matched=False), NOON)
        members = stories.members_of(tx, story.id)
        assert {one.article.outlet: one.credit for one in members} == {
            "wire": "afp",
            "mirror": "afp",
            "paper": "",
            "afp": "afp",
            "radio": "",
            "agency": "reuters",
        }
        found = origins(
            Told(article_id=one.article.id, text=one.membership.origin, credit=one.credit) for one in members
        )
        assert [(one.agency, len(one.articles)) for one in found] == [("afp", 4), ("reuters", 1), ("", 1)]
        assert (story.origins, story.articles) == (len(found), 6)


def test_a_credit_is_that_of_the_text_that_is_kept(store: Store) -> None:
    with store.writing() as tx:
        told(tx, "wire", "Envoys meet in Cairo over fighters", LONG)
        place = told(tx, "paper", "Envoys meet in Cairo over fighters", LONG)
        better = an_article("https://paper.example/1", outlet="paper", title="Envoys", text=f"{LONG}.\n(AFP)")
        articles.save_text(tx, better)
        join(tx, better, NOON, CREDITS)
        assert [one.credit for one in stories.members_of(tx, place.story_id)] == ["", "afp"]
        join(tx, better, NOON)
        assert [one.credit for one in stories.members_of(tx, place.story_id)] == ["", ""]


def test_stories_are_asked_for_by_watchlist_time_and_order(listed: Store) -> None:
    def titles(**asked: object) -> list[str]:
        with listed.reading() as tx:
            return [one.title[:3] for one in stories.query(tx, StoryQuery(**asked), NOON)]  # type: ignore[arg-type]

    assert titles() == titles(watchlist=WatchlistId("cup")) == ["Cup"]
    assert titles(watchlist=WatchlistId("none")) == []
    assert titles(matched=False) == ["Cup", "Env"]
    assert titles(matched=False, order=Order.ORIGINS) == titles(matched=False, order=Order.GROWTH) == ["Env", "Cup"]
    assert titles(matched=False, since=NOON + 3 * MINUTE) == ["Cup"]


def united(tx: Transaction, younger: str, older: str) -> Article:
    return merging.merge(tx, key(younger), key(older))


def test_the_place_of_a_merged_article_goes_with_it(listed: Store) -> None:
    with listed.writing() as tx:
        # Alone in its story: that is gone with it.
        gone = memberships.membership(tx, key("sports"))
        assert gone
        united(tx, "sports", "wire")
        assert stories.named(tx, gone.story_id, NOON) == ()
        # In company: the others stay.
        united(tx, "radio", "wire")
        (story,) = stories.query(tx, StoryQuery(matched=False), NOON)
        assert story.articles == 2
        # The older one had no place.
        articles.insert_new(tx, [an_article("https://late.example/1")])
        united(tx, "paper", "late")
        assert memberships.membership(tx, key("late"))
        # Neither has one.
        articles.insert_new(tx, [an_article("https://a.example/1"), an_article("https://b.example/1")])
        united(tx, "a", "b")
        assert memberships.membership(tx, key("b")) is None


def test_no_listing_loads_what_compares_articles() -> None:
    """It costs every command 30 ms."""
    code = "import sys, monitor.cli.matches, monitor.store.store, monitor.store.matches; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "monitor.store.schema" in loaded
    assert not {"monitor.stories.events", "monitor.text.forms", "stop_words"} & set(loaded)
