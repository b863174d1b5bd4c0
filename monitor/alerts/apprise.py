"""Sends by the library Apprise (https://appriseit.com), of which this is the home: an optional extra."""

import logging
from datetime import timedelta

from monitor.alerts.aside import Aside, BusyError
from monitor.alerts.channel import Apprise, Channel
from monitor.alerts.message import Message
from monitor.alerts.render import subject, text
from monitor.errors import DeliveryError

_TALKATIVE = ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib", "charset_normalizer", "paho")
"""They write addresses, and with them tokens, into their lines: at DEBUG all of them, urllib3 also at WARNING."""


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
            await self._aside.run(lambda: _notify(channel, self._target.url.reveal(), title, body, self._limit))
        except BusyError:
            raise DeliveryError("Apprise is still busy with the message before", channel=channel.id) from None

    async def close(self) -> None:
        """Nothing is held."""


def _notify(channel: Channel, url: str, title: str, body: str, limit: timedelta) -> None:
    """Waits for it. Raises: DeliveryError."""
    try:
        # Here, in the thread: it takes a second, and few need it.
        import apprise
    except ImportError as error:
        raise DeliveryError(
            'Apprise is not installed: pip install "media-monitor[apprise]"', channel=channel.id
        ) from error
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # In memory: else it keeps files of its own in the home folder.
    asset = apprise.AppriseAsset(secure_logging=True, storage_mode="memory")
    services = apprise.Apprise(asset=asset)
    if not services.add(url):
        raise DeliveryError("Apprise knows no such address", channel=channel.id)
    result = services.notify(
        body=body, title=title, body_format=apprise.NotifyFormat.TEXT, timeout=limit.total_seconds()
    )
    if not result:
        said = [str(line.message) for line in result.logs()][-1:] or ["it does not say why"]
        raise DeliveryError(f"Apprise could not deliver it: {said[0]}", channel=channel.id)
