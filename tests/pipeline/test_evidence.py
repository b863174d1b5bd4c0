"""Which pages are kept as they were sent."""

from datetime import timedelta
from hashlib import sha256

import pytest

from monitor.fetch.request import Fetched
from monitor.model import Evidence, Matched, RawPage
from monitor.pipeline.evidence import is_kept, raw_page
from monitor.store import pages
from monitor.workers.settings import WorkerSettings
from tests.builders import NOON, a_found, an_article
from tests.pipeline.conftest import MONITOR_YAML, World
from tests.pipeline.test_read import LONG, Deadly


def kept(world: World) -> dict[str, tuple[RawPage, ...]]:
    """Headline → the pages that are kept of the article."""
    return {one.headline: world.reading(pages.of_article, one.id) for one in world.articles().values()}


def offer_two(world: World) -> None:
    world.offer(world.item("Fighters in Rafah", "/1"), world.item("Football", "/2"))
    world.page("/1", LONG)
    world.page("/2", LONG)


def fetched(**changes: object) -> Fetched:
    url = "https://gazette.example/1"
    given = {"url": url, "final_url": url, "status": 200, "headers": {"content-type": "text/html"}, "body": b"<p>"}
    fixed = {"redirects": (), "elapsed": timedelta(), "permanently_moved": False}
    return Fetched(**{**fixed, **given, **changes})  # type: ignore[arg-type]


async def test_the_page_of_an_article_that_matches_is_kept_as_it_was_sent(world: World) -> None:
    offer_two(world)
    world.answer("/1", status=302, headers={"Location": "/moved"})
    world.page("/moved", LONG)
    world.server.answers["/moved"].headers["Set-Cookie"] = "visitor=1"  # type: ignore[index]
    await world.run()
    found = kept(world)
    (page,) = found["Fighters in Rafah"]
    assert found["Football"] == ()
    body = world.server.answers["/moved"].body
    assert (page.body, page.sha256, page.status) == (body, sha256(body).hexdigest(), 200)
    assert (page.url, page.final_url) == (f"{world.base_url}/1", f"{world.base_url}/moved")
    assert page.fetched_at == world.now
    headers = dict(page.headers)
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-encoding"] == "gzip"
    assert "set-cookie" not in headers


@pytest.mark.parametrize(("setting", "number"), [("all", [1, 1]), ("matched", [1, 0]), ("none", [0, 0])])
async def test_the_settings_say_whose_page_is_kept(world: World, setting: str, number: list[int]) -> None:
    world.write("monitor.yaml", f"{MONITOR_YAML}evidence: {setting}\n")
    offer_two(world)
    await world.run()
    found = kept(world)
    assert [len(found[headline]) for headline in ("Fighters in Rafah", "Football")] == number


async def test_a_page_that_is_read_again_unchanged_is_kept_once(world: World) -> None:
    world.offer(world.item("Fighters in Rafah", "/1"))
    world.page("/1", "Just a line.")
    await world.run()
    await world.run(after=timedelta(minutes=5))
    assert world.asked("/1") == 2
    assert len(kept(world)["Fighters in Rafah"]) == 1


async def test_a_page_that_kills_its_reader_is_kept(world: World) -> None:
    world.workers = Deadly(WorkerSettings())
    world.offer(world.item("Fighters in Rafah", "/1"))
    world.page("/1", LONG)
    await world.run()
    assert len(kept(world)["Fighters in Rafah"]) == 1


async def test_the_page_of_an_article_that_becomes_part_of_another_is_kept_with_that_one(world: World) -> None:
    world.feeds("gazette-en", "scan-en")
    title = "Talks about the fighters go on for weeks"
    world.offer(world.item(title, "/1", text="They are held below Rafah."))
    world.answer("/1", status=503)
    await world.run()
    world.offer(world.item(title, "/2"), feed="scan-en")
    world.page("/2", LONG, canonical=f"{world.base_url}/1")
    world.now += timedelta(minutes=1)
    world.poll_again()
    await world.run()
    (pages_,) = kept(world).values()
    # What the feed says of one and the other's page match together.
    assert [page.url for page in pages_] == [f"{world.base_url}/2"]
    assert len(world.matches()) == 1


def test_headers_that_may_hold_a_secret_are_left_out() -> None:
    secret = ["set-cookie", "set-cookie2", "www-authenticate", "authorization", "x-auth-token", "x-csrf-token"]
    public = ["date", "server", "etag", "content-type", "x-author", "cache-control", "last-modified", "signature"]
    page = raw_page(fetched(headers=dict.fromkeys([*public, *secret], "x")), now=NOON)
    assert page is not None
    assert [name for name, _ in page.headers] == public


@pytest.mark.parametrize("changes", [{"status": 403}, {"status": 500}, {"status": 304}, {"body": b" \n"}])
def test_what_is_no_page_is_no_evidence(changes: dict[str, object]) -> None:
    assert raw_page(fetched(**changes), now=NOON) is None


def test_without_a_match_nothing_is_kept_unless_all_is() -> None:
    nothing, something = (Matched(article_id=an_article().id, found=found) for found in ((), (a_found(),)))
    assert [kind for kind in Evidence if is_kept(kind, nothing)] == [Evidence.ALL]
    assert [kind for kind in Evidence if is_kept(kind, something)] == [Evidence.MATCHED, Evidence.ALL]
