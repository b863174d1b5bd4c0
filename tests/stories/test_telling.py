"""A channel is told of a story once, and again only when the story has gained what it was not told."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import ArticleId
from monitor.stories.origins import Told
from monitor.stories.telling import Judged, Telling, Voice, judge, voices
from tests.builders import NOON

HOUR = timedelta(hours=1)
LANGUAGES = {"en": "English", "ar": "Arabic", "he": "Hebrew", "tr": "Turkish", "fr": "French"}
AGENCIES = {"afp": "AFP", "reuters": "Reuters"}
OUTLETS = {ArticleId(number): f"Outlet {number}" for number in "12345"}


def told(article: str, text: str = "", credit: str = "") -> Told:
    return Told(article_id=ArticleId(article), text=text or article, credit=credit)


def judged(before: Telling | None, members: list[Told], *languages: str) -> Judged:
    return judge([before] if before else [], voices(members, AGENCIES, OUTLETS), languages, LANGUAGES, NOON)


FIRST = [told("1"), told("2", credit="afp"), told("3", "2")]
TOLD = Telling(origins=frozenset(["1", "afp", "2"]), languages=frozenset(["en"]), told_at=NOON - HOUR)


def test_who_tells_a_story_is_called_by_name_and_known_by_all_its_texts() -> None:
    members = [told("1"), told("2", credit="afp"), told("3", "2"), told("4", credit="afp"), told("9")]
    assert voices(members, AGENCIES, OUTLETS) == (
        Voice(name="AFP", keys=frozenset(["afp", "2", "4"])),
        Voice(name="Outlet 1", keys=frozenset(["1"])),
        Voice(name="9", keys=frozenset(["9"])),
    )
    assert voices([told("2", credit="efe")], AGENCIES, OUTLETS)[0].name == "efe"


def test_a_story_that_nobody_was_told_of_is_new() -> None:
    assert judged(None, FIRST, "en", "") == Judged(
        is_news=True,
        reason="a new story",
        telling=Telling(origins=frozenset(["1", "afp", "2"]), languages=frozenset(["en"]), told_at=NOON),
    )


@pytest.mark.parametrize(
    ("members", "languages", "reason"),
    [
        ([*FIRST, told("4", credit="reuters")], ["en"], "a new independent origin: Reuters"),
        ([*FIRST, told("4")], ["en"], "a new independent origin: Outlet 4"),
        ([*FIRST, told("4"), told("5")], ["en"], "2 new independent origins: Outlet 4 and Outlet 5"),
        (
            [*FIRST, told("4"), told("5"), told("8"), told("9", credit="reuters"), told("7")],
            ["en"],
            "5 new independent origins: Reuters, Outlet 4, Outlet 5 and 2 more",
        ),
        (FIRST, ["en", "ar"], "now also in Arabic"),
        (FIRST, ["he", "ar", "tr", "fr", "en"], "now also in Arabic, French, Hebrew and 1 more"),
        (FIRST, ["en", "sw"], "now also in sw"),
        ([*FIRST, told("4")], ["en", "he"], "a new independent origin: Outlet 4; now also in Hebrew"),
    ],
)
def test_what_a_story_gains_is_news_and_one_reason(members: list[Told], languages: list[str], reason: str) -> None:
    found = judged(TOLD, members, *languages)
    assert (found.is_news, found.reason, found.telling.told_at) == (True, reason, NOON)
    again = judged(found.telling, members, *languages)
    assert not again.is_news


@pytest.mark.parametrize(
    ("members", "languages", "reason"),
    [
        ([*FIRST, told("4", "1")], ["en"], "told already from AFP and Outlet 1 in English"),
        ([*FIRST, told("4", credit="afp")], ["en"], "told already from AFP and Outlet 1 in English"),
        (FIRST, ["en-GB", "", "und"], "told already from AFP and Outlet 1 in English"),
        # A credit that was found later, of the text that was thought an outlet's own.
        ([told("1", credit="reuters"), *FIRST[1:]], ["en"], "told already from AFP and Reuters in English"),
        # An agency's name that is there no more.
        ([told("1"), told("2"), told("3", "2")], ["en"], "told already from Outlet 2 and Outlet 1 in English"),
        # Articles that merged, or were taken away.
        ([told("3", "2", credit="afp")], ["en"], "told already from AFP in English"),
        ([], [], "told already"),
    ],
)
def test_what_was_told_is_no_news(members: list[Told], languages: list[str], reason: str) -> None:
    assert judged(TOLD, members, *languages) == Judged(is_news=False, reason=reason, telling=TOLD)


def test_two_reports_of_one_outlet_are_two_origins_and_one_name() -> None:
    outlets = {ArticleId(number): "The Gazette" for number in "45"}
    now = voices([*FIRST, told("4"), told("5")], AGENCIES, outlets)
    assert judge([TOLD], now, ["en"], LANGUAGES, NOON).reason == "2 new independent origins: The Gazette"


def test_an_article_that_moved_takes_along_what_was_told_of_it() -> None:
    moved = Telling(origins=frozenset(["4"]), languages=frozenset(["ar"]), told_at=NOON - 2 * HOUR)
    now = voices([*FIRST, told("4")], AGENCIES, OUTLETS)
    found = judge([moved, TOLD], now, ["en", "ar"], LANGUAGES, NOON)
    assert not found.is_news
    assert found.telling == Telling(
        origins=TOLD.origins | {"4"}, languages=frozenset(["en", "ar"]), told_at=TOLD.told_at
    )
    # Of the story that it moved to nothing was told: what is new are the others who tell it.
    assert judge([moved], now, ["ar"], LANGUAGES, NOON).reason == "2 new independent origins: AFP and Outlet 1"


members_ = st.lists(
    st.builds(
        told, st.sampled_from("123456789"), st.sampled_from("123456789"), st.sampled_from(["", "afp", "reuters"])
    ),
    max_size=9,
    unique_by=lambda one: one.article_id,
)
languages_ = st.lists(st.sampled_from([*LANGUAGES, "en-GB", "", "sw"]), max_size=4)


@given(members_, languages_, members_, languages_)
def test_nothing_is_told_twice_and_no_gain_is_kept_back(
    before: list[Told], spoken: list[str], more: list[Told], learned: list[str]
) -> None:
    first = judged(None, before, *spoken)
    assert not judged(first.telling, before, *spoken).is_news
    assert not judged(first.telling, before[1:], *spoken[1:]).is_news
    assert judged(first.telling, [*before, told("stranger")], *spoken).is_news
    assert judged(first.telling, before, *spoken, "de").is_news
    then = judged(first.telling, more, *learned)
    assert then.telling.origins >= first.telling.origins
    assert then.telling.languages >= first.telling.languages
    assert not judged(then.telling, more, *learned).is_news
