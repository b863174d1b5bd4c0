"""Articles join stories when they have been read, or at once where there is nothing to read."""

from monitor.model import Belonging
from monitor.store import memberships
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


async def test_what_has_no_page_joins_at_once(world: World) -> None:
    world.offer(world.item("Talks go on in Cairo", text="Envoys met."))
    await world.run()
    (place,) = places(world).values()
    assert place is not None
