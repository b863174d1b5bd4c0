"""What is asked of a server, and what it answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.model import Credentials, Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One document that is wanted."""

    url: str
    accept: str
    """The Accept header."""
    max_bytes: int
    """The largest body taken, after decompression."""
    cut: bool = False
    """Of a larger one the beginning is taken; else it is refused."""
    validators: Validators = field(default_factory=Validators)
    """Sent to `url` itself only, never to where it redirects."""
    credentials: Credentials | None = None
    """Sent to their own origin only, scheme, host and port, whether `url` or a redirect leads there."""
    robots: bool = False
    """Ask for nothing, redirects included, that the robots.txt of its server forbids."""
    patience: timedelta | None = None
    """How long to wait for a turn at a host that asked for a longer delay than ours; None: as long as it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A complete answer, of whatever status."""

    url: str
    """As asked for."""
    final_url: str
    """Where the answer came from, without user name, password and fragment."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case; a repeated header's values joined by ", "."""
    body: bytes
    """Decompressed."""
    redirects: tuple[str, ...]
    """The addresses that redirects led to, in order; the last one is `final_url`."""
    elapsed: timedelta
    """Spent on the network, without the wait for the hosts' turns."""
    permanently_moved: bool
    """There were redirects, and each was a 301 or 308."""
