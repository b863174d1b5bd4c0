"""Versions of rules: which text made a match.

A version is the hash of a watchlist and the lists it uses, and every match names its own. The text stands in the files
of the configuration with which a version first came into force.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from monitor.model import Watchlist, WatchlistId
from monitor.store import configurations
from monitor.store.connections import Transaction
from monitor.store.schema import rule_versions
from monitor.store.statements import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersion:
    """A watchlist as it was, or is, in force."""

    watchlist_id: WatchlistId
    version: str
    title: str
    file: str
    """The watchlist's, below the configuration folder."""
    configuration: str
    """Hash of the configuration whose files hold its text: see `text_of`."""
    active: bool
    """It is in force."""
    first_used_at: datetime
    """When it first came into force; likewise `last_used_at`."""
    last_used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A watchlist, as others are told of it."""

    watchlist_id: WatchlistId
    title: str
    """As it is, or last was, in force."""
    active: bool
    first_used_at: datetime
    """When it first came into force."""


def save(
    tx: Transaction,
    watchlists: Sequence[Watchlist],
    versions: Mapping[WatchlistId, str],
    configuration: str,
    now: datetime,
) -> None:
    """Records that these versions, and no others, are in force; `configuration`: the hash of a saved one."""
    tx.execute(update(rule_versions).where(rule_versions.c.active).values(active=False))
    rows = [
        {
            "watchlist_id": one.id,
            "version": versions[one.id],
            "title": one.title,
            "file": one.file,
            "configuration": configuration,
            "active": True,
            "first_used_at": now,
            "last_used_at": now,
        }
        for one in watchlists
    ]
    if rows:
        tx.execute(upsert(tx, rule_versions, ("watchlist_id", "version"), ("active", "last_used_at")), rows)


def active(tx: Transaction) -> tuple[RuleVersion, ...]:
    """The versions in force, by watchlist."""
    rows = select(rule_versions).where(rule_versions.c.active).order_by(rule_versions.c.watchlist_id)
    return tuple(map(_version_of, tx.execute(rows)))


def all_of(tx: Transaction, watchlists: Collection[WatchlistId]) -> tuple[RuleVersion, ...]:
    """Every version that is, or was, in force of these watchlists."""
    rows = select(rule_versions).where(rule_versions.c.watchlist_id.in_(watchlists))
    return tuple(map(_version_of, tx.execute(rows)))


def ever(tx: Transaction) -> tuple[WatchlistId, ...]:
    """The watchlists that are, or were once, in force."""
    rows = select(rule_versions.c.watchlist_id).distinct().order_by(rule_versions.c.watchlist_id)
    return tuple(map(WatchlistId, tx.execute(rows).scalars()))


def others_since(tx: Transaction, versions: Mapping[WatchlistId, str], moment: datetime) -> bool:
    """Whether any other version of these watchlists came into force then or later."""
    later = select(rule_versions.c.watchlist_id, rule_versions.c.version).where(rule_versions.c.last_used_at >= moment)
    return any(versions.get(WatchlistId(row.watchlist_id), row.version) != row.version for row in tx.execute(later))


def published(tx: Transaction) -> tuple[Published, ...]:
    """The watchlists that are, or were once, in force, by their ids."""
    rows = tx.execute(select(rule_versions).order_by(rule_versions.c.watchlist_id, rule_versions.c.last_used_at)).all()
    last = {row.watchlist_id: row for row in rows}
    first = {
        row.watchlist_id: row.first_used_at for row in sorted(rows, key=lambda row: row.first_used_at, reverse=True)
    }
    return tuple(
        Published(watchlist_id=name, title=row.title, active=row.active, first_used_at=first[name])
        for name, row in last.items()
    )


def get(tx: Transaction, watchlist_id: WatchlistId, version: str) -> RuleVersion | None:
    """The version that a match names; None where it is older than the records."""
    rows = select(rule_versions).where(rule_versions.c.watchlist_id == watchlist_id, rule_versions.c.version == version)
    row = tx.execute(rows).one_or_none()
    return None if row is None else _version_of(row)


def text_of(tx: Transaction, version: RuleVersion) -> dict[str, bytes]:
    """The files that hold its text: the watchlist's own first, then all other rules, which it may use."""
    files = configurations.files(tx, version.configuration)
    own = {version.file: files.pop(version.file)}
    return own | {path: content for path, content in files.items() if "/" in path}


def _version_of(row: Any) -> RuleVersion:
    return RuleVersion(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
