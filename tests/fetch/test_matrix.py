"""The matrix of addresses, through the whole fetcher: each address in each way in which one may come.

Beneath the guard stands a network that writes down what is dialled. For the addresses of this machine the real network
is tried as well, with a listener that counts.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from ipaddress import ip_address
from pathlib import Path

import pytest

from monitor.errors import FetchError, FetchKind
from monitor.fetch.fetcher import Fetcher
from tests.fetch.addresses import ALLOWED, BLOCKED, PROXY_VARIABLES, THIS_MACHINE, in_url
from tests.fetch.conftest import SETTINGS, a_fetcher, a_request
from tests.fetch.recorder import Recorder, record, resolve
from tests.fetch.server import INTERNET, PLAIN, Server

PUBLIC = "93.184.216.34"
NOT_OURS = [address for address in BLOCKED if address != INTERNET]
"""All blocked ones but the one that plays the Internet, which these fetchers may dial."""


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    return record(monkeypatch)


async def ending(fetcher: Fetcher, url: str) -> FetchKind:
    """How the fetch of an address failed."""
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(a_request(url))
    return caught.value.kind


def canonical(addresses: Iterable[str]) -> list[str]:
    return [str(ip_address(address)) for address in addresses]


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_what_is_blocked_is_not_dialled_when_it_stands_in_the_address(recorder: Recorder, scheme: str) -> None:
    async with a_fetcher(allow_addresses=()) as fetcher:
        endings = {address: await ending(fetcher, f"{scheme}://{in_url(address)}/") for address in BLOCKED}
    assert set(endings.values()) == {FetchKind.ADDRESS}, endings
    assert recorder.dialled == []


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_what_is_allowed_is_dialled_when_it_stands_in_the_address(recorder: Recorder, scheme: str) -> None:
    async with a_fetcher(allow_addresses=()) as fetcher:
        endings = {address: await ending(fetcher, f"{scheme}://{in_url(address)}/") for address in ALLOWED}
    assert set(endings.values()) == {FetchKind.CONNECT}, endings
    assert recorder.dialled == canonical(ALLOWED)


async def test_what_is_blocked_is_not_dialled_when_the_dns_answers_it(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_fetcher(allow_addresses=()) as fetcher:
        for address in BLOCKED:
            resolve(monkeypatch, gazette_example=[address])
            assert await ending(fetcher, "https://gazette.example/") is FetchKind.ADDRESS, address
    assert recorder.dialled == []


async def test_what_is_allowed_is_dialled_when_the_dns_answers_it(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_fetcher(allow_addresses=()) as fetcher:
        for address in ALLOWED:
            resolve(monkeypatch, gazette_example=[address])
            assert await ending(fetcher, "https://gazette.example/") is FetchKind.CONNECT, address
            assert recorder.take() == canonical([address])


@pytest.mark.parametrize("bad_first", [True, False])
@pytest.mark.parametrize("good", [PUBLIC, "2606:4700:4700::1111"])
async def test_one_blocked_address_among_good_answers_refuses_them_all(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, bad_first: bool, good: str
) -> None:
    async with a_fetcher(allow_addresses=()) as fetcher:
        for address in BLOCKED:
            found = [address, good] if bad_first else [good, address]
            resolve(monkeypatch, gazette_example=found)
            assert await ending(fetcher, "https://gazette.example/") is FetchKind.ADDRESS, found
    assert recorder.dialled == []


@pytest.mark.parametrize("first", [True, False])
async def test_of_two_allowed_answers_both_are_dialled(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    async with a_fetcher(allow_addresses=()) as fetcher:
        for address in ALLOWED:
            found = [address, PUBLIC] if first else [PUBLIC, address]
            resolve(monkeypatch, gazette_example=found)
            assert await ending(fetcher, "https://gazette.example/") is FetchKind.CONNECT, found
            assert recorder.take() == canonical(found)


@pytest.mark.parametrize("by_name", [False, True])
async def test_a_redirect_leads_to_nothing_that_is_blocked(
    internet: Server, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, by_name: bool
) -> None:
    async with a_fetcher() as fetcher:
        for address in NOT_OURS:
            resolve(monkeypatch, gazette_example=[address])
            host = "gazette.example" if by_name else in_url(address)
            assert await ending(fetcher, internet.url(f"to/302/http://{host}/")) is FetchKind.ADDRESS, address
            assert recorder.take() == [INTERNET], address


@pytest.mark.parametrize("by_name", [False, True])
async def test_a_redirect_leads_to_what_is_allowed(
    internet: Server, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, by_name: bool
) -> None:
    async with a_fetcher() as fetcher:
        for address in ALLOWED:
            resolve(monkeypatch, gazette_example=[address])
            host = "gazette.example" if by_name else in_url(address)
            assert await ending(fetcher, internet.url(f"to/308/https://{host}/")) is FetchKind.CONNECT, address
            assert recorder.take() == [INTERNET, *canonical([address])]


@pytest.mark.parametrize("name", PROXY_VARIABLES)
async def test_no_proxy_of_the_environment_is_dialled(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    resolve(monkeypatch, gazette_example=[PUBLIC])
    for address in [*BLOCKED, *ALLOWED]:
        monkeypatch.setenv(name, f"http://{in_url(address)}:3128")
        async with a_fetcher(allow_addresses=()) as fetcher:
            for scheme in ("http", "https"):
                assert await ending(fetcher, f"{scheme}://gazette.example/") is FetchKind.CONNECT
        assert recorder.take() == [PUBLIC, PUBLIC], address


async def test_no_proxy_of_the_environment_fetches_for_us_what_is_blocked(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PROXY_VARIABLES:
        monkeypatch.setenv(name, f"http://{PUBLIC}:3128")
    async with a_fetcher(allow_addresses=()) as fetcher:
        for address in BLOCKED:
            for scheme in ("http", "https"):
                assert await ending(fetcher, f"{scheme}://{in_url(address)}/") is FetchKind.ADDRESS
    assert recorder.dialled == []


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
async def test_no_exception_of_the_environment_lets_anything_past_the_guard(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for address in BLOCKED:
        monkeypatch.setenv(name, f"*,{address},gazette.example")
        resolve(monkeypatch, gazette_example=[address])
        async with a_fetcher(allow_addresses=()) as fetcher:
            for host in (in_url(address), "gazette.example"):
                assert await ending(fetcher, f"http://{host}/") is FetchKind.ADDRESS
    assert recorder.dialled == []


async def test_no_password_is_read_from_the_home_folder(
    internet: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hosts = [INTERNET, f"{INTERNET}:{internet.port}", *BLOCKED, *ALLOWED]
    lines = [f"machine {host} login reader password hunter2" for host in hosts]
    (tmp_path / ".netrc").write_text("\n".join([*lines, "default login reader password hunter2", ""]))
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    async with Fetcher(SETTINGS) as fetcher:
        fetched = await fetcher.fetch(a_request(internet.url("echo")))
        redirected = await fetcher.fetch(a_request(internet.url("to/302//echo")))
    for answer in (fetched, redirected):
        assert "authorization" not in json.loads(answer.body)


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[int, list[object]]]:
    """A listener on every address of this machine: its port, and who has come."""
    visitors: list[object] = []

    def welcome(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visitors.append(writer.get_extra_info("sockname"))
        writer.close()

    async with AsyncExitStack() as servers:
        server = await servers.enter_async_context(await asyncio.start_server(welcome, "0.0.0.0", 0))
        port = server.sockets[0].getsockname()[1]
        with suppress(OSError):  # a machine without IPv6 has nothing there that could be reached
            await servers.enter_async_context(await asyncio.start_server(welcome, "::", port))
        yield port, visitors


async def test_nothing_of_this_machine_is_reached_over_the_real_network(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(THIS_MACHINE) >= 6
    async with listening() as (port, visitors), a_fetcher(allow_addresses=()) as fetcher:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.read()
        writer.close()
        assert len(visitors) == 1, "the listener listens"
        for address in THIS_MACHINE:
            resolve(monkeypatch, gazette_example=[address])
            for host in (in_url(address), "gazette.example"):
                assert await ending(fetcher, f"http://{host}:{port}/") is FetchKind.ADDRESS
        assert len(visitors) == 1


async def test_an_allowed_network_is_dialled_and_its_neighbours_are_not(internet: Server, recorder: Recorder) -> None:
    async with a_fetcher() as fetcher:
        assert (await fetcher.fetch(a_request(internet.url("ok")))).body == PLAIN
        for neighbour in ("127.0.0.1", "127.0.0.3"):
            assert await ending(fetcher, f"http://{neighbour}:{internet.port}/ok") is FetchKind.ADDRESS
    assert recorder.dialled == [INTERNET]
