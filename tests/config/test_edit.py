"""feeds.yaml edited: only lines are added, or addresses changed, and another reader of YAML sees the same."""

import difflib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.config.edit import Addition, NewFeed, NewOutlet, block, with_addresses, with_feeds, with_secrets
from monitor.config.load import load
from monitor.config.shipped import shipped_folder
from monitor.errors import ConfigError
from monitor.model import Affiliation, FeedId
from monitor.text.clean import one_line
from tests.config.valid import FEEDS, HOME, files

SHIPPED = (shipped_folder() / "feeds.yaml").read_bytes().decode()


def an_outlet(outlet_id: str = "tagblatt", **changes: Any) -> NewOutlet:
    given = {"name": "Das Tagblatt", "country": "DE", "language": "de", "affiliation": Affiliation.INDEPENDENT}
    return NewOutlet(**{"id": outlet_id, **given, **changes})


def a_feed(feed_id: str, **changes: Any) -> NewFeed:
    return NewFeed(**{"id": feed_id, "url": f"https://new.example/{feed_id}.xml", **changes})


def added(before: str, after: str) -> list[str]:
    """The lines that are in `after` alone, where all others are as they were."""
    found = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    told = [line for line in found if not line.startswith("  ")]
    assert [line for line in told if not line.startswith("+ ")] == []
    return [line[2:].rstrip("\r\n") for line in told]


def test_a_feed_stands_below_its_outlets_last_one() -> None:
    after = with_feeds(
        FEEDS, [Addition(outlet="gazette", feeds=(a_feed("gazette-fr", language="fr", tags=("a", "b")),))]
    )
    assert added(FEEDS, after) == [
        "      gazette-fr:",
        "        url: https://new.example/gazette-fr.xml",
        "        language: fr",
        "        tags: [a, b]",
    ]
    assert after.index("gazette-fr") < after.index("norsk:")


def test_a_new_outlet_stands_below_the_last_one() -> None:
    outlet = an_outlet(domains=("tagblatt.example",), remarks={"country": "check: where?"})
    after = with_feeds(FEEDS, [Addition(outlet=outlet, feeds=(a_feed("tagblatt"),))])
    assert added(FEEDS, after) == [
        "  tagblatt:",
        "    name: Das Tagblatt",
        "    country: DE  # check: where?",
        "    language: de",
        "    affiliation: independent",
        "    domains: [tagblatt.example]",
        "    feeds:",
        "      tagblatt:",
        "        url: https://new.example/tagblatt.xml",
    ]


@pytest.mark.parametrize("outlet", ["maan", "quds-network", "google-news", "new-humanitarian"])
def test_comments_below_an_outlet_stay_below_it(outlet: str) -> None:
    after = with_feeds(SHIPPED, [Addition(outlet=outlet, feeds=(a_feed("added"),))])
    assert added(SHIPPED, after) == ["      added:", "        url: https://new.example/added.xml"]
    config = load({**files(), "feeds.yaml": after.encode()}, environment={}, home=HOME)
    assert [feed.outlet.id for feed in config.feeds if feed.id == "added"] == [outlet]


def test_many_are_added_at_once_each_in_its_place() -> None:
    additions = [
        Addition(outlet=an_outlet(), feeds=(a_feed("tagblatt"), a_feed("tagblatt-2"))),
        Addition(outlet="norsk", feeds=(a_feed("norsk-2"),)),
        Addition(outlet="gazette", feeds=(a_feed("gazette-2"),)),
        Addition(outlet=an_outlet("abendblatt"), feeds=(a_feed("abendblatt"),)),
    ]
    after = with_feeds(FEEDS, additions)
    config = load(files({"feeds.yaml": after}), environment={}, home=HOME)
    assert [(feed.outlet.id, feed.id) for feed in config.feeds] == [
        ("gazette", "gazette-en"),
        ("gazette", "gazette-ar"),
        ("gazette", "gazette-2"),
        ("norsk", "norsk"),
        ("norsk", "norsk-2"),
        ("tagblatt", "tagblatt"),
        ("tagblatt", "tagblatt-2"),
        ("abendblatt", "abendblatt"),
    ]


OTHER_STYLE = """\
# Ours.
outlets:
    'a':
        name: >-
            Long
            name
        feeds:
            a-en:
                url: https://a.example/
                tags:
                    - one

                    - two   # both
        # At the end of a.
        country: EG
        language: en
        affiliation: state

# The end
"""


def test_the_files_own_style_is_kept() -> None:
    text = OTHER_STYLE.replace("\n", "\r\n").rstrip()
    after = with_feeds(
        text, [Addition(outlet="a", feeds=(a_feed("a-2"),)), Addition(outlet=an_outlet("b"), feeds=(a_feed("b"),))]
    )
    assert added(text + "\r\n", after)[:2] == ["            a-2:", "                url: https://new.example/a-2.xml"]
    assert (
        after.index("# both\r\n            a-2:")
        < after.index("# At the end of a.")
        < after.index("    b:\r\n        name")
    )
    assert after.endswith("b.xml\r\n\r\n# The end\r\n")
    assert [feed.id for feed in load(files({"feeds.yaml": after}), environment={}, home=HOME).feeds] == [
        "a-en",
        "a-2",
        "b",
    ]


def test_a_file_without_a_line_end_at_its_end_gets_one() -> None:
    after = with_feeds(FEEDS.rstrip("\n"), [Addition(outlet="norsk", feeds=(a_feed("norsk-2"),))])
    assert added(FEEDS, after) == ["      norsk-2:", "        url: https://new.example/norsk-2.xml"]


@pytest.mark.parametrize(
    ("text", "outlet", "problem"),
    [
        ("outlets: {a: {feeds: {a: {url: x}}}}", "a", "feeds.yaml:1:11: written in braces, where no line can be added"),
        ("outlets:\n  a: {feeds: {a: {url: x}}}", "a", "feeds.yaml:2:7: written in braces"),
        ("outlets:\n  a:\n    feeds: {a: {url: x}}", "a", "feeds.yaml:3:13: written in braces"),
        ("outlets:\n  a:\n    feeds:\n      a: {url: x}", "a", "feeds.yaml:4:11: written in braces"),
        ("outlets:\n  a:\n    feeds:\n      a:\n        url: x", "b", 'feeds.yaml:2:3: there is no outlet "b"'),
        ("outlets:\n  a:\n    name: x", "a", 'feeds.yaml:1:1: "feeds" with something in it is missing'),
        ("outlets:\n  a:\n    feeds:\n", "a", 'feeds.yaml:3:11: "feeds" with something in it is missing'),
        ("outlets:\n  a: x", "a", 'feeds.yaml:1:1: "feeds" with'),
        ("outlets:\n  a:\n    feeds:\n      a:\n", "b", 'feeds.yaml:2:3: there is no outlet "b"'),
        ("", "a", 'feeds.yaml:1:1: "outlets" with something in it is missing'),
        ("outlets: [", "a", "feeds.yaml:1:"),
    ],
)
def test_a_file_that_cannot_be_added_to_says_where(text: str, outlet: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        with_feeds(text, [Addition(outlet=outlet, feeds=(a_feed("new"),))])
    assert str(caught.value.problems[0]).startswith(problem)


@given(
    name=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1).map(one_line).filter(bool),
    tags=st.lists(st.sampled_from(["no", "a, b", "[x]", "it's", "# 1", "a: b", "رفح", "-", "'", "12:30", "x#y", "a:"])),
)
def test_whatever_is_written_is_read_back(name: str, tags: list[str]) -> None:
    addition = Addition(outlet=an_outlet(name=name, language="no"), feeds=(a_feed("new", tags=tuple(tags)),))
    after = with_feeds(FEEDS, [addition])
    outlet, feed = load(files({"feeds.yaml": after}), environment={}, home=HOME).feeds[-1].outlet, tags
    assert (outlet.name, outlet.language) == (name, "no")
    seen = YAML(typ="safe", pure=True).load(after)["outlets"]["tagblatt"]
    assert (seen["name"], seen["language"], seen["feeds"]["new"].get("tags", [])) == (name, "no", feed)


def test_another_reader_sees_what_was_there_and_what_was_added() -> None:
    outlet = an_outlet(domains=("tagblatt.example",))
    after = with_feeds(
        SHIPPED,
        [Addition(outlet="safa", feeds=(a_feed("safa-en"),)), Addition(outlet=outlet, feeds=(a_feed("tagblatt"),))],
    )
    before_seen, seen = (YAML(typ="safe", pure=True).load(text)["outlets"] for text in (SHIPPED, after))
    assert seen.pop("tagblatt")["feeds"] == {"tagblatt": {"url": "https://new.example/tagblatt.xml"}}
    assert seen["safa"]["feeds"].pop("safa-en") == {"url": "https://new.example/safa-en.xml"}
    assert seen == before_seen


def test_the_block_to_paste_is_a_file_of_its_own() -> None:
    new = Addition(outlet=an_outlet(), feeds=(a_feed("tagblatt"),))
    assert [feed.id for feed in load(files({"feeds.yaml": block([new])}), environment={}, home=HOME).feeds] == [
        "tagblatt"
    ]
    assert block([Addition(outlet="gazette", feeds=(a_feed("gazette-2"),))]) == (
        "outlets:\n  gazette:  # is there already\n    feeds:\n      gazette-2:\n"
        "        url: https://new.example/gazette-2.xml\n"
    )


NEW = "https://new.example/a,b?c=d#e"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        url: https://x.example/  # ours\n", f"        url: '{NEW}'  # ours\n"),
        ("        url:   'https://x.example/'\n", f"        url:   '{NEW}'\n"),
        ("        url: 'https://x.example/o''clock'\n", f"        url: '{NEW}'\n"),
        ('        "url": "https://x.example/" # ours\n', f"        \"url\": '{NEW}' # ours\n"),
        ("        url:\n          https://x.example/\n", f"        url:\n          '{NEW}'\n"),
        ("        url: |-\n          https://x.example/\n", f"        url: |-\n          {NEW}\n"),
        ("        tags: [x]\n        url: https://x.example/", f"        tags: [x]\n        url: '{NEW}'"),
    ],
)
def test_an_address_is_changed_and_nothing_else(old: str, new: str) -> None:
    head = "outlets:\n  x:\n    name: X\n    country: EG\n    language: en\n    affiliation: state\n    feeds:\n"
    before, after = (f"{head}      y:\n        url: https://y.example/\n      x:\n{url}" for url in (old, new))
    assert with_addresses(before, {FeedId("x"): NEW}) == after
    feeds = load(files({"feeds.yaml": after}), environment={}, home=HOME).feeds
    assert [feed.url for feed in feeds] == ["https://y.example/", NEW]
    assert YAML(typ="safe", pure=True).load(after)["outlets"]["x"]["feeds"]["x"]["url"] == NEW


def test_an_address_in_braces_is_changed_too() -> None:
    text = "outlets: {x: {feeds: {x: {url: https://x.example/, tags: [a]}, y: {tags: [b]}}}}"
    simple = "https://new.example/"
    assert with_addresses(text, {FeedId("x"): simple}) == text.replace("https://x.example/", simple)
    assert with_addresses(text, {FeedId("x"): NEW}) == text.replace("https://x.example/", f"'{NEW}'")


def test_many_addresses_are_changed_at_once_line_ends_and_all() -> None:
    text = SHIPPED.replace("\n", "\r\n")
    there = {
        feed.id: f"https://new.example/{feed.id}"
        for feed in load(files({"feeds.yaml": text}), environment={}, home=HOME).feeds
    }
    after = with_addresses(text, there)
    feeds = load(files({"feeds.yaml": after}), environment={}, home=HOME).feeds
    assert {feed.id: feed.url for feed in feeds} == there
    assert after.count("#") == text.count("#")
    assert with_addresses(text, {}) == text


@pytest.mark.parametrize("url", ['"https://x.example/\\u0061"', ">-\n          https://x.example/\n          ?a=b"])
def test_an_address_that_is_written_in_another_way_is_left_to_a_person(url: str) -> None:
    text = f"outlets:\n  x:\n    feeds:\n      x:\n        url: {url}\n"
    with pytest.raises(ConfigError, match="not written as it is, on one line"):
        with_addresses(text, {FeedId("x"): NEW})


def test_feeds_whose_requests_carry_a_secret_are_known() -> None:
    text = (
        "outlets:\n  x:\n    feeds:\n"
        "      a:\n        url: https://x.example/\n        auth: {bearer: env:X}\n"
        "      b:\n        url: https://desk:hunter2@x.example/\n"
        "      c:\n        url: https://x.example/c\n        tags: [auth]\n"
        "      d: x\n"
    )
    assert with_secrets(text) == {"a", "b"}
