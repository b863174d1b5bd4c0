"""The network backend through which every connection goes: it resolves a name once, judges every answer, and dials the
very address it judged, so that no second answer of the DNS can lead elsewhere.
"""

import asyncio
import select
import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import ip_address
from itertools import zip_longest

import httpcore

from monitor.errors import FetchKind
from monitor.fetch.judge import IPAddress, IPNetwork, reason_against
from monitor.fetch.refusal import Refusal

_TRIED = 3
"""Addresses of one host that are dialled, one after another."""
_ATTEMPT = 10.0
"""Seconds for one of them while another is left."""
_RESOLVERS = 16
"""Threads: asyncio's own few would all wait for one dead name server."""


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that is closed when its TLS handshake is cancelled: httpcore leaves it open then."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._socket: socket.socket = inner.get_extra_info("socket")
        self.read = inner.read  # type: ignore[method-assign]
        self.write = inner.write  # type: ignore[method-assign]
        self.aclose = inner.aclose  # type: ignore[method-assign]

    def get_extra_info(self, info: str) -> object:
        """As httpcore's own streams, but quicker at "is_readable": httpcore asks that of every idle connection, twice a
        request, and has anyio look for the socket each time.
        """
        return _readable(self._socket) if info == "is_readable" else self._inner.get_extra_info(info)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
    ) -> httpcore.AsyncNetworkStream:
        """The encrypted connection.

        Raises: httpcore's ConnectError and ConnectTimeout.
        """
        try:
            return _Stream(await self._inner.start_tls(ssl_context, server_hostname, timeout))
        except asyncio.CancelledError:
            await self._inner.aclose()
            raise


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to public addresses, and to those of `allowed` networks; has no way to a Unix socket.

    `planted`: names, each with the address that is taken for the answer of the DNS.
    """

    def __init__(
        self,
        allowed: Sequence[IPNetwork],
        inner: httpcore.AsyncNetworkBackend | None = None,
        *,
        planted: Mapping[str, str] | None = None,
    ) -> None:
        self._allowed = allowed
        self._inner = inner or httpcore.AnyIOBackend()
        self._planted = planted or {}
        self._threads = ThreadPoolExecutor(_RESOLVERS, "resolve")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to a host of which every address may be fetched from.

        Raises: Refusal, socket.gaierror, or httpcore's ConnectError and ConnectTimeout.
        """
        addresses = _literal(host) or await self._resolve(host, port)
        for address in addresses:
            self._judge(address, named=str(address) != host)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError("no address")
        tried = _alternating(addresses)[:_TRIED]
        for number, address in enumerate(tried, start=1):
            seconds = _ATTEMPT if number < len(tried) else timeout
            answer = await self._dial(address, port, seconds, local_address, socket_options)
            if isinstance(answer, httpcore.AsyncNetworkStream):
                return answer
            failure = answer
        raise failure

    def close(self) -> None:
        """Forget lookups that nobody waits for any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

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

    async def _dial(
        self,
        address: IPAddress,
        port: int,
        seconds: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream | httpcore.ConnectError | httpcore.ConnectTimeout:
        try:
            stream = await self._inner.connect_tcp(str(address), port, seconds, local_address, socket_options)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            return error
        peer = ip_address(stream.get_extra_info("server_addr")[0])
        if peer != address:
            await stream.aclose()
            raise Refusal(f"dialled {address}, but {peer} answered", FetchKind.ADDRESS, temporary=True)
        return _Stream(stream)


def _readable(connected: socket.socket) -> bool:
    """Whether a read would not wait: there is something, or the other side, or we, have closed it."""
    if connected.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(connected, select.POLLIN)
    return bool(poll.poll(0))


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
