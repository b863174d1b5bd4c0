"""`monitor status`: what runs since when, what is refused and why, what waits, what fails."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import click

from monitor.cli.moments import show_moment
from monitor.cli.options import database_option, open_store, settings_as_far
from monitor.cli.records import Record
from monitor.cli.terminal import harmless

if TYPE_CHECKING:
    from monitor.store.status import Status


@click.command("status")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@database_option
def status_command(*, output: str, config: str | None, database: str | None) -> None:
    """Say what runs since when, which rules are in force, what is refused and why, what waits and what fails.

    Asks the database alone; works from another host, and while the configuration is broken.
    """
    from monitor import clock
    from monitor.store.lock import daemon_pid
    from monitor.store.status import status

    settings = settings_as_far(config, database)
    pid = daemon_pid(settings.database_url)
    with open_store(settings) as store, store.reading() as tx:
        found = status(tx, clock.now())
    if output == "json":
        click.echo(json.dumps(status_record(found, pid), ensure_ascii=False, indent=2, default=datetime.isoformat))
        return
    for name, said in status_lines(found, pid, settings.timezone):
        click.echo(harmless(f"{name:<13} {said}"))


def status_record(status: "Status", pid: int | None) -> Record:
    """All of it, for a program; `pid`: the process that is the daemon, None where there is none."""
    daemon = status.daemon
    of_daemon = daemon and {"pid": daemon.pid, "host": daemon.host, "started_at": daemon.started_at}
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
            {"id": one.watchlist_id, "title": one.title, "version": one.version, "first_used_at": one.first_used_at}
            for one in status.watchlists
        ],
        "queues": asdict(status.queues),
        "errors": [
            {"feed": state.feed_id, "last_polled_at": state.last_polled_at, "last_error": state.last_error}
            for state in status.errors
        ],
    }


def status_lines(status: "Status", pid: int | None, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """The same for a person: what a line is about, and what it says."""
    yield from _of_daemon(status, pid, zone)
    for one in status.watchlists:
        yield (
            "watchlist",
            f"{one.watchlist_id}, version {one.version}, first used {show_moment(one.first_used_at, zone)}",
        )
    queues = status.queues
    yield "feeds", f"{queues.feeds}: {queues.feeds_due} due, {queues.feeds_failing} failing"
    yield "pages", f"{queues.pages_due} due, {queues.pages_quarantined} in quarantine"
    for state in status.errors:
        yield "failed", f"{state.feed_id}, {show_moment(state.last_polled_at, zone)}: {state.last_error}"


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
