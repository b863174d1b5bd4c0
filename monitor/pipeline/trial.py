"""An article from outside, read as the stage READ reads one, to try the rules on; nothing is stored."""

from dataclasses import dataclass

from monitor.articles.judge import judge
from monitor.articles.language import language_of
from monitor.articles.outlets import Outlets
from monitor.errors import ParseError
from monitor.fetch.fetcher import Fetcher
from monitor.fetch.request import Request
from monitor.model import Document, Page
from monitor.pipeline.read import ACCEPT, extract
from monitor.workers.pool import Workers
from monitor.workers.tasks import extract_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was read."""

    document: Document
    note: str = ""
    """Why it is less than the page; "" where it is not."""


async def read_address(url: str, fetcher: Fetcher, workers: Workers, outlets: Outlets, *, page_size: int) -> Trial:
    """The article at an address. Raises: FetchError, ParseError."""
    fetched = await fetcher.fetch(Request(url=url, accept=ACCEPT, max_bytes=page_size))
    page = await extract(fetched, workers)
    verdict = judge(
        fetched.status, fetched.headers, page, feed_text="", body=fetched.body, asked=url, landed=fetched.final_url
    )
    if not verdict.text:
        raise ParseError(f"there is no article at {fetched.final_url}: {verdict.shortfall} (status {fetched.status})")
    note = f"perhaps not the whole page: {verdict.shortfall}" if verdict.shortfall else ""
    return Trial(document=_document(page or Page(text=""), fetched.final_url, outlets), note=note)


async def read_page(body: bytes, workers: Workers, outlets: Outlets) -> Trial:
    """The article in the HTML of a page. Raises: ParseError."""
    page = await workers.run(extract_page, body, "text/html", "")
    if not page.text and not page.title:
        raise ParseError("there is no article in this page")
    return Trial(
        document=_document(page, page.canonical, outlets), note="" if page.text else "only its title was found"
    )


def _document(page: Page, url: str, outlets: Outlets) -> Document:
    outlet = outlets.at(url) if url else None
    return Document(
        title=page.title,
        text=page.text,
        language=language_of(page.text or page.title, page.language, outlet.language if outlet else ""),
        outlet=outlet.id if outlet else "",
        country=outlet.country if outlet else "",
        affiliation=outlet.affiliation if outlet else "",
        authors=page.authors,
        url=url,
    )
