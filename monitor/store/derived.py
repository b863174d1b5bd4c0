"""Tables that are worked out from others: a copy leaves them out, and has them made anew where it was put."""

from collections.abc import Callable, Sequence

from sqlalchemy import Table

from monitor.store.connections import Transaction
from monitor.store.schema import metadata

NAMES: frozenset[str] = frozenset()
"""Of tables of the schema that are not copied."""
MAKERS: Sequence[Callable[[Transaction], None]] = ()
"""What makes them, or has the daemon make them, when everything else is there. Shingles are copied: that is cheaper."""


def copied() -> list[Table]:
    """The tables of which every row counts, those that others refer to first."""
    return [table for table in metadata.sorted_tables if table.name not in NAMES]


def make(tx: Transaction) -> None:
    """Makes them from what stands in the others."""
    for maker in MAKERS:
        maker(tx)
