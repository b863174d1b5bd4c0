"""Keeps the last messages in a file that feed readers read."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.alerts.aside import Aside, BusyError
from monitor.alerts.channel import Channel, FeedFile
from monitor.alerts.feed_file import ForeignError, document, entries_of, entry_of
from monitor.alerts.message import Message
from monitor.errors import DeliveryError
from monitor.whole_file import replace_changed

_LARGEST = 100_000_000
"""Bytes of a file that is read: no feed of ours is as large."""


class FileSender:
    """Writes one file: the newest message first, each key once, replaced in one step. A file that is something else is
    left as it is.
    """

    def __init__(self, target: FeedFile) -> None:
        self._target = target
        self._aside = Aside("file of alerts")

    async def send(self, channel: Channel, message: Message) -> None:
        """Puts the message into the file. Raises: DeliveryError."""
        path = self._target.path
        try:
            # Beside the loop: a network drive may hang.
            await self._aside.run(lambda: _put(self._target, channel, message))
        except ForeignError as error:
            raise DeliveryError(
                f"{path} {error}, and is not overwritten: name another file, or move it away", channel=channel.id
            ) from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise DeliveryError(f"{path} cannot be written ({reason})", channel=channel.id) from error
        except BusyError:
            raise DeliveryError(f"{path} is still being written for the message before", channel=channel.id) from None

    async def close(self) -> None:
        """Nothing is held."""


def _put(target: FeedFile, channel: Channel, message: Message) -> None:
    """Raises: ForeignError, OSError."""
    path, new = target.path, entry_of(message)
    with _alone(path.parent):
        entries = entries_of(_content(path), channel.id, target.format)
        if all(entry.id != new.id for entry in entries):
            replace_changed(path, document([new, *entries][: target.entries], channel.id, target.format))


def _content(path: Path) -> bytes:
    """Raises: OSError."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return b""
    if len(content) > _LARGEST:
        raise ForeignError("is far too large")
    return content


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keeps other processes (`monitor alerts test` beside the daemon) from writing meanwhile. Raises: OSError."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
