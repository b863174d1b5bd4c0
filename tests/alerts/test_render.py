"""What a message says: every occasion, five languages, hostile titles, as text and as HTML."""

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts.message import from_json, to_json
from monitor.alerts.render import html, text
from monitor.alerts.samples import samples
from monitor.model import Occasion
from monitor.outgoing.quote import quote
from monitor.text.harmless import harmless
from tests.alerts.messages import SAID, a_message, an_item, said
from tests.builders import NOON
from tests.outgoing.hostile import HOSTILE
from tests.outgoing.test_pages import Document, words

STORY = {"story": "5a" * 16, "further": 6, "origins": 4, "languages": ("en", "ar")}
OUTLETS = tuple(f"Outlet {number}" for number in range(9))
ELEMENTS = {*"html head meta title body div h1 h2 p a span blockquote mark code".split()}  # noqa: SIM905


def seen(page: str) -> str:
    return words(Document(page).text)


@pytest.mark.parametrize("language", SAID)
def test_hits_stand_in_their_context(language: str) -> None:
    sentence, word = SAID[language]
    message = a_message(Occasion.MATCH, an_item(title=sentence, quotes=(said(language),), language=language))
    marked = sentence.replace(word, f"⟦{word}⟧")
    lines = text(message).split("\n")
    is_isolated = language in ("ar", "he")
    assert (f"> \u2068{marked}\u2069" if is_isolated else f"> {marked}") in lines
    assert (f"\u2068{sentence}\u2069" if is_isolated else sentence) in lines
    page = html(message)
    runs = "rtl" if is_isolated else "ltr"
    assert re.search(rf'<blockquote dir="{runs}" lang="{language}"[^>]*>[^<]*<mark[^>]*>{word}</mark>', page)
    assert re.search(rf'<h2 dir="{runs}" lang="{language}"', page)
    assert sentence in seen(page)


def test_a_match_is_told_with_all_that_is_known() -> None:
    message = a_message(Occasion.STORY, an_item(reason="a new independent origin: AFP", outlets=OUTLETS, **STORY))
    assert text(message).split("\n") == [
        "Talks in Cairo",
        "A new independent origin: AFP",
        "",
        "Envoys meet in Cairo",
        "The Gazette · English · 2025-11-10 12:00",
        "> ⟦Envoys⟧ met.",
        "Story: 4 independent origins, 7 articles in English, Arabic: " + ", ".join(OUTLETS[:8]) + " and 1 more",
        "https://gazette.example/news/1",
        "monitor show 43b10346",
        "",
        "Times are UTC. This message again: monitor alerts show 0123abcd",
        "",
    ]
    shown = seen(html(message))
    for part in (
        "A new independent origin: AFP",
        "The Gazette · English · 2025-11-10 12:00",
        "4 independent origins, 7 articles in English, Arabic: Outlet 0, Outlet 1",
        "and 1 more",
        "monitor show 43b10346",
    ):
        assert part in shown
    assert Document(html(message)).links == {"https://gazette.example/news/1"}


def test_a_digest_numbers_its_stories_and_counts_the_rest() -> None:
    items = (an_item(reason="a new story", **STORY), an_item(title="", url="", published_at=None, outlet="", quotes=()))
    message = a_message(Occasion.DIGEST, *items, left_out=3)
    told = text(message)
    for line in (
        "5 stories, 11:00–12:00",
        "1. Envoys meet in Cairo",
        "Why: a new story",
        "2. (no title)",
        "English · found 2025-11-10 12:00",
        "and 3 more stories: monitor matches --watchlist talks",
    ):
        assert f"\n{line}\n" in told
    shown = seen(html(message))
    assert "(no title) English · found 2025-11-10 12:00" in shown
    assert "a new story" in shown
    assert "and 3 more stories: monitor matches --watchlist talks" in shown
    of_all = replace(message, watchlist_id=None, watchlist="")
    assert "\nand 3 more stories: monitor matches\n" in text(of_all)
    assert "and 3 more stories: monitor matches Times" in seen(html(of_all))
    assert text(of_all).startswith("Media monitor\n")


@pytest.mark.parametrize("message", list(samples()), ids=lambda one: f"{one.occasion}, {len(one.items)}")
def test_every_occasion_reads_well_and_survives_being_kept(message) -> None:  # type: ignore[no-untyped-def]
    told, page = text(message), html(message)
    assert "None" not in told + page
    assert "\n\n\n" not in told
    assert (text(from_json(to_json(message))), html(from_json(to_json(message)))) == (told, page)
    for line in told.split("\n"):
        said_there = re.sub(r"[⟦⟧\u2068\u2069]|^> |^\d+\. |^Story: |^Why: ", "", line)
        assert said_there in seen(page) or line.startswith("https://")


def test_what_is_unusual_says_how_much() -> None:
    told = text(a_message(Occasion.SPIKE, an_item(), note="14 stories today, 3 are usual by this hour"))
    assert told.startswith(
        "Talks in Cairo\nUnusually many stories\n14 stories today, 3 are usual by this hour\n\n1. Envoys"
    )
    shown = seen(html(a_message(Occasion.QUIET, note="nothing for 31 hours")))
    assert "Talks in Cairo Unusually quiet nothing for 31 hours" in shown


def hostile_message(occasion: Occasion = Occasion.DIGEST):  # type: ignore[no-untyped-def]
    items = [
        an_item(
            title=harmless(title),
            outlet=harmless(title),
            language=harmless(title),
            reason=harmless(title),
            quotes=(quote(title, [(0, 1)]),),
            outlets=(harmless(title),),
            languages=(harmless(title),),
            **{key: value for key, value in STORY.items() if key != "languages"},
        )
        for title in HOSTILE.values()
    ]
    return a_message(occasion, *items, watchlist=HOSTILE["script"], note=HOSTILE["attribute"])


def test_html_holds_hostile_texts_as_text_and_nothing_else() -> None:
    page = Document(html(hostile_message()))
    assert page.elements <= ELEMENTS
    assert page.attributes <= {"lang", "dir", "charset", "name", "content", "style", "href", "rel"}
    assert page.links == {"https://gazette.example/news/1"}
    for title in HOSTILE.values():
        assert words(page.text).count(words(harmless(title))) >= 4
    assert not re.search("[\x00-\x08\x1b\u202a-\u202e\u2066-\u2069]", page.text)
    assert not re.search(r"url\(|@import|<(img|script|link|style)", html(a_message(Occasion.MATCH, an_item())))


def test_text_isolates_what_would_turn_a_line_round() -> None:
    told = text(hostile_message())
    assert not re.search("[\x00-\x08\x1b\u202a-\u202e\u2066\u2067]", told)
    for line in told.split("\n"):
        assert line.count("\u2068") == line.count("\u2069")
        assert not re.search("[\u0590-\u08ff]", re.sub("\u2068[^\u2069]*\u2069", "", line))


def test_times_are_those_of_the_reader() -> None:
    zone = ZoneInfo("Asia/Jerusalem")
    summer = NOON.replace(month=10, day=25, hour=20).astimezone(zone)
    message = a_message(
        Occasion.DIGEST,
        an_item(published_at=summer, matched_at=summer),
        made_at=NOON.astimezone(zone),
        since=summer,
        until=summer + timedelta(hours=12),  # by the wall
    )
    told = text(from_json(to_json(message)))
    assert "2025-10-25 23:00–2025-10-26 11:00" in told
    assert "\nTimes are UTC+02:00 and UTC+03:00. " in told


def test_the_language_is_named_only_where_it_is_one() -> None:
    page = html(a_message(Occasion.MATCH, an_item(language='en" onclick="x')))
    assert '<h2 dir="ltr" style' in page
    story = {**STORY, "languages": (), "origins": 0}
    assert "\nStory: 7 articles: A\n" in text(a_message(Occasion.MATCH, an_item(outlets=("A",), **story)))
    assert "\nStory: 7 articles\n" in text(a_message(Occasion.MATCH, an_item(**story)))
