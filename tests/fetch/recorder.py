"""Stand-ins beneath the guard: a network that writes down what is dialled, and a name server that answers as told."""

import socket
from collections.abc import Mapping, Sequence
from ipaddress import ip_address

import httpcore
import pytest

from monitor.fetch import guard
from monitor.fetch.network import PlainStream, dial
from tests.fetch.server import INTERNET


class Recorder:
    """Writes down every address that is dialled; connects to the Internet of the tests, and refuses all others."""

    def __init__(self) -> None:
        self.dialled: list[str] = []

    async def __call__(self, address: str, port: int, seconds: float | None) -> PlainStream:
        self.dialled.append(str(ip_address(address)))
        if address == INTERNET:
            return await dial(address, port, seconds)
        raise httpcore.ConnectError("recorded, not dialled")

    def take(self) -> list[str]:
        """What has been dialled since the last time."""
        dialled, self.dialled = self.dialled, []
        return dialled


class Names:
    """A DNS: names with their addresses. What is an address in any of libc's spellings is read as libc reads it."""

    def __init__(self, table: Mapping[str, Sequence[str]]) -> None:
        self.table = dict(table)
        self._real = socket.getaddrinfo

    def __call__(self, host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        if host not in self.table:
            found = self._real(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
            return [tuple(place) for place in found]
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in self.table[host]
        ]


def record(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Put a recorder beneath the guard of every fetcher that is made from now on."""
    recorder = Recorder()
    monkeypatch.setattr(guard, "dial", recorder)
    return recorder


class Opened(list[socket.socket]):
    """The sockets of all connections that were opened."""

    def left(self) -> int:
        """How many of them are open."""
        return sum(opened.fileno() >= 0 for opened in self)


def watch(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Collect what is opened from now on."""
    opened = Opened()
    real = PlainStream.__init__

    def make(stream: PlainStream, connected: socket.socket) -> None:
        opened.append(connected)
        real(stream, connected)

    monkeypatch.setattr(PlainStream, "__init__", make)
    return opened


def resolve(monkeypatch: pytest.MonkeyPatch, **table: Sequence[str]) -> Names:
    """Let the names (with "_" for their dots) have these addresses, and no other name any."""
    names = Names({name.replace("_", "."): addresses for name, addresses in table.items()})
    monkeypatch.setattr(socket, "getaddrinfo", names)
    return names
