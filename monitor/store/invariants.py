"""What must be true of the rows, whatever was done: every rule that is broken, as what is wrong and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Table, and_, exists, func, not_, or_, select

from monitor.store import numbering
from monitor.store.connections import Transaction
from monitor.store.ledger import imbalance
from monitor.store.rows import Told
from monitor.store.schema import (
    addresses,
    articles,
    former_matches,
    matches,
    members,
    metadata,
    polls,
    rule_versions,
    searched,
    stories,
    texts,
    unsearched,
)

_REPORT = "please report this, with the database if you can"
_NAMED = 3
"""Rows that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Something that no row of a table may be."""

    table: Table
    broken: ColumnElement[bool]
    what: str
    """Of the rows for which that is so, in the plural."""
    hint: str = _REPORT


def violated(tx: Transaction, told: Told) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to do about each. Raises: DBAPIError."""
    rules = [*_references(), *_RULES]
    for number, rule in enumerate(rules):
        told("the rules", number, len(rules))
        if found := _found(tx, rule):
            yield found, rule.hint
    try:
        for error in imbalance(tx):
            yield f"what feeds offered does not add up: {error}", _REPORT
    except ValueError as error:
        yield f"what feeds offered cannot be added up: {error}", "restore a backup: something wrote other values"
    for table, column in numbering.outrun(tx):
        hint = f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max({column})) FROM {table}"  # noqa: S608 (only shown)
        yield f"{table}: the server's next number is taken, so that nothing new can be saved", hint


def _found(tx: Transaction, rule: Rule) -> str:
    number = tx.execute(select(func.count()).select_from(rule.table).where(rule.broken)).scalar_one()
    if not number:
        return ""
    key = rule.table.primary_key
    keys = tx.execute(select(*key).where(rule.broken).order_by(*key).limit(_NAMED)).all()
    named = ", ".join(" ".join(map(str, one)) for one in keys)
    return f"{number:,} {rule.what}: {named}" + (", …" if number > len(keys) else "")


def _references() -> Iterator[Rule]:
    """Every reference leads somewhere. PostgreSQL sees to it by itself, and SQLite only where it is told to."""
    for table in metadata.sorted_tables:
        for reference in table.foreign_keys:
            column, other = reference.parent, reference.column
            lost = and_(column.is_not(None), ~exists().where(other == column))
            yield Rule(
                table=table, broken=lost, what=f"rows of {table.name} whose {column.name} names no {_one(other)}"
            )


def _one(of: Column[object]) -> str:
    return f"row of {of.table.name}"


_KNOWN = exists().where(
    rule_versions.c.watchlist_id == matches.c.watchlist_id, rule_versions.c.version == matches.c.version
)
_SINCE = select(func.min(rule_versions.c.first_used_at)).scalar_subquery()
"""Before it, versions were not recorded."""
_SUM = polls.c.new + polls.c.known + polls.c.repeated + polls.c.skipped

_RULES = (
    Rule(
        table=matches,
        broken=~exists().where(texts.c.article_id == matches.c.article_id),
        what="matches of articles without texts",
        hint="`monitor retry ARTICLE` reads the page anew",
    ),
    Rule(
        table=articles,
        broken=~exists().where(addresses.c.article_id == articles.c.id),
        what="articles to which no address leads",
    ),
    Rule(
        table=articles,
        broken=and_(*(~exists().where(index.c.article_id == articles.c.id) for index in (searched, unsearched))),
        what="articles that no search finds",
    ),
    Rule(
        table=polls,
        broken=or_(polls.c.new < 0, not_(polls.c.offered == _SUM)),
        what="polls that offered another number than new + known + repeated + skipped",
    ),
    Rule(
        table=stories,
        broken=~exists().where(members.c.story_id == stories.c.id),
        what="stories without an article",
    ),
    Rule(
        table=matches,
        broken=and_(matches.c.matched_at >= _SINCE, ~_KNOWN),
        what="matches by a version of their watchlist that is not known",
    ),
    Rule(
        table=former_matches,
        broken=exists().where(matches.c.id == former_matches.c.id),
        what="former ids that are ids of matches, too",
    ),
)
