"""A loopback web server for fixed answers: conditional requests, gzip where asked for, a log of what was asked."""

import gzip
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_WORTH_COMPRESSING = 400
"""Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a path answers."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    last_modified: datetime | None = None
    """None: no validators are given, and the answer is always sent whole."""

    @property
    def etag(self) -> str:
        """Weak, because the same body is also sent compressed."""
        return f'W/"{sha256(self.body).hexdigest()[:16]}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that was answered."""

    path: str
    """Without the query."""
    query: str
    status: int
    headers: Mapping[str, str]
    """As sent, names in lower case."""


def not_modified(answer: Answer, headers: Mapping[str, str]) -> bool:
    """Whether the asker already has this answer; If-None-Match outweighs If-Modified-Since (RFC 9110, 13.1.3)."""
    if answer.last_modified is None:
        return False
    if known := headers.get("if-none-match"):
        return known == "*" or answer.etag in (tag.strip() for tag in known.split(","))
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return answer.last_modified.replace(microsecond=0) <= since.replace(tzinfo=since.tzinfo or UTC)


class LoopbackServer(ThreadingHTTPServer):
    """Serves `answers` (path → answer) on 127.0.0.1 and writes `requests`.

    Raises: OSError when the port is taken; 0 chooses a free one.
    """

    # The default queue of 5 refuses connections when a poll of all feeds begins.
    request_queue_size = 128
    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answers: dict[str, Answer] = {}
        self.fallback = Answer(status=404)
        self.requests: list[Request] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is none of our errors."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: LoopbackServer
    protocol_version = "HTTP/1.1"
    server_version = "DemoSite"
    # Head and body leave in one packet: sent apart, the second waits 40 ms for the acknowledgement of the first.
    wbufsize = 1 << 16

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.answers.get(parts.path, self.server.fallback)
        status = HTTPStatus.NOT_MODIFIED if not_modified(answer, headers) else answer.status
        self.server.requests.append(Request(path=parts.path, query=parts.query, status=status, headers=headers))
        self._send(answer, status, zipped="gzip" in headers.get("accept-encoding", ""))

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send(self, answer: Answer, status: int, *, zipped: bool) -> None:
        self.send_response(status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.last_modified is not None:
            self.send_header("ETag", answer.etag)
            self.send_header("Last-Modified", format_datetime(answer.last_modified, usegmt=True))
        self._send_body(b"" if status == HTTPStatus.NOT_MODIFIED else answer.body, zipped=zipped)

    def _send_body(self, body: bytes, *, zipped: bool) -> None:
        if zipped and len(body) > _WORTH_COMPRESSING:
            body = gzip.compress(body, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on stderr: `LoopbackServer.requests` is the log."""
