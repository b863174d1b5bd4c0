"""What a rematch gains and loses, printed: for a person the newest of each kind, for a program all."""

import json
from dataclasses import dataclass
from datetime import tzinfo

import click

from monitor.cli.moments import show_moment
from monitor.cli.output import number_of
from monitor.cli.records import Record, short
from monitor.cli.spool import Spool
from monitor.cli.terminal import crop, isolate, isolate_within
from monitor.model import WatchlistId, match_key
from monitor.pipeline.rematch import Kind, Scope, Told
from monitor.rules.rematching import Totals
from monitor.store.rematches import Rematch

SHOWN = 20
"""Of each kind, unless all are wanted."""
_WIDEST = 200
"""Columns of a reason."""
_WILL = {Kind.REVIEWED: "would be lost although reviewed", Kind.LOST: "would be lost", Kind.GAINED: "would be gained"}
_DID = {Kind.REVIEWED: "lost although reviewed", Kind.LOST: "lost", Kind.GAINED: "gained"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A rematch, as far as a command came with it."""

    rematch: Rematch
    before: int = 0
    """Articles that an earlier command had done."""
    passed_over: int = 0
    """Of the others: those that were not read, for the index of words tells that they cannot match."""


def record_of(told: Told) -> Record:
    """A match that is gained or lost."""
    article, change = told.article, told.change
    standing, found = change.standing, change.found
    return {
        "match": match_key(change.watchlist_id, article.id),
        "article": article.id,
        "title": article.headline,
        "url": article.url,
        "outlet": article.outlet,
        "language": article.language,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "first_seen_at": article.first_seen_at.isoformat(),
        "why": told.why,
        "score": found.score if found else None,
        "was_score": standing.score if standing else None,
        "matched_at": standing.matched_at.isoformat() if standing else None,
        "lost_at": standing.lost_at.isoformat() if standing and standing.lost_at else None,
        "status": str(standing.status) if standing else None,
        "reviewer": told.reviewer or None,
    }


def print_text(scope: Scope, came: Done, told: Spool, *, everything: bool) -> None:
    """Print it for a person; `everything`: all that is gained or lost, else the newest."""
    zone, done = scope.config.settings.timezone, came.rematch
    click.echo(_heading(came, zone))
    for watchlist_id, version in scope.versions.items():
        totals = done.totals.get(watchlist_id, Totals())
        click.echo()
        click.secho(f"{watchlist_id}  {_summed(totals)}  (version {version})", bold=True)
        for kind in Kind:
            _print_kind(watchlist_id, kind, told, done, zone, SHOWN if not everything else None)
    click.echo()
    click.echo(_end(done))


def _heading(came: Done, zone: tzinfo) -> str:
    done = came.rematch
    since = f" first seen since {show_moment(done.since, zone)}" if done.since else ""
    until = f"{' and' if since else ' first seen'} before {show_moment(done.until, zone)}" if done.until else ""
    pruned = f"; of {done.pruned:,} the text is pruned: matched by what is left" if done.pruned else ""
    return f"{number_of(done.articles, 'stored article')}{since}{until} matched again{_read(came)}{pruned}"


def _read(came: Done) -> str:
    """How many articles were looked at, where these are not all."""
    if not came.passed_over:
        return ""
    number = came.rematch.articles - came.before
    read = f"{number - came.passed_over:,} read" + (f" of {number:,} since it went on" if came.before else "")
    return f" ({read}: the index of words rules out the others)"


def _summed(totals: Totals) -> str:
    reviewed = f" ({totals.reviewed:,} of them reviewed)" if totals.reviewed else ""
    rescored = f" ({totals.rescored:,} with another score)" if totals.rescored else ""
    return f"{totals.gained:,} gained, {totals.lost:,} lost{reviewed}, {totals.kept:,} kept{rescored}"


def _print_kind(watchlist: WatchlistId, kind: Kind, told: Spool, done: Rematch, zone: tzinfo, most: int | None) -> None:
    number = told.count((watchlist, kind))
    if not number:
        return
    click.echo(f"  {(_DID if done.id else _WILL)[kind]}:")
    for record in told.last((watchlist, kind), most):
        _print_one(record, kind, zone)
    if most is not None and number > most:
        click.echo(f"    … and {number - most:,} older ones: --all lists them")


def _print_one(record: Record, kind: Kind, zone: tzinfo) -> None:
    from datetime import datetime

    # What is not stored yet has no id that a command would know.
    key = record["article"] if kind is Kind.GAINED else record["match"]
    when = datetime.fromisoformat(str(record["published_at"] or record["first_seen_at"]))
    line = (short(str(key)), show_moment(when, zone), str(record["outlet"]), isolate(str(record["title"])))
    click.echo(f"    {'+' if kind is Kind.GAINED else '-'} {'  '.join(line)}")
    notes = [crop(isolate_within(str(record["why"])), _WIDEST)]
    if kind is Kind.REVIEWED:
        notes.insert(0, f"{record['status']} by {isolate(str(record['reviewer'] or 'somebody'))}")
    if record["lost_at"]:
        notes.append(f"it had matched before ({record['status']})")
    click.echo(f"      {'; '.join(notes)}")


def _end(done: Rematch) -> str:
    if done.id:
        return f"Stored, as rematch {done.id}. Lost ones are listed by `monitor matches --lost`."
    return "Nothing was written: the same command with --apply stores it."


def print_json(scope: Scope, came: Done, told: Spool) -> None:
    """Print all of it for a program, piece by piece: it may be more than memory holds."""
    done = came.rematch
    head: Record = {
        "rematch": done.id or None,
        "articles": done.articles,
        "passed_over": came.passed_over,
        "pruned": done.pruned,
        "since": done.since.isoformat() if done.since else None,
        "until": done.until.isoformat() if done.until else None,
    }
    click.echo(f'{json.dumps(head)[:-1]}, "watchlists": [', nl=False)
    for number, (watchlist_id, version) in enumerate(scope.versions.items()):
        totals = done.totals.get(watchlist_id, Totals())
        counts = {"gained": totals.gained, "lost": totals.lost, "reviewed": totals.reviewed}
        counts |= {"kept": totals.kept, "rescored": totals.rescored}
        own = json.dumps({"watchlist": watchlist_id, "version": version, "counts": counts}, ensure_ascii=False)
        click.echo(f"{',' if number else ''}\n{own[:-1]}", nl=False)
        for name, kinds in (("lost", (Kind.REVIEWED, Kind.LOST)), ("gained", (Kind.GAINED,))):
            records = (json.dumps(one, ensure_ascii=False) for kind in kinds for one in told.last((watchlist_id, kind)))
            click.echo(f', "{name}": [', nl=False)
            for place, record in enumerate(records):
                click.echo(f"{',' if place else ''}\n{record}", nl=False)
            click.echo("]", nl=False)
        click.echo("}", nl=False)
    click.echo("]}")
