"""What `monitor stories show` says of the stories in other languages that report the same."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from monitor.cli.output import number_of
from monitor.cli.records import Record, short, story_record
from monitor.cli.terminal import isolate

if TYPE_CHECKING:
    from monitor.model import StoryId
    from monitor.store.links import Link
    from monitor.stories.story import Story

_SHOWN = 8


def link_record(link: "Link", other: "Story") -> Record:
    """A story that is linked, and why."""
    agreement = link.agreement
    return {
        "story": story_record(other),
        "article": link.article_id,
        "like": link.like,
        "overlap": agreement.overlap,
        "shared": [list(pair) for pair in agreement.shared],
    }


def print_linked(links: Sequence["Link"], others: Mapping["StoryId", "Story"]) -> None:
    """Print the linked stories, each with what agrees; nothing where there are none."""
    if links:
        click.echo()
        click.secho("linked, in other languages:", bold=True)
    for link in links:
        other = others[link.story_id]
        click.echo(
            f"    {short(other.id)}  {', '.join(other.languages)}  {number_of(other.articles, 'article')} of "
            f"{number_of(len(other.outlets), 'outlet')}  {isolate(other.title)}"
        )
        told = ", ".join(_pair(*pair) for pair in link.agreement.shared[:_SHOWN])
        click.echo(f"        {short(link.article_id)} and {short(link.like)} agree in {told}")


def _pair(here: str, there: str) -> str:
    return isolate(here) if here == there else f"{isolate(here)} ({isolate(there)})"
