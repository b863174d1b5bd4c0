"""`channels:` of monitor.yaml → the channels, their secrets read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.alerts.channel import (
    Apprise,
    Channel,
    Command,
    FeedFile,
    FeedFormat,
    Mail,
    QuietHours,
    Target,
    Tls,
    Webhook,
)
from monitor.alerts.signing import signing_key
from monitor.config.secrets import SECRET, SecretName, Unshown, content, missing, named
from monitor.config.shape import ByName, Each, Given, JsonSchema, Keys, Named, Value, Wrong, mismatch
from monitor.config.source import Place, Source
from monitor.config.values import SLUG, TEXT, ZONE, choice, count
from monitor.config.yaml import Node, Text
from monitor.model import ChannelId, Secret

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[\w-]+(?:\.[\w-]+)*\Z")
_HOST = re.compile(r"(?:[\w-]+(?:\.[\w-]+)*\.?|[0-9A-Fa-f:.]+)\Z", re.ASCII)
_SPAN = re.compile(r"([0-9]{1,2}:[0-9]{2})\s*[-–]\s*([0-9]{1,2}:[0-9]{2})\Z")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})\Z")
_PORTS = {Tls.STARTTLS: 587, Tls.TLS: 465, Tls.NONE: 25}
_KINDS = ("webhook", "mail", "apprise", "command", "file")

_UrlGiven = Given[SecretName | str]
"""An address as it stands in the file, or the name of a secret."""


def _time(text: str) -> time:
    found = _TIME.match(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise Wrong("hours from 0 to 23, minutes from 0 to 59")
    return time(int(found[1]), int(found[2]))


TIME = Value(expected="a time of day such as 07:30", parse=_time, pattern="[0-9]{1,2}:[0-9]{2}")


def _span(text: str) -> tuple[time, time]:
    found = _SPAN.match(text)
    if not found:
        raise Wrong
    begin, end = _time(found[1]), _time(found[2])
    if begin == end:
        raise Wrong("it would be quiet for no time, or for ever")
    return begin, end


_HOURS = Value(
    expected="hours of the day such as 22:00-07:00",
    parse=_span,
    pattern="[0-9]{1,2}:[0-9]{2} *[-–] *[0-9]{1,2}:[0-9]{2}",
)


def _mail_address(text: str) -> str:
    if not _ADDRESS.match(text) or not text.isprintable():
        raise Wrong("without a name, and one address an item")
    return text


def _host(text: str) -> str:
    if not _HOST.match(text):
        raise Wrong("the port has a key of its own")
    return text


_MAIL_ADDRESS = Value(expected="an e-mail address such as desk@gazette.example", parse=_mail_address)
_SERVER = Value(expected="a host such as smtp.gazette.example", parse=_host)


def _web_address(text: str) -> SecretName | str:
    if not text.startswith(("http://", "https://")):
        return named(text)
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise Wrong from None
    if not parts.hostname or not text.isprintable() or " " in text:
        raise Wrong
    return text


def _service_address(text: str) -> SecretName | str:
    return text if "://" in text and text.isprintable() and " " not in text else named(text)


_WEB_ADDRESS: Unshown[SecretName | str] = Unshown(
    expected="an http(s) URL, or env:NAME or file:PATH of one that nobody may see",
    parse=_web_address,
    pattern="https?://.+|env:[A-Za-z_][A-Za-z0-9_]*|file:.+",
)
_SERVICE_ADDRESS: Unshown[SecretName | str] = Unshown(
    expected="an Apprise URL, or better env:NAME or file:PATH of one, for most hold a token",
    parse=_service_address,
    pattern=".+://.+|env:[A-Za-z_][A-Za-z0-9_]*|file:.+",
)


class _Template:
    """A block of text."""

    def read(self, node: Node, source: Source, name: str) -> Given[str] | None:
        """The text with its place."""
        if not isinstance(node, Text) or not node.value.strip():
            mismatch(node, source, name, 'a text, as a block below "template: |"')
            return None
        return Given(node.value, node.place)

    def schema(self) -> JsonSchema:
        """A text."""
        return {"type": "string", "description": 'Expected: a text; of more than one line as a block, "template: |"'}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Webhook:
    url: _UrlGiven | None = None
    secret: Given[SecretName] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mail:
    to: tuple[str, ...] = ()
    sender: str = ""
    server: str = ""
    port: int | None = None
    tls: Tls = Tls.STARTTLS
    user: str = ""
    password: Given[SecretName] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Apprise:
    url: _UrlGiven | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: str = ""
    format: FeedFormat = FeedFormat.RSS
    entries: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelGiven:
    """A channel as it stands in the file, as far as it can be read."""

    webhook: _Webhook | None = None
    mail: _Mail | None = None
    apprise: _Apprise | None = None
    command: tuple[str, ...] | None = None
    file: _File | None = None
    quiet: tuple[time, time] | None = None
    timezone: ZoneInfo | None = None
    at_most: int | None = None
    template: Given[str] | None = None


Channels = tuple[Named[ChannelGiven], ...]


def _mail(**given: Any) -> _Mail:
    return _Mail(sender=given.pop("from", ""), **given)


_WEBHOOK_KEYS = Keys(
    build=_Webhook,
    keys={"url": _WEB_ADDRESS, "secret": SECRET},
    required=frozenset(["url"]),
    about={"url": "where messages are posted to, as JSON", "secret": "where the secret is that they are signed with"},
)
_MAIL_KEYS = Keys(
    build=_mail,
    keys={
        "to": Each(_MAIL_ADDRESS),
        "from": _MAIL_ADDRESS,
        "server": _SERVER,
        "port": count(1, 65_535),
        "tls": choice(Tls),
        "user": TEXT,
        "password": SECRET,
    },
    required=frozenset(["to", "from", "server"]),
    about={
        "to": "who gets it",
        "from": "who it is from",
        "server": "the mail server that takes it",
        "port": "of the server; without it 587, with `tls: tls` 465, with `tls: none` 25",
        "tls": "how the connection is encrypted",
        "user": "the account at the server",
        "password": "where its password is",
    },
)
_APPRISE_KEYS = Keys(
    build=_Apprise,
    keys={"url": _SERVICE_ADDRESS},
    required=frozenset(["url"]),
    about={"url": "a service as the library Apprise writes it; better `env:NAME`, for it holds a token"},
)
_FILE_KEYS = Keys(
    build=_File,
    keys={"path": TEXT, "format": choice(FeedFormat), "entries": count(1, 1000)},
    required=frozenset(["path"]),
    about={
        "path": "the file, relative to the folder that holds `config/`",
        "format": "what it is",
        "entries": "how many messages it holds, the last ones",
    },
)
_BY_ID: ByName[ChannelGiven] = ByName(
    key=SLUG,
    item=Keys(
        build=ChannelGiven,
        keys={
            "webhook": _WEBHOOK_KEYS,
            "mail": _MAIL_KEYS,
            "apprise": _APPRISE_KEYS,
            "command": Each(TEXT),
            "file": _FILE_KEYS,
            "quiet": _HOURS,
            "timezone": ZONE,
            "at_most": count(1, 1000),
            "template": _Template(),
        },
        about={
            "webhook": "a URL that takes messages (Standard Webhooks)",
            "mail": "e-mail",
            "apprise": 'one of the services that Apprise knows: `pip install "media-monitor[apprise]"`',
            "command": "a program and what it is given; it reads the message as JSON",
            "file": "a feed of the last messages, in a file",
            "quiet": "hours in which nothing is sent; what comes meanwhile is told together when they end",
            "timezone": "of `quiet`; without it that of the monitor",
            "at_most": "messages an hour; what is more is told together when it ends",
            "template": "how a message reads as plain text (docs/alerts.md)",
        },
    ),
    expected="channels by their id",
)


class _ChannelsShape:
    """Reads all of it, and shows no line of it: who misspells a key may have written the secret beside it."""

    def read(self, node: Node, source: Source, name: str) -> Channels | None:
        """The channels as far as they can be read."""
        return _BY_ID.read(node, replace(source, lines=()), name)

    def schema(self) -> JsonSchema:
        """That of the channels."""
        return _BY_ID.schema()


CHANNELS = _ChannelsShape()


def check_channels(given: Channels, source: Source) -> None:
    """Report what does not fit together, whatever the secrets are."""
    for one in given:
        kinds = [kind for kind in _KINDS if getattr(one.value, kind) is not None]
        if len(kinds) != 1:
            what = f"got {' and '.join(kinds)}" if kinds else "got none of them"
            source.report(
                one.place, f"{one.id}: expected one of {', '.join(_KINDS)}, {what}", "give each its own channel"
            )
        mail = one.value.mail
        if mail and bool(mail.user) != bool(mail.password):
            absent = "password" if mail.user else "user"
            source.report(one.place, f'{one.id}: "user" and "password" belong together, {absent} is missing')
        if mail and mail.password and mail.tls is Tls.NONE:
            source.report(
                one.place, f"{one.id}: the password would go through the network in the clear", "tls: starttls"
            )
        if one.value.timezone and not one.value.quiet:
            source.report(one.place, f'{one.id}: "timezone" is that of "quiet", which is missing')
        if one.value.template:
            _check_template(one.id, one.value.template, source)


def _check_template(name: str, template: Given[str], source: Source) -> None:
    # Jinja2 takes a while to import, and hardly any channel has a template.
    from monitor.alerts.render import template_faults

    for fault in template_faults(template.value):
        line = template.place.line + max(fault.line - 1, 0)
        source.report(Place(line, 0), f"{name}: template: {fault.what}", "docs/alerts.md says what it can name")


@dataclass(slots=True)
class _Reader:
    """Makes channels of what is given."""

    source: Source
    environment: Mapping[str, str]
    home: Path
    zone: ZoneInfo
    files: list[str] = field(default_factory=list)
    """Those that secrets were read from."""

    def channel(self, given: Named[ChannelGiven]) -> Channel | None:
        """The channel; None where it cannot be used, which is reported."""
        target = self._target(given.value)
        if target is None:
            return None
        quiet = given.value.quiet
        return Channel(
            id=ChannelId(given.id),
            target=target,
            quiet=QuietHours(begin=quiet[0], end=quiet[1], zone=given.value.timezone or self.zone) if quiet else None,
            at_most=given.value.at_most,
            template=given.value.template.value if given.value.template else None,
        )

    def _target(self, given: ChannelGiven) -> Target | None:
        if given.webhook:
            return self._webhook(given.webhook)
        if given.mail:
            return self._mail(given.mail)
        if given.apprise:
            url = self._address(given.apprise.url)
            return Apprise(url=url) if url else None
        if given.command:
            return Command(arguments=given.command)
        if given.file and given.file.path:
            return FeedFile(
                path=self.home.absolute() / given.file.path, format=given.file.format, entries=given.file.entries
            )
        return None

    def _webhook(self, given: _Webhook) -> Webhook | None:
        url = self._address(given.url)
        secret = self._signing(given.secret) if given.secret else None
        return None if url is None or (given.secret and secret is None) else Webhook(url=url, secret=secret)

    def _signing(self, given: Given[SecretName]) -> Secret | None:
        found = self._secret("secret", given)
        try:
            signing_key(found.reveal() if found else "")
        except ValueError as error:
            self._miss("secret", f"is none: {error}", given.value, given.place)
            return None
        return found

    def _mail(self, given: _Mail) -> Mail | None:
        password = self._secret("password", given.password) if given.password else None
        if given.password and password is None:
            return None
        return Mail(
            to=given.to,
            sender=given.sender,
            server=given.server,
            port=given.port or _PORTS[given.tls],
            tls=given.tls,
            user=given.user,
            password=password,
        )

    def _address(self, given: _UrlGiven | None) -> Secret | None:
        if given is None:
            return None
        where, place = given.value, given.place
        if isinstance(where, str):
            return Secret(where)
        found = self._secret("url", Given(where, place))
        if found and "://" not in found.reveal():
            self._miss("url", "holds no URL", where, place)
            return None
        return found

    def _secret(self, key: str, given: Given[SecretName]) -> Secret | None:
        try:
            found = Secret(content(given.value, self.environment, self.home))
        except Wrong as wrong:
            self._miss(key, str(wrong), given.value, given.place)
            return None
        if path := given.value.path(self.home):
            self.files.append(path)
        return found

    def _miss(self, key: str, what: str, name: SecretName, place: Place) -> None:
        missing(self.source, place, f"{key}: {name} {what}", name)


def channels_of(
    given: Channels, source: Source, environment: Mapping[str, str], home: Path, zone: ZoneInfo
) -> tuple[tuple[Channel, ...], Sequence[str]]:
    """The channels, and the files that their secrets were read from; what cannot be had is reported.

    home: the folder that relative paths begin at; zone: of quiet hours that name none.
    """
    reader = _Reader(source, environment, home, zone)
    found = [reader.channel(one) for one in given]
    return tuple(one for one in found if one), tuple(reader.files)
