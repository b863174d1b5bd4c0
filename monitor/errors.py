"""Everything that can go wrong on purpose, as one tree.

    MonitorError
    ├── ConfigError     every Problem of the configuration, not just the first
    ├── FetchError      one HTTP request did not give an answer: url, kind, temporary, retry_after
    ├── ParseError      bytes came, but not a feed or a page: kind
    ├── StoreError      the database could not be opened, read or written: hint
    ├── LockedError     another daemon works on this database: its pid
    ├── ClockError      this machine's clock was never set
    ├── DeliveryError   a channel did not take a delivery: channel, kind, retry_after
    └── ReviewError     a decision was not recorded, because of what others did meanwhile

Raised at the edges, always from the library's own error; inside, an attempt's failure is a value that is saved.
Caught in three places: one item, one command, one tick. Bugs are not wrapped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing wrong in the configuration: where, what, and what to do about it."""

    file: str
    """The file's path below the configuration folder, or "" where no file is meant."""
    line: int = 0
    """From 1; 0: the file as a whole."""
    column: int = 0
    """From 1, in characters; 0: the line as a whole."""
    what: str
    hint: str = ""
    """What to do, e.g. 'did you mean "should_match"?'."""
    source: str = ""
    """The line's text, for the caret; "" where there is none."""

    def __str__(self) -> str:
        place = ":".join([self.file, *(str(number) for number in (self.line, self.column) if number)])
        return f"{place}: {self.what}" + (f" ({self.hint})" if self.hint else "")


class FetchKind(StrEnum):
    """Why a request gave no answer."""

    ADDRESS = "address"
    """The URL is malformed, or leads to an address that must not be fetched."""
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    """The server broke off, or does not speak HTTP."""
    REDIRECTS = "redirects"
    ENCODING = "encoding"
    """The body is compressed in a way that was not asked for, or is damaged."""
    TOO_LARGE = "too-large"
    ROBOTS = "robots"
    """The server's robots.txt forbids it, or its server cannot say what it allows."""
    RESTING = "resting"
    """The host is left alone for a while: nothing was asked of it. `retry_after` says for how long."""


class DeliveryKind(StrEnum):
    """What a failed delivery says of the channel."""

    TEMPORARY = "temporary"
    """May pass: the same is tried again, and everything behind it waits."""
    REFUSED = "refused"
    """This one is not taken, whatever is done; others may be."""
    GONE = "gone"
    """The channel wants nothing more (410): it is stopped until its configuration changes or somebody says go on."""


class ParseKind(StrEnum):
    """Why bytes gave no feed or page."""

    INVALID = "invalid"
    """It is something else, or damaged beyond use."""
    CRASH = "crash"
    """It killed the worker that read it."""
    TIMEOUT = "timeout"
    """It took the worker longer than allowed."""
    MEMORY = "memory"
    """It took the worker more memory than allowed."""


class MonitorError(Exception):
    """The root: whatever the monitor raises on purpose."""


class ConfigError(MonitorError):
    """The configuration is wrong; `problems` holds all that is wrong with it, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class FetchError(MonitorError):
    """One HTTP request gave no answer. `url` and the message are redacted: no passwords, no tokens."""

    def __init__(
        self, message: str, *, url: str, kind: FetchKind, temporary: bool, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message)
        self.url = url
        self.kind = kind
        self.temporary = temporary
        self.retry_after = retry_after


class ParseError(MonitorError):
    """Bytes came, but not a feed or a page. Positional arguments only: it travels between processes."""

    def __init__(self, message: str, kind: ParseKind = ParseKind.INVALID) -> None:
        super().__init__(message, kind)
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[0])


class DeliveryError(MonitorError):
    """A channel did not take a delivery. The message holds no secret: no password, no token, no address with either."""

    def __init__(
        self,
        message: str,
        *,
        channel: str,
        kind: DeliveryKind = DeliveryKind.TEMPORARY,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.channel = channel
        self.kind = kind
        self.retry_after = retry_after


class StoreError(MonitorError):
    """The database could not be opened, read or written; `hint` says what to do."""

    def __init__(self, message: str, *, hint: str = "", temporary: bool = False, away: bool = False) -> None:
        """`away`: it is not there, or our session is not; nothing can be read either until it is back."""
        super().__init__(f"{message}: {hint}" if hint else message)
        self.hint = hint
        self.temporary = temporary
        self.away = away


class LockedError(MonitorError):
    """Another daemon works on this database; `pid` is its process, None where it cannot be told."""

    def __init__(self, message: str, *, pid: int | None = None) -> None:
        super().__init__(message)
        self.pid = pid


class ClockError(MonitorError):
    """This machine's clock was never set: whatever is stored by it would be of another year."""


class ReviewError(MonitorError):
    """A decision was not recorded, because what it is about has changed, or others have decided since."""
