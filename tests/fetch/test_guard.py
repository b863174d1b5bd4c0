"""The network backend: it dials what it judged, and nothing else."""

import asyncio
import socket
from ipaddress import ip_address, ip_network

import httpcore
import pytest

from monitor.errors import FetchKind
from monitor.fetch.guard import GuardedBackend, _alternating
from monitor.fetch.refusal import Refusal


class FakeStream(httpcore.AsyncNetworkStream):
    """Claims to be connected to `peer`; its handshake never ends."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.closed = False

    def get_extra_info(self, info: str) -> object:
        return (self.peer, 80)

    async def aclose(self) -> None:
        self.closed = True

    async def start_tls(self, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        await asyncio.sleep(60)
        return self


class FakeNetwork(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that are `up`, as `peer` where one is given."""

    def __init__(self, *up: str, peer: str = "") -> None:
        self.up = up
        self.peer = peer
        self.dialled: list[str] = []
        self.streams: list[FakeStream] = []

    async def connect_tcp(self, host: str, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        self.dialled.append(host)
        if host not in self.up:
            raise httpcore.ConnectTimeout(host)
        self.streams.append(FakeStream(self.peer or host))
        return self.streams[-1]


def resolving_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(0, 0, 0, "", (address, 80)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


async def test_addresses_are_tried_in_turns_of_both_families(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, "2606::1", "2606::2", "2606::3", "8.8.8.8", "8.8.4.4")
    network = FakeNetwork("2606::2")
    await GuardedBackend((), network).connect_tcp("gazette.example", 80)
    assert network.dialled == ["2606::1", "8.8.8.8", "2606::2"]


async def test_no_more_than_three_addresses_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, *(f"8.8.8.{number}" for number in range(9)))
    network = FakeNetwork()
    with pytest.raises(httpcore.ConnectTimeout, match=r"8\.8\.8\.2"):
        await GuardedBackend((), network).connect_tcp("gazette.example", 80)
    assert len(network.dialled) == 3


async def test_a_name_with_no_address_at_all_is_a_failed_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch)
    with pytest.raises(httpcore.ConnectError, match="no address"):
        await GuardedBackend((), FakeNetwork()).connect_tcp("gazette.example", 80)


async def test_a_peer_that_is_not_the_one_dialled_is_refused() -> None:
    network = FakeNetwork("8.8.8.8", peer="10.0.0.1")
    with pytest.raises(Refusal, match=r"dialled 8\.8\.8\.8, but 10\.0\.0\.1 answered") as caught:
        await GuardedBackend((), network).connect_tcp("8.8.8.8", 80)
    assert caught.value.kind is FetchKind.ADDRESS
    assert network.streams[0].closed


async def test_a_connection_that_is_reset_before_it_is_looked_at_is_a_failed_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolving_to(monkeypatch, "8.8.8.8", "8.8.4.4")
    network = FakeNetwork("8.8.8.8", "8.8.4.4")
    monkeypatch.setattr(FakeStream, "get_extra_info", lambda *_: None)
    with pytest.raises(httpcore.ConnectError, match="broke off at once"):
        await GuardedBackend((), network).connect_tcp("gazette.example", 80)
    assert network.dialled == ["8.8.8.8", "8.8.4.4"]
    assert all(stream.closed for stream in network.streams)


async def test_a_literal_address_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)
    network = FakeNetwork("2606::1")
    await GuardedBackend((), network).connect_tcp("2606::1", 80)
    assert network.dialled == ["2606::1"]


async def test_a_cancelled_handshake_closes_its_connection() -> None:
    network = FakeNetwork("8.8.8.8")
    stream = await GuardedBackend((), network).connect_tcp("8.8.8.8", 443)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await stream.start_tls(httpcore.default_ssl_context())
    assert network.streams[0].closed


async def test_a_connection_is_readable_once_there_is_something_or_it_is_closed() -> None:
    arrived: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    server = await asyncio.start_server(lambda _, writer: arrived.put_nowait(writer), "127.0.0.2", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        stream = await GuardedBackend((ip_network("127.0.0.2"),)).connect_tcp("127.0.0.2", port)
        assert not stream.get_extra_info("is_readable")
        assert stream.get_extra_info("server_addr") == ("127.0.0.2", port)
        writer = await arrived.get()
        writer.close()
        await writer.wait_closed()
        assert stream.get_extra_info("is_readable")
        await stream.aclose()
        assert stream.get_extra_info("is_readable")


async def test_there_is_no_way_to_a_unix_socket() -> None:
    with pytest.raises(NotImplementedError):
        await GuardedBackend(()).connect_unix_socket("/run/docker.sock")


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
