"""Links of services that stand between a reader and an article → where they lead, as far as the address itself tells.

Pure: nothing is asked. What only the service knows stays as it is; READ follows its redirect, and the article gets the
address where that ends as well.
"""

import re
from base64 import urlsafe_b64decode
from urllib.parse import parse_qsl, unquote, urlsplit

from monitor import urls

_GOOGLE = r"(?:www\.|news\.|news\.url\.)?google\.(?:com|[a-z]{2}|com?\.[a-z]{2})"
# Host and path of a service → the parameters of which one holds the target, the likelier first.
_NAMING: tuple[tuple[str, tuple[str, ...]], ...] = (
    (rf"{_GOOGLE}/(?:news/)?url", ("url", "q")),
    (r"news\.google\.com/.*", ("url",)),
    (r"(?:www\.)?bing\.com/news/apiclick\.aspx", ("url",)),
    (r"(?:www|l|lm|m)\.facebook\.com/l\.php", ("u",)),
    (r"l\.instagram\.com/", ("u",)),
    (r"(?:t|href)\.umblr\.com/redirect", ("z",)),
    (r"out\.reddit\.com/.*", ("url",)),
    (r"(?:www\.)?youtube\.com/redirect", ("q",)),
    (r"(?:www\.)?linkedin\.com/(?:redir/redirect|safety/go)", ("url",)),
    (r"(?:www\.)?vk\.com/away\.php", ("to",)),
    (r"duckduckgo\.com/l/", ("uddg",)),
)
_PARAMETERS = tuple((re.compile(where), names) for where, names in _NAMING)
_YAHOO = re.compile(r"r\.search\.yahoo\.com/.*/RU=([^/]+)/RK=")
_GOOGLE_NEWS = re.compile(r"news\.google\.com/(?:[\w-]+/)*(?:articles|read)/([\w-]+)")
# Most links are of none of them, and this tells it in a microsecond.
_SERVICE = re.compile(
    r"https?://[a-z.]*(?:google|bing|facebook|instagram|umblr|reddit|youtube|linkedin|vk|duckduckgo|yahoo)\.",
    re.IGNORECASE,
)
_PLAIN_PAYLOAD = b"\x08\x13\x22"
"""How a Google News article begins whose address holds the target as it is: since 2024 most hold a secret instead."""
_MOST = 3
"""Services behind each other."""


def target(link: str) -> str:
    """Where a link that `urls.absolute` gave leads; the link itself where it is no service's, or does not tell."""
    for _ in range(_MOST):
        found = urls.absolute("", _named(link)) if _SERVICE.match(link) else ""
        if not found:
            break
        link = found
    return link


def _named(link: str) -> str:
    """What the service's address names as its target, whatever that is; "" where it names none."""
    parts = urlsplit(link)
    where = f"{urls.host(link)}{parts.path}"
    if found := _GOOGLE_NEWS.fullmatch(where):
        return _in_payload(found[1])
    if found := _YAHOO.match(where):
        return unquote(found[1])
    given = dict(parse_qsl(parts.query))
    wanted = (name for place, names in _PARAMETERS if place.fullmatch(where) for name in names)
    return next((given[name] for name in wanted if name in given), "")


def _in_payload(encoded: str) -> str:
    """The address in a protocol buffer in base64: a length of one or two bytes, then so many bytes."""
    try:
        payload = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        if not payload.startswith(_PLAIN_PAYLOAD):
            return ""
        length, start = payload[3], 4
        if length >= 0x80:
            length, start = (length & 0x7F) | payload[4] << 7, 5
        address = payload[start : start + length].decode()
    except (ValueError, IndexError):
        return ""
    return address if address.startswith(("http://", "https://")) else ""
