"""Values for tests: a test mentions only what it is about."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from monitor.model import (
    Affiliation,
    Article,
    Clause,
    Document,
    Entry,
    Feed,
    FeedId,
    Field,
    Found,
    Hit,
    Outlet,
    RawPage,
    TermList,
    TextSource,
    Watchlist,
    WatchlistId,
    article_key,
)

NOON = datetime(2025, 11, 10, 12, 0, tzinfo=UTC)


def an_outlet(**changes: object) -> Outlet:
    """An independent English outlet in Egypt."""
    given = {"id": "gazette", "name": "The Gazette", "country": "EG", "language": "en"}
    return Outlet(**{"affiliation": Affiliation.INDEPENDENT, **given, **changes})  # type: ignore[arg-type]


def a_feed(feed_id: str = "gazette-en", **changes: object) -> Feed:
    """A feed of `an_outlet`, every fifteen minutes always."""
    every = changes.get("every", timedelta(minutes=15))
    given = {"id": FeedId(feed_id), "url": f"https://gazette.example/{feed_id}.xml", "outlet": an_outlet()}
    pace = {"every": every, "fastest": every, "slowest": every}
    return Feed(**{"language": "en", **pace, **given, **changes})  # type: ignore[arg-type]


def an_entry(key: str = "1", **changes: object) -> Entry:
    """An entry with a link of its own."""
    given = {"link": f"https://gazette.example/news/{key}", "title": f"Headline {key}", "text": f"Summary {key}."}
    return Entry(**{"key": key, "published_at": NOON, **given, **changes})  # type: ignore[arg-type]


def an_article(url: str = "https://gazette.example/news/1", **changes: object) -> Article:
    """An article known from its feed only."""
    given = {"feed_id": FeedId("gazette-en"), "outlet": "gazette", "title": "Headline 1", "summary": "Summary 1."}
    fixed = {"id": article_key(url), "url": url, "text_source": TextSource.FEED, "first_seen_at": NOON}
    return Article(**{"language": "en", "published_at": NOON, **fixed, **given, **changes})  # type: ignore[arg-type]


def a_page(body: bytes = b"<html><body>Talks resume.</body></html>", **changes: object) -> RawPage:
    """A page as its server sent it."""
    url = "https://gazette.example/news/1"
    given = {"url": url, "final_url": url, "status": 200, "headers": (("content-type", "text/html"),)}
    fixed = {"body": body, "sha256": sha256(body).hexdigest(), "fetched_at": NOON}
    return RawPage(**{**fixed, **given, **changes})  # type: ignore[arg-type]


def a_document(title: str = "Headline", **changes: object) -> Document:
    """What rules read of an article."""
    return Document(**{"title": title, "language": "en", **changes})  # type: ignore[arg-type]


def a_list(list_id: str, **terms: tuple[str, ...]) -> TermList:
    """A term list: a_list("rafah", en=("Rafah",))."""
    return TermList(id=list_id, terms=terms, file=f"lists/{list_id}.yaml")


def a_watchlist(query: str, watchlist_id: str = "rafah", **changes: object) -> Watchlist:
    """A watchlist with this query."""
    given = {"id": WatchlistId(watchlist_id), "title": watchlist_id, "file": f"watchlists/{watchlist_id}.yaml"}
    return Watchlist(**{"query": query, **given, **changes})  # type: ignore[arg-type]


def a_found(watchlist_id: str = "rafah", **changes: object) -> Found:
    """A watchlist's answer with one hit at the start of the title."""
    hit = Hit(field=Field.TITLE, start=0, end=8, term="headline", list_id="words", language="en")
    clause = Clause(query="@words", held=True, hits=(hit,))
    given = {"watchlist_id": WatchlistId(watchlist_id), "version": "0" * 12, "score": 3.0}
    return Found(**{"hits": (hit,), "explanation": clause, **given, **changes})  # type: ignore[arg-type]
