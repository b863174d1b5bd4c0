"""Decisions from the command line: about matches that are named, about all that filters find, and taken back."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.audit import change_told, differences, review_line
from monitor.cli.given import as_text, given_bytes
from monitor.cli.matches_meant import demand_known, matches_meant, search_of, with_search
from monitor.cli.options import open_store
from monitor.cli.records import short
from monitor.cli.review_given import as_seen, matches_named, named
from monitor.cli.terminal import isolate
from monitor.errors import ReviewError
from monitor.model import Manner, MatchId

if TYPE_CHECKING:
    from datetime import tzinfo

    from monitor.cli.review_options import Asked
    from monitor.config.settings import Settings
    from monitor.store.decisions import Change, Conflict, Deciding, Seen
    from monitor.store.store import Transaction
    from monitor.store.undoing import Undone

_SHOWN = 20
"""Matches, or decisions, that an error names."""


def count_of(number: int) -> str:
    """ "1 match", "2 matches"."""
    return f"{number:,} {'match' if number == 1 else 'matches'}"


def decide_named(settings: "Settings", asked: "Asked", change: "Change", reviewer: str) -> int:
    """Record a change of the matches named; returns the exit code.

    Raises: click.UsageError, StoreError, where one is none; ReviewError, where one is not what the reviewer saw.
    """
    lines = as_text(given_bytes("-"), "standard input").split("\n") if "-" in asked.ids else []
    given = named(asked.ids, lines)
    if not given:
        click.echo("Standard input names no match: nothing is written.")
        return 0
    with open_store(settings) as store, store.reading() as tx:
        found = matches_named(tx, given)
        if asked.whole:
            found = {key: found.get(key, {}) for key in _with_stories(tx, list(found))}
        seen = tuple(as_seen(tx, found, reviewer, asked.status))
    return _record(settings, asked, change, seen, reviewer)


def decide_found(settings: "Settings", asked: "Asked", change: "Change", reviewer: str) -> int:
    """Record a change of all matches that the filters find, once a person has said yes; returns the exit code.

    Raises: click.UsageError, where a filter names nothing, or nobody can be asked; ReviewError, where one is not what
    was counted.
    """
    from monitor.store import decisions, matches

    search = search_of(asked.filters)
    with open_store(settings) as store, store.reading() as tx:
        query = with_search(tx, search, matches_meant(tx, settings, asked.filters, limit=None))
        ids = decisions.asked(tx, query)
        counted = matches.counts(tx, query)
        found = _with_stories(tx, ids) if asked.whole else ids
        seen = tuple(decisions.look(tx, found).values())
        if not seen:
            demand_known(tx, asked.filters)
    if not seen:
        click.echo("No match is so, as far as these filters go: nothing is written.")
        return 0
    of = [f"{number:,} of {watchlist}" for watchlist, number in counted.items()]
    of += [f"{len(seen) - len(ids):,} more in their stories"] if len(seen) > len(ids) else []
    # The transaction has ended: nobody waits while a person thinks.
    if not (asked.yes or _confirmed(f"{count_of(len(seen))} ({', '.join(of)}) to be {change_told(change)}")):
        click.echo("Nothing is written.")
        return EXIT_FAILED
    return _record(settings, asked, change, seen, reviewer)


def _confirmed(what: str) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError(f"{what}: say --yes, for there is no terminal to ask on")
    return click.confirm(f"{what}. Go on?", err=True)


def _with_stories(tx: "Transaction", ids: Sequence[MatchId]) -> tuple[MatchId, ...]:
    """These matches, and those of the same watchlists in their stories."""
    from monitor.store import decisions
    from monitor.store.matches import MatchQuery

    found: dict[MatchId, None] = {}
    for one in ids:
        if one not in found:
            found |= dict.fromkeys(decisions.alike(tx, one, MatchQuery()))
    return tuple(found)


def _record(settings: "Settings", asked: "Asked", change: "Change", seen: Sequence["Seen"], reviewer: str) -> int:
    from monitor.store import decisions

    manner = Manner.STORY if asked.whole else Manner.HAND if len(seen) == 1 and asked.ids else Manner.BULK
    deciding = deciding_now(reviewer, manner, anyway=asked.anyway)
    with open_store(settings, read_only=False) as store, store.writing() as tx:
        done = decisions.decide(tx, change, seen, deciding)
    if done.conflicts:
        raise _refusal(done.conflicts, len(seen), settings.timezone)
    click.echo(f"{count_of(len(seen))} {change_told(change)} by {isolate(reviewer)}")
    return 0


def deciding_now(reviewer: str, manner: Manner, *, anyway: bool = False) -> "Deciding":
    """This reviewer, at this moment."""
    from monitor import clock
    from monitor.store.decisions import Deciding

    return Deciding(reviewer=reviewer, now=clock.now(), manner=manner, anyway=anyway)


def _refusal(conflicts: Sequence["Conflict"], number: int, zone: "tzinfo") -> ReviewError:
    lines = [f"{short(one.now.match_id)}  {said}" for one in conflicts[:_SHOWN] for said in differences(one, zone)]
    more = [f"and {len(conflicts) - _SHOWN} more"] if len(conflicts) > _SHOWN else []
    head = f"{len(conflicts):,} of {count_of(number)} changed since you decided or looked: nothing is written"
    hint = "look at what was decided (`monitor show ID`); --anyway decides all the same"
    return ReviewError("\n  ".join([head, *lines, *more]) + f"\n{hint}")


def take_back(settings: "Settings", asked: "Asked", reviewer: str) -> int:
    """Take back the reviewer's last decisions, all or none; returns the exit code.

    Raises: ReviewError, where something was decided about their matches since, or there are not so many.
    """
    with open_store(settings, read_only=False) as store, store.writing() as tx:
        done = _taken_back(tx, asked, reviewer, settings.timezone)
    for one in done:
        now = ", ".join(sorted({str(review.status) for review in one.taken_back}))
        click.echo(f"decision {one.decision} taken back: {count_of(len(one.taken_back))} {now} again")
    return 0


def _taken_back(tx: "Transaction", asked: "Asked", reviewer: str, zone: "tzinfo") -> list["Undone"]:
    from monitor.store import undoing

    wanted = asked.undo or 1
    last = undoing.last_decisions(tx, reviewer, wanted)
    if len(last) < wanted:
        had = f"{isolate(reviewer)} made {len(last) or 'none'} that could be taken back"
        raise ReviewError(f"nothing is taken back: {had}")
    done = []
    for decision in last:
        done.append(undoing.undo(tx, decision, deciding_now(reviewer, Manner.UNDO), asked.note))
        if since := done[-1].since:
            said = [f"{short(one.match_id)}  {review_line(one, zone)}" for one in since[:_SHOWN]]
            raise ReviewError("\n  ".join(["nothing is taken back, for since then was decided:", *said]))
    return done
