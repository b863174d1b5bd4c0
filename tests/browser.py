"""Headless Chromium, spoken to through a pipe (https://chromedevtools.github.io/devtools-protocol/): what a reader's
browser makes of a page.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import F_DUPFD, fcntl
from pathlib import Path
from select import select
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
_PATIENCE = 60
"""Seconds without an answer after which a browser is given up."""
Message = dict[str, Any]


class Page:
    """One tab."""

    def __init__(self, reader: int, writer: int) -> None:
        self._reader, self._writer, self._number, self._rest = reader, writer, 0, b""
        self.events: list[Message] = []
        """All that the browser told, unasked."""
        self._session = ""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: object) -> Message:
        """The browser's answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        message |= {"sessionId": self._session} if self._session else {}
        os.write(self._writer, json.dumps(message).encode() + b"\0")
        while (told := self._told()).get("id") != self._number:
            self.events.append(told)
        assert "error" not in told, told
        answer: Message = told["result"]
        return answer

    def open(self, path: Path, *, dark: bool = False, width: int = 1200) -> None:
        """Load a file, and wait until it is there."""
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.ask("Emulation.setEmulatedMedia", features=features)
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        while not self.told("Page.loadEventFired"):
            self.events.append(self._told())

    def told(self, method: str) -> list[Message]:
        """What the browser told of this kind since the page was opened."""
        return [one["params"] for one in self.events if one.get("method") == method]

    def value(self, script: str) -> Any:
        """What an expression comes to in the page; ours runs whatever the page's policy says."""
        found = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def screenshot(self) -> bytes:
        """What is seen of the page, as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot")["data"])

    def _told(self) -> Message:
        while b"\0" not in self._rest:
            ready, _, _ = select([self._reader], [], [], _PATIENCE)
            assert ready, "Chromium does not answer"
            read = os.read(self._reader, 1 << 20)
            assert read, "Chromium has ended"
            self._rest += read
        line, _, self._rest = self._rest.partition(b"\0")
        message: Message = json.loads(line)
        return message


@contextmanager
def chromium(profile: Path) -> Iterator[Page]:
    """A browser with one tab; `profile`: an empty folder."""
    assert CHROMIUM is not None
    to_read, to_write = os.pipe(), os.pipe()
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"]
    flags += ["--no-first-run", "--disable-background-networking", f"--user-data-dir={profile}"]
    # It reads from 3 and writes to 4, which may be in use here.
    ends = [fcntl(end, F_DUPFD, 10) for end in (to_read[0], to_write[1])]
    start = f"import os, sys; os.dup2({ends[0]}, 3); os.dup2({ends[1]}, 4); os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", start, CHROMIUM, *flags],
        pass_fds=ends,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for end in (to_read[0], to_write[1], *ends):
        os.close(end)
    try:
        yield Page(to_write[0], to_read[1])
    finally:
        with suppress(BrokenPipeError):
            os.write(to_read[1], b'{"id":0,"method":"Browser.close"}\0')
        os.close(to_read[1])
        os.close(to_write[0])
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
