"""What watchlists need → which of the stored articles they may match, or have matched: the others need not be read.

The index of words tells it, once, a bit an article. That stays right whatever is stored meanwhile: an article whose
text changes gets another number, and what has no number, or a later one, is let through.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import func, select

from monitor.model import WatchlistId
from monitor.rules.needs import Need
from monitor.store import search, unsearched
from monitor.store.connections import Transaction
from monitor.store.schema import matches, searched
from monitor.store.statements import batches

_MOST = 0.75
"""Of the articles. Where more are let through, to ask of each whether it is costs as much as it saves."""
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """Which articles are let through, by their numbers in the index."""

    last: int
    """The last number there was."""
    bits: bytes
    """One for each number up to that, the lowest of a byte first."""
    share: float
    """Of the articles, those that are let through, about."""

    @classmethod
    def of(cls, tx: Transaction, needs: Sequence[Need], watchlists: Collection[WatchlistId]) -> Self | None:
        """Lets through what may hold one of the needs, and what one of the watchlists has matched, be it lost.

        None where those are most articles.
        """
        last = tx.execute(select(func.max(searched.c.number))).scalar() or 0
        missing, bits = unsearched.waiting(tx), bytearray(last // 8 + 1)
        _set(bits, _matched(tx, watchlists), last)
        for need in needs:
            if _share(bits, last, missing) <= _MOST:
                _set(bits, search.all_hits(tx, need), last)
        share = _share(bits, last, missing)
        return cls(last=last, bits=bytes(bits), share=share) if share <= _MOST else None

    def lets_through(self, number: int | None) -> bool:
        """Whether an article is to be looked at; `number`: None where the index does not hold it as it is."""
        return number is None or number > self.last or bool(self.bits[number >> 3] >> (number & 7) & 1)


def _matched(tx: Transaction, watchlists: Collection[WatchlistId]) -> Iterator[int]:
    """The numbers of the articles that have matches of these, lost ones too."""
    source = matches.join(searched, searched.c.article_id == matches.c.article_id)
    for some in batches(sorted(watchlists)):
        rows = select(searched.c.number).select_from(source).where(matches.c.watchlist_id.in_(some))
        yield from tx.execute(rows, execution_options={"yield_per": _AT_ONCE}).scalars()


def _set(bits: bytearray, numbers: Iterable[int], last: int) -> None:
    for number in numbers:
        # Those of articles that are gone may be higher.
        if number <= last:
            bits[number >> 3] |= 1 << (number & 7)


def _share(bits: bytes | bytearray, last: int, missing: int) -> float:
    """Of the articles that are let through; numbers that nobody has any more count on both sides."""
    return (missing + int.from_bytes(bits, "little").bit_count()) / max(1, missing + last)
