"""What the filters of `match_filters` mean in this database and configuration, TEXT among them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.filters import shared_conditions
from monitor.cli.ids import watchlist_named
from monitor.cli.match_filters import ANY
from monitor.cli.options import folder_of
from monitor.model import Status

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.pipeline.search import Query
    from monitor.store.match_query import MatchQuery
    from monitor.store.store import Transaction


def search_of(given: Mapping[str, Any], *, called: str = "--query") -> "Query | None":
    """What TEXT searches for; None where there is none. `called`: what a person knows it by.

    Raises: click's Exit, where it is wrong; ConfigError.
    """
    if given["text"] is None:
        return None
    from monitor.cli.rulebook import rules_of
    from monitor.cli.search import query_of

    return query_of(rules_of(given["config"], given["database"]), given["text"], called=called)


def matches_meant(tx: "Transaction", settings: "Settings", given: Mapping[str, Any], **page: Any) -> "MatchQuery":
    """What the filters ask, TEXT aside. `page`: limit, order and the like.

    Raises: click.UsageError, where something is meant that does not exist; StoreError, where an id is none's.
    """
    from monitor.store.match_query import MatchQuery, Sign

    if given["reviewer"] is not None:
        _demand_reviewer(tx, given["reviewer"])
    return MatchQuery(
        **shared_conditions(tx, settings, given),
        **page,
        watchlists=tuple(watchlist_named(tx, one) for one in given["watchlist"]),
        statuses=() if ANY in given["status"] else tuple(map(Status, given["status"])),
        reviewer=given["reviewer"],
        tag=given["tag"],
        assignee=given["assignee"],
        scores=tuple((Sign(sign), number) for sign, number in given["score"]),
        term=given["term"],
        include_lost=given["lost"],
    )


def with_search(
    tx: "Transaction", search: "Query | None", asked: "MatchQuery", *, is_listed: bool = False
) -> "MatchQuery":
    """The same matches, as far as TEXT finds their articles; `is_listed`: only the first are needed, by lines of which
    each stands for a story.
    """
    if search is None:
        return asked
    from monitor.pipeline.search import find_matches
    from monitor.store.articles import Order
    from monitor.store.search import these

    # In any other order the first of them are known when all are.
    is_short = is_listed and asked.limit is not None and asked.order is Order.NEWEST
    lines = asked.offset + (asked.limit or 0) if is_short else None
    return replace(asked, among=these(tx, find_matches(tx, search, asked, lines=lines)))


def _demand_reviewer(tx: "Transaction", name: str) -> None:
    """Raises: click.UsageError, where nobody of this name has decided on anything."""
    from monitor.config.suggest import did_you_mean
    from monitor.store.match_query import reviewers

    there = reviewers(tx)
    if name not in there:
        hint = did_you_mean(name, there) or (f"there are {', '.join(there)}" if there else "nobody has decided yet")
        raise click.UsageError(f'no decision is by "{name}" ({hint})')


def demand_known(tx: "Transaction", given: Mapping[str, Any]) -> None:
    """To be asked where nothing is found: no filter may be misspelt. Raises: click.UsageError."""
    if given["term"]:
        from monitor.cli.terms import demand_known_term

        demand_known_term(tx, folder_of(given["config"]), given["term"])
