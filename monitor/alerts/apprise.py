"""Sends by the library Apprise (https://appriseit.com), of which this is the home: an optional extra."""

import logging
from contextvars import ContextVar
from datetime import timedelta

from monitor.alerts.aside import Aside, BusyError
from monitor.alerts.channel import Apprise, Channel
from monitor.alerts.hush import hushed
from monitor.alerts.message import Message
from monitor.alerts.render import subject, text
from monitor.errors import DeliveryError

_TALKATIVE = ("urllib3", "requests", "requests_oauthlib", "oauthlib", "charset_normalizer", "paho")
"""They write addresses, and with them tokens, into their lines: at DEBUG all of them, urllib3 also at WARNING."""


_told: ContextVar[Apprise | None] = ContextVar("told", default=None)
"""Whom the thread, and those that Apprise starts for it, send to."""


class AppriseSender:
    """Sends to one address. Whatever Apprise reports may pass: it does not say what is for good."""

    def __init__(self, target: Apprise, *, limit: timedelta) -> None:
        self._target = target
        self._limit = limit
        self._aside = Aside("apprise")

    async def send(self, channel: Channel, message: Message) -> None:
        """Hands the message over. Raises: DeliveryError, also where Apprise is not installed."""
        title, body = subject(message), text(message, channel.template)
        try:
            await self._aside.run(lambda: _notify(channel, self._target, title, body, self._limit))
        except BusyError:
            raise DeliveryError("Apprise is still busy with the message before", channel=channel.id) from None

    async def close(self) -> None:
        """Nothing is held."""


def _notify(channel: Channel, target: Apprise, title: str, body: str, limit: timedelta) -> None:
    """Waits for it. Raises: DeliveryError."""
    try:
        # Here, in the thread: it takes a second, and few need it.
        import apprise  # noqa: F401
    except ImportError as error:
        raise DeliveryError(
            'Apprise is not installed: pip install "media-monitor[apprise]"', channel=channel.id
        ) from error
    _told.set(target)
    _quieten()
    try:
        reason = _reason(target, title, body, limit)
    except Exception as error:
        # A hundred services' code, by as many people: what it raises may hold the address.
        raise DeliveryError(f"Apprise failed ({type(error).__name__})", channel=channel.id) from error
    if reason:
        raise DeliveryError(reason, channel=channel.id)


def _reason(target: Apprise, title: str, body: str, limit: timedelta) -> str:
    """Why Apprise did not deliver it; "" where it did."""
    import apprise

    # In memory: else it keeps files of its own in the home folder.
    asset = apprise.AppriseAsset(secure_logging=True, storage_mode="memory")
    services = apprise.Apprise(asset=asset)
    if not services.add(target.url.reveal()):
        return "Apprise knows no such address"
    result = services.notify(
        body=body, title=title, body_format=apprise.NotifyFormat.TEXT, timeout=limit.total_seconds()
    )
    if result:
        return ""
    said = [str(line.message) for line in result.logs()][-1:] or ["it does not say why"]
    return f"Apprise could not deliver it: {said[0]}"


def _quieten() -> None:
    """Keeps what is secret out of every log."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    own = logging.getLogger("apprise")
    # Its lines are made all the same: of them it takes its reasons.
    own.setLevel(logging.WARNING)
    own.propagate = False
    own.addFilter(_hush)


def _hush(record: logging.LogRecord) -> bool:
    """Takes what is secret out of a line of Apprise's; what is said outside a message is not let through."""
    target = _told.get()
    if target is None:
        return False
    record.msg, record.args = hushed(record.getMessage(), target), ()
    record.exc_info = record.exc_text = record.stack_info = None
    return True
