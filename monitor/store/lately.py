"""The members that joined lately, as a transaction sees them: `recent`, caught up with what is stored.

Whoever writes through one `Store` shares one such memory. It is derived from the database alone: from `members`, whose
numbers rise with time, so that it sees what it missed, and forgotten where a transaction fails.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import bindparam, select, text

from monitor.store.connections import RECENT, Transaction
from monitor.store.direct import Direct
from monitor.store.recent import Recent, Said, hints_of
from monitor.store.schema import members
from monitor.stories.events import FURTHEST_APART

KEPT = 16_384
"""Members whose texts are looked for in memory, the last ones: those of three days where 5,000 articles come a day."""
_MOST = 131_072
"""Members whose words are, if so many joined in two days."""
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which members are asked for; numbers of members that need not be there."""

    lately: int
    """Whose words are: the first that joined in the last two days, or the one to come."""
    first: int
    """Whose texts are."""
    last: int
    has_older: bool
    """May there be members before the first?"""

    @property
    def known(self) -> int:
        """Members that joined lately."""
        return self.last - self.lately + 1


def window(tx: Transaction, now: datetime) -> Window:
    """The members that an article may resemble that comes now; from now on they are in memory.

    The database is asked once a transaction: only one writes at a time, so what others stored stays as it is.
    """
    held, since = recent(tx), now - FURTHEST_APART
    moment = since.timestamp()
    if not held.has_all_since(moment):
        held.catches_up(_catch_up(tx, held, since), moment)
    last = held.last
    first = max(held.begin, last - KEPT + 1)
    lately = max(held.first_since(moment) or last + 1, last - _MOST + 1)
    held.forget_before(min(lately, first))
    return Window(lately=lately, first=first, last=last, has_older=held.begin < first)


def recent(tx: Transaction) -> Recent:
    """What is in memory, whether it is caught up or not."""
    return cast("Recent", tx.get_execution_options()[RECENT])


def _catch_up(tx: Transaction, held: Recent, since: datetime) -> int:
    """Hold all members that joined since then, and all whose texts are looked for; the first number that is stored."""
    ((lately, begin, last),) = _ASKED(tx, {"since": since})
    begin, last = begin or 1, last or 0
    first = min(max(begin, last - KEPT + 1), max(lately or last + 1, last - _MOST + 1))
    if not held.holds(first, last):
        held.fill(first, _said(tx, first))
    elif held.last < last:
        for one in _said(tx, held.last + 1):
            held.add(one)
    return begin


# Numbers rise with time. Asked for the least number since then, databases look at every member since, or before.
_ASKED = Direct(
    text(
        "SELECT (SELECT number FROM members WHERE joined_at >= :since ORDER BY joined_at, number LIMIT 1),"
        " (SELECT min(number) FROM members), (SELECT max(number) FROM members)"
    ).bindparams(bindparam("since", type_=members.c.joined_at.type))
)


def _said(tx: Transaction, first: int) -> Iterator[Said]:
    """What the members from this one on say."""
    while rows := tx.execute(_SAID, {"first": first}).all():
        yield from map(said, rows)
        first = rows[-1].number + 1


def said(row: Any) -> Said:
    """What the member says of which this is a row of `members`."""
    words = json.loads(row.words)
    terms = frozenset(hints_of(words))
    return Said(row.number, row.joined_at.timestamp(), terms, sum(words.values()), row.sample)


_SAID = (
    select(members.c.number, members.c.joined_at, members.c.words, members.c.sample)
    .where(members.c.number >= bindparam("first"))
    .order_by(members.c.number)
    .limit(_AT_ONCE)
)
