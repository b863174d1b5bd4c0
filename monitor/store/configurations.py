"""Configurations: the files that were last in force, for a start at which the present ones are broken."""

import zlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, insert, select

from monitor.store.connections import Transaction
from monitor.store.schema import configuration_files, configurations
from monitor.store.statements import upsert

_SHOWN = 12


def save(tx: Transaction, content_hash: str, files: Mapping[str, bytes], now: datetime) -> None:
    """Records that a configuration is in force; `files`: path below the configuration folder → content."""
    stored = select(configurations.c.hash).where(configurations.c.hash == content_hash)
    is_new = tx.execute(stored).one_or_none() is None
    turn = tx.execute(select(func.coalesce(func.max(configurations.c.turn), 0) + 1)).scalar_one()
    row = {"hash": content_hash, "turn": turn, "first_used_at": now, "last_used_at": now}
    tx.execute(upsert(tx, configurations, ("hash",), ("turn", "last_used_at")), row)
    if is_new and files:
        rows = [{"hash": content_hash, "path": path, "content": zlib.compress(text)} for path, text in files.items()]
        tx.execute(insert(configuration_files), rows)


def newest(tx: Transaction) -> str | None:
    """The hash of the configuration that was last put in force; None where there was none."""
    return tx.execute(select(configurations.c.hash).order_by(configurations.c.turn.desc()).limit(1)).scalar()


def last(tx: Transaction) -> dict[str, bytes] | None:
    """The files of the configuration that was last in force; None where there was none."""
    content_hash = newest(tx)
    return None if content_hash is None else files(tx, content_hash)


def files(tx: Transaction, content_hash: str) -> dict[str, bytes]:
    """The files of a configuration that was in force, by path."""
    rows = select(configuration_files.c.path, configuration_files.c.content)
    rows = rows.where(configuration_files.c.hash == content_hash).order_by(configuration_files.c.path)
    return {path: zlib.decompress(content) for path, content in tx.execute(rows)}


def shown(content_hash: str) -> str:
    """The hash as a person is shown it: its first digits."""
    return content_hash[:_SHOWN]
