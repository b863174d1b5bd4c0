"""A feed is taken apart at its items; one that is broken costs itself only."""

import json
from time import process_time

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.feeds import parse as parsing
from monitor.feeds.parse import split
from monitor.feeds.pieces import CUT_OFF, pieces_of_json, pieces_of_xml
from monitor.model import SkipReason
from tests.feeds.documents import item, read, rss

_FRAGMENTS = st.sampled_from(
    [
        "<item>",
        "</item>",
        "<a:entry x='>'>",
        "</a:entry>",
        "<item/>",
        "<items>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "text",
    ]
)


@given(st.lists(_FRAGMENTS, max_size=20).map("".join))
def test_the_pieces_are_the_document(document: str) -> None:
    pieces = pieces_of_xml(document)
    assert pieces.head + "".join(pieces.items) + pieces.tail == document
    assert all(piece.startswith("<") for piece in pieces.items)


def test_tags_in_comments_and_cdata_that_end_are_no_items() -> None:
    document = "<rss><!-- <item> --><item><![CDATA[<item></item>]]></item>\n<ITEM a='b'/><items/></rss>"
    assert pieces_of_xml(document).items == ("<item><![CDATA[<item></item>]]></item>\n", "<ITEM a='b'/><items/></rss>")


def test_what_never_ends_hides_no_item() -> None:
    document = "<rss><item><!-- a</item><item><![CDATA[ b</item><item><!-- c</item></rss>"
    assert len(pieces_of_xml(document).items) == 3
    assert pieces_of_xml(document).frame == "<rss></rss>"


def test_a_document_without_items_is_its_own_frame() -> None:
    assert pieces_of_xml("<rss></rss>").frame == "<rss></rss>"
    assert pieces_of_json('{"error": "x"}').frame == '{"error": "x"}'


def test_a_document_that_ends_in_a_tag_ends_there() -> None:
    assert pieces_of_xml("<rss><item></item").documents == ("<rss><item></item",)


def test_items_of_json_are_found_by_their_braces() -> None:
    items = [{"a": '"}{][\\'}, {"b": [{"c": 1}]}]
    document = json.dumps({"title": "T", "items": items})
    assert [json.loads(each)["items"] for each in pieces_of_json(document).documents] == [[each] for each in items]
    assert pieces_of_json(document[:-3]).documents[1:] == ('{"items": [' + json.dumps(items[1])[:-1],)
    cut = pieces_of_json('{"items": [{"a": 1}, 2, ["b"], {"c": "')
    assert (len(cut.items), cut.is_open, pieces_of_json('{"items": [{"a": 1}, 2, ["b"], ').is_open) == (3, True, False)


@pytest.mark.parametrize("flood", ["<!--", "<![CDATA[", '<item a="', '{"items": [' + '"\\"' * 10, '"items":['])
def test_taking_apart_is_linear(flood: str) -> None:
    document = flood * 100_000
    start = process_time()
    pieces_of_xml(document)
    pieces_of_json(document)
    assert process_time() - start < 5


def test_a_feed_is_taken_apart_in_its_own_charset() -> None:
    body = rss(item(title="رفح")).encode("utf-16")
    assert ["رفح" in document for document in split(body, content_type="").documents] == [True]


POISONS = {
    "bare angle": "a < b",
    "bare ampersand": "a & b",
    "half a tag": "<foo",
    "closed too early": "</description></item>",
    "channel closed": "</channel></rss>",
    "endless comment": "<!-- x",
    "endless cdata": "<![CDATA[ x",
    "half a cdata": "<![CDATA",
    "endless instruction": "<?php x",
    "doctype": "<!DOCTYPE x [",
    "entity": "<!ENTITY a 'b'>",
    "nul and controls": "\x00\x01\x08",
    "lone surrogate": "&#xD800;",
    "deep": "<x>" * 2_000,
    "endless attribute": '<a href="x',
    "attribute twice": '<a x="1" x="2">y</a>',
    "unknown prefix": "<foo:bar>x</foo:bar>",
    "item opened": "<item>",
    "item inside": "<item><title>inner</title></item>",
    "cdata in cdata": "<![CDATA[ <![CDATA[ ]]>",
    "two dashes": "<!-- a -- b -->",
    "declaration": '<?xml version="1.0"?>',
    "page": "<html><body><p>x<br></body></html>",
    "script": "<script>if (a<b && c) {}</script>",
    "year -1": "<pubDate>-9999999999999999999-99-99</pubDate>",
    "five thousand digits": f"<pubDate>{'9' * 5000}</pubDate>",
    "bad address": "<link>http://[</link>",
    "conditional": "<![if IE]>",
    "base64": '<description type="application/octet-stream" mode="base64">!!!</description>',
    "bad base": '<description xml:base="http://[">x</description>',
    "chapters": "<psc:chapters><psc:chapter start='x'/></psc:chapters>",
}


@pytest.mark.parametrize("where", ["in the description", "beside it"])
@pytest.mark.parametrize("poison", POISONS.values(), ids=POISONS)
def test_a_poisoned_item_costs_at_most_itself(poison: str, where: str) -> None:
    texts = [f"<description><![CDATA[Text {n}]]></description>" for n in range(10)]
    texts[5] = f"<description>{poison}</description>" if where == "in the description" else poison
    feed = read(rss("".join(item(text, title=f"T{n}", link=f"/{n}") for n, text in enumerate(texts))))
    assert feed.offered == len(feed.entries) + feed.repeated + len(feed.skipped) >= 10
    found = {entry.title: entry for entry in feed.entries}
    others = [n for n in range(10) if n != 5]
    assert [found[f"T{n}"].text for n in others] == [f"Text {n}" for n in others]
    assert [found[f"T{n}"].key for n in others] == [f"https://gazette.example/{n}" for n in others]


def test_a_number_of_thousands_of_digits_costs_no_json_feed() -> None:
    document = f'{{"items": [{{"id": "1"}}, {{"id": {"9" * 5000}}}, {{"id": "3", "size": {"8" * 5000}}}]}}'
    first, second, third = read(document).entries
    assert (first.key, second.key.startswith("sha256:"), third.key) == ("1", True, "3")


def test_of_a_json_feed_that_is_broken_every_item_that_is_whole_is_kept() -> None:
    deep = "[" * 5_000 + "]" * 5_000
    items = ", ".join(['{"id": "1"}', f'{{"id": "2", "x": {deep}}}', '{"id": "3",}', '{"id": "4"}'])
    feed = read(f'{{"title": "J", "items": [{items}')
    assert [entry.key for entry in feed.entries] == ["1", "4"]
    assert [(each.position, each.reason) for each in feed.skipped] == [
        (1, SkipReason.UNREADABLE),
        (2, SkipReason.UNREADABLE),
    ]
    assert (feed.offered, feed.damaged) == (4, CUT_OFF)
    assert read('{"items": [{"id": "1"}, {"id": 2,}]}').damaged == ""


def test_an_item_on_which_feedparser_fails_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    real = feedparser.parse

    def fails(stream: object, **given: object) -> object:
        document = stream.read()  # type: ignore[attr-defined]
        if b"odd" in document:
            raise KeyError("odd")
        return real(type(stream)(document), **given)  # type: ignore[call-arg]

    monkeypatch.setattr("feedparser.parse", fails)
    items = "".join(item("<unknown/>", title=title, link=link) for title, link in [("", "/1"), ("odd", ""), ("", "/2")])
    feed = read(rss(items, channel="<title>The Gazette</title>"))
    assert ([entry.link[-2:] for entry in feed.entries], feed.title) == (["/1", "/2"], "The Gazette")
    (skipped,) = feed.skipped
    assert (skipped.position, skipped.reason) == (1, SkipReason.UNREADABLE)
    assert skipped.detail == "the feed cannot be read: KeyError: 'odd'"


def test_a_broken_feed_of_very_many_items_is_read_in_one_go_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MOST", 1)
    with pytest.raises(ParseError, match="cannot be read as JSON"):
        read('{"items": [{"id": "1"}, {"id": "2"}, ')
