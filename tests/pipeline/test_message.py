"""What a message says of stored matches: an item a story, its sentences, its independent origins."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts.message import Item, Message
from monitor.model import Belonging, Field, Found, Hit, Matched, MatchId, Occasion, StoryId, WatchlistId, match_key
from monitor.pipeline import message as told
from monitor.pipeline.message import LOST, MOST
from monitor.store import articles, matches, memberships, merging
from monitor.store.store import Store, Transaction
from monitor.stories.said import report_of, wording_of
from monitor.stories.story import Membership, story_key
from tests.alerts.messages import SAID, a_message
from tests.builders import NOON, a_document, a_found, an_article

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
    rows = [(a_match(one), "") if isinstance(one, int) else (a_match(one[0]), one[1]) for one in chosen]
    with store.reading() as tx:
        return told.with_items(tx, a_message(occasion), rows, NAMES, zone)


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
    message = made(store, [1, (2, "now also in Arabic"), 4, (3, "a new independent origin: X"), 5, (1, "")])
    first, *others = message.items
    assert first.id == a_match(3)
    assert first.reason == "now also in Arabic; a new independent origin: X"
    assert (first.story, first.further, first.origins) == (story_key(an_article(url(1)).id), 3, 3)
    assert first.outlets == ("The Gazette", "صوت المدينة", "stranger")
    assert first.languages == ("en", "ar")
    assert [(one.id, one.further, one.origins) for one in others] == [(a_match(5), 0, 0), (a_match(4), 0, 1)]
    assert message.left_out == 0


def test_more_stories_than_a_message_holds_are_counted_the_most_told_kept(store: Store) -> None:
    with store.writing() as tx:
        for number in range(MOST + 4):
            put(tx, number, a_found("talks"), story=0 if number in (0, 1) else number)
    message = made(store, range(MOST + 4))
    assert (len(message.items), message.left_out) == (MOST, 3)
    assert message.items[0].id == a_match(1)
    assert message.items[1].id == a_match(MOST + 3)


def test_what_is_lost_is_told_so_and_quotes_nothing(store: Store) -> None:
    with store.writing() as tx:
        put(tx, 1, found_in("Talks began.", "Talks"), text="Talks began.")
        matches.put(tx, [Matched(article_id=an_article(url(1)).id, found=())], [TALKS], NOON + MINUTE)
    (item,) = items(store, [1])
    assert (item.reason, item.quotes, item.terms) == (LOST, (), ("Talks",))
    assert items(store, [(1, "no more, by revision 2")], Occasion.CHANGE)[0].reason == "no more, by revision 2"


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
    message = made(store, [2, 1], zone=zone)
    assert [one.matched_at.hour for one in message.items] == [14, 14]
    assert [one.published_at and one.published_at.hour for one in message.items] == [14, None]
    assert message.since is not None
    assert (message.made_at.hour, message.since.hour) == (14, 13)
    assert message == a_message(Occasion.DIGEST, *message.items)


def test_an_example_is_told_as_a_match_would_be() -> None:
    document = a_document("Talks began\nTalks begin", text="Envoys met. They left.", url="javascript:alert(1)")
    item = told.item_of(document, found_in(document.text, "met"), "The\x1b Gazette", NOON)
    assert (item.id, item.title, item.url, item.outlet) == ("", "Talks began", "", "The Gazette")
    assert [one.marked for one in item.quotes] == ["Envoys ⟦met⟧."]
    assert (item.matched_at, item.story) == (NOON, StoryId(""))
