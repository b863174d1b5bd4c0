"""The matches that a person names to `monitor review`: ids, or lines of a listing, which also say what they saw."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import click

from monitor.cli.ids import match_named
from monitor.errors import StoreError
from monitor.model import MatchId, Status, TextSource

if TYPE_CHECKING:
    from monitor.store.decisions import Seen
    from monitor.store.store import Transaction

_WHOLE = 32
"""Digits of a whole id."""
_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A match as it was named."""

    text: str
    stated: Mapping[str, object] = field(default_factory=dict)
    """What a line of a listing says of it."""


def named(ids: Iterable[str], lines: Iterable[str]) -> tuple[Named, ...]:
    """What was given; for `-` the lines are read: an id each, or an object with "id".

    Raises:
        click.UsageError: lines are neither; it names all of them.
    """
    found: list[Named] = []
    bad: list[str] = []
    for given in ids:
        if given != "-":
            found.append(Named(text=given))
            continue
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    found.append(_of_line(line.strip()))
                except ValueError:
                    bad.append(f"line {number}")
    if bad:
        raise click.UsageError(
            f"{_listed(bad)} of standard input: expected an id, or an object with an id as `monitor matches --format "
            "jsonl` prints it; nothing is written"
        )
    return tuple(found)


def _of_line(line: str) -> Named:
    if not line.startswith(("{", "[")):
        return Named(text=line)
    record = json.loads(line)
    match record:
        case {"id": str(text)}:
            return Named(text=text, stated=_stated(record))
        case _:
            raise ValueError(line)


def _stated(record: Mapping[str, object]) -> dict[str, object]:
    """The fields of `Seen` that a record has. Raises: ValueError, where one has no such value."""
    stated: dict[str, object] = {}
    if "status" in record:
        stated["status"] = Status(str(record["status"]))
    if "text_source" in record:
        stated["text_source"] = TextSource(str(record["text_source"]))
    if "lost_at" in record:
        stated["lost"] = record["lost_at"] is not None
    if isinstance(tags := record.get("tags"), list):
        stated["tags"] = tuple(sorted(map(str, tags)))
    return stated | {name: record[name] for name in ("version", "score", "assignee") if name in record}


def matches_named(tx: "Transaction", given: Sequence[Named]) -> dict[MatchId, Mapping[str, object]]:
    """The matches meant, each once, with what was said of them.

    Raises:
        click.UsageError, StoreError: some ids are none; it names all of them.
    """
    from monitor.store import decisions

    whole = decisions.look(tx, [MatchId(one.text) for one in given if len(one.text) == _WHOLE])
    found: dict[MatchId, Mapping[str, object]] = {}
    bad: list[click.UsageError | StoreError] = []
    for one in given:
        try:
            key = MatchId(one.text) if one.text in whole else match_named(tx, one.text).id
        except (click.UsageError, StoreError) as error:
            bad.append(error)
        else:
            found.setdefault(key, one.stated)
    if bad:
        raise _all_of(bad, len(given))
    return found


def _all_of(bad: Sequence[click.UsageError | StoreError], given: int) -> click.UsageError | StoreError:
    if len(bad) == 1:
        return bad[0]
    said = [error.message if isinstance(error, click.UsageError) else str(error) for error in bad]
    message = "\n  ".join([f"{len(bad)} of {given} ids are none; nothing is written:", *said])
    return StoreError(message) if any(isinstance(one, StoreError) for one in bad) else click.UsageError(message)


def as_seen(
    tx: "Transaction", given: Mapping[MatchId, Mapping[str, object]], reviewer: str, status: Status | None
) -> Iterator["Seen"]:
    """The matches as the reviewer saw them: as a line of a listing says; with this `status`, where they say that; else
    as they were after the reviewer's own last decision.
    """
    from monitor.store import decisions

    now = decisions.look(tx, list(given))
    own = decisions.last_own(tx, list(given), reviewer)
    for key, stated in given.items():
        said = {**stated, **({"status": status} if status else {})}
        said |= {"assignee": said["assignee"] or ""} if "assignee" in said else {}
        standing = now[key]
        seen = replace(standing, **said)  # type: ignore[arg-type]
        alike = (seen.status, seen.tags, seen.assignee) == (standing.status, standing.tags, standing.assignee)
        yield seen if "status" in said and alike else replace(seen, last=own.get(key, 0))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
