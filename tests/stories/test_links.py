"""Reports in two languages are linked where names and figures agree that are not in all the news."""

from datetime import timedelta

import pytest

from monitor.stories.events import Report, report
from monitor.stories.links import agreement, may_agree, rarity
from tests.builders import NOON

ENGLISH = report("House of Farouk Ramadan demolished near Nablus", "Troops blew it up at dawn.", NOON, "en-GB")
ARABIC = report("هدم منزل فاروق رمضان قرب نابلس", "فجره الجنود فجرا", NOON, "ar")


def rare(mark: str) -> float:
    return 0.0005


def test_reports_in_two_languages_agree_in_their_names() -> None:
    found = agreement(ENGLISH, ARABIC, rare)
    assert found
    assert {("Farouk", "فاروق"), ("Ramadan", "رمضان"), ("Nablus", "نابلس")} <= set(found.shared)
    assert 0.28 < found.overlap <= 1


def test_what_agrees_is_told_the_rarest_first() -> None:
    found = agreement(ENGLISH, ARABIC, lambda mark: 0.0001 if mark == "npls" else 0.001)
    assert found
    assert found.shared[0] == ("Nablus", "نابلس")


@pytest.mark.parametrize(
    "other",
    [
        report("House of Farouk Ramadan demolished near Nablus", "", NOON, "en-US"),
        report("هدم منزل فاروق رمضان قرب نابلس", "", NOON, ""),
        report("هدم منزل فاروق رمضان قرب نابلس", "", NOON + timedelta(days=3), "ar"),
        report("منزل فاروق", "", NOON, "ar"),
        report("", "", NOON, "ar"),
    ],
    ids=["one language", "no language", "another day", "one name", "no name"],
)
def test_others_do_not(other: Report) -> None:
    assert agreement(ENGLISH, other, rare) is None


def test_names_that_are_in_all_the_news_say_nothing() -> None:
    assert rarity("npls", lambda _: 0.2) == 0
    assert agreement(ENGLISH, ARABIC, lambda _: 0.2) is None


def test_the_further_apart_the_more_must_agree() -> None:
    later = report("منزل فاروق في نابلس ورمضان", "", NOON + timedelta(hours=30), "ar")
    assert may_agree(ENGLISH, later, rare)
    assert not may_agree(ENGLISH, later, lambda _: 0.011)


def test_a_large_figure_counts_twice() -> None:
    units = report("Tender for 1,234 flats near Gilo hills", "", NOON, "en")
    assert agreement(units, report("عطاء لبناء 1234 شقة", "", NOON, "ar"), rare) is None
    assert agreement(
        report("Tender for 1,234 flats in Israel", "", NOON, "en"), report("إسرائيل: 1234 شقة", "", NOON, "ar"), rare
    )


def test_a_little_of_a_report_with_many_names_is_not_enough() -> None:
    crowd = report(
        "Kushner, Witkoff, Mladenov, Blair, Erdogan, Sisi, Abbas: Farouk Ramadan, Nablus",
        "Merkel Sarkozy Zapatero Berlusconi",
        NOON,
        "en",
    )
    other = report(
        "فاروق رمضان نابلس طوباس قلقيلية سلفيت طولكرم جنين بيرزيت ترمسعيا", "سنجل سلواد دورا السموع يطا", NOON, "ar"
    )
    assert may_agree(crowd, other, rare)
    assert agreement(crowd, other, rare) is None
