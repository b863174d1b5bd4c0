"""`monitor feed build`: the newest matches of each watchlist as files that any web server hands to feed readers."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.match_filters import match_filters, text_option
from monitor.cli.matches_meant import demand_known, matches_meant, search_of, with_search
from monitor.cli.options import database_option, folder_of, open_store, settings_of
from monitor.cli.output import number_of
from monitor.cli.publishers import Publishers, publishers
from monitor.cli.quotes import Quoted, quoted
from monitor.cli.whole_file import replace_changed
from monitor.model import WatchlistId

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.outgoing.feed import OutgoingEntry, OutgoingFeed
    from monitor.store.match_query import MatchQuery
    from monitor.store.rule_versions import Published
    from monitor.store.store import Transaction

_MOST = 1_000


@click.command("build")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--limit", type=click.IntRange(1, _MOST), default=50, show_default=True, help="Entries of a feed.")
@click.option("--url", metavar="BASE", help="The address at which DIR will be served: makes feeds name their own.")
@text_option
@match_filters()
@database_option
def build_command(*, folder: Path, limit: int, url: str | None, **given: Any) -> None:
    """Write the newest matches of each watchlist to DIR as RSS 2.0 (ID.rss.xml), Atom (ID.atom.xml) and JSON Feed
    (ID.json): of all watchlists in force, or of those named, and only what the filters leave, which are those of
    `monitor matches`.

    Run it from cron. A file is replaced in one step, and only when it changed, so that web servers can answer 304.
    """
    base = _base(url)
    settings = settings_of(given["config"], given["database"])
    known = publishers(folder_of(given["config"]), settings)
    search = search_of(given)
    written = 0
    with open_store(settings) as store, store.reading() as tx:
        asked = matches_meant(tx, settings, given, limit=limit)
        # Before it could empty what is published.
        demand_known(tx, given)
        chosen = _chosen(tx, asked.watchlists)
        _make(folder)
        for one in chosen:
            own = replace(asked, watchlists=(one.watchlist_id,))
            feed = _feed(tx, one, with_search(tx, search, own, is_listed=True), known, base)
            written += _write(folder, feed)
    unchanged = number_of(len(_formats()) * len(chosen) - written, "file")
    click.echo(f"{number_of(len(chosen), 'watchlist')}: {number_of(written, 'file')} written, {unchanged} unchanged.")


def _base(url: str | None) -> str:
    """The address with a slash at its end. Raises: click.UsageError."""
    from monitor.outgoing.address import address

    if url is None:
        return ""
    found = address(url)
    if not found or "?" in found:
        raise click.BadParameter(f'"{url}" is not the http(s) address of a folder', param_hint="--url")
    return f"{found.rstrip('/')}/"


def _make(folder: Path) -> None:
    """Raises: click.UsageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(f"{folder} cannot be made ({error.strerror}): name another folder") from error


def _chosen(tx: "Transaction", wanted: Sequence[WatchlistId]) -> "Sequence[Published]":
    """Those wanted, else all in force. Raises: click.UsageError, where there is none at all."""
    from monitor.store import rule_versions

    known = rule_versions.published(tx)
    found = [one for one in known if (one.watchlist_id in wanted if wanted else one.active)]
    if not found:
        raise click.UsageError("this database has no watchlist yet: run `monitor run`")
    return found


def _feed(tx: "Transaction", one: "Published", query: "MatchQuery", known: Publishers, base: str) -> "OutgoingFeed":
    from monitor.outgoing.feed import OutgoingFeed
    from monitor.store import match_stream, revisions

    found = list(quoted(tx, match_stream.stream(tx, query)))
    reworded = revisions.last_of(tx, [each.article.id for each in found])
    entries = tuple(_entry(each, known, reworded.get(each.article.id)) for each in found)
    return OutgoingFeed(
        name=one.watchlist_id,
        title=one.title,
        description=f"The newest articles that match the watchlist {one.watchlist_id}",
        updated_at=max((entry.updated_at for entry in entries), default=one.first_used_at),
        entries=entries,
        base=base,
    )


def _entry(one: Quoted, known: Publishers, reworded: "datetime | None") -> "OutgoingEntry":
    from monitor.outgoing.address import address
    from monitor.outgoing.feed import UNTITLED, OutgoingEntry, entry_id, html_of, language_tag
    from monitor.text.harmless import harmless

    match, article = one.placed.match, one.article
    outlet, language = harmless(known.outlet(article.outlet)), language_tag(article.language)
    terms = tuple(dict.fromkeys(hit.term for hit in match.found.hits))
    return OutgoingEntry(
        id=entry_id(match.id),
        url=address(article.url),
        title=harmless(article.headline) or UNTITLED,
        html=html_of(one.quotes, outlet=outlet, language=language, terms=terms),
        outlet=outlet,
        language=language,
        authors=tuple(filter(None, map(harmless, article.authors))),
        terms=terms,
        published_at=article.published_at or article.first_seen_at,
        updated_at=max(match.matched_at, reworded or match.matched_at),
    )


def _formats() -> "dict[str, Callable[[OutgoingFeed], str]]":
    """Ending → what makes the document."""
    from monitor.outgoing import atom, json_feed, rss

    return {rss.ENDING: rss.rss, atom.ENDING: atom.atom, json_feed.ENDING: json_feed.json_feed}


def _write(folder: Path, feed: "OutgoingFeed") -> int:
    """How many files were written: those that changed."""
    return sum(
        replace_changed(folder / f"{feed.name}{ending}", document(feed).encode())
        for ending, document in _formats().items()
    )
