"""`monitor poll -v` and `--dry-run`: what was asked, what came, what is new in it and what matches."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from monitor.cli.poll_told import print_observed
from monitor.demo.server import Answer, LoopbackServer
from monitor.fetch.request import Request
from monitor.model import FeedId, FeedState, News, Postponed, Validators
from monitor.pipeline.observed import Observed
from monitor.store.lock import daemon_lock
from tests.builders import NOON, a_feed
from tests.cli.conftest import Run
from tests.config.valid import FILES
from tests.feeds.documents import item, rss

SETTINGS = "fetch:\n  allow_addresses: [127.0.0.0/8]\n  delay: 0s\nworkers:\n  count: 1\n"
DATED = "<pubDate>Mon, 10 Nov 2025 10:00:00 GMT</pubDate>"
FIRST = item(DATED, title="Tunnel in Rafah", link="/1")
FEED = rss(FIRST + item(title="نفق", link="/2") + "<item/>", channel="<title>The Gazette</title><ttl>30</ttl>")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[LoopbackServer]:
    """A site with the feed of a small configuration, which stands in `tmp_path`/config."""
    server = LoopbackServer(0)
    url = f"http://desk:hunter2@127.0.0.1:{server.server_port}"
    feeds = FILES["feeds.yaml"].replace("https://gazette.example/rss.xml", f"{url}/rss")
    for name, text in {**FILES, "monitor.yaml": SETTINGS, "feeds.yaml": feeds}.items():
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    server.answers["/rss"] = Answer(body=FEED.encode(), headers={"Content-Type": "text/xml"}, last_modified=NOON)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_dry_run_tells_all_and_stores_nothing(monitor: Run, tmp_path: Path, site: LoopbackServer) -> None:
    said = monitor("poll", "gazette-en", "--dry-run", at=tmp_path)
    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0] == f"asked     http://***@127.0.0.1:{site.server_port}/rss"
    assert lines[2] == "          for the whole feed, whatever changed"
    assert lines[3].startswith("came      200, ")
    assert " bytes; " in lines[3]
    assert "          content-type: text/xml" in lines
    assert "feed      The Gazette: RSS, language unknown, to be kept 30 min" in lines
    assert "entries   3 offered = 2 new, 0 known, 0 repeated, 1 skipped" in lines
    assert "skipped   entry 2: empty" in lines
    at = lines.index("new       2025-11-10 10:00  Tunnel in Rafah")
    assert lines[at + 1 : at + 4] == [
        f"          http://127.0.0.1:{site.server_port}/1",
        "          matches rafah-tunnels (score 6)",
        "new       no date  ⁨نفق⁩",
    ]
    assert lines[-2].endswith(", if this counted")
    assert lines[-1] == "Nothing was stored."
    assert "hunter2" not in said.out + said.err
    assert not (tmp_path / "data").exists()


def test_a_title_alone_is_isolated(monitor: Run, tmp_path: Path, site: LoopbackServer) -> None:
    channel = "<title>صحيفة الخليج</title><language>ar</language>"
    site.answers["/rss"] = Answer(body=rss(item(DATED, title="نفق\u202e في 2025", link="/1"), channel=channel).encode())
    lines = monitor("poll", "gazette-en", "--dry-run", at=tmp_path).out.splitlines()
    assert "feed      ⁨صحيفة الخليج⁩: RSS, ar" in lines
    assert "new       2025-11-10 10:00  ⁨نفق في 2025⁩" in lines


def test_a_verbose_poll_counts(monitor: Run, tmp_path: Path, site: LoopbackServer) -> None:
    said = monitor("poll", "gazette-en", "-v", at=tmp_path)
    assert said.code == 0
    assert "entries   3 offered = 2 new, 0 known, 0 repeated, 1 skipped" in said.out
    assert "matches   1 new" in said.out
    assert "Nothing was stored." not in said.out
    assert [request.path for request in site.requests].count("/rss") == 1
    again = monitor("poll", "gazette-en", "-v", at=tmp_path).out
    assert "If-None-Match: W/" in again
    assert "came      304, 0 bytes; " in again
    assert "feed      unchanged, says the server" in again
    changed = rss(
        FIRST.replace("</item>", "<description>New words</description></item>") + "<item><title>Bare</title></item>"
    )
    site.answers["/rss"] = Answer(body=changed[:-16].encode())
    later = monitor("poll", "gazette-en", "--dry-run", at=tmp_path).out
    assert "adds to   2025-11-10 10:00  Tunnel in Rafah" in later
    assert "new       no date  Bare\nnext" in later
    assert "damaged   the document is cut off before its end" in later


def test_the_same_bytes_and_failures_are_told(monitor: Run, tmp_path: Path, site: LoopbackServer) -> None:
    site.answers["/rss"] = Answer(body=FEED.encode())
    assert monitor("poll", "gazette-en", at=tmp_path).code == 0
    assert "the same bytes as at the last poll" in monitor("poll", "gazette-en", "--dry-run", at=tmp_path).out
    site.answers["/rss"] = Answer(status=301, headers={"Location": "/gone"})
    said = monitor("poll", "gazette-en", "--dry-run", at=tmp_path)
    assert said.code == 1
    assert f"          redirected to http://127.0.0.1:{site.server_port}/gone for good" in said.out
    assert "failed    404: the feed is not there any more; look for its new address (" in said.out


def test_beside_a_daemon_the_feed_is_shown_and_not_stored(monitor: Run, tmp_path: Path, site: LoopbackServer) -> None:
    assert monitor("poll", "gazette-en", at=tmp_path).code == 0
    with daemon_lock(str(tmp_path / "data" / "monitor.db")):
        said = monitor("poll", "gazette-en", "-v", at=tmp_path)
    assert said.code == 0
    assert "polls gazette-en now" in said.out
    assert "Nothing was stored." in said.out


def test_what_is_told_needs_a_feed(monitor: Run, tmp_path: Path, site: LoopbackServer) -> None:
    assert "name the one feed" in monitor("poll", "-v", at=tmp_path).err
    assert monitor("poll", "--dry-run", at=tmp_path).code == 2


def test_no_answer_and_a_host_at_rest_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    request = Request(
        url="https://new.example/rss", accept="*/*", max_bytes=1, validators=Validators(last_modified="x")
    )
    observed = Observed(
        feed=a_feed(),
        state=FeedState(feed_id=FeedId("gazette-en"), next_poll_at=NOON),
        request=request,
        fetched=None,
        outcome=Postponed(wait=timedelta(seconds=90)),
        news=News(),
        elapsed=timedelta(seconds=1.5),
        next_poll_at=NOON,
    )
    print_observed(observed, NOON.tzinfo, stored=True)  # type: ignore[arg-type]
    assert capsys.readouterr().out.splitlines() == [
        "asked     https://new.example/rss",
        "          for https://gazette.example/gazette-en.xml has moved there",
        "          Accept: */*",
        "          If-Modified-Since: x",
        "came      no answer, 1.50 s in all",
        "postponed its host is not asked for 90 s more",
        "next      2025-11-10 12:00",
    ]
