"""The network backend: it dials what it judged, and nothing else."""

import asyncio
import socket
from ipaddress import ip_address, ip_network

import httpcore
import pytest

from monitor.errors import FetchKind
from monitor.fetch.guard import Guard, _alternating
from monitor.fetch.network import PlainStream
from monitor.fetch.refusal import Refusal


class FakeStream(PlainStream):
    """Claims to be connected to `peer`."""

    peer = ""
    closed = False

    def __init__(self, peer: str) -> None:
        self.peer = peer

    def close(self) -> None:
        self.closed = True


class FakeNetwork:
    """Connects to the addresses that are `up`, as `peer` where one is given."""

    def __init__(self, *up: str, peer: str = "") -> None:
        self.up = up
        self.peer = peer
        self.dialled: list[str] = []
        self.streams: list[FakeStream] = []

    async def __call__(self, address: str, port: int, seconds: float | None) -> PlainStream:
        self.dialled.append(address)
        if address not in self.up:
            raise httpcore.ConnectTimeout(address)
        self.streams.append(FakeStream(self.peer or address))
        return self.streams[-1]


def resolving_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(0, 0, 0, "", (address, 80)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


async def test_addresses_are_tried_in_turns_of_both_families(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, "2606::1", "2606::2", "2606::3", "8.8.8.8", "8.8.4.4")
    network = FakeNetwork("2606::2")
    await Guard((), network).connect("gazette.example", 80)
    assert network.dialled == ["2606::1", "8.8.8.8", "2606::2"]


async def test_no_more_than_three_addresses_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, *(f"8.8.8.{number}" for number in range(9)))
    network = FakeNetwork()
    with pytest.raises(httpcore.ConnectTimeout, match=r"8\.8\.8\.2"):
        await Guard((), network).connect("gazette.example", 80)
    assert len(network.dialled) == 3


async def test_a_name_with_no_address_at_all_is_a_failed_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch)
    with pytest.raises(httpcore.ConnectError, match="no address"):
        await Guard((), FakeNetwork()).connect("gazette.example", 80)


async def test_a_peer_that_is_not_the_one_dialled_is_refused() -> None:
    network = FakeNetwork("8.8.8.8", peer="10.0.0.1")
    with pytest.raises(Refusal, match=r"dialled 8\.8\.8\.8, but 10\.0\.0\.1 answered") as caught:
        await Guard((), network).connect("8.8.8.8", 80)
    assert caught.value.kind is FetchKind.ADDRESS
    assert network.streams[0].closed


async def test_a_connection_that_is_reset_before_it_is_looked_at_is_a_failed_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolving_to(monkeypatch, "8.8.8.8", "8.8.4.4")
    network = FakeNetwork("8.8.8.8", "8.8.4.4")
    monkeypatch.setattr(FakeStream, "peer", property(lambda _: "", lambda *_: None))
    with pytest.raises(httpcore.ConnectError, match="broke off at once"):
        await Guard((), network).connect("gazette.example", 80)
    assert network.dialled == ["8.8.8.8", "8.8.4.4"]
    assert all(stream.closed for stream in network.streams)


async def test_a_literal_address_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)
    network = FakeNetwork("2606::1")
    await Guard((), network).connect("2606::1", 80)
    assert network.dialled == ["2606::1"]


async def test_a_connection_is_readable_once_there_is_something_or_it_is_closed() -> None:
    arrived: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    server = await asyncio.start_server(lambda _, writer: arrived.put_nowait(writer), "127.0.0.2", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        stream = await Guard((ip_network("127.0.0.2"),)).connect("127.0.0.2", port)
        assert not stream.get_extra_info("is_readable")
        assert stream.get_extra_info("weather") is None
        writer = await arrived.get()
        writer.close()
        await writer.wait_closed()
        assert stream.get_extra_info("is_readable")
        await stream.aclose()
        assert stream.get_extra_info("is_readable")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        (["8.8.8.8"], ["8.8.8.8"]),
        (["2606::1", "8.8.8.8"], ["2606::1", "8.8.8.8"]),
        (["8.8.8.8", "8.8.4.4", "2606::1"], ["8.8.8.8", "2606::1", "8.8.4.4"]),
    ],
)
def test_families_take_turns(given: list[str], expected: list[str]) -> None:
    assert _alternating([ip_address(address) for address in given]) == [ip_address(address) for address in expected]
