"""What people may read of a failure: without what the channel keeps secret, wherever a server repeats it."""

import re
from base64 import b64encode
from collections.abc import Iterator
from typing import assert_never
from urllib.parse import quote, quote_plus, unquote

from monitor.alerts.channel import Apprise, Command, FeedFile, Mail, Target, Webhook
from monitor.text.harmless import harmless

_SHORTEST = 4
"""Characters of a part of an address that may be a secret: what is shorter stands in every text."""
_MOST = 300
"""Characters that are shown."""
_BETWEEN = re.compile(r"[/:@?&=#;,+\s]+")


def hushed(text: str, target: Target) -> str:
    """One line of it, harmless, with *** for every secret of the target and for every part of its address, its host
    too, for some services put their token there.
    """
    for secret in sorted(set(_secrets(target)), key=len, reverse=True):
        text = re.sub(re.escape(secret), "***", text, flags=re.IGNORECASE)
    text = harmless(" ".join(text.split()))
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"


def _secrets(target: Target) -> Iterator[str]:
    match target:
        case Webhook(url=url, secret=secret):
            yield from _of_address(url.reveal())
            yield from _forms(secret.reveal() if secret else "")
        case Mail(user=user, password=password):
            yield from _of_login(user, password.reveal() if password else "")
        case Apprise(url=url):
            yield from _of_address(url.reveal())
        case Command(arguments=arguments):
            for argument in arguments[1:]:
                yield from _of_address(argument) if "://" in argument else ()
        case FeedFile():
            pass
        case _:
            assert_never(target)


def _of_address(url: str) -> Iterator[str]:
    yield from _forms(url)
    for part in _BETWEEN.split(url.partition("://")[2]):
        yield from _forms(part)


def _of_login(user: str, password: str) -> Iterator[str]:
    """Also as they travel to the mail server."""
    yield from _forms(password)
    if password:
        for sent in (password, f"\0{user}\0{password}"):
            yield b64encode(sent.encode()).decode().rstrip("=")


def _forms(secret: str) -> Iterator[str]:
    """As it is given, as it is meant, and as others write that into an address."""
    meant = unquote(secret)
    yield from (form for form in (secret, meant, quote(meant, safe=""), quote_plus(meant)) if len(form) >= _SHORTEST)
