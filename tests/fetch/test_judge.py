"""The matrix of addresses: what may be fetched from and what never."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch.judge import reason_against

BLOCKED_TEXT = """
    0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.0 10.0.0.1 10.255.255.255 100.64.0.0 100.64.0.1 100.100.100.200
    100.127.255.255 127.0.0.1 127.0.0.2 127.1.2.3 127.255.255.255 168.63.129.16 169.254.0.1 169.254.169.254
    169.254.170.2 169.254.255.255 172.16.0.1 172.20.1.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.0.192 192.0.2.1
    192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 224.0.0.251
    232.1.1.1 239.255.255.255 240.0.0.1 250.1.2.3 255.255.255.255 :: ::1 ::2 ::7f00:1 ::127.0.0.1 ::8.8.8.8
    ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::10.0.0.1
    64:ff9b::169.254.169.254 64:ff9b::168.63.129.16 64:ff9b:1::1 64:ff9b:1::8.8.8.8 64:ff9b::1:8.8.8.8 100::1
    100:0:0:1::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:30::1
    2001:1ff:ffff::1 2001:db8::1 2001:db8:ffff::1 2002::1 2002:7f00:1::1 2002:a00:1::1 2002:808:808::1 3fff::1
    3fff:fff::1 4000::1 5f00::1 8000::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 fe80::a9fe:a9fe febf::1 fec0::1
    feff::1 ff01::1 ff02::1 ff05::2 ff0e::1
"""
BLOCKED = BLOCKED_TEXT.split()

ALLOWED_TEXT = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 93.184.216.34 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1
    168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.1 172.15.255.255 172.32.0.1 192.0.1.1 192.167.255.255
    192.169.0.1 198.17.255.255 198.20.0.1 203.0.112.1 223.255.255.255 2001:200::1 2001:4860:4860::8888 2003::1
    2400:cb00::1 2606:4700:4700::1111 2620:0:861:1::1 2a00:1450:4001::1 3ffe::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8
"""
ALLOWED = ALLOWED_TEXT.split()


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
