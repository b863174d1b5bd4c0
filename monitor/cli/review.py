"""`monitor review`: a person's verdict on matches."""

import getpass
import os

import click

from monitor.cli.options import database_option, open_store, settings_of
from monitor.model import Review, Status


def reviewer_name() -> str:
    """Who decides: $MONITOR_REVIEWER, else the user, else (in a container) the user's number."""
    try:
        return os.environ.get("MONITOR_REVIEWER") or getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


@click.command("review")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--relevant", "verdict", flag_value="relevant", help="It is about the subject.")
@click.option("--irrelevant", "verdict", flag_value="irrelevant", help="It is not.")
@click.option("--later", "verdict", flag_value="later", help="To be decided later.")
@click.option("--new", "verdict", flag_value="new", help="Undecided again.")
@click.option("--note", default="", help="Why; kept with the decision.")
@database_option
def review_command(
    *, ids: tuple[str, ...], verdict: str | None, note: str, config: str | None, database: str | None
) -> None:
    """Record a decision about the matches with these IDs (their first digits will do), also while the daemon runs.

    Decisions are only ever added: the last one counts, all are kept. The reviewer is $MONITOR_REVIEWER, else the user.
    """
    from monitor import clock
    from monitor.cli.ids import match_named
    from monitor.store import reviews

    if verdict is None:
        raise click.UsageError("say what you decide: --relevant, --irrelevant, --later or --new")
    status, reviewer = Status(verdict), reviewer_name()
    settings = settings_of(config, database)
    # A mistyped database is not made: it has no match to review.
    open_store(settings).close()
    with open_store(settings, read_only=False) as store, store.writing() as tx:
        # All ids are looked up before anything is written: one mistyped id, and nothing is half done.
        for match in [match_named(tx, given) for given in ids]:
            reviews.add(
                tx, Review(match_id=match.id, status=status, note=note, reviewer=reviewer, reviewed_at=clock.now())
            )
    noun = "match" if len(ids) == 1 else "matches"
    click.echo(f"{len(ids)} {noun} marked {status} by {reviewer}")
