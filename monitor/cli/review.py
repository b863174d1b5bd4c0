"""`monitor review`: a person's decisions about matches; alone on a terminal, a walk through what is new."""

import getpass
import os
import sys
from typing import Any

import click

from monitor.cli.options import open_store, settings_of
from monitor.cli.review_options import asked_of, review_options
from monitor.cli.terminal import is_terminal


def reviewer_name() -> str:
    """Who decides: $MONITOR_REVIEWER, else the user, else (in a container) the user's number."""
    try:
        return os.environ.get("MONITOR_REVIEWER", "").strip() or getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


@click.command("review")
@review_options
@click.pass_context
def review_command(context: click.Context, /, **given: Any) -> int:
    """Decide about matches, also while the daemon runs: those with these IDs (their first digits will do; - reads them
    from standard input, an id or a line of `monitor matches --format jsonl` each), or else all that the filters find.

    The filters are those of `monitor matches`; --of-status, --of-tag and --of-story are called so for what --tag and
    --story do here. New matches are meant, unless --of-status says otherwise; beside IDs it says what you saw.

    Alone on a terminal it walks through what is new, or what the filters find: one key a decision, ? shows the keys.

    Decisions are only ever added: the last one counts, all are kept. The reviewer is $MONITOR_REVIEWER, else the user.
    Where somebody else decided since you did, or a match is not what you saw, that is said, and nothing is written.
    """
    from monitor.cli import review_decide

    asked = asked_of(context, given)
    asked.demand_sense()
    settings = settings_of(given["config"], given["database"])
    # A mistyped database is not made: it has no match to review.
    open_store(settings).close()
    if asked.undo is not None:
        return review_decide.take_back(settings, asked, reviewer_name())
    change = asked.change()
    if change is not None:
        decide = review_decide.decide_named if asked.ids else review_decide.decide_found
        return decide(settings, asked, change, reviewer_name())
    if not (is_terminal() and sys.stdin.isatty()):
        raise click.UsageError("say what you decide about which matches; `monitor review` alone wants a terminal")
    from monitor.cli.review_start import walk_through

    return walk_through(settings, asked.filters, reviewer_name())
