"""A mail server (aiosmtpd) that keeps what it is given, and one that follows a script instead of the standard."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"
USER, PASSWORD = "desk@gazette.example", "correct horse"


@dataclass(slots=True)
class Post:
    """What a server was given, and what it says; aiosmtpd calls the methods by their names."""

    port: int = 0
    connections: int = 0
    letters: list[Envelope] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)
    """Whether each letter came encrypted."""
    greetings: list[str] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    """Instead of yes: of MAIL, DATA, or an address in RCPT."""

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greetings.append(hostname)
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.said:
            return self.said["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.said:
            return self.said[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.said:
            return self.said["DATA"]
        self.letters.append(envelope)
        self.secure.append(session.ssl is not None)
        return "250 OK"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=good, message=self.said.get("AUTH"))

    def last(self) -> EmailMessage:
        """The last letter, read."""
        content = self.letters[-1].content
        assert isinstance(content, bytes)
        read = message_from_bytes(content, policy=default)
        assert isinstance(read, EmailMessage)
        return read

    def raw(self) -> bytes:
        """The last letter, as it came."""
        content = self.letters[-1].content
        assert isinstance(content, bytes)
        return content


@asynccontextmanager
async def post_office(
    *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, login: bool = False, **options: Any
) -> AsyncIterator[Post]:
    """A server on a free port: encrypted from the first byte (`tls`), after STARTTLS, or never."""
    post = Post()
    loop = asyncio.get_running_loop()
    opened: list[SMTP] = []

    def one() -> SMTP:
        post.connections += 1
        auth: dict[str, Any] = {"auth_required": login, "authenticator": post.authenticate, "auth_require_tls": False}
        with warnings.catch_warnings():
            # That logins in the clear are no good idea.
            warnings.simplefilter("ignore")
            made = SMTP(post, hostname="mx.example", loop=loop, tls_context=starttls, **auth, **options)
        opened.append(made)
        return made

    server = await loop.create_server(one, HOST, 0, ssl=tls)
    post.port = server.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        server.close()
        for each in opened:
            if isinstance(each.transport, asyncio.WriteTransport):
                each.transport.abort()
        await server.wait_closed()


@asynccontextmanager
async def scripted(*answers: bytes, certificate: ssl.SSLContext | None = None) -> AsyncIterator["Script"]:
    """Greets with the first answer, and gives the next to each line; after the last it says nothing more."""
    script = Script(answers)
    server = await asyncio.start_server(script.follow, HOST, 0, ssl=certificate)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
        for task in script.tasks:
            task.cancel()
        await asyncio.gather(*script.tasks, return_exceptions=True)
        await server.wait_closed()


class Script:
    """What was heard, and what is answered."""

    def __init__(self, answers: Sequence[bytes]) -> None:
        self.answers = answers
        self.port = 0
        self.heard: list[bytes] = []
        self.tasks: set[asyncio.Task[None]] = set()

    async def follow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        with suppress(ConnectionError, asyncio.CancelledError):
            for answer in self.answers:
                writer.write(answer)
                await writer.drain()
                if answer == HANG_UP:
                    break
                self.heard.append(await reader.readline())
            else:
                await asyncio.sleep(30)
        writer.close()


HANG_UP = b""
