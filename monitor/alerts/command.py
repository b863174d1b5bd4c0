"""Starts a program for each message, without a shell; it reads the message as JSON from its standard input."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, Process
from contextlib import closing, suppress
from tempfile import TemporaryFile

from monitor.alerts.channel import Channel, Command
from monitor.alerts.message import Message, to_json
from monitor.errors import DeliveryError, DeliveryKind

_REFUSED = os.EX_DATAERR
_GIVEN = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR")
"""What the program gets of our environment, beside LC_…: no secret that stands there for monitor.yaml."""
_KEPT = 8_192
"""Bytes of standard error, the last ones, that are kept."""
_GRACE = 0.2
"""Seconds after the program's end in which its last words may come; a child of its own may hold the pipe for ever."""


class CommandSender:
    """Runs one program.

    Exit code 0: taken. 65 (EX_DATAERR): it does not take this message. Any other, 75 (EX_TEMPFAIL) among them: may
    pass. At the deadline it is killed with all its children, but for those that have left its process group.
    """

    def __init__(self, target: Command) -> None:
        self._target = target

    async def send(self, channel: Channel, message: Message) -> None:
        """Hands the message over. Raises: DeliveryError."""
        try:
            code, said = await self._run(channel, message)
        except (OSError, ValueError) as error:
            reason = (isinstance(error, OSError) and error.strerror) or str(error)
            raise DeliveryError(
                f"{self._target.arguments[0]} cannot be started: {reason}", channel=channel.id
            ) from error
        if code == 0:
            return
        ended = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
        raise DeliveryError(
            f"{self._target.arguments[0]} {ended}{f': {said}' if said else ''}",
            channel=channel.id,
            kind=DeliveryKind.REFUSED if code == _REFUSED else DeliveryKind.TEMPORARY,
        )

    async def close(self) -> None:
        """Nothing is held."""

    async def _run(self, channel: Channel, message: Message) -> tuple[int, str]:
        """The exit code, and where it is not 0 the last line of standard error. Raises: OSError, ValueError."""
        # A file, not a pipe: a program that does not read keeps nobody waiting.
        with TemporaryFile() as words, closing(_LastWords()) as last_words:
            words.write(to_json(message).encode())
            words.seek(0)
            process = await asyncio.create_subprocess_exec(
                *self._target.arguments,
                stdin=words,
                stdout=DEVNULL,
                stderr=last_words.pipe,
                env=_environment(channel, message),
                start_new_session=True,
            )
            code = await _end_of(process)
            return code, await last_words.line() if code else ""


class _LastWords:
    """The end of what is written into a pipe. Not one of asyncio's, which knows of a program's end only when all its
    children have closed their pipes.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._kept = b""
        self._over = asyncio.Event()
        self._reading, self.pipe = os.pipe()
        self._loop.add_reader(self._reading, self._read)

    async def line(self) -> str:
        """The last line that is not empty; "" for none."""
        os.close(self.pipe)
        self.pipe = -1
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                await self._over.wait()
        return self._kept.decode(errors="replace").strip().rpartition("\n")[2]

    def close(self) -> None:
        """Reads no more."""
        self._loop.remove_reader(self._reading)
        os.close(self._reading)
        if self.pipe >= 0:
            os.close(self.pipe)

    def _read(self) -> None:
        piece = os.read(self._reading, 65_536)
        self._kept = (self._kept + piece)[-_KEPT:]
        if not piece:
            self._loop.remove_reader(self._reading)
            self._over.set()


async def _end_of(process: Process) -> int:
    """Waits for its exit code; when cancelled, kills it and its children."""
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            # Not reaped yet: the number is still its own.
            os.killpg(process.pid, signal.SIGKILL)
            with suppress(TimeoutError):
                async with asyncio.timeout(_GRACE):
                    await process.wait()


def _environment(channel: Channel, message: Message) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if name in _GIVEN or name.startswith("LC_")}
    return ours | {
        "MONITOR_DELIVERY_KEY": message.key,
        "MONITOR_CHANNEL": channel.id,
        "MONITOR_OCCASION": message.occasion,
        "MONITOR_WATCHLIST": message.watchlist_id or "",
    }
