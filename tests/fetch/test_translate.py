"""No error of the libraries below gets out untranslated."""

import socket
import ssl
from datetime import timedelta
from types import ModuleType

import httpcore
import httpx
import idna
import pytest

from monitor.errors import FetchError, FetchKind
from monitor.fetch.refusal import Refusal
from monitor.fetch.translate import LIBRARY_ERRORS, translated

LIMIT = timedelta(seconds=30)
URL = "https://reader:hunter2@gazette.example/feed?token=hunter2"


def translation(error: BaseException) -> FetchError:
    with pytest.raises(FetchError) as caught, translated(URL, LIMIT):
        raise error
    assert caught.value.__cause__ is error
    assert caught.value.url == "https://***@gazette.example/feed?token=***"
    return caught.value


def exceptions_of(library: ModuleType) -> list[type[Exception]]:
    named = [getattr(library, name) for name in library.__all__]
    return [found for found in named if isinstance(found, type) and issubclass(found, Exception)]


LIBRARIES = [(httpcore, 14), (httpx, 28)]
OF_LIBRARIES = [error for library, _ in LIBRARIES for error in exceptions_of(library)]


@pytest.mark.parametrize(("library", "least"), LIBRARIES)
def test_every_exception_of_a_library_is_in_the_table(library: ModuleType, least: int) -> None:
    assert len(exceptions_of(library)) >= least
    assert [found for found in exceptions_of(library) if not issubclass(found, LIBRARY_ERRORS)] == []


def made(type_: type[Exception]) -> Exception:
    if issubclass(type_, httpx.HTTPStatusError):
        return type_("why", request=httpx.Request("GET", URL), response=httpx.Response(500))
    without_words = (httpx.StreamConsumed, httpx.StreamClosed, httpx.ResponseNotRead, httpx.RequestNotRead)
    return type_() if issubclass(type_, without_words) else type_("why")


@pytest.mark.parametrize("type_", OF_LIBRARIES, ids=lambda type_: f"{type_.__module__}.{type_.__name__}")
def test_every_exception_of_a_library_is_translated(type_: type[Exception]) -> None:
    found = translation(made(type_))
    assert str(found).startswith("gazette.example: ")
    assert "hunter2" not in str(found)


def test_both_libraries_mean_the_same_by_the_same_name() -> None:
    twins = [
        (error, getattr(httpx, error.__name__)) for error in exceptions_of(httpcore) if hasattr(httpx, error.__name__)
    ]
    assert len(twins) >= 13
    for ours, theirs in twins:
        one, other = translation(ours("why")), translation(theirs("why"))
        assert (str(one), one.kind, one.temporary) == (str(other), other.kind, other.temporary)


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


REFUSED = caused(OSError("All connection attempts failed"), ConnectionRefusedError(111, "Connection refused"))
UNREACHABLE = caused(OSError("All connection attempts failed"), OSError(113, "No route to host"))
UNTRUSTED = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1006)")
UNTRUSTED.verify_message = "it has expired"
NO_NAME = socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize(
    ("error", "kind", "temporary", "words"),
    [
        (NO_NAME, FetchKind.DNS, True, "no such host"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), FetchKind.DNS, True, "the name server does not answer"),
        (socket.gaierror(socket.EAI_FAIL, "Failure"), FetchKind.DNS, True, "Failure"),
        (httpcore.ConnectError(REFUSED), FetchKind.CONNECT, True, "refused the connection"),
        (
            httpcore.ConnectError(UNREACHABLE),
            FetchKind.CONNECT,
            True,
            "cannot be reached (No route to host)",
        ),
        (
            httpcore.ConnectError(UNTRUSTED),
            FetchKind.TLS,
            True,
            "its certificate is not valid: it has expired",
        ),
        (httpcore.ConnectError(ssl.SSLError(1, "wrong")), FetchKind.TLS, True, "no secure connection: wrong"),
        (httpcore.ConnectTimeout(TimeoutError()), FetchKind.TIMEOUT, True, "took longer than 30 s"),
        (TimeoutError(), FetchKind.TIMEOUT, True, "took longer than 30 s"),
        (httpcore.ReadError(ConnectionResetError(104, "x")), FetchKind.PROTOCOL, True, "broke off the connection"),
        (OSError(24, "Too many open files"), FetchKind.CONNECT, True, "cannot be reached (Too many open files)"),
        (idna.IDNAError("label too long"), FetchKind.ADDRESS, False, "not a valid host name: label too long"),
        (UnicodeError("label empty"), FetchKind.ADDRESS, False, "not a valid host name: label empty"),
        (
            OverflowError("port too large"),
            FetchKind.ADDRESS,
            False,
            "not a valid address: port too large",
        ),
        (httpx.InvalidURL("Invalid port: 'x'"), FetchKind.ADDRESS, False, "not a valid address: Invalid port: 'x'"),
        (httpx.StreamConsumed(), FetchKind.PROTOCOL, True, f"cannot be read: {str(httpx.StreamConsumed())[:300]}"),
        (httpx.DecodingError("bad"), FetchKind.ENCODING, True, "its body cannot be decompressed: bad"),
        (httpx.TooManyRedirects("21"), FetchKind.REDIRECTS, False, "redirects too often"),
        (
            caused(httpx.ConnectError("All connection attempts failed"), httpcore.ConnectError(REFUSED)),
            FetchKind.CONNECT,
            True,
            "refused the connection",
        ),
        (
            caused(httpx.ConnectError("certificate verify failed"), httpcore.ConnectError(UNTRUSTED)),
            FetchKind.TLS,
            True,
            "its certificate is not valid: it has expired",
        ),
        (OverflowError(), FetchKind.ADDRESS, False, "not a valid address: OverflowError"),
        (Refusal("leads astray", FetchKind.REDIRECTS), FetchKind.REDIRECTS, False, "leads astray"),
        (Refusal("is damaged", FetchKind.ENCODING, temporary=True), FetchKind.ENCODING, True, "is damaged"),
    ],
)
def test_errors_tell_a_person_what_happened(error: Exception, kind: FetchKind, temporary: bool, words: str) -> None:
    found = translation(error)
    assert (found.kind, found.temporary) == (kind, temporary)
    assert str(found) == f"gazette.example: {words}"


def test_the_reason_openssl_gives_is_told_in_words() -> None:
    error = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
    error.reason = "WRONG_VERSION_NUMBER"
    assert str(translation(error)) == "gazette.example: no secure connection: wrong version number"


@pytest.mark.parametrize("bug", [KeyError("x"), ValueError("x"), AttributeError("x")])
def test_bugs_pass(bug: Exception) -> None:
    with pytest.raises(type(bug)), translated(URL, LIMIT):
        raise bug


def test_an_address_without_a_host_is_shown_as_it_is() -> None:
    with pytest.raises(FetchError, match="'news feed': leads nowhere"), translated("news feed", LIMIT):
        raise Refusal("leads nowhere", FetchKind.ADDRESS)
