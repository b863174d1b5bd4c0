"""Canaries: a real daemon with all kinds of channels and feeds is given twelve secrets, and titles of who means no
good; then everything that it said, stored and handed out is searched for them.

    python -m tests.campaigns.canaries              prints what it searched and found; exit code 1 if anything is wrong
                        --database URL      of an empty PostgreSQL database, whose password is a thirteenth secret

The servers are no friends either: each answers with what it was told, secrets included, in errors and headers.
"""

import argparse
import base64
import csv
import io
import json
import re
import signal
import socket
import ssl
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import trustme
from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy import text as sql

from tests.campaigns.processes import MONITOR, Running, eventually
from tests.daemon.conftest import site
from tests.outgoing.hostile import HOSTILE
from tests.pipeline.conftest import World

NAMES = (
    "FEED_BASIC",
    "FEED_BEARER",
    "FEED_KEY",
    "FEED_PASSWORD_IN_URL",
    "HOOK_SECRET",
    "HOOK_TOKEN_TAKEN",
    "HOOK_TOKEN_FAILING",
    "HOOK_TOKEN_GONE",
    "SMTP_TAKEN",
    "SMTP_REFUSED",
    "CHAT_TOKEN",
    "UNRELATED",
    "DATABASE",
)
CANARIES = {name: f"c4nary{number:02}{name.lower().replace('_', '')}" for number, name in enumerate(NAMES)}
_LIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066]")
"""What does something on a terminal: controls, and overrides of directions; not the isolates that we set ourselves."""
_COMMANDS = (
    ["status"], ["status", "--format", "json"], ["matches"], ["matches", "--format", "csv"], ["articles"],
    ["feeds", "health"], ["alerts", "list"], ["check"], ["report"], ["ledger"], ["db", "check"],
)  # fmt: skip
_PAGES = ("metrics", "healthz", "readyz")
_NOWHERE = "127.0.0.1:1"


@dataclass(slots=True, kw_only=True)
class Report:
    """Where was searched, and what was found."""

    planted: int = 0
    told: int = 0
    searched: dict[str, int] = field(default_factory=dict)
    """Place → characters."""
    leaks: list[str] = field(default_factory=list)
    alive: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """All that is wrong, a line each."""
        return [*self.complaints, *self.leaks, *self.alive]

    def __str__(self) -> str:
        places = ", ".join(f"{place} {size:,}" for place, size in self.searched.items())
        return "\n".join(
            [
                f"planted     {self.planted} secrets, {len(HOSTILE)} hostile titles; {self.told} messages were taken",
                f"searched    {places} (characters)",
                f"leaks       {len(self.leaks)}",
                f"alive       {len(self.alive)}",
                *(f"WRONG       {fault}" for fault in self.faults),
            ]
        )


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was told: 204, 500 or 410 as the path says."""

    taken: list[str]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        status = 410 if "/gone" in self.path else 500 if "/failing" in self.path else 204
        if status == 204:
            self.taken.append(body)
        said = f"{self.path} {self.headers}".encode() if status != 204 else b""
        self.send_response(status, self.path)
        self.send_header("content-length", str(len(said)))
        self.send_header("x-told", quote(self.path))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


class Post(StreamRequestHandler):
    """A mail server that lets in who knows the one password, and tells everybody what they said."""

    letters: list[str]

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "EHLO":
                self._say("250-here\r\n250 AUTH PLAIN")
            elif word == "AUTH":
                given = base64.b64decode(line.split()[-1]).decode()
                self._say("235 ok" if CANARIES["SMTP_TAKEN"] in given else f"535 no: {given!r} {line}")
            elif word == "DATA":
                self._say("354 go on")
                self.letters.append("".join(iter(lambda: self.rfile.readline().decode(), ".\r\n")))
                self._say("250 taken")
            else:
                self._say("221 bye" if word == "QUIT" else "250 ok")
                if word == "QUIT":
                    return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def serving(server: ThreadingHTTPServer | ThreadingTCPServer) -> Iterator[int]:
    """Its port, while it serves."""
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def configure(world: World, hook: int, post: int, listen: int) -> None:
    """All kinds of feeds and channels."""
    feeds = ("basic", "bearer", "key", "url")
    address = world.base_url.replace("://", f"://desk:{CANARIES['FEED_PASSWORD_IN_URL']}@")
    world.feeds(*feeds, "open", urls={"url": f"{address}/url.xml"})
    auth = {"basic": "{basic: env:FEED_BASIC}", "bearer": "{bearer: env:FEED_BEARER}"}
    auth["key"] = "{header: X-Api-Key, value: file:key}"
    text = (world.folder / "feeds.yaml").read_text(encoding="utf-8")
    for feed, said in auth.items():
        text = text.replace(f"/{feed}.xml\n", f"/{feed}.xml\n        auth: {said}\n")
    world.write("feeds.yaml", text)
    (world.folder.parent / "key").write_text(CANARIES["FEED_KEY"], encoding="utf-8")
    mail = f"{{to: [desk@gazette.example], from: m@gazette.example, server: 127.0.0.1, port: {post}, tls: tls, user: m"
    folder = world.folder.parent
    channels = {
        "taken": "webhook: {url: env:HOOK_TAKEN, secret: env:HOOK_SECRET}",
        "failing": "webhook: {url: env:HOOK_FAILING}",
        "gone": "webhook: {url: env:HOOK_GONE}",
        "post": f"mail: {mail}, password: env:SMTP_TAKEN}}",
        "refused": f"mail: {mail}, password: env:SMTP_REFUSED}}",
        "chat": "apprise: {url: env:CHAT}",
        "command": f'command: [sh, -c, "cat >> {folder}/told.jsonl; echo $UNRELATED >&2"]',
        "failing-command": 'command: [sh, -c, "env >&2; exit 1"]',
        "file": "file: {path: told.xml, format: rss}",
    }
    said = "".join(f"  {name}:\n    {what}\n" for name, what in channels.items())
    settings = "fetch: {allow_addresses: [127.0.0.0/8], delay: 0s, per_host: 8, timeout: 5s}\nrevisit: []\n"
    world.write("monitor.yaml", f"listen: 127.0.0.1:{listen}\n{settings}channels:\n{said}")
    alerts = "".join(f"  - {{channel: {name}, when: match}}\n" for name in channels)
    world.write("watchlists/rafah.yaml", f'title: Fighters\nquery: "fighters"\nalerts:\n{alerts}')
    world.environment |= CANARIES | {
        "SSL_CERT_FILE": str(world.folder.parent / "authority.pem"),
        "FEED_BASIC": f"desk:{CANARIES['FEED_BASIC']}",
        "HOOK_TAKEN": f"http://127.0.0.1:{hook}/taken/{CANARIES['HOOK_TOKEN_TAKEN']}",
        "HOOK_FAILING": f"http://127.0.0.1:{hook}/failing/{CANARIES['HOOK_TOKEN_FAILING']}",
        "HOOK_GONE": f"http://127.0.0.1:{hook}/gone?token={CANARIES['HOOK_TOKEN_GONE']}",
        "CHAT": f"json://m:{CANARIES['CHAT_TOKEN']}@127.0.0.1:{hook}/failing/",
    }


def offer(world: World) -> None:
    """Hostile titles, from a feed that is open; the others repeat who asks, and fail."""
    items = [
        world.item(f"<![CDATA[{title.replace(']]>', '')} fighters]]>", "", guid=name)
        for name, title in HOSTILE.items()
        if name not in ("controls", "surrogate", "noncharacter")
    ]
    items.append(world.item("bell &#x9b;31m &#x202e;fighters", "", guid="controls"))
    world.offer(*items, feed="open")
    for feed in ("basic", "bearer", "key", "url"):
        world.answer(f"/{feed}.xml", status=403, headers={"Location": "/elsewhere"}, body=b"no")


def run(folder: Path, database: str = "") -> Report:
    """The whole campaign, in a folder of its own; in an SQLite file there, or in the database of this URL."""
    report, letters, taken = Report(planted=len(CANARIES) - (not database)), list[str](), list[str]()
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    hook = ThreadingHTTPServer(("127.0.0.1", 0), type("Hook", (Echo,), {"taken": taken}))
    post = ThreadingTCPServer(("127.0.0.1", 0), type("Letters", (Post,), {"letters": letters}))
    post.socket = context.wrap_socket(post.socket, server_side=True)
    with (
        site(folder / "config", _with_password(database) if database else str(folder / "monitor.db")) as world,
        serving(hook) as hook_port,
        serving(post) as post_port,
    ):
        listen = _free_port()
        configure(world, hook_port, post_port, listen)
        offer(world)
        _watch(world, folder, listen, report, taken, letters)
        said = dict(_commands(world, folder))
        if database:
            said |= _without_a_server(world, folder)
    report.told = len(taken) + len(letters)
    _search(
        report, {**said, **_files(folder), "dump": _dump(database or f"sqlite:///{folder}/monitor.db")}, taken, letters
    )
    return report


def _with_password(database: str) -> str:
    return make_url(database).set(password=CANARIES["DATABASE"]).render_as_string(hide_password=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _watch(world: World, folder: Path, listen: int, report: Report, taken: list[str], letters: list[str]) -> None:
    # The database by a variable: whoever writes a password into a command has shown it to all.
    with Running(["run", "--config", str(world.folder), "-v"], folder, environment=world.environment) as running:
        if not eventually(lambda: running.is_over() or (len(taken) > 10 and len(letters) > 10), 90):
            report.complaints.append(f"too little was told: {running.errors[-3000:]}")
        lines = [Path(f"/proc/{pid}/cmdline").read_bytes().decode() for pid in running.family()]
        _look(report, "process list", "\n".join(lines))
        for page in _PAGES:
            told = httpx.get(f"http://127.0.0.1:{listen}/{page}").text
            _look(report, page, told)
            report.complaints += [f"nothing in /{page}"] * (not told)
            report.alive += [f"{page}: {found[0]!r} is alive" for found in _LIVE.finditer(told)]
        running.send(signal.SIGTERM)
        if running.wait(60):
            report.complaints.append(f"it ended badly: {running.errors[-500:]}")
        _look(report, "log", running.errors + running.output)


def _commands(world: World, folder: Path) -> Iterator[tuple[str, str]]:
    for arguments in _COMMANDS:
        yield "monitor " + " ".join(arguments), _said(arguments, world, folder)


def _without_a_server(world: World, folder: Path) -> dict[str, str]:
    """What is said where the database is away, and its address wrong."""
    url = f"postgresql://monitor:{CANARIES['DATABASE']}@{_NOWHERE}/monitor"
    world.environment |= {"MONITOR_DATABASE_URL": url}
    asked = (["status"], ["run", "--once"], ["db", "status"])
    return {f"monitor {' '.join(one)}, no server": _said(one, world, folder) for one in asked}


def _said(arguments: list[str], world: World, folder: Path) -> str:
    given = [*arguments, "--config", str(world.folder)]
    with Running(given, folder, environment=world.environment, program=MONITOR) as running:
        running.wait(60)
        return running.output + running.errors


def _dump(database: str) -> str:
    """All values of all tables; what is kept packed is unpacked, the index of words cannot be read.

    Files of the configuration are kept as they were written, with a password that stands in the address of a feed:
    docs/configuration.md says so, and how to name one instead.
    """
    engine = create_engine(database)
    with engine.connect() as connection:
        names = [
            name for name in inspect(engine).get_table_names() if not name.startswith(("configuration_", "search"))
        ]
        rows = [row for name in names for row in connection.execute(sql(f'SELECT * FROM "{name}"'))]
    engine.dispose()
    return "\n".join(_unpacked(value) for row in rows for value in row)


def _files(folder: Path) -> dict[str, str]:
    raw = b"".join(path.read_bytes() for path in folder.glob("monitor.db*")).decode("latin-1")
    told = {path: folder / path for path in ("told.xml", "told.jsonl")}
    return {"file": raw, **{name: path.read_text("utf-8") if path.exists() else "" for name, path in told.items()}}


def _unpacked(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    try:
        return zlib.decompress(value).decode(errors="replace")
    except zlib.error:
        return value.decode("latin-1")


def _look(report: Report, place: str, text: str) -> None:
    report.searched[place] = len(text)
    for name, secret in CANARIES.items():
        forms = {secret, base64.b64encode(secret.encode()).decode().rstrip("=")[:-2], quote(secret)}
        if any(form in text for form in forms):
            at = text.find(secret)
            report.leaks.append(f"{place}: {name}: …{text[max(0, at - 60) : at + 20]!r}")


def _search(report: Report, said: Mapping[str, str], taken: list[str], letters: list[str]) -> None:
    for place, text in {**said, "messages": "\n".join(taken), "letters": "\n".join(letters)}.items():
        _look(report, place, text)
        if place.startswith("monitor ") and (found := _LIVE.search(text)):
            report.alive.append(f"{place}: {found[0]!r} is alive")
    for row in csv.reader(io.StringIO(said["monitor matches --format csv"])):
        report.alive += [f"a cell is a formula: {cell[:40]!r}" for cell in row if cell[:1] in "=+@＝" and cell]
    for letter in letters:
        head = letter.partition("\r\n\r\n")[0]
        report.alive += [f"a header of a letter: {line!r}" for line in head.split("\r\n") if not _is_header(line)]
        report.alive += ["a script in a letter"] * ("<script" in letter or "<img" in letter)
    report.complaints += [f"nothing in {name}" for name in ("told.xml", "told.jsonl") if not said[name]]
    for element in ElementTree.fromstring(said["told.xml"] or "<none/>").iter():
        if element.tag in ("script", "img") or "<script" in (element.text or ""):
            report.alive.append(f"told.xml: {element.tag}")
    for body in taken:
        json.loads(body)


def _is_header(line: str) -> bool:
    return bool(re.match(r"[A-Za-z-]+:|[ \t]", line)) and not _LIVE.search(line.replace("\t", " "))


def main(arguments: list[str]) -> int:
    """The campaign as a command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.campaigns.canaries", description=(__doc__ or "").split(";")[0]
    )
    parser.add_argument("--database", default="", help="a PostgreSQL URL; a new SQLite file without one")
    given = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="canaries-") as name:
        report = run(Path(name), given.database)
    print(report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
