"""Which addresses are an article's, and when two articles are one."""

from datetime import timedelta

import pytest

from monitor.articles.identity import aliases, is_wall, same_article
from tests.builders import NOON, an_article

ASKED = "https://www.gazette.example/news/1"


@pytest.mark.parametrize(
    ("landed", "canonical", "found"),
    [
        (ASKED, "", ()),
        (f"{ASKED}?utm_source=x", ASKED, ()),
        ("https://www.gazette.example/news/1-slug", "", ("https://www.gazette.example/news/1-slug",)),
        (ASKED, "https://gazette.example/1", ("https://gazette.example/1",)),
        (f"{ASKED}-slug", f"{ASKED}-slug#top", (f"{ASKED}-slug",)),
        ("https://other.example/a", "https://gazette.example/1", ("https://other.example/a",)),
        (ASKED, "https://gazette.example/", ()),
        (ASKED, "https://other.example/1", ()),
        ("https://gazette.example/", "", ()),
        (f"{ASKED}/amp", ASKED, (f"{ASKED}/amp",)),
        (
            ASKED,
            "https://m.gazette.example/1",
            ("https://m.gazette.example/1", "https://www.gazette.example/1", "https://gazette.example/1"),
        ),
        ("https://consent.gazette.example/x", "", ()),
        ("https://gazette.example/user/login?next=1", "", ()),
        ("not an address", "", ()),
    ],
)
def test_only_addresses_of_the_article_itself_are_kept(landed: str, canonical: str, found: tuple[str, ...]) -> None:
    assert aliases(ASKED, landed=landed, canonical=canonical) == found


def test_a_variant_is_known_by_the_address_of_its_original_too() -> None:
    amp = f"{ASKED}/amp"
    assert aliases(amp, landed=amp) == (ASKED,)
    assert aliases("https://m.gazette.example/", landed="https://m.gazette.example/") == ()


def test_an_article_without_an_address_may_get_one() -> None:
    assert aliases("", landed=ASKED) == (ASKED,)


@pytest.mark.parametrize(
    ("url", "wall"),
    [
        ("https://example.com/cdn-cgi/challenge", True),
        ("https://id.example.com/x", False),
        ("https://example.com/a/consent", True),
        ("https://example.com/a/consent-law-passed", False),
        ("https://example.com/a?next=/login", False),
    ],
)
def test_walls_are_known_by_their_addresses(url: str, wall: bool) -> None:
    assert is_wall(url) is wall


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("Israel surrounds Rafah tunnels", "Israel surrounds Rafah tunnels", True),
        ("Israel surrounds Rafah tunnels", "ISRAEL surrounds Rafah's tunnels | The Gazette", True),
        ("Israel surrounds Rafah tunnels", "Israel widens Gaza aid crossings", False),
        ("Israel surrounds Rafah tunnels", "", False),
        ("", "", False),
        ("الجيش يحاصر أنفاق رفح", "الجيش يحاصر أنفاق رفح جنوبي القطاع", True),
        ("イスラエルとハマスの停戦合意", "イスラエルとハマスの停戦に合意", True),
        ("イスラエルとハマスの停戦合意", "東京の天気は晴れ", False),
    ],
)
def test_articles_that_share_an_address_are_one_if_their_titles_agree(a: str, b: str, same: bool) -> None:
    first, second = an_article(title=a), an_article(title=b, published_at=None)
    assert same_article(first, second) is same_article(second, first) is same


def test_a_column_that_keeps_its_title_is_a_new_article_every_week() -> None:
    first = an_article(title="Letters to the editor")
    assert same_article(first, an_article(title="Letters to the editor", published_at=NOON + timedelta(days=1)))
    assert not same_article(first, an_article(title="Letters to the editor", published_at=NOON + timedelta(days=7)))


def test_spellings_of_one_headline_agree() -> None:
    one = an_article(title="إسرائيل تقصف أنفاق رفح")
    assert same_article(one, an_article(title="اسرائيل تقصف انفاق رفح"))


def test_a_column_keeps_its_title_every_week_dated_or_not() -> None:
    one = an_article(title="The week in review", published_at=None)
    later = an_article(title="The week in review", published_at=None, first_seen_at=NOON + timedelta(days=7))
    assert not same_article(one, later)
