"""Articles join stories when they have been read, or at once where there is nothing to read."""

from datetime import timedelta

import pytest

from monitor.model import Belonging
from monitor.store import memberships, stories
from monitor.store.stories import StoryQuery
from monitor.stories.story import Membership
from tests.pipeline.conftest import World
from tests.pipeline.test_read import LONG


def places(world: World) -> dict[str, Membership | None]:
    """Title → the article's place."""
    return {one.title: world.reading(memberships.membership, one.id) for one in world.articles().values()}


async def test_a_page_that_was_read_joins(world: World) -> None:
    world.offer(world.item("Talks go on in Cairo", "/1"), world.item("Talks going on in Cairo", "/2"))
    for path in ("/1", "/2"):
        world.page(path, f"{LONG}\nFighters are still held below Rafah.")
    await world.run()
    found = [place for place in places(world).values() if place]
    assert sorted(place.how for place in found) == [Belonging.COPY, Belonging.FIRST]
    assert len({place.story_id for place in found}) == len({place.origin for place in found}) == 1


async def test_a_page_that_cannot_be_had_joins_with_what_its_feed_says(world: World) -> None:
    world.offer(world.item("Talks go on in Cairo", "/1", text="Envoys met."))
    world.answer("/1", status=500)
    await world.run()
    (place,) = places(world).values()
    assert place is not None
    assert place.how is Belonging.FIRST


@pytest.mark.parametrize("text", ["", LONG])
async def test_a_story_does_not_grow_by_asking_for_its_only_page_again(world: World, text: str) -> None:
    world.offer(world.item("Fighters in Rafah", "/1", text="Envoys met."))
    world.answer("/1", status=503)
    await world.run()
    made = world.now
    if text:
        world.page("/1", text)
    await world.run(after=timedelta(minutes=6))
    assert world.asked("/1") == 2
    (story,) = world.reading(stories.query, StoryQuery(), world.now)
    assert (story.grown_at, story.articles) == (made, 1)


async def test_what_has_no_page_joins_at_once(world: World) -> None:
    world.offer(world.item("Talks go on in Cairo", text="Envoys met."))
    await world.run()
    (place,) = places(world).values()
    assert place is not None


AGENCIES = (
    "reuters: {name: Reuters, credits: {en: [Reuters]}}\ngazette: {name: Gazette wire, credits: {en: [Gazette Wire]}}\n"
)


def credited(world: World) -> dict[str, str]:
    """Title → the agency that the article is credited to."""
    places_found = {title: place.story_id for title, place in places(world).items() if place}
    members = [one for story in set(places_found.values()) for one in world.reading(stories.members_of, story)]
    return {one.article.title: one.credit for one in members}


async def test_an_article_is_credited_by_the_table_in_force(world: World) -> None:
    world.write("agencies.yaml", AGENCIES)
    world.offer(
        world.item("Talks go on in Cairo", "/1"),
        world.item("Harbour reopens", text="HAIFA, Nov 10 (Reuters) - Ships left at dawn."),
        world.item("Olives ripen", "/2"),
    )
    world.page("/1", f"CAIRO (Reuters) - Envoys met.\n{LONG}")
    world.page("/2", f"Olives were picked in the hills.\n{LONG}")
    await world.run()
    assert credited(world) == {
        "Talks go on in Cairo": "reuters",
        "Harbour reopens": "reuters",
        "Olives ripen": "gazette",
    }


async def test_without_a_table_nobody_is_credited(world: World) -> None:
    world.offer(world.item("Harbour reopens", text="HAIFA, Nov 10 (Reuters) - Ships left at dawn."))
    await world.run()
    assert credited(world) == {"Harbour reopens": ""}
