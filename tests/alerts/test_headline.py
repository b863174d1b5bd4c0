"""The subject says watchlist, what and how many, in one harmless line."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts.headline import LONGEST, cropped, subject
from monitor.alerts.message import Message
from monitor.model import Occasion
from tests.alerts.messages import SAID, a_message, an_item
from tests.builders import NOON
from tests.outgoing.hostile import HOSTILE

ORIGIN = "a new independent origin: AFP"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (a_message(Occasion.MATCH, an_item()), "Talks in Cairo: Envoys meet in Cairo"),
        (a_message(Occasion.STORY, an_item()), "Talks in Cairo: a new story – Envoys meet in Cairo"),
        (a_message(Occasion.STORY, an_item(reason=ORIGIN)), f"Talks in Cairo: {ORIGIN} – Envoys meet in Cairo"),
        (a_message(Occasion.CHANGE, an_item(title="")), "Talks in Cairo: a changed article – (no title)"),
        (a_message(Occasion.MATCH), "Talks in Cairo: what was found is not stored any more"),
        (a_message(Occasion.DIGEST, an_item()), "Talks in Cairo: 1 story, 11:00–12:00"),
        (a_message(Occasion.DIGEST, an_item(), left_out=1_199), "Talks in Cairo: 1,200 stories, 11:00–12:00"),
        (a_message(Occasion.DIGEST), "Talks in Cairo: no stories, 11:00–12:00"),
        (
            a_message(Occasion.REST, an_item(), an_item(), since=NOON - timedelta(hours=14)),
            "Talks in Cairo: 2 stories kept back, 2025-11-09 22:00–2025-11-10 12:00",
        ),
        (a_message(Occasion.REST, an_item(), since=None), "Talks in Cairo: 1 story kept back"),
        (
            a_message(Occasion.SPIKE, note="14 stories today,\n3 are usual"),
            "Talks in Cairo: unusually many stories – 14 stories today, 3 are usual",
        ),
        (a_message(Occasion.QUIET), "Talks in Cairo: unusually quiet"),
        (a_message(Occasion.TEST, watchlist=""), "Media monitor: a test of the channel desk"),
    ],
)
def test_it_says_what_there_is(message: Message, expected: str) -> None:
    assert subject(message) == expected


@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("occasion", list(Occasion))
def test_it_is_one_harmless_line_whatever_strangers_wrote(occasion: Occasion, title: str) -> None:
    item = an_item(title=title, reason=title)
    line = subject(a_message(occasion, item, watchlist=title, note=title))
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066\u2067\ud800-\udfff]", line)
    assert line.count("\u2068") == line.count("\u2069")
    assert len(re.sub("[\u2068\u2069]", "", line)) <= LONGEST
    assert line.strip() == line


@pytest.mark.parametrize("language", SAID)
def test_a_title_stands_in_its_own_direction_behind_the_watchlists(language: str) -> None:
    title, _ = SAID[language]
    line = subject(a_message(Occasion.STORY, an_item(title=title)))
    shown = f"\u2068{title}\u2069" if language in ("ar", "he") else title
    assert line == f"Talks in Cairo: a new story – {shown}"


def test_a_long_title_is_cut_behind_a_word_and_inside_its_isolate() -> None:
    title = "مفاوضات " * 60
    line = subject(a_message(Occasion.STORY, an_item(title=title, reason="x " * 200), watchlist="Talks " * 40))
    assert line.startswith("Talks Talks")
    assert line.endswith("مفاوضات…\u2069")
    assert "x… – " in line
    assert cropped("a" * 50, 10) == "a" * 9 + "…"
    assert cropped("abc defghij", 11) == "abc defghij"
    assert cropped("abc defghij", 10) == "abc defgh…"
    assert cropped("abcdefg hij", 10) == "abcdefg…"


def test_reasons_are_told_once_each() -> None:
    items = (an_item(reason=ORIGIN), an_item(reason=ORIGIN), an_item(reason="a language: French"))
    message = a_message(Occasion.STORY, *items)
    assert subject(message) == f"Talks in Cairo: {ORIGIN}; a language: French – Envoys meet in Cairo"
    assert subject(replace(message, items=items[:2])) == f"Talks in Cairo: {ORIGIN} – Envoys meet in Cairo"
