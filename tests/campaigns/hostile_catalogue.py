"""What hostile or broken servers may send: feeds and pages by name, each made when it is asked for, in any size.

`size` is 1.0 for what was measured to hang or kill the libraries under ../shared/TRAPS.md; the tests use less of it.
"""

import gzip
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from tests.feeds.documents import rss
from tests.feeds.test_pieces import POISONS

Made = TypeVar("Made")

MARK = "Fighters of Rafah, says the marker."
SOUND = ("Sound one", "Sound two", "Sound three", "Sound four")
"""Titles of the items around a poisoned one."""
_LINK = "https://gazette.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """A document and what must come of it."""

    name: str
    make: Callable[[], bytes]
    content_type: str
    found: tuple[str, ...] = ()
    """What must be in titles or texts."""
    is_refused: bool = False
    """It is no feed, or no page, and must be said to be none."""
    offered: int = 0
    """At least so many items must be accounted for."""


def catalogue(size: float = 1.0) -> tuple[tuple[Hostile, ...], tuple[Hostile, ...]]:
    """Feeds and pages."""
    feeds = (*_poisoned(size), *_whole_feeds(size), *_truncated(), *_encoded(), *_json(size), *_no_feeds(size))
    return feeds, (*_deep_pages(), *_large_pages(size), *_odd_pages(size), *_no_pages())


def always(value: Made) -> Callable[[], Made]:
    """For what is small enough to be there before it is asked for."""
    return lambda: value


def _times(size: float) -> Callable[[str, int], str]:
    return lambda text, number: text * max(1, int(number * size))


# ── feeds ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def item(title: str, inside: str = "", number: int = 0) -> str:
    """An item of the hostile feeds."""
    return f"<item><title>{title}</title><link>{_LINK}/{number}</link><guid>g{number}</guid>{inside}</item>"


def feed_with(poisoned: str, *, prolog: str = "", root: str = "") -> bytes:
    """A feed in which four sound items surround one."""
    sound = [item(title, f"<description><![CDATA[Text of {title}]]></description>", n) for n, title in enumerate(SOUND)]
    document = rss("".join([*sound[:2], poisoned, *sound[2:]]), prolog=prolog, root=root)
    return document.encode("utf-8", "surrogatepass")


def _poisoned(size: float) -> Iterator[Hostile]:
    """Feeds of which one item is bad: the others must be there."""
    for name, poison in POISONS.items():
        yield _one_bad(name, always(item("Bad", f"<description>{poison}</description>", 9)))
    for name, make in _floods(size).items():
        yield _one_bad(name, make)
    for depth in (256, 512, 1000, 2000):
        yield _one_bad(f"html {depth} deep", always(_escaped(depth)), MARK)
        yield _one_bad(f"xhtml {depth} deep", always(_nested(depth)), MARK)


def _one_bad(name: str, make: Callable[[], str], *found: str) -> Hostile:
    return Hostile(
        name=f"item: {name}",
        make=lambda: feed_with(make()),
        content_type="application/rss+xml",
        found=(*SOUND, *found),
        offered=5,
    )


def _escaped(depth: int) -> str:
    return item("Deep", f"<description>{'&lt;div&gt;' * depth}{MARK}{'&lt;/div&gt;' * depth}</description>", 9)


def _nested(depth: int) -> str:
    return item("Deep", f"<description>{'<div>' * depth}{MARK}{'</div>' * depth}</description>", 9)


def _floods(size: float) -> dict[str, Callable[[], str]]:
    times = _times(size)

    def described(text: Callable[[], str]) -> Callable[[], str]:
        return lambda: item("Bad", f"<description>{text()}</description>", 9)

    def beside(text: Callable[[], str]) -> Callable[[], str]:
        return lambda: item("Bad", text(), 9)

    def attributes(name: str = "x") -> str:
        return " ".join(f"{name}{number}='http://n.example/{number}'" for number in range(int(100_000 * size)))

    return {
        "comments opened": described(lambda: times("<!--", 100_000)),
        "cdata opened": described(lambda: times("<![CDATA[", 100_000)),
        "instructions opened": described(lambda: times("<?", 100_000)),
        "declarations opened": described(lambda: times("<!", 100_000)),
        "tags opened": described(lambda: times("<a ", 100_000)),
        "elements opened": described(lambda: times("<x>", 100_000)),
        "elements closed": described(lambda: times("</x>", 100_000)),
        "quotes opened": described(lambda: times('<a b="', 100_000)),
        "ampersands": described(lambda: times("&", 100_000)),
        "entities": described(lambda: times("&amp;", 130_000)),
        "character references": described(lambda: times("&#65;", 200_000)),
        "references to nothing": described(lambda: times("&#xFFFFFFFFFFFF;", 50_000)),
        "one attribute 100,000 times": described(lambda: "<a " + times('x="y" ', 100_000) + ">z</a>"),
        "100,000 attributes": described(lambda: f"<a {attributes()}>z</a>"),
        "100,000 escaped attributes": described(lambda: f"&lt;a {attributes()}&gt;z&lt;/a&gt;"),
        "namespaces": described(lambda: f"<a {attributes('xmlns:n')}/>"),
        "author of hyphens": beside(lambda: f"<author>{times('-', 300_000)}</author>"),
        "author that is half an address": beside(lambda: f"<author>{times('a', 100_000)}@</author>"),
        "10,000 authors": beside(lambda: times("<author>a@b.example (A)</author>", 10_000)),
        "10,000 categories": beside(lambda: times("<category>x</category>", 10_000)),
        "10,000 links": beside(lambda: times(f"<link>{_LINK}/x</link>", 10_000)),
        "10,000 titles": beside(lambda: times("<title>x</title>", 10_000)),
        "10,000 enclosures": beside(lambda: times('<enclosure url="x"/>', 10_000)),
        "10,000 media": beside(lambda: times("<media:content url='x'/>", 10_000)),
        "a title of a megabyte": lambda: item(times("T", 1_000_000), number=9),
        "a guid of 100 KB": lambda: f"<item><title>Bad</title><guid>{times('g', 100_000)}</guid></item>",
        "a link of 100 KB": lambda: f"<item><title>Bad</title><link>{_LINK}/{times('x', 100_000)}</link></item>",
        "a link of dots": lambda: f"<item><title>Bad</title><link>{_LINK}/{times('../', 100_000)}</link></item>",
        "a link of percents": lambda: f"<item><title>Bad</title><link>{_LINK}/{times('%', 100_000)}</link></item>",
        "a date of 100 KB": beside(lambda: f"<pubDate>{times('1 ', 50_000)}</pubDate>"),
        "marks": lambda: item("e" + times("\u0301", 100_000), number=9),
        "blanks": described(lambda: times(" \n\t", 300_000)),
        "joiners": lambda: item(times("\u200d", 100_000), number=9),
        "right-to-left overrides": lambda: item(times("\u202e\u2066", 1_000) + "txt.exe", number=9),
        "escape sequences": lambda: item("&#27;[2J&#x9b;31m\u0085\u009b", number=9),
        "lone surrogates as bytes": lambda: item("\ud800\udfff", number=9),
        "dates before the flood": beside(lambda: "<pubDate>Mon, 01 Jan 0000 00:00:00 GMT</pubDate>"),
        "a date in the year 99999": beside(lambda: "<pubDate>Fri, 31 Dec 99999 23:59:59 GMT</pubDate>"),
        "the thirtieth of February": beside(lambda: "<pubDate>2024-02-30T25:61:61Z</pubDate>"),
        "a zone of 99 hours": beside(lambda: "<pubDate>Mon, 10 Nov 2025 10:00:00 +9999</pubDate>"),
        "an address with a bad port": beside(lambda: "<link>http://a.example:99999999/</link><guid>http://[::1</guid>"),
        "an address that runs": beside(lambda: "<link>javascript:alert(1)</link><guid>data:text/html,x</guid>"),
    }


def _whole_feeds(size: float) -> Iterator[Hostile]:
    times = _times(size)
    many = max(1, int(10_000 * size))
    chain = "".join(f'<!ENTITY e{n} "&e{n - 1};&e{n - 1};">' for n in range(1, max(2, int(5_000 * size))))
    bombs = {
        "a chain of entities": f'<!DOCTYPE rss [<!ENTITY e0 "x">{chain}]>',
        "an entity of a megabyte": f'<!DOCTYPE rss [<!ENTITY e "{times("x", 1_000_000)}">]>',
        "a billion laughs": '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>',
    }
    for name, prolog in bombs.items():
        yield _feed(name, always(feed_with(item("&e;&c;" * 1_000, number=9), prolog=prolog)), refused=True)
    external = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield _feed("an external entity", lambda: feed_with(item("&x;", number=9), prolog=external), *SOUND)
    for name, prolog in {
        "a doctype of html": "<!DOCTYPE html>",
        "an external subset": '<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://n.example/rss.dtd">',
        "two declarations": '<?xml version="1.0"?><?xml version="1.1"?>',
        "a warning of PHP": "<br />\n<b>Warning</b>: mysql_connect() in <b>/x.php</b> on line 1<br />",
        "a thousand blank lines": "\n" * 1_000,
        "a comment before": "<!-- <rss> --><!-- - - -->",
    }.items():
        yield _feed(name, always(feed_with("", prolog=prolog)), *SOUND)
    yield _feed("two feeds in one", lambda: feed_with("") * 2, *SOUND)
    yield _feed("junk behind", lambda: feed_with("") + times("<!--", 10_000).encode(), *SOUND)
    yield _feed(
        "10,000 items", lambda: rss("".join(item(f"T{n}", number=n) for n in range(many))).encode(), "T0", n=many
    )
    yield _feed("10,000 items that say one thing", lambda: rss(item("Same", number=1) * many).encode(), "Same", n=many)
    yield _feed("10,000 items that say nothing", lambda: rss("<item></item>" * many).encode(), n=many)
    yield _feed("10,000 items broken", lambda: rss("<item><title>a & b<" * min(many, 1_000)).encode())
    yield _feed(
        "namespaces on the root",
        lambda: feed_with("", root=" ".join(f'xmlns:n{n}="n:{n}"' for n in range(many))),
        *SOUND,
    )
    yield _feed(
        "items in another case", lambda: feed_with("").replace(b"item>", b"ITEM>").replace(b"title>", b"TITLE>")
    )
    yield _feed("NUL between all letters", lambda: feed_with("").replace(b"Sound", b"S\0o\0u\0n\0d"), *SOUND)
    yield _feed("control characters", lambda: feed_with(item("\x01\x02\x0c\x1f", number=9)), *SOUND)
    yield _feed("processing instructions", lambda: feed_with("<?php echo 1 ?>" * 100), *SOUND)


def _feed(name: str, make: Callable[[], bytes], *found: str, refused: bool = False, n: int = 0) -> Hostile:
    return Hostile(name=f"feed: {name}", make=make, content_type="text/xml", found=found, is_refused=refused, offered=n)


def _truncated() -> Iterator[Hostile]:
    """A feed cut at every sixteenth: what came before the cut is there, but for an item without its link."""
    whole = feed_with("")
    for part in range(1, 16):
        body = whole[: len(whole) * part // 16]
        items = body.split(b"<item")[1:]
        told = [title for title, item in zip(SOUND, items, strict=False) if b"</link>" in item]
        found = tuple(title for title in told if f"<title>{title}</title>".encode() in body)
        yield Hostile(
            name=f"feed: cut at {part}/16",
            make=always(body),
            content_type="text/xml",
            found=found,
            is_refused=not found and b"<item" not in body,
        )


def _encoded() -> Iterator[Hostile]:
    title = "أنفاق رفح"
    plain = feed_with(item(title, f"<description>{f'{title} ' * 20}</description>", number=9)).decode()
    for charset in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"):
        yield _feed(f"in {charset}", always(plain.encode(charset)), title, *SOUND)
    for claimed in ("utf-16", "utf-32", "punycode", "idna", "zip", "x" * 1_000, "cp037", "utf-7", "unicode_escape"):
        prolog = f'<?xml version="1.0" encoding="{claimed}"?>'
        yield _feed(f"in utf-8, called {claimed[:20]}", always((prolog + plain).encode()), title, *SOUND)
    named = '<?xml version="1.0" encoding="utf-8"?>'
    yield _feed("in windows-1256, called utf-8", lambda: (named + plain).encode("cp1256"), *SOUND)
    yield _feed("a broken byte in utf-8", lambda: plain.encode() + b"\xff\xfe\xfd", title, *SOUND)
    yield _feed("half utf-8, half latin-1", lambda: plain.encode() + "<!-- é -->".encode("latin-1"), title, *SOUND)


def _json(size: float) -> Iterator[Hostile]:
    times = _times(size)
    sound = [{"id": str(n), "title": title} for n, title in enumerate(SOUND)]

    def document(bad: str) -> bytes:
        items = [json.dumps(each) for each in sound]
        return f'{{"version": "1", "items": [{", ".join([*items[:2], bad, *items[2:]])}]}}'.encode()

    for name, bad in {
        "a deep nest": "[" * 100_000 + "]" * 100_000,
        "a deep nest in an item": '{"x": ' + '{"x":' * 5_000 + "1" + "}" * 5_000 + "}",
        "a number of a million digits": f'{{"id": {times("9", 1_000_000)}}}',
        "a number beyond all": '{"id": 1e999999, "title": -1E400}',
        "not a number": '{"id": NaN, "title": Infinity}',
        "lone surrogates": '{"id": "\\ud800", "title": "\\udfff\\u0000"}',
        "a broken item": '{"id": 1,, "title": }',
        "other kinds of values": '{"id": {}, "title": [], "content_html": 3, "authors": {"a": 1}, "language": []}',
        "a title of a megabyte": f'{{"title": "{times("T", 1_000_000)}"}}',
        "one key 100,000 times": "{" + ", ".join(['"a": 1'] * max(1, int(100_000 * size))) + "}",
        "items that are none": 'null, 1, "x", true, [], [[]]',
        "a date in the year 0": '{"id": "d", "date_published": "0000-00-00T00:00:00Z"}',
        "a date beyond the calendar": '{"id": "d", "date_published": "9999-12-31T23:59:59-23:59"}',
        "escapes that break off": '{"id": "\\u12"}',
    }.items():
        yield Hostile(
            name=f"json: {name}",
            make=always(document(bad)),
            content_type="application/feed+json",
            found=SOUND,
            offered=5,
        )
    cut = document("{}")[:-40]
    yield Hostile(name="json: cut off", make=lambda: cut, content_type="application/json", found=SOUND[:2])


def _no_feeds(size: float) -> Iterator[Hostile]:
    times = _times(size)
    noise = random.Random(1).randbytes(int(500_000 * size) + 100)
    for name, body in {
        "nothing": b"",
        "blanks": b" \n\x00" * 1_000,
        "a page": f"<!DOCTYPE html><html><head><title>News</title></head>{times('<p>x</p>', 100_000)}</html>".encode(),
        "noise": noise,
        "text": times("Service unavailable. ", 50_000).encode(),
        "a zip archive": b"PK\x03\x04" + noise,
        "a PDF": b"%PDF-1.7\n" + noise,
        "an image": b"\x89PNG\r\n\x1a\n" + noise,
        "gzip in gzip": gzip.compress(gzip.compress(feed_with(""))),
        "a sitemap": b'<?xml version="1.0"?><urlset><url><loc>https://gazette.example/</loc></url></urlset>',
        "angle brackets": times("<", 500_000).encode(),
        "brackets": times("[", 500_000).encode(),
        "braces": times("{", 500_000).encode(),
        "quotes": ("{" + times('"\\"', 200_000)).encode(),
        "comments": times("<!--", 100_000).encode(),
        "a doctype without end": ("<!DOCTYPE x [" + times("<!ENTITY a 'b'>", 50_000)).encode(),
        "an empty object": b'{"items": {}}',
        "an error in json": b'{"error": "not found", "items": null}',
    }.items():
        yield Hostile(name=f"no feed: {name}", make=always(body), content_type="text/xml", is_refused=True)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_PARAGRAPHS = "".join(
    f"<p>Paragraph {n} says who was there and what they said of the talks in Cairo.</p>" for n in range(8)
)
_ARTICLE = f"<article><p>{MARK}</p>{_PARAGRAPHS}</article>"


def _page(name: str, make: Callable[[], str | bytes], *found: str) -> Hostile:
    def made() -> bytes:
        body = make()
        return body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")

    return Hostile(name=f"page: {name}", make=made, content_type="text/html", found=found)


def _html(body: str, head: str = "<title>News</title>") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def _behind(flood: Callable[[], str]) -> Callable[[], str]:
    return lambda: _html(_ARTICLE + flood())


def _headed(head: Callable[[], str]) -> Callable[[], str]:
    return lambda: _html(_ARTICLE, head())


def _deep_pages() -> Iterator[Hostile]:
    for depth in (256, 300, 512, 1000, 1500, 2000):
        for tag in ("div", "b", "table><tr><td"):
            close = "</td></tr></table>" if "td" in tag else f"</{tag}>"
            body = f"<{tag}>" * depth + _ARTICLE + close * depth
            yield _page(f"{depth} of {tag[:5]} deep", always(_html(body)), MARK)


def _large_pages(size: float) -> Iterator[Hostile]:
    times = _times(size)
    distinct = int(100_000 * size)

    def ld(text: str) -> str:
        return f'<script type="application/ld+json">{text}</script>'

    for name, flood in {
        "50,000 divs": lambda: times("<div>x</div>", 50_000),
        "50,000 divs opened": lambda: times("<div>", 50_000),
        "a table of 100,000 rows": lambda: f"<table>{times('<tr><td>1<td>2', 100_000)}</table>",
        "200,000 paragraphs": lambda: times("<p>x</p>", 200_000),
        "100,000 links": lambda: times("<a href=x>y</a>", 100_000),
        "100,000 attributes": lambda: f"<p {' '.join(f'x{n}=y' for n in range(distinct))}>z</p>",
        "100,000 options": lambda: f"<select>{times('<option>x', 100_000)}</select>",
        "100,000 bold": lambda: times("<b>", 100_000),
        "100,000 items opened": lambda: times("<ul><li>", 50_000),
        "100,000 comments": lambda: times("<!-- x -->", 100_000),
        "100,000 scripts": lambda: times("<script>x</script>", 100_000),
        "entities": lambda: f"<p>{times('&amp;', 200_000)}</p>",
        "ampersands": lambda: f"<p>{times('&', 500_000)}</p>",
        "a word of a megabyte": lambda: f"<p>{times('x', 1_000_000)}</p>",
        "blanks": lambda: times(" \n", 1_000_000),
        "marks": lambda: "<p>e" + times("\u0301", 200_000) + "</p>",
        "zero widths": lambda: "<p>" + times("\u200b", 300_000) + "</p>",
        "an svg": lambda: f"<svg>{times('<path d=M0>', 50_000)}</svg>",
    }.items():
        yield _page(name, _behind(flood), MARK)
    for name, head in {
        "10 MB of json": lambda: ld(json.dumps({"@type": "NewsArticle", "headline": times("x", 10_000_000)})),
        "json, nested": lambda: ld("[" * 100_000 + '"headline"'),
        "json, of many": lambda: ld(json.dumps([{"headline": "N"}] * int(100_000 * size + 1))),
        "5,000 blocks of json": lambda: times(ld('{"@type": "NewsArticle", "headline": "N"}'), 5_000),
        "json of odd values": lambda: ld(
            '{"@type": [[], null], "headline": {"a": 1}, "author": [[[1]]], "datePublished": 1e999}'
        ),
        "json of lone surrogates": lambda: ld('{"@type": "NewsArticle", "headline": "\\ud800\\u0000"}'),
        "a number in json": lambda: ld(f'{{"@type": "NewsArticle", "headline": "H", "x": {times("9", 100_000)}}}'),
        "a title of a megabyte": lambda: f"<title>{times('T', 1_000_000)}</title>",
        "a canonical link of 100 KB": lambda: f'<link rel="canonical" href="https://g.example/{times("x", 100_000)}">',
        "100,000 metas": lambda: times('<meta name="a" content="b">', 40_000),
    }.items():
        yield _page(name, _headed(head), MARK)


def _odd_pages(size: float) -> Iterator[Hostile]:
    times = _times(size)
    for name, head in {
        "a refresh to itself": '<meta http-equiv="refresh" content="0; url=/news/1">',
        "a base that is none": '<base href="http://[::1"><link rel="canonical" href="//[">',
        "a canonical link that runs": '<link rel="canonical" href="javascript:alert(1)">',
        "an absurd date": '<meta property="article:published_time" content="-0001-99-99T99:99:99+99:99">',
        "a charset that is none": '<meta charset="x-no-such-charset">',
        "a charset of seven bits": '<meta charset="utf-7">',
        "a charset that transforms": '<meta http-equiv="content-type" content="text/html; charset=punycode">',
        "a language that is none": '<meta http-equiv="content-language" content="' + "x-" * 1_000 + '">',
        "overrides in the title": "<title>\u202e\u2066exe.txt\u2069</title>",
        "escape sequences in the title": "<title>\x1b[2J\x9b31m</title>",
    }.items():
        yield _page(name, always(_html(_ARTICLE, head)), MARK)
    whole = _html(_ARTICLE)
    for name, body in {
        "NUL in the text": whole.replace("says", "sa\0ys").replace(MARK, f"{MARK} \0"),
        "lone surrogates": whole.replace("talks", "ta\ud800lks"),
        "a comment without end": f"{_html(_ARTICLE)}<!-- ",
        "a script without end": f"{_html(_ARTICLE)}<script>",
        "tags without ends": f"<article><p>{MARK}<p>{_PARAGRAPHS}<div <span <b",
        "a form around it": _html(f"<form>{_ARTICLE}</form>"),
        "a doctype of xml": f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "x">]>{_html(_ARTICLE)}',
        "two pages in one": whole * 2,
        "frames inside": _html(_ARTICLE + '<iframe srcdoc="<p>x</p>"></iframe>' * 100),
    }.items():
        yield _page(name, always(body), MARK)
    for charset in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig"):
        yield _page(f"in {charset}", always(whole.encode(charset)), MARK)
    for part in range(4, 16, 4):
        cut = whole[: len(whole) * part // 16]
        yield _page(f"cut at {part}/16", always(cut))
    for name, body in {
        "scripts only": _html("<div id=app></div>" + times("<script>app()</script>", 1_000)),
        "frames only": "<html><frameset><frame src=a><frame src=b></frameset></html>",
        "a template only": _html(f"<template>{_ARTICLE}</template>"),
        "plaintext": f"<plaintext>{MARK}",
        "noise called a page": random.Random(2).randbytes(200_000).decode("latin-1"),
        "angle brackets": times("<", 1_000_000),
        "quotes": times('<a b="', 200_000),
        "no tags": times("Words without end. ", 100_000),
    }.items():
        yield _page(name, always(body))


def _no_pages() -> Iterator[Hostile]:
    for name, body, content_type in (
        ("nothing", b"", "text/html"),
        ("a PDF", b"%PDF-1.7", "text/html"),
        ("a film", b"x", "video/mp4"),
        ("gzip", gzip.compress(b"x"), "text/html"),
        ("an archive", b"PK\x03\x04", "application/octet-stream"),
    ):
        yield Hostile(name=f"no page: {name}", make=always(body), content_type=content_type, is_refused=True)
