"""Feeds that were found or listed somewhere → what to add to feeds.yaml for them, with ids that are free.

Pure. What cannot be known is proposed with a remark to check it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from monitor import urls
from monitor.articles.language import language_of
from monitor.articles.outlets import Outlets
from monitor.config.codes import COUNTRY, INTERNATIONAL, LANGUAGE
from monitor.config.edit import Addition, NewFeed, NewOutlet
from monitor.config.shape import Wrong
from monitor.model import Affiliation, Feed, FeedId, Outlet
from monitor.text.language_tags import primary

CHECK = "check"
"""How every remark begins that asks a person to look."""
_LONGEST_ID = 50
"""Characters; the loader takes 64, a number included."""
_FALLBACK_LANGUAGE = "en"
# Serve the feeds of many: whose a feed is, its host does not tell.
_HOSTING = frozenset(
    ["feedburner.com", "feedpress.me", "rsshub.app", "medium.com", "youtube.com", "reddit.com", "feedx.net", "rss.app"]
)
# Country domains that are sold to everybody.
_SOLD_NAMES = "ac ag ai am cc cf co fm ga gg gq im io is la ly me ml nu sc sh st tk to tv vc ws"
_SOLD = frozenset(_SOLD_NAMES.split())
_SECOND_LEVEL = frozenset(["com", "co", "net", "org", "gov", "gob", "gouv", "ac", "edu", "mil", "or", "ne", "go"])
# Letters that decompose into no Latin ones.
_LATIN = str.maketrans({"ı": "i", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th"})
# Turn the line round that they stand in, here and wherever it is pasted.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_WORDS = re.compile(r"[a-z0-9]+")
# Words of a feed's path that tell nothing of what is in it.
_IDLE_NAMES = "feed feeds rss rss2 rdf xml atom atom10 json index php html htm default www news sitemap all latest"
_IDLE = frozenset(_IDLE_NAMES.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A feed that may be added."""

    url: str
    title: str = ""
    """Of the feed, or of its site."""
    site: str = ""
    """An address of whose it is, where that is another than the feed's: a page, an article."""
    language: str = ""
    tags: tuple[str, ...] = ()
    id: str = ""
    """How it is called elsewhere: taken where it can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a person wants of the result; "" and None where that is left to us."""

    feed_id: str = ""
    outlet_id: str = ""
    name: str = ""
    country: str = ""
    language: str = ""
    affiliation: Affiliation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What to do with candidates; every one is in one of the three."""

    additions: tuple[Addition, ...] = ()
    known: tuple[tuple[str, FeedId], ...] = ()
    """Addresses that are configured, and the feed that has each."""
    repeated: tuple[str, ...] = ()
    """Addresses that another candidate has as well."""


def propose(
    candidates: Sequence[Candidate], outlets: Sequence[Outlet], feeds: Sequence[Feed], wishes: Wishes
) -> Proposal:
    """What these candidates add to the outlets and feeds of a configuration, in their order."""
    configured = {urls.place(feed.url): feed.id for feed in feeds}
    known: list[tuple[str, FeedId]] = []
    repeated: list[str] = []
    fresh: dict[str, Candidate] = {}
    for candidate in candidates:
        address = urls.place(candidate.url)
        if address in configured:
            known.append((candidate.url, configured[address]))
        elif address in fresh:
            repeated.append(candidate.url)
        else:
            fresh[address] = candidate
    naming = _Naming(outlets, feeds, wishes)
    additions = naming.additions(list(fresh.values()))
    return Proposal(additions=tuple(additions), known=tuple(known), repeated=tuple(repeated))


def slug(text: str) -> str:
    """The text as an id; "" where no Latin letter or digit is in it."""
    latin = unicodedata.normalize("NFKD", text.lower().translate(_LATIN))
    found = "-".join(_WORDS.findall("".join(letter for letter in latin if not unicodedata.combining(letter))))
    return found if len(found) <= _LONGEST_ID else found[: _LONGEST_ID + 1].rpartition("-")[0] or found[:_LONGEST_ID]


class _Naming:
    """Gives ids that nobody has yet."""

    def __init__(self, outlets: Sequence[Outlet], feeds: Sequence[Feed], wishes: Wishes) -> None:
        self._by_id = {outlet.id: outlet for outlet in outlets}
        self._outlets = Outlets(outlets)
        self._outlet_ids = set(self._by_id)
        self._domains = {urls.bare_host(f"https://{domain}/") for outlet in outlets for domain in outlet.domains}
        self._feed_ids: set[str] = {feed.id for feed in feeds}
        self._wishes = wishes

    def additions(self, candidates: Sequence[Candidate]) -> Iterator[Addition]:
        """One for each outlet, existing ones as they come."""
        grouped: dict[str, list[Candidate]] = {}
        for candidate in candidates:
            grouped.setdefault(self._belonging(candidate), []).append(candidate)
        for group in grouped.values():
            outlet = self._existing(group[0]) or self._new_outlet(group)
            feeds = tuple(self._feed(candidate, outlet) for candidate in group)
            yield Addition(outlet=outlet.id if isinstance(outlet, Outlet) else outlet, feeds=feeds)

    def _belonging(self, candidate: Candidate) -> str:
        """The same for candidates of one outlet."""
        if existing := self._existing(candidate):
            return f"outlet {existing.id}"
        if self._wishes.outlet_id:
            return ""
        host = _home(candidate)
        return candidate.url if _is_hosting(host) else f"host {host}"

    def _existing(self, candidate: Candidate) -> Outlet | None:
        if self._wishes.outlet_id:
            return self._by_id.get(self._wishes.outlet_id)
        places = (candidate.site, "" if _is_hosting(urls.host(candidate.url)) else candidate.url)
        return next(filter(None, (self._outlets.at(place) for place in places if place)), None)

    def _new_outlet(self, group: Sequence[Candidate]) -> NewOutlet:
        first, wishes = group[0], self._wishes
        host = _home(first)
        hosting = _is_hosting(host)
        remarks: dict[str, str] = {}
        title = first.title if len({candidate.title for candidate in group}) == 1 else ""
        country = _country_of(host)
        language = next(filter(None, (_language(candidate) for candidate in group)), "")
        if not wishes.name:
            remarks["name"] = CHECK
        if not wishes.country:
            remarks["country"] = f"{CHECK}: told from the address" if country else f"{CHECK}: where is it based?"
        if not wishes.language and not language:
            remarks["language"] = f"{CHECK}: it could not be told"
        if not wishes.affiliation:
            remarks["affiliation"] = f"{CHECK}: who does it answer to?"
        return NewOutlet(
            id=self._free(
                self._outlet_ids, (wishes.outlet_id, "" if hosting else _host_slug(host), slug(first.title), "outlet")
            ),
            name=wishes.name or _DIRECTIONS.sub("", title) or host,
            country=wishes.country or country or INTERNATIONAL,
            language=wishes.language or language or _FALLBACK_LANGUAGE,
            affiliation=wishes.affiliation or Affiliation.INDEPENDENT,
            domains=() if hosting or "." not in host or host in self._domains else (host,),
            remarks=remarks,
        )

    def _feed(self, candidate: Candidate, outlet: Outlet | NewOutlet) -> NewFeed:
        language = self._wishes.language or _language(candidate) or outlet.language
        differs = language != outlet.language
        named = f"{outlet.id}-{language.lower()}"
        section = _section(candidate.url)
        wanted = (
            self._wishes.feed_id,
            candidate.id if candidate.id == slug(candidate.id) else "",
            named if differs else outlet.id,
            "" if differs else named,
            f"{outlet.id}-{section}" if section else "",
            f"{named}-{section}" if section else "",
            outlet.id,
        )
        return NewFeed(
            id=self._free(self._feed_ids, wanted),
            url=candidate.url,
            language=language if differs else "",
            tags=tuple(_DIRECTIONS.sub("", tag) for tag in candidate.tags),
        )

    def _free(self, taken: set[str], wanted: Sequence[str]) -> str:
        """The first that is not taken, else the last with a number; taken from now on."""
        given = [name[:_LONGEST_ID].rstrip("-") for name in wanted if name]
        numbered = (f"{given[-1]}-{number}" for number in range(2, len(taken) + 3))
        chosen = next(name for name in (*given, *numbered) if name not in taken)
        taken.add(chosen)
        return chosen


def _home(candidate: Candidate) -> str:
    """The host that tells whose a feed is: its site's, unless that serves the feeds of many."""
    named = urls.bare_host(candidate.site)
    return named if named and not _is_hosting(named) else urls.bare_host(candidate.url)


def _is_hosting(host: str) -> bool:
    return any(host == known or host.endswith(f".{known}") for known in _HOSTING)


def _host_slug(host: str) -> str:
    """What is peculiar to a host: "gazette" of gazette.example and of gazette.co.uk, "arabic-rt" of arabic.rt.com."""
    labels = host.split(".")
    if len(labels) > 1:
        labels.pop()
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return slug(" ".join(_readable(label) for label in labels)) or slug(host)


def _readable(label: str) -> str:
    """An international label in its own letters: what is Latin in it can be read again."""
    try:
        return label.encode("ascii").decode("idna") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def _country_of(host: str) -> str:
    """What the country domain of a host says; "" where it says nothing."""
    ending = host.rpartition(".")[2]
    if ending in _SOLD:
        return ""
    try:
        return "GB" if ending == "uk" else COUNTRY.parse(ending.upper())
    except Wrong:
        return ""


def _language(candidate: Candidate) -> str:
    """The language that the candidate says, else the one its title shows; "" where neither does."""
    for told in (candidate.language, primary(candidate.language), language_of(candidate.title)):
        with suppress(Wrong):
            return LANGUAGE.parse(told)
    return ""


def _section(url: str) -> str:
    """What the path says of what is in the feed: "world" of /rss/world.xml."""
    words = [word for part in urls.normalise(url).split("/")[3:] for word in re.split(r"[^\w]+", part.lower())]
    return slug(" ".join(word for word in words if word and word not in _IDLE)[-_LONGEST_ID:])
