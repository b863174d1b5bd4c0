"""feeds.yaml → the outlets and feeds, with what only shows when all are known: equal ids, equal addresses."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor.config.codes import COUNTRY, LANGUAGE
from monitor.config.credentials import AUTH, Auth, check_auth, credentials_of
from monitor.config.settings import EVERY, Settings
from monitor.config.shape import ByName, Each, Given, Keys, Named, Placed, Value, Wrong, read_file
from monitor.config.source import Source
from monitor.config.values import SLUG, TEXT, choice
from monitor.model import Affiliation, Credentials, Feed, FeedId, Outlet, RobotsPolicy
from monitor.urls import bare_host, host, normalise, place

FEEDS = "feeds.yaml"

_WITHOUT_SCHEME = re.compile(r"(?:www\.|[\w-]+\.)[\w.-]+\.?[\w-]+(?:[/?]|\Z)")


def _address(text: str) -> str:
    if re.search(r"\s", text):
        raise Wrong("a URL holds no blank")
    try:
        normalise(text)
    except ValueError:
        bare = re.sub(r"\A(?:feed|https?|rss)?:?/*", "", text, flags=re.IGNORECASE)
        raise Wrong(f'did you mean "https://{bare}"?' if _WITHOUT_SCHEME.match(bare) else "") from None
    return text


def _domain(text: str) -> str:
    name = host(text if "://" in text else f"https://{text}/")
    bare = bare_host(f"https://{name}/")
    if name != text or bare != name or "." not in name:
        raise Wrong(f'write "{bare}"' if "." in bare else "")
    return text


_ADDRESS = Value(expected="the URL of a feed, such as https://gazette.example/rss.xml", parse=_address)
_DOMAIN = Value(expected="a host in small letters without www., such as gazette.example", parse=_domain)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feed:
    """A feed as far as it can be read."""

    url: Given[str] | None = None
    language: str = ""
    every: timedelta | None = None
    tags: tuple[str, ...] = ()
    auth: Given[Auth] | None = None
    robots: RobotsPolicy = RobotsPolicy.OBEY


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outlet:
    """An outlet as far as it can be read."""

    name: str = ""
    country: str = ""
    language: str = ""
    affiliation: Affiliation = Affiliation.INDEPENDENT
    domains: tuple[Given[str], ...] = ()
    feeds: tuple[Named[_Feed], ...] = ()


_FEED = Keys(
    build=_Feed,
    keys={
        "url": Placed(_ADDRESS),
        "language": LANGUAGE,
        "every": EVERY,
        "tags": Each(TEXT, may_be_empty=True),
        "auth": AUTH,
        "robots": choice(RobotsPolicy),
    },
    required=frozenset(["url"]),
    about={
        "url": "where the feed is",
        "language": "the language of its entries",
        "every": "how often it is asked, always; without it as often as it brings news",
        "tags": "your own words",
        "auth": "what lets us in: `basic`, `bearer`, or `header` with `value`",
        "robots": "whether robots.txt counts for the pages that it offers",
    },
)
_OUTLET = Keys(
    build=_Outlet,
    keys={
        "name": TEXT,
        "country": COUNTRY,
        "language": LANGUAGE,
        "affiliation": choice(Affiliation),
        "domains": Each(Placed(_DOMAIN)),
        "feeds": ByName(key=SLUG, item=_FEED, expected="feeds by their id"),
    },
    required=frozenset(["name", "country", "language", "affiliation", "feeds"]),
    about={
        "name": "as it is shown",
        "country": "where it is based: `EG`, `PS`; `INT` for international bodies",
        "language": "its main language: `ar`, `he`, `pt-BR`",
        "affiliation": "who it answers to",
        "domains": "whose articles are its own, subdomains included; without `www.`",
        "feeds": "its feeds by their id, which is unique in the file. Keep it when the address changes",
    },
)
_OUTLETS = ByName(key=SLUG, item=_OUTLET, expected="outlets by their id")
FILE: Keys[dict[str, tuple[Named[_Outlet], ...]]] = Keys(
    build=dict,
    keys={"outlets": _OUTLETS},
    required=frozenset(["outlets"]),
    about={"outlets": "the outlets by their id: `a-z`, `0-9` and hyphens. Articles are filed under it: keep it"},
)


def read_feeds(
    source: Source, settings: Settings, environment: Mapping[str, str], home: Path, *, secrets: bool = True
) -> tuple[tuple[Outlet, ...], tuple[Feed, ...]]:
    """The outlets and the feeds of a file, in its order; none of them when the file has a problem, which is reported.

    settings: with the intervals of feeds that do not name one. home: the folder that the paths of secrets begin at.
    secrets: whether feeds get their credentials, which must be there then.
    """
    outlets = (read_file(FILE, source) or {}).get("outlets", ())
    _refuse_repeated(outlets, source)
    feeds = [feed for outlet in outlets for feed in outlet.value.feeds]
    for feed in feeds:
        if feed.value.auth and feed.value.url:
            check_auth(feed.value.auth, feed.value.url.value, source)
    if source.problems:
        return (), ()
    known = {
        feed.id: credentials_of(feed.value.auth.value, feed.value.url.value, source, environment, home)
        for feed in feeds
        if secrets and feed.value.auth and feed.value.url
    }
    if source.problems:
        return (), ()
    shared = _shared_hosts(outlets)
    made = [(_outlet(entry, shared), entry.value.feeds) for entry in outlets]
    polled = (_feed(feed, outlet, settings, known.get(feed.id)) for outlet, entries in made for feed in entries)
    return tuple(outlet for outlet, _ in made), tuple(polled)


def _refuse_repeated(outlets: Sequence[Named[_Outlet]], source: Source) -> None:
    feeds = [feed for outlet in outlets for feed in outlet.value.feeds]
    _refuse_equal(((feed.id, Given(feed.id, feed.place)) for feed in feeds), "feed id", source)
    addresses = (feed.value.url for feed in feeds if feed.value.url)
    # The same feed by http and by https is one feed.
    _refuse_equal(((place(url.value), url) for url in addresses), "feed address", source)
    domains = (domain for outlet in outlets for domain in outlet.value.domains)
    _refuse_equal(((domain.value, domain) for domain in domains), "domain", source)


def _refuse_equal(keyed: Iterable[tuple[str, Given[str]]], noun: str, source: Source) -> None:
    """Report what has the same key as something above it."""
    first: dict[str, int] = {}
    for key, given in keyed:
        if key in first:
            source.report(given.place, f"the same {noun} stands in line {first[key]} already", "each may stand once")
        else:
            first[key] = given.place.line


def _hosts(outlet: _Outlet) -> Iterator[str]:
    """The sites of an outlet's feeds, each once."""
    yield from dict.fromkeys(bare_host(feed.value.url.value) for feed in outlet.feeds if feed.value.url)


def _shared_hosts(outlets: Iterable[Named[_Outlet]]) -> frozenset[str]:
    """Hosts that serve feeds of several outlets, or are named as somebody's domain: they tell nothing by default."""
    found = Counter(name for outlet in outlets for name in _hosts(outlet.value))
    named = (domain.value for outlet in outlets for domain in outlet.value.domains)
    return frozenset(name for name, times in found.items() if times > 1).union(named)


def _outlet(entry: Named[_Outlet], shared: frozenset[str]) -> Outlet:
    given = entry.value
    domains = tuple(domain.value for domain in given.domains)
    return Outlet(
        id=entry.id,
        name=given.name,
        country=given.country,
        language=given.language,
        affiliation=given.affiliation,
        domains=domains or tuple(name for name in _hosts(given) if name not in shared),
    )


def _feed(entry: Named[_Feed], outlet: Outlet, settings: Settings, credentials: Credentials | None) -> Feed:
    given = entry.value
    every = given.every or settings.poll_every
    return Feed(
        id=FeedId(entry.id),
        url=given.url.value if given.url else "",
        outlet=outlet,
        language=given.language or outlet.language,
        every=every,
        fastest=given.every or min(every, settings.poll_fastest),
        slowest=given.every or max(every, settings.poll_slowest),
        tags=given.tags,
        credentials=credentials,
        robots=given.robots,
    )
