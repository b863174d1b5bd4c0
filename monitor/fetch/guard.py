"""The network backend through which every connection goes: it resolves a name once, judges every answer, and dials the
very address it judged, so that no second answer of the DNS can lead elsewhere.
"""

import asyncio
import select
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import ip_address
from itertools import zip_longest

import httpcore

from monitor.errors import FetchKind
from monitor.fetch.judge import IPAddress, IPNetwork, reason_against
from monitor.fetch.network import PlainStream, SecureStream, dial
from monitor.fetch.refusal import Refusal

Dial = Callable[[str, int, float | None], Awaitable[PlainStream]]

_TRIED = 3
"""Addresses of one host that are dialled, one after another."""
_ATTEMPT = 10.0
"""Seconds for one of them while another is left."""
_RESOLVERS = 64
"""Threads: asyncio's own few would all wait for one dead name server."""
_MOST_HEAD = 131_072
"""Bytes before an answer's body. httpcore bounds its headers, but reads the interim answers before it (100, 103) for
ever, 4 MB of them a second and with all of the CPU.
"""
_PIECE_OF_HEAD = 16_384
"""Bytes of it that are read at once: the loop stands still while httpcore takes them apart."""


class GuardedStream(httpcore.AsyncNetworkStream):
    """A connection as httpcore wants it, which reads a bounded head of an answer. Each request has one deadline for all
    that it does, so that a `timeout` is not heeded here.
    """

    def __init__(self, inner: PlainStream | SecureStream) -> None:
        self._inner = inner
        self._head_left = 0
        self._in_head = True

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109 - httpcore's
        """Send (a part of) a request; an answer's head follows."""
        self._in_head, self._head_left = True, _MOST_HEAD
        if buffer:
            await self._inner.write(buffer)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 - httpcore's
        """The next bytes of an answer; b"" at its end.

        Raises: Refusal for an answer that never comes to its body, ssl.SSLError, and httpcore's ReadError.
        """
        if not self._in_head:
            return await self._inner.read(max_bytes)
        if self._head_left <= 0:
            raise Refusal("does not come to its answer, only to interim ones", FetchKind.PROTOCOL, temporary=True)
        piece = await self._inner.read(min(max_bytes, _PIECE_OF_HEAD))
        self._head_left -= len(piece)
        return piece

    async def aclose(self) -> None:
        """Close it at once."""
        self._inner.close()

    def expect_body(self) -> None:
        """The head is over."""
        self._in_head = False

    def get_extra_info(self, info: str) -> object:
        """ "is_readable", of which httpcore wants to know whether an idle connection has ended: whether anything has
        come, what is decrypted already or about to be included. None for anything else.
        """
        if info != "is_readable":
            return None
        inner = self._inner
        return _readable(inner.socket) or (isinstance(inner, SecureStream) and _holds_more(inner.tls))


class Guard:
    """Connects to public addresses, and to those of `allowed` networks.

    `dialled_by` stands in for the network in tests. `planted`: names, each with the address that is taken for the
    answer of the DNS.
    """

    def __init__(
        self,
        allowed: Sequence[IPNetwork],
        dialled_by: Dial | None = None,
        *,
        planted: Mapping[str, str] | None = None,
    ) -> None:
        self._allowed = allowed
        self._dial = dialled_by or dial
        self._planted = planted or {}
        self._threads = ThreadPoolExecutor(_RESOLVERS, "resolve")

    async def connect(self, host: str, port: int, context: ssl.SSLContext | None = None) -> GuardedStream:
        """A connection to a host of which every address may be fetched from; encrypted where a `context` is given.

        Raises: Refusal, socket.gaierror, or httpcore's ConnectError and ConnectTimeout.
        """
        plain = await self._connected(host, port)
        return GuardedStream(await plain.secured(context, host) if context else plain)

    def close(self) -> None:
        """Forget lookups that nobody waits for any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _connected(self, host: str, port: int) -> PlainStream:
        addresses = _literal(host) or await self._resolve(host, port)
        for address in addresses:
            self._judge(address, named=str(address) != host)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError("no address")
        tried = _alternating(addresses)[:_TRIED]
        for number, address in enumerate(tried, start=1):
            answer = await self._dialled(address, port, _ATTEMPT if number < len(tried) else None)
            if isinstance(answer, PlainStream):
                return answer
            failure = answer
        raise failure

    async def _resolve(self, host: str, port: int) -> list[IPAddress]:
        if host in self._planted:
            return [ip_address(self._planted[host])]
        lookup = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, lookup)
        return [ip_address(place[0]) for *_, place in found]

    def _judge(self, address: IPAddress, *, named: bool) -> None:
        if reason := reason_against(address, self._allowed):
            advice = "if you trust it, name its network in fetch.allow_addresses in monitor.yaml"
            # A name can be answered rightly again: captive portals and filters answer every name with such an address.
            raise Refusal(f"leads to {address} ({reason}); {advice}", FetchKind.ADDRESS, temporary=named)

    async def _dialled(
        self, address: IPAddress, port: int, seconds: float | None
    ) -> PlainStream | httpcore.ConnectError | httpcore.ConnectTimeout:
        try:
            stream = await self._dial(str(address), port, seconds)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            return error
        if not stream.peer:
            stream.close()
            return httpcore.ConnectError("broke off at once")
        peer = ip_address(stream.peer)
        if peer != address:
            stream.close()
            raise Refusal(f"dialled {address}, but {peer} answered", FetchKind.ADDRESS, temporary=True)
        return stream


def _readable(connected: socket.socket) -> bool:
    """Whether a read would not wait: there is something, or the other side, or we, have closed it."""
    if connected.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(connected, select.POLLIN)
    return bool(poll.poll(0))


def _holds_more(tls: ssl.SSLObject) -> bool:
    """Whether an idle connection's decoder holds something. Takes a byte of it: the connection is then given up."""
    try:
        tls.read(1)
    except ssl.SSLError as error:
        return not isinstance(error, ssl.SSLWantReadError)
    return True


def _literal(host: str) -> list[IPAddress]:
    try:
        return [ip_address(host)]
    except ValueError:
        return []


def _alternating(addresses: Sequence[IPAddress]) -> list[IPAddress]:
    """The same addresses with the two families taking turns: where one family leads nowhere, the other soon follows."""
    first = [address for address in addresses if address.version == addresses[0].version]
    second = [address for address in addresses if address.version != addresses[0].version]
    return [address for pair in zip_longest(first, second) for address in pair if address is not None]
