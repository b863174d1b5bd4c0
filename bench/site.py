"""A web site for benches, served by a process of its own: what serving costs is not what is measured."""

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http import HTTPStatus
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol, TextIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an address answers."""

    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    """With an ETag, whoever has that already is answered 304."""
    status: int = 200
    wait: float = 0
    """Seconds before it is sent."""


class Answers(Protocol):
    """What a site says; travels to the site's process."""

    def answer(self, host: str, target: str) -> Answer:
        """The answer to a GET of `target` (path and query) with this Host header."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site that is being served."""

    port: int
    pid: int
    addresses: tuple[str, ...]
    """Of this machine, all with the same port: each is a host of its own to a polite fetcher."""


class Event(StrEnum):
    """What a site's log tells of a connection."""

    OPENED = "opened"
    ASKED = "asked"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A line of a site's log."""

    moment: float
    """Seconds since 1970."""
    event: Event
    host: str
    """The address that was connected to."""
    connection: int
    status: int
    """Of an answer, else 0."""
    target: str
    """Of a request or an answer, else ""."""


@contextmanager
def served(answers: Answers, hosts: int = 1, log: Path | None = None) -> Iterator[Site]:
    """Serve `answers` on 127.0.0.1 and the `hosts` - 1 addresses after it (at most 254), while the block runs.

    `log`: a file for what happens, which `read_log` reads.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    addresses = tuple(f"127.0.0.{number}" for number in range(1, hosts + 1))
    process = context.Process(target=_serve, args=(answers, addresses, there, log), daemon=True)
    process.start()
    there.close()
    try:
        yield Site(port=here.recv(), pid=process.pid or 0, addresses=addresses)
    finally:
        process.terminate()
        process.join()


def read_log(path: Path) -> list[Logged]:
    """What happened so far, in its order."""
    return [_logged(*line.split("\t")) for line in path.read_text().splitlines()]


def _logged(moment: str, event: str, host: str, connection: str, status: str, target: str) -> Logged:
    return Logged(
        moment=float(moment),
        event=Event(event),
        host=host,
        connection=int(connection),
        status=int(status),
        target=target,
    )


def _serve(answers: Answers, addresses: tuple[str, ...], ready: Connection, log: Path | None) -> None:
    with log.open("w", buffering=1) if log else nullcontext() as lines:
        asyncio.run(_run(answers, addresses, ready, lines))


async def _run(answers: Answers, addresses: tuple[str, ...], ready: Connection, lines: TextIO | None) -> None:
    first = socket.create_server((addresses[0], 0), backlog=512)
    port = first.getsockname()[1]
    sockets = [first, *(socket.create_server((address, port), backlog=512) for address in addresses[1:])]
    numbers = count()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, host = next(numbers), writer.get_extra_info("sockname")[0]

        def tell(event: Event, target: str = "", status: int = 0) -> None:
            if lines:
                lines.write(f"{time.time():.6f}\t{event}\t{host}\t{number}\t{status}\t{target}\n")

        tell(Event.OPENED)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                target = head.split(b" ", 2)[1].decode("latin-1")
                tell(Event.ASKED, target)
                answer = _answered(answers, head, target)
                if answer.wait:
                    await asyncio.sleep(answer.wait)
                # Told before it is sent: who reads it may ask again at once.
                tell(Event.ANSWERED, target, answer.status)
                writer.write(_bytes(answer))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # The client has gone.
        finally:
            tell(Event.CLOSED)
            writer.close()

    servers = [await asyncio.start_server(converse, sock=each) for each in sockets]
    ready.send(port)
    await asyncio.gather(*(server.serve_forever() for server in servers))


def _answered(answers: Answers, head: bytes, target: str) -> Answer:
    lines = head.decode("latin-1").split("\r\n")[1:]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    answer = answers.answer(headers.get("host", ""), target)
    known = answer.headers.get("ETag")
    if known and headers.get("if-none-match") == known:
        return replace(answer, status=304, body=b"", headers={"ETag": known})
    return answer


def _bytes(answer: Answer) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"Content-Length: {len(answer.body)}"] if answer.status != HTTPStatus.NOT_MODIFIED else []
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body
