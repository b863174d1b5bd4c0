"""`monitor feeds health`: how each feed is, those that need a person first, and what to do."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.moments import show_span
from monitor.cli.options import database_option, open_store, settings_as_far
from monitor.cli.output import format_option, print_rows
from monitor.cli.records import Record

if TYPE_CHECKING:
    from monitor.feeds.health import Health

COLUMNS = {
    "feed": "id",
    "is": "condition",
    "ok": "ok",
    "new": "new",
    "every": "shown_every",
    "gaps": "gaps",
    "full": "full",
    "what to do": "to_do",
}
"""`ok`, `new`: how long ago it last answered, and brought something new."""
SPARE = ("every", "full", "gaps")
_ADVICE = {
    "hard": "check its address",
    "gone": "find its new address",
    "crashing": "monitor retry --feed",
    "moved": "monitor feeds fix",
    "damaged": "monitor poll -v",
    "gaps": "set a shorter every:",
    "quiet": "look at its site",
    "empty": "check its address",
    "failing": "is its site up?",
    "short": "see its articles",
    "retrying": "it is retried",
    "fine": "",
}


@click.command("health")
@click.option("--all", "everything", is_flag=True, help="Also those with which nothing is wrong.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when a feed needs a person: for scripts.")
@format_option
@database_option
def health_command(*, everything: bool, exit_code: bool, output: str, config: str | None, database: str | None) -> int:
    """Say how the feeds are, those that need a person first, and what to do about each (docs/operations.md).

    Asks the database alone, so it works while the configuration is broken. Moments are how long ago; gaps are those of
    the last 7 days; "full" is the share of the articles of the last 30 days whose page could be read.
    """
    from monitor import clock
    from monitor.feeds.health import Condition, judge, sorted_by_need
    from monitor.store import health

    settings, now = settings_as_far(config, database), clock.now()
    with open_store(settings) as store, store.reading() as tx:
        judged = sorted_by_need(judge(facts, now) for facts in health.of_feeds(tx, now))
    needing = sum(one.needs_person for one in judged)
    shown = [one for one in judged if everything or one.condition is not Condition.FINE]
    records = [health_record(one) for one in shown]
    if output == "table":
        records = [record | _cells(one, now, settings.poll_every) for record, one in zip(records, shown, strict=True)]
    empty = f"All {len(judged)} feeds are well." if judged else "No feed is in the schedule yet: see `monitor run`."
    print_rows(records, output, columns=COLUMNS, empty=empty, spare=SPARE)
    if output == "table" and shown:
        click.echo(f"\n{needing} of {len(judged)} feeds in need of a person.")
    return EXIT_FAILED if exit_code and needing else 0


def health_record(health: "Health") -> Record:
    """How a feed is, for a program; durations in seconds."""
    from monitor.urls import redact

    facts, state = health.facts, health.facts.state
    moments = {
        "last_success_at": state.last_success_at,
        "last_new_at": facts.last_new_at,
        "distrusted_at": state.distrusted_at,
        "silent_since": facts.silence.since if facts.silence else None,
    }
    return {
        "id": state.feed_id,
        "condition": str(health.condition),
        "conditions": [str(one) for one in health.conditions],
        "needs_person": health.needs_person,
        "advice": _ADVICE[health.condition],
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        "interval": state.interval.total_seconds() if state.interval else None,
        "failure": str(state.failure) if state.failure else None,
        "failures": state.failures,
        "last_error": state.last_error,
        "gaps": facts.gaps,
        "damaged": facts.damaged,
        "empty": facts.empty,
        "pages": facts.pages,
        "full_texts": facts.full_texts,
        "full_share": None if facts.full_share is None else round(facts.full_share, 3),
        "moved_to": redact(state.moved_to) or None,
        "crashes": state.crashes,
        "interruptions": state.interruptions,
    }


def _cells(health: "Health", now: datetime, first: timedelta) -> Record:
    """`first`: the interval of feeds of which none is learned yet."""
    facts, state = health.facts, health.facts.state
    share = facts.full_share
    return {
        "ok": _ago(state.last_success_at, now),
        "new": _ago(facts.last_new_at, now),
        "shown_every": show_span(state.interval or first),
        "gaps": facts.gaps or "–",
        "full": "–" if share is None else f"{share:.0%}",
        "to_do": ", ".join(_to_do(health)),
    }


def _ago(moment: datetime | None, now: datetime) -> str:
    return show_span(now - moment) if moment else "–"


def _to_do(health: "Health") -> list[str]:
    from monitor.feeds.health import Condition

    advice, remarks = _ADVICE[health.condition], _remarks(health)
    # Nobody has to do anything: what happened tells more.
    said = [*remarks, advice] if health.condition is Condition.RETRYING else [advice, *remarks]
    return list(filter(None, said))


def _remarks(health: "Health") -> list[str]:
    """What else is to be known: why it fails, what else holds."""
    from monitor.feeds.health import Condition

    state, further = health.facts.state, health.conditions[1:]
    times = state.failures or health.facts.damaged
    # What a server says of a feed that is gone advises the same.
    error = state.last_error.partition(";")[0] if health.condition is Condition.GONE else state.last_error
    said = [f"{error} ({times} in a row)"] if times else []
    said += [f"also {', '.join(further)}"] if further else []
    return said + (["its 304s are not believed"] if state.distrusted_at else [])
