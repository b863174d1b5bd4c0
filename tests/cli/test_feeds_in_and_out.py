"""`monitor feeds add`, `discover`, `import`, `export`: what a person sees, and what becomes of feeds.yaml."""

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from monitor.cli.feeds_add import _say_whose_hosts
from monitor.config.load import load_config
from monitor.config.propose import Candidate, Wishes, propose
from monitor.demo.server import Answer, LoopbackServer
from tests.cli.conftest import Run
from tests.config.valid import FILES
from tests.feeds.documents import item, rss
from tests.feeds.test_opml import opml

SETTINGS = "fetch:\n  allow_addresses: [127.0.0.0/8]\n  delay: 0s\nworkers:\n  count: 1\n"
FEED = rss(
    item("<pubDate>Mon, 10 Nov 2025 10:00:00 GMT</pubDate>", title="نفق في رفح", link="/1"),
    channel="<title>صحيفة\u202e الخليج</title><language>ar</language>",
)


@pytest.fixture
def at(tmp_path: Path) -> Path:
    """A folder with a small configuration that may fetch from this machine."""
    for name, text in {**FILES, "monitor.yaml": SETTINGS}.items():
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def site() -> Iterator[tuple[str, LoopbackServer]]:
    """A site whose front page declares a feed, and its address."""
    server = LoopbackServer(0)
    page = "<!DOCTYPE html><html><head><link rel='alternate' type='application/rss+xml' href='/rss'></head></html>"
    server.answers = {"/": Answer(body=page.encode()), "/rss": Answer(body=FEED.encode())}
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", server
    server.shutdown()
    thread.join()
    server.server_close()


def feeds_of(at: Path) -> str:
    return (at / "config" / "feeds.yaml").read_text(encoding="utf-8")


def test_a_sites_feeds_are_listed_with_their_first_entries(
    monitor: Run, at: Path, site: tuple[str, LoopbackServer]
) -> None:
    url, _ = site
    said = monitor("feeds", "discover", url, at=at)
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        f"{url}/rss\n  ⁨صحيفة الخليج⁩: RSS, 1 entry, the newest of 2025-11-10 10:00, ar (declared)\n"
        "    2025-11-10 10:00  ⁨نفق في رفح⁩\n"
    )
    record = json.loads(monitor("feeds", "discover", url, "--format", "json", at=at).out)
    (feed,) = record["feeds"]
    assert (feed["url"], feed["format"], feed["entries"], feed["configured"]) == (f"{url}/rss", "RSS", 1, None)
    assert feed["newest_at"] == "2025-11-10T10:00:00+00:00"
    assert [entry["title"] for entry in feed["preview"]] == ["نفق في رفح"]
    assert [one["url"] for one in record["tried"]] == [url]


def test_a_site_without_a_feed_says_what_was_tried(monitor: Run, at: Path, site: tuple[str, LoopbackServer]) -> None:
    url, server = site
    del server.answers["/rss"]
    said = monitor("feeds", "discover", url, at=at)
    assert said.code == 1
    assert f"No feed was found. Tried:\n  {url}: this is an HTML page" in said.err
    assert f"{url}/rss: 404: " in said.err
    said = monitor("feeds", "add", url, "--write", at=at)
    assert (said.code, feeds_of(at)) == (1, FILES["feeds.yaml"])
    assert monitor("feeds", "add", url, "--format", "json", at=at).code == 1


def test_odd_feeds_are_shown_as_they_are(monitor: Run, at: Path, site: tuple[str, LoopbackServer]) -> None:
    url, server = site
    links = "".join(f"<a href='/rss/{number}'>" for number in range(30))
    declared = "".join(f"<link rel=feed href=/{name}>" for name in ("empty", "rss", "again", "comments", "bare"))
    server.answers["/"] = Answer(body=f"<html>{declared}{links}".encode())
    server.answers["/again"] = server.answers["/rss"]
    server.answers["/empty"] = Answer(body=b'<feed xmlns="http://www.w3.org/2005/Atom"/>')
    server.answers["/comments"] = Answer(body=rss(item(title="") + item(link="/2")).encode()[:-20])
    server.answers["/bare"] = Answer(body=rss(item(title="", link="/3"), channel="").encode())
    said = monitor("feeds", "discover", url, at=at)
    assert "(no title): Atom, 0 entries, language unknown (declared)" in said.out
    assert f"(the same articles as {url}/rss)" in said.out
    assert "(readers' comments, it seems)" in said.out
    assert "(the document is cut off before its end)" in said.out
    assert "    no date  (no title)" in said.out
    assert "more links look like feeds and were not asked" in said.out


def test_a_feed_is_shown_with_the_lines_to_paste(monitor: Run, at: Path, site: tuple[str, LoopbackServer]) -> None:
    url, _ = site
    said = monitor("feeds", "add", url, "--outlet", "khaleej", "--country", "AE", at=at)
    assert said.code == 0
    assert said.out.endswith(
        f"""
For feeds.yaml (or again with --write):

outlets:
  khaleej:
    name: صحيفة الخليج  # check
    country: AE
    language: ar
    affiliation: independent  # check: who does it answer to?
    domains: ['127.0.0.1']
    feeds:
      khaleej:
        url: {url}/rss
Check name, affiliation of the outlet khaleej.
"""
    )
    assert feeds_of(at) == FILES["feeds.yaml"]


def test_a_feed_is_written_once(monitor: Run, at: Path, site: tuple[str, LoopbackServer]) -> None:
    url, _ = site
    said = monitor("feeds", "add", f"{url}/rss", "--outlet", "gazette", "--id", "gulf", "--write", at=at)
    assert said.code == 0
    assert f"Written to {at.resolve()}/config/feeds.yaml: gulf, of gazette." in said.out
    head, _, tail = FILES["feeds.yaml"].partition("  norsk:\n")
    assert feeds_of(at) == f"{head}      gulf:\n        url: {url}/rss\n        language: ar\n  norsk:\n{tail}"
    said = monitor("feeds", "add", f"{url}/rss", "--write", at=at)
    assert said.code == 0
    assert f"{url}/rss is configured already, as gulf: nothing to add." in said.out
    assert "(configured already, as gulf)" in said.out
    record = json.loads(monitor("feeds", "add", url, "--format", "json", at=at).out)
    assert (record["proposed"], record["yaml"], record["written_to"]) == ([], None, None)
    assert record["feeds"][0]["configured"] == "gulf"


def test_a_new_outlet_is_written_with_what_is_to_be_checked(
    monitor: Run, at: Path, site: tuple[str, LoopbackServer]
) -> None:
    url, _ = site
    arguments = ("--outlet", "khaleej", "--name", "Al Khaleej", "--affiliation", "state", "--write", "--format", "json")
    record = json.loads(monitor("feeds", "add", url, *arguments, at=at).out)
    assert record["written_to"] == f"{at.resolve()}/config/feeds.yaml"
    assert record["proposed"] == [
        {
            "feed": "khaleej",
            "url": f"{url}/rss",
            "language": None,
            "tags": [],
            "outlet": "khaleej",
            "new_outlet": True,
            "check": ["country"],
        }
    ]
    assert "    affiliation: state\n" in feeds_of(at)
    assert monitor("check", str(at / "config")).code == 0


def test_a_new_outlet_at_anothers_host_is_written_without_a_domain(
    monitor: Run, at: Path, site: tuple[str, LoopbackServer]
) -> None:
    url, server = site
    assert monitor("feeds", "add", f"{url}/rss", "--outlet", "khaleej", "--write", at=at).code == 0
    server.answers["/two"] = Answer(body=rss(item(link="/2")).encode())
    said = monitor("feeds", "add", f"{url}/two", "--outlet", "other", "--write", at=at)
    assert (said.code, said.err) == (0, "")
    assert "127.0.0.1 is of the outlet khaleej: no domain was set; --outlet khaleej adds the feed to it." in said.out
    assert feeds_of(at).count("127.0.0.1'") == 1
    assert monitor("check", str(at / "config")).code == 0


def test_of_a_host_that_is_nobodys_nothing_is_said(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loaded = load_config(at / "config", {}, secrets=False)
    proposal = propose([Candidate(url="https://medium.com/feed/x")], loaded.outlets, loaded.feeds, Wishes())
    _say_whose_hosts(proposal, loaded)
    assert proposal.additions
    assert capsys.readouterr().out == ""


def test_an_address_without_its_secret_is_refused(monitor: Run, at: Path) -> None:
    for address in ("https://gazette.example/rss?key=***", "https://***@gazette.example/rss"):
        said = monitor("feeds", "add", address, at=at)
        assert said.code == 2
        assert f"a secret was left out of {address}: write the address whole" in said.err


def test_of_several_feeds_one_must_be_named_to_be_written(
    monitor: Run, at: Path, site: tuple[str, LoopbackServer]
) -> None:
    url, server = site
    server.answers["/"] = Answer(body=b"<html><link rel=feed href='/two?a&amp;b'><link rel=feed href=/rss>")
    server.answers["/two"] = Answer(body=rss(item(link="/2")).encode())
    said = monitor("feeds", "add", url, "--write", at=at)
    assert said.code == 2
    assert f"2 feeds were found; name the one to write:\n  {url}/two?a&b\n  {url}/rss\n" in said.err
    shown = monitor("feeds", "add", url, at=at)
    assert "  127-0-0:\n" in shown.out
    assert f"\nFor feeds.yaml (to write one: `monitor feeds add '{url}/two?a&b' --write`):\n" in shown.out


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [(410, "", "410: "), (200, "<!DOCTYPE html><html><head>{}</head></html>", "this is an HTML page, not a feed")],
)
def test_another_feed_than_the_named_one_is_never_written_silently(
    monitor: Run, at: Path, site: tuple[str, LoopbackServer], status: int, body: str, reason: str
) -> None:
    url, server = site
    page = body.format("<link rel='alternate' type='application/rss+xml' href='/rss'>")
    server.answers["/old"] = Answer(status=status, body=page.encode())
    for command in ("discover", "add"):
        said = monitor("feeds", command, f"{url}/old", at=at)
        assert said.code == 0
        assert said.err.startswith(f"{url}/old: {reason}")
        assert said.err.endswith("\nFound instead:\n")
        assert said.out.startswith(f"{url}/rss\n")
    assert f"(to write one: `monitor feeds add {url}/rss --write`)" in said.out
    said = monitor("feeds", "add", f"{url}/old", "--write", at=at)
    assert said.code == 2
    assert f"{url}/old: {reason}" in said.err
    assert f"; 1 feed was found; name the one to write:\n  {url}/rss\n" in said.err
    assert feeds_of(at) == FILES["feeds.yaml"]


def test_a_document_without_a_feed_anywhere_is_no_other_feed(
    monitor: Run, at: Path, site: tuple[str, LoopbackServer]
) -> None:
    url, server = site
    server.answers.clear()
    said = monitor("feeds", "add", f"{url}/old", "--write", at=at)
    assert said.code == 1
    assert said.err.startswith(f"No feed was found. Tried:\n  {url}/old: 404: ")


def test_secrets_in_an_address_are_not_shown(monitor: Run, at: Path, site: tuple[str, LoopbackServer]) -> None:
    url, _ = site
    secret = url.replace("//", "//desk:hunter2@") + "/rss?token=hunter2"
    said = monitor("feeds", "add", secret, at=at)
    assert said.code == 0
    assert "hunter2" not in said.out + said.err
    assert "url: http://***@" in said.out
    assert monitor("feeds", "add", secret, "--write", "--id", "mine", at=at).code == 0
    assert "desk:hunter2@" in feeds_of(at)
    exported = monitor("feeds", "export", at=at)
    assert "hunter2" not in exported.out
    assert "mine: a secret in its address was left out" in exported.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--country", "uk"), '--country: expected a country code such as EG or PS, or INT, got "uk"'),
        (
            ("--language", "arabic"),
            '--language: expected a language code such as ar, he or pt-BR, got "arabic" (did you',
        ),
        (("--id", "Not An Id"), "--id: expected"),
        (("--outlet", "Ä"), "--outlet: expected"),
        (("--id", "norsk"), 'there is a feed "norsk" already: name another id'),
        (("--outlet", "norsk", "--name", "X"), "the outlet norsk is configured already: edit it in feeds.yaml"),
        (("--affiliation", "x"), "Invalid value for '--affiliation'"),
    ],
)
def test_wishes_that_cannot_be_met_are_one_line(
    monitor: Run, at: Path, arguments: tuple[str, ...], message: str
) -> None:
    said = monitor("feeds", "add", "gazette.example", *arguments, at=at)
    assert said.code == 2
    assert message in said.err


def test_an_address_that_answers_nothing_is_one_line(monitor: Run, at: Path) -> None:
    assert monitor("feeds", "add", "http://127.0.0.1:9/", at=at).code == 1


@pytest.mark.parametrize("command", ["add", "discover"])
@pytest.mark.parametrize("given", ["", " ", "not a url", "ftp://gazette.example/rss", "mailto:x@y.z"])
def test_what_is_no_address_is_a_wrong_argument(monitor: Run, at: Path, command: str, given: str) -> None:
    said = monitor("feeds", command, given, at=at)
    assert (said.code, said.out) == (2, "")
    assert f'"{given}" is no http(s) address; write a host or a URL' in said.err


def test_options_of_the_listing_belong_to_the_listing(monitor: Run, at: Path) -> None:
    said = monitor("feeds", "--failing", "export", at=at)
    assert said.code == 2
    assert "options go behind the command: monitor feeds export" in said.err


LIST = """<outline text="News"><outline text="gulf" title="Al Khaleej" type="rss" xmlUrl="https://khaleej.example/rss"
 language="ar" category="daily"/>
<outline text="Gazette" xmlUrl="http://gazette.example/rss.xml"/><outline text="Fr" xmlUrl="https://gazette.example/fr"/>
<outline text="Again" xmlUrl="https://khaleej.example/rss"/><outline type="rss" text="رفح"/></outline>
"""


def test_a_list_is_shown_with_the_lines_to_paste_and_its_balance(monitor: Run, at: Path) -> None:
    file = at / "mine.opml"
    file.write_bytes(opml(LIST))
    said = monitor("feeds", "import", str(file), at=at)
    assert said.code == 0
    assert "  khaleej:\n    name: Al Khaleej  # check\n" in said.out
    assert "      gulf:\n        url: https://khaleej.example/rss\n        tags: [News, daily]\n" in said.out
    assert (
        "  gazette:  # is there already\n    feeds:\n      gazette:\n        url: https://gazette.example/fr\n"
        in said.out
    )
    assert "configured already, as gazette-en: http://gazette.example/rss.xml" in said.err
    assert "listed twice: https://khaleej.example/rss" in said.err
    assert 'line 6: "⁨رفح⁩" has no address (xmlUrl)' in said.err
    assert (
        "5 feeds listed = 2 new, of 1 new outlets, 1 configured already, 1 listed twice, 1 without a whole address"
        in said.err
    )
    assert feeds_of(at) == FILES["feeds.yaml"]


def test_a_list_is_written(monitor: Run, at: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(opml(LIST))))
    said = monitor("feeds", "import", "-", "--write", "--country", "AE", at=at)
    assert f"Written to {at.resolve()}/config/feeds.yaml." in said.out
    assert "Check name, affiliation of the outlet khaleej." in said.out
    assert monitor("check", str(at / "config")).code == 0
    assert "    country: AE\n    language: ar\n" in feeds_of(at)


def test_a_list_is_told_to_a_program(monitor: Run, at: Path) -> None:
    file = at / "mine.opml"
    file.write_bytes(opml(LIST))
    record = json.loads(monitor("feeds", "import", str(file), "--format", "json", at=at).out)
    assert record["listed"] == 5
    assert [one["feed"] for one in record["proposed"]] == ["gulf", "gazette"]
    assert record["configured"] == [{"url": "http://gazette.example/rss.xml", "feed": "gazette-en"}]
    assert (record["repeated"], record["written_to"]) == (["https://khaleej.example/rss"], None)
    assert record["refused"] == [{"line": 6, "reason": '"رفح" has no address (xmlUrl)'}]
    file.write_bytes(opml(""))
    assert json.loads(monitor("feeds", "import", str(file), "--format", "json", at=at).out)["yaml"] is None
    assert monitor("feeds", "import", str(file), "--write", at=at).out == ""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (opml("<outline text=x>"), "mine.opml:3:15: not well-formed (invalid token) (inside a value write &quot;"),
        (b"<html>", 'mine.opml:1:1: not OPML: it begins with "<html>"'),
        (b"<opml>" + b" " * 5_000_001, "mine.opml is larger than 5,000,000 bytes: raise fetch.feed_size"),
    ],
)
def test_a_file_that_is_no_list_says_where(monitor: Run, at: Path, body: bytes, message: str) -> None:
    file = at / "mine.opml"
    file.write_bytes(body)
    said = monitor("feeds", "import", str(file), at=at)
    assert said.code == 2
    assert message in said.err


def test_what_is_exported_is_imported_again(monitor: Run, at: Path) -> None:
    file = at / "out.opml"
    said = monitor("feeds", "export", "--opml", str(file), at=at)
    assert (said.code, said.out) == (0, f"3 feeds written to {file}.\n")
    again = monitor("feeds", "import", str(file), at=at)
    assert "3 feeds listed = 0 new, of 0 new outlets, 3 configured already" in again.err
    other = at / "other"
    shutil.copytree(at / "config", other / "config")
    house = (
        "outlets:\n  x:\n    name: X\n    country: EG\n    language: en\n    affiliation: state\n    feeds:\n      x:\n"
    )
    (other / "config" / "feeds.yaml").write_text(f"{house}        url: https://x.example/\n", encoding="utf-8")
    assert monitor("feeds", "import", str(file), "--write", at=other).code == 0
    records = [json.loads(monitor("feeds", "--format", "json", at=folder).out) for folder in (at, other)]
    kept = [
        {record["id"]: (record["url"], record["outlet"], record["language"], record["tags"]) for record in found}
        for found in records
    ]
    del kept[1]["x"]
    assert kept[0] == kept[1]


def test_an_export_overwrites_nothing(monitor: Run, at: Path) -> None:
    (at / "out.opml").write_text("mine", encoding="utf-8")
    said = monitor("feeds", "export", str(at / "out.opml"), at=at)
    assert said.code == 2
    assert "exists already: name another file" in said.err
    assert (
        "cannot be written (No such file or directory)" in monitor("feeds", "export", str(at / "no" / "x"), at=at).err
    )
