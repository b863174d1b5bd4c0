"""The site as a server: where it listens, what it logs, conditional requests, compression, and tests' own answers."""

import gzip
import socket
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from monitor.demo.server import Answer, LoopbackServer, not_modified
from monitor.demo.site import DemoSite
from tests.builders import NOON

FEED = "/levant-wire/levant-wire-en.xml"
AN_ANSWER = Answer(body=b"news", last_modified=NOON)


def test_the_site_tells_what_is_true_of_its_articles(site: DemoSite) -> None:
    newest = site.articles[0]
    assert newest.title == "Forty Hamas gunmen walk out of Rafah tunnel with hands raised, army says"
    assert newest.url == f"{site.base_url}/harbour-courier/news/forty-gunmen-surrender"
    assert (newest.outlet, newest.language) == ("harbour-courier", "en")
    assert newest.published_at == NOON - timedelta(hours=1.5)
    assert [article.published_at for article in site.articles] == sorted(
        (article.published_at for article in site.articles), reverse=True
    )


def test_a_site_dates_its_articles_from_now_where_no_time_is_given() -> None:
    with DemoSite() as site:
        age = datetime.now(UTC) - site.articles[0].published_at
    assert timedelta(hours=1) < age < timedelta(hours=2)


def test_a_site_keeps_to_a_given_port_and_frees_it() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for _ in range(2):
        with DemoSite(now=NOON, port=port) as site:
            assert site.base_url == f"http://127.0.0.1:{port}"
            assert httpx.get(f"{site.base_url}/robots.txt", trust_env=False).status_code == 200


def test_a_taken_port_is_an_error(site: DemoSite) -> None:
    with pytest.raises(OSError, match="in use"):
        DemoSite(port=int(site.base_url.rpartition(":")[2]))


def test_robots_may_read_all_articles(browser: httpx.Client) -> None:
    assert "Disallow: /search" in browser.get("/robots.txt").text


def test_an_unknown_path_is_not_found(browser: httpx.Client) -> None:
    assert browser.get("/levant-wire/nothing").status_code == 404


def test_every_request_is_logged_with_its_answer(site: DemoSite, browser: httpx.Client) -> None:
    before = len(site.requests)
    browser.get("/nowhere?a=1", headers={"User-Agent": "a reader"})
    (request,) = site.requests[before:]
    assert (request.path, request.query, request.status) == ("/nowhere", "a=1", 404)
    assert request.headers["user-agent"] == "a reader"


def test_a_test_can_override_an_answer() -> None:
    with DemoSite(now=NOON) as site, httpx.Client(base_url=site.base_url, trust_env=False) as browser:
        site.respond(FEED, status=503, headers={"Retry-After": "60"}, body=b"later")
        response = browser.get(FEED)
        assert (response.status_code, response.headers["retry-after"], response.text) == (503, "60", "later")
        site.respond("/new")
        assert browser.get("/new").status_code == 200


@pytest.mark.parametrize("path", [FEED, "/levant-wire/news/rafale-order"])
def test_what_has_not_changed_is_not_sent_again(browser: httpx.Client, path: str) -> None:
    first = browser.get(path)
    for asked in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = browser.get(path, headers=asked)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert browser.get(path, headers={"If-None-Match": '"other"'}).content == first.content


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ({}, False),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": f'"other", {AN_ANSWER.etag}'}, True),
        ({"if-none-match": '"other"', "if-modified-since": "Mon, 10 Nov 2025 12:00:00 GMT"}, False),
        ({"if-modified-since": "Mon, 10 Nov 2025 12:00:00 GMT"}, True),
        ({"if-modified-since": "Mon, 10 Nov 2025 12:00:00 -0000"}, True),
        ({"if-modified-since": "Mon, 10 Nov 2025 11:59:59 GMT"}, False),
        ({"if-modified-since": "yesterday"}, False),
    ],
)
def test_validators_are_compared_as_the_standard_says(headers: dict[str, str], known: bool) -> None:
    assert not_modified(AN_ANSWER, headers) is known


def test_an_answer_without_a_date_is_always_sent() -> None:
    assert not not_modified(Answer(body=b"news"), {"if-none-match": "*"})


def test_bodies_are_compressed_only_where_it_is_asked_for(browser: httpx.Client) -> None:
    plain = browser.get(FEED)
    with browser.stream("GET", FEED, headers={"Accept-Encoding": "gzip"}) as zipped:
        raw = b"".join(zipped.iter_raw())
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert len(raw) < len(plain.content)
    assert gzip.decompress(raw) == plain.content


def test_a_small_body_is_not_worth_compressing(browser: httpx.Client) -> None:
    assert "content-encoding" not in browser.get("/robots.txt", headers={"Accept-Encoding": "gzip"}).headers


def test_head_sends_no_body(browser: httpx.Client) -> None:
    response = browser.head(FEED)
    assert response.content == b""
    assert int(response.headers["content-length"]) == len(browser.get(FEED).content)


def test_a_client_that_hangs_up_is_not_reported_but_a_bug_is(capsys: pytest.CaptureFixture[str]) -> None:
    server = LoopbackServer(0)
    for error in (BrokenPipeError(), KeyError("a bug")):
        try:
            raise error
        except (OSError, KeyError):
            server.handle_error(None, ("127.0.0.1", 1))
    server.server_close()
    reported = capsys.readouterr().err
    assert "a bug" in reported
    assert "BrokenPipe" not in reported
