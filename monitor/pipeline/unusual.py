"""What is unusual: spikes, silences, and digests with nothing in them; looked for every few minutes.

Rows are written once whatever is repeated: a spike is known by its day and number of stories, a silence by its
beginning, a digest by its window.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from monitor.alerts.hours import window_before
from monitor.config.load import Config
from monitor.errors import MonitorError
from monitor.feeds.rhythm import Silence
from monitor.model import ChannelId, Occasion, Outage, OutageKind, Subscription, WatchlistId, When, delivery_key
from monitor.pipeline.alerting import digest
from monitor.pipeline.today import began, rounded, today
from monitor.pipeline.tools import Tools
from monitor.store import deliveries, health, outages, story_counts
from monitor.store.deliveries import Due
from monitor.store.store import Transaction

EVERY = timedelta(minutes=5)
_SETTLED = timedelta(minutes=5)
"""After a window's end: a match of its last moments is saved by then."""

log = logging.getLogger(__name__)


def unusual(tx: Transaction, config: Config, now: datetime) -> list[Due]:
    """What is to be told now, by the configuration; what was told already is known by its key."""
    zone = config.settings.timezone
    return [
        *_spikes(tx, _asking(config, When.SPIKE), zone, now),
        *_silences(tx, _asking(config, When.QUIET), zone, now),
        *_empty(tx, _asking(config, When.DIGEST), now),
    ]


Asking = Mapping[WatchlistId, Sequence[Subscription]]


def _asking(config: Config, when: When) -> Asking:
    asking = {one.id: [each for each in one.alerts if each.when is when] for one in config.watchlists}
    return {watchlist: these for watchlist, these in asking.items() if these}


def _spikes(tx: Transaction, asking: Asking, zone: tzinfo, now: datetime) -> Iterator[Due]:
    """One a day and watchlist, and another each time there are twice as many."""
    if not asking:
        return
    for watchlist, found in today(tx, asking, zone, now).items():
        if not found.judged.is_spike:
            continue
        for one in asking[watchlist]:
            day = now.astimezone(zone).date().isoformat()
            if found.stories >= 2 * _told(tx, one.channel, watchlist, day, found.stories):
                yield Due(
                    channel=one.channel,
                    watchlist_id=watchlist,
                    occasion=Occasion.SPIKE,
                    subject=day,
                    event=str(found.stories),
                    since=found.since,
                    until=now,
                    note=found.note(zone),
                    due_at=now,
                )


def _told(tx: Transaction, channel: ChannelId, watchlist: WatchlistId, day: str, stories: int) -> int:
    """The number of stories that a channel was told of last on a day; 0 where it was not."""
    keys = {
        delivery_key(channel, watchlist, Occasion.SPIKE, day, str(number)): number for number in range(1, stories + 1)
    }
    return max((keys[key] for key in deliveries.at(tx, keys)), default=0)


def _silences(tx: Transaction, asking: Asking, zone: tzinfo, now: datetime) -> Iterator[Due]:
    """One each."""
    for watchlist, silence in health.quiet_watchlists(tx, asking, now).items():
        for one in asking[watchlist]:
            yield Due(
                channel=one.channel,
                watchlist_id=watchlist,
                occasion=Occasion.QUIET,
                subject=silence.since.isoformat(),
                since=silence.since,
                until=now,
                note=_quiet_note(silence, zone),
                due_at=now,
            )


def _quiet_note(silence: Silence, zone: tzinfo) -> str:
    since = silence.since + timedelta(hours=1)
    usual = rounded(silence.expected)
    return (
        f"nothing since {since.astimezone(zone):%Y-%m-%d %H:%M}; in as long a time, {usual} hours with news are usual"
    )


def _empty(tx: Transaction, asking: Asking, now: datetime) -> Iterator[Due]:
    """The digests whose windows have just ended; where one has something in it, it is there already."""
    for watchlist, these in asking.items():
        for one in (one for one in these if one.even_if_empty):
            window = window_before(one, now - _SETTLED)
            if _was_empty(tx, watchlist, window):
                row = digest(watchlist, one, window)
                yield replace(row, note=_empty_note(outages.known(tx, window[0], now), window))


def _was_empty(tx: Transaction, watchlist: WatchlistId, window: tuple[datetime, datetime]) -> bool:
    """Was the watchlist there, and nothing matched? Who asks for a digest now gets none that holds what came before."""
    is_old = began(tx, [watchlist]).get(watchlist, window[0]) < window[0]
    return is_old and story_counts.within(tx, [watchlist], [window]) == {watchlist: [0]}


def _empty_note(lost: Sequence[Outage], window: tuple[datetime, datetime]) -> str:
    """Whether there was anybody who could have found something."""
    since, until = window
    deaf = [(max(since, one.began_at), min(until, one.ended_at or until), one.kind) for one in lost]
    kinds = sorted({_WHY[kind] for began, ended, kind in deaf if began < ended})
    return "nothing matched" + (f"; but {' and '.join(kinds)} for a part of the time" if kinds else "")


_WHY = {OutageKind.MONITOR: "the monitor did not run", OutageKind.NETWORK: "the network was down"}


class Looking:
    """Looks for what is unusual; what fails is said once, and the next look tries again."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._said = ""

    async def look(self) -> None:
        """One look, by the configuration that is in force."""
        tools, now = self._tools, self._tools.clock()
        try:
            found = await tools.database.read(lambda tx: unusual(tx, tools.config, now))
            if found:
                await tools.database.write(lambda tx: deliveries.add(tx, found, now))
        except MonitorError as error:
            if str(error) != self._said:
                log.error("alerts: %s", error)  # noqa: TRY400 - a person's message, not a bug
            self._said = str(error)
        else:
            self._said = ""
