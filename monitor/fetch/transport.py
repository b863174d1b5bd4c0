"""The way out: httpx's transport, over pools of httpcore's whose every connection goes through the guard.

A transport of our own, not httpx's with another pool put in: that pool is a private name of httpx's, and were it ever
renamed, the guard would be gone without a word. Here there is no way around the guard, and a request goes out as it is.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from functools import cache

import httpcore
import httpx

from monitor.fetch.guard import GuardedBackend, GuardedStream
from monitor.fetch.judge import IPNetwork
from monitor.fetch.self_test import PLANTED

_POOLS = 16
"""httpcore looks at every connection of a pool several times a request: 1,000 of them take 25 ms each time."""
_KEPT_ALIVE = 4
"""Idle connections of each pool."""
_IDLE = 15.0
"""Seconds that a connection is kept for the next request to its host."""


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends requests to public addresses, and to those of `allowed` networks; `context` verifies certificates.

    httpcore's errors leave it as they are: `translate` knows them.
    """

    def __init__(self, allowed: Sequence[IPNetwork], context: ssl.SSLContext | None = None) -> None:
        self._backend = GuardedBackend(allowed, planted=PLANTED)
        certificates = context or _shared_context()
        # No bound on connections: the gate bounds them, and httpcore's own queue is slow.
        self._pools = [
            httpcore.AsyncConnectionPool(
                ssl_context=certificates,
                max_connections=None,
                max_keepalive_connections=_KEPT_ALIVE,
                keepalive_expiry=_IDLE,
                network_backend=self._backend,
            )
            for _ in range(_POOLS)
        ]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, its body still to be read.

        Raises: Refusal from the guard, and httpcore's errors.
        """
        url = request.url
        pool = self._pools[hash(url.raw_host) % _POOLS]
        try:
            answer = await pool.handle_async_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        except asyncio.CancelledError:
            await _close_unused(pool)
            raise
        stream: GuardedStream = answer.extensions["network_stream"]
        stream.expect_body()
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """Close every connection, and forget lookups that nobody waits for any more."""
        for pool in self._pools:
            await pool.aclose()
        self._backend.close()


class _Stream(httpx.AsyncByteStream):
    """The body of an answer of httpcore's."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._answer.aiter_stream()

    async def aclose(self) -> None:
        if _has_more(self._answer):
            # Before the pool gives the connection to the next request.
            await self._answer.extensions["network_stream"].aclose()
        await self._answer.aclose()


async def _close_unused(pool: httpcore.AsyncConnectionPool) -> None:
    """Close what this task has opened and sent nothing over: cancelled between the two, httpcore keeps it, open, for
    ever. Which ones these are stands in its private parts.
    """
    for connection in pool.connections:
        stream = getattr(getattr(connection, "_connection", None), "_network_stream", None)
        if isinstance(stream, GuardedStream) and stream.opener is asyncio.current_task():
            await connection.aclose()


def _has_more(answer: httpcore.Response) -> bool:
    """Whether the server sent more than its answer. httpcore would take that for the answer to the next request on the
    connection: every later document would come under the address of the one before.

    The bytes are in httpcore's private parts. Where they cannot be seen (another version) no connection is kept alive,
    which costs time, and a test fails.
    """
    try:
        data: bytes = answer.stream._stream._connection._h11_state.trailing_data[0]  # type: ignore[union-attr]  # noqa: SLF001
    except AttributeError:
        return True
    return data != b""


@cache
def _shared_context() -> ssl.SSLContext:
    """The system's certificates and certifi's; it costs 20 ms, so there is one."""
    return httpcore.default_ssl_context()
