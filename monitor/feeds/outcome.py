"""What an answer's status and headers say of a feed."""

import re
from datetime import timedelta
from http import HTTPStatus

from monitor.model import Failed, FailureKind

_REASONS = {
    300: "the server offers a choice instead of a feed; give one address",
    400: "the server does not accept the request; check the feed's address",
    401: "the feed asks for a password",
    402: "the feed asks for payment",
    403: "the server refuses us; it may block programs, or want a contact in the User-Agent (contact: in monitor.yaml)",
    404: "the feed is not there any more; look for its new address",
    406: "the server has no form of the feed that we read",
    410: "the feed was taken down for good; look for its new address",
    429: "the server says that we ask too often; raise every: for its feeds",
    451: "the feed is withheld for legal reasons, perhaps in this country only",
    503: "the server is overloaded or being repaired",
}
_TEMPORARY = frozenset([408, 409, 421, 423, 425, 429])
_MAX_AGE = re.compile(r"(?:\A|[\s,])max-age\s*=\s*\"?([0-9]{1,9})(?![0-9])", re.IGNORECASE)
_UNKEPT = re.compile(r"(?:\A|[\s,])no-(?:cache|store)(?:\Z|[\s,])", re.IGNORECASE)


def failure_of(status: int, *, retry_after: timedelta | None = None) -> Failed | None:
    """What an answer with this status says, after redirects; None where it brings a feed, or says that nothing changed.

    `retry_after` is what the server asks us to wait.
    """
    if status in (HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION, HTTPStatus.NOT_MODIFIED):
        return None
    return Failed(
        reason=f"{status}: {_REASONS.get(status) or _by_class(status)}",
        kind=_kind(status),
        retry_after=retry_after,
    )


def _kind(status: int) -> FailureKind:
    if status == HTTPStatus.GONE:
        return FailureKind.GONE
    return FailureKind.TEMPORARY if status >= 500 or status in _TEMPORARY else FailureKind.HARD


def _by_class(status: int) -> str:
    name = next((each.phrase for each in HTTPStatus if each == status), "an unknown status")
    match status // 100:
        case 2:
            return f"an answer without a whole feed ({name})"
        case 3:
            return f"a redirect that leads nowhere ({name})"
        case 5:
            return f"the server failed ({name})"
        case _:
            return f"the server refuses the request ({name})"


def max_age(cache_control: str, age: str = "") -> timedelta | None:
    """How long an answer may still be kept, by its Cache-Control and Age; None where that is not said (RFC 9111)."""
    found = _MAX_AGE.search(cache_control)
    if not found or _UNKEPT.search(cache_control):
        return None
    old = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
    return timedelta(seconds=max(0, int(found[1]) - old))
