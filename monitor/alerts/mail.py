"""Sends messages as e-mail, over SMTP. The home of aiosmtplib.

aiosmtplib and not smtplib in a thread: what waits can be cancelled at the deadline, whatever the server does (one that
sends a byte a minute would keep a thread for hours), and its answers are bounded. It is maintained, and knows of
STARTTLS injection.
"""

import asyncio
import logging
import platform
import re
import ssl
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.alerts.channel import Channel, Mail, Tls
from monitor.alerts.hush import hushed
from monitor.alerts.letter import Letter, letter
from monitor.alerts.message import Message
from monitor.errors import DeliveryError, DeliveryKind
from monitor.fetch.translate import LIBRARY_ERRORS, explained

if TYPE_CHECKING:
    from aiosmtplib import SMTP, SMTPRecipientRefused, SMTPResponseException

log = logging.getLogger(__name__)

_TOO_LARGE = 552
_FULL_NAME = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_FAREWELL = 2.0
"""Seconds for a last word to the server."""


class MailSender:
    """Sends through one mail server over a connection that is kept.

    A 5xx for the letter itself: it is refused. Anything else may pass, or is mended by the operator and would meet
    every letter: a 4xx, a login, a certificate, an unknown sender or recipient; nothing is given up for it. Where some
    recipients are unknown, the others get the letter, and the log says so; where one is to be tried again later, all
    wait for it: give those who must not wait a channel of their own.
    """

    def __init__(self, target: Mail, *, context: ssl.SSLContext | None, limit: timedelta) -> None:
        self._target = target
        self._context = context
        self._limit = limit
        self._connection: SMTP | None = None

    async def send(self, channel: Channel, message: Message) -> None:
        """Hands the message over. Raises: DeliveryError."""
        # Not before it is needed: it takes a while.
        from aiosmtplib import SMTPException

        try:
            made = letter(self._target, message, channel.template)
        except ValueError as error:
            raise DeliveryError(f"the channel's configuration: {error}", channel=channel.id) from error
        failures: tuple[type[Exception], ...] = (SMTPException, ValueError, *LIBRARY_ERRORS)
        try:
            await self._hand_over(channel, made)
        except failures as error:
            self._drop()
            raise _failure(error, channel, self._limit) from error
        except BaseException:
            # Half a conversation: nothing could follow it.
            self._drop()
            raise

    async def close(self) -> None:
        """Takes leave of the server."""
        from aiosmtplib import SMTPException

        if self._connection:
            with suppress(SMTPException, OSError):
                async with asyncio.timeout(_FAREWELL):
                    await self._connection.quit()
        self._drop()

    async def _hand_over(self, channel: Channel, made: Letter) -> None:
        """Raises: SMTPException, LIBRARY_ERRORS, and ValueError for a server's name that is none."""
        connection = await self._begun(made)
        refused = [error for one in made.recipients if (error := await _refused(connection, one))]
        passing = [error for error in refused if error.code < 500]
        if passing or len(refused) == len(made.recipients):
            raise (passing or refused)[0]
        await connection.data(made.content)
        for error in refused:
            said = f"the mail server takes no mail for {error.recipient} ({_answer(error)}); the others have it"
            log.warning("channel %s: %s", channel.id, hushed(said, self._target))

    async def _begun(self, made: Letter) -> "SMTP":
        """A connection on which the server has taken the sender: the one of the last letter, where it still can be."""
        from aiosmtplib import SMTPException

        if self._connection:
            try:
                await _begin(self._connection, made)
            except (SMTPException, OSError):
                # Servers end connections that are idle or have had many letters.
                self._drop()
            else:
                return self._connection
        self._connection = await self._opened()
        await _begin(self._connection, made)
        return self._connection

    async def _opened(self) -> "SMTP":
        """A new connection, encrypted and logged in as is configured. Nothing is said before that, and nothing at all
        where the server offers no encryption.
        """
        from aiosmtplib import SMTP

        target, name = self._target, platform.node()
        connection = self._connection = SMTP(
            hostname=target.server,
            port=target.port,
            use_tls=target.tls is Tls.TLS,
            start_tls=target.tls is Tls.STARTTLS,
            tls_context=self._context,
            # As the standard has it for who has no full name.
            local_hostname=name if _FULL_NAME.fullmatch(name) else "[127.0.0.1]",
            # The deadline is the caller's.
            timeout=None,
        )
        await connection.connect()
        if target.user or target.password:
            await connection.login(target.user, target.password.reveal() if target.password else "")
        return connection

    def _drop(self) -> None:
        """Closes the connection at once."""
        if self._connection:
            if isinstance(transport := self._connection.transport, asyncio.WriteTransport):
                # Not waiting for what the server does not read.
                transport.abort()
            self._connection.close()
        self._connection = None


async def _begin(connection: "SMTP", made: Letter) -> None:
    """Raises: SMTPException, OSError."""
    from aiosmtplib import SMTPNotSupported

    if not made.international:
        await connection.mail(made.sender)
        return
    await connection.ehlo()
    if not connection.supports_extension("smtputf8"):
        raise SMTPNotSupported("it takes no addresses in other letters than ASCII's (SMTPUTF8)")
    await connection.mail(made.sender, options=["SMTPUTF8"], encoding="utf-8")


async def _refused(connection: "SMTP", recipient: str) -> "SMTPRecipientRefused | None":
    """Why the recipient gets nothing; None: it does. Raises: OSError."""
    from aiosmtplib import SMTPRecipientRefused

    try:
        await connection.rcpt(recipient, encoding="utf-8")
    except SMTPRecipientRefused as error:
        return error
    return None


def _failure(error: Exception, channel: Channel, limit: timedelta) -> DeliveryError:
    from aiosmtplib import SMTPDataError, SMTPResponseException, SMTPServerDisconnected

    kind = DeliveryKind.TEMPORARY
    if isinstance(error, SMTPResponseException):
        said = f"{_stage(error)}: {_answer(error)}"
        if (isinstance(error, SMTPDataError) and 500 <= error.code < 600) or error.code == _TOO_LARGE:
            kind = DeliveryKind.REFUSED
    elif isinstance(error, SMTPServerDisconnected) or isinstance(error.__cause__, SMTPServerDisconnected):
        said = "broke off the connection"
    elif isinstance(error, LIBRARY_ERRORS):
        said = explained(error, limit)
    else:
        said = str(error)
    return DeliveryError(f"the mail server: {said}", channel=channel.id, kind=kind)


def _stage(error: "SMTPResponseException") -> str:
    """What the server says no to."""
    from aiosmtplib import SMTPAuthenticationError, SMTPDataError, SMTPRecipientRefused, SMTPSenderRefused

    match error:
        case SMTPAuthenticationError():
            return "does not accept the user and password"
        case SMTPSenderRefused(sender=sender):
            return f"takes no mail from {sender}"
        case SMTPRecipientRefused(recipient=recipient):
            return f"takes no mail for {recipient}"
        case SMTPDataError():
            return "does not take this letter"
    return "answered"


def _answer(error: "SMTPResponseException") -> str:
    return f"{error.code} {error.message}"
