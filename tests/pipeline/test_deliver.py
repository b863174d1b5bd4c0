"""What channels are told, when, and what happens when they do not take it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from monitor.model import ChannelId, DeliveryState, MatchId, Occasion, Review, Status, WatchlistId
from monitor.pipeline.deliver import AT_ONCE, give_up_old
from monitor.pipeline.rematch import Scope, apply, begin
from monitor.store import channels, deliveries, merging, reviews
from monitor.store.channels import ChannelState
from monitor.store.deliveries import Due
from monitor.store.schema import deliveries as table
from monitor.store.schema import matches
from monitor.store.store import Store
from tests.builders import NOON
from tests.pipeline.conftest import LISTS, MONITOR_YAML, World
from tests.receiver import Receiver, receiver

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TOLD = "The fighters in Rafah are 150, said the mediators on Monday after a long night of talks in Cairo."


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def subscribe(world: World, hook: Receiver, *alerts: str, channel: str = "", more: str = "") -> None:
    """Have the channel "hook" told of the watchlist so."""
    channels_ = f"channels:\n  hook:\n    webhook: {{url: {hook.url}}}\n{channel}{more}"
    world.write("monitor.yaml", f"{MONITOR_YAML}revisit: []\n{channels_}")
    said = "".join(f"  - {{channel: hook, {one}}}\n" for one in alerts)
    query = 'title: Fighters in Rafah\nquery: "@rafah AND @fighters"\n'
    world.write("watchlists/rafah.yaml", f"{query}alerts:\n{said}" if said else query)
    world.write("lists/words.yaml", LISTS)


def told(world: World) -> list[tuple[Occasion, DeliveryState, str]]:
    rows = select(table.c.occasion, table.c.state, table.c.note).order_by(table.c.number)
    return [tuple(row) for row in world.reading(lambda tx: tx.execute(rows).all())]


def state(world: World) -> ChannelState:
    return next(iter(world.reading(channels.all_of).values()))


def offer(world: World, *numbers: int, text: str = TOLD) -> None:
    """Make articles come, each of other words."""
    items = [world.item(f"Fighters in Rafah, report {n}", f"/{n}", guid=str(n)) for n in numbers]
    world.offer(*items)
    for number in numbers:
        own = " ".join(f"word{number}x{place} said{number}y{place}" for place in range(80))
        world.page(f"/{number}", f"{text} {own}")
    world.poll_again()


# ── every match ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_match_is_told_once_in_order(world: World, hook: Receiver) -> None:
    subscribe(world, hook, "when: match")
    offer(world, 1, 2, 3)
    await world.run()
    await world.run(after=HOUR)
    assert hook.titles == [f"Fighters in Rafah, report {n}" for n in (1, 2, 3)]
    assert len({one.key for one in hook.requests}) == 3
    assert {one.data["occasion"] for one in hook.requests} == {"match"}
    assert [outcome for _, outcome, _ in told(world)] == [DeliveryState.SENT] * 3


async def test_nobody_who_did_not_ask_is_told(world: World, hook: Receiver) -> None:
    subscribe(world, hook)
    offer(world, 1)
    await world.run()
    assert not hook.requests
    assert not told(world)


async def test_more_than_one_batch_is_told_in_order(world: World, hook: Receiver) -> None:
    subscribe(world, hook, "when: match")
    numbers = range(1, AT_ONCE + 6)
    offer(world, *numbers)
    await world.run()
    assert hook.titles == [f"Fighters in Rafah, report {n}" for n in numbers]


async def test_a_match_that_somebody_found_irrelevant_meanwhile_is_not_told(world: World, hook: Receiver) -> None:
    subscribe(world, hook, "when: match", channel="    quiet: 12:00-13:00\n")
    offer(world, 1, 2)
    await world.run()
    assert not hook.requests
    one = world.matches()[0]
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        said = Review(match_id=one.id, status=Status.IRRELEVANT, note="", reviewer="amal", reviewed_at=world.now)
        reviews.add(tx, said)
    await world.run(after=HOUR)
    assert len(hook.titles) == 1


# ── what a channel does not take ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_channel_that_fails_is_left_alone_ever_longer_and_nothing_is_lost(world: World, hook: Receiver) -> None:
    hook.answer = lambda _: (503, {})
    subscribe(world, hook, "when: match")
    offer(world, 1, 2)
    await world.run()
    assert len(hook.requests) == 1
    first = state(world)
    assert first.failures == 1
    assert first.next_at is not None
    assert NOON < first.next_at < NOON + MINUTE
    await world.run(after=timedelta(seconds=1))
    assert len(hook.requests) == 1
    await world.run(after=HOUR)
    assert state(world).failures == 2
    hook.answer = lambda _: (204, {})
    await world.run(after=2 * HOUR)
    assert hook.titles == ["Fighters in Rafah, report 1", "Fighters in Rafah, report 2"]
    assert len({one.key for one in hook.requests}) == 2
    assert state(world).failures == 0
    assert state(world).error == ""


async def test_the_wait_that_a_channel_asks_for_is_heeded(world: World, hook: Receiver) -> None:
    hook.answer = lambda _: (429, {"retry-after": "7200"})
    subscribe(world, hook, "when: match")
    offer(world, 1)
    await world.run()
    assert state(world).next_at == NOON + 2 * HOUR


async def test_what_is_refused_is_given_up_after_three_tries_and_the_others_go_on(
    world: World, hook: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    hook.answer = lambda number: (422 if number % 2 == 0 else 204, {})
    subscribe(world, hook, "when: match")
    offer(world, 1, 2)
    await world.run()
    hook.answer = lambda _: (422, {})
    for _ in range(3):
        await world.run(after=5 * MINUTE)
    assert [outcome for _, outcome, _ in told(world)] == [DeliveryState.GIVEN_UP, DeliveryState.SENT]
    assert "is given up" in caplog.text
    assert len(hook.requests) == 4


async def test_a_channel_that_is_gone_is_stopped_until_it_leads_elsewhere(
    world: World, hook: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    hook.answer = lambda _: (410, {})
    subscribe(world, hook, "when: match")
    offer(world, 1)
    await world.run()
    await world.run(after=24 * HOUR)
    assert len(hook.requests) == 1
    assert state(world).stopped_at == NOON
    assert "is stopped" in caplog.text
    hook.answer = lambda _: (204, {})
    hook.url += "/new"
    subscribe(world, hook, "when: match")
    await world.run(after=HOUR)
    assert hook.titles == ["Fighters in Rafah, report 1"]
    assert state(world).stopped_at is None


async def test_what_no_attempt_brings_through_in_a_week_is_given_up(world: World, hook: Receiver) -> None:
    hook.answer = lambda _: (500, {})
    subscribe(world, hook, "when: match")
    offer(world, 1)
    await world.run()
    await world.run(after=8 * 24 * HOUR)
    assert [outcome for _, outcome, _ in told(world)] == [DeliveryState.GIVEN_UP]
    offer(world, 2)
    hook.answer = lambda _: (204, {})
    await world.run(after=HOUR + MINUTE)
    assert hook.titles == ["Fighters in Rafah, report 2"]


async def test_what_waits_for_a_channel_that_is_configured_no_more_is_given_up_in_the_end(
    world: World, hook: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    hook.answer = lambda _: (500, {})
    subscribe(world, hook, "when: match")
    offer(world, 1)
    await world.run()
    world.write("monitor.yaml", MONITOR_YAML)
    world.write("watchlists/rafah.yaml", 'title: Fighters in Rafah\nquery: "@rafah AND @fighters"\n')
    async with world.tools() as tools:
        await give_up_old(tools)
        assert [outcome for _, outcome, _ in told(world)] == [DeliveryState.WAITING]
        world.now += 9 * 24 * HOUR
        await give_up_old(tools)
    assert [outcome for _, outcome, _ in told(world)] == [DeliveryState.GIVEN_UP]
    assert "1 deliveries are given up" in caplog.text


async def test_a_dead_channel_keeps_no_other_waiting(world: World, hook: Receiver) -> None:
    with receiver() as dead:
        dead.answer = lambda _: (500, {})
        subscribe(world, hook, "when: match", more=f"  dead:\n    webhook: {{url: {dead.url}}}\n")
        text = (world.folder / "watchlists/rafah.yaml").read_text()
        world.write("watchlists/rafah.yaml", f"{text}  - {{channel: dead, when: match}}\n")
        offer(world, 1, 2)
        await world.run()
        assert len(dead.requests) == 1
    assert len(hook.titles) == 2


# ── stories ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_story_is_told_once_and_again_when_it_gains_an_origin(world: World, hook: Receiver) -> None:
    subscribe(world, hook, "when: story")
    event = "Mediators in Cairo said 150 fighters remain trapped beneath Rafah, Ismail Haniyeh told Kushner. "
    copy = event + " ".join(f"sentence{n} goes on about the talks" for n in range(60))
    world.offer(world.item("150 fighters trapped in Rafah", "/1", guid="1"))
    world.page("/1", copy)
    await world.run()
    assert [one.data["items"][0]["reason"] for one in hook.requests] == ["a new story"]
    world.offer(world.item("150 fighters trapped in Rafah", "/2", guid="2"))
    world.page("/2", copy)
    world.poll_again()
    await world.run(after=HOUR)
    assert len(hook.requests) == 1
    assert told(world)[1][1:] == (DeliveryState.FOLDED, "told already from The Gazette in English")


async def test_news_of_a_story_wait_until_the_article_has_found_it_and_no_longer(world: World, hook: Receiver) -> None:
    subscribe(world, hook, "when: story")
    world.offer(world.item("Fighters in Rafah", "/1", guid="1"))
    world.answer("/1", status=503, headers={"Retry-After": "600"})
    async with world.tools() as tools:
        from monitor.app import stages

        poll, *_, deliver = stages(tools)
        await poll.work_off()
        await deliver.work_off()
        assert not hook.requests
        world.now += 10 * MINUTE
        await deliver.work_off()
    assert len(hook.requests) == 1


async def test_an_article_without_a_page_is_told_at_once(world: World, hook: Receiver) -> None:
    subscribe(world, hook, "when: story")
    world.offer(world.item("Fighters in Rafah", text=TOLD, guid="1"))
    await world.run()
    assert len(hook.requests) == 1


def due_for(world: World, *ids: MatchId) -> None:
    """Make these matches due to be told, whatever became of them."""
    rows = (
        Due(
            channel=ChannelId("hook"),
            watchlist_id=WatchlistId("rafah"),
            occasion=Occasion.MATCH,
            subject=one,
            match_id=one,
            due_at=world.now,
        )
        for one in ids
    )
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        deliveries.add(tx, rows, world.now)


async def test_what_is_no_match_any_more_is_not_told_and_the_reason_is_kept(world: World, hook: Receiver) -> None:
    subscribe(world, hook)
    offer(world, 1, 2)
    await world.run()
    lost, irrelevant = (one.id for one in world.matches())
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        tx.execute(update(matches).where(matches.c.id == lost).values(lost_at=world.now))
        tx.execute(update(matches).where(matches.c.id == irrelevant).values(status=Status.IRRELEVANT))
    due_for(world, lost, irrelevant, MatchId("0" * 32))
    await world.run()
    assert not hook.requests
    assert [note for *_, note in told(world)] == [
        "the match was lost before it was told",
        "somebody found it irrelevant before it was told",
        "there is no such match any more",
    ]


async def test_of_two_articles_that_turn_out_to_be_one_the_match_is_told_once(world: World, hook: Receiver) -> None:
    subscribe(world, hook)
    offer(world, 1, 2)
    await world.run()
    first, second = world.matches()
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        merging.merge(tx, second.article.id, first.article.id)
    due_for(world, second.id)
    await world.run()
    assert len(hook.requests) == 1
    due_for(world, first.id)
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        tx.execute(
            update(table)
            .where(table.c.match_id == second.id)
            .values(state=DeliveryState.WAITING, due_at=NOON, message="")
        )
    await world.run()
    assert len(hook.requests) == 2
    assert "its article and another one turned out to be one, which is told" in [note for *_, note in told(world)]


# ── together ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_digest_tells_the_matches_of_its_window_at_its_end(world: World, hook: Receiver) -> None:
    subscribe(world, hook, 'when: digest, at: ["14:00"]')
    offer(world, 1, 2)
    await world.run()
    assert not hook.requests
    await world.run(after=2 * HOUR)
    (one,) = hook.requests
    assert one.data["occasion"] == "digest"
    assert [outcome for _, outcome, _ in told(world)].count(DeliveryState.FOLDED) == 2
    assert one.data["items"]
    assert datetime.fromisoformat(one.data["until"]) == NOON + 2 * HOUR
    await world.run(after=24 * HOUR)
    assert len(hook.requests) == 1


async def test_what_comes_late_for_its_digest_has_another_one(world: World, hook: Receiver) -> None:
    """A clock that is set back."""
    subscribe(world, hook, 'when: digest, at: ["12:30"]')
    offer(world, 1)
    await world.run()
    await world.run(after=HOUR)
    world.now -= HOUR
    offer(world, 2)
    await world.run()
    await world.run(after=HOUR)
    assert [one.data["occasion"] for one in hook.requests] == ["digest", "digest"]
    assert hook.titles == ["Fighters in Rafah, report 1", "Fighters in Rafah, report 2"]


async def test_what_comes_in_quiet_hours_is_told_together_when_they_end(world: World, hook: Receiver) -> None:
    subscribe(world, hook, "when: match", channel="    quiet: 11:00-14:00\n")
    offer(world, 1, 2)
    await world.run()
    assert not hook.requests
    await world.run(after=2 * HOUR)
    (one,) = hook.requests
    assert one.data["occasion"] == "rest"
    assert sum(1 + item["further"] for item in one.data["items"]) == 2


async def test_a_digest_that_ends_in_quiet_hours_comes_after_them(world: World, hook: Receiver) -> None:
    subscribe(world, hook, 'when: digest, at: ["13:00"]', channel="    quiet: 12:30-15:00\n")
    offer(world, 1)
    await world.run()
    await world.run(after=HOUR)
    assert not hook.requests
    await world.run(after=2 * HOUR)
    assert [one.data["occasion"] for one in hook.requests] == ["digest"]


async def test_what_is_more_than_an_hours_cap_is_told_together_at_its_end(world: World, hook: Receiver) -> None:
    subscribe(world, hook, "when: match", channel="    at_most: 2\n")
    offer(world, 1, 2, 3, 4, 5)
    await world.run()
    assert [one.data["occasion"] for one in hook.requests] == ["match", "match"]
    await world.run(after=HOUR)
    assert [one.data["occasion"] for one in hook.requests] == ["match", "match", "rest"]
    assert [outcome for _, outcome, _ in told(world)].count(DeliveryState.FOLDED) == 3
    offer(world, 6)
    await world.run(after=MINUTE)
    assert hook.requests[-1].data["occasion"] == "match"


# ── changes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("when", ["when: match", "when: story", 'when: digest, at: ["14:00"]'])
async def test_a_change_that_stops_a_match_is_told(world: World, hook: Receiver, when: str) -> None:
    subscribe(world, hook, when)
    world.write("monitor.yaml", (world.folder / "monitor.yaml").read_text().replace("revisit: []", "revisit: [1h]"))
    body = "\n".join(f"Paragraph {number} says what happened and who was there." for number in range(12))
    world.offer(world.item("Talks go on", "/1", guid="1"))
    world.page("/1", f"{body}\nThe fighters in Rafah are 150, said the mediators.")
    await world.run()
    world.page("/1", f"{body}\nThe talks in Cairo go on, said the mediators.")
    await world.run(after=HOUR)
    await world.run(after=HOUR)
    found = [occasion for occasion, *_ in told(world)]
    assert Occasion.CHANGE in found
    said = [item["reason"] for item in hook.requests[-1].data["items"]]
    assert said == ["the article was changed, and matches no more"]
    if "digest" not in when:
        assert [one.data["occasion"] for one in hook.requests][-1] == "change"
        assert len(hook.requests) == 2


# ── history ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("alert", [False, True])
async def test_what_a_rematch_finds_is_told_only_if_it_is_asked_for(
    world: World, hook: Receiver, *, alert: bool
) -> None:
    subscribe(world, hook, "when: match")
    watchlist = (world.folder / "watchlists/rafah.yaml").read_text()
    world.write("watchlists/rafah.yaml", watchlist.replace("AND @fighters", "AND Sinai"))
    offer(world, 1)
    await world.run()
    assert not world.matches()
    world.write("watchlists/rafah.yaml", watchlist)
    scope, url = Scope(config=world.config(), alert=alert), world.environment["MONITOR_DATABASE_URL"]
    with Store.open(url) as store:
        list(apply(store, scope, begin(store, scope, lambda: world.now, url), lambda: world.now))
    assert len(world.matches()) == 1
    await world.run(after=MINUTE)
    assert len(hook.requests) == alert


# ── clocks that are put forward and back ───────────────────────────────────────────────────────────


SHIFTS = {
    # On 29 March 2025 Berlin's clocks go from 02:00 to 03:00 (on the 30th), on 26 October back; Gaza's on 12 April at
    # 00:00 (to 01:00) and on 25 October back at 02:00, as the time zone database has it.
    ("Europe/Berlin", "forward"): datetime(2025, 3, 29, 12, tzinfo=UTC),
    ("Europe/Berlin", "back"): datetime(2025, 10, 25, 12, tzinfo=UTC),
    ("Asia/Gaza", "forward"): datetime(2025, 4, 11, 12, tzinfo=UTC),
    ("Asia/Gaza", "back"): datetime(2025, 10, 24, 12, tzinfo=UTC),
}


@pytest.mark.parametrize(("zone", "way"), SHIFTS)
async def test_a_digest_of_the_morning_comes_at_its_time_on_both_sides_of_a_shift(
    world: World, hook: Receiver, zone: str, way: str
) -> None:
    subscribe(world, hook, f'when: digest, at: ["07:30"], timezone: {zone}')
    world.now = SHIFTS[zone, way] + timedelta(minutes=30)
    shown = ZoneInfo(zone)
    told_at: list[datetime] = []
    offsets = set()
    for number in range(2 * 24):
        if number % 8 == 0:
            offer(world, *range(1, number // 8 + 2))
        there = world.now.astimezone(shown)
        # Whatever else there is to do at other hours, it is done within the next ones.
        if number % 8 == 0 or there.hour in range(6, 9):
            await world.run()
        offsets.add(there.utcoffset())
        told_at += [world.now] * (len(hook.taken) - len(told_at))
        world.now += HOUR
    assert len(offsets) == 2
    assert [f"{moment.astimezone(shown):%H:%M}" for moment in told_at] == ["07:30", "07:30"]
    assert [[1 + item["further"] for item in one.data["items"]] for one in hook.taken] == [[3], [6]]


@pytest.mark.parametrize(("zone", "way"), SHIFTS)
async def test_a_digest_of_each_hour_neither_skips_nor_repeats_one_in_a_shift(
    world: World, hook: Receiver, zone: str, way: str
) -> None:
    subscribe(world, hook, "when: digest, every: 1h")
    world.write("monitor.yaml", (world.folder / "monitor.yaml").read_text() + f"timezone: {zone}\n")
    world.now = SHIFTS[zone, way] + timedelta(hours=7)
    for number in range(1, 13):
        offer(world, *range(1, number + 1))
        await world.run()
        world.now += HOUR
    await world.run()
    assert hook.titles == [f"Fighters in Rafah, report {number}" for number in range(1, 13)]
    assert len(hook.taken) == 12
