"""`monitor stats`: what people's decisions say of the rules."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from monitor.cli.filters import languages, span_of
from monitor.cli.ids import watchlist_named
from monitor.cli.moments import EXPECTED
from monitor.cli.options import database_option, open_store
from monitor.cli.records import Record
from monitor.cli.stats_told import edits_for, print_stats, suggestions_for
from monitor.model import WatchlistId

if TYPE_CHECKING:
    from monitor.config.load import Config
    from monitor.rules.decisions import Decisions
    from monitor.rules.precision import Figures, Interval
    from monitor.rules.suggestions import Suggestion


@click.command("stats")
@click.option("--watchlist", "watchlists", metavar="ID", multiple=True, help="Only of this watchlist.")
@click.option("--since", metavar="WHEN", help=f"First matched then or later: {EXPECTED}.")
@click.option("--until", metavar="WHEN", help="First matched before; the same forms.")
@click.option(
    "--lang", metavar="CODE", multiple=True, callback=languages, help="Only articles in this language, e.g. ar."
)
@click.option(
    "--format", "output", type=click.Choice(("table", "json")), default="table", show_default=True, help="How to print."
)
@database_option
def stats_command(
    *,
    watchlists: tuple[str, ...],
    since: str | None,
    until: str | None,
    lang: tuple[str, ...],
    output: str,
    config: str | None,
    database: str | None,
) -> None:
    """Say how right each watchlist, list and term is, by the matches that were marked relevant or irrelevant.

    Behind each precision stands its 95 % interval; alone: matches that a list or term made without any other. Below:
    what to review more of, which terms nobody has judged, and which words bring in what nobody wants, with the edit.
    """
    from monitor.cli.rulebook import rules_of

    loaded = rules_of(config, database)
    decisions = _decisions(loaded, watchlists, lang, span_of(since, until, loaded.settings.timezone))
    if output == "json":
        click.echo(json.dumps(_record(decisions, loaded), ensure_ascii=False, indent=2))
    else:
        print_stats(decisions, loaded)


def _decisions(
    loaded: "Config", watchlists: Sequence[str], lang: tuple[str, ...], span: tuple[datetime | None, datetime | None]
) -> "Decisions":
    """What the matches asked for say. Raises: click.UsageError, where there is no such watchlist; StoreError."""
    from monitor.rules.decisions import decisions_of
    from monitor.store import decided
    from monitor.store.match_query import MatchQuery

    with open_store(loaded.settings) as store, store.reading() as tx:
        named = tuple(watchlist_named(tx, given) for given in watchlists)
        asked = MatchQuery(watchlists=named, since=span[0], until=span[1], languages=lang)
        known = [one.id for one in loaded.watchlists if not named or one.id in named]
        return decisions_of(decided.query(tx, asked), known)


def _record(decisions: "Decisions", loaded: "Config") -> Record:
    return {
        "watchlists": [_watchlist(one, decisions, loaded) for one in sorted(decisions.watchlists)],
        "lists": [
            {
                "list": list_id or None,
                **_with_alone(figures),
                "terms": [{"term": term, **_with_alone(some)} for term, some in decisions.terms_of(list_id)],
            }
            for list_id, figures in sorted(decisions.lists.items())
        ],
    }


def _watchlist(watchlist_id: WatchlistId, decisions: "Decisions", loaded: "Config") -> Record:
    from monitor.rules.decisions import says_too_little

    figures, wait = decisions.watchlists[watchlist_id], decisions.usual_wait(watchlist_id)
    suggested = suggestions_for(watchlist_id, decisions)
    return {
        "watchlist": watchlist_id,
        **_figures(figures),
        "judged_in": None if wait is None else wait.total_seconds(),
        "review_more": says_too_little(figures),
        "languages": [
            {"language": language, **_figures(some)} for language, some in decisions.languages_of(watchlist_id)
        ],
        "suggestions": [_suggestion(one, watchlist_id, loaded) for one in suggested],
    }


def _suggestion(one: "Suggestion", watchlist_id: WatchlistId, loaded: "Config") -> Record:
    return {
        "clause": one.clause,
        "form": one.written,
        "terms": [{"list": list_id or None, "term": term} for list_id, term in one.terms],
        **_judged(one.figures),
        "others": _judged(one.others),
        "exclusion": one.exclusion,
        "gone": {"irrelevant": one.gone.irrelevant, "relevant": one.gone.relevant},
        "edits": [
            {"file": edit.file, "line": edit.line, "what": edit.what, "hint": edit.hint}
            for edit in edits_for(one, watchlist_id, loaded)
        ],
    }


def _with_alone(figures: "Figures") -> Record:
    return {**_figures(figures), "alone": figures.alone}


def _figures(figures: "Figures") -> Record:
    return {"matches": figures.matches, **_judged(figures)}


def _judged(figures: "Figures") -> Record:
    return {
        "reviewed": figures.reviewed,
        "relevant": figures.relevant,
        "precision": figures.precision,
        "interval": _bounds(figures.interval),
    }


def _bounds(interval: "Interval | None") -> list[float] | None:
    return [interval.low, interval.high] if interval else None
