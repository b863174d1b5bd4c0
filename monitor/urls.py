"""Addresses: their one normal form, their host, what of them may be shown. Text in, text out; nothing is fetched."""

import re
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import idna

LONGEST = 2048
"""Characters of a normal form: what a sitemap allows, and what an index of PostgreSQL holds (2,704 bytes)."""

_LONGEST_GIVEN = 16_384
"""Characters of an address that is looked at at all, and of its host: the libraries beneath take seconds for more."""
_LONGEST_AUTHORITY = 1024

_REMEMBERED = 256
"""Addresses: while an entry is decided, its own is asked about again and again."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_ASCII_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_-])?\Z")
_FEED_SCHEME = re.compile(r"feed:(?=https?:)|feed:(?://)?", re.IGNORECASE)
# With digits behind the colon it is a host with its port.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_JOINED = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?/[A-Za-z0-9/._~%+=&,@!:-]*(?:\?[A-Za-z0-9/._~%+=&,@!:-]+)?")
# A host of plain names, and a path none of whose parts is empty or begins with a dot: its own normal form.
_PART = r"[A-Za-z0-9_~!$&'()*+,;=:@-][A-Za-z0-9._~!$&'()*+,;=:@-]*+"
_NORMAL = re.compile(
    r"https?://([a-z0-9][a-z0-9-]{0,40}(?:\.[a-z0-9][a-z0-9-]{0,40}){1,4})(?::[1-5][0-9]{3,4})?(?=/)"
    rf"(?:/{_PART})*+/?"
)
_WITHOUT_SCHEME = re.compile(r"www\.[\w-]+\.[\w.-]+(?:[/?#]|\Z)", re.IGNORECASE)

# RFC 3986: what may stand as it is in a path and in a query or fragment; all else is percent-encoded.
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_NOT_IN_PATH = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/]")
_NOT_IN_QUERY = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]")

# Who sent the reader, never what is read. Names are compared in lower case.
_TRACKING_PREFIXES = ("utm_", "at_", "ns_", "mtm_", "pk_", "hsa_", "guce_", "_hs", "vero_", "__hs", "wt_", "ito_")
_TRACKING_NAMES = """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid li_fat_id igshid igsh mibextid epik
    mc_cid mc_eid mkt_tok _ga _gl _ke _openstat hsctatracking ocid icid cmpid intcmp xtor xtcr xtmc xtref smid
    smtyp emc partner taid traffic_source srnd maca wt.mc_id wt.mc_ev wt.nav spm guccounter soc_src soc_trk tsrc
    __twitter_impression amp_js_v amp_gsa usqp dicbo tblci obclick ncid ftag s_kwcid trk trkcampaign
    __cf_chl_tk __cf_chl_rt_tk fb_action_ids fb_action_types fb_source fb_ref ito sr_share
"""
_TRACKING = frozenset(_TRACKING_NAMES.split())
# Labels before the name of a site that tell how it is shown, not whose it is.
_VARIANT_LABELS = frozenset(
    ["www", "www1", "www2", "www3", "m", "mobile", "mobil", "amp", "wap", "touch", "feeds", "feed", "rss"]
)
# Languages and editions that sites put first in a path; a closed list, for /us-iran and /war are articles.
_EDITION = (
    "(?:ar|bg|bn|bs|ca|cs|da|de|el|en|es|et|eu|fa|fi|fr|ga|gl|he|hi|hr|hu|hy|id|is|it|iw|ja|ka|kk|ko|ku|lt|lv|mk|ms|nb|nl"
    "|no|pl|ps|pt|ro|ru|sk|sl|sq|sr|sv|sw|ta|te|th|tl|tr|uk|ur|uz|vi|zh)(?:[-_](?:[a-z]{2}|hans|hant|latn|cyrl))?"
)
_FRONT_PATH = re.compile(
    rf"/(?:{_EDITION}(?:/|\Z))?(?:(?:index|default|home|main)(?:\.[a-z]{{3,5}})?/?)?\Z", re.IGNORECASE
)
_FRONT_PARAMETERS = frozenset(["lang", "language", "hl", "gl", "edition", "locale", "region"])

_SECRET = re.compile(r"token|secret|passw|pwd|auth(?!or)|cred|session|signature|jwt|bearer|^pass$|^sig$|key$", re.I)
# Possessive, and "@" asked for first: what any server sends is redacted, and must not take the square of its length.
_USERINFO = re.compile(r"\A(\s*+[^:/?#]*+:?//)[^/?#]*@")
# A password with an unescaped / ? or # in it: what stands where the port should is none.
_TORN_USERINFO = re.compile(r"\A(\s*+[^:/?#]*+:?//)(?=[^@]*+@)[^/?#@]*:(?!\d*[/?#])[^@]*@")
_AUTHORITY = re.compile(r"[^:/?#]*+:?[/\\]{2}([^/?#]*+)")
_LEFT_OUT = "***"
_PARAMETER = re.compile(r"(?<=[?&;#])([^=&;#?]+)=([^&;#]*)")


@lru_cache(_REMEMBERED)
def normalise(url: str) -> str:
    """The normal form of an http(s) address, by which articles are known: RFC 3986 §6 without fragment (but `#!`),
    user name, password and tracking parameters; the order of the other parameters is kept. Idempotent.

    Raises: ValueError when it is no http(s) address, or its normal form is longer than `LONGEST`.
    """
    return url if _normal(url) else _normalised(url)


def _normal(url: str) -> re.Match[str] | None:
    """A match, whose group is the host, where the address surely is its own normal form: most are."""
    return _NORMAL.fullmatch(url) if len(url) <= LONGEST else None


def _normalised(url: str) -> str:
    parts = _split(url)
    authority = _authority(parts)
    path = _without_dots(_encoded(parts.path, _NOT_IN_PATH)) or "/"
    query = "&".join(filter(_tells, _encoded(parts.query, _NOT_IN_QUERY).split("&")))
    fragment = _encoded(parts.fragment, _NOT_IN_QUERY) if parts.fragment.startswith("!") else ""
    normal = f"{parts.scheme}://{authority}{path}" + (query and f"?{query}") + (fragment and f"#{fragment}")
    if len(normal) > LONGEST:
        raise ValueError(f"an address of {len(normal)} characters, more than {LONGEST}")
    return normal


def changes(url: str) -> tuple[str, ...]:
    """What `normalise` changes of an address, and by which rule, for a person.

    Raises: ValueError, as `normalise`.
    """
    normalise(url)
    parts = _split(url)
    given = _UNFIT.sub("", url).strip()
    path = _encoded(parts.path, _NOT_IN_PATH)
    query = _encoded(parts.query, _NOT_IN_QUERY)
    dropped = [parameter.partition("=")[0] for parameter in query.split("&") if parameter and not _tells(parameter)]
    rules = (
        (given != url, "blanks and control characters left out"),
        (not given.startswith(f"{parts.scheme}:"), f"scheme in lower case: {parts.scheme}"),
        ("@" in parts.netloc, "user name and password left out"),
        (parts.netloc.rpartition("@")[2] != _authority(parts), f"host in its usual form: {_authority(parts)}"),
        (not path, "a path that is empty is /"),
        ((path, query) != (parts.path, parts.query), "characters percent-encoded as RFC 3986 writes them"),
        (_without_dots(path) != path, "segments . and .. followed"),
        (bool(dropped), f"parameters that track the reader left out: {', '.join(dropped)}"),
        ("?" in given.partition("#")[0] and "" in query.split("&"), "parameters without a name left out"),
        ("#" in given and not parts.fragment.startswith("!"), f"fragment left out: #{parts.fragment}"),
    )
    return tuple(text for applies, text in rules if applies)


def place(url: str) -> str:
    """The normal form without its scheme: one document is one place, whether it is asked by http or https.

    Raises: ValueError, as `normalise`.
    """
    return normalise(url).partition("://")[2]


def absolute(base: str, link: str) -> str:
    """The http(s) address that `link` means on a page or in a feed at `base`, otherwise as given; "" when it means none
    (javascript:, mailto:, malformed). Whatever is returned, `normalise` takes.
    """
    if _normal(link):
        return link
    given = _UNFIT.sub("", link).strip()
    if not given:
        return ""
    if _WITHOUT_SCHEME.match(given):
        given = f"https://{given}"
    try:
        _refuse_endless(given)
        found = given if is_joined(given) else urljoin(base, given).replace(" ", "%20")
        normalise(found)
    except ValueError:
        return ""
    return found


def is_joined(link: str) -> bool:
    """Whether it is surely a whole address that joining with any base would leave as it is: most links are."""
    return _JOINED.fullmatch(link) is not None


def typed(text: str) -> str:
    """The http(s) address that a person means by "gazette.example", "feed://gazette.example/rss" or a whole one; ""
    when it is none. Whatever is returned, `normalise` takes.
    """
    given = _FEED_SCHEME.sub("", text.strip(), count=1)
    return absolute("", given if _SCHEME.match(given) else f"https://{given}") if given else ""


def redact(url: str) -> str:
    """The address fit for logs and messages: no user name, no password, no value of a parameter that sounds secret."""
    shown = _USERINFO.sub(rf"\1{_LEFT_OUT}@", _TORN_USERINFO.sub(rf"\1{_LEFT_OUT}@", url))
    return _PARAMETER.sub(_redacted, shown)


def is_redacted(url: str) -> bool:
    """Whether a secret in the address is left out, as `redact` does: it leads nowhere."""
    return _LEFT_OUT in url


def without_user(url: str) -> str:
    """The address without user name and password."""
    return _USERINFO.sub(r"\1", _TORN_USERINFO.sub(r"\1", url))


def host(url: str) -> str:
    """The host of an http(s) address, in lower case and ASCII, without port and brackets; "" when there is none."""
    if normal := _normal(url):
        return normal[1]
    try:
        return _host(_split(url)).strip("[]")
    except ValueError:
        return ""


def bare_host(url: str) -> str:
    """The host without the labels that only tell how a site is shown: "m.example.com" → "example.com"."""
    labels = host(url).split(".")
    while len(labels) > 2 and labels[0] in _VARIANT_LABELS:
        labels.pop(0)
    return ".".join(labels)


def same_site(a: str, b: str) -> bool:
    """Whether two addresses are of one site: the same host but for www., m., amp. and their like.

    Other subdomains count as other sites: without the public suffix list one.github.io and two.github.io look like
    english.example.net and example.net, and strangers must not vouch for each other.
    """
    return (first := bare_host(a)) != "" and first == bare_host(b)


@lru_cache(_REMEMBERED)
def is_front_page(url: str) -> bool:
    """Whether the address is a site's front page, perhaps in one language: /, /en/, /index.html, /?lang=ar."""
    try:
        normal = place(url)
    except ValueError:
        return False
    where, _, query = normal.partition("?")
    names = (parameter.partition("=")[0].lower() for parameter in query.split("&") if parameter)
    is_front = "#" not in normal and _FRONT_PATH.match(where, where.find("/"))
    return bool(is_front) and _FRONT_PARAMETERS.issuperset(names)


def _refuse_endless(url: str) -> None:
    """Raises: ValueError for an address that nobody wrote, before it costs anything."""
    authority = _AUTHORITY.match(url)
    if len(url) > _LONGEST_GIVEN or (authority and len(authority[1]) > _LONGEST_AUTHORITY):
        raise ValueError(f"an address of {len(url):,} characters")


def _split(url: str) -> SplitResult:
    given = _UNFIT.sub("", url).strip()
    _refuse_endless(given)
    parts = urlsplit(given)
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError(f"not an http(s) address: {redact(url)[:200]!r}")
    return parts


def _authority(parts: SplitResult) -> str:
    port = parts.port
    return _host(parts) + (f":{port}" if port is not None and port != _DEFAULT_PORTS[parts.scheme] else "")


def _host(parts: SplitResult) -> str:
    if "\\" in parts.netloc:
        raise ValueError("a backslash before the path: browsers and libraries disagree about the host")
    given = (parts.hostname or "").removesuffix(".")
    if "[" in parts.netloc:
        return f"[{IPv6Address(given.partition('%')[0])}]"
    # An international name is encoded; an ASCII one may hold an underscore, which idna refuses and the DNS does not.
    name = given if given.isascii() else idna.encode(unquote(given), uts46=True).decode("ascii").lower()
    if not _ASCII_HOST.match(name) or ".." in name or len(name) > 253:
        raise ValueError(f"not a host name: {given[:100]!r}")
    return name


def _encoded(text: str, illegal: re.Pattern[str]) -> str:
    return illegal.sub(_escape, text) if text else ""


def _escape(found: re.Match[str]) -> str:
    given = found[0]
    if len(given) == 3:
        character = chr(int(given[1:], 16))
        return character if character in _UNRESERVED else given.upper()
    return "".join(f"%{byte:02X}" for byte in given.encode())


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    ends_in_folder = segments[-1] in (".", "..")
    return "/" + "/".join([*kept, ""] if ends_in_folder and kept else kept)


def _tells(parameter: str) -> bool:
    """Whether a query's parameter may say what is read, rather than who sent the reader."""
    name = unquote(parameter.partition("=")[0]).lower()
    return bool(parameter) and name not in _TRACKING and not name.startswith(_TRACKING_PREFIXES)


def _redacted(found: re.Match[str]) -> str:
    return f"{found[1]}={_LEFT_OUT}" if found[2] and _SECRET.search(unquote(found[1])) else found[0]
