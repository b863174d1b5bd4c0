"""E-mail, against a real server: how a letter reads, in what it is wrapped, and what answers mean."""

import asyncio
import logging
import platform
import re
import ssl
from dataclasses import replace
from datetime import timedelta
from email.policy import default
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any

import pytest

from monitor.alerts.channel import Channel, Mail, Tls
from monitor.alerts.letter import letter
from monitor.alerts.message import Message
from monitor.alerts.send import Senders
from monitor.errors import DeliveryError, DeliveryKind
from monitor.model import DeliveryKey, Occasion, Secret, WatchlistId
from tests.alerts.conftest import Clock, a_channel
from tests.alerts.mail_server import HANG_UP, HOST, PASSWORD, USER, Post, post_office, scripted
from tests.alerts.messages import SAID, a_message, an_item
from tests.builders import NOON
from tests.fetch.recorder import resolve
from tests.outgoing.hostile import HOSTILE

EHLO = b"250-mx.example\r\n250 HELP\r\n"
SECURE_EHLO = b"250-mx.example\r\n250 STARTTLS\r\n"
GREETING = b"220 mx.example\r\n"
OK = b"250 OK\r\n"


def a_mail(port: int, **changes: object) -> Channel:
    given = {"to": ("desk@gazette.example",), "sender": "Monitor <monitor@gazette.example>", "server": HOST}
    return a_channel(Mail(**{"port": port, "tls": Tls.NONE, **given, **changes}))  # type: ignore[arg-type]


def a_story(title: str = "Envoys meet in Cairo", **changes: object) -> Message:
    return a_message(Occasion.STORY, an_item(title=title), **changes)


async def sent(senders: Senders, post: Post, message: Message, **changes: object) -> None:
    await senders.send(a_mail(post.port, **changes), message)


async def failure(senders: Senders, channel: Channel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await senders.send(channel, a_story())
    return caught.value


# ── a letter ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_letter_says_who_it_is_of_and_what_it_is(senders: Senders) -> None:
    async with post_office() as post:
        await sent(senders, post, a_story(), to=("desk@gazette.example", "Amal <amal@gazette.example>"))
        (envelope,) = post.letters
    assert envelope.mail_from == "monitor@gazette.example"
    assert envelope.rcpt_tos == ["desk@gazette.example", "amal@gazette.example"]
    assert post.last()["From"] == "Monitor <monitor@gazette.example>"
    assert post.last()["To"] == "desk@gazette.example, Amal <amal@gazette.example>"
    assert post.last()["Message-ID"] == f"<{a_story().key}@gazette.example>"
    assert parsedate_to_datetime(post.last()["Date"]) == NOON
    assert post.last()["Auto-Submitted"] == "auto-generated"
    assert post.last()["List-Id"] == "<talks.watchlists.gazette.example>"
    assert post.last()["MIME-Version"] == "1.0"
    assert "Envoys meet in Cairo" in post.last()["Subject"]
    assert post.last().get_content_type() == "multipart/alternative"
    text, html = post.last().iter_parts()
    assert [text.get_content_type(), html.get_content_type()] == ["text/plain", "text/html"]
    assert "Envoys meet in Cairo" in text.get_content()
    assert '<html lang="en" dir="ltr">' in html.get_content()


async def test_every_try_is_the_same_letter(senders: Senders) -> None:
    async with post_office() as post:
        await sent(senders, post, a_story())
        first = post.raw()
        await sent(senders, post, a_story())
        assert post.raw() == first
        assert post.connections == 1


@pytest.mark.parametrize("language", SAID)
async def test_every_language_arrives_as_it_is_in_seven_bits(senders: Senders, language: str) -> None:
    sentence = SAID[language][0]
    async with post_office() as post:
        await sent(senders, post, a_story(sentence, watchlist="رفح"))
    assert post.raw().isascii()
    assert max(map(len, post.raw().split(b"\r\n"))) <= 78
    assert sentence in post.last()["Subject"]
    text, html = post.last().iter_parts()
    assert sentence in text.get_content()
    assert f'dir="{"rtl" if language in ("ar", "he") else "ltr"}"' in html.get_content()
    # Its hits are marked.
    assert sentence in unescape(re.sub("<[^>]*>", "", html.get_content()))


@pytest.mark.parametrize("word", ["nation", "مقاتلان", "ז", "x" * 500, "a b", "رفح rafah"])
def test_long_subjects_are_cut_and_folded(word: str) -> None:
    mail = a_mail(1).target
    assert isinstance(mail, Mail)
    made = letter(mail, a_story(f"{word} " * 300), None).content
    subject = str(default.header_factory("Subject", _header(made, b"Subject")))
    assert max(map(len, made.split(b"\r\n"))) <= 998
    assert subject.rstrip("…").split()[-1][:1] in word
    assert len(subject) <= 310


def _header(letter: bytes, name: bytes) -> str:
    head = letter.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    (found,) = [line for line in head.split(b"\r\n") if line.startswith(name + b":")]
    return found.partition(b":")[2].strip().decode()


INJECTED = "Talks\r\nBcc: victim@evil.example\r\n\r\n<script>alert(1)</script>"
TRICKS = {**HOSTILE, "injection": INJECTED, "newline": "a\nBcc: b@evil.example", "return": "a\rBcc: b@evil.example"}
TRICKS |= {
    "next line": "a\x85Bcc: b@evil.example",
    "separator": "a\u2028Bcc: b@evil.example",
    "vertical": "a\x0bBcc: b",
}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
@pytest.mark.parametrize("where", ["title", "watchlist", "note"])
async def test_nothing_hostile_is_alive_in_a_letter(senders: Senders, trick: str, where: str) -> None:
    items = (an_item(title=trick),) if where == "title" else ()
    given = {where: trick} if where != "title" else {}
    async with post_office() as post:
        await sent(senders, post, a_message(Occasion.SPIKE, *items, **given))
    assert len(post.letters[0].rcpt_tos) == 1
    assert [name for name in post.last() if name.lower() in ("bcc", "x-injected")] == []
    assert len(post.last().keys()) == len(set(post.last().keys()))
    assert not set(post.last()["Subject"]) & {"\r", "\n", "\x1b", "\0", "\x07", "\x85", "\u202e"}
    html = [*post.last().iter_parts()][1].get_content()
    assert "<script>" not in html
    assert "<img" not in html
    assert "\u202e" not in html


async def test_a_watchlist_of_any_name_makes_a_list(senders: Senders) -> None:
    async with post_office() as post:
        await sent(senders, post, a_story(watchlist_id=WatchlistId("رفح\r\nX-Injected: 1")))
        assert post.last()["List-Id"].endswith(".watchlists.gazette.example>")
        await sent(senders, post, a_message(Occasion.TEST, watchlist_id=None))
        assert post.last()["List-Id"] is None


async def test_addresses_of_any_alphabet(senders: Senders) -> None:
    """A domain has an ASCII form; a name before the @ has none, and needs a server that knows of it."""
    channel = {"sender": "monitor@גזית.example", "to": ("desk@عربي.example",)}
    async with post_office() as post:
        await sent(senders, post, a_story(), **channel)
        assert post.letters[0].mail_from == "monitor@xn--6dbij2e.example"
        assert post.raw().isascii()
    channel = {"to": ('"رفح" <رفح@gazette.example>',)}
    async with post_office(enable_SMTPUTF8=True) as post:
        await sent(senders, post, a_story(), **channel)
        assert post.letters[0].rcpt_tos == ["رفح@gazette.example"]
        assert "رفح@gazette.example".encode() in post.raw()
    async with post_office() as post:
        error = await failure(senders, a_mail(post.port, **channel))
        assert "SMTPUTF8" in str(error)
        assert error.kind is DeliveryKind.TEMPORARY


@pytest.mark.parametrize(
    "address",
    [
        "",
        "desk",
        "desk@",
        "@gazette.example",
        "a@b@c.example",
        "a b@c.example",
        "a@b.example\r\nBcc: c@d.example",
        "ה@-é-",
    ],
)
async def test_what_is_no_address_is_said(senders: Senders, address: str) -> None:
    async with post_office() as post:
        error = await failure(senders, a_mail(post.port, to=(address,)))
        assert "is no e-mail address" in str(error)
        assert post.connections == 0


async def test_a_sender_at_an_address_of_the_network(senders: Senders) -> None:
    async with post_office() as post:
        await sent(senders, post, a_story(), sender="monitor@[127.0.0.1]")
        assert post.last()["Message-ID"] == f"<{a_story().key}@localhost>"


# ── encryption, login ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.TLS])
async def test_an_encrypted_connection(senders: Senders, certified: ssl.SSLContext, tls: Tls) -> None:
    given: dict[str, Any] = (
        {"starttls": certified, "require_starttls": True} if tls is Tls.STARTTLS else {"tls": certified}
    )
    async with post_office(**given) as post:
        await sent(senders, post, a_story(), tls=tls)
        await sent(senders, post, a_story(), tls=tls)
        assert post.connections == 1
        assert len(post.letters) == 2
        if tls is Tls.STARTTLS:
            assert post.secure == [True, True]


async def test_nothing_is_said_in_the_clear_where_starttls_is_wanted(senders: Senders) -> None:
    async with scripted(GREETING, b"250-mx.example\r\n250 AUTH PLAIN\r\n", OK, OK) as server:
        error = await failure(senders, a_mail(server.port, tls=Tls.STARTTLS, user=USER, password=Secret(PASSWORD)))
        assert "STARTTLS" in str(error)
        assert error.kind is DeliveryKind.TEMPORARY
        assert [line[:4] for line in server.heard if line] == [b"EHLO"]


async def test_an_answer_slipped_in_before_the_encryption_is_not_believed(clock: Clock) -> None:
    slipped_in = b"220 go\r\n250-evil.example\r\n250 AUTH PLAIN\r\n"
    async with (
        scripted(GREETING, SECURE_EHLO, slipped_in) as server,
        Senders(limit=timedelta(seconds=0.3), now=clock) as hurried,
    ):
        error = await failure(hurried, a_mail(server.port, tls=Tls.STARTTLS, user=USER, password=Secret(PASSWORD)))
        assert error.kind is DeliveryKind.TEMPORARY
        assert not any(b"AUTH" in line for line in server.heard)


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.TLS])
async def test_a_certificate_that_is_not_the_servers_is_refused(
    certified: ssl.SSLContext, clock: Clock, tls: Tls
) -> None:
    given: dict[str, Any] = {"starttls": certified} if tls is Tls.STARTTLS else {"tls": certified}
    async with post_office(**given) as post, Senders(limit=timedelta(seconds=5), now=clock) as mistrusting:
        error = await failure(mistrusting, a_mail(post.port, tls=tls, user=USER, password=Secret(PASSWORD)))
        assert "its certificate is not valid" in str(error)
        assert error.kind is DeliveryKind.TEMPORARY
        assert post.letters == []
        assert post.logins == []


async def test_a_login(senders: Senders, certified: ssl.SSLContext) -> None:
    channel = {"tls": Tls.STARTTLS, "user": USER, "password": Secret(PASSWORD)}
    async with post_office(starttls=certified, login=True) as post:
        await sent(senders, post, a_story(), **channel)
        assert post.logins == [(USER.encode(), PASSWORD.encode())]
        assert len(post.letters) == 1
        error = await failure(senders, a_mail(post.port, **{**channel, "password": Secret("wrong")}))
        assert "does not accept the user and password: 535" in str(error)
        assert error.kind is DeliveryKind.TEMPORARY
        error = await failure(senders, a_mail(post.port, **{**channel, "user": "", "password": None}))
        assert "takes no mail from monitor@gazette.example: 530" in str(error)
        assert error.kind is DeliveryKind.TEMPORARY


async def test_a_user_without_a_password_logs_in_without_one(senders: Senders) -> None:
    async with post_office(login=True) as post:
        await failure(senders, a_mail(post.port, user=USER))
        assert {password for _, password in post.logins} == {b""}


async def test_a_server_without_logins(senders: Senders) -> None:
    async with scripted(GREETING, EHLO) as server:
        error = await failure(senders, a_mail(server.port, user=USER, password=Secret(PASSWORD)))
        assert "AUTH" in str(error)


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("stage", "answer", "kind", "words"),
    [
        ("DATA", "554 5.7.1 Spam", DeliveryKind.REFUSED, "does not take this letter: 554 5.7.1 Spam"),
        ("DATA", "552 too large", DeliveryKind.REFUSED, "552 too large"),
        ("DATA", "451 later", DeliveryKind.TEMPORARY, "451 later"),
        ("MAIL", "552 too large", DeliveryKind.REFUSED, "takes no mail from monitor@gazette.example: 552"),
        ("MAIL", "550 who?", DeliveryKind.TEMPORARY, "550 who?"),
        ("MAIL", "421 closing", DeliveryKind.TEMPORARY, "421 closing"),
        ("desk@gazette.example", "550 unknown", DeliveryKind.TEMPORARY, "takes no mail for desk@gazette.example: 550"),
        ("desk@gazette.example", "450 greylisted", DeliveryKind.TEMPORARY, "450 greylisted"),
    ],
)
async def test_what_a_no_means(senders: Senders, stage: str, answer: str, kind: DeliveryKind, words: str) -> None:
    async with post_office() as post:
        post.said[stage] = answer
        error = await failure(senders, a_mail(post.port))
        assert words in str(error)
        assert (error.kind, error.channel, post.letters) == (kind, "desk", [])
        post.said.clear()
        await sent(senders, post, a_story())
        assert len(post.letters) == 1


async def test_who_is_unknown_does_not_keep_the_others_from_their_letter(
    senders: Senders, caplog: pytest.LogCaptureFixture
) -> None:
    to = ("gone@gazette.example", "desk@gazette.example")
    async with post_office() as post:
        post.said["gone@gazette.example"] = "550 no such user"
        with caplog.at_level(logging.WARNING):
            await sent(senders, post, a_story(), to=to)
        assert post.letters[0].rcpt_tos == ["desk@gazette.example"]
        assert "takes no mail for gone@gazette.example (550 no such user)" in caplog.text
        post.said["gone@gazette.example"] = "450 later"
        error = await failure(senders, a_mail(post.port, to=to))
        assert "450 later" in str(error)
        assert len(post.letters) == 1


async def test_a_connection_that_has_ended_is_made_anew(senders: Senders) -> None:
    async with post_office() as post:
        await sent(senders, post, a_story())
        post.said["MAIL"] = "421 too many letters"
        error = await failure(senders, a_mail(post.port))
        assert "421" in str(error)
        assert post.connections == 2, "tried again at once, on a new one"
    async with post_office(timeout=0.05) as post:
        await sent(senders, post, a_story())
        await asyncio.sleep(0.2)
        await sent(senders, post, a_story())
        assert post.connections == 2


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((b"554 go away\r\n",), "answered: 554 go away"),
        ((b"SSH-2.0-OpenSSH_9.2\r\n",), "answered: -1"),
        ((HANG_UP,), "broke off the connection"),
        ((GREETING, HANG_UP), "broke off the connection"),
        ((GREETING, b"250-" + b"a" * 40_000 + b"\r\n"), "Response too long"),
        ((GREETING, b"250-a\r\n" * 10_000), "Response too long"),
        ((GREETING, EHLO, OK, OK, b"354 go\r\n", HANG_UP), "broke off the connection"),
    ],
)
async def test_what_is_no_mail_server(senders: Senders, answers: tuple[bytes, ...], words: str) -> None:
    async with scripted(*answers) as server:
        error = await failure(senders, a_mail(server.port))
        assert words in str(error)
        assert error.kind is DeliveryKind.TEMPORARY


@pytest.mark.parametrize("answers", [(), (GREETING,), (GREETING, EHLO, OK), (GREETING, EHLO, OK, OK, b"354 go\r\n")])
async def test_a_server_that_says_no_more_is_given_up_in_time(clock: Clock, answers: tuple[bytes, ...]) -> None:
    async with scripted(*answers) as server, Senders(limit=timedelta(seconds=0.3), now=clock) as hurried:
        error = await failure(hurried, a_mail(server.port))
        assert "took longer than 0.3 s" in str(error)
        assert error.kind is DeliveryKind.TEMPORARY


async def test_a_server_that_is_not_there(senders: Senders, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch)
    async with scripted() as gone:
        pass
    assert "refused the connection" in str(await failure(senders, a_mail(gone.port)))
    assert "no such host" in str(await failure(senders, a_mail(gone.port, server="nowhere.example")))
    assert "newline" in str(await failure(senders, a_mail(gone.port, server="mx.example\r\nRSET")))


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("host.gazette.example", "host.gazette.example"),
        ("host", "[127.0.0.1]"),
        ("a b.c", "[127.0.0.1]"),
        ("ש.c", "[127.0.0.1]"),
    ],
)
async def test_who_greets_has_a_full_name_or_an_address(
    senders: Senders, monkeypatch: pytest.MonkeyPatch, name: str, greeting: str
) -> None:
    monkeypatch.setattr(platform, "node", lambda: name)
    async with post_office() as post:
        await sent(senders, post, a_story())
        assert post.greetings == [greeting]


async def test_the_server_is_taken_leave_of_even_where_it_does_not_answer(clock: Clock) -> None:
    async with post_office() as post:
        async with Senders(now=clock) as made:
            await sent(made, post, a_story())
            await made.keep([])
            await sent(made, post, a_story(key=DeliveryKey("f" * 32)))
        assert len(post.letters) == post.connections == 2


def test_a_channel_shows_no_secret() -> None:
    shown = repr(replace(a_mail(25, password=Secret("canary")), template="x"))
    assert "canary" not in shown
