"""Where a walk through matches begins and ends: what it goes through, and the database that it writes to."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from time import sleep
from typing import TYPE_CHECKING, Any, TypeVar

import click

from monitor.cli.matches_meant import demand_known, matches_meant, search_of, with_search
from monitor.cli.review_session import Session
from monitor.cli.terminal_session import TerminalSession
from monitor.errors import StoreError

if TYPE_CHECKING:
    from monitor.config.settings import Settings

T = TypeVar("T")

MOST = 1000
"""Lines of a walk; whoever has decided about so many begins another one."""
_PATIENCE = timedelta(seconds=1)
"""How long to wait for another writer before that is said."""
_PAUSE = 0.2
"""Seconds between two attempts."""


def walk_through(settings: "Settings", given: Mapping[str, Any], reviewer: str) -> int:
    """Walk through the matches that the given filters find, one line a story; returns the exit code.

    Raises: click.UsageError, where one of them is wrong; StoreError.
    """
    from monitor.store import match_lines
    from monitor.store.store import Store

    search = search_of(given)
    with Store.open(settings.database_url, read_only=True) as store, store.reading() as tx:
        query = with_search(tx, search, matches_meant(tx, settings, given, limit=MOST), is_listed=True)
        lines = match_lines.query(tx, query)
        if not lines:
            demand_known(tx, given)
    if not lines:
        click.echo("Nothing to review: no match is so, as far as these filters go.")
        return 0
    store = _waiting(lambda: Store.open(settings.database_url, patience=_PATIENCE))
    terminal = TerminalSession()
    try:
        session = Session(store, settings, query, reviewer, lines)
        with terminal:
            code = session.run(terminal)
        if not terminal.is_gone:
            click.echo(session.summary())
        return code
    finally:
        # That is writing, too.
        _waiting(store.close, is_gone=terminal.is_gone)


def _waiting(action: Callable[[], T], *, is_gone: bool = False) -> T:
    """What the action gives, once others let it; `is_gone`: nobody reads that we wait. Raises: StoreError."""
    while True:
        try:
            return action()
        except StoreError as error:
            if not error.temporary:
                raise
            if not is_gone:
                click.echo(f"{error}. Waiting; Ctrl-C gives up.", err=True)
            sleep(_PAUSE)
