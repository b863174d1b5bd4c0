"""A webhook's receiver on 127.0.0.1: keeps what it is sent, in its order, and answers as it is told."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import JSONDecodeError
from threading import Lock, Thread
from time import monotonic
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    key: str
    """Of its Idempotency-Key."""
    data: dict[str, Any]
    """The message."""
    status: int
    """What it was answered."""
    at: float
    """By the monotonic clock, in seconds."""


@dataclass(slots=True)
class Receiver:
    """What came, and what is answered."""

    url: str = ""
    requests: list[Received] = field(default_factory=list)
    answer: Callable[[int], tuple[int, dict[str, str]]] = lambda _: (204, {})
    """How many came before → status and headers."""
    lock: Lock = field(default_factory=Lock)

    @property
    def taken(self) -> list[Received]:
        """Those that were answered with 2xx."""
        return [one for one in self.requests if one.status < 300]

    @property
    def titles(self) -> list[str]:
        """The headlines of all that was taken, in its order."""
        return [item["title"] for one in self.taken for item in one.data["items"]]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is none of our errors."""
        if not isinstance(sys.exception(), ConnectionError | JSONDecodeError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """One that answers 204 until it is told otherwise."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with found.lock:
                status, headers = found.answer(len(found.requests))
                key = self.headers["idempotency-key"]
                found.requests.append(Received(key, body["data"], status, monotonic()))
            self.send_response(status)
            for name, value in {"content-length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
