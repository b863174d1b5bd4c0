"""Reloads: a person asks the daemon, which may run on another host, to look at its configuration; it answers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from monitor.errors import Problem
from monitor.store.codec import problems_from_json, problems_to_json
from monitor.store.connections import Transaction
from monitor.store.schema import reloads

_WAITING = reloads.c.answered_at.is_(None)
# Made once: the daemon asks this several times a second.
_SELECT_WAITING = select(reloads.c.id, reloads.c.forced).where(_WAITING).order_by(reloads.c.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a reload."""

    accepted: bool
    """The files are in force."""
    said: tuple[str, ...] = ()
    """What is in force, and what has changed: lines for a person."""
    problems: tuple[Problem, ...] = ()
    """Why the files are refused."""


def ask(tx: Transaction, now: datetime, *, forced: bool) -> int:
    """Asks for a reload; its number. `forced`: bring the files into force although they shrink what is watched."""
    asked = {"asked_at": now, "forced": forced, "accepted": False, "said": (), "problems": ""}
    return int(tx.execute(insert(reloads).values(**asked).returning(reloads.c.id)).scalar_one())


def waiting(tx: Transaction) -> dict[int, bool]:
    """The reloads that nobody has answered: number → whether it is forced."""
    return {row.id: row.forced for row in tx.execute(_SELECT_WAITING)}


def answer(tx: Transaction, numbers: Collection[int], given: Answer, now: datetime) -> None:
    """Answers these reloads."""
    told = {"accepted": given.accepted, "said": given.said, "problems": problems_to_json(given.problems)}
    tx.execute(update(reloads).where(reloads.c.id.in_(numbers)).values(answered_at=now, **told))


def answer_to(tx: Transaction, number: int) -> Answer | None:
    """The answer to a reload; None while there is none."""
    row = tx.execute(select(reloads).where(reloads.c.id == number, ~_WAITING)).one_or_none()
    if row is None:
        return None
    return Answer(accepted=row.accepted, said=row.said, problems=problems_from_json(row.problems))


def forget_waiting(tx: Transaction) -> None:
    """Drops what was asked of a daemon that is dead: its successor must not carry out an old `--force`."""
    tx.execute(delete(reloads).where(_WAITING))
