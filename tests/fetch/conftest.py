"""A small Internet on 127.0.0.2, a victim on 127.0.0.1, and a fetcher that may go to the first only."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from monitor.fetch.fetcher import Fetcher
from monitor.fetch.request import Request
from monitor.fetch.settings import FetchSettings
from tests.fetch.server import INTERNET, VICTIM, Server, serve

CERTIFICATE = Path(__file__).with_name("certificate.pem")
"""For gazette.example, signed by itself; good for tests only."""

SETTINGS = FetchSettings(
    user_agent="monitor-test/1 (+https://monitor.example)",
    timeout=timedelta(seconds=5),
    per_host=100,
    delay=timedelta(0),
    allow_addresses=(ip_network(INTERNET),),
)


def a_fetcher(context: ssl.SSLContext | None = None, **changes: object) -> Fetcher:
    return Fetcher(replace(SETTINGS, **changes), context=context)  # type: ignore[arg-type]


def a_request(url: str, **changes: object) -> Request:
    return Request(**{"url": url, "accept": "text/xml", "max_bytes": 1_000_000, **changes})  # type: ignore[arg-type]


@pytest.fixture
async def internet() -> AsyncIterator[Server]:
    async with serve(INTERNET) as server:
        yield server


@pytest.fixture
async def victim() -> AsyncIterator[Server]:
    async with serve(VICTIM) as server:
        yield server


@pytest.fixture
async def secure() -> AsyncIterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    async with serve(INTERNET, context) as server:
        yield server


@pytest.fixture
def trusting() -> ssl.SSLContext:
    """Trusts the test's own certificate."""
    return ssl.create_default_context(cafile=str(CERTIFICATE))


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with a_fetcher() as made:
        yield made
