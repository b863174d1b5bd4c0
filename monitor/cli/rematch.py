"""`monitor rematch`: what the rules as they are now gain and lose among the stored articles, shown or stored."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_USAGE
from monitor.cli.filters import moment_of
from monitor.cli.moments import EXPECTED, show_moment
from monitor.cli.options import database_option, environment, folder_of, open_store
from monitor.cli.output import number_of

if TYPE_CHECKING:
    from monitor.cli.rematch_told import Done
    from monitor.cli.spool import Spool
    from monitor.config.load import Config
    from monitor.pipeline.rematch import Scope, Step
    from monitor.store.rematches import Rematch
    from monitor.store.store import Store


@click.command("rematch")
@click.option("--watchlist", "watchlists", metavar="ID", multiple=True, help="Only this one; may be given often.")
@click.option("--since", metavar="WHEN", help=f"Only articles first seen then or later: {EXPECTED}.  [default: all]")
@click.option("--until", metavar="WHEN", help="Only articles first seen before; the same forms.")
@click.option("--apply", "applying", is_flag=True, help="Store it: without this, nothing is written.")
@click.option(
    "--all", "everything", is_flag=True, help="Every match that is gained or lost, not the newest of each kind."
)
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@database_option
def rematch_command(
    *,
    watchlists: tuple[str, ...],
    since: str | None,
    until: str | None,
    applying: bool,
    everything: bool,
    output: str,
    config: str | None,
    database: str | None,
) -> None:
    """Match the stored articles again, by the rules as they are in the files, and show which matches are gained and
    lost, and why; first of all those that somebody has reviewed and that would be lost.

    With --apply that is stored: new matches, and what is found now of those that stay; they keep their reviews. Lost
    ones are marked, not deleted. Interrupted, the same command goes on where it stopped. Beside a daemon the files must
    be in force: see `monitor reload`.
    """
    from monitor.cli.rematch_told import print_json, print_text
    from monitor.cli.spool import Spool

    loaded = _to_apply(config, database) if applying else _to_look_at(config, database)
    scope = _scope(loaded, watchlists, since, until)
    # A mistyped database is not made: it has no articles.
    open_store(loaded.settings).close()
    with Spool() as told:
        with open_store(loaded.settings, read_only=not applying) as store:
            done = (_apply if applying else _look)(store, scope, told)
        if output == "json":
            print_json(scope, done, told)
        else:
            print_text(scope, done, told, everything=everything)


def _to_look_at(config: str | None, database: str | None) -> "Config":
    from monitor.cli.rulebook import rules_of

    return rules_of(config, database)


def _to_apply(config: str | None, database: str | None) -> "Config":
    """The configuration, fit to come into force. Raises: ConfigError; click's Exit, where it may not, which is told."""
    from monitor.app import load_or_last_good
    from monitor.cli.problems import print_problems

    loaded, refusal = load_or_last_good(folder_of(config), environment(database), secrets=False)
    if refusal:
        print_problems(refusal.problems)
        raise click.exceptions.Exit(EXIT_USAGE)
    return loaded


def _scope(config: "Config", watchlists: tuple[str, ...], since: str | None, until: str | None) -> "Scope":
    """Raises: click.UsageError, where there is no such watchlist, or a moment is none."""
    from monitor.cli.rulebook import named
    from monitor.pipeline.rematch import Scope

    zone = config.settings.timezone
    begin, end = moment_of("--since", since, zone), moment_of("--until", until, zone)
    if begin and end and end <= begin:
        raise click.BadParameter(f"{since} is not before {until}: no article is from between", param_hint="--since")
    asked = frozenset(named(config, one).id for one in watchlists) if watchlists else None
    return Scope(config=config, watchlists=asked, since=begin, until=end)


def _look(store: "Store", scope: "Scope", told: "Spool") -> "Done":
    """Raises: StoreError."""
    from monitor import clock
    from monitor.pipeline.rematch import look, nothing_yet

    begun = nothing_yet(scope, clock.now())
    return _watched(store, begun, look(store, scope, begun), told)


def _apply(store: "Store", scope: "Scope", told: "Spool") -> "Done":
    """Raises: LockedError; StoreError, and what was applied is said."""
    from monitor import clock
    from monitor.pipeline.rematch import apply, begin

    settings = scope.config.settings
    begun = begin(store, scope, clock.now, settings.database_url)
    if begun.articles:
        number, since = number_of(begun.articles, "article"), show_moment(begun.began_at, settings.timezone)
        said = f"Goes on where the rematch of {since} stopped: {number} are done. Their matches are in the totals only."
        click.echo(said, err=True)
    return _watched(store, begun, apply(store, scope, begun, clock.now), told)


def _watched(store: "Store", begun: "Rematch", steps: "Iterator[Step]", told: "Spool") -> "Done":
    """How far it came; what is gained and lost is kept to be `told`. Raises: as the steps do."""
    from monitor.cli.progress import counted
    from monitor.cli.rematch_told import Done, record_of
    from monitor.errors import StoreError
    from monitor.store import history

    with store.reading() as tx:
        total = history.number(tx, begun.since, begun.until)
    at, passed_over = begun, 0
    try:
        with counted("articles", total) as show, heeding() as stop_if_told:
            for step in steps:
                at, passed_over = step.rematch, passed_over + step.passed_over
                for one in step.told:
                    told.add((one.change.watchlist_id, one.kind), record_of(one))
                show(at.articles, _sums(at))
                stop_if_told()
    except (KeyboardInterrupt, StoreError):
        if at.id:
            number = number_of(at.articles, "article")
            click.echo(
                f"Stopped: {number} are done and stored ({_sums(at)}); the same command goes on there.", err=True
            )
        raise
    return Done(rematch=at, before=begun.articles, passed_over=passed_over)


@contextmanager
def heeding() -> Iterator[Callable[[], None]]:
    """What raises KeyboardInterrupt if Ctrl-C or SIGTERM has come, called where that does no harm: PostgreSQL's driver
    fails where it is interrupted at some of its work. The second Ctrl-C interrupts at once.
    """
    come: list[int] = []

    def keep(number: int, _frame: object) -> None:
        come.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def stop_if_told() -> None:
        if come:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, keep) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop_if_told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _sums(at: "Rematch") -> str:
    totals = at.totals.values()
    return f"{sum(one.gained for one in totals):,} gained, {sum(one.lost for one in totals):,} lost"
