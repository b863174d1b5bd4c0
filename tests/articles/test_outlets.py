"""Whose an article is."""

import pytest

from monitor.articles.outlets import Outlets
from tests.builders import a_feed, an_outlet

GAZETTE = an_outlet(domains=("gazette.example", "www.gazette.net"))
SPORT = an_outlet(id="sport", domains=("sport.gazette.example",))
LATER = an_outlet(id="later", domains=("gazette.example",))
AGGREGATOR = an_outlet(id="aggregator", domains=())
OUTLETS = Outlets([GAZETTE, SPORT, LATER, AGGREGATOR])


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://gazette.example/1", "gazette"),
        ("https://WWW.Gazette.Example:443/1", "gazette"),
        ("https://english.gazette.example/1", "gazette"),
        ("https://gazette.net/1", "gazette"),
        ("https://sport.gazette.example/1", "sport"),
        ("https://live.sport.gazette.example/1", "sport"),
        ("https://notgazette.example/1", "aggregator"),
        ("https://example/1", "aggregator"),
        ("", "aggregator"),
    ],
)
def test_the_longest_domain_decides_else_the_feed(url: str, outlet: str) -> None:
    assert OUTLETS.outlet_of(url, a_feed(outlet=AGGREGATOR)).id == outlet


def test_an_outlet_is_found_by_its_id() -> None:
    assert OUTLETS.get("sport") == SPORT
    assert OUTLETS.get("gone") is None
