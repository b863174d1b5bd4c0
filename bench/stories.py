"""What an article's place in a story costs as the store grows: python bench/stories.py [--stored 10000,100000,1000000]

Fills an SQLite database, and that of a private PostgreSQL server if one can be started, with made-up articles of 600
words, 5,000 a day, which join as the stages have it. For the larger sizes older days are put before them: copies of
what is stored, in runs of words of their own. At each size further articles join, five to a transaction: CPU of this
process, its parts, and of PostgreSQL's process for this connection; and the bytes on the disk. Goal: 2 ms or less.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median

from sqlalchemy import func, select, text, update

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import postgresql
from bench.look import has_driver
from bench.made_stories import article, moment, older, permutation
from bench.meter import cpu_of, timed
from monitor.model import Belonging
from monitor.pipeline import belonging
from monitor.store import articles, lately, memberships, neighbours
from monitor.store.schema import members
from monitor.store.store import Store, Transaction

_WORDS = 600
_AT_ONCE = 5
"""Articles of a transaction: those that are read in 50 ms, at a hundred a second."""
_WARM = 50
_BATCH = 500
_FIRST = 10_000_000
_GOAL = 2_000
_NUMBERED = ("members", "shingles")
_PARTS = {
    "wording": (belonging, "wording_of"),
    "report": (belonging, "report_of"),
    "window": (lately, "window"),
    "look-up": (neighbours, "neighbourhood"),
    "resembles": (belonging, "resembles"),
    "place": (belonging, "place"),
    "insert": (memberships, "add"),
}


def main() -> None:
    given = _arguments()
    print(f"µs of CPU an article, medians of {given.articles // _AT_ONCE} transactions of {_AT_ONCE} articles")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        urls = {"SQLite": str(Path(name) / "monitor.db")}
        if given.sqlite:
            pass
        elif (binaries := postgresql.binaries()) and has_driver():
            urls["PostgreSQL"] = stack.enter_context(postgresql.server(binaries))
        else:
            print("PostgreSQL  left out: no server (initdb, postgres), or no driver (psycopg), here")
        stores = {database: stack.enter_context(Store.open(url)) for database, url in urls.items()}
        found: dict[str, list[Size]] = {database: [] for database in urls}
        steps = {database: count() for database in urls}
        number = given.stored[0]
        for database, store in stores.items():
            began = time.perf_counter()
            _fill(store, number)
            print(f"{database}: {number:,} articles made and joined in {time.perf_counter() - began:.0f} s")
        for size in given.stored:
            for database, store in stores.items():
                began = time.perf_counter()
                _deepen(store, size, steps[database])
                _settle(store)
                print(f"\n{database}, {size:,} stored after {time.perf_counter() - began:.0f} s")
                numbers = range(number, number + _WARM + given.articles)
                found[database].append(_measured(store, size, numbers))
                print("\n".join(report(found[database])))
            number = numbers.stop


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--stored", type=_numbers, default=[10_000, 100_000, 1_000_000], help="sizes, ascending")
    arguments.add_argument("--articles", type=int, default=500, help="added and measured at each size")
    arguments.add_argument("--sqlite", action="store_true", help="leave PostgreSQL out")
    return arguments.parse_args()


def _numbers(given: str) -> list[int]:
    return sorted(map(int, given.split(",")))


# ── filling ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _fill(store: Store, size: int) -> None:
    """Store the first articles as the stages do; with high numbers as members, so that there is room for older ones."""
    _join(store, range(1))
    with store.writing() as tx:
        for table in _NUMBERED:
            tx.execute(text(f"UPDATE {table} SET number = :first"), {"first": _FIRST})
        if tx.dialect.name == "postgresql":
            tx.execute(text("SELECT setval(pg_get_serial_sequence('members', 'number'), :first)"), {"first": _FIRST})
        lately.recent(tx).forget()
    for start in range(1, size, _BATCH):
        _join(store, range(start, min(start + _BATCH, size)))


def _join(store: Store, numbers: range) -> None:
    with store.writing() as tx:
        new = [article(number, _WORDS) for number in numbers]
        articles.insert_new(tx, new)
        for number, one in zip(numbers, new, strict=True):
            belonging.join(tx, one, moment(number), is_new=True)


def _deepen(store: Store, size: int, steps: Iterator[int]) -> None:
    """Put older articles before those that are stored, until there are so many."""
    while (missing := size - _stored(store)) > 0:
        with store.writing() as tx:
            step = next(steps)
            for statement in older(tx.dialect.name, step):
                tx.execute(text(statement), {"last": missing} if ":last" in statement else {})
            _permute_samples(tx, step)
            lately.recent(tx).forget()


def _permute_samples(tx: Transaction, step: int) -> None:
    """As `older` does with the shingles, of the members that are looked up in memory."""
    rows = select(members.c.number, members.c.sample).where(
        members.c.number < _FIRST, members.c.number > select(func.max(members.c.number)).scalar_subquery() - lately.KEPT
    )
    for number, sample in tx.execute(rows).all():
        permuted = tuple(shingle ^ permutation(step) for shingle in sample)
        tx.execute(update(members).where(members.c.number == number).values(sample=permuted))


def _stored(store: Store) -> int:
    with store.reading() as tx:
        return int(tx.execute(text("SELECT count(*) FROM members")).scalar_one())


def _settle(store: Store) -> None:
    """What databases do by themselves within a day."""
    store.optimise()
    with store.writing() as tx:
        engine = tx.engine
    if engine.dialect.name == "postgresql":
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))


# ── measuring ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds of CPU of one transaction."""

    own: float
    server: float
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What was found with so many articles stored."""

    stored: int
    spent: Sequence[Spent]
    how: Mapping[Belonging, int] = field(default_factory=dict)
    bytes: Mapping[str, int] = field(default_factory=dict)
    """Table → bytes on the disk, its indexes included."""


def _measured(store: Store, stored: int, numbers: range) -> Size:
    """Add these articles, of which the first few are not counted."""
    sizes = _bytes(store)
    how: Counter[Belonging] = Counter()
    groups = [numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE)]
    with timed(_PARTS) as parts:
        spent = [_added(store, group, parts, how) for group in groups]
    return Size(stored=stored, spent=spent[_WARM // _AT_ONCE :], how=how, bytes=sizes)


def _added(store: Store, numbers: range, parts: dict[str, float], how: Counter[Belonging]) -> Spent:
    new = [article(number, _WORDS) for number in numbers]
    with store.writing() as tx:
        articles.insert_new(tx, new)
        server = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar() if tx.dialect.name == "postgresql" else None
    before = dict(parts)
    served, began = cpu_of(server), time.process_time()
    with store.writing() as tx:
        for number, one in zip(numbers, new, strict=True):
            how[belonging.join(tx, one, moment(number), is_new=True).how] += 1
    own = time.process_time() - began
    return Spent(own=own, server=cpu_of(server) - served, parts={part: parts[part] - before[part] for part in parts})


def _bytes(store: Store) -> dict[str, int]:
    with store.reading() as tx:
        if tx.dialect.name == "postgresql":
            rows = tx.execute(text("SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables"))
        else:
            # An index's pages are counted under its own name.
            rows = tx.execute(
                text(
                    "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) WHERE aggregate = 1"
                    " GROUP BY tbl_name"
                )
            )
        return {name: int(size) for name, size in rows}


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def report(sizes: Sequence[Size]) -> list[str]:
    """Lines for a person, of the last size; the growth is from the first."""
    last = sizes[-1]
    each = {part: _middle(last, lambda one, part=part: one.parts.get(part, 0.0)) for part in _PARTS}  # type: ignore[misc]
    own, server, whole = (_middle(last, of) for of in (_own, _server, _whole))
    told = " + ".join(f"{part} {spent:.0f}" for part, spent in each.items())
    growth = f", × {whole / _middle(sizes[0], _whole):.2f} from {sizes[0].stored:,}" if len(sizes) > 1 else ""
    found = ", ".join(f"{number} {how}" for how, number in sorted(last.how.items()))
    on_disk = {table: last.bytes.get(table, 0) / last.stored for table in (*_NUMBERED, "texts")}
    told_bytes = ", ".join(f"{table} {size:,.0f}" for table, size in on_disk.items())
    return [
        f"  {whole:5.0f} (goal {_GOAL}{growth}) = own {own:.0f} + server {server:.0f}",
        f"        own: {told} + the rest {max(0.0, own - sum(each.values())):.0f}",
        f"        {found}; bytes an article: {told_bytes}",
    ]


def _own(one: Spent) -> float:
    return one.own


def _server(one: Spent) -> float:
    return one.server


def _whole(one: Spent) -> float:
    return one.own + one.server


def _middle(size: Size, of: Callable[[Spent], float]) -> float:
    """Microseconds an article."""
    return median(of(one) for one in size.spent) / _AT_ONCE * 1e6


if __name__ == "__main__":
    main()
