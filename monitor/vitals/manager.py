"""What the daemon tells its service manager: systemd, or whatever else listens at NOTIFY_SOCKET (sd_notify(3)).

The protocol is a datagram with lines. python-systemd needs a compiler and libsystemd, and sdnotify was last released in
2017; neither is shorter to use than this.
"""

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"


class Manager:
    """The service manager that started this process; without one nothing is told, which is no fault."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment`: as `os.environ`."""
        address = environment.get("NOTIFY_SOCKET", "")
        # "@" stands for the NUL by which abstract names begin. Other kinds of sockets (vsock) are for machines.
        self._address = "\0" + address[1:] if address.startswith("@") else address if address.startswith("/") else ""
        self.watchdog = _watchdog(environment)
        """How long it waits for a sign of life; None: it does not."""

    def tell(self, *lines: str) -> None:
        """Tell it; where it does not listen any more, nobody is to be told."""
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            # It must not keep the event loop waiting.
            channel.settimeout(0)
            channel.sendto("\n".join(lines).encode(), self._address)

    def status(self, said: str) -> str:
        """The line that `systemctl status` shows."""
        return "STATUS=" + " ".join(said.split())

    def reloading(self) -> tuple[str, str]:
        """The lines that say so; READY ends it. The moment is what Type=notify-reload asks for."""
        return "RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}"


def _watchdog(environment: Mapping[str, str]) -> timedelta | None:
    """As sd_watchdog_enabled(3): it may be meant for another process, whose environment we inherited."""
    microseconds, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not microseconds.isdecimal() or not int(microseconds) or pid not in ("", str(os.getpid())):
        return None
    return timedelta(microseconds=int(microseconds))
