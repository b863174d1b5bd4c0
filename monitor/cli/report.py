"""`monitor report`: what a period brought, on one page."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import click

from monitor.cli.filters import moment_of
from monitor.cli.ids import watchlist_named
from monitor.cli.moments import EXPECTED
from monitor.cli.options import database_option, folder_of, open_store, settings_of
from monitor.cli.publishers import publishers
from monitor.cli.whole_file import STDOUT, new_text

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.store.report import Period

FORMATS = ("html", "md")


@click.command("report")
@click.option("--since", metavar="WHEN", default="7d", show_default=True, help=f"What matched since: {EXPECTED}.")
@click.option("--until", metavar="WHEN", help="What matched before; the same forms.  [default: now]")
@click.option("--watchlist", "watchlists", metavar="ID", multiple=True, help="Only of these.  [default: all]")
@click.option("--format", "output", type=click.Choice(FORMATS), default="html", show_default=True)
@click.option(
    "-o", "--output", "target", metavar="FILE|-", default=STDOUT, help="Where to.  [default: standard output]"
)
@database_option
def report_command(
    *,
    since: str,
    until: str | None,
    watchlists: tuple[str, ...],
    output: str,
    target: str,
    config: str | None,
    database: str | None,
) -> None:
    """Report on a period: figures beside those of the period before, a timeline, the stories by independent origins,
    where they come from, what changed, what waits for a decision, and what may have been missed.

    HTML is one page that loads nothing and runs nothing: mail it, print it, put it on a server. FILE appears whole, and
    nothing is overwritten.
    """
    from monitor import clock
    from monitor.cli.report_gathered import gathered
    from monitor.outgoing import pages

    settings, now = settings_of(config, database), clock.now()
    period = _period(settings, since, until, now)
    known = publishers(folder_of(config), settings)
    with open_store(settings) as store, store.reading() as tx:
        named = tuple(dict.fromkeys(watchlist_named(tx, one) for one in watchlists))
        report = gathered(tx, replace(period, watchlists=named), known, settings.timezone, now)
    text = pages.html(report) if output == "html" else pages.markdown(report)
    with new_text(target) as file:
        file.write(text)
    if target != STDOUT:
        click.echo(f"Written to {target}.")


def _period(settings: "Settings", since: str, until: str | None, now: datetime) -> "Period":
    """Raises: click.UsageError."""
    from monitor.store.report import Period

    begin = moment_of("--since", since, settings.timezone)
    end = min(moment_of("--until", until, settings.timezone) or now, now)
    if begin >= end:
        raise click.BadParameter("the period ends before it begins", param_hint="--until")
    return Period(since=begin, until=end)
