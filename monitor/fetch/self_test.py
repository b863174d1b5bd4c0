"""What the self-test of the guard is made of: victims, and the ways in which a server would lead us to one.

Nothing of it needs the network, and where the guard stands nothing is dialled. Port 9 discards what it is sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address

import httpx

from monitor.errors import FetchError, FetchKind
from monitor.fetch.judge import IPNetwork, reason_against

VICTIMS = ("127.0.0.1", "169.254.169.254", "10.0.0.1", "::1")
"""What must not be reached, unless the settings allow it."""
PLANTED: Mapping[str, str] = {f"victim-{number}.invalid": victim for number, victim in enumerate(VICTIMS)}
"""Names that the guard answers itself, as a name server of somebody else's would; the DNS has none of them."""
_REDIRECTING = "redirect.invalid"


class Redirecting(httpx.AsyncBaseTransport):
    """The given transport, but for one host, which redirects to wherever the path says."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The redirect, or what the other transport answers."""
        if request.url.host != _REDIRECTING:
            return await self._inner.handle_async_request(request)
        location = f"http:/{request.url.path}"
        return httpx.Response(302, headers={"Location": location}, stream=httpx.ByteStream(b""))


def victims(allowed: Sequence[IPNetwork]) -> tuple[str, ...]:
    """Those of the victims that these settings do not allow."""
    return tuple(victim for victim in VICTIMS if reason_against(ip_address(victim), allowed))


def ways_to(victim: str) -> Iterator[str]:
    """URLs that lead to a victim: by its address, by a name, and by a redirect to either."""
    name = next(name for name, address in PLANTED.items() if address == victim)
    for host in (f"[{victim}]" if ":" in victim else victim, name):
        yield f"http://{host}:9/"
        yield f"http://{_REDIRECTING}/{host}:9/"


def unguarded(what: str, url: str) -> FetchError:
    """Why nothing may be fetched."""
    return FetchError(
        f"{what}; nothing may be fetched. This is a fault of the monitor, not of your configuration: please report it",
        url=url,
        kind=FetchKind.ADDRESS,
        temporary=False,
    )
