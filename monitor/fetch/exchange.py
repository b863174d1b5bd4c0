"""One request and its answer, over httpcore; redirects are told, not followed."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpcore

from monitor.fetch.address import Address
from monitor.fetch.decode import Body

_REDIRECTS = frozenset([301, 302, 303, 307, 308])
_PERMANENT = frozenset([301, 308])


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
    pool: httpcore.AsyncConnectionPool, address: Address, headers: Mapping[str, str], max_bytes: int
) -> Answer:
    """The answer to a GET; its connection is given back or closed when this ends, however it ends.

    Raises: Refusal for a body that is not taken, and httpcore's errors.
    """
    url = httpcore.URL(
        scheme=address.scheme.encode(), host=address.host.encode(), port=address.port, target=address.target.encode()
    )
    own = {"Host": address.authority} | ({"Authorization": address.authorization} if address.authorization else {})
    lines = [(name.encode(), value.encode("latin-1")) for name, value in {**own, **headers}.items()]
    async with pool.stream("GET", url, headers=lines) as response:
        answer = Answer(status=response.status, headers=_joined(response.headers))
        if answer.location:
            return answer
        body = Body(answer.headers.get("content-encoding", ""), max_bytes)
        async for piece in response.aiter_stream():
            body.add(piece)
    return Answer(status=answer.status, headers=answer.headers, body=body.finish())


def _joined(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
