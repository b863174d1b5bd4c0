"""A secret is shown by nothing."""

import copy
import json
import pickle
from collections.abc import Callable
from dataclasses import asdict

import pytest

from monitor.model import Credentials, Secret
from tests.builders import a_feed

CANARY = "c4n4ry"
SECRET = Secret(CANARY)
URL = "https://gazette.example/rss.xml"
FEED = a_feed(credentials=Credentials(url=URL, header="Authorization", value=Secret(f"Bearer {CANARY}")))


@pytest.mark.parametrize(
    "shown",
    [
        str(SECRET),
        repr(SECRET),
        f"{SECRET}",
        f"{SECRET!r:>10}",
        f"{SECRET:>10}",
        "%s %r" % (SECRET, SECRET),  # noqa: UP031 - as the log writes it
        str([SECRET]),
        str({SECRET: SECRET}),
        repr(FEED),
        str(asdict(FEED)),
        json.dumps(asdict(FEED), default=str),
        str(copy.deepcopy(FEED)),
    ],
)
def test_whatever_shows_it_shows_stars(shown: str) -> None:
    assert "***" in shown
    assert CANARY not in shown


@pytest.mark.parametrize("write", [pickle.dumps, json.dumps, copy.copy])
def test_it_is_not_written_down(write: Callable[[object], object]) -> None:
    with pytest.raises(TypeError):
        write(SECRET)


def test_only_who_asks_for_it_gets_it() -> None:
    assert SECRET.reveal() == CANARY


def test_equal_secrets_are_equal_so_that_a_change_is_seen() -> None:
    assert {SECRET, Secret(CANARY)} == {SECRET}
    assert Secret(CANARY) != Secret("other")
    assert CANARY != SECRET
