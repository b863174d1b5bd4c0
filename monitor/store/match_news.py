"""New matches, for whoever waits for them: none is missed, and none told twice.

A match bears the moment at which its work began and is seen when that is committed: a later one may be seen before it.
So what was seen is remembered by its ids, for as long as others may still turn up beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from monitor.model import Match, MatchId
from monitor.store.articles import Order
from monitor.store.connections import Transaction
from monitor.store.match_query import MatchQuery, conditions, order_of
from monitor.store.matches import match_of, selected_matches
from monitor.store.schema import former_matches, matches
from monitor.store.statements import batches

_LATEST = timedelta(hours=1)
"""How long after its moment a match may be committed. Nothing of ours writes for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The matches that are there, whatever is asked of them."""

    newest: datetime | None
    """The moment of the newest; None: there are none."""
    ids: frozenset[MatchId]
    """Those of the last hour before it."""


def present(tx: Transaction) -> Seen:
    """What is there now."""
    return _seen(tx, tx.execute(select(matches.c.matched_at).order_by(matches.c.matched_at.desc()).limit(1)).scalar())


def news(tx: Transaction, seen: Seen, asked: MatchQuery) -> tuple[tuple[Match, ...], Seen]:
    """What has come since, as far as it is asked for (without a limit), oldest first; and what is there now."""
    now = _seen(tx, seen.newest)
    # An article that was merged into an older one takes its matches along, under new ids.
    come = sorted(now.ids - seen.ids)
    merged = {new for some in batches(come) for new in _merged(tx, some, seen)}
    found = [match for some in batches([one for one in come if one not in merged]) for match in _asked(tx, some, asked)]
    return tuple(sorted(found, key=lambda match: (match.matched_at, match.id))), now


def _seen(tx: Transaction, newest: datetime | None) -> Seen:
    """The matches from the last hour before `newest` on."""
    rows = select(matches.c.id, matches.c.matched_at)
    if newest:
        rows = rows.where(matches.c.matched_at >= newest - _LATEST)
    there = {MatchId(key): moment for key, moment in tx.execute(rows)}
    return Seen(newest=max(there.values(), default=newest), ids=frozenset(there))


def _merged(tx: Transaction, come: Sequence[MatchId], seen: Seen) -> list[MatchId]:
    rows = select(former_matches.c.match_id, former_matches.c.id).where(former_matches.c.match_id.in_(come))
    return [MatchId(now) for now, before in tx.execute(rows) if before in seen.ids]


def _asked(tx: Transaction, come: Sequence[MatchId], asked: MatchQuery) -> list[Match]:
    rows = selected_matches(full=False).where(matches.c.id.in_(come), *conditions(replace(asked, limit=None)))
    return [match_of(row, full=False) for row in tx.execute(rows.order_by(*order_of(Order.OLDEST)))]
