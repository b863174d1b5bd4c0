"""Hands messages to channels. The one way in: whatever a channel is, `Senders.send` takes it."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, Self, assert_never

from monitor import clock as wall_clock
from monitor.alerts.apprise import AppriseSender
from monitor.alerts.channel import Apprise, Channel, Command, FeedFile, Mail, Target, Webhook
from monitor.alerts.command import CommandSender
from monitor.alerts.file import FileSender
from monitor.alerts.hush import hushed
from monitor.alerts.mail import MailSender
from monitor.alerts.message import Message
from monitor.alerts.webhook import WebhookSender
from monitor.errors import DeliveryError
from monitor.model import ChannelId

LIMIT = timedelta(seconds=30)
"""Of one try, from the first look-up of a name to the last byte of the answer."""


class Sender(Protocol):
    """Sends to one target."""

    async def send(self, channel: Channel, message: Message) -> None:
        """Hands the message over; may be cancelled at any moment. Raises: DeliveryError."""

    async def close(self) -> None:
        """Closes what it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    target: Target
    sender: Sender
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Of the one message that is being sent."""


class Senders:
    """Sends messages to any number of channels; one for the whole program, used inside `async with`. Connections are
    kept for the next message to the same target.

    `context` verifies the certificates of others, `now` gives the moment.
    """

    def __init__(
        self,
        *,
        limit: timedelta = LIMIT,
        context: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = wall_clock.now,
    ) -> None:
        self._limit = limit
        self._context = context
        self._now = now
        self._held: dict[ChannelId, _Held] = {}
        self._closing: set[asyncio.Task[None]] = set()
        # Its lines hold what servers answer, and they may repeat what is secret.
        logging.getLogger("httpcore").setLevel(logging.WARNING)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.keep(())
        await asyncio.gather(*self._closing)

    async def send(self, channel: Channel, message: Message) -> None:
        """Hands the message to the channel, or fails within the limit; messages of a channel go one after the other.

        Raises: DeliveryError; it says nothing secret, and stands for itself: its causes may hold what is secret.
        """
        held = self._current(channel)
        async with held.turn:
            try:
                async with asyncio.timeout(self._limit.total_seconds()):
                    await held.sender.send(channel, message)
            except TimeoutError:
                raise DeliveryError(f"took longer than {self._limit.total_seconds():g} s", channel=channel.id) from None
            except DeliveryError as error:
                raise DeliveryError(
                    hushed(str(error), held.target),
                    channel=channel.id,
                    kind=error.kind,
                    retry_after=error.retry_after,
                ) from None

    async def keep(self, channels: Collection[ChannelId]) -> None:
        """Closes what is held for any other channel, once it has sent what it is sending; does not wait for that."""
        for gone in [one for one in self._held if one not in channels]:
            self._close_soon(self._held.pop(gone))

    def _current(self, channel: Channel) -> _Held:
        """What is held for the channel, made anew where its target is another one now."""
        held = self._held.get(channel.id)
        if held and held.target == channel.target:
            return held
        if held:
            self._close_soon(held)
        new = self._held[channel.id] = _Held(target=channel.target, sender=self._made(channel.target))
        return new

    def _close_soon(self, held: _Held) -> None:
        closing = asyncio.create_task(_close(held))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def _made(self, target: Target) -> Sender:
        match target:
            case Webhook():
                return WebhookSender(target, context=self._context, limit=self._limit, now=self._now)
            case Mail():
                return MailSender(target, context=self._context, limit=self._limit)
            case Apprise():
                return AppriseSender(target, limit=self._limit)
            case Command():
                return CommandSender(target)
            case FeedFile():
                return FileSender(target)
            case _:
                assert_never(target)


async def _close(held: _Held) -> None:
    async with held.turn:
        await held.sender.close()
