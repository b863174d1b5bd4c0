"""`monitor stories`: what the articles tell: who was first, how many independent origins, how it grew."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from monitor.cli.filters import moment_of
from monitor.cli.ids import watchlist_named
from monitor.cli.moments import EXPECTED, show_moment
from monitor.cli.options import database_option, folder_of, open_store, refuse_options, settings_of
from monitor.cli.output import format_option, print_rows
from monitor.cli.publishers import Publishers, publishers
from monitor.cli.records import Record, short, story_record
from monitor.cli.stories_show import show_command
from monitor.model import WatchlistId

if TYPE_CHECKING:
    from monitor.stories.story import Story

COLUMNS = {
    "id": "short",
    "grown": "grown",
    "articles": "articles",
    "origins": "origins",
    "outlets": "outlets",
    "lang": "languages",
    "countries": "countries",
    "affiliations": "affiliations",
    "linked": "linked_stories",
    "first": "first_outlet",
    "title": "title",
}
SPARE = ("affiliations", "countries", "first", "linked", "outlets")
EMPTY = "No stories. They are made as pages are read; --all shows those that nothing has matched, too."
SORTS = ("recent", "size", "origins", "growth")
_MOST = 1_000_000
_NAMED = 2
"""Countries and affiliations in the table."""


@click.group("stories", invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--watchlist", metavar="ID", help="Only those of which an article matches this watchlist.")
@click.option("--all", "everything", is_flag=True, help="Also those of which no article matches anything.")
@click.option("--since", metavar="WHEN", help=f"Only those that grew since: {EXPECTED}.")
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    default="recent",
    show_default=True,
    help="The last to grow first, or those with most articles, independent origins, articles of the last day.",
)
@click.option("--limit", type=click.IntRange(1, _MOST), default=50, show_default=True, help="At most so many.")
@format_option
@database_option
@click.pass_context
def stories_command(
    context: click.Context,
    *,
    watchlist: str | None,
    everything: bool,
    since: str | None,
    sort: str,
    limit: int,
    output: str,
    config: str | None,
    database: str | None,
) -> None:
    """List the stories that the articles tell, each with its independent origins; or show one."""
    from monitor import clock
    from monitor.store import links, stories
    from monitor.store.stories import Order, StoryQuery

    if context.invoked_subcommand is not None:
        refuse_options(context)
        return
    settings = settings_of(config, database)
    asked = StoryQuery(
        since=moment_of("--since", since, settings.timezone),
        watchlist=WatchlistId(watchlist) if watchlist else None,
        matched=not everything,
        order=Order(sort),
        limit=limit,
    )
    with open_store(settings) as store, store.reading() as tx:
        if watchlist:
            watchlist_named(tx, watchlist)
        listed = stories.query(tx, asked, clock.now())
        linked = links.links_of(tx, [story.id for story in listed])
    found = [(story, len(linked[story.id])) for story in listed]
    known = publishers(folder_of(config), settings)
    records: list[Record] = [
        story_record(story) | known.record(story.outlets) | {"linked_stories": number} for story, number in found
    ]
    if output == "table":
        records = [
            _row(story, known) | {"grown": show_moment(story.grown_at, settings.timezone), "linked_stories": number}
            for story, number in found
        ]
    print_rows(records, output, columns=COLUMNS, empty=EMPTY, spare=SPARE)


stories_command.add_command(show_command)


def _row(story: "Story", known: Publishers) -> Record:
    return story_record(story) | {
        "short": short(story.id),
        "outlets": len(story.outlets),
        "languages": ", ".join(story.languages),
        "countries": _first(known.countries(story.outlets)),
        "affiliations": _first(known.affiliations(story.outlets)),
    }


def _first(counted: Mapping[str, int]) -> str:
    """The most frequent values: the title wants the room."""
    more = len(counted) - _NAMED
    return ", ".join(tuple(counted)[:_NAMED]) + (f" +{more}" if more > 0 else "")
