"""Is it a feed that fails, or our own network?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model import FeedState, OutageKind
from monitor.pipeline.network import PROBES_EVERY, SUSPICIOUS, Network, Phase
from monitor.pipeline.poll import poll_stage
from monitor.pipeline.read import read, read_stage
from monitor.pipeline.tally import NO_NETWORK
from monitor.store import outages, readings
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
        assert not network.missed("b.example", NOON)
    assert phase(network) is Phase.UP


def test_several_hosts_in_a_row_raise_the_suspicion_and_one_that_answers_ends_it() -> None:
    network = Network()
    network.reached("a.example")
    for host in HOSTS[1:4]:
        assert not network.missed(host, NOON)
    assert phase(network) is Phase.SUSPECT
    assert network.to_probe(NOON)[0] == "a.example"
    network.probing(["a.example"], NOON)
    assert not network.reached("a.example")
    assert phase(network) is Phase.UP
    assert network.failing_since is None


def test_when_none_of_the_probed_answers_it_is_our_network_until_one_does() -> None:
    network = Network()
    for number, host in enumerate(HOSTS[:SUSPICIOUS]):
        network.missed(host, NOON + timedelta(seconds=number))
    network.probing(HOSTS[:2], NOON)
    assert not network.missed(HOSTS[4], NOON), "it was not probed"
    assert not network.missed(HOSTS[0], NOON)
    assert network.missed(HOSTS[1], NOON)
    assert (network.phase, network.failing_since) == (Phase.DOWN, NOON)
    assert network.to_probe(NOON + PROBES_EVERY / 2) == ()
    assert set(network.to_probe(NOON + PROBES_EVERY)) >= set(HOSTS[:SUSPICIOUS])
    assert not network.missed(HOSTS[1], NOON), "it is said once"
    assert network.answered()
    assert phase(network) is Phase.UP


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
