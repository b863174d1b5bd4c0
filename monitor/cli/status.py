"""`monitor status`: what runs since when, what is refused and why, what waits and how long, what fails, what room."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta, tzinfo
from itertools import chain
from typing import TYPE_CHECKING

import click

from monitor.cli.moments import show_moment, show_span
from monitor.cli.options import database_option, open_store, settings_as_far
from monitor.cli.output import number_of
from monitor.cli.records import Record
from monitor.cli.sizes import show_bytes
from monitor.cli.terminal import harmless
from monitor.cli.today import today_lines, today_record

if TYPE_CHECKING:
    from monitor.model import Outage
    from monitor.store.outbox import Outbox
    from monitor.store.rule_versions import RuleVersion
    from monitor.store.status import Status
    from monitor.vitals.figures import Figures

_LATE = timedelta(seconds=30)
"""What waits for less is on its way."""
_SILENT = timedelta(minutes=5)
"""A daemon gives a sign of life every half minute."""


@click.command("status")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@database_option
def status_command(*, output: str, config: str | None, database: str | None) -> None:
    """Say what runs since when, which rules are in force, what is refused and why, what waits and what fails.

    Asks the database alone; works from another host, and while the configuration is broken. Exit code 0, whatever it
    says; 3 where the database cannot be read. For health checks: `monitor db status --running`, or /healthz.
    """
    from monitor import clock
    from monitor.pipeline.today import today
    from monitor.store.lock import daemon_pid
    from monitor.vitals.figures import figures

    settings = settings_as_far(config, database)
    pid = daemon_pid(settings.database_url)
    now = clock.now()
    found = figures(settings.database_url, now)
    with open_store(settings) as store, store.reading() as tx:
        stories = today(tx, [one.watchlist_id for one in found.status.watchlists], settings.timezone, now)
    if output == "json":
        record = {**status_record(found.status, pid), **figures_record(found), "stories": today_record(stories)}
        click.echo(json.dumps(record, ensure_ascii=False, indent=2, default=_as_json))
        return
    lines = status_lines(found.status, pid, settings.timezone, now), figures_lines(found, settings.timezone)
    for name, said in (*chain(*lines), *today_lines(stories, settings.timezone)):
        click.echo(harmless(f"{name:<13} {said}"))


def _as_json(value: datetime | timedelta) -> object:
    return value.total_seconds() if isinstance(value, timedelta) else value.isoformat()


def figures_record(figures: "Figures") -> Record:
    """How late the work is, when it last bore fruit, and what room it takes, for a program; spans in seconds."""
    size = figures.size
    return {
        "lag": {**asdict(figures.lag), "deliveries": figures.outbox.late},
        "latest": {**asdict(figures.latest), "delivered": figures.outbox.sent_at},
        "deliveries": {
            "waiting": figures.outbox.waiting,
            "given_up": figures.outbox.given_up,
            "channels_failing": figures.outbox.failing,
            "channels_stopped": figures.outbox.stopped,
        },
        "bytes": {"database": size.database, "log": size.log, "free": size.free, "disk_free": figures.disk_free},
    }


def figures_lines(figures: "Figures", zone: tzinfo) -> Iterator[tuple[str, str]]:
    """The same for a person."""
    yield from _of_outbox(figures.outbox)
    spans = {**asdict(figures.lag), "deliveries": figures.outbox.late}
    late = [f"{name} {show_span(span)}" for name, span in spans.items() if span >= _LATE]
    yield "lag", ", ".join(late) + " behind" if late else "none"
    moments = {**asdict(figures.latest), "delivered": figures.outbox.sent_at}
    yield "last", ", ".join(f"{name} {show_moment(moment, zone)}" for name, moment in moments.items())
    log = f" and {show_bytes(figures.size.log)} of log" if figures.size.log else ""
    left = "" if figures.disk_free is None else f"; {show_bytes(figures.disk_free)} are free on its disk"
    yield "database", f"{show_bytes(figures.size.database)}{log}{left}"


def _of_outbox(outbox: "Outbox") -> Iterator[tuple[str, str]]:
    if outbox.waiting or outbox.given_up:
        yield "deliveries", f"{outbox.waiting} waiting, {outbox.given_up} given up: `monitor alerts list`"
    if outbox.failing:
        yield "channels", f"failing: {', '.join(outbox.failing)}"
    if outbox.stopped:
        yield "channels", f"stopped: {', '.join(outbox.stopped)}; `monitor alerts retry` begins them again"


def status_record(status: "Status", pid: int | None) -> Record:
    """All of it, for a program; `pid`: the process that is the daemon, None where there is none."""
    daemon = status.daemon
    of_daemon = daemon and {
        "pid": daemon.pid,
        "host": daemon.host,
        "started_at": daemon.started_at,
        "alive_at": daemon.alive_at,
    }
    configuration = daemon and {
        "hash": daemon.configuration,
        "in_force_since": daemon.in_force_since,
        "needs_restart": daemon.needs_restart,
    }
    refused = daemon and daemon.refused and {"at": daemon.refused_at, "problems": list(map(asdict, daemon.refused))}
    return {
        "running": pid is not None,
        "daemon": of_daemon,
        "configuration": configuration,
        "refused": refused or None,
        "watchlists": [
            {
                "id": one.watchlist_id,
                "title": one.title,
                "version": one.version,
                "first_used_at": one.first_used_at,
                "silence": asdict(silence) if (silence := status.silences.get(one.watchlist_id)) else None,
            }
            for one in status.watchlists
        ],
        "queues": asdict(status.queues),
        "gaps": status.gaps,
        "outage": outage_record(status.outage) if status.outage else None,
        "errors": [
            {"feed": state.feed_id, "last_polled_at": state.last_polled_at, "last_error": state.last_error}
            for state in status.errors
        ],
    }


def status_lines(status: "Status", pid: int | None, zone: tzinfo, now: datetime) -> Iterator[tuple[str, str]]:
    """The same for a person: what a line is about, and what it says."""
    yield from _of_daemon(status, pid, zone)
    if pid is not None and status.daemon:
        yield from _of_its_clock(status.daemon.alive_at, zone, now)
    if status.outage:
        yield "outage", shown_outage(status.outage, zone)
    for one in status.watchlists:
        yield "watchlist", _shown_watchlist(one, status, zone)
    queues = status.queues
    needing = f", {queues.feeds_needing} in need of a person: `monitor feeds health`" if queues.feeds_needing else ""
    yield "feeds", f"{queues.feeds}: {queues.feeds_due} due, {queues.feeds_failing} failing{needing}"
    if status.gaps:
        yield "gaps", f"{status.gaps} in the last 24 h, before which entries may have passed unseen: `monitor ledger`"
    retry = ": `monitor articles --quarantined`" if queues.pages_quarantined else ""
    yield "pages", f"{queues.pages_due} due, {queues.pages_quarantined} in quarantine{retry}"
    yield "revisits", f"{queues.revisits_due} due"
    if queues.unsearched:
        yield "search", f"{number_of(queues.unsearched, 'article')} to be put into the index"
    for state in status.errors:
        yield "failed", f"{state.feed_id}, {show_moment(state.last_polled_at, zone)}: {state.last_error}"
    if left := queues.feeds_failing - len(status.errors):
        yield "", f"and {left} more: `monitor feeds health`"


def _of_daemon(status: "Status", pid: int | None, zone: tzinfo) -> Iterator[tuple[str, str]]:
    from monitor.store.configurations import shown

    daemon = status.daemon
    if daemon is None:
        yield "daemon", "none has run yet" if pid is None else f"process {pid}, starting"
        return
    begun = f"process {daemon.pid} on {daemon.host}, started {show_moment(daemon.started_at, zone)}"
    yield "daemon", f"none; the last was {begun}" if pid is None else begun
    since = show_moment(daemon.in_force_since, zone)
    yield "configuration", f"{shown(daemon.configuration)}, in force since {since}"
    for name in daemon.needs_restart:
        yield "restart", f"{name} is taken up at the next start"
    if daemon.refused:
        yield "refused", f"the files as they are since {show_moment(daemon.refused_at, zone)}:"
    for problem in daemon.refused:
        yield "", str(problem)


def _of_its_clock(alive_at: datetime, zone: tzinfo, now: datetime) -> Iterator[tuple[str, str]]:
    """What is strange about the last sign of life of a daemon that runs."""
    silent, last = now - alive_at, show_moment(alive_at, zone)
    if silent > _SILENT:
        yield "alive", f"last sign of life {last}, {show_span(silent)} ago by this clock: `monitor doctor`"
    elif silent < -_SILENT:
        yield "clock", f"{show_moment(now, zone)} here, and {last} by the daemon: one of the two is wrong"


def _shown_watchlist(one: "RuleVersion", status: "Status", zone: tzinfo) -> str:
    shown = f"{one.watchlist_id}, version {one.version}, first used {show_moment(one.first_used_at, zone)}"
    silence = status.silences.get(one.watchlist_id)
    if silence is None:
        return shown
    return f"{shown}; strangely quiet since {show_moment(silence.since, zone)}"


def shown_outage(outage: "Outage", zone: tzinfo) -> str:
    """An outage, for a person: what was down, and when."""
    began = show_moment(outage.began_at, zone)
    if outage.ended_at is None:
        return f"the {outage.kind} is down since {began}"
    lasted = show_span(outage.ended_at - outage.began_at)
    return f"the {outage.kind} was down for {lasted}, from {began} to {show_moment(outage.ended_at, zone)}"


def outage_record(outage: "Outage") -> Record:
    """An outage, for a program."""
    return {"kind": str(outage.kind), "began_at": outage.began_at, "ended_at": outage.ended_at}
