"""The rules as commands need them that try them: those of the configuration, or one query that is typed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_USAGE
from monitor.cli.options import environment, folder_of
from monitor.model import Watchlist, WatchlistId

if TYPE_CHECKING:
    from monitor.config.load import Config
    from monitor.rules.matcher import Matcher

QUERY = WatchlistId("--query")
"""The id of the watchlist that a typed query is; no file can be called so."""


_QUOTED = "The shell takes quotation marks off: write a query with blanks in single ones, as in '\"safe passage\"'."


def rules_of(config: str | None, database: str | None = None) -> "Config":
    """The configuration, whose examples may come out wrong: that is what one tries rules for. Raises: ConfigError."""
    from monitor.config.load import load_config

    return load_config(folder_of(config), environment(database), proven=False, secrets=False)


def chosen(
    config: "Config", watchlist: str | None, query: str | None, *, called: str = QUERY
) -> tuple["Matcher", Sequence[Watchlist]]:
    """A matcher, and those of its watchlists that are asked for: one, the typed query, or all. `called`: what a person
    knows as the place where the query is typed.

    Raises: click.UsageError, where there is no such watchlist; click's Exit, where the query is wrong, which is told.
    """
    if watchlist and query:
        raise click.UsageError("give --watchlist or --query, not both")
    if query is not None:
        return _typed(config, query, called)
    return config.matcher, [named(config, watchlist)] if watchlist else config.watchlists


def named(config: "Config", watchlist: str) -> Watchlist:
    """The watchlist of this id. Raises: click.UsageError with the nearest."""
    from monitor.config.suggest import did_you_mean

    found = {str(one.id): one for one in config.watchlists}
    if watchlist not in found:
        hint = did_you_mean(watchlist, found) or "there are " + ", ".join(found)
        raise click.UsageError(f'there is no watchlist "{watchlist}" ({hint})')
    return found[watchlist]


def _typed(config: "Config", query: str, called: str) -> tuple["Matcher", Sequence[Watchlist]]:
    from monitor.cli.problems import print_problems
    from monitor.config.load import values_of
    from monitor.rules.compile import compile_rules

    typed = Watchlist(id=QUERY, title=query, query=query, file=called)
    values = values_of(config.outlets, config.feeds)
    matcher, problems = compile_rules([*_others(config, query), typed], config.lists, values)
    if problems:
        print_problems(problems, "in the query")
        if any(one.hint.startswith("for a phrase") for one in problems):
            click.echo(_QUOTED, err=True)
        raise click.exceptions.Exit(EXIT_USAGE)
    return matcher, [typed]


def _others(config: "Config", query: str) -> Sequence[Watchlist]:
    """The watchlists that a query may name; without those that it does not, it takes half of the time to compile."""
    from monitor.rules.parse import parse
    from monitor.rules.syntax import WatchlistRef, walk
    from monitor.rules.terms import Fault

    tree = parse(query)
    names_some = not isinstance(tree, Fault) and any(isinstance(node, WatchlistRef) for node, _ in walk(tree))
    return config.watchlists if names_some else ()
