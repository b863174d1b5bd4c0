"""Addresses of one article in another dress (AMP, mobile, print) → that of the article itself, as far as they tell.

A guess: nothing is asked. So it gives further addresses to look an article up by, and never replaces one: what an
article is known by must not change with our rules.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from monitor import urls

_LABELS = {"amp": "AMP", "m": "mobile", "mobile": "mobile", "mobil": "mobile", "wap": "mobile", "touch": "mobile"}
_PARAMETERS = {
    "amp": "AMP",
    "amp=1": "AMP",
    "amp=true": "AMP",
    "outputtype=amp": "AMP",
    "output=amp": "AMP",
    "view=amp": "AMP",
    "mobile=1": "mobile",
    "mobile=true": "mobile",
    "view=mobile": "mobile",
    "print": "print",
    "print=1": "print",
    "print=true": "print",
    "printable=1": "print",
    "view=print": "print",
    "mode=print": "print",
    "output=print": "print",
}
_PATH = re.compile(
    r"(?P<before>/(?:amp|print)(?=/[^/]))?(?P<path>/.+?)(?P<behind>/(?:amp|print)(?=/?\Z)|\.amp(?=(?:\.html?)?\Z))?"
    r"(?P<end>/|\.html?)?\Z",
    re.IGNORECASE,
)
_CACHE = re.compile(
    r"https?://(?:www\.google\.[a-z.]+/amp|[\w-]+\.cdn\.ampproject\.org/[a-z])(?P<secure>/s)?/(?P<address>[^/]+\..+)"
)
"""Google's copies of AMP pages, in whose address the page's own stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What an address is a variant of."""

    kinds: tuple[str, ...]
    """AMP, mobile, print: for a person."""
    originals: tuple[str, ...]
    """Normalised addresses, of which one should be the article's; the likelier first."""


def variant(url: str) -> Variant | None:
    """What a normalised address is a variant of; None where it is none, or one of a front page."""
    if cached := _CACHE.match(url):
        return _of_cache(f"http{'s' if cached['secure'] else ''}://{cached['address']}")
    parts = urlsplit(url)
    hosts, of_host = _hosts(parts.netloc)
    path, of_path = _path(parts.path)
    query, of_query = _query(parts.query)
    kinds = tuple(dict.fromkeys(of_host + of_path + of_query))
    found = (urlunsplit((parts.scheme, host, path, query, parts.fragment)) for host in hosts)
    originals = tuple(one for one in found if not urls.is_front_page(one))
    return Variant(kinds=kinds, originals=originals) if kinds and originals else None


def _of_cache(address: str) -> Variant | None:
    if urls.is_front_page(address):
        return None
    try:
        original = urls.normalise(address)
    except ValueError:
        return None
    within = variant(original)
    return Variant(kinds=("AMP",), originals=within.originals if within else (original,))


def _hosts(host: str) -> tuple[list[str], list[str]]:
    """Hosts without labels that tell of a variant, and what they tell."""
    labels, kinds = host.split("."), []
    while len(labels) > 2 and labels[0] in _LABELS:
        kinds.append(_LABELS[labels.pop(0)])
    bare = ".".join(labels)
    return ([f"www.{bare}", bare] if kinds and labels[0] != "www" else [bare]), kinds


def _path(path: str) -> tuple[str, list[str]]:
    found = _PATH.match(path)
    marks = [mark for mark in (found["before"], found["behind"]) if mark] if found else []
    if not found or not marks:
        return path, []
    kinds = ["AMP" if mark.strip("/.").lower() == "amp" else "print" for mark in marks]
    return found["path"] + (found["end"] or ""), kinds


def _query(query: str) -> tuple[str, list[str]]:
    parameters = query.split("&")
    kept = [parameter for parameter in parameters if parameter.lower() not in _PARAMETERS]
    return "&".join(kept), [_PARAMETERS[one.lower()] for one in parameters if one.lower() in _PARAMETERS]
