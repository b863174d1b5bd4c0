"""The benches run, on a little material of our own, and say what they are to say: so that they do not rot."""

import gzip
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import beside_lucene, schedule
from bench.generated import GeneratedSite, page
from bench.made_rules import Share, made_rules
from bench.site import Event, Logged
from monitor.model import Document
from monitor.rules.compile import compile_rules

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the benches read /proc")


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def _feed(*titles: str) -> bytes:
    items = "".join(f"<item><title>{title}</title><link>/news/{title}</link></item>" for title in titles)
    return f'<rss version="2.0"><channel><title>Feed</title>{items}</channel></rss>'.encode()


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.html").write_text(page(number, 120), encoding="utf-8")
    (folder / "3.html.gz").write_bytes(gzip.compress(page(3, 120).encode()))
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    states = folder / "changing.xml"
    states.mkdir(parents=True)
    (states / "2025-11-10T1200.xml").write_bytes(_feed("one", "two"))
    (states / "2025-11-10T1300.xml.gz").write_bytes(gzip.compress(_feed("two", "three")))
    (folder / "still.xml.gz").write_bytes(gzip.compress(_feed("four", "four") + b"<!-- end -->"))
    (folder / "page.xml").write_bytes(b"<html><title>Nothing here</title></html>")
    (folder / "odd.xml").write_bytes(
        b"<!--\nHeader:   Content-type: text/xml; charset=windows-1252\n-->\n"
        + _feed("cafe").replace(b"<title>cafe", b"<title>caf\xe9")
    )
    return folder


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Articles whose words are numbers: each stands in some of them."""
    folder = tmp_path / "corpora"
    (folder / "texts").mkdir(parents=True)
    articles = [
        [language, " ".join(f"{language}word{number * step % 97}" for step in range(1, 40))]
        for number in range(1, 13)
        for language in ("en", "fr")
    ]
    (folder / "texts/five-languages-600-words.json").write_text(json.dumps(articles), encoding="utf-8")
    return folder


def test_a_replay_accounts_for_everything_that_was_offered(corpus: Path, pages: Path) -> None:
    done = _run("bench/replay.py", corpus, "--pages", pages)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "refused    corpus/page.xml: this is an HTML page, not a feed" in done.stdout
    assert "feeds      4 in 5 files, polled 9 times, 1 feeds refused" in done.stdout
    assert "entries    12 offered = 5 new + 5 known + 2 repeated + 0 skipped" in done.stdout
    assert "second     5 offered by the second poll of each feed, 0 new" in done.stdout
    assert "articles   5, 5 pages asked for\ntexts      5 page" in done.stdout
    assert "balance    everything that was offered is accounted for" in done.stdout


def test_reading_is_measured_beside_bare_trafilatura(pages: Path) -> None:
    done = _run("bench/pipeline.py", pages, "--rounds", "1", "--alone")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^read +4 pages, \d+ a second; a text in 4$", done.stdout, re.M)
    assert re.search(r"^fetch, extract, match, store / bare +\d+\.\d\d ", done.stdout, re.M)
    parts = re.findall(r"^    (\w.*\w) +-?\d+\.\d\d +-?\d+\.\d\d$", done.stdout, re.M)
    assert {"dates, authors", "match", "stories", "evidence"} < set(parts)
    assert re.search(
        r"^2 workers +\d+\.\d\d × the articles a second of one, \d+ .* at best \d\.\d\d × on", done.stdout, re.M
    )
    assert re.search(r"^cores busy +\d+\.\d\d, with one worker \d+\.\d\d$", done.stdout, re.M)


@pytest.mark.skipif(not os.access("/sys/fs/cgroup/cpu", os.W_OK), reason="wants root, and cgroup v1's controller cpu")
def test_reading_is_measured_as_on_a_machine_of_more_cores(pages: Path) -> None:
    before = {*Path("/sys/fs/cgroup/cpu").iterdir()}
    done = _run("bench/pipeline.py", pages, "--rounds", "1", "--alone", "--cores", "4")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^2 workers .* at best \d\.\d\d × on 4 cores$", done.stdout, re.M)
    assert {*Path("/sys/fs/cgroup/cpu").iterdir()} <= before


def test_joining_stories_is_measured_as_the_store_grows() -> None:
    done = _run("bench/stories.py", "--stored", "30,100", "--articles", "10", "--sqlite")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SQLite, 100 stored" in done.stdout
    assert re.search(r"^ +\d+ \(goal 2000, × \d+\.\d\d from 30\) = own \d+ \+ server 0$", done.stdout, re.M)
    assert re.search(r"bytes an article: members [\d,]+, shingles [\d,]+", done.stdout)


def test_what_questions_cost_is_measured() -> None:
    done = _run("bench/query.py", "--stored", "1000,2000", "--rounds", "3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SQLite, 2,000 articles, 200 matches" in done.stdout
    assert re.search(r"^newest +\d+\.\d +\d+\.\d +[1-9]\d*   \(goal 5\)   × \d+\.\d$", done.stdout, re.M)
    servers = re.search(r"^newest +\d+\.\d +\d+\.\d +[1-9]\d*  +\d+\.\d +\d+\.\d   \(goal 5\)", done.stdout, re.M)
    assert bool(servers) == ("PostgreSQL, 2,000" in done.stdout)


def test_the_start_of_commands_is_measured() -> None:
    done = _run("bench/startup.py", "--repeats", "1", "--articles", "60", "--matches", "50")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^monitor matches, terminal +\d+ +\d+\.\d +350$", done.stdout, re.MULTILINE)


def test_the_memory_of_the_daemon_is_measured() -> None:
    done = _run("bench/memory.py", "--articles", "20", "--words", "60")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^ +20 +\d+ +\d+ +\d+$", done.stdout, re.MULTILINE)


def test_polling_is_measured_beside_other_readers() -> None:
    done = _run("bench/fetch.py", "--feeds", "8", "--hosts", "4", "--words", "20", "--rounds", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "reader     left out: --reader VENV says where to install it" in done.stdout
    assert "8 feeds of 20 entries on 4 hosts" in done.stdout
    costs = re.findall(r"^(\w+) +(?:\d+\.\d\d +){7}$", done.stdout.replace("\n", " \n"), re.M)
    assert costs == ["first", "304", "changed", "changed8", "same"]
    assert ("beside newsboat" in done.stdout) != ("newsboat   left out" in done.stdout)


def test_polling_by_the_clock_is_measured() -> None:
    # Idle, it takes both the stage alone and the whole daemon.
    made = ("--feeds", "1000", "--idle", "--minutes", "0.12", "--hosts", "8", "--start", "3", "--wait", "0")
    done = _run("bench/schedule.py", *made)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 feeds were not asked for" in done.stdout
    assert re.search(r"^core +\d+\.\d % of one", done.stdout, re.M)
    assert re.search(r"^hosts +1 connections, 1 requests at a time \(limit 2\)", done.stdout, re.M)


def test_how_soon_people_are_told_is_measured() -> None:
    done = _run("bench/alerts.py", "--seconds", "1", "--rate", "20", "--waiting", "200")
    assert done.returncode == 0, done.stderr
    assert "20 arrived, each once: True" in done.stdout
    assert re.search(r"^200 messages wait: [+-]\d+ MB", done.stdout, re.MULTILINE)


def test_a_look_at_what_is_due_is_measured() -> None:
    done = _run("bench/look.py", "--feeds", "100", "--sqlite")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SQLite: 100 feeds put into the schedule" in done.stdout
    assert re.search(r"^ +64 due: +\d+\.\d ms", done.stdout, re.M)
    assert "SEARCH feeds USING INDEX ix_feeds_active_next_poll_at" in done.stdout


def test_what_a_site_saw_tells_how_late_and_how_pressed_it_was() -> None:
    def seen(moment: float, event: Event, target: str = "", connection: int = 0) -> Logged:
        return Logged(moment=moment, event=event, host="127.0.0.1", connection=connection, status=0, target=target)

    logged = [
        seen(10.0, Event.OPENED),
        seen(10.0, Event.ASKED, "/feed/1"),
        seen(10.4, Event.OPENED, connection=1),
        seen(10.5, Event.ASKED, "/feed/2"),
        seen(10.6, Event.ANSWERED, "/feed/1"),
        seen(10.6, Event.CLOSED),
        seen(13.0, Event.ASKED, "/feed/1"),
    ]
    found = schedule.hosts(logged)
    assert (found.connections, found.in_flight, found.closest, found.hasty) == (2, 2, 0.5, 1)
    due = {number: datetime.fromtimestamp(9.0, UTC) for number in ("1", "2", "3")}
    assert schedule.lateness(logged, due) == [1.0, 1.5]


def test_matching_is_measured_beside_regular_expressions(texts: Path, tmp_path: Path) -> None:
    done = _run("bench/rules.py", texts, "--rules", "10,20", "--rounds", "1", "--jars", tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"Lucene is left out: {beside_lucene.missing(tmp_path)}" in done.stdout
    lines = re.findall(
        r"^ +(\d+) (few|many) +[\d.]+ +[\d.]+ +\d+ +\d+ +\d+ +\d+ +\d+ +[\d–]+ │ +\d+ +\d+ │ not there$",
        done.stdout,
        re.M,
    )
    assert lines == [("10", "few"), ("10", "many"), ("20", "few"), ("20", "many")]
    assert re.search(r"^growth of the time to say which, from 10 rules: × \d+\.\d to 20$", done.stdout, re.M)


def test_stored_articles_are_matched_again(texts: Path) -> None:
    done = _run("bench/rematch.py", texts, "--articles", "40", "--rules", "10", "--share", "many")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^40 articles of 600 words, \d+ of them real, 10 rules$", done.stdout, re.M)
    assert re.search(r"^SQLite  ( +[\d,]+ \( +[\d,]+\)){4} +\d+$", done.stdout, re.M)
    assert re.search(r"^  one watchlist: .+ where the index tells which may match, .+, \d+ matches$", done.stdout, re.M)


@pytest.mark.skipif(bool(beside_lucene.missing(beside_lucene.JARS)), reason="needs liblucene8-java and a JDK")
def test_lucene_finds_what_the_rules_find_in_texts_without_morphology(texts: Path) -> None:
    made = json.loads((texts / "texts/five-languages-600-words.json").read_text(encoding="utf-8"))
    documents = [Document(title=text[:80], text=text, language=language) for language, text in made]
    rules = made_rules(200, documents, Share.MANY)
    # Lucene's NEAR takes one place for both sides.
    rules.watchlists[:] = [one for one in rules.watchlists if "NEAR" not in one.query]
    matcher, problems = compile_rules(rules.watchlists, rules.lists)
    assert problems == ()
    with beside_lucene.lucene(rules, documents, beside_lucene.JARS) as lucene:
        seconds, matches = lucene.one_pass()
    assert seconds > 0
    assert matches == sum(len(matcher.match(document)) for document in documents) > 0


def test_the_generated_site_is_always_the_same() -> None:
    site = GeneratedSite(articles=150)
    assert site.feeds == ("/feed/0.xml", "/feed/1.xml")
    feed = site.answer("127.0.0.1:80", "/feed/1.xml")
    assert feed.body.count(b"<item>") == 50
    assert b"http://127.0.0.1:80/article/149" in feed.body
    assert site.answer("a", "/robots.txt").status == 404
    assert site.answer("a", "/article/7") == site.answer("b", "/article/7")
