"""Addresses taken apart."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchKind
from monitor.fetch.address import Address, follow, read_address
from monitor.fetch.refusal import Refusal

HEBREW = "xn--6dbij2e.example"


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "target", "authority"),
    [
        ("http://gazette.example", "http", "gazette.example", 80, "/", "gazette.example"),
        ("HTTPS://Gazette.Example:443/a", "https", "gazette.example", 443, "/a", "gazette.example"),
        ("https://gazette.example:8443/a?b=c#d", "https", "gazette.example", 8443, "/a?b=c", "gazette.example:8443"),
        ("http://gazette.example?b", "http", "gazette.example", 80, "/?b", "gazette.example"),
        ("http://גזית.example/רפיח", "http", HEBREW, 80, "/%D7%A8%D7%A4%D7%99%D7%97", HEBREW),
        ("http://gazette.example/a b%20c%zz", "http", "gazette.example", 80, "/a%20b%20c%zz", "gazette.example"),
        ("http://[2001:4860::8888]:81/", "http", "2001:4860::8888", 81, "/", "[2001:4860::8888]:81"),
        ("http://gazette.example./", "http", "gazette.example", 80, "/", "gazette.example"),
    ],
)
def test_an_address_is_taken_apart(url: str, scheme: str, host: str, port: int, target: str, authority: str) -> None:
    address = read_address(url)
    parts = (address.scheme, address.host, address.port, address.target, address.authority)
    assert parts == (scheme, host, port, target, authority)


def test_a_user_name_becomes_a_header_and_leaves_the_address() -> None:
    address = read_address("https://reader:p%40ss@gazette.example:8443/feed#top")
    assert address.authorization == "Basic cmVhZGVyOnBAc3M="
    assert address.url == "https://gazette.example:8443/feed"


def test_a_user_name_needs_no_password() -> None:
    assert read_address("https://reader@gazette.example/").authorization == "Basic cmVhZGVyOg=="


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://other.example/a", "https://other.example/a"),
        ("/a", "https://gazette.example/a"),
        ("b", "https://gazette.example/news/b"),
        ("?page=2", "https://gazette.example/news/1?page=2"),
        ("//other.example/a", "https://other.example/a"),
        ("http://gazette.example/", "http://gazette.example/"),
    ],
)
def test_a_redirect_may_be_relative(location: str, url: str) -> None:
    assert follow(read_address("https://gazette.example/news/1"), location).url == url


@pytest.mark.parametrize("location", ["javascript:alert(1)", "mailto:a@b.example", "file:///etc/passwd", "http://"])
def test_a_redirect_to_nothing_that_is_fetched_is_refused(location: str) -> None:
    with pytest.raises(Refusal, match="redirects to") as caught:
        follow(read_address("https://gazette.example/"), location)
    assert caught.value.kind is FetchKind.ADDRESS


def test_a_server_does_not_choose_who_we_say_we_are() -> None:
    assert follow(read_address("https://gazette.example/"), "https://admin:admin@router.example/").authorization == ""


PARTS_TEXT = r"""
    http:// https:// // / \ @ : [ ] % %25 127.0.0.1 ::1 xn-- localhost . 。 ① é ل א ß İ ﷺ - _ ? # 80 99999 %ff
    %F0%9F%92%A9 ０
"""
UNFIT = ["\u200d", "\u0301", "\u2024", "\u0378", "\x00", "\t", "\n", " ", "\ud800", "\U0010ffff"]
PARTS = st.sampled_from([*PARTS_TEXT.split(), *UNFIT, "a" * 64, "א" * 80])


@given(st.sampled_from(["", "http://", "https://a@"]), st.lists(PARTS, max_size=7).map("".join) | st.text(max_size=20))
def test_whatever_is_written_is_an_address_or_refused(start: str, rest: str) -> None:
    with suppress(Refusal):
        assert is_sendable(read_address(start + rest))
    with suppress(Refusal):
        assert is_sendable(follow(read_address("http://gazette.example/a/b"), start + rest))


def is_sendable(address: Address) -> bool:
    return all("!" <= character <= "~" for character in address.host + address.target + address.authority)
