"""A report, gathered from one snapshot of the database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from monitor.cli.publishers import Publishers
from monitor.cli.report_stories import headline, loose, stories
from monitor.model import Outage, OutageKind, Turn, WatchlistId
from monitor.outgoing.bars import bars
from monitor.outgoing.report import Change, Coverage, Downtime, Figures, Report, Share, Top, Waiting, top

if TYPE_CHECKING:
    from monitor.store.report import Period
    from monitor.store.store import Transaction

SHARES = 12
"""Watchlists, outlets, countries and so on that are named; the others are counted."""
CHANGES = 10
"""Likewise changes, feeds that failed, outages."""
_TURNS = {Turn.STARTED: "began to match", Turn.STOPPED: "matches no more"}
_OUTAGES = {OutageKind.MONITOR: "the monitor did not run", OutageKind.NETWORK: "no host was reached"}


def gathered(tx: "Transaction", period: "Period", known: Publishers, zone: tzinfo, now: datetime) -> Report:
    """All that a report says. Nothing in it grows with the period, but for a bar a month."""
    from monitor.store import report as counts

    outlets = counts.outlets(tx, period)
    return Report(
        watchlists=_titles(tx, period.watchlists),
        since=period.since,
        until=period.until,
        made_at=now,
        zone=zone,
        figures=counts.figures(tx, period),
        before=_before(tx, period),
        timeline=bars(counts.moments(tx, period), period.since, period.until, zone),
        stories=stories(tx, period, known, now),
        loose=loose(tx, period, known),
        outlets=top([_outlet(one, number, known) for one, number in outlets], SHARES),
        affiliations=_summed(outlets, {one.id: str(one.affiliation) for one in known.outlets.values()}),
        countries=_summed(outlets, {one.id: one.country for one in known.outlets.values()}),
        languages=top([Share(name=name, number=number) for name, number in counts.languages(tx, period)], SHARES),
        turned=_turned(tx, period, known),
        removed=_removed(tx, period, known),
        waiting=_waiting(tx, period.watchlists),
        coverage=_coverage(tx, period, now),
    )


def _titles(tx: "Transaction", watchlists: Sequence[WatchlistId]) -> Top[str]:
    from monitor.store import rule_versions

    known = {one.watchlist_id: one for one in rule_versions.published(tx)}
    chosen = watchlists or [name for name, one in known.items() if one.active]
    return top([known[name].title if name in known else name for name in chosen], SHARES)


def _before(tx: "Transaction", period: "Period") -> Figures | None:
    """The figures of as long a time before; None where it was not watched throughout."""
    from monitor.store import report as counts

    before = replace(period, since=period.since - (period.until - period.since), until=period.since)
    began = counts.began(tx)
    return counts.figures(tx, before) if began and began <= before.since else None


def _outlet(outlet: str, number: int, known: Publishers) -> Share:
    one = known.outlets.get(outlet)
    return Share(name=known.outlet(outlet), number=number, detail=f"{one.country}, {one.affiliation}" if one else "")


def _summed(outlets: Sequence[tuple[str, int]], kinds: dict[str, str]) -> Top[Share]:
    """The matches of outlets, by what is known of them; those with most first."""
    counted: Counter[str] = Counter()
    for outlet, number in outlets:
        counted[kinds.get(outlet, "not known")] += number
    return top([Share(name=name, number=number) for name, number in counted.most_common()], SHARES)


def _turned(tx: "Transaction", period: "Period", known: Publishers) -> Top[Change]:
    from monitor.store import report as counts

    found, number = counts.turned(tx, period, CHANGES)
    shown = tuple(
        Change(
            what=_TURNS[one.turn],
            article=headline(one.match.article, known, one.at),
            watchlist=one.match.found.watchlist_id,
            id=one.match.id,
        )
        for one in found
    )
    return Top(shown=shown, more=number - len(shown))


def _removed(tx: "Transaction", period: "Period", known: Publishers) -> Top[Change]:
    from monitor.store import report as counts

    found, number = counts.removed(tx, period, CHANGES)
    shown = tuple(
        Change(
            what=f"taken down ({article.removed_why})",
            article=headline(article, known, article.removed_at or period.since),
            id=article.id,
        )
        for article in found
    )
    return Top(shown=shown, more=number - len(shown))


def _waiting(tx: "Transaction", watchlists: Sequence[WatchlistId]) -> tuple[Waiting, ...]:
    from monitor.store import report as counts

    found = counts.waiting(tx, watchlists)
    return tuple(
        Waiting(status=str(status), number=number, oldest=oldest) for status, (number, oldest) in sorted(found.items())
    )


def _coverage(tx: "Transaction", period: "Period", now: datetime) -> Coverage:
    """Of all feeds, whichever watchlists are reported on."""
    from monitor.store import ledger
    from monitor.store import report as counts

    failed, number = counts.failed_feeds(tx, period.since, period.until, CHANGES)
    gaps = [Share(name=feed, number=times) for feed, times in counts.gaps(tx, period.since, period.until)]
    downtimes = [
        Downtime(
            what=_OUTAGES[one.outage.kind],
            began_at=one.outage.began_at,
            ended_at=one.outage.ended_at,
            missed=round(sum(loss.missed for loss in one.losses)),
        )
        for one in ledger.downtimes(tx, period.since, now)
        if _is_within(one.outage, period)
    ]
    return Coverage(
        failed=Top(shown=failed, more=number - len(failed)), gaps=top(gaps, CHANGES), downtimes=top(downtimes, CHANGES)
    )


def _is_within(outage: Outage, period: "Period") -> bool:
    return outage.began_at < period.until
