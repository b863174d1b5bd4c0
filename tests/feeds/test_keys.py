"""Every item that a feed offers is an entry, repeats another, or is skipped with a reason."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import urls
from monitor.feeds.items import Item, Wording, feed_of, tried
from monitor.feeds.keys import LONGEST_KEY, joined, unreadable
from monitor.model import ParsedFeed, Skipped, SkipReason
from tests.builders import NOON
from tests.feeds.documents import URL


def an_item(guid: str = "", link: str = "", title: str = "", text: str = "") -> Item:
    words = (Wording(value=text, is_html=False),)
    return Item(guid=guid, links=(link,), title=Wording(value=title, is_html=False), wordings=words)


def feed(*items: Item | Skipped) -> ParsedFeed:
    return feed_of(items, base=URL, now=NOON)


def keys(*items: Item) -> list[str]:
    return [entry.key for entry in feed(*items).entries]


def test_the_key_is_the_guid_else_the_link_else_the_wording() -> None:
    by_guid, by_link, by_title, by_text = keys(
        an_item(guid=" g ", link="/1", title="T"),
        an_item(link="/2?utm_source=rss", title="T"),
        an_item(title="T"),
        an_item(text="T"),
    )
    assert (by_guid, by_link) == ("g", "https://gazette.example/2")
    assert by_title.startswith("sha256:")
    assert by_title != by_text


def test_a_guid_alone_makes_an_entry() -> None:
    assert keys(an_item(guid="g")) == ["g"]


def test_items_that_say_the_same_are_one() -> None:
    parsed = feed(an_item("g", "/1", "T"), an_item("g", "/1?utm_source=x", "T"), an_item(title="U"), an_item(title="U"))
    assert (parsed.offered, len(parsed.entries), parsed.repeated) == (4, 2, 2)
    assert parsed.entries[0].link == "https://gazette.example/1"


def test_one_guid_for_several_links_hides_none_of_them() -> None:
    items = [an_item("g", "/1", "A"), an_item("g", "/2", "B"), an_item("h", "/3")]
    assert keys(*items) == ["g https://gazette.example/1", "g https://gazette.example/2", "h"]
    assert set(keys(*reversed(items))) == set(keys(*items))


def test_one_guid_and_link_for_several_wordings_hides_none_of_them() -> None:
    items = [an_item("g", "/live", "12:00 A"), an_item("g", "/live", "12:05 B"), an_item("g", "/live", "12:05 B")]
    parsed = feed(*items)
    assert [entry.title for entry in parsed.entries] == ["12:00 A", "12:05 B"]
    assert parsed.repeated == 1
    assert set(keys(*reversed(items))) == set(keys(*items))


def test_a_guid_of_a_hundred_kilobytes_is_replaced_by_its_hash() -> None:
    first, second = keys(an_item("x" * 100_000), an_item("x" * 100_001))
    assert len(first) < 80
    assert first != second
    shared = keys(an_item("y" * LONGEST_KEY, "/1"), an_item("y" * LONGEST_KEY, "/2"))
    assert [len(key) < 80 for key in shared] == [True, True]


_TEXTS = st.sampled_from(
    ["", " ", "g", "h", "javascript:x", "/1", "/2", "https://gazette.example/1", "\x00", "رفح"]
) | st.text(max_size=8)
_ITEMS = st.lists(st.just(unreadable("odd")) | st.builds(an_item, _TEXTS, _TEXTS, _TEXTS, _TEXTS), max_size=12)


@given(_ITEMS)
def test_what_is_offered_is_an_entry_repeats_one_or_is_skipped(items: list[Item | Skipped]) -> None:
    parsed = feed(*items)
    assert parsed.offered == len(items) == len(parsed.entries) + parsed.repeated + len(parsed.skipped)
    assert len({entry.key for entry in parsed.entries}) == len(parsed.entries)
    assert all(0 < len(entry.key) <= LONGEST_KEY for entry in parsed.entries)
    assert all(not entry.link or urls.normalise(entry.link) for entry in parsed.entries)


@given(_ITEMS)
def test_no_wording_is_lost(items: list[Item | Skipped]) -> None:
    alone = {(e.link, e.title, e.text) for each in items for e in feed(each).entries}
    together = {(e.link, e.title, e.text) for e in feed(*items).entries}
    assert {(urls.normalise(link) if link else "", title, text) for link, title, text in alone} == {
        (urls.normalise(link) if link else "", title, text) for link, title, text in together
    }


@given(_ITEMS, st.randoms(use_true_random=False))
def test_the_order_of_a_feed_changes_no_key(items: list[Item | Skipped], random: object) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert {entry.key for entry in feed(*items).entries} == {entry.key for entry in feed(*shuffled).entries}


@given(_ITEMS)
def test_a_feed_put_together_from_its_items_is_the_feed_read_at_once(items: list[Item | Skipped]) -> None:
    parts = [feed(item) for item in items]
    assert joined(parts, ParsedFeed(offered=0, entries=(), title="T")) == replace(feed(*items), title="T")


def test_an_item_whose_reading_fails_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(base: str, link: str) -> str:
        if link == "/bad":
            raise KeyError("odd")
        return f"{base}{link}"

    monkeypatch.setattr("monitor.urls.absolute", fails)
    parsed = feed(an_item(link="/1"), an_item(link="/bad"), an_item(link="/2"))
    assert [entry.link for entry in parsed.entries] == [f"{URL}/1", f"{URL}/2"]
    (skipped,) = parsed.skipped
    assert (skipped.position, skipped.reason, skipped.detail) == (1, SkipReason.UNREADABLE, "KeyError: 'odd'")


def test_a_lack_of_memory_is_no_fault_of_an_item() -> None:
    def hungry(_: object) -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        tried(hungry, None)
