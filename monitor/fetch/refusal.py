"""The one exception with which the parts of this package say no; it leaves the package as a FetchError."""

from datetime import timedelta

from monitor.errors import FetchKind


class Refusal(Exception):  # noqa: N818 - it is no error of ours: a server or an address is refused
    """Why there will be no answer: a phrase that follows the host's name and a colon."""

    def __init__(
        self, message: str, kind: FetchKind, *, temporary: bool = False, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.temporary = temporary
        self.retry_after = retry_after
