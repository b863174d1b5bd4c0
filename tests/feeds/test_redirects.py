"""Links of redirect services lead to what their address names."""

from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import urls
from monitor.feeds.redirects import target
from tests.feeds.documents import item, only, read, rss

ARTICLE = "https://gazette.example/news/1?id=7"
ENCODED = "https%3A%2F%2Fgazette.example%2Fnews%2F1%3Fid%3D7"


def google_news(address: str, *, beginning: bytes = b"\x08\x13\x22") -> str:
    """The address of an article at Google News as they were made until 2024."""
    length = len(address.encode())
    size = bytes([length]) if length < 0x80 else bytes([length & 0x7F | 0x80, length >> 7])
    payload = urlsafe_b64encode(beginning + size + address.encode() + b"\xd2\x01\x00").decode().rstrip("=")
    return f"https://news.google.com/rss/articles/{payload}?oc=5"


@pytest.mark.parametrize(
    "link",
    [
        f"https://www.google.com/url?rct=j&sa=t&url={ENCODED}&ct=ga&cd=x",
        f"http://google.co.uk/url?q={ENCODED}",
        f"https://news.google.com/news/url?sa=t&fd=R&url={ENCODED}",
        f"https://news.url.google.com/news/url?url={ENCODED}",
        f"https://news.google.com/topics/x?url={ENCODED}",
        f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&tid=1&url={ENCODED}&c=2&mkt=en-us",
        f"https://l.facebook.com/l.php?u={ENCODED}&h=AT0",
        f"https://l.instagram.com/?u={ENCODED}",
        f"https://t.umblr.com/redirect?z={ENCODED}&t=x",
        f"https://out.reddit.com/t3_x?url={ENCODED}&token=x",
        f"https://www.youtube.com/redirect?event=video&q={ENCODED}",
        f"https://www.linkedin.com/redir/redirect?url={ENCODED}",
        f"https://vk.com/away.php?to={ENCODED}",
        f"https://duckduckgo.com/l/?uddg={ENCODED}",
        f"https://r.search.yahoo.com/_ylt=A;_ylu=B/RV=2/RE=1/RO=10/RU={ENCODED}/RK=2/RS=x-",
        f"https://www.google.com/url?q=https://l.facebook.com/l.php%3Fu%3D{ENCODED.replace('%', '%25')}",
        google_news(ARTICLE),
        google_news(ARTICLE).replace("/rss/articles/", "/__i/rss/rd/articles/"),
        google_news(ARTICLE).replace("/rss/articles/", "/read/"),
    ],
)
def test_a_service_that_names_its_target_is_led_through(link: str) -> None:
    assert target(link) == ARTICLE


def test_a_long_address_and_other_scripts_are_read_from_google_news() -> None:
    long = "https://صحيفة.example/" + "نفق-" * 30
    assert target(google_news(long)) == long


@pytest.mark.parametrize(
    "link",
    [
        "",
        ARTICLE,
        f"https://gazette.example/url?q={ENCODED}",
        f"https://google.example/url?q={ENCODED}",
        f"https://www.google.com.evil.example/url?q={ENCODED}",
        f"https://www.google.com/search?q={ENCODED}",
        "https://www.google.com/url?q=javascript:alert(1)",
        "https://www.google.com/url?q=",
        "https://www.google.com/url?q=%2Frelative",
        "https://www.google.com/url?sa=t",
        "https://l.facebook.com/l.php?u=file:///etc/passwd",
        google_news("javascript:alert(1)"),
        google_news("AU_yqLMxb2fLZ1Xn4Qb"),
        google_news(ARTICLE, beginning=b"\x08\x14\x22"),
        "https://news.google.com/rss/articles/CBMi?oc=5",
        "https://news.google.com/rss/articles/CBMi_w?oc=5",
        "https://news.google.com/rss/articles/A",
        "https://news.google.com/rss/articles/CBMiA____w",
    ],
)
def test_what_tells_no_target_stays_as_it_is(link: str) -> None:
    assert target(link) == link


def test_services_behind_each_other_end_somewhere() -> None:
    link = ARTICLE
    for _ in range(5):
        link = f"https://www.google.com/url?q={quote(link, safe='')}"
    assert target(link).startswith("https://www.google.com/url?q=https%3A")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_nothing_in_the_address_raises(rest: str) -> None:
    for start in ("https://news.google.com/rss/articles/", "https://www.google.com/url?q=", "https://google.com:"):
        if link := urls.absolute("", start + rest):
            assert urls.normalise(target(link))


def test_an_entry_leads_to_the_article_and_keeps_its_key() -> None:
    link = f"https://www.google.com/url?url={ENCODED}"
    assert (only(rss(item(link=link))).link, only(rss(item(link=link))).key) == (ARTICLE, link)
    alert = only(rss(item("<guid isPermaLink='false'>tag:google.com,2013:feed:1</guid>", link=link)))
    assert (alert.link, alert.key) == (ARTICLE, "tag:google.com,2013:feed:1")


def test_two_links_to_one_article_stay_two_entries() -> None:
    links = [f"https://www.google.com/url?sa={number}&url={ENCODED}" for number in (1, 2)]
    feed = read(rss("".join(item(link=link.replace("&", "&amp;")) for link in links)))
    assert [entry.link for entry in feed.entries] == [ARTICLE, ARTICLE]
    assert [entry.key for entry in feed.entries] == links
