"""`monitor articles url`: what becomes of an address, and which article it leads to."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from monitor.model import article_key
from tests.cli.conftest import Run


@pytest.fixture
def stored(monitor: Run, demo: Path) -> dict[str, str]:
    """An article that the demo stored, with a page of its own."""
    lines = monitor("articles", "--limit", "99", "--text-source", "page", "--format", "jsonl", at=demo).out.splitlines()
    return next(record for record in map(json.loads, lines) if record["id"] == article_key(record["url"]))


def test_each_step_is_told_with_its_rule(monitor: Run, demo: Path) -> None:
    said = monitor("articles", "url", "HTTPS://m.Gazette.example/a/../news/1?utm_source=rss#top", at=demo)
    assert said.out.splitlines() == [
        "given      HTTPS://m.Gazette.example/a/../news/1?utm_source=rss#top",
        "normalised https://m.gazette.example/news/1",
        "           · scheme in lower case: https",
        "           · host in its usual form: m.gazette.example",
        "           · segments . and .. followed",
        "           · parameters that track the reader left out: utm_source",
        "           · fragment left out: #top",
        "variant    mobile, by its form",
        "           · of https://www.gazette.example/news/1",
        "           · of https://gazette.example/news/1",
        f"article id {article_key('https://m.gazette.example/news/1')}",
        "           · of the article that a feed makes with this address",
        "stored     no article has this address",
    ]


def test_an_address_leads_to_its_article(monitor: Run, demo: Path, stored: dict[str, str]) -> None:
    said = monitor("articles", "url", f"{stored['url']}#part", at=demo)
    assert f"stored     {stored['id'][:8]} " in said.out
    assert f"· by this address; its page: {stored['url']}" in said.out


def test_a_variant_leads_to_the_article_it_is_one_of(monitor: Run, demo: Path, stored: dict[str, str]) -> None:
    given = f"{stored['url']}?outputType=amp" if not urlsplit(stored["url"]).query else f"{stored['url']}&amp=1"
    assert f"· by {stored['url']}; its page" in monitor("articles", "url", given, at=demo).out
    record = json.loads(monitor("articles", "url", given, "--format", "json", at=demo).out)
    assert (record["variant"], record["originals"], record["changes"]) == (["AMP"], [stored["url"]], [])
    assert [one["id"] for one in record["articles"]] == [stored["id"]]


def test_a_service_that_stands_before_the_article_is_seen_through(monitor: Run, demo: Path) -> None:
    said = monitor("articles", "url", "https://www.google.com/url?q=https://gazette.example/1", at=demo)
    assert "leads to   https://gazette.example/1\n" in said.out
    assert "normalised https://gazette.example/1\n           · nothing to change\n" in said.out


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("gazette.example/?lang=ar", "it is a front page"),
        ("https://gazette.example/login?next=/1", "looks like a login"),
    ],
)
def test_addresses_that_are_no_articles_are_named(monitor: Run, demo: Path, given: str, why: str) -> None:
    assert why in monitor("articles", "url", given, at=demo).out


def test_a_front_page_is_no_articles_address(monitor: Run, demo: Path) -> None:
    assert "article id" not in monitor("articles", "url", "https://gazette.example/", at=demo).out
    record = json.loads(monitor("articles", "url", "https://gazette.example/", "--format", "json", at=demo).out)
    assert (record["id"], record["articles"]) == (None, [])


@pytest.mark.parametrize("given", ["gazette.example/1", "https://gazette.example/1"])
def test_an_address_without_a_scheme_says_as_what_it_is_read(monitor: Run, demo: Path, given: str) -> None:
    said = monitor("articles", "url", given, at=demo).out
    assert ("read as    https://gazette.example/1\n" in said) is not given.startswith("https")


def test_secrets_are_not_shown(monitor: Run, demo: Path) -> None:
    assert "hunter2" not in monitor("articles", "url", "https://jane:hunter2@gazette.example/1", at=demo).out


def test_what_is_no_address_is_refused(monitor: Run, demo: Path) -> None:
    said = monitor("articles", "url", "mailto:jane@gazette.example", at=demo)
    assert (said.code, "this is no http(s) address" in said.err) == (2, True)


def test_options_go_behind_the_command(monitor: Run, demo: Path) -> None:
    said = monitor("articles", "--lang", "ar", "url", "gazette.example/1", at=demo)
    assert (said.code, "options go behind the command: monitor articles url" in said.err) == (2, True)
