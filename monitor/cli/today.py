"""Today's stories of each watchlist in `monitor status`: whether they are a spike, and why not."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING

from monitor.cli.records import Record

if TYPE_CHECKING:
    from monitor.model import WatchlistId
    from monitor.pipeline.today import Today


def today_lines(found: "Mapping[WatchlistId, Today]", zone: tzinfo) -> Iterator[tuple[str, str]]:
    """For a person; watchlists that have no stories, and usually none, are left out."""
    for watchlist, today in found.items():
        if today.judged.seen or today.judged.usual:
            yield "stories", f"{watchlist}: {today.note(zone)}; {today.judged.doubt or 'a spike'}"


def today_record(found: "Mapping[WatchlistId, Today]") -> Record:
    """The same for a program, of all watchlists of which anything can be told."""
    return {
        watchlist: {
            "since": today.since,
            "until": today.until,
            "stories": today.judged.seen,
            "usual": today.judged.usual,
            "spike": today.judged.is_spike,
            "doubt": today.judged.doubt,
        }
        for watchlist, today in found.items()
    }
