"""An address taken apart for fetching. Pure: text in, the parts of a request out."""

import re
from base64 import b64encode
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from monitor import urls
from monitor.errors import FetchKind
from monitor.fetch.refusal import Refusal

_DEFAULT_PORTS = {"http": 80, "https": 443}
# What a request line can hold stays as the server wrote it, a stray "%" too: its addresses are opaque to us.
_NOT_IN_TARGET = re.compile(r'[^\x21-\x7e]|["<>`]')


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a request goes."""

    url: str
    """Without user name, password and fragment."""
    scheme: str
    """"http" or "https"."""
    host: str
    """ASCII, lower case, without brackets."""
    port: int
    target: str
    """Path and query, ASCII."""
    authorization: str
    """The Authorization header that the address's user name and password make; "" without them."""

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: whom it is that is asked."""
        return (self.scheme, self.host, self.port)

    @property
    def authority(self) -> str:
        """The Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def read_address(url: str) -> Address:
    """The parts of an http(s) address.

    Raises: Refusal for anything that is none, with what is wrong.
    """
    host = urls.host(url)
    if not host:
        raise Refusal("not a valid http(s) address", FetchKind.ADDRESS)
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        target = _NOT_IN_TARGET.sub(_escaped, (parts.path or "/") + (parts.query and f"?{parts.query}"))
        authorization = _authorization(parts)
    except ValueError as error:
        raise Refusal(f"not a valid address: {error}", FetchKind.ADDRESS) from error
    if parts.scheme not in _DEFAULT_PORTS or port == 0:
        raise Refusal("not a valid http(s) address", FetchKind.ADDRESS)
    return Address(
        url=parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl(),
        scheme=parts.scheme,
        host=host,
        port=port or _DEFAULT_PORTS[parts.scheme],
        target=target,
        authorization=authorization,
    )


def follow(address: Address, location: str) -> Address:
    """The address that a Location header means, without the user name and password that it may hold: who we say we are
    is not for a server to choose, least of all towards another one.

    Raises: Refusal when it means none that is fetched (file:, mailto:, malformed).
    """
    target = urls.absolute(address.url, location)
    if not target:
        raise Refusal(f"redirects to {urls.redact(location)[:200]!r}, not an http(s) address", FetchKind.ADDRESS)
    return replace(read_address(target), authorization="")


def _authorization(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    pair = unquote_to_bytes(parts.username) + b":" + unquote_to_bytes(parts.password or "")
    return "Basic " + b64encode(pair).decode("ascii")


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())
