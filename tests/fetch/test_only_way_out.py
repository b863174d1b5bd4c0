"""The guard stands before every connection only if nothing else can make one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

MONITOR = Path(__file__).parents[2] / "monitor"
ROADS_OUT_TEXT = """
    aiohttp aiosmtplib anyio apprise ftplib http.client httpcore httpx imaplib nntplib poplib requests smtplib socket
    telnetlib urllib.request urllib3 xmlrpc.client
"""
ROADS_OUT = set(ROADS_OUT_TEXT.split())
# `alerts` sends, by `fetch`'s connections and by libraries of its own, to addresses that the operator names.
AT_HOME = ("fetch/",)
ELSEWHERE = {
    "app.py": {"socket"},
    "store/lock.py": {"socket"},
    "doctor/machine.py": {"socket"},
    "vitals/manager.py": {"socket"},
    "vitals/responder.py": {"socket"},
    "alerts/apprise.py": {"apprise"},
    "alerts/mail.py": {"aiosmtplib"},
    "alerts/webhook.py": {"httpx"},
}
"""Those of sockets ask what this machine is called, resolve a name to see if that works, tell systemd, and listen."""


def imported(source: str) -> Iterator[str]:
    """The full names of all modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def roads(source: str) -> set[str]:
    return {road for name in imported(source) for road in ROADS_OUT if f"{name}.".startswith(f"{road}.")}


@pytest.mark.parametrize(
    "source",
    ["import socket", "from urllib import request", "import urllib.request as r", "def f():\n import httpx._client"],
)
def test_roads_are_found(source: str) -> None:
    assert roads(source)


def test_only_fetch_has_a_road_to_the_network() -> None:
    found = {}
    for path in sorted(MONITOR.rglob("*.py")):
        name = path.relative_to(MONITOR).as_posix()
        if not name.startswith(AT_HOME) and (used := roads(path.read_text(encoding="utf-8"))):
            found[name] = used
    assert found == ELSEWHERE


def test_asyncio_opens_connections_in_one_place_which_only_the_guard_knows() -> None:
    openers = (
        "open_connection",
        "create_connection",
        "sock_connect",
        "create_datagram_endpoint",
        "open_unix_connection",
    )
    texts = {path: path.read_text(encoding="utf-8") for path in MONITOR.rglob("*.py")}
    network = MONITOR / "fetch" / "network.py"
    assert [path for path, text in texts.items() if any(f".{opener}(" in text for opener in openers)] == [network]
    knowing = [path.name for path, text in texts.items() if "monitor.fetch.network" in imported(text)]
    assert knowing == ["guard.py"]
