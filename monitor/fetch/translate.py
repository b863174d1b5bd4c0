"""Every error of the libraries below, turned into a FetchError that tells a person what happened.

A table, not a chain of except clauses, so that a test can prove that nothing httpx or httpcore raises is missing.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpcore
import httpx

from monitor import urls
from monitor.errors import FetchError, FetchKind
from monitor.fetch.refusal import Refusal

# The first row that fits the error, or an error inside it, decides: (types, kind, temporary, what a person reads).
# "{error}" is the fitting error's own text, "{root}" that of the error at the bottom, "{limit}" the time given.
# Our transport lets httpcore's errors through as they are; httpx's come from itself, and from any other transport.
_ROWS: tuple[tuple[tuple[type[Exception], ...], FetchKind, bool, str], ...] = (
    ((socket.gaierror,), FetchKind.DNS, True, "{error}"),
    ((ssl.SSLCertVerificationError,), FetchKind.TLS, True, "its certificate is not valid: {error}"),
    ((ssl.SSLError,), FetchKind.TLS, True, "no secure connection: {error}"),
    (
        (httpcore.TimeoutException, httpx.TimeoutException, TimeoutError),
        FetchKind.TIMEOUT,
        True,
        "took longer than {limit}",
    ),
    ((ConnectionRefusedError,), FetchKind.CONNECT, True, "refused the connection"),
    ((httpcore.ConnectError, httpx.ConnectError), FetchKind.CONNECT, True, "cannot be reached ({root})"),
    ((httpcore.NetworkError, httpx.NetworkError), FetchKind.PROTOCOL, True, "broke off the connection"),
    (
        (httpcore.LocalProtocolError, httpx.LocalProtocolError),
        FetchKind.PROTOCOL,
        False,
        "the request cannot be sent: {error}",
    ),
    (
        (httpcore.ProtocolError, httpx.ProtocolError),
        FetchKind.PROTOCOL,
        True,
        "does not speak HTTP properly: {error}",
    ),
    ((httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol), FetchKind.ADDRESS, False, "not an http(s) address"),
    ((httpcore.ProxyError, httpx.ProxyError), FetchKind.PROTOCOL, True, "the proxy failed: {error}"),
    ((httpcore.ConnectionNotAvailable,), FetchKind.CONNECT, True, "no connection was free"),
    ((httpx.TooManyRedirects,), FetchKind.REDIRECTS, False, "redirects too often"),
    ((httpx.DecodingError,), FetchKind.ENCODING, True, "its body cannot be decompressed: {error}"),
    ((httpx.HTTPError, httpx.StreamError, httpx.CookieConflict), FetchKind.PROTOCOL, True, "cannot be read: {error}"),
    ((OSError,), FetchKind.CONNECT, True, "cannot be reached ({root})"),
    ((UnicodeError,), FetchKind.ADDRESS, False, "not a valid host name: {error}"),
    ((httpx.InvalidURL, OverflowError), FetchKind.ADDRESS, False, "not a valid address: {error}"),
)
_LOOKUPS = {
    socket.EAI_NONAME: "no such host",
    getattr(socket, "EAI_NODATA", socket.EAI_NONAME): "no such host",
    socket.EAI_AGAIN: "the name server does not answer",
}
LIBRARY_ERRORS: tuple[type[Exception], ...] = (Refusal, *(type_ for types, *_ in _ROWS for type_ in types))
"""What `translated` translates; any other exception is a bug and passes."""


@contextmanager
def translated(url: str, limit: timedelta, *, at: str = "") -> Iterator[None]:
    """Translate what the libraries raise inside; for the message, `limit` is the time given and `at` the address
    that redirects have led to.

    Raises: FetchError, nothing else of theirs.
    """
    try:
        yield
    except LIBRARY_ERRORS as error:
        raise _fetch_error(error, url, limit, at) from error


def _fetch_error(error: Exception, url: str, limit: timedelta, at: str) -> FetchError:
    shown = urls.redact(url)
    place = urls.host(url) or repr(shown[:200])
    if at and urls.host(at) != place:
        place = f"{place}, redirected to {urls.host(at)}"
    inner = list(_inside(error))
    for refusal in inner:
        if isinstance(refusal, Refusal):
            return FetchError(
                f"{place}: {refusal}",
                url=shown,
                kind=refusal.kind,
                temporary=refusal.temporary,
                retry_after=refusal.retry_after,
            )
    kind, temporary, text = _explained(inner, limit)
    return FetchError(f"{place}: {text}", url=shown, kind=kind, temporary=temporary)


def explained(error: Exception, limit: timedelta) -> str:
    """What one of `LIBRARY_ERRORS` means, for a person: a phrase that follows whom it is about and a colon. It names
    no address that we asked, but the host for which a certificate is not.
    """
    inner = list(_inside(error))
    return next((str(one) for one in inner if isinstance(one, Refusal)), None) or _explained(inner, limit)[2]


def _explained(inner: list[BaseException], limit: timedelta) -> tuple[FetchKind, bool, str]:
    """The kind, whether it may pass, and the phrase."""
    return next(
        (
            kind,
            temporary,
            what.format(error=_words(found), root=_words(inner[-1]), limit=f"{limit.total_seconds():g} s"),
        )
        for types, kind, temporary, what in _ROWS
        for found in inner
        if isinstance(found, types)
    )


def _inside(error: BaseException) -> Iterator[BaseException]:
    """The error and those that it reports: httpcore passes them as argument, and not always as the cause."""
    yield error
    reported = [part for part in error.args[:1] if isinstance(part, BaseException)]
    if error.__cause__ is not None and error.__cause__ not in reported:
        reported.append(error.__cause__)
    for part in reported:
        yield from _inside(part)


def _words(error: BaseException) -> str:
    """An error's own words, without its number and the line of OpenSSL's source; never without any."""
    if isinstance(error, socket.gaierror) and error.errno in _LOOKUPS:
        return _LOOKUPS[error.errno]
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "verify_message", "") or (getattr(error, "reason", "") or "").lower().replace("_", " ")
        return str(reason or error)[:300]
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error) or type(error).__name__)[:300]
