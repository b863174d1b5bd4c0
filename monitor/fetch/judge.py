"""Which network addresses may be fetched from. Pure: an address in, the reason against it out.

Tables of our own: `ipaddress.is_global` says yes to multicast, to NAT64 and 6to4 addresses that embed private ones, and
to a cloud's metadata address, and its answers differ between versions of Python.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

# https://www.iana.org/assignments/iana-ipv4-special-registry
_REFUSED_V4 = {
    "0.0.0.0/8": "this machine",
    "10.0.0.0/8": "a private network",
    "100.64.0.0/10": "a provider's inner network",
    "127.0.0.0/8": "this machine",
    "168.63.129.16/32": "a cloud's inner service",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "a private network",
    "192.0.0.0/24": "reserved for protocols",
    "192.0.2.0/24": "reserved for documentation",
    "192.88.99.0/24": "a 6to4 relay",
    "192.168.0.0/16": "a private network",
    "198.18.0.0/15": "reserved for benchmarks",
    "198.51.100.0/24": "reserved for documentation",
    "203.0.113.0/24": "reserved for documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
}
# https://www.iana.org/assignments/iana-ipv6-special-registry; what is not global unicast (2000::/3) is refused wholly:
# unspecified, loopback, v4-compatible, discard, unique local, link-local, site-local, multicast, local NAT64.
_REFUSED_V6 = {
    "2001::/23": "reserved for protocols, Teredo among them",
    "2001:db8::/32": "reserved for documentation",
    "2002::/16": "6to4",
    "3fff::/20": "reserved for documentation",
}
_V4 = tuple((IPv4Network(network), what) for network, what in _REFUSED_V4.items())
_V6 = tuple((IPv6Network(network), what) for network, what in _REFUSED_V6.items())
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


def reason_against(address: IPAddress, allowed: Sequence[IPNetwork] = ()) -> str:
    """Why an address must not be fetched from; "" when it may.

    An address that only wraps an IPv4 address (v4-mapped, NAT64) is judged by that one: behind NAT64 the whole
    Internet looks so.
    """
    if isinstance(address, IPv6Address) and (inner := _embedded(address)) is not None:
        return reason_against(inner, allowed)
    if any(address in network for network in allowed if network.version == address.version):
        return ""
    if isinstance(address, IPv4Address):
        return _first(what for network, what in _V4 if address in network)
    if address not in _GLOBAL_UNICAST:
        return "not of the public Internet"
    return _first(what for network, what in _V6 if address in network)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped


def _first(reasons: Iterable[str]) -> str:
    return next(iter(reasons), "")
