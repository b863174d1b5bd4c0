"""Posts messages to a URL, as Standard Webhooks has it (https://www.standardwebhooks.com).

The connections are those of `fetch`, which are made for hostile servers: nothing of the environment (proxies, .netrc)
is heeded, no redirect is followed, an answer's head is bounded. Its guard lets every address through here: the URL is
the operator's own, and may be of this machine.
"""

import asyncio
import json
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from ipaddress import ip_network

import httpx

from monitor import __version__
from monitor.alerts.channel import Channel, Webhook
from monitor.alerts.message import Message, to_json
from monitor.alerts.signing import signature, signing_key
from monitor.errors import DeliveryError, DeliveryKind
from monitor.fetch.address import Address, read_address
from monitor.fetch.refusal import Refusal
from monitor.fetch.retry_after import retry_after
from monitor.fetch.translate import LIBRARY_ERRORS, explained
from monitor.fetch.transport import LEAVING, GuardedTransport

_ANYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))
_REFUSED = frozenset([HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY])
_BUSY = frozenset([HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE])
_BODY = 65_536
"""Bytes of an answer that are read, and …"""
_PATIENCE = 1.0
"""… seconds that they may take, so that the connection can be used again: what they say does not matter."""


class WebhookSender:
    """Posts to one URL over a connection that is kept alive.

    2xx: taken. 410: the receiver wants nothing more. 400, 413, 422: it does not take this message, which no further
    try changes. All else may pass, or is mended by the operator (401, 403, 404, 405, 415, a redirect, a certificate, a
    name) and would meet every message: nothing is given up for it.
    """

    def __init__(
        self, target: Webhook, *, context: ssl.SSLContext | None, limit: timedelta, now: Callable[[], datetime]
    ) -> None:
        self._target = target
        self._limit = limit
        self._now = now
        self._transport = GuardedTransport(_ANYWHERE, context)

    async def send(self, channel: Channel, message: Message) -> None:
        """Hands the message over. Raises: DeliveryError."""
        try:
            request = self._request(message)
        except (Refusal, ValueError) as error:
            raise DeliveryError(f"the webhook's configuration: {error}", channel=channel.id) from error
        try:
            response = await self._transport.handle_async_request(request)
        except LIBRARY_ERRORS as error:
            raise DeliveryError(f"the receiver: {explained(error, self._limit)}", channel=channel.id) from error
        try:
            self._judge(channel, response)
        finally:
            await _let_go(response)

    async def close(self) -> None:
        """Closes the connection."""
        await self._transport.aclose()

    def _request(self, message: Message) -> httpx.Request:
        """Raises: Refusal for a URL, ValueError for a secret that is none."""
        address = read_address(self._target.url.reveal())
        body = body_of(message)
        headers = _headers(address, message, len(body)) | self._signed(message, body)
        return httpx.Request(
            "POST",
            f"{address.scheme}://{address.authority}/",
            headers=[(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
            stream=httpx.ByteStream(body),
            extensions={"target": address.target.encode(), LEAVING: _at_once},
        )

    def _signed(self, message: Message, body: bytes) -> dict[str, str]:
        moment = int(self._now().timestamp())
        given = {"webhook-id": message.key, "webhook-timestamp": str(moment)}
        if self._target.secret is None:
            return given
        key = signing_key(self._target.secret.reveal())
        return {**given, "webhook-signature": signature(key, message.key, moment, body)}

    def _judge(self, channel: Channel, response: httpx.Response) -> None:
        """Raises: DeliveryError, where the answer is no yes."""
        status = response.status_code
        if 200 <= status < 300:
            return
        raise DeliveryError(
            f"the receiver answered {_named(status)}{_advice(status)}",
            channel=channel.id,
            kind=_kind(status),
            retry_after=retry_after(response.headers.get("retry-after", ""), now=self._now())
            if status in _BUSY
            else None,
        )


def body_of(message: Message) -> bytes:
    """What is posted: the same on every try."""
    said = json.loads(to_json(message))
    event = {"type": f"monitor.{message.occasion}", "timestamp": message.made_at.isoformat(), "data": said}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _headers(address: Address, message: Message, length: int) -> dict[str, str]:
    own = {
        "Host": address.authority,
        "User-Agent": f"media-monitor/{__version__}",
        "Content-Type": "application/json",
        "Content-Length": str(length),
        # Bare, as receivers compare it: few know the draft that would have it in quotation marks.
        "Idempotency-Key": message.key,
    }
    return own | ({"Authorization": address.authorization} if address.authorization else {})


def _kind(status: int) -> DeliveryKind:
    if status == HTTPStatus.GONE:
        return DeliveryKind.GONE
    return DeliveryKind.REFUSED if status in _REFUSED else DeliveryKind.TEMPORARY


def _named(status: int) -> str:
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)


def _advice(status: int) -> str:
    if 300 <= status < 400:
        return ", a redirect, which is not followed: put the address to which it leads in monitor.yaml"
    return ": it wants nothing more" if status == HTTPStatus.GONE else ""


async def _at_once() -> None:
    """Nothing is to be done before a request leaves."""


async def _let_go(response: httpx.Response) -> None:
    """Gives the connection back, or closes it where the answer is long or does not end; what was said stands."""
    with suppress(*LIBRARY_ERRORS):
        try:
            async with asyncio.timeout(_PATIENCE):
                left = _BODY
                async for piece in response.aiter_raw():
                    left -= len(piece)
                    if left < 0:
                        break
        finally:
            await response.aclose()
