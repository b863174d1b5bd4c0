"""`alerts:` of a watchlist → who is told of it, and when."""

from dataclasses import dataclass
from datetime import time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from monitor.config.shape import Each, Given, Keys, Placed
from monitor.config.source import Source
from monitor.config.values import FLAG, SLUG, TIME, ZONE, choice, duration
from monitor.model import ChannelId, Subscription, When


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertGiven:
    """A subscription as it stands in the file, as far as it can be read."""

    channel: str = ""
    when: When = When.STORY
    every: timedelta | None = None
    at: tuple[time, ...] = ()
    timezone: ZoneInfo | None = None
    even_if_empty: bool = False


ALERTS = Each(
    Placed(
        Keys(
            build=AlertGiven,
            keys={
                "channel": SLUG,
                "when": choice(When),
                "every": duration(timedelta(minutes=5), timedelta(days=7)),
                "at": Each(TIME),
                "timezone": ZONE,
                "even_if_empty": FLAG,
            },
            required=frozenset(["channel"]),
            about={
                "channel": "the channel's id in monitor.yaml",
                "when": "of every `match` or `story`, in a `digest`, of a `spike`, when it is `quiet`",
                "every": "how long a digest gathers",
                "at": "at which times of the day a digest is sent",
                "timezone": "of `at`; without it that of the monitor",
                "even_if_empty": "whether a digest is sent when there is nothing in it",
            },
        )
    ),
    may_be_empty=True,
)


def subscription(given: Given[AlertGiven], source: Source, zone: tzinfo) -> Subscription | None:
    """What is meant; what does not fit together is reported. `zone`: of times that name none."""
    said = given.value
    is_digest = said.when is When.DIGEST
    if is_digest and bool(said.every) == bool(said.at):
        source.report(given.place, "a digest needs one of every and at", 'for example at: ["07:30"], or every: 1h')
    of_digest = {"every": said.every, "at": said.at, "even_if_empty": said.even_if_empty}
    for key in (key for key, value in of_digest.items() if value and not is_digest):
        source.report(given.place, f'"{key}" is of a digest, and this is told when: {said.when}', "when: digest")
    if said.timezone and not said.at:
        source.report(given.place, '"timezone" is that of "at", which is missing')
    if not said.channel:
        return None
    return Subscription(
        channel=ChannelId(said.channel),
        when=said.when,
        every=said.every,
        at=tuple(sorted(set(said.at))),
        zone=said.timezone or zone,
        even_if_empty=said.even_if_empty,
    )
