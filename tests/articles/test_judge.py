"""What came of a page, and when to ask again."""

from datetime import timedelta

import pytest

from monitor.articles.judge import DELAYS, Verdict, judge, when_to_read_again
from monitor.model import Page, Shortfall
from tests.builders import NOON

LONG = "Officials said on Monday that the talks went on. " * 20
FEED = "Officials said that talks went on."
ASKED = "https://gazette.example/news/1"


def verdict(
    status: int = 200, page: Page | None = None, landed: str = ASKED, feed: str = FEED, **headers: str
) -> Verdict:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return judge(status, named, page, feed_text=feed, asked=ASKED, landed=landed)


def test_a_page_with_its_text_is_what_it_says() -> None:
    assert verdict(page=Page(text=LONG)) == Verdict(text=LONG, shortfall=None, retry=False)


def test_a_short_page_of_something_else_leaves_the_feeds_text() -> None:
    feed = "Israeli troops surrounded tunnels under Rafah while mediators from Egypt proposed that fighters leave Gaza"
    lost = "Sorry, that page could not be found. Perhaps one of our most popular stories is what you were looking for?"
    assert verdict(page=Page(text=lost), feed=feed) == Verdict(text="", shortfall=Shortfall.TOO_SHORT, retry=True)
    assert verdict(page=Page(text=f"{feed[:60]} again"), feed=feed).text
    assert verdict(page=Page(text=LONG), feed=feed).text == LONG
    assert verdict(page=Page(text="", paywalled=True), feed=feed).shortfall is Shortfall.PAYWALL
    assert verdict(page=Page(text=lost, paywalled=True), feed=feed).text == lost
    assert verdict(page=Page(text=lost, title="Fighters leave"), feed=feed).text == lost


@pytest.mark.parametrize(
    ("status", "shortfall", "retry"),
    [
        (301, Shortfall.UNREACHABLE, False),
        (400, Shortfall.FORBIDDEN, False),
        (401, Shortfall.LOGIN, False),
        (402, Shortfall.PAYWALL, False),
        (403, Shortfall.FORBIDDEN, True),
        (404, Shortfall.GONE, True),
        (410, Shortfall.GONE, False),
        (429, Shortfall.RATE_LIMITED, True),
        (451, Shortfall.GEO, False),
        (500, Shortfall.SERVER_ERROR, True),
        (503, Shortfall.SERVER_ERROR, True),
        (599, Shortfall.SERVER_ERROR, True),
    ],
)
def test_a_page_that_is_refused_leaves_the_feeds_text_and_the_reason(
    status: int, shortfall: Shortfall, retry: bool
) -> None:
    assert verdict(status) == Verdict(text="", shortfall=shortfall, retry=retry)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {"cf_mitigated": "challenge"}),
        (200, {"cf_mitigated": "challenge"}),
        (202, {"x_amzn_waf_action": "challenge"}),
        (403, {"x_datadome": "protected"}),
    ],
)
def test_a_bot_check_is_known_by_its_headers(status: int, headers: dict[str, str]) -> None:
    found = verdict(status, Page(text=LONG), **headers)
    assert (found.shortfall, found.text, found.retry) == (Shortfall.CHALLENGE, "", True)


def test_the_header_of_a_guard_that_let_us_through_is_no_bot_check() -> None:
    assert verdict(200, Page(text=LONG), x_datadome="protected").shortfall is None


@pytest.mark.parametrize(
    "page", [Page(text="Checking your browser.", title=""), Page(text="x" * 100, title="Just a moment...")]
)
def test_a_bot_check_is_known_by_its_words(page: Page) -> None:
    assert verdict(page=page).shortfall is Shortfall.CHALLENGE


def test_an_article_about_captchas_is_no_bot_check() -> None:
    assert verdict(page=Page(text=f"Captcha! {LONG}")).shortfall is None


@pytest.mark.parametrize(
    ("landed", "shortfall", "retry"),
    [
        ("https://gazette.example/", Shortfall.GONE, False),
        ("https://gazette.example/en/?utm_source=x", Shortfall.GONE, False),
        ("https://consent.gazette.example/?to=1", Shortfall.CONSENT, True),
        ("https://gazette.example/login?next=/news/1", Shortfall.LOGIN, False),
        ("https://gazette.example/auth/login/", Shortfall.LOGIN, False),
        ("https://gazette.example/404.html", Shortfall.GONE, True),
        ("https://gazette.example/news/1-slug", None, False),
        ("https://gazette.example/verify/2026/gaza-tunnel-story", None, False),
        ("https://gazette.example/challenge/tunnels", None, False),
        ("https://gazette.example/auth/2026/tunnels.html", None, False),
        ("https://gazette.example/register/world/tunnels/", None, False),
        ("https://gazette.example/consent/2026/tunnels?page=/login", None, False),
        ("https://id.gazette.example/berita/terowongan-gaza", None, False),
        ("https://account.gazette.example/story/1", None, False),
        ("", None, False),
    ],
)
def test_where_a_redirect_ends_decides_whose_text_it_is(landed: str, shortfall: Shortfall | None, retry: bool) -> None:
    found = verdict(page=Page(text=LONG), landed=landed)
    assert (found.shortfall, found.retry, found.text == LONG) == (shortfall, retry, shortfall is None)


@pytest.mark.parametrize("landed", ["https://gazette.example/news/verify", "https://sso.gazette.example/news/1"])
def test_a_whole_article_that_begins_as_its_feed_says_is_kept_wherever_it_stands(landed: str) -> None:
    assert verdict(page=Page(text=LONG), feed=LONG[:200], landed=landed).text == LONG
    assert verdict(page=Page(text=LONG), feed="Of something else.", landed=landed).text == ""


def test_a_short_page_at_the_address_of_a_wall_is_one_wherever_that_is_said() -> None:
    landed = "https://gazette.example/verify/2026/x"
    assert verdict(page=Page(text="Hello."), landed=landed).shortfall is Shortfall.CHALLENGE
    assert verdict(page=None, landed=landed).shortfall is Shortfall.CHALLENGE


def test_a_front_page_that_was_asked_for_is_no_diversion() -> None:
    found = judge(200, {}, Page(text=LONG), feed_text="", asked="https://a.example/", landed="https://b.example/")
    assert found.shortfall is None


def test_what_is_no_page_is_not_asked_for_again() -> None:
    assert (verdict(200).shortfall, verdict(200).retry) == (Shortfall.NOT_A_PAGE, False)


@pytest.mark.parametrize(
    ("text", "feed", "paywalled", "shortfall", "kept"),
    [
        ("Short.", FEED, False, Shortfall.TOO_SHORT, False),
        ("", "", False, Shortfall.TOO_SHORT, False),
        ("Short.", "", False, Shortfall.TOO_SHORT, True),
        ("Short. " * 40, "", False, None, True),
        ("Short.", FEED, True, Shortfall.PAYWALL, False),
        (LONG, FEED, True, Shortfall.PAYWALL, True),
        (LONG, f"{LONG} And more.", False, None, True),
        (LONG, LONG * 3, False, None, True),
    ],
)
def test_a_page_counts_unless_it_says_much_less_than_the_feed(
    text: str, feed: str, paywalled: bool, shortfall: Shortfall | None, kept: bool
) -> None:
    found = verdict(page=Page(text=text, paywalled=paywalled), feed=feed)
    assert (found.shortfall, found.text) == (shortfall, text if kept else "")


def test_a_publisher_that_counts_its_readers_has_a_paywall() -> None:
    metered = f"{ASKED}?gaa_at=la&gaa_n=x"
    assert verdict(page=Page(text="Teaser. " * 30), landed=metered).shortfall is Shortfall.PAYWALL
    assert verdict(page=Page(text=LONG), landed=metered).shortfall is None


def test_a_short_article_that_begins_as_its_feed_says_is_no_wall_whatever_its_words() -> None:
    text = f"{FEED} The site asks readers to log in to read more, and to accept all cookies."
    assert verdict(page=Page(text=text)).shortfall is None
    assert verdict(page=Page(text=text), feed="Something else.").shortfall is Shortfall.CONSENT


def test_a_wall_says_more_in_its_words_than_in_its_address() -> None:
    page = Page(text="Our website is currently unavailable in most European countries.")
    assert verdict(page=page, landed="https://gazette.example/gdpr/").shortfall is Shortfall.GEO
    assert verdict(page=Page(text="Hello."), landed="https://gazette.example/gdpr/").shortfall is Shortfall.CONSENT


def test_a_bot_check_without_words_is_known_by_its_markup() -> None:
    body = b'<script src="https://ct.captcha-delivery.com/c.js"></script>'
    found = judge(200, {}, Page(text=""), feed_text=FEED, body=body, asked=ASKED, landed=ASKED)
    assert (found.shortfall, found.retry) == (Shortfall.CHALLENGE, True)
    long = judge(200, {}, Page(text=LONG), feed_text=FEED, body=body, asked=ASKED, landed=ASKED)
    assert long.shortfall is None


def test_the_delays_grow_and_end() -> None:
    moments = [when_to_read_again(n, temporary=True, retry_after=None, now=NOON) for n in range(1, 8)]
    assert moments == [*(NOON + delay for delay in DELAYS), None, None]


def test_what_will_not_pass_is_not_tried_again() -> None:
    assert when_to_read_again(1, temporary=False, retry_after=timedelta(minutes=1), now=NOON) is None


@pytest.mark.parametrize(
    ("asked", "wait"),
    [(timedelta(hours=1), timedelta(hours=1)), (timedelta(0), DELAYS[0]), (timedelta(days=9), timedelta(days=1))],
)
def test_a_server_that_asks_for_patience_gets_it_within_reason(asked: timedelta, wait: timedelta) -> None:
    assert when_to_read_again(1, temporary=True, retry_after=asked, now=NOON) == NOON + wait


def test_words_of_news_are_no_bot_check_but_a_title_may_be() -> None:
    news = "Fighters in Rafah were found at a security check; access denied, said the army." + " More." * 30
    assert verdict(page=Page(text=news, title="Rafah"), feed="").shortfall is None
    assert verdict(page=Page(text="Ray ID 1", title="Access denied"), feed="").shortfall is Shortfall.CHALLENGE
    assert verdict(page=Page(text="Verify you are human", title=""), feed="").shortfall is Shortfall.CHALLENGE
