"""What a worker does to itself before its first task, and before each, so that no input can take the machine down."""

import fcntl
import logging
import math
import multiprocessing
import os
import resource
import signal
import sys
from datetime import timedelta

_CPU_GRACE = 5
"""Seconds beyond the wall-clock limit, which strikes first unless the daemon itself is stuck."""


def confine(memory: int) -> None:
    """Bound this process to `memory` bytes of address space, without core files, and tie it to the daemon's life."""
    # What the parsers have to say of a page is not for the operator's terminal; what matters comes back as a value.
    logging.disable()
    # pebble's own way to end needs the interpreter, which a parser stuck in C does not give back.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _lower(resource.RLIMIT_CORE, 0)
    # macOS has the constant and refuses every value.
    if sys.platform == "linux":
        _lower(resource.RLIMIT_AS, memory)
    _die_with_daemon()


def allow_cpu(span: timedelta) -> None:
    """Let this process use `span` more of CPU time, and a little grace; then the kernel kills it (SIGXCPU)."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    _lower(resource.RLIMIT_CPU, math.ceil(used + span.total_seconds()) + _CPU_GRACE)


def _lower(limit: int, value: int) -> None:
    """Set a soft limit, as far as the hard one lets; that one stays, so that the soft one may rise again."""
    _, hard = resource.getrlimit(limit)
    resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _die_with_daemon() -> None:
    """Have the kernel end this process (SIGIO) when the daemon's end of their pipe closes, however the daemon went.

    PR_SET_PDEATHSIG would not do: the parent is the fork server, and that one lives as long as any worker does.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, fcntl.fcntl(parent.sentinel, fcntl.F_GETFL) | os.O_ASYNC)
    if not parent.is_alive():
        # It died before we asked to be told.
        os._exit(1)
