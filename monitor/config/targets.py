"""Where a channel of monitor.yaml leads → its target, the secrets read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, assert_never
from urllib.parse import urlsplit

from monitor.alerts.channel import Apprise, Command, FeedFile, FeedFormat, Mail, Target, Tls, Webhook
from monitor.alerts.signing import signing_key
from monitor.config.secrets import SECRET, SecretName, Unshown, content, missing, named
from monitor.config.shape import Each, Given, Keys, Value, Wrong
from monitor.config.source import Place, Source
from monitor.config.values import TEXT, choice, count
from monitor.model import Secret

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[\w-]+(?:\.[\w-]+)*\Z")
_HOST = re.compile(r"(?:[\w-]+(?:\.[\w-]+)*\.?|[0-9A-Fa-f:.]+)\Z", re.ASCII)
_PORTS = {Tls.STARTTLS: 587, Tls.TLS: 465, Tls.NONE: 25}

_UrlGiven = Given[SecretName | str]
"""An address as it stands in the file, or the name of a secret."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookGiven:
    """A webhook as it stands in the file, as far as it can be read; likewise the others."""

    url: _UrlGiven | None = None
    secret: Given[SecretName] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailGiven:
    """E-mail."""

    to: tuple[str, ...] = ()
    sender: str = ""
    server: str = ""
    port: int | None = None
    tls: Tls = Tls.STARTTLS
    user: str = ""
    password: Given[SecretName] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseGiven:
    """A service of Apprise."""

    url: _UrlGiven | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGiven:
    """A file."""

    path: str = ""
    format: FeedFormat = FeedFormat.RSS
    entries: int = 50


CommandGiven = tuple[str, ...]
TargetGiven = WebhookGiven | MailGiven | AppriseGiven | FileGiven | CommandGiven


def _mail(**given: Any) -> MailGiven:
    return MailGiven(sender=given.pop("from", ""), **given)


WEBHOOK = Keys(
    build=WebhookGiven,
    keys={"url": _WEB_ADDRESS, "secret": SECRET},
    required=frozenset(["url"]),
    about={"url": "where messages are posted to, as JSON", "secret": "where the secret is that they are signed with"},
)
MAIL = Keys(
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
APPRISE = Keys(
    build=AppriseGiven,
    keys={"url": _SERVICE_ADDRESS},
    required=frozenset(["url"]),
    about={"url": "a service as the library Apprise writes it; better `env:NAME`, for it holds a token"},
)
FILE = Keys(
    build=FileGiven,
    keys={"path": TEXT, "format": choice(FeedFormat), "entries": count(1, 1000)},
    required=frozenset(["path"]),
    about={
        "path": "the file, relative to the folder that holds `config/`",
        "format": "what it is",
        "entries": "how many messages it holds, the last ones",
    },
)
COMMAND = Each(TEXT)


@dataclass(slots=True)
class Targets:
    """Makes targets of what is given, with their secrets."""

    source: Source
    environment: Mapping[str, str]
    home: Path
    """That relative paths begin at."""
    files: list[str] = field(default_factory=list)
    """Those that secrets were read from."""

    def target(self, given: TargetGiven) -> Target | None:
        """Where it leads; None where that cannot be used, which is reported."""
        match given:
            case WebhookGiven():
                return self._webhook(given)
            case MailGiven():
                return self._mail(given)
            case AppriseGiven():
                url = self._address(given.url)
                return Apprise(url=url) if url else None
            case FileGiven():
                path = self.home.absolute() / given.path
                return FeedFile(path=path, format=given.format, entries=given.entries) if given.path else None
            case tuple():
                return Command(arguments=given) if given else None
            case _:
                assert_never(given)

    def _webhook(self, given: WebhookGiven) -> Webhook | None:
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

    def _mail(self, given: MailGiven) -> Mail | None:
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
