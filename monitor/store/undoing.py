"""Decisions, taken back by who made them: as further reviews, and only where nothing was decided since."""

from dataclasses import dataclass, replace

from sqlalchemy import Select, select

from monitor.model import Manner, Review
from monitor.store import reviews
from monitor.store.connections import Transaction
from monitor.store.decisions import Deciding, Seen, look
from monitor.store.reviews import review_of
from monitor.store.schema import reviews as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What came of an undo: either the decision's reviews are taken back, or nothing is, because of later ones."""

    decision: int
    taken_back: tuple[Review, ...] = ()
    since: tuple[Review, ...] = ()


def last_decisions(tx: Transaction, reviewer: str, most: int) -> list[int]:
    """The reviewer's decisions that they have not taken back, the last one first."""
    rows = select(table.c.decision).where(table.c.reviewer == reviewer, table.c.manner != Manner.UNDO)
    rows = rows.where(table.c.decision.not_in(_taken_back())).group_by(table.c.decision)
    return list(tx.execute(rows.order_by(table.c.decision.desc()).limit(most)).scalars())


def undo(tx: Transaction, decision: int, deciding: Deciding, note: str = "") -> Undone:
    """Makes the matches of a decision what they were before it."""
    if later := _since(tx, decision):
        return Undone(decision=decision, since=later)
    rows = tx.execute(select(table).where(table.c.decision == decision).order_by(table.c.id.desc()))
    # The first one of a match decides: after a merge there may be two.
    firsts = {row.match_id: review_of(row) for row in rows}
    now = look(tx, list(firsts))
    number = reviews.next_decision(tx)
    back = [_back(review, now[review.match_id], deciding, number, note) for review in firsts.values()]
    reviews.add(tx, *back)
    return Undone(decision=decision, taken_back=tuple(back))


def _back(review: Review, now: Seen, deciding: Deciding, number: int, note: str) -> Review:
    return replace(
        review,
        status=review.before,
        before=now.status,
        tags=review.tags_before,
        tags_before=now.tags,
        assignee=review.assignee_before,
        assignee_before=now.assignee,
        note=note,
        reviewer=deciding.reviewer,
        reviewed_at=deciding.now,
        manner=Manner.UNDO,
        decision=number,
        undoes=review.decision,
        version=now.version,
        score=now.score,
        text_source=now.text_source,
        revision=now.revision,
    )


def _since(tx: Transaction, decision: int) -> tuple[Review, ...]:
    """What was decided about the matches of a decision after it, and not taken back."""
    own = table.alias("own")
    later = select(table).join(own, (own.c.match_id == table.c.match_id) & (own.c.id < table.c.id))
    later = later.where(own.c.decision == decision, table.c.decision != decision, table.c.manner != Manner.UNDO)
    rows = tx.execute(later.where(table.c.decision.not_in(_taken_back())).order_by(table.c.id))
    return tuple(dict.fromkeys(map(review_of, rows)))


def _taken_back() -> Select[tuple[int]]:
    return select(table.c.undoes).where(table.c.undoes.is_not(None))
