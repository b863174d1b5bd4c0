"""Senders that trust the test's own authority, and channels to hand messages to."""

import ssl
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import trustme

from monitor.alerts.channel import Channel, Target
from monitor.alerts.send import Senders
from monitor.model import ChannelId
from tests.builders import NOON
from tests.fetch.server import VICTIM, Server, serve

LIMIT = timedelta(seconds=5)


class Clock:
    """Noon, and later as it is told."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


def a_channel(target: Target, **changes: object) -> Channel:
    """A channel "desk"."""
    return Channel(**{"id": ChannelId("desk"), "target": target, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """A client's: it trusts the authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(scope="session")
def certified(authority: trustme.CA) -> ssl.SSLContext:
    """A server's, which is 127.0.0.1."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(VICTIM).configure_cert(context)
    return context


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def senders(trusting: ssl.SSLContext, clock: Clock) -> AsyncIterator[Senders]:
    async with Senders(limit=LIMIT, context=trusting, now=clock) as made:
        yield made


@pytest.fixture
async def receiver() -> AsyncIterator[Server]:
    async with serve(VICTIM) as server:
        yield server
