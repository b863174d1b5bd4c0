"""The terminal of a walk, where it goes wrong: lost without a word, half a key, signals that mean nothing."""

import io
import os
import pty
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from monitor.cli import keys
from monitor.cli.screen import Line, Look
from monitor.cli.terminal_session import GONE, INTERRUPT, TerminalSession

LINES = [Line(text="one"), Line(text="two")]


@contextmanager
def at_a_terminal() -> Iterator[int]:
    """The person's end of a terminal that is our standard input and output, until they close it, or we are done."""
    person, ours = pty.openpty()
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        given = stack.enter_context(open(ours, "rb", buffering=0, closefd=False))
        shown = stack.enter_context(open(ours, "wb", buffering=0, closefd=False))
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(given)))
        patch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(shown), encoding="utf-8"))
        patch.setenv("TERM", "xterm")
        yield person
    for handle in (person, ours):
        with suppress(OSError):
            os.close(handle)


def test_a_terminal_that_cannot_be_written_is_lost() -> None:
    with at_a_terminal() as person, TerminalSession() as terminal:
        os.close(person)
        terminal.draw(LINES, Look())
        assert terminal.is_gone
        assert terminal.look() == Look()
        assert terminal.event() == GONE


def test_a_terminal_that_cannot_be_read_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int, size: int) -> bytes:
        raise OSError(5, "Input/output error")

    with at_a_terminal() as person, TerminalSession() as terminal:
        os.write(person, b"r")
        monkeypatch.setattr(os, "read", fail)
        assert terminal.event() == GONE
        monkeypatch.undo()


def test_a_key_that_comes_in_pieces_is_one_and_escape_alone_is_itself() -> None:
    with at_a_terminal() as person, TerminalSession() as terminal:
        os.write(person, b"\x1b")
        assert terminal.event() == keys.ESCAPE
        os.write(person, b"\x1b[A\xd9")
        assert terminal.event() == keys.UP
        os.write(person, b"\x86")
        assert terminal.event() == "ن"


def test_a_signal_that_means_nothing_to_it_changes_nothing() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number))
    try:
        with at_a_terminal(), TerminalSession() as terminal:
            os.kill(os.getpid(), signal.SIGUSR1)
            os.kill(os.getpid(), signal.SIGINT)
            assert terminal.event() == INTERRUPT
            assert not terminal.stopped(0)
            os.kill(os.getpid(), signal.SIGINT)
            assert terminal.stopped(1)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert heard == [signal.SIGUSR1]


SIGNALS = (signal.SIGINT, signal.SIGTSTP, signal.SIGHUP, signal.SIGWINCH)


def test_everything_is_as_before_afterwards() -> None:
    with at_a_terminal():
        was = termios.tcgetattr(sys.stdin.fileno())
        handlers = list(map(signal.getsignal, SIGNALS))
        with TerminalSession():
            assert termios.tcgetattr(sys.stdin.fileno()) != was
        assert termios.tcgetattr(sys.stdin.fileno()) == was
        assert list(map(signal.getsignal, SIGNALS)) == handlers
        assert signal.set_wakeup_fd(-1) == -1
