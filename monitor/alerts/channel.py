"""What a channel is, as monitor.yaml says it: where messages go, and how many of them at which hours."""

from dataclasses import dataclass, field
from datetime import time, tzinfo
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import assert_never

from monitor.model import ChannelId, Secret


class Tls(StrEnum):
    """How a connection to a mail server is encrypted."""

    STARTTLS = "starttls"
    """It begins in the clear, and must be encrypted before anything is said."""
    TLS = "tls"
    """From its first byte."""
    NONE = "none"
    """Not at all: for a server on this machine."""


class FeedFormat(StrEnum):
    """What a file of alerts is."""

    RSS = "rss"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A URL that takes messages as JSON (https://www.standardwebhooks.com)."""

    url: Secret
    """Whoever knows it may post to it."""
    secret: Secret | None = None
    """What messages are signed with: as it is given out ("whsec_…"), or any text; None: they are not signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """E-mail."""

    to: tuple[str, ...]
    sender: str
    server: str
    """A host."""
    port: int
    tls: Tls = Tls.STARTTLS
    user: str = ""
    password: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Apprise:
    """An address that the library Apprise knows: one of a hundred services. An optional extra."""

    url: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program that is started for each message, without a shell; it reads the message as JSON."""

    arguments: tuple[str, ...]
    """The program and what it is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFile:
    """A file that holds the last messages, for feed readers."""

    path: Path
    """Absolute."""
    format: FeedFormat = FeedFormat.RSS
    entries: int = 50
    """The last ones, of which it holds so many."""


Target = Webhook | Mail | Apprise | Command | FeedFile


def place_of(target: Target) -> str:
    """Where it leads, as a hash that tells whether it is elsewhere than before. Passwords and signing keys are not in
    it: it is stored, and one could be guessed by it.
    """
    match target:
        case Webhook(url=url) | Apprise(url=url):
            said = [url.reveal()]
        case Mail():
            said = [target.server, str(target.port), target.user, target.sender, *target.to]
        case Command(arguments=arguments):
            said = list(arguments)
        case FeedFile(path=path, format=form):
            said = [str(path), form]
        case _:
            assert_never(target)
    return sha256("\n".join([type(target).__name__, *said]).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When nothing is sent, every day: from a time to another, which may be of the next day."""

    begin: time
    end: time
    zone: tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where people are told."""

    id: ChannelId
    target: Target = field(repr=False)
    quiet: QuietHours | None = None
    """What comes meanwhile is told at its end, together."""
    at_most: int | None = None
    """Messages an hour; the rest of them is told together at the hour's end. None: any number."""
    template: str | None = None
    """The text of the user's own template (Jinja2) of the message as plain text; None: ours."""
