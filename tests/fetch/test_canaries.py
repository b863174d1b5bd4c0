"""Canaries: what is meant for one origin is never heard by another, whatever redirects do; the servers' logs tell."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from urllib.parse import quote

import pytest
import trustme

from monitor.fetch.fetcher import Fetcher
from monitor.fetch.request import Request
from monitor.model import Validators
from tests.fetch.conftest import a_fetcher, a_request
from tests.fetch.recorder import resolve
from tests.fetch.server import INTERNET, Server, serve
from tests.fetch.test_tls import certified

CANARY = "canary"
HOME, SUBDOMAIN, OTHER = "gazette.example", "news.gazette.example", "other.example"
OURS = {"host", "user-agent", "accept", "accept-encoding"}
"""What every server hears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Two plain servers and an encrypted one, all of them under every name, and a fetcher that trusts the last."""

    plain: Server
    port: Server
    secure: Server
    fetcher: Fetcher

    def heard(self) -> list[dict[str, str]]:
        """All requests that any server got, in no order."""
        return [*self.plain.asked, *self.port.asked, *self.secure.asked]


@pytest.fixture(scope="module")
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's, and that of a client that trusts it."""
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    return certified(authority.issue_cert(HOME, SUBDOMAIN, OTHER)), trusting


@pytest.fixture
async def world(
    monkeypatch: pytest.MonkeyPatch, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> AsyncIterator[World]:
    resolve(monkeypatch, gazette_example=[INTERNET], news_gazette_example=[INTERNET], other_example=[INTERNET])
    async with AsyncExitStack() as stack:
        yield World(
            plain=await stack.enter_async_context(serve(INTERNET)),
            port=await stack.enter_async_context(serve(INTERNET)),
            secure=await stack.enter_async_context(serve(INTERNET, contexts[0])),
            fetcher=await stack.enter_async_context(a_fetcher(contexts[1])),
        )


# Each secret that a request may carry: how it is given, and the header by which its own origin hears it. A new kind of
# secret (a token from the configuration, say) belongs in here, and is then tried on every way below.
def with_password(url: str) -> Request:
    return a_request(url.replace("://", f"://reader:{CANARY}@"))


def with_user_name(url: str) -> Request:
    return a_request(url.replace("://", f"://{CANARY}@"))


def with_etag(url: str) -> Request:
    return a_request(url, validators=Validators(etag=f'"{CANARY}"'))


def with_date(url: str) -> Request:
    return a_request(url, validators=Validators(last_modified=CANARY))


Secretly = Callable[[str], Request]
SECRETS: dict[str, tuple[Secretly, str]] = {
    "password": (with_password, "authorization"),
    "user name": (with_user_name, "authorization"),
    "etag": (with_etag, "if-none-match"),
    "date": (with_date, "if-modified-since"),
}
Way = Callable[[World], list[str]]
WAYS: dict[str, Way] = {
    "another path": lambda world: [world.plain.url("ok", HOME)],
    "another host": lambda world: [world.plain.url("ok", OTHER)],
    "a subdomain": lambda world: [world.plain.url("ok", SUBDOMAIN)],
    "another port": lambda world: [world.port.url("ok", HOME)],
    "another scheme": lambda world: [world.secure.url("ok", HOME)],
    "another host and back": lambda world: [world.plain.url("hop", OTHER), world.plain.url("ok", HOME)],
    "another port and back": lambda world: [world.port.url("hop", HOME), world.plain.url("ok", HOME)],
    "another scheme and back": lambda world: [world.secure.url("hop", HOME), world.plain.url("ok", HOME)],
    "from the subdomain to the host": lambda world: [world.plain.url("hop", SUBDOMAIN), world.plain.url("ok", HOME)],
    "round about": lambda world: [
        world.plain.url("hop", OTHER),
        world.port.url("hop", HOME),
        world.secure.url("hop", OTHER),
        world.plain.url("ok", HOME),
    ],
}


def chained(hops: list[str], code: int) -> str:
    """The first of these addresses, made to redirect to the second, and so on to the last."""
    address = hops[-1]
    for hop in reversed(hops[:-1]):
        address = f"{hop.rpartition('/')[0]}/to/{code}/{quote(address, safe='')}"
    return address


@pytest.mark.parametrize("code", [301, 307])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("secretly", "header"), SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_no_secret_leaves_its_origin(
    world: World, secretly: Secretly, header: str, way: Way, code: int, scheme: str
) -> None:
    """Nor does it come back to it after another origin, for that one chose the address."""
    start = world.plain if scheme == "http" else world.secure
    fetched = await world.fetcher.fetch(secretly(chained([start.url("start", HOME), *way(world)], code)))
    heard = world.heard()
    carriers = [headers for headers in heard if header in headers]
    assert len(heard) == len(fetched.redirects) + 1 == len(way(world)) + 1
    assert carriers == [start.asked[0]], "its own origin hears it, once"
    assert all(set(headers) <= OURS for headers in heard if headers is not start.asked[0])
    assert CANARY not in fetched.final_url + "".join(fetched.redirects)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_no_cookie_is_ever_sent(world: World, way: Way) -> None:
    for _ in range(2):
        hops = [world.plain.url("start", HOME), *way(world)]
        await world.fetcher.fetch(a_request(chained(hops, 302).replace("/to/", "/cookie-to/")))
    assert all(set(headers) <= OURS for headers in world.heard())


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_no_server_hears_where_we_come_from(world: World, way: Way) -> None:
    start = world.plain.url("start", HOME)
    await world.fetcher.fetch(a_request(chained([f"{start}/{CANARY}", *way(world)], 302) + f"?{CANARY}#{CANARY}"))
    assert all("referer" not in headers and "origin" not in headers for headers in world.heard())


async def test_a_redirect_does_not_make_us_log_in_elsewhere(world: World) -> None:
    target = world.plain.url("ok", OTHER).replace("://", f"://admin:{CANARY}@")
    fetched = await world.fetcher.fetch(a_request(chained([world.plain.url("start", HOME), target], 302)))
    assert all("authorization" not in headers for headers in world.heard())
    assert CANARY not in fetched.final_url
