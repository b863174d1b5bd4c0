"""Feeds from elsewhere → outlets and feeds with ids that are free."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.config.edit import Addition, NewOutlet, with_feeds
from monitor.config.feeds import read_feeds
from monitor.config.propose import Candidate, Proposal, Wishes, propose, slug
from monitor.config.settings import load_settings
from monitor.config.shipped import shipped_folder
from monitor.config.source import open_source
from monitor.feeds.opml import FeedList, read_opml
from monitor.model import Affiliation
from tests.builders import a_feed, an_outlet
from tests.config.valid import HOME
from tests.sizes import FACTOR

LISTS = Path(__file__).parents[3] / "shared" / "corpora" / "feeds" / "lists"

OUTLETS = (an_outlet(domains=("gazette.example",)),)
FEEDS = (a_feed("gazette"), a_feed("gazette-en", url="https://gazette.example/rss.xml"))


def proposed(*candidates: Candidate, **wishes: object) -> Proposal:
    return propose(candidates, OUTLETS, FEEDS, Wishes(**wishes))  # type: ignore[arg-type]


def new_outlet(url: str, title: str = "Tagblatt", **more: str) -> NewOutlet:
    (addition,) = proposed(Candidate(url=url, title=title, **more)).additions  # type: ignore[arg-type]
    assert isinstance(addition.outlet, NewOutlet)
    return addition.outlet


def feed_ids(*additions: Addition) -> list[str]:
    return [feed.id for addition in additions for feed in addition.feeds]


def test_a_new_outlet_at_anothers_host_takes_no_domain_from_it() -> None:
    (addition,) = proposed(Candidate(url="https://www.gazette.example/fr"), outlet_id="gazette-fr").additions
    assert isinstance(addition.outlet, NewOutlet)
    assert (addition.outlet.id, addition.outlet.domains) == ("gazette-fr", ())
    (addition,) = proposed(Candidate(url="https://fr.gazette.example/"), outlet_id="gazette-fr").additions
    assert isinstance(addition.outlet, NewOutlet)
    assert addition.outlet.domains == ("fr.gazette.example",)


def test_a_feed_of_a_configured_outlet_joins_it() -> None:
    (addition,) = proposed(
        Candidate(url="https://www.gazette.example/ar/rss", title="الجريدة", language="ar", tags=("daily",))
    ).additions
    (feed,) = addition.feeds
    assert (addition.outlet, addition.outlet_id) == ("gazette", "gazette")
    assert (feed.id, feed.language, feed.tags) == ("gazette-ar", "ar", ("daily",))


def test_the_site_tells_more_than_the_feeds_own_address() -> None:
    (addition,) = proposed(
        Candidate(url="https://cdn.example/x.xml", site="https://m.gazette.example/news/1")
    ).additions
    assert addition.outlet == "gazette"


def test_what_is_configured_or_listed_twice_is_told_and_not_added() -> None:
    found = proposed(
        Candidate(url="http://gazette.example/rss.xml?utm_source=x"),
        Candidate(url="https://new.example/rss"),
        Candidate(url="http://new.example/rss"),
    )
    assert found.known == (("http://gazette.example/rss.xml?utm_source=x", "gazette-en"),)
    assert found.repeated == ("http://new.example/rss",)
    assert [feed.url for addition in found.additions for feed in addition.feeds] == ["https://new.example/rss"]


def test_a_new_outlet_is_described_as_far_as_can_be_told() -> None:
    outlet = new_outlet("https://www.tagblatt.de/rss", language="de_CH")
    assert outlet == NewOutlet(
        id="tagblatt",
        name="Tagblatt",
        country="DE",
        language="de",
        affiliation=Affiliation.INDEPENDENT,
        domains=("tagblatt.de",),
        remarks={
            "name": "check",
            "country": "check: told from the address",
            "affiliation": "check: who does it answer to?",
        },
    )


def test_what_a_person_wishes_needs_no_check() -> None:
    (addition,) = proposed(
        Candidate(url="https://new.example/rss"),
        feed_id="mine",
        outlet_id="house",
        name="The House",
        country="EG",
        language="ar",
        affiliation=Affiliation.STATE,
    ).additions
    assert addition.outlet == NewOutlet(
        id="house",
        name="The House",
        country="EG",
        language="ar",
        affiliation=Affiliation.STATE,
        domains=("new.example",),
    )
    assert feed_ids(addition) == ["mine"]


def test_wished_outlets_take_all_feeds() -> None:
    urls = ("https://a.example/rss", "https://b.example/rss")
    (new,) = proposed(*(Candidate(url=url) for url in urls), outlet_id="house").additions
    assert (new.outlet_id, feed_ids(new)) == ("house", ["house", "house-en"])
    (existing,) = proposed(*(Candidate(url=url) for url in urls), outlet_id="gazette").additions
    assert existing.outlet == "gazette"


@pytest.mark.parametrize(
    ("url", "country", "outlet_id"),
    [
        ("https://www.news.co.uk/rss", "GB", "news"),
        ("https://arabic.paper.com.tr/rss", "TR", "arabic-paper"),
        ("https://paper.ly/rss", "INT", "paper"),
        ("https://paper.com/rss", "INT", "paper"),
        ("http://localhost:8000/rss", "INT", "localhost"),
        ("http://127.0.0.1:8000/rss", "INT", "127-0-0"),
        ("https://zürich.ch/rss", "CH", "zurich"),
        ("https://الجزيرة.example/rss", "INT", "xn-mgbeiu9eya0d"),
        ("https://xn--a.example/rss", "INT", "xn-a"),
    ],
)
def test_country_and_id_are_told_by_the_host(url: str, country: str, outlet_id: str) -> None:
    outlet = new_outlet(url)
    assert (outlet.country, outlet.id[:9]) == (country, outlet_id[:9])
    assert outlet.domains == (() if "localhost" in url else outlet.domains)


def test_a_language_that_nobody_tells_is_english_to_be_checked() -> None:
    outlet = new_outlet("https://new.example/rss", "Tagblatt")
    assert (outlet.language, outlet.remarks["language"]) == ("en", "check: it could not be told")
    assert new_outlet("https://new.example/rss", "ידיעות").language == "he"
    assert new_outlet("https://new.example/rss", "x", language="xx-XX").language == "en"
    assert new_outlet("https://new.example/rss", "x", language="qq").language == "en"


def test_feeds_of_one_host_are_one_outlets_and_get_names_of_their_own() -> None:
    (addition,) = proposed(
        *(
            Candidate(url=f"https://new.example/{path}", title=path)
            for path in ("rss", "rss/world.xml", "rss/world.rss")
        ),
        Candidate(url="https://new.example/gaza/feed/", title="x", id="gaza-desk"),
        Candidate(url="https://new.example/sport/feed/", title="x", id="Not An Id"),
    ).additions
    assert isinstance(addition.outlet, NewOutlet)
    assert addition.outlet.name == "new.example"
    assert feed_ids(addition) == ["new", "new-en", "new-world", "gaza-desk", "new-sport"]


def test_the_last_resort_is_a_number() -> None:
    (addition,) = proposed(*(Candidate(url=f"https://new.example/rss?{n}") for n in range(4))).additions
    assert feed_ids(addition) == ["new", "new-en", "new-2", "new-3"]


def test_hosts_that_serve_the_feeds_of_many_are_nobodys() -> None:
    urls = ("https://feeds.feedburner.com/gazette", "https://feeds.feedburner.com/tagblatt")
    first, second = proposed(*(Candidate(url=url, title=f"The {url[-5:]}") for url in urls)).additions
    assert [(one.outlet_id, one.outlet.domains) for one in (first, second) if isinstance(one.outlet, NewOutlet)] == [
        ("the-zette", ()),
        ("the-blatt", ()),
    ]
    (known,) = proposed(Candidate(url=urls[0], site="https://new.example/")).additions
    assert isinstance(known.outlet, NewOutlet)
    assert known.outlet.domains == ("new.example",)
    nameless = proposed(*(Candidate(url=url, title="新聞") for url in urls)).additions
    assert [one.outlet_id for one in nameless] == ["outlet", "outlet-2"]


def test_a_feed_of_a_hosting_service_is_not_taken_for_its_other_customers() -> None:
    burner = replace(OUTLETS[0], domains=("feedburner.com",))
    found = propose([Candidate(url="https://feeds.feedburner.com/x", title="X")], [burner], [], Wishes())
    assert found.additions[0].outlet_id == "x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Gazette – World!", "the-gazette-world"),
        ("Çığır Ağacı", "cigir-agaci"),
        ("Straße", "strasse"),
        ("رفح", ""),
        ("word " * 30, "-".join(["word"] * 10)),
        ("w" * 80, "w" * 50),
    ],
)
def test_a_slug_is_what_is_latin_in_a_text(text: str, expected: str) -> None:
    assert slug(text) == expected


@pytest.mark.corpora
@pytest.mark.skipif(not LISTS.exists(), reason="needs the lists of ../shared/corpora/feeds")
def test_all_feeds_of_the_corpora_can_be_written_beside_the_shipped_ones() -> None:
    text = (shipped_folder() / "feeds.yaml").read_bytes().decode()
    outlets, feeds = read_feeds(open_source("feeds.yaml", text.encode()), load_settings({}, {}, HOME), {}, HOME)
    read = [read_opml(path.read_bytes()) for path in sorted(LISTS.rglob("*.opml"))[:: 1 if FACTOR > 1 else 3]]
    candidates = [
        Candidate(url=feed.url, title=feed.title or feed.text, site=feed.site, tags=feed.tags, id=feed.text)
        for one in read
        if isinstance(one, FeedList)
        for feed in one.feeds
    ]
    found = propose(candidates, outlets, feeds, Wishes())
    new = [feed.url for addition in found.additions for feed in addition.feeds]
    assert len(candidates) == len(new) + len(found.known) + len(found.repeated) > 100
    assert FACTOR == 1 or len(candidates) == 1572
    source = open_source("feeds.yaml", with_feeds(text, found.additions).encode())
    _, written = read_feeds(source, load_settings({}, {}, HOME), {}, HOME)
    assert source.problems == []
    assert sorted(feed.url for feed in written) == sorted([*new, *(feed.url for feed in feeds)])
