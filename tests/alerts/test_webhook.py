"""Webhooks, against a real server: what arrives, what answers mean, and what a hostile receiver cannot do."""

import json
import ssl
from dataclasses import replace
from datetime import timedelta

import pytest
import trustme

from monitor.alerts.channel import Channel, Webhook
from monitor.alerts.message import Message, from_json
from monitor.alerts.send import Senders
from monitor.alerts.signing import signature, signing_key
from monitor.alerts.webhook import body_of
from monitor.errors import DeliveryError, DeliveryKind
from monitor.model import DeliveryKey, Occasion, Secret
from tests.alerts.conftest import Clock, a_channel
from tests.alerts.messages import SAID, a_message, an_item
from tests.builders import NOON
from tests.fetch.recorder import resolve
from tests.fetch.server import VICTIM, Server, serve

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def a_webhook(url: str, secret: str = "") -> Channel:
    return a_channel(Webhook(url=Secret(url), secret=Secret(secret) if secret else None))


def a_story(**changes: object) -> Message:
    items = (an_item(title=f"{language}: {sentence}") for language, (sentence, _) in SAID.items())
    return a_message(Occasion.STORY, *items, **changes)


async def failure(senders: Senders, channel: Channel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await senders.send(channel, a_story())
    assert caught.value.channel == "desk"
    return caught.value


# ── what arrives ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_signature_is_that_of_the_specification() -> None:
    """Its published example: https://github.com/standard-webhooks/standard-webhooks, in all its libraries."""
    made = signature(signing_key(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("whsec_YWJj", b"abc"),
        ("whsec_YQ", b"a"),
        ("whsec_YQ==", b"a"),
        ("any words", b"any words"),
        ("سر", "سر".encode()),
    ],
)
def test_a_secret_is_read_as_it_was_given_out(secret: str, key: bytes) -> None:
    assert signing_key(secret) == key


async def test_a_message_arrives_signed_under_its_key(senders: Senders, receiver: Server) -> None:
    await senders.send(a_webhook(receiver.url("status/204?room=7"), SECRET), a_story())
    (headers,), (body,) = receiver.asked, receiver.bodies
    assert receiver.paths == ["status/204?room=7"]
    assert headers["webhook-id"] == headers["idempotency-key"] == a_story().key
    assert headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    expected = signature(signing_key(SECRET), headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == expected
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("media-monitor/")
    said = json.loads(body)
    assert (said["type"], said["timestamp"]) == ("monitor.story", NOON.isoformat())
    assert from_json(json.dumps(said["data"])) == a_story()


async def test_every_try_says_the_same_at_its_own_time(senders: Senders, receiver: Server, clock: Clock) -> None:
    channel = a_webhook(receiver.url("ok"))
    await senders.send(channel, a_story())
    clock.at += timedelta(hours=1)
    await senders.send(channel, a_story())
    assert receiver.bodies == [body_of(a_story())] * 2
    first, second = receiver.asked
    assert first.pop("webhook-timestamp") != second.pop("webhook-timestamp")
    assert first == second
    assert "webhook-signature" not in first


async def test_a_connection_is_kept_for_the_next_message(senders: Senders, receiver: Server) -> None:
    for number in range(5):
        await senders.send(a_webhook(receiver.url("ok")), a_story(key=DeliveryKey(f"{number:032x}")))
    assert receiver.connections == 1


async def test_what_is_sent_too_much_is_no_answer_to_the_next_message(senders: Senders, receiver: Server) -> None:
    await senders.send(a_webhook(receiver.url("two-answers")), a_story())
    assert "404" in str(await failure(senders, a_webhook(receiver.url("nothing"))))


async def test_user_and_password_of_the_address_log_in(senders: Senders, receiver: Server) -> None:
    await senders.send(a_webhook(receiver.url("ok").replace("://", "://me:my%20word@")), a_story())
    assert receiver.asked[0]["authorization"] == "Basic bWU6bXkgd29yZA=="


async def test_no_proxy_of_the_environment_is_asked(
    senders: Senders, receiver: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    await senders.send(a_webhook(receiver.url("ok")), a_story())
    assert receiver.paths == ["ok"]


# ── what answers mean ────────────────────────────────────────────────────────────────────────────────────────────────

TAKEN = (200, 201, 202, 204)
REFUSED = (400, 413, 422)
TEMPORARY = (304, 401, 403, 404, 405, 408, 409, 415, 418, 429, 451, 500, 502, 503, 504, 599)


@pytest.mark.parametrize("status", TAKEN)
async def test_2xx_is_taken(senders: Senders, receiver: Server, status: int) -> None:
    await senders.send(a_webhook(receiver.url(f"status/{status}")), a_story())
    assert len(receiver.bodies) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (410, DeliveryKind.GONE),
        *((status, DeliveryKind.REFUSED) for status in REFUSED),
        *((status, DeliveryKind.TEMPORARY) for status in TEMPORARY),
    ],
)
async def test_any_other_answer_is_an_error(
    senders: Senders, receiver: Server, status: int, kind: DeliveryKind
) -> None:
    error = await failure(senders, a_webhook(receiver.url(f"status/{status}")))
    assert (error.kind, error.retry_after) == (kind, None)
    assert f"answered {status}" in str(error)


@pytest.mark.parametrize(
    ("path", "wait"),
    [
        ("later/429/120", timedelta(minutes=2)),
        ("later/503/120", timedelta(minutes=2)),
        ("later/503/Mon, 10 Nov 2025 12:30:00 GMT", timedelta(minutes=30)),
        ("later/503/99999999999999", timedelta(days=1)),
        ("later/503/soon", None),
        ("later/400/120", None),
    ],
)
async def test_a_receiver_says_how_long_to_wait(
    senders: Senders, receiver: Server, path: str, wait: timedelta | None
) -> None:
    error = await failure(senders, a_webhook(receiver.url(path.replace(" ", "%20"))))
    assert error.retry_after == wait


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_and_said_so(senders: Senders, receiver: Server, status: int) -> None:
    error = await failure(senders, a_webhook(receiver.url(f"to/{status}/{receiver.url('ok')}")))
    assert error.kind is DeliveryKind.TEMPORARY
    assert "redirect, which is not followed" in str(error)
    assert len(receiver.paths) == 1


# ── receivers that are wrong, dead or hostile ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["silence", "trickled-headers", "trickled-hints", "stall-in-headers"])
async def test_no_answer_in_time_is_temporary(
    receiver: Server, trusting: ssl.SSLContext, clock: Clock, path: str
) -> None:
    async with Senders(limit=timedelta(seconds=0.3), context=trusting, now=clock) as hurried:
        error = await failure(hurried, a_webhook(receiver.url(path)))
        assert error.kind is DeliveryKind.TEMPORARY
        # The next message is not told by what is left of this one.
        await hurried.send(a_webhook(receiver.url(path)[: -len(path)] + "ok"), a_story())


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("hang-up", "broke off|HTTP"),
        ("reset", "broke off"),
        ("garbage", "HTTP"),
        ("header-flood", "HTTP"),
        ("flood-of-hints", "interim"),
        ("switch", "HTTP"),
        ("two-lengths", "HTTP"),
        ("bad-header", "HTTP"),
    ],
)
async def test_what_is_no_answer_is_temporary(senders: Senders, receiver: Server, path: str, words: str) -> None:
    with pytest.raises(DeliveryError, match=words) as caught:
        await senders.send(a_webhook(receiver.url(path)), a_story())
    assert caught.value.kind is DeliveryKind.TEMPORARY


@pytest.mark.parametrize(
    "path",
    [
        "endless",
        "endless-chunks",
        "crumbs",
        "trickled-body",
        "stall-in-body",
        "short",
        "reset-in-body",
        "bad-chunk",
    ],
)
async def test_what_is_taken_is_taken_whatever_the_answers_body_does(
    senders: Senders, receiver: Server, path: str
) -> None:
    await senders.send(a_webhook(receiver.url(path)), a_story())
    await senders.send(a_webhook(receiver.url(path)), a_story())
    assert receiver.connections == 2
    assert receiver.sent < 30_000_000, "as much as fits the buffers of the machine"


async def test_a_receiver_over_tls(
    senders: Senders, certified: ssl.SSLContext, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve(VICTIM, certified) as server:
        await senders.send(a_webhook(server.url("ok")), a_story())
        resolve(monkeypatch, gazette_example=[VICTIM])
        error = await failure(senders, a_webhook(server.url("ok", "gazette.example")))
        assert "its certificate is not valid" in str(error)
        assert "gazette" not in str(error)
        assert server.paths == ["ok"]


async def test_a_receiver_that_is_not_there(
    senders: Senders, receiver: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch)
    assert "no such host" in str(await failure(senders, a_webhook("https://nowhere.example/")))
    async with serve(VICTIM) as gone:
        pass
    assert "refused the connection" in str(await failure(senders, a_webhook(gone.url("ok"))))


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1", "http://", "http://[::1", ""])
async def test_only_http_is_sent_to(senders: Senders, url: str) -> None:
    error = await failure(senders, a_webhook(url))
    assert error.kind is DeliveryKind.TEMPORARY
    assert "configuration" in str(error)


async def test_a_secret_that_is_none_is_an_error_without_it(senders: Senders, receiver: Server) -> None:
    error = await failure(senders, a_webhook(receiver.url("ok"), "whsec_no!base64"))
    assert "not base64" in str(error)
    assert "no!base64" not in str(error)
    assert receiver.paths == []


async def test_another_target_is_another_connection_and_the_old_one_is_closed(
    senders: Senders, receiver: Server
) -> None:
    channel = a_webhook(receiver.url("ok"))
    await senders.send(channel, a_story())
    await senders.send(replace(channel, template="new"), a_story())
    assert receiver.connections == 1
    await senders.send(a_webhook(receiver.url("status/201")), a_story())
    assert receiver.connections == 2
    await senders.keep([channel.id])
    await senders.send(a_webhook(receiver.url("status/201")), a_story())
    assert receiver.connections == 2
    await senders.keep([])
    await senders.send(a_webhook(receiver.url("status/201")), a_story())
    assert receiver.connections == 3
