"""How many stories a watchlist has today, beside the usual number: the store's counts, judged."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from monitor.alerts.hours import moment_of
from monitor.alerts.spike import AFTERMATH, HISTORY, Judged, judge, whiles
from monitor.model import WatchlistId
from monitor.store import outages, rule_versions, story_counts
from monitor.store.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """A watchlist's stories of today, beside the usual number."""

    stories: int
    """Since midnight."""
    since: datetime
    """Of the while that is judged."""
    until: datetime
    judged: Judged

    def note(self, zone: tzinfo) -> str:
        """For a person: "14 stories by 15:00, 3 are usual"."""
        until, since = self.until.astimezone(zone), self.since.astimezone(zone)
        is_whole = since.time() == time() and since.date() == until.date()
        when = f"by {until:%H:%M}" if is_whole else f"from {since:%H:%M} to {until:%H:%M}"
        stories = "story" if self.judged.seen == 1 else "stories"
        usual = rounded(self.judged.usual)
        return f"{self.judged.seen} {stories} {when}, {usual} {'is' if usual == '1' else 'are'} usual"


def rounded(number: float) -> str:
    """A mean for a person: whole, small ones to a tenth."""
    return f"{number:.0f}" if number >= 3 else f"{number:.1f}".removesuffix(".0")


def today(
    tx: Transaction, watchlists: Collection[WatchlistId], zone: tzinfo, now: datetime
) -> dict[WatchlistId, Today]:
    """Watchlist → its stories of today, the longest while that is a spike, or else the longest; those of which nothing
    can be told, for an outage or because they are new, are left out.
    """
    first_used = began(tx, watchlists)
    lost = outages.known(tx, now - timedelta(days=HISTORY + 2), now)
    compared = whiles(now, zone, lost)
    midnight = moment_of(now.astimezone(zone).date(), time(), zone)
    spans = [(midnight, now), *(span for one in compared for span in (one.today, *one.before))]
    counts = story_counts.within(tx, sorted(first_used) if compared else [], spans)
    found: dict[WatchlistId, Today] = {}
    for watchlist, numbers in counts.items():
        of = dict(zip(spans, numbers, strict=True))
        heard = first_used[watchlist] + AFTERMATH
        looks = [
            Today(
                stories=numbers[0],
                since=one.today[0],
                until=now,
                judged=judge(of[one.today], [of[span] for span in one.before if span[0] >= heard]),
            )
            for one in compared
            if one.today[0] >= heard
        ]
        if looks:
            found[watchlist] = next((look for look in looks if look.judged.is_spike), looks[0])
    return found


def began(tx: Transaction, watchlists: Collection[WatchlistId]) -> dict[WatchlistId, datetime]:
    """When each was first in force."""
    found: dict[WatchlistId, datetime] = {}
    for version in rule_versions.all_of(tx, list(watchlists)):
        first = found.get(version.watchlist_id, version.first_used_at)
        found[version.watchlist_id] = min(first, version.first_used_at)
    return found
