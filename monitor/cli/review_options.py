"""What `monitor review` can be asked: its options, and what they mean together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, TypeVar

import click

from monitor.cli.filters import moment_of
from monitor.cli.moments import EXPECTED
from monitor.cli.options import database_option
from monitor.model import FeedId, Status, WatchlistId
from monitor.text.tags import name_of, tag_of

if TYPE_CHECKING:
    from monitor.store.decisions import Change
    from monitor.store.matches import MatchQuery

Function = TypeVar("Function", bound=Callable[..., object])

ANY = "any"
_STATUSES = [str(status) for status in Status]
_VERDICTS = {
    "relevant": "It is about the subject.",
    "irrelevant": "It is not.",
    "later": "To be decided later.",
    "escalated": "To be decided by somebody else.",
    "new": "Undecided again.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options, by their names."""

    ids: tuple[str, ...]
    verdicts: tuple[str, ...]
    note: str
    tags: tuple[str, ...]
    untags: tuple[str, ...]
    assign: str | None
    unassign: bool
    story: bool
    anyway: bool
    undo: int | None
    watchlist: str | None
    since: str | None
    until: str | None
    lang: str | None
    outlet: str | None
    feed: str | None
    of_status: str | None
    yes: bool
    config: str | None
    database: str | None

    @property
    def status(self) -> Status | None:
        """The status that is said to be there."""
        return Status(self.of_status) if self.of_status and self.of_status != ANY else None

    def change(self) -> "Change | None":
        """What is decided; None: nothing. Raises: click.UsageError, where a tag or name is none, or it is two."""
        from monitor.store.decisions import Change

        verdicts = tuple(dict.fromkeys(self.verdicts))
        if len(verdicts) > 1:
            raise click.UsageError(f"{' and '.join(f'--{one}' for one in verdicts)}: choose one")
        if self.assign is not None and self.unassign:
            raise click.UsageError("--assign and --unassign: choose one")
        try:
            change = Change(
                status=Status(verdicts[0]) if verdicts else None,
                tags=tuple(map(tag_of, self.tags)),
                untags=tuple(map(tag_of, self.untags)),
                assignee="" if self.unassign else name_of(self.assign) if self.assign is not None else None,
                note=self.note,
            )
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        if both := set(change.tags) & set(change.untags):
            raise click.UsageError(f"--tag and --untag {', '.join(sorted(both))}: choose one")
        return change if change != Change() else None

    def query(self, zone: tzinfo) -> "MatchQuery":
        """The matches that the filters find: new ones, unless they say another status. Raises: click.UsageError."""
        from monitor.store.matches import MatchQuery

        return MatchQuery(
            watchlists=(WatchlistId(self.watchlist),) if self.watchlist else (),
            since=moment_of("--since", self.since, zone),
            until=moment_of("--until", self.until, zone),
            languages=(self.lang,) if self.lang else (),
            outlets=(self.outlet,) if self.outlet else None,
            feed=FeedId(self.feed) if self.feed else None,
            statuses=() if self.of_status == ANY else (self.status or Status.NEW,),
            limit=None,
        )

    def demand_sense(self) -> None:
        """Raises: click.UsageError, where the options do not go together."""
        filters = any((self.watchlist, self.since, self.until, self.lang, self.outlet, self.feed))
        decision = self.change() is not None
        if self.undo is not None and (self.ids or filters or self.of_status or self.story or _beyond_a_note(self)):
            raise click.UsageError(
                "--undo takes back your last decision, whatever it was about: it goes alone, or with --note"
            )
        if self.undo is not None:
            return
        if self.ids and filters:
            raise click.UsageError("give IDs, or filters that find matches, not both")
        if self.ids and not decision:
            verdicts = ", ".join(f"--{name}" for name in _VERDICTS)
            raise click.UsageError(f"say what you decide: {verdicts}, --tag, --untag, --assign, --unassign or --note")
        if decision and not (self.ids or filters or self.of_status):
            raise click.UsageError("say about which matches: IDs, - for standard input, or filters (--of-status new)")
        if self.story and not decision:
            raise click.UsageError(
                "--story goes with a decision; in a walk-through, capital letters decide for a story"
            )


def _beyond_a_note(asked: Asked) -> bool:
    return bool(asked.verdicts or asked.tags or asked.untags or asked.assign is not None or asked.unassign)


def review_options(function: Function) -> Function:
    """IDs, what is decided, and the filters."""
    verdicts = [
        click.option(f"--{name}", "verdicts", flag_value=name, multiple=True, help=meaning)
        for name, meaning in _VERDICTS.items()
    ]
    options = [
        click.argument("ids", metavar="[ID...|-]", nargs=-1),
        *verdicts,
        click.option("--note", default="", help="Why; kept with the decision."),
        click.option("--tag", "tags", metavar="TAG", multiple=True, help="Call it so; may be repeated."),
        click.option("--untag", "untags", metavar="TAG", multiple=True, help="Call it so no more."),
        click.option("--assign", metavar="NAME", help="Who is to look after it."),
        click.option("--unassign", is_flag=True, help="Nobody is, any more."),
        click.option("--story", is_flag=True, help="Decide alike for all matches of its watchlist in its story."),
        click.option("--anyway", is_flag=True, help="Also where others decided, or the match changed, meanwhile."),
        click.option(
            "--undo",
            metavar="[N]",
            type=click.IntRange(1, 1000),
            is_flag=False,
            flag_value=1,
            help="Take back your last decision, or the last N.",
        ),
        click.option("--watchlist", metavar="ID", help="Without IDs: those of this watchlist."),
        click.option("--since", metavar="WHEN", help=f"Not older than: {EXPECTED}."),
        click.option("--until", metavar="WHEN", help="Older than; the same forms."),
        click.option("--lang", metavar="CODE", help="In this language, e.g. ar."),
        click.option("--outlet", metavar="ID", help="Of this outlet."),
        click.option("--feed", metavar="ID", help="What this feed has offered."),
        click.option(
            "--of-status",
            type=click.Choice([*_STATUSES, ANY]),
            help="With this status.  [default: new]  With IDs: what you saw it to be.",
        ),
        click.option("--yes", is_flag=True, help="Do not ask before deciding about all that the filters find."),
        database_option,
    ]
    for option in reversed(options):
        function = option(function)
    return function
