"""What a page declares, and what feeds say, speaks for or against its text."""

import pytest

from monitor.articles.vouch import FEWEST, is_denied, vouched

PARAGRAPHS = [
    "Israeli troops surrounded the tunnels under Rafah on Monday, officials said, as talks about the men went on.",
    "Mediators from Egypt and Qatar proposed that the fighters leave for a third country after handing over arms.",
    "A spokesman for the movement said that surrender was not on the table and that it belonged to the truce.",
    "Families of the men have asked the Red Cross for news, and say that they have had none for eleven weeks.",
    "The army said that it would go on destroying what it calls the underground city, whatever comes of the talks.",
    "In Cairo, envoys meet again on Thursday to speak about the second phase, which the truce's text leaves open.",
]
BODY = " ".join(PARAGRAPHS)
TEXT = "\n".join(PARAGRAPHS)


def test_what_follows_the_declared_article_is_dropped() -> None:
    more = "Jones tells a story from the nineties\nThe owner might have had a chance to hire him before he left"
    assert vouched(f"Rafah\n{TEXT}\n{more}", BODY) == f"Rafah\n{TEXT}"


def test_items_of_lists_that_are_not_declared_are_dropped_and_subheadings_are_kept() -> None:
    half = PARAGRAPHS[:3], PARAGRAPHS[3:]
    between = "- Explosion on a market in Istanbul injures dozens of visitors\n- Rafah on Monday"
    found = vouched("\n".join([*half[0], "What the families say", *between.split("\n"), *half[1]]), BODY)
    assert found.split("\n") == [*half[0], "What the families say", "- Rafah on Monday", *half[1]]


def test_a_declared_article_stands_in_for_what_is_missing() -> None:
    assert vouched("\n".join(PARAGRAPHS[:2]), BODY) == BODY
    assert vouched("", BODY) == BODY


@pytest.mark.parametrize(
    "declared",
    [
        "",
        PARAGRAPHS[0],
        " ".join(["Another article altogether, which the page only recommends to its readers for tomorrow."] * 8),
        BODY[: FEWEST + 10],
        "x" * 600,
    ],
)
def test_an_abstract_or_another_article_changes_nothing(declared: str) -> None:
    text = f"{TEXT}\n{TEXT.upper()}\nThe last line of it"
    assert vouched(text, declared) == text


def test_words_in_a_row_that_no_line_holds_vouch_for_nothing() -> None:
    text = "\n".join(f"a{number} b{number}\nc{number}" for number in range(100))
    declared = " ".join(f"x{number} a{number}" for number in range(100))
    assert vouched(text, declared) == text


FEED = "Israeli troops surrounded tunnels under Rafah while mediators from Egypt proposed that fighters leave Gaza"


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Sorry, something went wrong on our side. Please come back later, or look at our popular stories.", True),
        ("Police closed the motorway after a lorry had overturned near the junction", True),
        (PARAGRAPHS[0], False),
        ("", True),
    ],
)
def test_a_text_that_shares_no_word_with_the_feeds_is_of_something_else(text: str, denied: bool) -> None:
    assert is_denied(text, FEED) is denied


@pytest.mark.parametrize(
    "feed", ["", "Rafah tunnels surrounded", "イスラエルとハマスの停戦合意が近いと関係者が明らかにした"]
)
def test_a_feed_that_says_little_denies_nothing(feed: str) -> None:
    assert not is_denied("Police closed the motorway", feed)
