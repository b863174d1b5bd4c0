"""What every path of the demo site answers, worked out once from the manuscripts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import assert_never

from monitor.demo import listing, pages
from monitor.demo.content import Manuscript, PageKind
from monitor.demo.furniture import NOTICE
from monitor.demo.outlets import OUTLET_OF_FEED, OUTLETS, DemoFeed, DemoOutlet, feed_path
from monitor.demo.server import Answer

_ROBOTS = b"User-agent: *\nDisallow: /search\nCrawl-delay: 0\n"
_RELATED = 3
"""Links below an article."""

Written = Sequence[Manuscript]
Route = tuple[str, Answer]
"""(path, what it answers)."""


def routes(written: Written, *, base_url: str, now: datetime) -> dict[str, Answer]:
    """Path → answer, for every page and feed of the site; "/404" is for all other paths."""
    return dict(
        chain(
            _fixed(base_url),
            *(_outlet_routes(outlet, written, base_url, now) for outlet in OUTLETS),
            *(_article_routes(manuscript, written, base_url, now) for manuscript in written),
        )
    )


def later_routes(written: Written, *, base_url: str, now: datetime) -> dict[str, Answer]:
    """The pages of the articles that are corrected or removed, as they are then. Feeds go on listing what they did."""
    return dict(
        chain.from_iterable(
            _article_routes(manuscript.later, written, base_url, now, modified_at=now)
            for manuscript in written
            if manuscript.later
        )
    )


def page_of(manuscript: Manuscript) -> str:
    """The path of the article's page."""
    return f"/{OUTLET_OF_FEED[manuscript.feeds[0]].id}/news/{manuscript.slug}"


def link_of(manuscript: Manuscript) -> str:
    """The path that feeds link: the page's, or one that redirects to it."""
    page = page_of(manuscript)
    return page.replace("/news/", "/go/") if manuscript.page is PageKind.MOVED else page


def _fixed(base_url: str) -> Iterator[Route]:
    links = [(f"{base_url}/{outlet.id}/", outlet.name) for outlet in OUTLETS]
    yield "/", _html(pages.front(NOTICE, language="en", direction="ltr", links=links))
    yield "/robots.txt", Answer(headers={"Content-Type": "text/plain"}, body=_ROBOTS)
    yield "/404", _html(pages.error(404, "Page not found"), status=404)


def _outlet_routes(outlet: DemoOutlet, written: Written, base_url: str, now: datetime) -> Iterator[Route]:
    home = f"{base_url}/{outlet.id}/"
    own = [manuscript for manuscript in written if OUTLET_OF_FEED[manuscript.feeds[0]] is outlet]
    feeds = [(base_url + feed_path(outlet, feed), feed.title) for feed in outlet.feeds]
    links = [(base_url + page_of(manuscript), manuscript.title) for manuscript in own]
    front = pages.front(outlet.name, language=outlet.language, direction=outlet.direction, links=links, feeds=feeds)
    yield f"/{outlet.id}/", _html(front)
    for feed in outlet.feeds:
        listed = [manuscript for manuscript in written if feed.id in manuscript.feeds]
        items = [_listed(manuscript, feed, base_url, now) for manuscript in listed]
        yield (
            feed_path(outlet, feed),
            Answer(
                headers={"Content-Type": listing.content_type(feed)},
                body=listing.document(outlet, feed, items, home=home),
                last_modified=max(item.published_at for item in items),
            ),
        )


def _listed(manuscript: Manuscript, feed: DemoFeed, base_url: str, now: datetime) -> listing.Listed:
    link = base_url + link_of(manuscript)
    return listing.Listed(
        link=f"{link}?{feed.tracking}" if feed.tracking else link,
        guid=link,
        title=manuscript.title,
        summary=manuscript.summary,
        html=pages.paragraphs(manuscript) if feed.full_text else "",
        published_at=now - manuscript.age,
        author=manuscript.author,
    )


def _article_routes(
    manuscript: Manuscript, written: Written, base_url: str, now: datetime, *, modified_at: datetime | None = None
) -> Iterator[Route]:
    outlet = OUTLET_OF_FEED[manuscript.feeds[0]]
    path = page_of(manuscript)
    page = pages.ArticlePage(
        outlet=outlet,
        manuscript=manuscript,
        url=base_url + path,
        home=f"{base_url}/{outlet.id}/",
        published_at=now - manuscript.age,
        modified_at=modified_at or now - manuscript.age,
        related=_related(manuscript, outlet, written, base_url),
    )
    yield path, _page(page)
    if manuscript.page is PageKind.MOVED:
        yield link_of(manuscript), Answer(status=301, headers={"Location": path})


def _related(manuscript: Manuscript, outlet: DemoOutlet, written: Written, base_url: str) -> pages.Links:
    """The outlet's next articles after this one, whatever they are about."""
    own = [other for other in written if OUTLET_OF_FEED[other.feeds[0]] is outlet]
    place = [other.slug for other in own].index(manuscript.slug) + 1
    others = (own[place:] + own[: place - 1])[:_RELATED]
    return [(base_url + page_of(other), other.title) for other in others]


def _page(page: pages.ArticlePage) -> Answer:
    match page.manuscript.page:
        case PageKind.FULL | PageKind.MOVED:
            return _in_encoding(pages.article(page), page.outlet, page.modified_at)
        case PageKind.PAYWALL:
            return _in_encoding(pages.paywall(page), page.outlet, page.modified_at)
        case PageKind.CHALLENGE:
            # So that a reader can tell a bot check from a refusal, as the large ones do.
            return _html(pages.challenge(), status=403, headers={"cf-mitigated": "challenge"})
        case PageKind.MISSING:
            return _html(pages.error(404, "Page not found"), status=404)
        case PageKind.BROKEN:
            return _html(pages.error(500, "Something went wrong"), status=500)
        case unknown:
            assert_never(unknown)


def _in_encoding(html: str, outlet: DemoOutlet, modified_at: datetime) -> Answer:
    charset = f"; charset={outlet.page_encoding}" if outlet.charset_in_header else ""
    return Answer(
        headers={"Content-Type": f"text/html{charset}"},
        body=html.encode(outlet.page_encoding, "xmlcharrefreplace"),
        last_modified=modified_at,
    )


def _html(html: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    fixed = {"Content-Type": "text/html; charset=utf-8"}
    return Answer(status=status, headers={**fixed, **(headers or {})}, body=html.encode())
