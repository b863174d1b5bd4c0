"""What came of reading a page: the best text we now have of an article, why it is not more, and whether to ask again.

A page that cannot be had never costs the article: what its feeds say stays, with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor import urls
from monitor.articles.missing import is_missing_at, says_missing
from monitor.articles.vouch import is_denied
from monitor.articles.walls import is_metered, wall_at, wall_in_answer, wall_in_markup, wall_in_words
from monitor.model import Page, Shortfall

DELAYS = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
LONGEST_RETRY_AFTER = timedelta(hours=24)
SHORT = 600
"""Characters; a longer text is an article, whatever words are in it."""
FEWEST = 200
"""Characters; a shorter text that no feed vouches for may be anything."""

_BEGINNING = 80
"""Characters of a feed's text by which the article is known."""
_PASSING = frozenset([Shortfall.CHALLENGE, Shortfall.CONSENT])
"""Walls that let the next request through, at times."""

_BY_STATUS = {
    401: (Shortfall.LOGIN, False),
    402: (Shortfall.PAYWALL, False),
    403: (Shortfall.FORBIDDEN, True),
    404: (Shortfall.GONE, True),
    408: (Shortfall.UNREACHABLE, True),
    410: (Shortfall.GONE, False),
    413: (Shortfall.TOO_LARGE, False),
    425: (Shortfall.RATE_LIMITED, True),
    429: (Shortfall.RATE_LIMITED, True),
    451: (Shortfall.GEO, False),
}
"""Status → what it means, and whether asking again may help. Fresh articles are 404 until every server has them, and
a 403 is often a bot check that lets the next request through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is kept of a page."""

    text: str
    """The page's; "" where it is much less than what feeds say."""
    shortfall: Shortfall | None
    """Why the text is not (all of) the page's; None where it is."""
    retry: bool
    """Whether asking again may bring more."""


def judge(
    status: int,
    headers: Mapping[str, str],
    page: Page | None,
    *,
    feed_text: str,
    body: bytes = b"",
    asked: str = "",
    landed: str = "",
) -> Verdict:
    """What an answer is worth.

    `headers` have names in lower case; `page` is None where the body is no page; `feed_text` is what feeds say of the
    article beside its title; `asked` and `landed` are the address before and after redirects.
    """
    short = page is None or len(page.text) < SHORT
    refused = _refusal(status, headers, body) or _diverted(asked, landed, page, feed_text)
    if refused is not None:
        shortfall, retry = refused
        return without_page(shortfall, retry=retry)
    if page is None:
        return without_page(Shortfall.NOT_A_PAGE, retry=False)
    if says_missing(page.title, page.text if short or not page.title else "") and not _is_told(feed_text, page):
        return without_page(Shortfall.GONE, retry=True)
    if short and (wall := _wall_instead(page, body, feed_text)):
        return without_page(wall, retry=wall in _PASSING)
    if short and page.text and not page.paywalled and is_denied(f"{page.title}\n{page.text}", feed_text):
        # Of something else, in words that we do not know: an error page with status 200.
        return without_page(Shortfall.TOO_SHORT, retry=True)
    if 0 < len(page.text) < FEWEST and not feed_text:
        # Perhaps a short notice, perhaps a wall in words we do not know: it is kept, and asked for again.
        return Verdict(text=page.text, shortfall=Shortfall.TOO_SHORT, retry=True)
    paywalled = page.paywalled or (short and is_metered(landed) and not is_metered(asked))
    # A feed that carries whole articles often has a little more than the extractor finds, and several feeds' wordings
    # add up: that is no shortfall.
    if short and 2 * len(page.text) < max(len(feed_text), 1):
        return without_page(Shortfall.PAYWALL if paywalled else Shortfall.TOO_SHORT, retry=not paywalled)
    return Verdict(text=page.text, shortfall=Shortfall.PAYWALL if paywalled else None, retry=False)


def without_page(shortfall: Shortfall, *, retry: bool) -> Verdict:
    """The verdict where nothing of the page can be used: the feed's text stays."""
    return Verdict(text="", shortfall=shortfall, retry=retry)


def when_to_read_again(
    attempts: int, *, temporary: bool, retry_after: timedelta | None, now: datetime
) -> datetime | None:
    """When to try again after so many `attempts`, the failed one included; None where nothing more is to be had."""
    if not temporary or not 0 < attempts <= len(DELAYS):
        return None
    asked = min(retry_after or timedelta(), LONGEST_RETRY_AFTER)
    return now + max(DELAYS[attempts - 1], asked)


def _refusal(status: int, headers: Mapping[str, str], body: bytes) -> tuple[Shortfall, bool] | None:
    if wall := wall_in_answer(status, headers, body):
        return wall, wall in _PASSING
    if 200 <= status < 300:
        return None
    if status >= 500:
        return Shortfall.SERVER_ERROR, True
    return _BY_STATUS.get(status, (Shortfall.FORBIDDEN if status >= 400 else Shortfall.UNREACHABLE, False))


def _diverted(asked: str, landed: str, page: Page | None, feed_text: str) -> tuple[Shortfall, bool] | None:
    """Sent elsewhere: to the front page or one that says "not found", as sites do with articles they took down, or to
    a wall.
    """
    if not landed or landed == asked:
        return None
    if not wall_at(asked) and (wall := _wall_there(landed, page, feed_text)):
        return wall, wall in _PASSING
    if urls.is_front_page(landed) and not urls.is_front_page(asked):
        return Shortfall.GONE, False
    if is_missing_at(landed) and not is_missing_at(asked):
        return Shortfall.GONE, True
    return None


def _wall_there(landed: str, page: Page | None, feed_text: str) -> Shortfall | None:
    """What stands at an address that is called a wall. A long page is none that begins as the feed says."""
    if page is not None and len(page.text) >= SHORT:
        return None if _is_told(feed_text, page) else wall_at(landed, is_long=True)
    wall = wall_at(landed)
    return wall and ((wall_in_words(page.title, page.text) if page else None) or wall)


def _wall_instead(page: Page, body: bytes, feed_text: str) -> Shortfall | None:
    """What stands in the place of the article, unless it is the article: the feed knows how that begins."""
    if _is_told(feed_text, page):
        return None
    return wall_in_words(page.title, page.text) or (wall_in_markup(body) if len(page.text) < FEWEST else None)


def _is_told(feed_text: str, page: Page) -> bool:
    """Whether the page has what feeds say of the article, which is how that begins."""
    return bool(feed_text) and feed_text[:_BEGINNING] in page.text
