"""`monitor matches`: the stored matches, newest first, one line a story."""

from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from monitor.cli.filters import listing_options, moment_of
from monitor.cli.ids import feed_named, watchlist_named
from monitor.cli.moments import show_moment
from monitor.cli.options import open_store, settings_of
from monitor.cli.output import number_of, print_rows
from monitor.cli.records import Record, line_record, match_record, short, when
from monitor.model import FeedId, Match, Status, WatchlistId

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.store.match_lines import Line
    from monitor.store.matches import MatchQuery
    from monitor.store.store import Transaction

COLUMNS = {
    "id": "short",
    "published": "when",
    "watchlist": "watchlist",
    "score": "points",
    "status": "status",
    "lang": "language",
    "outlet": "outlet",
    "further": "stands_for",
    "title": "title",
}
SPARE = ("score", "lang", "outlet", "published")
CHANGED = {
    "id": "short",
    "when": "at",
    "it": "turn",
    "revision": "revision",
    "watchlist": "watchlist",
    "lang": "language",
    "outlet": "outlet",
    "title": "title",
}
NONE_CHANGED = "No revision of an article has started or stopped a match, as far as these filters go."
EMPTY = "No matches. Run `monitor run --once` to poll the feeds, or widen the filters; `monitor demo` shows an example."


@click.command("matches")
@click.option("--watchlist", metavar="ID", help="Only of this watchlist.")
@click.option("--status", type=click.Choice([str(status) for status in Status]), help="Only with this review status.")
@click.option("--lost", is_flag=True, help="Also those that match no more, by a better text or an edited rule.")
@click.option(
    "--changed",
    is_flag=True,
    help="Instead: each match that a revision of its article started or stopped; --since and --until are of that.",
)
@click.option("--all", "everything", is_flag=True, help="Every match, not one line for those that a story holds.")
@listing_options
def matches_command(
    *,
    watchlist: str | None,
    status: str | None,
    lost: bool,
    changed: bool,
    everything: bool,
    since: str | None,
    until: str | None,
    lang: str | None,
    outlet: str | None,
    feed: str | None,
    limit: int,
    output: str,
    config: str | None,
    database: str | None,
) -> None:
    """List the stored matches, newest first: of those of a watchlist that one story holds the newest, and how many more
    there are, in how many outlets. Filters come first: what they leave out is neither shown nor counted.
    """
    from monitor.store.matches import MatchQuery

    if changed and everything:
        raise click.UsageError("--changed lists every match that a revision turned: --all adds nothing to it")
    settings = settings_of(config, database)
    query = MatchQuery(
        watchlist=WatchlistId(watchlist) if watchlist else None,
        since=moment_of("--since", since, settings.timezone),
        until=moment_of("--until", until, settings.timezone),
        language=lang,
        outlet=outlet,
        feed=FeedId(feed) if feed else None,
        status=Status(status) if status else None,
        limit=limit,
        include_lost=lost,
    )
    if changed:
        print_changed(settings, query, output)
    else:
        print_matches(settings, query, output, folded=not everything)


def _demand_known(tx: "Transaction", query: "MatchQuery") -> None:
    """Raises: click.UsageError, where its feed or its watchlist is none."""
    if query.feed:
        feed_named(tx, query.feed)
    if query.watchlist:
        watchlist_named(tx, query.watchlist)


def print_changed(settings: "Settings", query: "MatchQuery", output: str) -> None:
    """Print what revisions did to the matches that the query finds. Raises: as `print_matches`."""
    from monitor.store import match_events

    with open_store(settings) as store, store.reading() as tx:
        _demand_known(tx, query)
        found = match_events.query(tx, query)
    records: list[Record] = [
        {**match_record(one.match), "turn": str(one.turn), "turned_at": one.at.isoformat(), "revision": one.revision}
        for one in found
    ]
    if output == "table":
        records = [
            {**_row(one.match, settings.timezone), "at": show_moment(one.at, settings.timezone)}
            | {"turn": str(one.turn), "revision": one.revision}
            for one in found
        ]
    print_rows(records, output, columns=CHANGED, empty=NONE_CHANGED, spare=("lang", "outlet", "revision"))


def print_matches(settings: "Settings", query: "MatchQuery", output: str, *, folded: bool = True) -> None:
    """Print the matches that the query finds, one line a story where they are `folded`.

    Raises: click.UsageError, where its feed or its watchlist is none; StoreError.
    """
    from monitor.store import match_lines

    with open_store(settings) as store, store.reading() as tx:
        _demand_known(tx, query)
        found = match_lines.query(tx, query, folded=folded)
    records = [line_record(line) for line in found]
    if output == "table":
        records = [_row(line.match, settings.timezone) | {"stands_for": _further(line)} for line in found]
    print_rows(records, output, columns=COLUMNS, empty=EMPTY, spare=SPARE)


def _further(line: "Line") -> str:
    return f"{line.further} in {number_of(line.further_outlets, 'outlet')}" if line.further else ""


def _row(match: Match, zone: tzinfo) -> Record:
    return {
        "short": short(match.id),
        "when": when(match.article, zone),
        "watchlist": match.found.watchlist_id,
        "points": f"{match.found.score:g}",
        "status": "lost" if match.lost_at else str(match.status),
        "language": match.article.language,
        "outlet": match.article.outlet,
        "title": match.article.headline,
    }
