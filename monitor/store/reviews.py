"""Reviews: what people decided about matches. Only ever added to."""

from sqlalchemy import insert, select, update

from monitor.errors import StoreError
from monitor.model import MatchId, Review
from monitor.store.connections import Transaction
from monitor.store.schema import matches, reviews


def add(tx: Transaction, review: Review) -> None:
    """Records a decision and makes it the match's status.

    Raises:
        StoreError: there is no such match.
    """
    now = update(matches).where(matches.c.id == review.match_id).values(status=review.status)
    if not tx.execute(now).rowcount:
        raise StoreError(f"there is no match {review.match_id}", hint="see `monitor matches`")
    names = ("match_id", "status", "note", "reviewer", "reviewed_at")
    tx.execute(insert(reviews).values({name: getattr(review, name) for name in names}))


def of(tx: Transaction, match_id: MatchId) -> tuple[Review, ...]:
    """All decisions about a match, in the order in which they were recorded."""
    rows = select(reviews).where(reviews.c.match_id == match_id).order_by(reviews.c.id)
    return tuple(
        Review(
            match_id=row.match_id,
            status=row.status,
            note=row.note,
            reviewer=row.reviewer,
            reviewed_at=row.reviewed_at,
        )
        for row in tx.execute(rows)
    )
