"""The daemon's record of itself, for whoever wants to know from elsewhere. Whether it runs, its lock tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update

from monitor.errors import Problem
from monitor.store.codec import problems_from_json, problems_to_json
from monitor.store.connections import Transaction
from monitor.store.schema import daemon
from monitor.store.statements import upsert

# Made once: it runs all day long.
_BEAT = update(daemon).values(alive_at=bindparam("now"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """The daemon that runs, or ran last."""

    pid: int
    host: str
    started_at: datetime
    configuration: str
    """Hash of the one in force."""
    in_force_since: datetime
    needs_restart: tuple[str, ...] = ()
    """Settings of it that are not taken up before the next start."""
    refused_at: datetime | None = None
    refused: tuple[Problem, ...] = ()
    """What is wrong with the files as they are now."""
    alive_at: datetime
    """When it was last known to run."""


def begin(tx: Transaction, record: Daemon) -> None:
    """Replaces the record by that of a new daemon."""
    row = {
        "id": 1,
        "pid": record.pid,
        "host": record.host,
        "started_at": record.started_at,
        "configuration": record.configuration,
        "in_force_since": record.in_force_since,
        "needs_restart": record.needs_restart,
        "refused_at": record.refused_at,
        "refused": problems_to_json(record.refused),
        "alive_at": record.alive_at,
    }
    tx.execute(upsert(tx, daemon, ("id",), tuple(row)), row)


def beat(tx: Transaction, now: datetime) -> None:
    """It runs."""
    tx.execute(_BEAT, {"now": now})


def set_in_force(tx: Transaction, configuration: str, needs_restart: tuple[str, ...], now: datetime) -> None:
    """Another configuration is in force, and nothing is refused."""
    values = {"configuration": configuration, "in_force_since": now, "needs_restart": needs_restart}
    tx.execute(update(daemon).values(**values, refused_at=None, refused=""))


def set_refused(tx: Transaction, problems: Sequence[Problem], now: datetime) -> None:
    """The files are refused for these problems; without any, they are those in force again."""
    tx.execute(update(daemon).values(refused_at=now if problems else None, refused=problems_to_json(problems)))


def get(tx: Transaction) -> Daemon | None:
    """The record; None where no daemon has run since there are records."""
    row = tx.execute(select(daemon)).one_or_none()
    if row is None:
        return None
    return Daemon(
        pid=row.pid,
        host=row.host,
        started_at=row.started_at,
        configuration=row.configuration,
        in_force_since=row.in_force_since,
        needs_restart=row.needs_restart,
        refused_at=row.refused_at,
        refused=problems_from_json(row.refused),
        alive_at=row.alive_at,
    )
