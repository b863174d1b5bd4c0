"""All channels behind one way in: their order, their independence, and that no error and no log says what is secret."""

import asyncio
import logging
import traceback
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerts.channel import Apprise, Channel, Command, FeedFile, Mail, Target, Tls, Webhook
from monitor.alerts.send import Senders
from monitor.errors import DeliveryError
from monitor.model import ChannelId, DeliveryKey, Occasion, Secret
from tests.alerts.conftest import Clock, a_channel
from tests.alerts.mail_server import HOST, post_office
from tests.alerts.messages import a_message, an_item
from tests.fetch.recorder import resolve
from tests.fetch.server import VICTIM, Server, serve

CANARIES = [f"canary{number:02}x" for number in range(12)]
(PATH, QUERY, USER, PASSWORD, SIGNING, SUBDOMAIN, MAIL, SERVICE, VARIABLE, ARGUMENT, LOCATION, BROKEN) = CANARIES


async def failed(senders: Senders, target: Target) -> str:
    """All that a person or a log can learn of the failure."""
    with pytest.raises(DeliveryError) as caught:
        await senders.send(a_channel(target), a_message())
    return "".join([repr(a_channel(target)), repr(caught.value), *traceback.format_exception(caught.value)])


def webhooks(receiver: Server, closed: int) -> list[Target]:
    """Webhooks that fail, each in its own way, with whatever of them may be secret."""
    login, secret = f"{USER}:{PASSWORD}@", Secret(f"whsec_{b64encode(SIGNING.encode()).decode()}")
    paths = [
        "status/404",
        "hang-up",
        "garbage",
        "reset",
        "silence",
        f"to/302/http%3A%2F%2Felsewhere.example%2F{LOCATION}",
    ]
    urls = [f"http://{login}{VICTIM}:{receiver.port}/{path}?{QUERY}={QUERY}" for path in paths]
    urls += [f"https://{login}{VICTIM}:{receiver.port}/{PATH}", f"http://{login}{VICTIM}:{closed}/{PATH}?a={QUERY}"]
    urls += [f"https://{SUBDOMAIN}.gazette.example/{PATH}", f"ftp://{login}x.example/{PATH}", f"http://[{PATH}/{QUERY}"]
    urls += [f"http://{login}x.example:99999/{PATH}", f"{PATH}", f"http://{PATH}\n{QUERY}/"]
    return [
        *(Webhook(url=Secret(url), secret=secret) for url in urls),
        Webhook(url=Secret(receiver.url(PATH)), secret=Secret(f"whsec_{BROKEN}!")),
        Webhook(url=Secret(receiver.url(PATH)), secret=Secret(SIGNING)),
    ]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_twelve_secrets_are_in_no_error_and_in_no_log(
    receiver: Server,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("apprise", reason="Apprise is an extra")
    monkeypatch.setenv("SECRET_OF_OURS", VARIABLE)
    resolve(monkeypatch)
    asyncio.get_running_loop().set_debug(True)
    async with serve(VICTIM) as gone:
        pass
    encoded = b64encode(MAIL.encode()).decode()
    mail = Mail(
        to=("a@b.example",), sender="a@b.example", server=HOST, port=0, tls=Tls.NONE, user="me", password=Secret(MAIL)
    )
    script = 'echo "$SECRET_OF_OURS $1 and more" >&2; exit 1'
    command = Command(arguments=("/bin/sh", "-c", script, "x", f"https://hooks.example/{ARGUMENT}"))
    told: list[str] = []
    with caplog.at_level(logging.DEBUG):
        async with Senders(limit=timedelta(seconds=1), now=clock) as senders, post_office(login=True) as post:
            post.said["AUTH"] = f"535 5.7.8 {MAIL} {encoded} is not the password of me"
            told += [await failed(senders, target) for target in webhooks(receiver, gone.port)]
            told.append(await failed(senders, replace(mail, port=post.port)))
            told.append(await failed(senders, command))
            told.append(await failed(senders, Apprise(url=Secret(f"json://{VICTIM}:{receiver.port}/{SERVICE}"))))
            told.append(await failed(senders, Apprise(url=Secret(f"{SERVICE}://{SERVICE}"))))
    # The mail server of the test has a log of its own.
    logged = [record for record in caplog.records if record.name != "mail.log"]
    said = "\n".join([*told, *(f"{record.getMessage()} {record.exc_info} {record.__dict__}" for record in logged)])
    assert post.logins[0][1] == MAIL.encode(), "the secrets were used"
    assert "and more" in said
    assert "is not the password of me" in said
    assert [canary for canary in CANARIES if canary in said.lower()] == []
    assert encoded not in said
    assert b64encode(SIGNING.encode()).decode() not in said


async def test_messages_of_a_channel_go_one_after_the_other(senders: Senders, receiver: Server) -> None:
    channel = a_channel(Webhook(url=Secret(receiver.url("slow/0.02"))))
    keys = [DeliveryKey(f"{number:032x}") for number in range(5)]
    await asyncio.gather(*(senders.send(channel, a_message(key=key)) for key in keys))
    assert [headers["webhook-id"] for headers in receiver.asked] == keys
    assert receiver.connections == 1


async def test_a_dead_channel_does_not_delay_another(senders: Senders, receiver: Server, tmp_path: Path) -> None:
    dead = a_channel(Webhook(url=Secret(receiver.url("silence"))), id=ChannelId("dead"))
    waiting = asyncio.create_task(senders.send(dead, a_message()))
    alive: list[Channel] = [
        a_channel(Webhook(url=Secret(receiver.url("ok"))), id=ChannelId("web")),
        a_channel(Command(arguments=("true",)), id=ChannelId("command")),
        a_channel(FeedFile(path=tmp_path / "f"), id=ChannelId("file")),
    ]
    for channel in alive:
        await senders.send(channel, a_message())
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await senders.send(a_channel(Webhook(url=Secret(receiver.url("ok"))), id=ChannelId("dead")), a_message())


async def test_a_target_that_is_replaced_finishes_what_it_sends_and_keeps_nobody_waiting(
    senders: Senders, receiver: Server
) -> None:
    old, new = (a_channel(Webhook(url=Secret(receiver.url(path)))) for path in ("slow/0.3", "ok"))
    first = asyncio.create_task(senders.send(old, a_message()))
    await asyncio.sleep(0)
    await senders.send(new, a_message())
    await senders.keep(())
    assert not first.done()
    await first
    assert sorted(receiver.paths) == ["ok", "slow/0.3"]


async def test_a_large_message_arrives_everywhere(senders: Senders, receiver: Server, tmp_path: Path) -> None:
    large = a_message(Occasion.DIGEST, *(an_item(title="رفح " * 500) for _ in range(500)))
    async with post_office() as post:
        targets: list[Target] = [
            Webhook(url=Secret(receiver.url("ok"))),
            Mail(to=("a@b.example",), sender="a@b.example", server=HOST, port=post.port, tls=Tls.NONE),
            Command(arguments=("cat",)),
            FeedFile(path=tmp_path / "f"),
        ]
        for number, target in enumerate(targets):
            await senders.send(a_channel(target, id=ChannelId(str(number))), large)
        assert len(post.letters) == 1
    assert len(receiver.bodies[0]) > 1_000_000
