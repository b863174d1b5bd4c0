"""Apprise, the library itself, which posts to a real server."""

import json
import logging
import sys
from datetime import timedelta

import pytest

from monitor.alerts.channel import Apprise, Channel
from monitor.alerts.message import Message
from monitor.alerts.send import Senders
from monitor.errors import DeliveryError, DeliveryKind
from monitor.model import Occasion, Secret
from tests.alerts.conftest import Clock, a_channel
from tests.alerts.messages import SAID, a_message, an_item
from tests.fetch.server import Server

pytest.importorskip("apprise", reason="Apprise is an extra")
# Some of its hundred modules import what Python will not have for ever.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def an_address(receiver: Server, path: str, login: str = "") -> Channel:
    return a_channel(Apprise(url=Secret(f"json://{login}127.0.0.1:{receiver.port}/{path}")))


def a_story() -> Message:
    return a_message(Occasion.STORY, *(an_item(title=sentence) for sentence, _ in SAID.values()))


async def failure(senders: Senders, channel: Channel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await senders.send(channel, a_story())
    assert (caught.value.kind, caught.value.channel) == (DeliveryKind.TEMPORARY, "desk")
    return caught.value


async def test_a_message_arrives(senders: Senders, receiver: Server) -> None:
    await senders.send(an_address(receiver, "ok"), a_story())
    (body,) = receiver.bodies
    said = json.loads(body)
    assert "Talks in Cairo" in said["title"]
    assert all(sentence in said["message"] for sentence, _ in SAID.values())


async def test_a_no_is_an_error_that_says_why(
    senders: Senders, receiver: Server, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        error = await failure(senders, an_address(receiver, "status/500", "me:canary-of-a-password@"))
    assert "Apprise could not deliver it" in str(error)
    assert "500" in str(error)
    assert "canary" not in str(error) + caplog.text


async def test_an_address_that_it_does_not_know(senders: Senders) -> None:
    error = await failure(senders, a_channel(Apprise(url=Secret("pigeon://loft"))))
    assert "knows no such address" in str(error)


class Kept(logging.Handler):
    """Keeps the lines of a logger."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


async def test_its_lines_are_harmless_even_to_who_listens_to_them(senders: Senders, receiver: Server) -> None:
    kept, own = Kept(), logging.getLogger("apprise")
    own.addHandler(kept)
    try:
        await failure(senders, a_channel(Apprise(url=Secret("pigeon://canary-of-a-token"))))
        assert len(kept.lines) == 1
        own.error("canary")
    finally:
        own.removeHandler(kept)
    assert "canary" not in "".join(kept.lines)


async def test_a_service_whose_code_fails(senders: Senders, receiver: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    import apprise

    def fail(self: object, url: str) -> bool:
        raise KeyError(url)

    monkeypatch.setattr(apprise.Apprise, "add", fail)
    assert str(await failure(senders, an_address(receiver, "ok"))) == "Apprise failed (KeyError)"


async def test_it_need_not_be_installed(senders: Senders, receiver: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    error = await failure(senders, an_address(receiver, "ok"))
    assert 'pip install "media-monitor[apprise]"' in str(error)
    assert receiver.paths == []


async def test_a_service_that_never_answers_is_given_up_and_one_thread_is_left(receiver: Server, clock: Clock) -> None:
    async with Senders(limit=timedelta(seconds=0.3), now=clock) as hurried:
        assert "took longer than 0.3 s" in str(await failure(hurried, an_address(receiver, "silence")))
        assert "still busy with the message before" in str(await failure(hurried, an_address(receiver, "silence")))
