"""What a message says of stored matches: an item a story, its sentences, its independent origins."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts.message import Item, Message
from monitor.config.load import Config, load
from monitor.model import (
    Belonging,
    ChannelId,
    Field,
    Found,
    Hit,
    Matched,
    MatchId,
    Occasion,
    Review,
    Status,
    StoryId,
    WatchlistId,
    match_key,
)
from monitor.pipeline import message
from monitor.pipeline.items import example
from monitor.pipeline.message import LOST, MOST, Told
from monitor.store import articles, configurations, deliveries, matches, memberships, merging, reviews, rule_versions
from monitor.store.deliveries import NOWHERE, Due
from monitor.store.store import Store, Transaction
from monitor.stories.said import report_of, wording_of
from monitor.stories.story import Membership, story_key
from tests.alerts.messages import SAID, a_message
from tests.builders import NOON, a_document, a_found, a_watchlist, an_article

TALKS = WatchlistId("talks")
MINUTE = timedelta(minutes=1)
NAMES = {"gazette": "The Gazette", "voice": "صوت\u202e المدينة"}


def url(number: int) -> str:
    return f"https://gazette.example/{number}"


def a_match(number: int) -> MatchId:
    return match_key(TALKS, an_article(url(number)).id)


def found_in(text: str, *words: str, field: Field = Field.TEXT) -> Found:
    hits = tuple(
        Hit(field=field, start=text.index(word), end=text.index(word) + len(word), term=word) for word in words
    )
    return replace(a_found("talks"), hits=hits)


def put(
    tx: Transaction, number: int, found: Found | None, story: int | None = None, agency: str = "", **changes: object
) -> None:
    """Store an article and its match, minutes apart; `story`: the number of the article that founded it."""
    article = an_article(url(number), **{"title": f"Headline {number}", "summary": "", **changes})
    at = NOON + number * MINUTE
    articles.insert_new(tx, [article])
    if found:
        matches.put(tx, [Matched(article_id=article.id, found=(found,))], [TALKS], at)
    if story is not None:
        founder = an_article(url(story)).id
        how = Belonging.FIRST if story == number else Belonging.EVENT
        place = Membership(story_id=story_key(founder), how=how, origin=article.id)
        assert memberships.add(tx, article.id, place, report_of(article), wording_of(article), at, credit=agency)


def items(
    store: Store, chosen: Sequence[int | tuple[int, str]], occasion: Occasion = Occasion.DIGEST, zone: tzinfo = UTC
) -> tuple[Item, ...]:
    return made(store, chosen, occasion, zone).items


def made(
    store: Store, chosen: Sequence[int | tuple[int, str]], occasion: Occasion = Occasion.DIGEST, zone: tzinfo = UTC
) -> Message:
    pairs = [(one, "") if isinstance(one, int) else one for one in chosen]
    rows = [Told(a_match(number), reason, occasion is Occasion.CHANGE) for number, reason in pairs]
    with store.reading() as tx:
        return message.with_items(tx, a_message(occasion), rows, NAMES, zone)


@pytest.mark.parametrize("language", SAID)
def test_a_match_is_told_by_the_sentences_that_hold_its_words(store: Store, language: str) -> None:
    sentence, word = SAID[language]
    text = f"{sentence}.\n…\n{sentence}."
    with store.writing() as tx:
        put(tx, 1, found_in(text, word), language=language, title=sentence, text=text)
    (item,) = items(store, [(1, "a new story")], Occasion.STORY)
    (quote,) = item.quotes
    assert f"⟦{word}⟧" in quote.marked
    assert (item.id, item.title, item.language, item.terms) == (a_match(1), sentence, language, (word,))
    assert (item.outlet, item.url, item.reason) == ("The Gazette", url(1), "a new story")
    assert (item.story, item.further, item.origins, item.outlets) == ("", 0, 0, ())


def test_one_match_has_three_sentences_and_each_of_many_has_one(store: Store) -> None:
    text = "Talks began. Envoys met. Talks ended. Envoys left."
    hits = (found_in(text, "began", "met", "ended", "left"),)
    with store.writing() as tx:
        put(tx, 1, hits[0], text=text)
    assert [one.marked for one in items(store, [1], Occasion.MATCH)[0].quotes] == [
        "Talks ⟦began⟧.", "Envoys ⟦met⟧.", "Talks ⟦ended⟧.",
    ]  # fmt: skip
    assert len(items(store, [1], Occasion.REST)[0].quotes) == 1


def test_what_a_story_holds_is_one_item_with_its_independent_origins(store: Store) -> None:
    with store.writing() as tx:
        put(tx, 1, a_found("talks"), story=1, agency="afp")
        put(tx, 2, a_found("talks"), story=1, agency="afp", outlet="voice", language="ar")
        put(tx, 3, a_found("talks"), story=1, outlet="stranger")
        put(tx, 4, a_found("talks"), story=4)
        put(tx, 5, a_found("talks"))
        put(tx, 6, None, story=1)
    one = made(store, [1, (2, "now also in Arabic"), 4, (3, "a new independent origin: X"), 5, (1, "")])
    first, *others = one.items
    assert first.id == a_match(3)
    assert first.reason == "now also in Arabic; a new independent origin: X"
    assert (first.story, first.further, first.origins) == (story_key(an_article(url(1)).id), 3, 3)
    assert first.outlets == ("The Gazette", "صوت المدينة", "stranger")
    assert first.languages == ("en", "ar")
    assert [(one.id, one.further, one.origins) for one in others] == [(a_match(5), 0, 0), (a_match(4), 0, 1)]
    assert one.left_out == 0


def test_more_stories_than_a_message_holds_are_counted_the_most_told_kept(store: Store) -> None:
    with store.writing() as tx:
        for number in range(MOST + 4):
            put(tx, number, a_found("talks"), story=0 if number in (0, 1) else number)
    one = made(store, range(MOST + 4))
    assert (len(one.items), one.left_out) == (MOST, 3)
    assert one.items[0].id == a_match(1)
    assert one.items[1].id == a_match(MOST + 3)


def test_what_is_lost_is_told_only_where_that_is_the_news_and_quotes_nothing(store: Store) -> None:
    with store.writing() as tx:
        put(tx, 1, found_in("Talks began.", "Talks"), text="Talks began.")
        matches.put(tx, [Matched(article_id=an_article(url(1)).id, found=())], [TALKS], NOON + MINUTE)
    (item,) = items(store, [1], Occasion.CHANGE)
    assert (item.reason, item.quotes, item.terms) == (LOST, (), ("Talks",))
    assert items(store, [(1, "no more, by revision 2")], Occasion.CHANGE)[0].reason == "no more, by revision 2"
    assert items(store, [1]) == ()


def test_what_somebody_found_irrelevant_is_not_told(store: Store) -> None:
    with store.writing() as tx:
        put(tx, 1, a_found("talks"))
        put(tx, 2, a_found("talks"))
        decided = Review(
            match_id=a_match(1), status=Status.IRRELEVANT, note="", reviewer="ana", reviewed_at=NOON + MINUTE
        )
        reviews.add(tx, decided)
    assert [one.id for one in items(store, [1, 2])] == [a_match(2)]


def test_a_match_is_found_by_the_id_that_it_had_before_its_article_was_merged(store: Store) -> None:
    with store.writing() as tx:
        put(tx, 1, None)
        put(tx, 2, a_found("talks"))
        merging.merge(tx, an_article(url(2)).id, an_article(url(1)).id)
    (item,) = items(store, [2])
    assert item.id == a_match(1)


def test_what_is_stored_no_more_is_left_out(store: Store) -> None:
    assert made(store, [7]) == a_message(Occasion.DIGEST)
    assert made(store, []) == a_message(Occasion.DIGEST)


def test_what_strangers_wrote_is_harmless_and_short(store: Store) -> None:
    with store.writing() as tx:
        put(tx, 1, None)
        title = "\u202e\x1b[31mx" + "x" * 500
        put(tx, 2, found_in(title, "x", field=Field.TITLE), title=title, outlet="voice", summary="")
    (item,) = items(store, [(2, "r" * 500)])
    assert item.title.startswith("[31mxx")
    assert len(item.title) == len(item.reason) == 301
    assert item.outlet == "صوت المدينة"
    assert item.quotes[0].marked.startswith("[31m⟦x⟧")


def test_moments_are_those_of_the_reader(store: Store) -> None:
    zone = ZoneInfo("Asia/Jerusalem")
    with store.writing() as tx:
        put(tx, 1, a_found("talks"), published_at=None)
        put(tx, 2, a_found("talks"))
    one = made(store, [2, 1], zone=zone)
    assert [each.matched_at.hour for each in one.items] == [14, 14]
    assert [each.published_at and each.published_at.hour for each in one.items] == [14, None]
    assert one.since is not None
    assert (one.made_at.hour, one.since.hour) == (14, 13)
    assert one == a_message(Occasion.DIGEST, *one.items)


def test_an_example_is_told_as_a_match_would_be() -> None:
    document = a_document("Talks began\nTalks begin", text="Envoys met. They left.", url="javascript:alert(1)")
    item = example(document, found_in(document.text, "met"), "The\x1b Gazette", NOON)
    assert (item.id, item.title, item.url, item.outlet) == ("", "Talks began", "", "The Gazette")
    assert [one.marked for one in item.quotes] == ["Envoys ⟦met⟧."]
    assert (item.matched_at, item.story) == (NOON, StoryId(""))


FILES = {
    "monitor.yaml": b"timezone: Asia/Jerusalem\n",
    "feeds.yaml": b"""outlets:
  gazette:
    name: The Gazette
    country: EG
    language: en
    affiliation: independent
    feeds:
      gazette-en: {url: "https://gazette.example/rss.xml"}
""",
    "watchlists/talks.yaml": b"title: Talks in Cairo\nquery: talks\n",
}


@pytest.fixture(scope="module")
def config() -> Config:
    return load(FILES, environment={}, home=Path("/nowhere"))


DESK = ChannelId("desk")


def a_due(occasion: Occasion, subject: str = "", **changes: object) -> Due:
    given = {"channel": DESK, "watchlist_id": TALKS, "occasion": occasion, "subject": subject, "due_at": NOON}
    return Due(**{**given, **changes})  # type: ignore[arg-type]


def making(store: Store, config: Config, due: Due, reason: str = "") -> Message:
    with store.writing() as tx:
        deliveries.add(tx, [due], NOON)
        return message.make(tx, deliveries.at(tx, [due.key])[due.key], reason, config, NOON)


def test_a_delivery_of_one_match_says_why_it_is_news_with_it(store: Store, config: Config) -> None:
    with store.writing() as tx:
        put(tx, 1, a_found("talks"))
    due = a_due(Occasion.STORY, match_id=a_match(1))
    one = making(store, config, due, "a new story")
    assert (one.key, one.channel, one.watchlist_id, one.watchlist) == (due.key, DESK, TALKS, "Talks in Cairo")
    assert (one.note, one.made_at.hour) == ("", 14)
    (item,) = one.items
    assert (item.id, item.reason, item.outlet) == (a_match(1), "a new story", "The Gazette")


def test_a_delivery_of_many_tells_those_that_were_put_into_it(store: Store, config: Config) -> None:
    digest = a_due(Occasion.DIGEST, "12:00", since=NOON - MINUTE, until=NOON)
    with store.writing() as tx:
        put(tx, 1, a_found("talks"))
        put(tx, 2, a_found("talks"))
        put(tx, 3, a_found("talks"))
        matches.put(tx, [Matched(article_id=an_article(url(3)).id, found=())], [TALKS], NOON)
        folded = [
            a_due(Occasion.STORY, "1", match_id=a_match(1), note="a new story", into=digest.key, due_at=None),
            a_due(Occasion.STORY, "2", match_id=a_match(2), into=NOWHERE, due_at=None),
            a_due(Occasion.CHANGE, "3", match_id=a_match(3), note="no more", into=digest.key, due_at=None),
        ]
        deliveries.add(tx, folded, NOON)
    one = making(store, config, digest)
    assert [(each.id, each.reason) for each in one.items] == [(a_match(3), "no more"), (a_match(1), "a new story")]
    assert (one.since, one.until) == (NOON - MINUTE, NOON)


def test_a_spike_shows_the_stories_of_its_while_and_a_silence_none(store: Store, config: Config) -> None:
    with store.writing() as tx:
        for number in range(4):
            put(tx, number, a_found("talks"))
        # Within the same while, but found in what is history.
        put(tx, 9, None)
        again = Matched(article_id=an_article(url(9)).id, found=(a_found("talks"),))
        matches.put(tx, [again], [TALKS], NOON + MINUTE, rematch=1)
    since, until = NOON + MINUTE, NOON + 3 * MINUTE
    one = making(store, config, a_due(Occasion.SPIKE, since=since, until=until), "14 stories today")
    assert (one.note, [each.id for each in one.items]) == ("14 stories today", [a_match(2), a_match(1)])
    for due in (a_due(Occasion.QUIET, since=since, until=until), a_due(Occasion.SPIKE, "other")):
        assert making(store, config, due, "nothing for 31 hours").items == ()


def test_a_watchlist_is_called_as_it_is_now_else_as_it_was(store: Store, config: Config) -> None:
    gone, never = WatchlistId("gone"), WatchlistId("never")
    with store.writing() as tx:
        configurations.save(tx, "0" * 64, {}, NOON)
        former = [a_watchlist("x", gone, title="Long gone"), a_watchlist("x", TALKS, title="Talks, before")]
        rule_versions.save(tx, former, {gone: "0" * 12, TALKS: "0" * 12}, "0" * 64, NOON)
    titles = [
        making(store, config, a_due(Occasion.DIGEST, one, watchlist_id=one)).watchlist for one in (TALKS, gone, never)
    ]
    assert titles == ["Talks in Cairo", "Long gone", "never"]
    nobodys = making(store, config, a_due(Occasion.REST, watchlist_id=WatchlistId("")))
    assert (nobodys.watchlist_id, nobodys.watchlist) == (None, "")
