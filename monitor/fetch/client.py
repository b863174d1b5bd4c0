"""httpx's client, with everything switched off that we do not ask for: it adds, keeps and follows nothing."""

from collections.abc import Mapping, Sequence

import httpx

_HEADERS = "monitor.headers"


def client_over(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """A client that sends what it is given through `transport`, and neither follows redirects nor sets a deadline."""
    return _Client(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        timeout=None,
        event_hooks={"response": [_take_headers]},
    )


def headers_of(response: httpx.Response) -> Mapping[str, str]:
    """The headers of an answer that such a client brought: names in lower case, repeated ones joined by ", "."""
    headers: Mapping[str, str] = response.extensions[_HEADERS]
    return headers


async def _take_headers(response: httpx.Response) -> None:
    """Take the headers out of httpx's sight: of a redirect that it is not to follow it makes the next request all the
    same, and fails where it cannot read the Location.
    """
    response.extensions[_HEADERS] = _joined(response.headers.raw)
    response.headers = httpx.Headers()


def _joined(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


class _NoCookies(httpx.Cookies):
    """Keeps nothing."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave the cookies of an answer alone."""


_NO_COOKIES = _NoCookies()


class _Client(httpx.AsyncClient):
    """Has no cookies. A jar whose policy refuses all of them would still parse what any server sends, and cost 5 % of a
    request where there are none.
    """

    @property  # type: ignore[misc]  # httpx's can be set
    def cookies(self) -> httpx.Cookies:
        """None."""
        return _NO_COOKIES
