"""Is it a feed that fails, or our own network?"""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import FeedId, FeedState, News, OutageKind, Postponed
from monitor.pipeline import poll as poll_module
from monitor.pipeline.network import PROBES_EVERY, SUSPICIOUS, Network, Phase
from monitor.pipeline.poll import poll_stage, take
from monitor.pipeline.read import read, read_stage
from monitor.pipeline.tally import NO_NETWORK
from monitor.store import outages, polls, readings
from tests.builders import NOON
from tests.pipeline.conftest import World
from tests.pipeline.scripted import Answers, Newsroom

HOSTS = ("a.example", "b.example", "c.example", "d.example", "e.example")


def phase(network: Network) -> Phase:
    return network.phase  # as a function's value: mypy takes an attribute for unchanged


def test_one_host_that_fails_for_ever_is_not_our_network() -> None:
    network = Network()
    network.reached("a.example")
    for _ in range(100):
        network.missed("b.example", NOON)
    assert phase(network) is Phase.UP


def test_several_hosts_in_a_row_raise_the_suspicion_and_one_that_answers_ends_it() -> None:
    network = Network()
    network.reached("a.example")
    for host in HOSTS[1:4]:
        network.missed(host, NOON)
    assert phase(network) is Phase.SUSPECT
    assert network.may_probe(NOON)
    assert network.to_probe() == ("a.example",)
    network.probing(["a.example"], NOON)
    network.reached("a.example")
    assert phase(network) is Phase.UP
    assert network.failing_since is None


def test_when_none_of_the_probed_answers_it_is_our_network_until_one_does() -> None:
    network = Network()
    for number, host in enumerate(HOSTS[:SUSPICIOUS]):
        network.missed(host, NOON + timedelta(seconds=number))
    network.probing(HOSTS[:2], NOON)
    network.missed(HOSTS[4], NOON)
    assert phase(network) is Phase.SUSPECT, "it was not probed"
    network.missed(HOSTS[0], NOON)
    assert phase(network) is Phase.SUSPECT
    network.missed(HOSTS[1], NOON)
    assert (network.phase, network.failing_since) == (Phase.DOWN, NOON)
    assert not network.may_probe(NOON + PROBES_EVERY / 2)
    assert network.may_probe(NOON + PROBES_EVERY)
    assert list(network.missing) == [HOSTS[2], HOSTS[4], HOSTS[0], HOSTS[1]], "the one asked longest ago comes first"
    network.answered()
    assert phase(network) is Phase.UP


def test_a_host_that_rests_tells_nothing_and_others_are_asked() -> None:
    network = Network()
    for host in HOSTS[:2]:
        network.reached(host)
    for host in HOSTS[2:]:
        network.missed(host, NOON)
    network.probing(HOSTS[:2], NOON)
    network.put_off(HOSTS[0])
    assert not network.may_probe(NOON)
    network.put_off(HOSTS[1])
    network.put_off("another.example")
    assert network.may_probe(NOON)
    assert (network.to_probe(), network.phase) == ((), Phase.SUSPECT)


NAMES = ("alpha", "beta", "gamma", "delta", "epsilon")


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    room = Newsroom(tmp_path, NAMES)
    for server in room.servers.values():
        server.publish(3)
    yield room
    room.store.close()


def known(room: Newsroom) -> dict[str, FeedState]:
    """The states, but for when each is due."""
    return {name: replace(state, next_poll_at=NOON) for name, state in room.states().items()}


async def test_six_hours_without_a_network_cost_no_feed_anything(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    # A command that ran before in this process has set what is logged.
    caplog.set_level(logging.INFO, logger="monitor")
    await newsroom.poll()
    before = known(newsroom)
    newsroom.online = False
    newsroom.now += timedelta(minutes=16)
    began = newsroom.now
    for server in newsroom.servers.values():
        server.publish(2)
    while newsroom.now < began + timedelta(hours=6):
        await newsroom.poll()
        newsroom.now += timedelta(seconds=20)
    assert known(newsroom) == before
    assert newsroom.network.phase is Phase.DOWN
    assert caplog.text.count(NO_NETWORK) == 1
    newsroom.online = True
    back = newsroom.now
    while len(newsroom.stored()["alpha"]) < 5:
        await newsroom.poll()
        newsroom.now += timedelta(seconds=20)
    await newsroom.poll()
    assert newsroom.now - back <= timedelta(minutes=2)
    assert newsroom.stored() == {name: server.offered for name, server in newsroom.servers.items()}
    with newsroom.store.reading() as tx:
        (outage,) = outages.since(tx, NOON)
    assert (outage.kind, outage.began_at) == (OutageKind.NETWORK, began)
    assert outage.ended_at is not None
    assert outage.ended_at >= back


async def test_dead_hosts_beside_living_ones_are_booked_their_failures(newsroom: Newsroom) -> None:
    await newsroom.poll()
    for name in NAMES[1:]:
        newsroom.servers[name].answers = Answers.TIMEOUT
    for _ in range(4):
        newsroom.now += timedelta(minutes=31)
        await newsroom.poll()
    states = newsroom.states()
    assert [states[name].failures > 0 for name in NAMES] == [False, True, True, True, True]
    assert phase(newsroom.network) is Phase.UP
    with newsroom.store.reading() as tx:
        assert outages.since(tx, NOON) == ()


async def test_a_first_start_without_a_network_books_nothing_either(newsroom: Newsroom) -> None:
    before = known(newsroom)
    newsroom.online = False
    tally = await newsroom.poll()
    assert tally.offline
    assert known(newsroom) == before


async def test_dead_hosts_that_come_first_keep_no_living_one_from_being_asked(newsroom: Newsroom) -> None:
    for name in NAMES[:3]:
        newsroom.servers[name].answers = Answers.TIMEOUT
    with newsroom.store.writing() as tx:
        for name in NAMES[3:]:
            wait = timedelta(minutes=5)
            later = FeedState(feed_id=FeedId(name), next_poll_at=newsroom.now + wait)
            polls.save(tx, later, Postponed(wait=wait), News(), newsroom.now, watchlists=())
    await newsroom.poll()
    assert newsroom.network.phase is Phase.DOWN, "nobody else was there to be asked"
    for _ in range(12):
        newsroom.now += timedelta(seconds=31)
        await newsroom.poll()
    assert phase(newsroom.network) is Phase.UP
    assert all(newsroom.servers[name].asked for name in NAMES)
    assert len(newsroom.servers[NAMES[0]].asked) < 15


async def test_what_could_not_be_recorded_is_recorded_later(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    newsroom.online = False
    with monkeypatch.context() as patched:
        patched.setattr(outages, "begin", full)
        for _ in range(3):
            with pytest.raises(StoreError):
                await newsroom.poll()
            newsroom.now += PROBES_EVERY
    before = newsroom.now
    await newsroom.poll()
    with newsroom.store.reading() as tx:
        (outage,) = outages.since(tx, NOON)
    assert (outage.began_at, outage.ended_at) == (NOON, None)
    assert all(state.failures == 0 for state in newsroom.states().values())
    newsroom.online = True
    with monkeypatch.context() as patched:
        patched.setattr(outages, "end", full)
        newsroom.now += PROBES_EVERY
        with pytest.raises(StoreError):
            await newsroom.poll()
    newsroom.now += PROBES_EVERY
    await newsroom.poll()
    with newsroom.store.reading() as tx:
        (outage,) = outages.since(tx, NOON)
    assert outage.ended_at is not None
    assert outage.ended_at > before


async def test_feeds_that_left_the_configuration_leave_nobody_in_doubt(newsroom: Newsroom) -> None:
    for host in HOSTS[:SUSPICIOUS]:
        newsroom.network.missed(host, newsroom.now)
    assert phase(newsroom.network) is Phase.SUSPECT
    tally = await newsroom.poll()
    assert tally.polled == len(NAMES)
    assert phase(newsroom.network) is Phase.UP


async def test_pages_wait_for_the_network(world: World) -> None:
    world.offer(world.item("Fighters held in Rafah", "/1"))
    world.answer("/1", status=404)
    async with world.tools() as tools:
        await poll_stage(tools).work_off()
        for host in HOSTS[:SUSPICIOUS]:
            tools.network.missed(host, world.now)
        await read_stage(tools).work_off()
        assert world.asked("/1") == 0
        (reading,) = await tools.database.write(lambda tx: readings.take(tx, world.now, 5))
        unreached = replace(reading, article=replace(reading.article, url="http://127.0.0.1:9/1"))
        await read(unreached, tools)
        (again,) = await tools.database.write(lambda tx: readings.take(tx, world.now, 5))
        assert again.attempts == reading.attempts, "what was not reached was not tried"


async def test_while_all_that_could_tell_are_busy_nothing_is_decided(world: World) -> None:
    async with world.tools() as tools:
        for host in HOSTS[:SUSPICIOUS]:
            tools.network.missed(host, world.now)
        assert await take(tools, 5, frozenset(tools.feeds)) == ()
        assert phase(tools.network) is Phase.SUSPECT


async def test_a_feed_whose_host_rests_is_put_off_and_booked_nothing(world: World) -> None:
    world.offer(world.item("Football", "/1"))
    async with world.tools() as tools:
        tools.fetcher._gate.refused("127.0.0.1", 503, timedelta(minutes=10))
        await poll_stage(tools).work_off()
        assert (tools.tally.postponed, tools.tally.polls) == (1, 0)
    state = world.reading(polls.state, FeedId("gazette-en"))
    assert state is not None
    assert (state.failures, state.last_polled_at, world.asked("/gazette-en.xml")) == (0, None, 0)
    assert timedelta(minutes=9) < state.next_poll_at - world.now < timedelta(minutes=13)


async def test_a_poll_that_is_told_to_stop_is_no_death(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stopped(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(poll_module, "ask", stopped)
    async with world.tools() as tools:
        (state,) = await take(tools, 5, frozenset())
        with pytest.raises(asyncio.CancelledError):
            await poll_module.poll(tools.feeds[state.feed_id], state, tools)
        assert await tools.database.write(lambda tx: polls.release(tx, world.now)) == 0


async def test_hosts_that_answered_are_asked_before_any_other(newsroom: Newsroom) -> None:
    await newsroom.poll()
    for host in HOSTS[:SUSPICIOUS]:
        newsroom.network.missed(host, newsroom.now)
    await newsroom.poll()
    assert phase(newsroom.network) is Phase.UP
    assert sorted(len(server.asked) for server in newsroom.servers.values()) == [1, 1, 2, 2, 2]


async def test_where_nobody_is_left_to_ask_there_is_no_doubt(newsroom: Newsroom) -> None:
    await newsroom.poll()
    newsroom.network = Network()
    for host in HOSTS[:SUSPICIOUS]:
        newsroom.network.missed(host, newsroom.now)
    await newsroom.poll()
    assert phase(newsroom.network) is Phase.UP
    assert all(len(server.asked) == 1 for server in newsroom.servers.values())


async def test_pages_of_dead_hosts_keep_no_other_from_being_read_in_the_same_pass(world: World) -> None:
    dead = [f"<item><title>Dead {n}</title><link>http://127.0.0.{n}:9/news</link></item>" for n in range(2, 40)]
    world.offer(*dead, world.item("Alive", "/1"))
    world.page("/1", "The talks go on, and nobody knows for how long. " * 20)
    await world.run()
    assert world.asked("/1") == 1
    assert world.articles()["Alive"].text.startswith("The talks go on")
