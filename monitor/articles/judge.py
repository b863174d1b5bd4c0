"""What came of reading a page: the best text we now have of an article, why it is not more, and whether to ask again.

A page that cannot be had never costs the article: what its feeds say stays, with the reason.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor import urls
from monitor.articles.identity import is_wall
from monitor.model import Page, Shortfall, TextSource

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

_BY_STATUS = {
    401: (Shortfall.FORBIDDEN, False),
    402: (Shortfall.PAYWALL, False),
    403: (Shortfall.FORBIDDEN, True),
    404: (Shortfall.GONE, True),
    408: (Shortfall.UNREACHABLE, True),
    410: (Shortfall.GONE, False),
    413: (Shortfall.TOO_LARGE, False),
    425: (Shortfall.RATE_LIMITED, True),
    429: (Shortfall.RATE_LIMITED, True),
    451: (Shortfall.FORBIDDEN, False),
}
"""Status → what it means, and whether asking again may help. Fresh articles are 404 until every server has them, and
a 403 is often a bot check that lets the next request through."""

# Who stands in the way says so (Cloudflare, AWS WAF), with whatever status.
_CHALLENGE_HEADERS = {"cf-mitigated": ("challenge",), "x-amzn-waf-action": ("captcha", "challenge")}
# Set on every answer of a site that DataDome guards; of a refusal it tells why.
_GUARDED = "x-datadome"
# In a text, only what no news says of its own subject: "access denied" and "security check" are everyday words there.
_CHALLENGE = re.compile(
    r"are you (?:a )?(?:human|robot)|verify (?:that )?you are|unusual traffic|enable javascript and cookies"
    r"|checking your browser|captcha|pardon our interruption",
    re.IGNORECASE,
)
_CHALLENGE_TITLE = re.compile(
    rf"{_CHALLENGE.pattern}|just a moment|attention required|access denied|security check", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is kept of a page."""

    text: str
    """The page's; "" where it is much less than what feeds say."""
    text_source: TextSource
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
    asked: str = "",
    landed: str = "",
) -> Verdict:
    """What an answer is worth.

    `headers` have names in lower case; `page` is None where the body is no page; `feed_text` is what feeds say of the
    article beside its title; `asked` and `landed` are the address before and after redirects.
    """
    refused = _refusal(status, headers) or _diverted(asked, landed)
    if refused is not None:
        shortfall, retry = refused
        return without_page(shortfall, retry=retry, feed_text=feed_text)
    if page is None:
        return without_page(Shortfall.NOT_A_PAGE, retry=False, feed_text=feed_text)
    if len(page.text) < SHORT and (_CHALLENGE.search(page.text) or _CHALLENGE_TITLE.search(page.title)):
        return without_page(Shortfall.CHALLENGE, retry=True, feed_text=feed_text)
    if 0 < len(page.text) < FEWEST and not feed_text:
        # Perhaps a short notice, perhaps a wall in words we do not know: it is kept, and asked for again.
        return Verdict(text=page.text, text_source=TextSource.PAGE, shortfall=Shortfall.TOO_SHORT, retry=True)
    # A feed that carries whole articles often has a little more than the extractor finds, and several feeds' wordings
    # add up: that is no shortfall.
    if len(page.text) < SHORT and 2 * len(page.text) < max(len(feed_text), 1):
        short = Shortfall.PAYWALL if page.paywalled else Shortfall.TOO_SHORT
        return without_page(short, retry=not page.paywalled, feed_text=feed_text)
    teaser = Shortfall.PAYWALL if page.paywalled else None
    return Verdict(text=page.text, text_source=TextSource.PAGE, shortfall=teaser, retry=False)


def without_page(shortfall: Shortfall, *, retry: bool, feed_text: str) -> Verdict:
    """The verdict where nothing of the page can be used: the feed's text stays."""
    source = TextSource.FEED if feed_text else TextSource.TITLE
    return Verdict(text="", text_source=source, shortfall=shortfall, retry=retry)


def when_to_read_again(
    attempts: int, *, temporary: bool, retry_after: timedelta | None, now: datetime
) -> datetime | None:
    """When to try again after so many `attempts`, the failed one included; None where nothing more is to be had."""
    if not temporary or not 0 < attempts <= len(DELAYS):
        return None
    asked = min(retry_after or timedelta(), LONGEST_RETRY_AFTER)
    return now + max(DELAYS[attempts - 1], asked)


def _refusal(status: int, headers: Mapping[str, str]) -> tuple[Shortfall, bool] | None:
    if any(headers.get(name, "").lower() in marks for name, marks in _CHALLENGE_HEADERS.items()):
        return Shortfall.CHALLENGE, True
    if 200 <= status < 300:
        return None
    if status == 403 and _GUARDED in headers:
        return Shortfall.CHALLENGE, True
    if status >= 500:
        return Shortfall.SERVER_ERROR, True
    return _BY_STATUS.get(status, (Shortfall.FORBIDDEN if status >= 400 else Shortfall.UNREACHABLE, False))


def _diverted(asked: str, landed: str) -> tuple[Shortfall, bool] | None:
    """Sent elsewhere: to the front page, as sites do with articles they took down, or to a wall."""
    if not landed or landed == asked:
        return None
    if is_wall(landed) and not is_wall(asked):
        return Shortfall.CHALLENGE, True
    if urls.is_front_page(landed) and not urls.is_front_page(asked):
        return Shortfall.GONE, False
    return None
