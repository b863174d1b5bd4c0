"""What became of matched articles: changed, removed, back, or only said to be changed."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from monitor.app import at_work, run_once
from monitor.cli.progress import print_summary
from monitor.errors import ParseError, ParseKind
from monitor.model import Page, Removal, Revision, RevisionSource, Revisit, Shortfall, Turn
from monitor.pipeline.poll import poll_stage
from monitor.pipeline.revisit import ask, changed_headline, revisit_stage, save
from monitor.store import articles, match_events, merging, pages, revisions, revisits
from monitor.store.match_events import Turned
from monitor.store.matches import MatchQuery
from monitor.store.revisits import Visits
from monitor.workers.settings import WorkerSettings
from monitor.workers.tasks import extract_page
from tests.builders import NOON
from tests.pipeline.conftest import InlineWorkers, World

T = TypeVar("T")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BODY = "\n".join(f"Paragraph {number} says what happened, who was there and what they said." for number in range(12))
FIRST = f"{BODY}\nThe fighters in Rafah are 150, said the mediators."
SECOND = f"{BODY}\nThe fighters in Rafah are 200, said the mediators."
OTHER = f"{BODY}\nThe talks in Cairo go on, said the mediators."
OTHERS = "\n".join(f"Report {number}: the council met about roads, and residents would wait." for number in range(12))
HTML = {"Content-Type": "text/html; charset=utf-8"}


async def matched(world: World, text: str = FIRST, **answer: Any) -> None:
    """An article that was read and matched, now."""
    world.offer(world.item("Talks go on", "/1", guid="1"))
    world.page("/1", text, **answer)
    await world.run()
    assert len(world.matches()) == 1


def history(world: World) -> tuple[Revision, ...]:
    (article,) = world.articles().values()
    return world.reading(revisions.of, article.id)


def visits(world: World) -> Visits:
    (article,) = world.articles().values()
    found = world.reading(revisits.of, article.id)
    assert found is not None
    return found


def turns(world: World) -> list[tuple[Turn, int]]:
    found: tuple[Turned, ...] = world.reading(match_events.query, MatchQuery())
    return [(one.turn, one.revision) for one in found[::-1]]


async def test_a_changed_text_is_kept_with_its_time_and_the_new_one_is_matched(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await matched(world)
    made = world.now
    world.page("/1", SECOND)
    tally = await world.run(after=HOUR)
    assert (tally.revisited, tally.revised, tally.removed) == (1, 1, 0)
    print_summary(tally, ())
    assert "revisits  1 of matched articles: 1 changed, 0 removed\n" in capsys.readouterr().out
    (article,) = world.articles().values()
    assert article.text == SECOND
    (revision,) = history(world)
    assert (revision.number, revision.text, revision.source) == (1, FIRST, RevisionSource.PAGE)
    assert (revision.since, revision.replaced_at) == (made, world.now)
    assert (revision.words_added, revision.words_removed, revision.new_headline) == (1, 1, "")
    (match,) = world.matches()
    hit = match.found.hits[-1]
    assert match.article.text[hit.start : hit.end] in ("fighters", "Rafah")
    assert turns(world) == []


@pytest.mark.parametrize(("evidence", "kept"), [("matched", [FIRST, SECOND]), ("none", [])])
async def test_the_page_that_said_other_words_is_kept_too(world: World, evidence: str, kept: list[str]) -> None:
    world.write("monitor.yaml", (world.folder / "monitor.yaml").read_text() + f"evidence: {evidence}\n")
    await matched(world)
    world.page("/1", SECOND)
    await world.run(after=HOUR)
    (article,) = world.articles().values()
    found = [page.body.decode() for page in world.reading(pages.of_article, article.id)]
    assert len(found) == len(kept)
    assert all(text.split("\n")[0] in body for text, body in zip(kept, found, strict=True))


async def test_an_article_is_visited_as_planned_and_then_no_more(world: World) -> None:
    await matched(world)
    made, seen = world.now, []
    while (due := visits(world).next_at) is not None:
        seen.append(due - made)
        await world.run(after=due - world.now)
    assert seen == [HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY]
    assert (visits(world).visits, history(world)) == (5, ())


async def test_visits_that_were_missed_are_not_made_up_for(world: World) -> None:
    await matched(world)
    made = world.now
    await world.run(after=2 * DAY)
    assert visits(world) == Visits(visits=1, next_at=made + 3 * DAY, alternations=0, error="")


async def test_nothing_is_revisited_that_nothing_matched_or_where_it_is_switched_off(world: World) -> None:
    world.offer(world.item("A good year for olives", "/2"))
    world.page("/2", OTHER)
    await world.run()
    await world.run(after=HOUR)
    assert world.asked("/2") == 1
    world.write("monitor.yaml", (world.folder / "monitor.yaml").read_text() + "revisit: []\n")
    world.offer(world.item("Talks go on", "/1"))
    world.page("/1", FIRST)
    world.poll_again()
    await world.run()
    await world.run(after=HOUR)
    assert (len(world.matches()), world.asked("/1")) == (1, 1)


async def test_a_plan_that_is_switched_off_is_not_carried_out(world: World) -> None:
    await matched(world)
    world.write("monitor.yaml", (world.folder / "monitor.yaml").read_text() + "revisit: []\n")
    await world.run(after=HOUR)
    assert world.asked("/1") == 1


def last_asked(world: World) -> Mapping[str, str]:
    """The headers of the last request for the page."""
    return [request for request in world.server.requests if request.path == "/1"][-1].headers


async def test_a_page_is_asked_whether_it_has_changed(world: World) -> None:
    await matched(world, last_modified=NOON)
    await world.run(after=HOUR)
    assert {"if-none-match", "if-modified-since"} <= last_asked(world).keys()
    assert world.server.requests[-1].status == 304
    assert (visits(world).visits, history(world)) == (1, ())


async def test_a_server_that_says_nothing_changed_is_believed_for_a_day(world: World) -> None:
    await matched(world, last_modified=NOON)
    world.answer("/1", status=304)
    await world.run(after=HOUR)
    assert visits(world).visits == 1
    world.page("/1", SECOND, last_modified=NOON - DAY)
    await world.run(after=DAY)
    assert "if-none-match" not in last_asked(world)
    (revision,) = history(world)
    assert revision.text == FIRST


async def test_a_server_that_says_it_changed_is_not_believed_either(world: World) -> None:
    await matched(world, last_modified=NOON)
    world.page("/1", FIRST, last_modified=NOON + DAY)
    await world.run(after=HOUR)
    assert (visits(world).visits, history(world)) == (1, ())


async def test_validators_of_another_address_are_not_kept(world: World) -> None:
    world.offer(world.item("Talks go on", "/1"))
    world.answer("/1", status=302, headers={"Location": "/moved"})
    world.page("/moved", FIRST, last_modified=NOON)
    await world.run()
    await world.run(after=HOUR)
    assert "if-none-match" not in last_asked(world)
    assert visits(world).visits == 1


async def test_a_304_that_nobody_asked_for_tells_nothing(world: World) -> None:
    await matched(world)
    world.answer("/1", status=304)
    await world.run(after=HOUR)
    (article,) = world.articles().values()
    assert (article.text, visits(world).error) == (FIRST, "unreachable")


@pytest.mark.parametrize(
    "text",
    [
        FIRST.replace(",", " –").replace("mediators.", "mediators!"),
        FIRST.replace("\n", "\n\n"),
        f"Updated: 10 November 2025 13:45 GMT\n{FIRST}",
        f"{FIRST}\nRelated: Olive harvest begins in the north",
        f"{FIRST}\nOlive harvest begins in the north",
    ],
)
async def test_what_changes_no_words_is_no_revision(world: World, text: str) -> None:
    await matched(world)
    world.page("/1", text)
    await world.run(after=HOUR)
    assert history(world) == ()
    assert visits(world).visits == 1


async def test_a_page_that_shows_now_one_text_now_another_makes_two_revisions_and_no_more(world: World) -> None:
    await matched(world)
    for text, after in ((SECOND, HOUR), (FIRST, 5 * HOUR), (SECOND, DAY), (FIRST, 3 * DAY), (SECOND, 7 * DAY)):
        world.page("/1", text)
        await world.run(after=after)
    assert [(one.text, one.is_return) for one in history(world)] == [(FIRST, False), (SECOND, True)]
    assert visits(world).alternations == 2
    (article,) = world.articles().values()
    assert article.text == FIRST


async def test_a_revision_that_stops_a_match_is_an_event_and_so_is_one_that_starts_it_again(world: World) -> None:
    await matched(world)
    world.page("/1", OTHER)
    await world.run(after=HOUR)
    (lost,) = world.matches(lost=True)
    assert lost.lost_at == world.now
    assert turns(world) == [(Turn.STOPPED, 1)]
    world.page("/1", SECOND)
    await world.run(after=5 * HOUR)
    assert len(world.matches()) == 1
    assert turns(world) == [(Turn.STOPPED, 1), (Turn.STARTED, 2)]


async def test_a_match_that_a_visit_makes_begins_a_plan_of_its_own(world: World) -> None:
    world.write("watchlists/cairo.yaml", 'title: Cairo\nquery: "Cairo"\n')
    await matched(world)
    world.page("/1", f"{FIRST}\nThe talks in Cairo go on.")
    await world.run(after=7 * DAY)
    assert len(world.matches()) == 2
    assert turns(world) == [(Turn.STARTED, 1)]
    assert visits(world).next_at == world.now + HOUR


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": 404}, Removal.NOT_FOUND),
        ({"status": 410}, Removal.GONE),
        ({"status": 302, "headers": {"Location": "/"}}, Removal.FRONT_PAGE),
        ({"status": 302, "headers": {"Location": "/404.html"}}, Removal.NOT_FOUND),
        ({"body": f"<title>Page not found</title><p>{OTHERS}</p>".encode(), "headers": HTML}, Removal.NOT_FOUND),
        ({"status": 302, "headers": {"Location": "/world/"}}, Removal.ELSEWHERE),
    ],
)
async def test_a_removed_article_is_marked_and_its_text_kept(
    world: World, answer: dict[str, object], why: Removal
) -> None:
    await matched(world)
    for path, text in {"/": BODY, "/404.html": OTHERS, "/world/": OTHERS}.items():
        world.page(path, text)
    world.answer("/1", **answer)
    tally = await world.run(after=HOUR)
    found = world.now
    await world.run(after=5 * HOUR)
    (article,) = world.articles().values()
    assert (article.text, article.removed_at, article.removed_why) == (FIRST, found, why)
    assert (tally.removed, len(world.matches()), history(world)) == (1, 1, ())


async def test_an_article_that_moved_is_not_removed_however_it_was_reworded(world: World) -> None:
    await matched(world)
    world.answer("/1", status=301, headers={"Location": "/moved"})
    world.page("/moved", OTHERS.replace("the council met", "the talks go on"))
    await world.run(after=HOUR)
    (article,) = world.articles().values()
    assert (article.removed_at, len(history(world))) == (None, 1)


async def test_where_an_article_stood_from_the_first_it_may_say_something_else(world: World) -> None:
    world.offer(world.item("Talks go on", "/1", guid="1"))
    world.answer("/1", status=301, headers={"Location": "/moved"})
    world.page("/moved", FIRST)
    await world.run()
    world.page("/moved", OTHERS)
    await world.run(after=HOUR)
    (article,) = world.articles().values()
    assert (article.removed_at, article.text) == (None, OTHERS)


async def test_an_article_that_comes_back_is_no_longer_marked(world: World) -> None:
    await matched(world)
    world.answer("/1", status=404)
    await world.run(after=HOUR)
    world.page("/1", FIRST)
    await world.run(after=5 * HOUR)
    (article,) = world.articles().values()
    assert (article.removed_at, article.removed_why) == (None, None)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 402}, Shortfall.PAYWALL),
        ({"status": 403}, Shortfall.FORBIDDEN),
        ({"body": b"<html><body><p>Accept all cookies to go on reading.</p></body></html>", "headers": HTML}, ""),
        ({"headers": {"Content-Type": "application/pdf"}, "body": b"%PDF-1.7"}, Shortfall.NOT_A_PAGE),
    ],
)
async def test_a_wall_is_no_revision(world: World, answer: dict[str, object], error: str) -> None:
    await matched(world)
    world.answer("/1", **answer)
    await world.run(after=HOUR)
    (article,) = world.articles().values()
    assert (article.text, article.removed_at, history(world)) == (FIRST, None, ())
    assert error in visits(world).error


async def test_a_page_that_cannot_be_had_is_asked_again_soon_and_then_as_planned(world: World) -> None:
    await matched(world)
    made = world.now
    world.answer("/1", status=503)
    world.now += HOUR
    tried = []
    for _ in range(5):
        tried.append(world.now - made)
        await world.run()
        due = visits(world).next_at
        assert due is not None
        world.now = due
    minutes = [60, 65, 95, 215, 360]
    assert tried == [timedelta(minutes=number) for number in minutes]
    assert (visits(world).visits, visits(world).error) == (0, "server-error")
    world.page("/1", SECOND)
    await world.run()
    assert (visits(world).visits, len(history(world))) == (1, 1)


async def test_an_article_whose_page_was_never_had_gets_its_text_without_a_revision(world: World) -> None:
    world.offer(world.item("Rafah fighters", "/1"))
    world.answer("/1", status=403)
    await world.run()
    async with world.tools() as tools:
        world.page("/1", SECOND)
        world.now += HOUR
        await revisit_stage(tools).work_off()
    (article,) = world.articles().values()
    assert (article.text, article.shortfall, history(world)) == (SECOND, None, ())


async def test_what_kills_its_reader_three_times_is_visited_no_more(world: World) -> None:
    class Deadly(InlineWorkers):
        async def run(self, task: Callable[..., T], *arguments: object) -> T:
            if task is extract_page:
                raise ParseError("reading it crashed the worker", ParseKind.CRASH)
            return await super().run(task, *arguments)

    await matched(world)
    world.workers = Deadly(WorkerSettings())
    world.page("/1", SECOND)
    while (due := visits(world).next_at) is not None:
        await world.run(after=due - world.now)
    assert world.asked("/1") == 4
    (article,) = world.articles().values()
    assert (article.text, visits(world).error) == (FIRST, "reading it crashed the worker")


async def test_the_pages_headline_is_watched_too(world: World) -> None:
    def page(title: str) -> None:
        paragraphs = "".join(f"<p>{line}</p>" for line in FIRST.split("\n"))
        head = f'<head><title>Page</title><meta property="og:title" content="{title}"></head>'
        html = f"<html>{head}<body><article>{paragraphs}</article></body></html>"
        world.answer("/1", body=html.encode(), headers=HTML)

    world.write("watchlists/cairo.yaml", 'title: Cairo\nquery: "title:(Cairo)"\n')
    world.offer(world.item("Talks go on", "/1"))
    page("Talks go on | Gazette")
    await world.run()
    for title, after in (("Talks go on – Gazette", HOUR), ("Cairo talks fail", 5 * HOUR), ("Talks go on", DAY)):
        page(title)
        await world.run(after=after)
    (revision,) = history(world)
    assert (revision.headline, revision.new_headline) == ("Talks go on – Gazette", "Cairo talks fail")
    assert (revision.text, revision.words_added) == (None, 0)
    (article,) = world.articles().values()
    assert article.title == "Talks go on\nCairo talks fail"
    assert turns(world) == [(Turn.STARTED, 1)]


async def test_a_headline_that_the_article_has_no_room_for_is_left_out(world: World) -> None:
    await matched(world)
    (article,) = world.articles().values()
    due = Revisit(article=article, since=world.now, attempts=1, crashes=0, headline="Before")
    assert changed_headline(article, due, Page(text="", title="x" * 5_000)) == ""
    assert changed_headline(article, due, Page(text="", title="After")) == "After"


async def test_words_that_a_feed_adds_while_the_page_is_visited_are_not_lost(world: World) -> None:
    await matched(world)
    world.page("/1", SECOND)
    async with world.tools() as tools:
        world.now += HOUR
        (due,) = await tools.database.write(lambda tx: revisits.take(tx, world.now, 9))
        attempt = await ask(due, tools)
        world.offer(world.item("Talks go on in Cairo", "/1", guid="1"))
        world.poll_again()
        await poll_stage(tools).work_off()
        await tools.database.write(lambda tx: save(tx, due, attempt, tools))
    (article,) = world.articles().values()
    assert (article.title, article.text) == ("Talks go on\nTalks go on in Cairo", SECOND)
    assert [one.source for one in history(world)] == [RevisionSource.FEED, RevisionSource.PAGE]


async def test_a_visit_to_an_article_that_was_merged_away_changes_nothing(world: World) -> None:
    world.offer(world.item("Fighters in Rafah", "/1"), world.item("Fighters in Rafah", "/2"))
    world.page("/1", FIRST)
    world.page("/2", FIRST)
    await world.run()
    world.page("/2", SECOND)
    async with world.tools() as tools:
        world.now += HOUR
        first, second = await tools.database.write(lambda tx: revisits.take(tx, world.now, 9))
        assert second.article.url.endswith("/2") or first.article.url.endswith("/2")
        away, stays = (first, second) if first.article.url.endswith("/2") else (second, first)
        attempt = await ask(away, tools)
        await tools.database.write(lambda tx: merging.merge(tx, away.article.id, stays.article.id))
        await tools.database.write(lambda tx: save(tx, away, attempt, tools))
    (article,) = world.articles().values()
    assert (article.id, article.text, history(world)) == (stays.article.id, FIRST, ())


async def test_a_visit_that_is_abandoned_at_the_end_is_due_again_as_if_never_made(world: World) -> None:
    await matched(world)
    gate = asyncio.Event()

    class Slow(InlineWorkers):
        async def run(self, task: Callable[..., T], *arguments: object) -> T:
            gate.set()
            await asyncio.sleep(60)
            return await super().run(task, *arguments)

    world.page("/1", SECOND)
    world.workers = Slow(WorkerSettings())
    world.now += HOUR
    async with world.tools() as tools:
        stage = revisit_stage(tools)
        working = asyncio.create_task(stage.work_off())
        await gate.wait()
        await stage.stop(timedelta(seconds=0.01))
        await working
        (due,) = await tools.database.write(lambda tx: revisits.take(tx, world.now, 9))
    assert due.attempts == 1


async def test_a_host_that_rests_is_visited_when_it_may_be(world: World) -> None:
    await matched(world)
    world.answer("/1", status=503, headers={"Retry-After": "7200"})
    world.answer("/gazette-en.xml", status=503, headers={"Retry-After": "7200"})
    world.now += HOUR
    world.poll_again()
    async with world.tools() as tools:
        tally = await run_once(tools)
    assert (tally.put_off, tally.revisited, world.asked("/1")) == (1, 0, 1)
    due = visits(world).next_at
    assert due is not None
    assert due > world.now


async def test_what_a_dead_daemon_was_visiting_is_due_again(world: World) -> None:
    await matched(world)
    world.now += HOUR
    async with world.tools() as tools:
        (due,) = await tools.database.write(lambda tx: revisits.take(tx, world.now, 9))
        assert await tools.database.write(lambda tx: revisits.take(tx, world.now, 9)) == ()
    async with at_work(world.config()) as tools:
        (again,) = await tools.database.write(lambda tx: revisits.take(tx, world.now, 9))
    assert (again.article.id, again.attempts) == (due.article.id, 1)


async def test_while_no_host_is_reached_visits_wait(world: World) -> None:
    world.feeds(*(f"feed{number}" for number in range(3)))
    for number in range(3):
        item = f"<item><title>Rafah fighters {number}</title><link>http://127.0.0.{number + 2}:9/1</link></item>"
        world.offer(item, feed=f"feed{number}")
    await world.run()
    world.now += HOUR
    async with world.tools() as tools:
        await revisit_stage(tools).work_off()
        assert await tools.database.read(lambda tx: revisits.waiting(tx, world.now)) == 1
    assert len(world.reading(articles.query, articles.ArticleQuery())) == 3


async def test_what_a_feed_says_anew_is_a_revision(world: World) -> None:
    world.offer(world.item("Talks go on", "/1", text="Mediators met.", guid="1"))
    world.page("/1", BODY)
    await world.run()
    seen = world.now
    world.offer(world.item("Rafah fighters to leave", "/1", text="Mediators met. A deal is near.", guid="1"))
    world.poll_again()
    await world.run(after=HOUR)
    (revision,) = history(world)
    assert (revision.source, revision.since, revision.replaced_at) == (RevisionSource.FEED, seen, world.now)
    assert (revision.headline, revision.new_headline) == ("Talks go on", "Rafah fighters to leave")
    assert (revision.said, revision.words_added) == ("Mediators met. A deal is near.", 6)
    assert turns(world) == [(Turn.STARTED, 1)]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Talks go on!", "Mediators met."),
        ("Talks go on", "Mediators – met."),
        ("Talks go on", "Updated 5 minutes ago"),
    ],
)
async def test_what_a_feed_only_sets_anew_is_no_revision(world: World, title: str, text: str) -> None:
    world.offer(world.item("Talks go on", "/1", text="Mediators met.", guid="1"))
    await world.run()
    world.offer(world.item(title, "/1", text=text, guid="1"))
    world.poll_again()
    await world.run(after=HOUR)
    assert history(world) == ()
