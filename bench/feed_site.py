"""A site of many feeds of made-up news, which change when they are told to: for benches of polling."""

import gzip
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from itertools import accumulate
from urllib.request import urlopen

from bench.site import Answer, Site

PER_FEED = 20
_FIRST = datetime(2026, 8, 1, tzinfo=UTC)
_EVERY = timedelta(minutes=20)
_RSS = """\
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"\
 xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
  <title>Feed {number}</title>
  <atom:link href="{base}/feed/{number}" rel="self" type="application/rss+xml"/>
  <link>{base}/</link>
  <description>News of feed {number}</description>
  <language>en</language>
  <generator>bench</generator>
{items}</channel>
</rss>
"""
_RSS_ITEM = """\
  <item>
    <title>{title}</title>
    <link>{link}</link>
    <guid isPermaLink="false">{link}</guid>
    <pubDate>{rfc}</pubDate>
    <dc:creator><![CDATA[{author}]]></dc:creator>
    <category><![CDATA[{category}]]></category>
    <description><![CDATA[<p>{text}</p>]]></description>
  </item>
"""
_ATOM = """\
<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <title>Feed {number}</title>
  <link rel="alternate" type="text/html" href="{base}/"/>
  <link rel="self" type="application/atom+xml" href="{base}/feed/{number}"/>
  <id>{base}/feed/{number}</id>
  <updated>{iso}</updated>
{items}</feed>
"""
_ATOM_ITEM = """\
  <entry>
    <title>{title}</title>
    <link rel="alternate" type="text/html" href="{link}"/>
    <id>{link}</id>
    <published>{iso}</published>
    <updated>{iso}</updated>
    <author><name>{author}</name></author>
    <category term="{category}"/>
    <summary type="html">&lt;p&gt;{text}&lt;/p&gt;</summary>
  </entry>
"""

_COMMON = """
    the of and to in a that on for with as it was by at from his said were be this which have has had not their after
    will would been one who they more also its but are an or he she we when there than into over
"""
_SYLLABLES = "ba be bo da de di fa fo ga go ha ka ke ko la le lo ma me mi na ne no pa po ra re ri sa se so ta te to va"
_VOCABULARY = 20_000


@dataclass(slots=True, kw_only=True)
class FeedSite:
    """Feeds of twenty items of `words` words, three in four of them RSS, the others Atom: /feed/N, gzip.

    What is asked for below /be/ changes what the site is: see `be`.
    """

    words: int = 60
    wait: float = 0
    """Seconds that every answer takes."""
    version: int = 0
    """How many items have come since the beginning, in the feeds that change; as many have gone."""
    changing: int = 100
    """Of a hundred feeds so many change; likewise `validated` have an ETag."""
    validated: int = 100
    _made: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def answer(self, host: str, target: str) -> Answer:
        """A feed; or what was asked for is done."""
        kind, *values = target.strip("/").split("/")
        if kind == "be":
            self.version, self.changing, self.validated = map(int, values)
            return Answer()
        number = int(values[0])
        version = self.version if number % 100 < self.changing else 0
        # Another half than those that change, and other formats in it.
        validated = (number // 4 * 7) % 100 < self.validated
        tag = {"ETag": f'"{number}-{version}"'} if validated else {}
        headers = {"Content-Type": "application/xml; charset=utf-8", "Content-Encoding": "gzip", **tag}
        return Answer(body=self._body(host, number, version), headers=headers, wait=self.wait)

    def _body(self, host: str, number: int, version: int) -> bytes:
        body = self._made.get((number, version))
        if body is None:
            body = gzip.compress(feed(f"http://{host}", number, version, self.words).encode(), 6)
            self._made[number, version] = body
        return body


def be(site: Site, *, version: int, changing: int = 100, validated: int = 100) -> None:
    """Make the served `FeedSite` so."""
    urlopen(f"http://{site.addresses[0]}:{site.port}/be/{version}/{changing}/{validated}").close()


def addresses(site: Site, feeds: int) -> dict[str, str]:
    """Id → address of so many feeds, spread over the site's hosts."""
    hosts = [f"http://{address}:{site.port}" for address in site.addresses]
    return {f"feed{number}": f"{hosts[number % len(hosts)]}/feed/{number}" for number in range(feeds)}


def feed(base: str, number: int, version: int, words: int) -> str:
    """A feed, its newest item first."""
    whole, one = (_ATOM, _ATOM_ITEM) if number % 4 == 3 else (_RSS, _RSS_ITEM)
    places = range(version + PER_FEED - 1, version - 1, -1)
    items = "".join(one.format_map(_item(base, number, place, words)) for place in places)
    return whole.format(base=base, number=number, iso=_moment(places[0]).isoformat(), items=items)


def _item(base: str, number: int, place: int, words: int) -> dict[str, str]:
    chance = random.Random(number * 1_000_003 + place)
    return {
        "title": _sentence(chance, 8),
        "link": f"{base}/news/{number}/{place}",
        "rfc": format_datetime(_moment(place), usegmt=True),
        "iso": _moment(place).isoformat(),
        "author": _sentence(chance, 2).title(),
        "category": _sentence(chance, 1),
        "text": ". ".join(_sentence(chance, 20) for _ in range(max(1, words // 20))),
    }


def _sentence(chance: random.Random, words: int) -> str:
    """Words as often as in a language: few are common, and few are seen for the first time."""
    vocabulary, weights = _vocabulary()
    return " ".join(chance.choices(vocabulary, cum_weights=weights, k=words)).capitalize()


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """Words, and how often they come (Zipf's law), summed up."""
    chance, syllables = random.Random(0), _SYLLABLES.split()
    made = ("".join(chance.choices(syllables, k=chance.randint(2, 5))) for _ in range(_VOCABULARY))
    words = list(dict.fromkeys([*_COMMON.split(), *made]))
    return words, list(accumulate(1 / (rank + 3) for rank in range(len(words))))


@cache
def _moment(place: int) -> datetime:
    return _FIRST + place * _EVERY
