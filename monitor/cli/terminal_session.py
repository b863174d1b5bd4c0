"""A terminal that sends keys one by one, and is given back as it was, whatever happens.

Signals are read like keys, between two of them: nothing is ever interrupted halfway.
"""

import os
import select
import signal
import sys
import termios
import tty
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

from monitor.cli.keys import decode
from monitor.cli.screen import Line, Look
from monitor.cli.terminal import is_coloured

GONE, INTERRUPT, RESIZED = "gone", "interrupt", "resized"
"""What may come instead of a key: nobody is there any more; Ctrl-C; the screen is to be drawn anew."""

_TAKEN = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGWINCH, signal.SIGCONT, signal.SIGTSTP)
_ESCAPE = 0.1
"""Seconds in which the rest of an escape sequence comes, also through ssh; a person is slower."""
_OTHER_SCREEN, _OWN_SCREEN = "\x1b[?1049h", "\x1b[?1049l"
_HOME, _EMPTY = "\x1b[H", "\x1b[K"
"""A line is emptied before it is written: behind its last column, that would take the last letter."""


class TerminalSession:
    """Standard input and output, while it is entered."""

    def __init__(self) -> None:
        self._in, self._out = sys.stdin.fileno(), sys.stdout.fileno()
        self._before = termios.tcgetattr(self._in)
        self._encoding = sys.stdout.encoding
        self._is_dumb = os.environ.get("TERM", "dumb") in ("", "dumb")
        self._drawn: list[str] = []
        self._received = b""
        self._events: deque[str] = deque()
        self._is_gone = self._is_lost = False
        self._signals, self._signalled = os.pipe()

    def __enter__(self) -> Self:
        sys.stdout.flush()
        os.set_blocking(self._signals, False)
        os.set_blocking(self._signalled, False)
        self._handlers = {number: signal.signal(number, _noted) for number in _TAKEN}
        self._wakeup = signal.set_wakeup_fd(self._signalled, warn_on_full_buffer=False)
        self._enter()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._leave()
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        os.close(self._signals)
        os.close(self._signalled)

    @property
    def is_gone(self) -> bool:
        """Whether the connection was lost, or we were told to end."""
        return self._is_gone

    def look(self) -> Look:
        """What it can show, of the size that it has now."""
        try:
            size = os.get_terminal_size(self._out)
        except OSError:
            return Look()
        given = {"columns": size.columns or 80, "rows": size.lines or 24}
        return Look(**given, coloured=is_coloured(), encoding=self._encoding)

    def draw(self, lines: Sequence[Line], look: Look) -> None:
        """Show these lines instead of all others; one after the other where nothing else is possible."""
        painted = [look.painted(line) for line in lines]
        if not self._is_dumb:
            self._write(_HOME + "\n".join(f"{_EMPTY}{line}" for line in painted))
        elif painted[:-1] == self._drawn:
            # Only what is typed has changed.
            self._write(f"\r{' ' * (look.columns - 1)}\r{painted[-1]}")
        else:
            self._write("\n".join(["", *painted]))
        self._drawn = painted[:-1]

    def event(self) -> str:
        """The next key, or GONE, INTERRUPT, RESIZED."""
        while not self._events:
            waited = _ESCAPE if self._received else None
            ready = select.select([self._in, self._signals], [], [], waited)[0]
            if self._in in ready:
                self._receive()
            elif not ready:
                self._keys(whole=True)
            if self._signals in ready:
                self._take_signals()
        return self._events.popleft()

    def stopped(self, patience: float) -> bool:
        """Whether, within so many seconds, somebody wants no longer to wait; keys stay for later."""
        ready = select.select([self._signals], [], [], patience)[0]
        if ready:
            self._take_signals()
        wanted = INTERRUPT in self._events
        if wanted:
            self._events.remove(INTERRUPT)
        return wanted or self._is_gone

    @contextmanager
    def given_away(self) -> Iterator[None]:
        """The terminal as it was, for another program."""
        self._leave()
        # Ctrl-Z stops the two of us.
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        try:
            yield
        finally:
            signal.signal(signal.SIGTSTP, _noted)
            self._take_signals()
            # What interrupted the other program was not meant for us.
            self._events = deque(event for event in self._events if event is not INTERRUPT)
            self._enter()

    def _receive(self) -> None:
        try:
            received = os.read(self._in, 4096)
        except OSError:
            received = b""
        if not received:
            self._lose()
        self._received += received
        self._keys(whole=not received)

    def _keys(self, *, whole: bool) -> None:
        found, self._received = decode(self._received, self._encoding, whole=whole)
        self._events.extend(found)

    def _take_signals(self) -> None:
        try:
            numbers = os.read(self._signals, 4096)
        except BlockingIOError:
            return
        for number in numbers:
            self._take_signal(number)

    def _take_signal(self, number: int) -> None:
        match number:
            case signal.SIGTSTP:
                self._stop()
            case signal.SIGHUP | signal.SIGTERM:
                self._go()
            case signal.SIGINT:
                self._events.append(INTERRUPT)
            case signal.SIGCONT:
                # Whoever stopped us without asking has left the terminal as it wants it.
                self._enter()
                self._events.append(RESIZED)
            case signal.SIGWINCH:
                self._events.append(RESIZED)

    def _lose(self) -> None:
        self._is_lost = True
        self._go()

    def _go(self) -> None:
        if not self._is_gone:
            self._is_gone = True
            self._events.append(GONE)

    def _stop(self) -> None:
        """Stops this process as its shell expects; goes on from here when it is continued."""
        self._leave()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, _noted)
        self._enter()
        self._events.append(RESIZED)

    def _enter(self) -> None:
        try:
            tty.setcbreak(self._in, termios.TCSANOW)
        except termios.error:
            self._lose()
        if not self._is_dumb:
            self._write(_OTHER_SCREEN)

    def _leave(self) -> None:
        # Not every terminal has another screen to come back from.
        self._write("\n" if self._is_dumb else f"\n{_OWN_SCREEN}")
        try:
            termios.tcsetattr(self._in, termios.TCSANOW, self._before)
        except termios.error:
            self._lose()

    def _write(self, text: str) -> None:
        """Raises nothing where nobody is there to read: the next event says so."""
        rest = text.encode(self._encoding, "backslashreplace")
        try:
            while rest and not self._is_lost:
                rest = rest[os.write(self._out, rest) :]
        except OSError:
            self._lose()


def _noted(number: int, frame: FrameType | None) -> None:
    """A signal is taken from the pipe that Python writes it into."""
