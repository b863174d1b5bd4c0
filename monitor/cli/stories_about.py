"""A story as a whole: whose texts its articles are, where they are from, and how many came when."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from monitor.cli.output import number_of
from monitor.cli.publishers import Publishers
from monitor.cli.records import Record
from monitor.cli.terminal import isolate

if TYPE_CHECKING:
    from monitor.store.stories import Member
    from monitor.stories.origins import Origin
    from monitor.stories.story import Story


def about_record(story: "Story", members: Sequence["Member"], known: Publishers, zone: tzinfo) -> Record:
    """For a program."""
    return {
        **known.record(story.outlets),
        "independent": [_origin_record(origin, known) for origin in _origins(members)],
        "timeline": _timeline(members, zone),
    }


def about(story: "Story", members: Sequence["Member"], known: Publishers, zone: tzinfo) -> Iterator[str]:
    """For a person: a line each."""
    yield f"origins: {_named(_origins(members), known)}"
    for what, counted in {
        "countries": known.countries(story.outlets),
        "affiliations": known.affiliations(story.outlets),
    }.items():
        if counted:
            yield f"{what}: {_listed(counted)}"
    days = _timeline(members, zone)
    if len(days) > 1:
        yield f"by day: {_listed(days)}"


def _origins(members: Sequence["Member"]) -> tuple["Origin", ...]:
    from monitor.stories.origins import Told, origins

    return origins(Told(article_id=one.article.id, text=one.membership.origin, credit=one.credit) for one in members)


def _origin_record(origin: "Origin", known: Publishers) -> Record:
    name = known.name(origin.agency) if origin.agency else None
    return {"agency": origin.agency or None, "name": name, "articles": list(origin.articles)}


def _named(found: Sequence["Origin"], known: Publishers) -> str:
    agencies = [
        f"{isolate(known.name(one.agency))} ({number_of(len(one.articles), 'article')})" for one in found if one.agency
    ]
    own = sum(not one.agency for one in found)
    return ", ".join([*agencies, *([f"own reports: {own}"] if own else [])])


def _timeline(members: Sequence["Member"], zone: tzinfo) -> Mapping[str, int]:
    """Day → how many articles are of it."""
    return Counter(one.reported_at.astimezone(zone).date().isoformat() for one in members)


def _listed(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{value} {number}" for value, number in counted.items())
