"""What is secret is in no text that people read, however it is spelt."""

from base64 import b64encode
from pathlib import Path

import pytest

from monitor.alerts.channel import Apprise, Command, FeedFile, Mail, Target, Webhook
from monitor.alerts.hush import hushed
from monitor.alerts.line import one_line
from monitor.model import Secret

URL = "https://user:p%40ss-word@token.example:8443/hooks/T0/canary%20one?key=canary-two&x=1#canary-three"
MAIL = Mail(
    to=("a@b.example",), sender="a@b.example", server="mx.example", port=25, user="me", password=Secret("canary")
)


@pytest.mark.parametrize("target", [Webhook(url=Secret(URL), secret=Secret("whsec_abc")), Apprise(url=Secret(URL))])
def test_no_part_of_an_address_is_shown(target: Target) -> None:
    said = f"no {URL}, p@ss-word, TOKEN.example, CANARY%20ONE, canary one, canary+one, canary-two, canary-three; x T0"
    shown = hushed(said, target)
    assert not any(part in shown.lower() for part in ("canary", "p%40ss", "p@ss", "token", "hooks"))
    assert shown.startswith("no ***, ***, ***")
    assert shown.endswith("x T0")


def test_a_signing_secret_is_not_shown() -> None:
    target = Webhook(url=Secret("http://x/"), secret=Secret("whsec_abc"))
    assert hushed("bad whsec_abc", target) == "bad ***"


def test_a_password_is_not_shown_even_as_it_is_sent() -> None:
    plain, login = (b64encode(text).decode() for text in (b"\0me\0canary", b"canary"))
    assert (
        hushed(f"535 {plain} {login} canary me", MAIL)
        == f"535 ***{'=' * plain.count('=')} ***{'=' * login.count('=')} *** me"
    )


def test_addresses_in_a_programs_arguments_are_not_shown() -> None:
    target = Command(arguments=("curl", "--silent", "https://x.example/canary", "plain"))
    assert hushed("curl: plain --silent https://x.example/canary canary", target) == "curl: plain --silent *** ***"


def test_what_has_no_secret_shows_all_of_it_in_one_short_harmless_line() -> None:
    target = FeedFile(path=Path("/f"))
    assert hushed("a\r\n b\x1b[31m \u202ec", target) == "a b[31m c"
    assert hushed("x" * 1000, target) == "x" * 300 + "…"
    assert hushed("nothing", Mail(to=(), sender="", server="", port=25)) == "nothing"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("a\r\nb\t c\u2028d\x85e", "a b c d e"),
        ("\u2068رفح\u2069: talks", "\u2068رفح\u2069: talks"),
        ("\u2068a \u2068b\u2069\u2069", "\u2068a \u2068b\u2069\u2069"),
        ("\u2068never closed", "never closed"),
        ("never opened\u2069", "never opened"),
        ("\u2069backwards\u2068", "backwards"),
        ("\u2066other\u2069 \u202eoverride", "other override"),
        ("\u2068" + "x" * 20 + "\u2069", "x" * 9 + "…"),
        ("\x1b[31mred\0", "[31mred"),
        ("", ""),
    ],
)
def test_one_line(words: str, line: str) -> None:
    assert one_line(words, 10 if "x" in words else 100) == line
