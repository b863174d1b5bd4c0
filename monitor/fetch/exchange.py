"""One request and its answer, over httpx; redirects are told, not followed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import httpx

from monitor.errors import FetchKind
from monitor.fetch.address import Address
from monitor.fetch.decode import Body
from monitor.fetch.refusal import Refusal
from monitor.fetch.transport import LEAVING

_REDIRECTS = frozenset([301, 302, 303, 307, 308])
_PERMANENT = frozenset([301, 308])
_SMALL_BODIES = 32_000_000
"""Bytes of all the bodies that are being received, as far as each is small; likewise of the large ones among them."""
_LARGE_BODIES = 30_000_000
_NOTHING = httpx.ByteStream(b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Bounds the memory of all bodies that are being received at once: a server that sends nearly everything and then
    nothing (in gzip a few kilobytes will do) has what it sent held until the deadline.
    """

    small: int
    """Bytes that each body may have without asking."""
    large: asyncio.Semaphore
    """Held by each that has more."""

    @classmethod
    def of(cls, *, concurrent: int, largest: int) -> Self:
        """For so many bodies at once, the largest of so many bytes."""
        return cls(small=_SMALL_BODIES // concurrent, large=asyncio.Semaphore(max(1, _LARGE_BODIES // largest)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one server answered; the body of a redirect stays unread."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def location(self) -> str:
        """Where it redirects to; "" where it does not."""
        given = self.headers.get("location", "") if self.status in _REDIRECTS else ""
        try:
            # Many servers send the letters of their language as they are, in UTF-8.
            return given.encode("latin-1").decode("utf-8")
        except UnicodeDecodeError:
            return given

    @property
    def permanent(self) -> bool:
        """Whether the redirect is for good."""
        return self.status in _PERMANENT


async def ask(
    transport: httpx.AsyncBaseTransport,
    address: Address,
    headers: Mapping[str, str],
    max_bytes: int,
    room: Room,
    leaving: Callable[[], Awaitable[None]],
    *,
    cut: bool = False,
) -> Answer:
    """The answer to a GET over `transport`, which awaits `leaving` right before it sends the request; the connection is
    given back or closed when this ends, however it ends. A body for which there is no room waits for it. `cut`: of one
    that is too large the beginning is taken.

    Raises: Refusal for a body that is not taken, and the errors of httpx and httpcore.
    """
    response = await transport.handle_async_request(_request(address, headers, leaving))
    try:
        answer = Answer(status=response.status_code, headers=_joined(response.headers.raw))
        if answer.location:
            return answer
        body = Body(answer.headers.get("content-encoding", ""), max_bytes, room.small)
        return replace(answer, body=await _taken(response, body, room, cut=cut))
    finally:
        await response.aclose()


async def _taken(response: httpx.Response, body: Body, room: Room, *, cut: bool) -> bytes:
    is_large = False
    try:
        # Raw: httpx would decompress each piece of the network wholly.
        async for piece in response.aiter_raw():
            is_taken = body.add(piece)
            while not is_taken:
                is_large = is_large or await room.large.acquire()
                # A few bytes may become many: the others go first.
                await asyncio.sleep(0)
                is_taken = body.grow()
        return body.finish()
    except Refusal as refusal:
        if cut and refusal.kind is FetchKind.TOO_LARGE:
            return body.beginning()
        raise
    finally:
        body.discard()
        if is_large:
            room.large.release()


def _request(address: Address, headers: Mapping[str, str], leaving: Callable[[], Awaitable[None]]) -> httpx.Request:
    # Made here, not by the client: that would add headers of its own, which name other compressions.
    own = {"Host": address.authority} | ({"Authorization": address.authorization} if address.authorization else {})
    return httpx.Request(
        "GET",
        f"{address.scheme}://{address.authority}{address.target}",
        headers=[(name.encode(), value.encode("latin-1")) for name, value in {**own, **headers}.items()],
        # Given, so that httpx adds no header to match it.
        stream=_NOTHING,
        # httpx resolves the dots of its address and escapes a stray "%"; httpcore sends this instead.
        extensions={"target": address.target.encode(), LEAVING: leaving},
    )


def _joined(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Names in lower case; the values of a repeated header joined by ", "."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
