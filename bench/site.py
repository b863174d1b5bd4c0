"""A web site for benches, served by a process of its own: what serving costs is not what is measured."""

import asyncio
import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from multiprocessing.connection import Connection
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an address answers."""

    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


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


@contextmanager
def served(answers: Answers, hosts: int = 1) -> Iterator[Site]:
    """Serve `answers` on 127.0.0.1 and the `hosts` - 1 addresses after it, while the block runs."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    addresses = tuple(f"127.0.0.{number}" for number in range(1, hosts + 1))
    process = context.Process(target=_serve, args=(answers, addresses, there), daemon=True)
    process.start()
    there.close()
    try:
        yield Site(port=here.recv(), pid=process.pid or 0, addresses=addresses)
    finally:
        process.terminate()
        process.join()


def _serve(answers: Answers, addresses: tuple[str, ...], ready: Connection) -> None:
    asyncio.run(_run(answers, addresses, ready))


async def _run(answers: Answers, addresses: tuple[str, ...], ready: Connection) -> None:
    first = socket.create_server((addresses[0], 0), backlog=512)
    port = first.getsockname()[1]
    sockets = [first, *(socket.create_server((address, port), backlog=512) for address in addresses[1:])]

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_bytes(_answered(answers, head)))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # The client has gone.
        finally:
            writer.close()

    servers = [await asyncio.start_server(converse, sock=each) for each in sockets]
    ready.send(port)
    await asyncio.gather(*(server.serve_forever() for server in servers))


def _answered(answers: Answers, head: bytes) -> Answer:
    request, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return answers.answer(headers.get("host", ""), request.split(" ")[1])


def _bytes(answer: Answer) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}", f"Content-Length: {len(answer.body)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body
