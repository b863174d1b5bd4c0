"""A poll, told to a person: what was asked, what came, what is new in it and what matches."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, assert_never

import click

from monitor.cli.moments import show_moment
from monitor.cli.terminal import isolate, isolate_within
from monitor.model import Failed, Polled, Postponed, Unchanged
from monitor.urls import redact

if TYPE_CHECKING:
    from monitor.fetch.request import Fetched
    from monitor.model import ParsedFeed
    from monitor.pipeline.observed import Observed

Line = tuple[str, str]
"""What it is about, and what there is to say: harmless, strangers' words in it isolated."""
_TOLD_HEADERS = (
    "content-type",
    "etag",
    "last-modified",
    "cache-control",
    "expires",
    "age",
    "retry-after",
    "content-encoding",
    "server",
    "via",
    "cf-mitigated",
)
_LONGEST = 200
"""Characters of a header's value."""


def print_observed(observed: "Observed", zone: tzinfo, *, stored: bool) -> None:
    """All of it, a line each; `stored`: whether it counts."""
    for name, said in (*_asked(observed), *_came(observed), *_brought(observed, zone, stored=stored)):
        click.echo(f"{name:<9} {said}".rstrip())
    if not stored:
        click.echo("Nothing was stored.")


def _asked(observed: "Observed") -> Iterator[Line]:
    request, validators = observed.request, observed.request.validators
    yield "asked", isolate(redact(request.url))
    if request.url != observed.feed.url:
        yield "", f"for {isolate(redact(observed.feed.url))} has moved there"
    yield "", f"Accept: {request.accept}"
    conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    told = [f"{name}: {isolate(value[:_LONGEST])}" for name, value in conditions.items() if value]
    yield from (("", line) for line in told or ["for the whole feed, whatever changed"])


def _came(observed: "Observed") -> Iterator[Line]:
    fetched = observed.fetched
    took = f"{observed.elapsed.total_seconds():.2f} s in all"
    if fetched is None:
        yield "came", f"no answer, {took}"
        return
    network = f"{fetched.elapsed.total_seconds():.2f} s on the network, {took}"
    yield "came", f"{fetched.status}, {len(fetched.body):,} bytes; {network}"
    yield from _redirects(fetched)
    for name in _TOLD_HEADERS:
        if value := fetched.headers.get(name, ""):
            yield "", f"{name}: {isolate(value[:_LONGEST])}"


def _redirects(fetched: "Fetched") -> Iterator[Line]:
    for address in fetched.redirects:
        yield "", f"redirected to {isolate(redact(address))}" + (" for good" if fetched.permanently_moved else "")


def _brought(observed: "Observed", zone: tzinfo, *, stored: bool) -> Iterator[Line]:
    match observed.outcome:
        case Polled(parsed=parsed):
            yield from _feed(parsed)
            yield from _entries(observed, parsed, zone)
        case Unchanged(same_bytes=same):
            yield "feed", "unchanged: the same bytes as at the last poll" if same else "unchanged, says the server"
        case Failed(reason=reason, kind=kind):
            yield "failed", f"{isolate_within(reason)} ({kind})"
        case Postponed(wait=wait):
            yield "postponed", f"its host is not asked for {wait.total_seconds():.0f} s more"
        case _:
            assert_never(observed.outcome)
    yield "next", f"{show_moment(observed.next_poll_at, zone)}" + ("" if stored else ", if this counted")


def _feed(parsed: "ParsedFeed") -> Iterator[Line]:
    ttl = f", to be kept {parsed.ttl.total_seconds() / 60:.0f} min" if parsed.ttl else ""
    title, language = isolate(parsed.title or "(no title)"), isolate(parsed.language or "language unknown")
    yield "feed", f"{title}: {parsed.format}, {language}{ttl}"
    if parsed.damaged:
        yield "damaged", isolate_within(parsed.damaged)


def _entries(observed: "Observed", parsed: "ParsedFeed", zone: tzinfo) -> Iterator[Line]:
    news = observed.news
    new = len(parsed.entries) - news.known
    counts = f"{new} new, {news.known} known, {parsed.repeated} repeated, {len(parsed.skipped)} skipped"
    yield "entries", f"{parsed.offered} offered = {counts}"
    for skipped in parsed.skipped:
        detail = skipped.detail and f" ({isolate_within(skipped.detail)})"
        yield "skipped", f"entry {skipped.position}: {skipped.reason}{detail}"
    found: Mapping[str, str] = {
        one.article_id: ", ".join(f"{match.watchlist_id} (score {match.score:g})" for match in one.found)
        for one in news.matched
    }
    fresh = {article.id for article in news.new_articles}
    for sighting in news.sightings:
        entry = sighting.entry
        moment = show_moment(entry.published_at, zone) if entry.published_at else "no date"
        yield "new" if sighting.article_id in fresh else "adds to", f"{moment}  {isolate(entry.title or '(no title)')}"
        if entry.link:
            yield "", isolate(redact(entry.link))
        if matches := found.get(sighting.article_id):
            yield "", f"matches {matches}"
