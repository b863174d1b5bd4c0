"""Reports of one event, told by what is rare in them."""

from datetime import timedelta

import pytest

from monitor.stories.events import MOST_WORDS, Report, is_same_event, overlap, rarity, report, shared, significant
from tests.builders import NOON

HOUR = timedelta(hours=1)
STRIKE = report(
    "Strike on Khan Younis kills three aid workers", "Three workers of a kitchen died on Monday.", NOON, "en"
)
AGAIN = report("Three aid workers killed in Khan Younis strike", "A kitchen lost three people on Monday.", NOON, "en")


def rare(word: str) -> float:
    return rarity(0.5 if word in ("israel", "gaza") else 0.01)


@pytest.mark.parametrize(
    ("token", "word"),
    [
        ("the", ""),
        ("Netanyahu", "netany"),
        ("20251110", "20251110"),
        ("Refah'taki", "refah"),
        ("والأنفاق", "انفاق"),
        ("ברפיח", "רפיח"),
        ("l’accord", "accord"),
        ("UN", ""),
    ],
)
def test_words_are_compared_without_what_inflects_them(token: str, word: str) -> None:
    assert significant(token) == word


def test_two_desks_report_one_event() -> None:
    assert {"strike", "younis", "worker"} <= shared(STRIKE, AGAIN)
    assert is_same_event(STRIKE, AGAIN, rare)


def test_the_further_apart_the_more_must_agree() -> None:
    far = [
        report("Strike on Khan Younis camp", "Tents burned near the coast.", NOON + hours * HOUR, "en")
        for hours in (1, 40)
    ]
    assert [is_same_event(STRIKE, one, rare) for one in far] == [True, False]
    assert not is_same_event(
        STRIKE, report("Strike on Khan Younis kills three aid workers", "", NOON + 49 * HOUR), rare
    )


def test_names_alone_make_no_event() -> None:
    other = report("Netanyahu visits Berlin", "The chancellor received Netanyahu.", NOON, "en")
    assert not is_same_event(report("Netanyahu speaks in Haifa", "A holiday speech.", NOON, "en"), other, rare)


def test_reports_in_two_languages_are_not_merged() -> None:
    french = Report(words=STRIKE.words, at=NOON, language="fr")
    assert not is_same_event(STRIKE, french, rare)
    assert is_same_event(STRIKE, Report(words=STRIKE.words, at=NOON), rare)


def test_what_all_articles_hold_says_nothing() -> None:
    everywhere = Report(words={"gaza": 1.0}, at=NOON)
    assert overlap(everywhere, everywhere, lambda _: rarity(1.0)) == 0
    assert overlap(everywhere, everywhere, rare) == 1


def test_scripts_without_blanks_are_compared_by_pairs() -> None:
    one = report("拉法口岸周一重新开放", "", NOON, "zh")
    other = report("加沙拉法口岸重新开放", "", NOON, "zh")
    assert {"拉法", "口岸", "开放"} <= shared(one, other)
    assert is_same_event(one, other, rare)
    assert "a拉" not in report("a拉 法", "", NOON).words


def test_a_title_weighs_twice_and_long_texts_are_read_at_their_head() -> None:
    told = report("Strike", " ".join(f"word{number}x" for number in range(5_000)), NOON)
    assert told.words["strike"] == 2
    assert set(told.words.values()) == {1, 2}
    assert len(told.words) <= MOST_WORDS
    assert told.written["strike"] == "Strike"


def test_long_pieces_are_read_as_short_ones_are() -> None:
    joined = "-".join(["Rafah", "crossing", "reopens", "after", "months", "of", "closure", "today"])
    assert report(joined, "", NOON).words == report(joined.replace("-", " "), "", NOON).words
