"""What single texts stand for: durations, times, sizes, numbers, zones, names. Light: every command reads settings."""

import re
import unicodedata
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeVar
from zoneinfo import ZoneInfo

from monitor.config.shape import Value, Wrong
from monitor.config.suggest import did_you_mean
from monitor.text.clean import one_line

E = TypeVar("E", bound=StrEnum)

_UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}  # milliseconds
_DURATION = re.compile(r"(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?(?:([0-9]{1,6})ms)?\Z")
_LONG_UNIT = re.compile(r"([0-9]+) *(ms|[smhd])[a-z]*\Z", re.IGNORECASE)
_SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_SIZE = re.compile(r"([0-9]{1,12})(B|KB|MB|GB|KiB|MiB|GiB)\Z")
_COUNT = re.compile(r"[0-9]{1,9}\Z")
_NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?\Z")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_LONGEST_SLUG = 64
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})\Z")
_SPAN = re.compile(r"([0-9]{1,2}:[0-9]{2})\s*[-–]\s*([0-9]{1,2}:[0-9]{2})\Z")
_CONTACT = re.compile(r"(?:[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[\w.-]+(?::[0-9]+)?(?:/[\w./~%?=&#-]*)?)\Z", re.ASCII)

TEXT: Value[str] = Value(expected="a text", parse=one_line)


def _flag(text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise Wrong
    return _FLAGS[text.lower()]


_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
FLAG = Value(expected="true or false", parse=_flag)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Wrong("the year first, then month and day") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


MOMENT = Value(expected="a date such as 2025-11-10, or with a time: 2025-11-10 14:30 (UTC)", parse=_moment)


def _time(text: str) -> time:
    found = _TIME.match(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise Wrong("hours from 0 to 23, minutes from 0 to 59")
    return time(int(found[1]), int(found[2]))


TIME = Value(expected="a time of day such as 07:30", parse=_time, pattern="[0-9]{1,2}:[0-9]{2}")


def _span(text: str) -> tuple[time, time]:
    found = _SPAN.match(text)
    if not found:
        raise Wrong
    begin, end = _time(found[1]), _time(found[2])
    if begin == end:
        raise Wrong("it would be quiet for no time, or for ever")
    return begin, end


HOURS = Value(
    expected="hours of the day such as 22:00-07:00",
    parse=_span,
    pattern="[0-9]{1,2}:[0-9]{2} *[-–] *[0-9]{1,2}:[0-9]{2}",
)


def duration(at_least: timedelta, at_most: timedelta) -> Value[timedelta]:
    """A length of time within bounds: 30s, 15m, 1h30m, 7d."""

    def parse(text: str) -> timedelta:
        found = _DURATION.match(text)
        if found is None:
            raise Wrong(_duration_hint(text))
        amounts = zip(found.groups(), _UNITS.values(), strict=True)
        length = timedelta(milliseconds=sum(int(amount or 0) * unit for amount, unit in amounts))
        if not at_least <= length <= at_most:
            raise Wrong
        return length

    bounds = f"between {as_text(at_least)} and {as_text(at_most)}"
    return Value(
        expected=f"a duration {bounds}, such as 30s, 15m or 1h30m",
        parse=parse,
        pattern="(?:[0-9]+(?:ms|[dhms]))+",
    )


def as_text(length: timedelta) -> str:
    """A duration as it is written in the files: "1h30m"."""
    left, text = round(length / timedelta(milliseconds=1)), ""
    for name, unit in _UNITS.items():
        amount, left = divmod(left, unit)
        text += f"{amount}{name}" if amount else ""
    return text or "0s"


def _duration_hint(text: str) -> str:
    if _COUNT.match(text):
        return "add the unit: ms, s, m, h or d"
    found = _LONG_UNIT.match(text)
    return f"write {found[1]}{found[2].lower()}" if found else ""


def size(at_least: int, at_most: int) -> Value[int]:
    """A number of bytes within bounds: 500KB, 5MB, 1536MiB."""

    def parse(text: str) -> int:
        found = _SIZE.match(text)
        if found is None:
            raise Wrong("the units are " + ", ".join(_SIZES))
        number = int(found[1]) * _SIZES[found[2]]
        if not at_least <= number <= at_most:
            raise Wrong
        return number

    bounds = f"between {_size_text(at_least)} and {_size_text(at_most)}"
    return Value(expected=f"a size {bounds}, such as 5MB or 1536MiB", parse=parse, pattern="[0-9]+(?:[KMG]i?)?B")


def _size_text(number: int) -> str:
    """In the largest unit in which it is whole."""
    units = sorted(_SIZES.items(), key=lambda unit: -unit[1])
    return next(f"{number // factor}{name}" for name, factor in units if number % factor == 0)


def count(at_least: int, at_most: int) -> Value[int]:
    """A whole number within bounds."""

    def parse(text: str) -> int:
        if not _COUNT.match(text) or not at_least <= int(text) <= at_most:
            raise Wrong
        return int(text)

    expected = f"a whole number between {at_least} and {at_most}"
    return Value(expected=expected, parse=parse, pattern="[0-9]+", bounds=(at_least, at_most))


def number(at_most: int) -> Value[float]:
    """A number from 0, perhaps with a fraction: 2, 0.5."""

    def parse(text: str) -> float:
        if not _NUMBER.match(text) or float(text) > at_most:
            raise Wrong("write the fraction with a point" if "," in text else "")
        return float(text)

    expected = f"a number between 0 and {at_most}"
    return Value(expected=expected, parse=parse, pattern=r"[0-9]+(?:\.[0-9]+)?", bounds=(0, at_most))


def choice(kind: type[E]) -> Value[E]:
    """One of a closed set."""

    def parse(text: str) -> E:
        try:
            return kind(text)
        except ValueError:
            raise Wrong(did_you_mean(text, kind)) from None

    return Value(expected="one of " + ", ".join(kind), parse=parse, choices=tuple(map(str, kind)))


def _slug(text: str) -> str:
    if not _SLUG.match(text) or len(text) > _LONGEST_SLUG:
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        near = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG]
        raise Wrong(f'for example "{near}"' if near else "")
    return text


SLUG = Value(expected="a name of a-z, 0-9 and hyphens", parse=_slug, pattern=_SLUG.pattern.removesuffix(r"\Z"))


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # unknown; a path, or no text for one; a folder such as "Europe"
        from zoneinfo import available_timezones  # reads the whole folder of zones

        names = sorted(available_timezones())
        wanted = "/" + text.rpartition("/")[2].casefold().replace(" ", "_")
        city = next((name for name in names if name.casefold().endswith(wanted)), "")
        raise Wrong(f'did you mean "{city}"?' if city else did_you_mean(text, names)) from None


ZONE = Value(expected="a time zone such as Europe/Berlin or UTC", parse=_zone)


def _contact(text: str) -> str:
    if not _CONTACT.match(text):
        raise Wrong("it is sent to every server, so that its operator can reach you")
    return text


CONTACT = Value(expected="an e-mail address or the URL of a page", parse=_contact)


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        try:
            whole = ip_network(text, strict=False)
        except ValueError:
            raise Wrong from None
        raise Wrong(f"the network that holds it is {whole}") from error


NETWORK = Value(expected="an IP network such as 192.168.0.0/24 or fd00::/8", parse=_network)
