from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import text

from monitor.errors import ParseError, ParseKind
from monitor.feeds.schedule import CRASHES, FOLLOWED
from monitor.model import FeedId, Field, TextSource, Validators
from monitor.pipeline.poll import Asked, ask, save, take
from monitor.store import articles, feeds, polls
from monitor.workers.settings import WorkerSettings
from tests.pipeline.conftest import InlineWorkers, World

T = TypeVar("T")

FEED = FeedId("gazette-en")


async def test_what_a_feed_offers_is_stored_and_matched_before_any_page_is_read(world: World) -> None:
    world.offer(world.item("Fighters held in Rafah", "/1"), world.item("Football", "/2"))
    tally = await world.run()
    assert (tally.offered, tally.new, tally.known, tally.articles) == (2, 2, 0, 2)
    assert [match.article.title for match in world.matches()] == ["Fighters held in Rafah"]
    assert world.articles().keys() == {"Fighters held in Rafah", "Football"}


async def test_polling_again_stores_nothing_twice(world: World) -> None:
    world.offer(world.item("Fighters held in Rafah", "/1"))
    await world.run()
    world.offer(world.item("Fighters held in Rafah", "/1"), world.item("Football", "/2"))
    world.poll_again()
    tally = await world.run()
    assert (tally.offered, tally.new, tally.known) == (2, 1, 1)
    assert len(world.articles()) == 2
    assert len(world.matches()) == 1


async def test_the_same_bytes_are_not_parsed_again(world: World) -> None:
    world.offer(world.item("Football", "/1"))
    await world.run()
    world.poll_again()
    tally = await world.run()
    assert (tally.polled, tally.unchanged) == (0, 1)


async def test_validators_are_sent_back_and_a_304_is_unchanged(world: World) -> None:
    world.offer(world.item("Football", "/1"), last_modified=datetime(2025, 11, 9, tzinfo=UTC))
    await world.run()
    world.poll_again()
    tally = await world.run()
    assert tally.unchanged == 1
    request = [request for request in world.server.requests if request.path == "/gazette-en.xml"][-1]
    assert (request.status, "if-none-match" in request.headers) == (304, True)


async def test_a_304_that_nobody_asked_for_is_no_success(world: World) -> None:
    world.answer("/gazette-en.xml", status=304)
    assert (await world.run()).failed[FEED].startswith("304: ")


async def test_validators_of_another_server_are_not_kept(world: World) -> None:
    world.answer("/gazette-en.xml", status=302, headers={"Location": f"{world.base_url}/elsewhere.xml"})
    world.offer(world.item("Football", "/1"), feed="elsewhere", last_modified=datetime(2025, 11, 9, tzinfo=UTC))
    await world.run()
    state = world.reading(polls.state, FEED)
    assert state is not None
    assert state.validators == Validators()


async def test_posts_of_a_live_blog_are_all_matched(world: World) -> None:
    posts = [
        world.item(f"Post {number}", f"/live#p{number}", text=f"Line {number} " + "x " * 9000) for number in range(5)
    ]
    world.offer(*posts, world.item("Post 6", "/live#p6", text="Fighters leave Rafah"))
    tally = await world.run()
    assert tally.new == 6
    assert len(world.matches()) == 1


async def test_a_feed_that_fails_costs_no_other_and_is_tried_again_later(world: World) -> None:
    world.feeds("gazette-en", "broken-en")
    world.offer(world.item("Football", "/1"))
    world.answer("/broken-en.xml", status=503, headers={"Retry-After": "7200"})
    tally = await world.run()
    assert tally.polled == 1
    assert tally.failed.keys() == {"broken-en"}
    state = world.reading(polls.state, FeedId("broken-en"))
    assert state is not None
    assert state.failures == 1
    assert state.next_poll_at >= world.now + timedelta(hours=2)
    assert state.last_error.startswith("503: ")


async def test_what_is_no_feed_is_said_so(world: World) -> None:
    world.answer("/gazette-en.xml", body=b"<!DOCTYPE html><html><body>Welcome</body></html>")
    tally = await world.run()
    assert "HTML" in tally.failed[FEED]
    assert not tally.offline


async def test_no_host_at_all_is_noticed(world: World) -> None:
    world.feeds("gazette-en", urls={"gazette-en": "http://127.0.0.1:9/feed.xml"})
    tally = await world.run()
    assert tally.offline
    assert tally.polls == 1


async def test_an_entry_that_says_nothing_is_skipped_with_the_reason(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.offer("<item></item>", world.item("Football", "/1"), world.item("Football", "/1"))
    tally = await world.run()
    assert (tally.offered, tally.new, tally.repeated, dict(tally.skipped)) == (3, 1, 1, {"empty": 1})
    assert "entry 0 skipped: empty" in caplog.text


async def test_two_feeds_with_one_article_give_one_article_and_both_wordings_are_matched(world: World) -> None:
    world.feeds("gazette-en", "gazette-world")
    world.offer(world.item("Talks go on", "/1"))
    await world.run()
    world.offer(world.item("Fighters held in Rafah", "/1?utm_source=rss", text="Talks go on."), feed="gazette-world")
    world.poll_again()
    tally = await world.run()
    assert (tally.articles, tally.matches) == (0, 1)
    (article,) = world.articles().values()
    assert article.title == "Talks go on\nFighters held in Rafah"
    assert article.summary == "Talks go on."
    (match,) = world.matches()
    assert {hit.field for hit in match.found.hits} == {Field.TITLE}
    seen = world.reading(articles.entries_of, article.id)
    assert {one.feed_id for one in seen} == {"gazette-en", "gazette-world"}


async def test_two_feeds_polled_at_once_make_one_article(world: World) -> None:
    world.feeds("gazette-en", "gazette-world")
    world.offer(world.item("Fighters held in Rafah", "/1"))
    world.offer(world.item("Fighters held in Rafah", "/1"), feed="gazette-world")
    tally = await world.run()
    assert (tally.articles, tally.matches, len(world.articles())) == (1, 1, 1)


async def test_polls_saved_together_see_each_others_news(world: World) -> None:
    world.feeds("gazette-en", "gazette-world", "gazette-late")
    world.offer(world.item("Fighters held in Rafah", "/1"))
    world.offer(world.item("Fighters held in Rafah", "/1"), feed="gazette-world")
    async with world.tools() as tools:
        states = await take(tools, 5, frozenset())
        asked = [
            Asked(feed=feed, state=state, outcome=await ask(feed, state, tools), tools=tools)
            for state in states
            for feed in [tools.feeds[state.feed_id]]
        ]
        saved = await tools.database.write(lambda tx: save(tx, asked))
    found = {
        one.feed.id: (len(news.new_articles), matches) for one, (_, news, matches) in zip(asked, saved, strict=True)
    }
    assert sorted(found.values()) == [(0, 0), (0, 0), (1, 1)]
    assert found[FeedId("gazette-late")] == (0, 0)
    assert len(world.articles()) == 1
    failed = world.reading(polls.state, FeedId("gazette-late"))
    assert failed is not None
    assert failed.failures == 1


async def test_a_changed_entry_is_matched_in_its_new_words_and_keeps_the_old(world: World) -> None:
    world.offer(world.item("Talks go on", "/1", guid="1"))
    await world.run()
    world.offer(world.item("Talks go on: fighters to leave Rafah", "/1", guid="1"))
    world.poll_again()
    tally = await world.run()
    assert (tally.new, tally.known, tally.matches) == (0, 1, 1)
    (article,) = world.articles().values()
    assert article.title == "Talks go on\nTalks go on: fighters to leave Rafah"
    assert {hit.field for hit in world.matches()[0].found.hits} == {Field.TITLE}


async def test_an_entry_without_a_link_is_an_article_of_its_own(world: World) -> None:
    world.offer(world.item("Fighters held in Rafah", guid="no-link"))
    tally = await world.run()
    (match,) = world.matches()
    assert match.article.url == ""
    assert match.article.text_source is TextSource.TITLE
    assert tally.read == 0


async def test_the_overview_counts_what_each_feed_brought(world: World) -> None:
    world.offer(world.item("Fighters held in Rafah", "/1"), world.item("Football", "/2"))
    await world.run()
    (overview,) = world.reading(feeds.overview)
    assert (overview.entries, overview.articles, overview.matches, overview.active) == (2, 2, 1, True)


class Crashing(InlineWorkers):
    """Every document kills its worker."""

    runs = 0

    async def run(self, task: Callable[..., T], *arguments: object) -> T:
        self.runs += 1
        raise ParseError("it killed its worker", ParseKind.CRASH)

    async def run_within(self, limit: timedelta, task: Callable[..., T], *arguments: object) -> T:
        return await self.run(task, *arguments)


async def test_a_document_that_killed_its_worker_three_times_is_left_alone_until_it_changes(world: World) -> None:
    world.offer(world.item("Football", "/1"))
    world.workers = workers = Crashing(WorkerSettings())
    for _ in range(CRASHES):
        world.poll_again()
        assert FEED in (await world.run()).failed
    runs = workers.runs
    world.poll_again()
    assert "it is parsed again when it changes" in (await world.run()).failed[FEED]
    assert workers.runs == runs
    world.offer(world.item("Football", "/1"), world.item("Talks", "/2"))
    world.poll_again()
    await world.run()
    assert workers.runs > runs


async def test_a_gap_is_said_and_recorded(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.offer(world.item("One", "/1"))
    await world.run()
    world.offer(world.item("Two", "/2"))
    world.poll_again()
    await world.run()
    assert "some may have passed unseen" in caplog.text
    assert world.reading(lambda tx: tx.execute(text("SELECT count(*) FROM polls WHERE gap")).scalar()) == 1


async def test_a_feed_that_moved_for_good_is_asked_where_it_is(world: World) -> None:
    world.answer("/gazette-en.xml", status=308, headers={"Location": f"{world.base_url}/elsewhere.xml"})
    world.offer(world.item("Football", "/1"), feed="elsewhere", last_modified=datetime(2025, 11, 9, tzinfo=UTC))
    for _ in range(FOLLOWED + 2):
        await world.run()
        world.poll_again()
    assert world.asked("/gazette-en.xml") == FOLLOWED
    assert world.asked("/elsewhere.xml") == FOLLOWED + 2
    last = [request for request in world.server.requests if request.path == "/elsewhere.xml"][-1]
    assert last.status == 304, "the validators are the new address's own"
    await world.run(after=timedelta(days=1))
    assert world.asked("/gazette-en.xml") == FOLLOWED + 1, "once a day the user's own address is asked"
