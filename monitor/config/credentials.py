"""`auth:` of a feed → the header that lets us in. The secret is never in the file: it names a variable or a file of it.

No message holds anything of a secret, nor of what stands where the name of one should.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from monitor.config.secrets import SECRET, SecretName, Unshown, content, missing
from monitor.config.shape import Given, JsonSchema, Keys, Wrong
from monitor.config.source import Source
from monitor.config.yaml import Node, Text
from monitor.model import Credentials, Secret

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}\Z")
_OUR_NAMES = """
    host user-agent accept accept-encoding if-none-match if-modified-since range connection keep-alive upgrade te
    trailer content-length content-type transfer-encoding expect
"""
_OURS = frozenset(_OUR_NAMES.split())
"""Headers that we write ourselves, or that change what a request is."""
_TOKEN = re.compile(r"[\x21-\x7e]+\Z")
_LINE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?\Z")
_EXAMPLE = "for example {bearer: env:GAZETTE_TOKEN}, or {header: X-Api-Key, value: file:secrets/gazette}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """What is given under `auth:`, as far as it can be read."""

    basic: Given[SecretName] | None = None
    bearer: Given[SecretName] | None = None
    header: Given[str] | None = None
    value: Given[SecretName] | None = None


def _header(text: str) -> str:
    if not _HEADER.match(text):
        raise Wrong("its content is named by value")
    if text.lower() in _OURS:
        raise Wrong("the monitor writes this header itself")
    return text


_KEYS = Keys(
    build=Auth,
    keys={
        "basic": SECRET,
        "bearer": SECRET,
        "header": Unshown(
            expected="the name of a header, such as X-Api-Key",
            parse=_header,
            pattern=_HEADER.pattern.removesuffix(r"\Z"),
        ),
        "value": SECRET,
    },
    about={
        "basic": "where `user:password` is",
        "bearer": "where the token is",
        "header": "the name of another header, whose content `value` names",
        "value": "where the content of `header` is",
    },
)


class _AuthShape:
    """Reads all of it, and shows no line of it: who misspells a key may have written the secret beside it."""

    def read(self, node: Node, source: Source, name: str) -> Given[Auth] | None:
        """What is given, with its place, if nothing of it is wrong."""
        unshown = replace(source, lines=())
        if isinstance(node, Text):
            unshown.report(node.place, f"{name}: expected one of basic, bearer and header", _EXAMPLE)
            return None
        before = len(source.problems)
        auth = _KEYS.read(node, unshown, name)
        return Given(auth, node.place) if auth and len(source.problems) == before else None

    def schema(self) -> JsonSchema:
        """That of the keys."""
        return _KEYS.schema()


AUTH = _AuthShape()


def check_auth(auth: Given[Auth], url: str, source: Source) -> None:
    """Report what does not fit together, whatever the secrets are."""
    given = auth.value
    kinds = [name for name in ("basic", "bearer", "header") if getattr(given, name)]
    if given.value and not given.header:
        kinds.append("value")
    if len(kinds) != 1:
        what = f"got {' and '.join(kinds)}" if kinds else "got none of them"
        source.report(auth.place, f"auth: expected one of basic, bearer and header, {what}", _EXAMPLE)
    elif bool(given.header) != bool(given.value):
        missing = "value" if given.header else "header"
        source.report(auth.place, f'auth: "header" and "value" belong together, {missing} is missing', _EXAMPLE)
    if urlsplit(url).username is not None:
        source.report(auth.place, "auth: the url holds a user name already", "give one of the two")


def credentials_of(
    auth: Auth, url: str, source: Source, environment: Mapping[str, str], home: Path
) -> Credentials | None:
    """The header for the origin of `url`, its secret read; None where that cannot be used, which is reported.

    home: the folder that relative paths begin at.
    """
    forms: tuple[tuple[str, Given[SecretName] | None, str, Callable[[str], str]], ...] = (
        ("basic", auth.basic, "Authorization", _basic),
        ("bearer", auth.bearer, "Authorization", _bearer),
        ("value", auth.value, auth.header.value if auth.header else "", _line),
    )
    key, given, header, form = next(one for one in forms if one[1] is not None)
    assert given is not None  # noqa: S101 - for the type checker: the line above
    place, named = given.place, given.value
    try:
        value = form(content(named, environment, home))
    except Wrong as wrong:
        missing(source, place, f"{key}: {named} {wrong}", named)
        return None
    return Credentials(url=url, header=header, value=Secret(value), file=named.path(home))


def _basic(text: str) -> str:
    if ":" not in text:
        raise Wrong("holds no user:password")
    return "Basic " + b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii")


def _bearer(text: str) -> str:
    if not _TOKEN.match(text):
        raise Wrong("holds a blank or a letter that no token has")
    return f"Bearer {text}"


def _line(text: str) -> str:
    if not _LINE.match(text):
        raise Wrong("begins or ends with a blank, or holds a letter that no header may")
    return text
