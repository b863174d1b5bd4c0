"""`monitor matches`: the stored matches, one line a story; those that changed, that are counted, that come."""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import click

from monitor.cli.counts import count_options, is_counted, print_counts
from monitor.cli.filters import SORTS, page_of, page_options, refuse_beside
from monitor.cli.listing import Columns, Look, look_of, look_options, print_listing
from monitor.cli.match_filters import match_filters, text_argument
from monitor.cli.matches_meant import demand_known, matches_meant, search_of, with_search
from monitor.cli.moments import show_moment
from monitor.cli.options import database_option, open_store, settings_of
from monitor.cli.output import number_of
from monitor.cli.records import LINE, TURN, Record, line_record, short, turn_record, when
from monitor.model import Match

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.pipeline.search import Query
    from monitor.store.match_lines import Line
    from monitor.store.matches import MatchQuery
    from monitor.store.store import Store, Transaction

COLUMNS = ("id", "published", "watchlist", "score", "status", "lang", "outlet", "further", "title")
SPARE = ("score", "lang", "outlet", "published")
_CALLED = {"published": "published_at", "lang": "language"}
LINES = Columns(headings=COLUMNS, called=_CALLED, spare=SPARE)
WATCHED = Columns(headings=tuple(name for name in COLUMNS if name != "further"), called=_CALLED, spare=SPARE)
CHANGED = Columns(
    headings=("id", "when", "it", "revision", "watchlist", "lang", "outlet", "title"),
    called={"when": "turned_at", "it": "turn", **_CALLED},
    spare=("lang", "outlet", "revision"),
)
BYS = ("day", "hour", "outlet", "lang", "watchlist", "term", "status", "country")
NONE_CHANGED = "No revision of an article has started or stopped a match, as far as these filters go."
EMPTY = "No matches. Run `monitor run --once` to poll the feeds, or widen the filters; `monitor demo` shows an example."


@click.command("matches")
@text_argument
@match_filters()
@click.option(
    "--changed",
    is_flag=True,
    help="Instead: each match that a revision of its article started or stopped; --since and --until are of that.",
)
@click.option("--all", "everything", is_flag=True, help="Every match, not one line for those that a story holds.")
@click.option("--watch", is_flag=True, help="Go on with new matches as they come, until Ctrl-C; every match a line.")
@count_options(BYS)
@page_options((*SORTS, "score"))
@look_options
@database_option
@click.pass_context
def matches_command(context: click.Context, /, **given: Any) -> int:
    """List the stored matches, newest first: of those of a watchlist that one story holds the newest, and how many more
    there are, in how many outlets. Filters come first: what they leave out is neither shown nor counted. The same one
    given twice widens, different ones narrow.

    TEXT is a query as in a watchlist: only matches whose articles it finds, too.
    """
    look = look_of(context, given)
    counted = is_counted(context, look, given, "changed", "watch")
    _demand_sense(context, look, given)
    settings = settings_of(given["config"], given["database"])
    # All that a story holds is asked for: folded it would be one line.
    folded = not (given["everything"] or given["story"])
    search = search_of(given, called="TEXT")
    with open_store(settings) as store:
        with store.reading() as tx:
            none = partial(demand_known, tx, given)
            query = matches_meant(tx, settings, given, **page_of(given))
            if given["watch"]:
                none()
            else:
                is_listed = folded and not (counted or given["changed"])
                query = with_search(tx, search, query, is_listed=is_listed)
            if counted:
                return print_counts(tx, query, context, look, settings, noun="matches", none=none)
            if given["changed"]:
                return _print_changed(tx, query, look, settings, none=none)
            if not given["watch"]:
                return print_matches(tx, query, look, settings, folded=folded, none=none)
        return _follow(store, query, look, settings, search)


def _follow(store: "Store", query: "MatchQuery", look: Look, settings: "Settings", search: "Query | None") -> NoReturn:
    """Print matches as they come."""
    from monitor.cli.watch import follow

    def keep(tx: "Transaction", found: Sequence[Match]) -> Sequence[Match]:
        if search is None:
            return found
        from monitor.pipeline.search import those_that_match

        return those_that_match(tx, search, found)

    follow(store, query, look, WATCHED, row=lambda match: _row(match, settings.timezone), keep=keep)


def _demand_sense(context: click.Context, look: Look, given: Mapping[str, Any]) -> None:
    """Raises: click.UsageError, where options do not go together."""
    if given["changed"]:
        refuse_beside(context, "--changed", {"everything": "--all", "watch": "--watch"})
        if given["sort"] not in ("newest", "oldest"):
            raise click.UsageError("--changed goes by the time of the change: --sort newest or oldest")
    if given["watch"]:
        from monitor.cli.watch import LOOKS

        refused = {"until": "--until", "offset": "--offset", "sort": "--sort", "everything": "--all"}
        refuse_beside(context, "--watch", refused if given["since"] else refused | {"limit": "--limit"})
        if look.output not in LOOKS:
            raise click.UsageError(f"--watch prints line by line: --format {', '.join(LOOKS[:-1])} or {LOOKS[-1]}")


def _print_changed(
    tx: "Transaction", query: "MatchQuery", look: Look, settings: "Settings", *, none: Callable[[], None]
) -> int:
    """Print what revisions did to the matches that the query finds; the exit code."""
    from monitor.store import match_events

    found = match_events.query(tx, query)
    if not found:
        none()

    def shown(number: int) -> Record:
        one, zone = found[number], settings.timezone
        return _row(one.match, zone) | {"when": show_moment(one.at, zone), "it": str(one.turn)}

    records = [*map(turn_record, found)]
    return print_listing(records, look, CHANGED, shown=shown, names=TURN, empty=NONE_CHANGED)


def print_matches(
    tx: "Transaction",
    query: "MatchQuery",
    look: Look,
    settings: "Settings",
    *,
    folded: bool = True,
    none: Callable[[], None] = lambda: None,
) -> int:
    """Print the matches that the query finds, one line a story where they are `folded`; the exit code.

    `none`: asked where there are none. Raises: click.UsageError, where a column is none; StoreError.
    """
    from monitor.store import match_lines

    found = match_lines.query(tx, query, folded=folded)
    if not found:
        none()

    def shown(number: int) -> Record:
        return _row(found[number].match, settings.timezone) | {"further": _further(found[number])}

    return print_listing([*map(line_record, found)], look, LINES, shown=shown, names=LINE, empty=EMPTY)


def _further(line: "Line") -> str:
    return f"{line.further} in {number_of(line.further_outlets, 'outlet')}" if line.further else ""


def _row(match: Match, zone: tzinfo) -> Record:
    """What a person is shown of a match, by heading."""
    return {
        "id": short(match.id),
        "published": when(match.article, zone),
        "score": f"{match.found.score:g}",
        "status": "lost" if match.lost_at else str(match.status),
        "lang": match.article.language,
    }
