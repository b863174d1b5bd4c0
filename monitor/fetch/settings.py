"""How the monitor behaves towards other people's servers: values only, nothing is imported for them."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """`fetch:` of monitor.yaml."""

    user_agent: str
    """Printable ASCII; names the project and the operator's contact."""
    timeout: timedelta = timedelta(seconds=30)
    """For a whole request, redirects included; waiting for the host's turn does not count."""
    per_host: int = 2
    """Connections to one host at a time."""
    delay: timedelta = timedelta(seconds=1)
    """Between the starts of two requests to one host."""
    concurrent: int = 64
    """Requests in flight, all hosts together."""
    feed_size: int = 5_000_000
    """Bytes of a feed, after decompression; likewise `page_size`."""
    page_size: int = 5_000_000
    allow_addresses: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks that may be fetched from although they are not of the public Internet."""
