"""/healthz, /readyz and /metrics over HTTP: in a thread of its own, so that it answers when the daemon's loop does not.

A client is given `LIMIT` for all, a head of `LARGEST` bytes, and one of `MOST` places; it can only read.
"""

import asyncio
import json
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Self

from monitor.config.operation import Listen
from monitor.errors import StoreError
from monitor.vitals.figures import Figures
from monitor.vitals.metrics import CONTENT_TYPE, Metrics
from monitor.vitals.pulse import Pulse

LIMIT = timedelta(seconds=5)
"""For a request and its answer."""
LARGEST = 8192
MOST = 32
"""Connections at once; of those beyond nothing is read."""
FRESH = timedelta(seconds=30)
"""How long figures stand for others."""
GATHERING = timedelta(seconds=3)
"""How long figures are waited for; then they are told as soon as they are there, to whoever asks next."""
_JSON = "application/json; charset=utf-8"
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    body: bytes
    kind: str = _JSON

    def head(self) -> bytes:
        lines = (
            f"HTTP/1.1 {self.status} {_REASONS[self.status]}",
            f"Content-Type: {self.kind}",
            f"Content-Length: {len(self.body)}",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            *(("Allow: GET, HEAD",) if self.status == 405 else ()),
            "Connection: close",
        )
        return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


class Responder:
    """Answers while its `with` block lasts. Where it cannot listen it says so in the log, and the daemon works on."""

    def __init__(self, listen: Listen, pulse: Pulse, metrics: Metrics, gather: Callable[[], Figures]) -> None:
        """`gather`: what the database says; called in threads of its own, for it may hang."""
        self._listen = listen
        self._pulse = pulse
        self._metrics = metrics
        self._gather = gather
        self._thread: Thread | None = None
        self._ending: Callable[[], object] = lambda: None
        self._open = 0
        self._gathering: asyncio.Future[Figures | None] | None = None
        self._gathered_at = 0.0
        self.port = 0
        """Where it listens; 0 where it does not."""

    def __enter__(self) -> Self:
        if self._listen.host:
            try:
                self._begin(_listening(self._listen))
            except OSError as error:
                why = f"{error.strerror or error}; another daemon may have it: set another `listen:`, or off"
                log.warning("health and metrics are not served at %s: %s", self._listen, why)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._ending()
        if self._thread:
            self._thread.join()

    def _begin(self, listening: socket.socket) -> None:
        self.port = listening.getsockname()[1]
        begun = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._serve(listening, begun)), name="vitals", daemon=True)
        self._thread.start()
        begun.wait()
        log.info("health and metrics at http://%s/", self._listen)

    async def _serve(self, listening: socket.socket, begun: Event) -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        self._ending = lambda: loop.call_soon_threadsafe(over.set)
        async with await asyncio.start_server(self._meet, sock=listening, limit=LARGEST):
            begun.set()
            await over.wait()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client: whatever it does, it is gone when its time is over."""
        self._open += 1
        try:
            if self._open <= MOST:
                async with asyncio.timeout(LIMIT.total_seconds()):
                    await self._talk(reader, writer)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # It went, or was too slow, or the daemon ends: nothing to say, and nobody to say it to. (Streams of some
            # Pythons, 3.11.7 is one, take a cancelled client for a bug, with a traceback.)
            pass
        finally:
            writer.transport.abort()
            self._open -= 1

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, path = await _request(reader)
        answer = await self._answer(method, path)
        writer.write(answer.head() + (b"" if method == "HEAD" else answer.body))
        writer.close()
        await writer.wait_closed()

    async def _answer(self, method: str, path: str) -> _Answer:
        if not method:
            return _told(400, error="this is no request of HTTP/1, or too long a one")
        if method not in ("GET", "HEAD"):
            return _told(405, error="only GET and HEAD are answered")
        match path.partition("?")[0]:
            case "/healthz":
                stuck = self._pulse.stuck()
                return _told(503 if stuck else 200, alive=not stuck, phase=self._pulse.phase, reasons=stuck)
            case "/readyz":
                unready = self._pulse.unready()
                return _told(503 if unready else 200, ready=not unready, phase=self._pulse.phase, reasons=unready)
            case "/metrics":
                return _Answer(status=200, body=self._metrics.text(await self._figures()), kind=CONTENT_TYPE)
            case _:
                return _told(404, error="there are /healthz, /readyz and /metrics")

    async def _figures(self) -> Figures | None:
        """What the database says now, or said a moment ago; None where it does not answer."""
        loop = asyncio.get_running_loop()
        is_old = loop.time() - self._gathered_at > FRESH.total_seconds()
        if self._gathering is None or (self._gathering.done() and is_old):
            self._gathering, self._gathered_at = loop.create_future(), loop.time()
            # A thread that nobody waits for at the end: the database's driver may never come back.
            Thread(target=_gather, args=(self._gather, loop, self._gathering), name="figures", daemon=True).start()
        await asyncio.wait([self._gathering], timeout=GATHERING.total_seconds())
        return self._gathering.result() if self._gathering.done() else None


def _gather(
    gather: Callable[[], Figures], loop: asyncio.AbstractEventLoop, future: "asyncio.Future[Figures | None]"
) -> None:
    found = None
    try:
        found = gather()
    except (StoreError, OSError) as error:
        log.debug("no figures: %s", error)
    finally:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(future.set_result, found)


def _listening(listen: Listen) -> socket.socket:
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    return socket.create_server((listen.host, listen.port), family=family, backlog=MOST)


async def _request(reader: asyncio.StreamReader) -> tuple[str, str]:
    """Method and path; "" for both where it is no request. Its headers and what follows them are of no interest."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        return "", ""
    method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
    path, _, version = rest.partition(" ")
    return (method, path) if version.startswith("HTTP/1.") else ("", "")


def _told(status: int, **said: object) -> _Answer:
    return _Answer(status=status, body=json.dumps(said, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
