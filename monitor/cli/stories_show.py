"""`monitor stories show`: one story: its articles by their dates, and why each belongs to it."""

import json
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import click

from monitor.cli.ids import story_named
from monitor.cli.moments import show_moment
from monitor.cli.options import database_option, folder_of, open_store, settings_of
from monitor.cli.output import number_of
from monitor.cli.publishers import Publishers, publishers
from monitor.cli.records import member_record, short, story_record
from monitor.cli.stories_about import about, about_record
from monitor.cli.stories_linked import link_record, print_linked
from monitor.cli.terminal import isolate
from monitor.model import Belonging, Match
from monitor.outgoing.sentences import Sentence, sentences

if TYPE_CHECKING:
    from monitor.store.stories import Member
    from monitor.stories.story import Membership, Story

_SHOWN_WORDS = 8


@click.command("show")
@click.argument("given", metavar="ID")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@database_option
def show_command(*, given: str, output: str, config: str | None, database: str | None) -> None:
    """Show the story whose id begins with ID, or that of an article or match: its articles, and why they belong."""
    from monitor import clock
    from monitor.store import articles, links, matches, stories

    settings, now = settings_of(config, database), clock.now()
    with open_store(settings) as store, store.reading() as tx:
        story = story_named(tx, given, now)
        members = stories.members_of(tx, story.id)
        found = {one.article.id: matches.of_article(tx, one.article.id) for one in members}
        told = articles.at(tx, [key for key, some in found.items() if some])
        linked = links.links_of(tx, [story.id])[story.id]
        others = stories.at(tx, [link.story_id for link in linked], now)
    said = {
        one.article.id: sentences(
            told.get(one.article.id, one.article),
            [match.found for match in found[one.article.id] if not match.lost_at],
        )
        for one in members
    }
    known = publishers(folder_of(config), settings)
    if output == "json":
        record = story_record(story) | about_record(story, members, known, settings.timezone)
        record["members"] = [
            member_record(one, found[one.article.id]) | {"sentences": [each.record() for each in said[one.article.id]]}
            for one in members
        ]
        record |= {"closed": _closed(story, now) or None}
        record |= {"linked_stories": len(linked), "linked": [link_record(one, others[one.story_id]) for one in linked]}
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
        return
    _print_head(story, settings.timezone)
    if closed := _closed(story, now):
        click.echo(f"takes no more articles: {closed}")
    for line in about(story, members, known, settings.timezone):
        click.echo(line)
    for one in members:
        _print_member(one, found[one.article.id], said[one.article.id], known, settings.timezone)
    print_linked(linked, others)


def _closed(story: "Story", now: datetime) -> str:
    """Why an article of now would not be taken in; "" if it would."""
    from monitor.stories.story import Size

    return Size(articles=story.articles, began_at=story.began_at).refusal(now)


def _print_head(story: "Story", zone: tzinfo) -> None:
    click.secho(isolate(story.title), bold=True)
    click.echo(
        f"{short(story.id)}: {number_of(story.articles, 'article')} of {number_of(len(story.outlets), 'outlet')}, "
        f"{number_of(story.origins, 'independent origin')}; {', '.join(story.languages)}"
    )
    click.echo(
        f"first report: {story.first_outlet}, {show_moment(story.began_at, zone)}; "
        f"last grew {show_moment(story.grown_at, zone)}, {story.lately} in the last day"
    )


def _print_member(
    member: "Member", found: Sequence[Match], said: Sequence[Sentence], known: Publishers, zone: tzinfo
) -> None:
    article = member.article
    matched = [match.found.watchlist_id for match in found if not match.lost_at]
    click.echo()
    click.echo(
        f"{show_moment(member.reported_at, zone)}  {short(article.id)}  {article.outlet}, {article.language}  "
        f"{isolate(article.headline)}"
    )
    click.echo(f"    {_why(member.membership)}")
    if member.credit:
        click.echo(f"    credited to {isolate(known.name(member.credit))}")
    if matched:
        click.echo(f"    matches {', '.join(matched)}")
    for sentence in said:
        click.echo(f"      {sentence.shown()}")


def _why(place: "Membership") -> str:
    if place.how is Belonging.COPY:
        return f"copy: {place.overlap:.0%} of the shorter text stands in {short(place.like or '')}"
    if place.how is Belonging.EVENT:
        words = ", ".join(map(isolate, place.shared[:_SHOWN_WORDS]))
        more = "" if len(place.shared) <= _SHOWN_WORDS else f" and {len(place.shared) - _SHOWN_WORDS} more"
        return f"same event as {short(place.like or '')} ({place.overlap:.0%} alike): {words}{more}"
    return f"a story of its own: {place.note}" if place.note else "founded the story"
