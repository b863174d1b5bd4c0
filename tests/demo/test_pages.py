"""Every page of the demo site gives its text, and only that; the blocked ones give what they should."""

import json
import re

import httpx
import pytest
import trafilatura

from monitor.demo.content import Manuscript, PageKind, manuscripts
from monitor.demo.outlets import OUTLET_OF_FEED, OUTLETS
from monitor.demo.pages import ArticlePage, article
from monitor.demo.routes import link_of, page_of
from monitor.demo.site import DemoSite
from tests.builders import NOON

WRITTEN = manuscripts()
READABLE = [written for written in WRITTEN if written.page.readable]


def names(written: Manuscript) -> str:
    return f"{written.language}/{written.slug}"


def page(browser: httpx.Client, written: Manuscript) -> str:
    return browser.get(page_of(written)).content.decode(OUTLET_OF_FEED[written.feeds[0]].page_encoding)


def of_kind(kind: PageKind) -> list[Manuscript]:
    return [written for written in WRITTEN if written.page is kind]


def json_ld(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert found
    content: dict[str, object] = json.loads(found[1])
    return content


@pytest.mark.parametrize("written", READABLE, ids=names)
def test_a_page_gives_its_text_and_nothing_of_what_stands_around(browser: httpx.Client, written: Manuscript) -> None:
    text = trafilatura.extract(page(browser, written), favor_recall=True, include_comments=False)
    assert text
    folded = " ".join(text.split())
    assert [paragraph for paragraph in written.paragraphs if paragraph not in folded] == []
    assert not [other.title for other in WRITTEN if other.title != written.title and other.title in folded]
    assert "not news" not in folded


@pytest.mark.parametrize("written", READABLE, ids=names)
def test_a_page_says_what_it_is(site: DemoSite, browser: httpx.Client, written: Manuscript) -> None:
    outlet = OUTLET_OF_FEED[written.feeds[0]]
    html = page(browser, written)
    assert f'<html lang="{written.language}" dir="{"rtl" if written.language in {"ar", "he"} else "ltr"}">' in html
    assert f'<link rel="canonical" href="{site.base_url}{page_of(written)}">' in html
    assert f'<meta charset="{outlet.page_encoding}">' in html
    assert html.count("<li>") == 3
    facts = json_ld(html)
    assert (facts["headline"], facts["isAccessibleForFree"]) == (written.title, True)


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
def test_an_outlet_declares_its_encoding_in_the_header_or_only_in_the_page(
    browser: httpx.Client, outlet: object
) -> None:
    for written in READABLE:
        if OUTLET_OF_FEED[written.feeds[0]] is outlet:
            kind = browser.get(page_of(written)).headers["content-type"]
            told = OUTLET_OF_FEED[written.feeds[0]]
            assert kind == (f"text/html; charset={told.page_encoding}" if told.charset_in_header else "text/html")


@pytest.mark.parametrize("written", of_kind(PageKind.MOVED), ids=names)
def test_a_moved_article_is_reached_by_a_redirect(browser: httpx.Client, written: Manuscript) -> None:
    response = browser.get(link_of(written))
    assert (response.status_code, response.headers["location"]) == (301, page_of(written))
    assert browser.get(response.headers["location"]).status_code == 200


@pytest.mark.parametrize("written", of_kind(PageKind.PAYWALL), ids=names)
def test_a_paywall_shows_the_first_paragraph_and_says_that_it_is_one(
    browser: httpx.Client, written: Manuscript
) -> None:
    html = page(browser, written)
    assert written.paragraphs[0] in html.replace("&quot;", '"')
    assert written.paragraphs[1] not in html
    assert json_ld(html)["isAccessibleForFree"] is False


@pytest.mark.parametrize(
    ("kind", "status"), [(PageKind.CHALLENGE, 403), (PageKind.MISSING, 404), (PageKind.BROKEN, 500)]
)
def test_a_blocked_page_holds_nothing_of_the_article(browser: httpx.Client, kind: PageKind, status: int) -> None:
    for written in of_kind(kind):
        response = browser.get(page_of(written))
        assert response.status_code == status
        assert written.title not in response.text
        assert written.paragraphs[0] not in response.text


def test_the_front_pages_lead_to_every_outlet_and_its_feeds(site: DemoSite, browser: httpx.Client) -> None:
    front = browser.get("/").text
    assert "this is not news" in front
    for outlet in OUTLETS:
        assert f'href="{site.base_url}/{outlet.id}/"' in front
        assert browser.get(f"/{outlet.id}/").text.count('rel="alternate"') == len(outlet.feeds)


def test_a_headline_cannot_break_out_of_the_page() -> None:
    written = WRITTEN[0]
    hostile = Manuscript(
        **{name: getattr(written, name) for name in Manuscript.__slots__ if name != "title"},
        title='</script></title><b>"',
    )
    made = ArticlePage(
        outlet=OUTLETS[0],
        manuscript=hostile,
        url="http://h/1",
        home="http://h/",
        published_at=NOON,
        modified_at=NOON,
        related=(),
    )
    html = article(made)
    assert html.count("</script>") == 1
    assert "<b>" not in html.partition("</script>")[2]
    assert json_ld(html)["headline"] == hostile.title
