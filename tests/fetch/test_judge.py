"""The matrix of addresses: what may be fetched from and what never."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch.judge import reason_against
from tests.fetch.addresses import ALLOWED, BLOCKED


def test_the_matrix_is_complete_enough() -> None:
    assert len(set(BLOCKED)) >= 65
    assert len(set(ALLOWED)) >= 22


@pytest.mark.parametrize("address", BLOCKED)
def test_what_is_not_of_the_public_internet_is_refused_with_a_reason(address: str) -> None:
    assert reason_against(ip_address(address)) != ""


@pytest.mark.parametrize("address", ALLOWED)
def test_the_public_internet_is_allowed(address: str) -> None:
    assert reason_against(ip_address(address)) == ""


@pytest.mark.parametrize(
    ("network", "address", "allowed"),
    [
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "::ffff:10.1.2.3", True),
        ("10.0.0.0/8", "192.168.0.1", False),
        ("fd00::/8", "fd12::1", True),
        ("fd00::/8", "10.1.2.3", False),
        ("::/0", "10.1.2.3", False),
        ("0.0.0.0/0", "fd12::1", False),
    ],
)
def test_an_operator_may_allow_a_network(network: str, address: str, allowed: bool) -> None:
    assert (reason_against(ip_address(address), (ip_network(network),)) == "") is allowed


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_we_are_never_laxer_than_python_with_ipv4(address: IPv4Address) -> None:
    assert reason_against(address) != "" or (address.is_global and not address.is_multicast)


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_whatever_is_allowed_of_ipv6_is_global_unicast(address: IPv6Address) -> None:
    assert reason_against(address) != "" or address in ip_network("2000::/3")
