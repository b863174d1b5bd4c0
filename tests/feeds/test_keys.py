"""Every item that a feed offers is an entry, repeats another, or is skipped with a reason."""

from hypothesis import given
from hypothesis import strategies as st

from monitor import urls
from monitor.feeds.items import LONGEST_KEY, Item, Wording, feed_of
from monitor.model import ParsedFeed
from tests.builders import NOON
from tests.feeds.documents import URL


def an_item(guid: str = "", link: str = "", title: str = "", text: str = "") -> Item:
    words = (Wording(value=text, is_html=False),)
    return Item(guid=guid, links=(link,), title=Wording(value=title, is_html=False), wordings=words)


def feed(*items: Item | None) -> ParsedFeed:
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
_ITEMS = st.lists(st.none() | st.builds(an_item, _TEXTS, _TEXTS, _TEXTS, _TEXTS), max_size=12)


@given(_ITEMS)
def test_what_is_offered_is_an_entry_repeats_one_or_is_skipped(items: list[Item | None]) -> None:
    parsed = feed(*items)
    assert parsed.offered == len(items) == len(parsed.entries) + parsed.repeated + len(parsed.skipped)
    assert len({entry.key for entry in parsed.entries}) == len(parsed.entries)
    assert all(0 < len(entry.key) <= LONGEST_KEY for entry in parsed.entries)
    assert all(not entry.link or urls.normalise(entry.link) for entry in parsed.entries)


@given(_ITEMS)
def test_no_wording_is_lost(items: list[Item | None]) -> None:
    alone = {(e.link, e.title, e.text) for each in items for e in feed(each).entries}
    together = {(e.link, e.title, e.text) for e in feed(*items).entries}
    assert {(urls.normalise(link) if link else "", title, text) for link, title, text in alone} == {
        (urls.normalise(link) if link else "", title, text) for link, title, text in together
    }


@given(_ITEMS, st.randoms(use_true_random=False))
def test_the_order_of_a_feed_changes_no_key(items: list[Item | None], random: object) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert {entry.key for entry in feed(*items).entries} == {entry.key for entry in feed(*shuffled).entries}
