"""What `monitor review` can be asked: its options, and what they mean together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

import click

from monitor.cli.match_filters import ANY, filters_given, match_filters, text_option
from monitor.cli.options import database_option
from monitor.model import Status
from monitor.text.tags import name_of, tag_of

if TYPE_CHECKING:
    from monitor.store.decisions import Change

Function = TypeVar("Function", bound=Callable[..., object])

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
    whole: bool
    """The decision is about all that a story holds."""
    anyway: bool
    undo: int | None
    yes: bool
    filters: Mapping[str, Any]
    """What was given, for `matches_meant`."""
    named: frozenset[str]
    """The filters that a person gave."""

    @property
    def status(self) -> Status | None:
        """The status that is said to be there. Raises: click.UsageError, where several are."""
        said = self.filters["status"] if "status" in self.named else (ANY,)
        if len(said) > 1:
            raise click.UsageError("beside IDs --of-status says what you saw: give one")
        return None if said == (ANY,) else Status(said[0])

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

    def demand_sense(self) -> None:
        """Raises: click.UsageError, where the options do not go together."""
        decision = self.change() is not None
        if self.undo is not None:
            if self.ids or self.named or self.whole or _beyond_a_note(self):
                raise click.UsageError(
                    "--undo takes back your last decision, whatever it was about: it goes alone, or with --note"
                )
            return
        if self.ids and self.named - {"status"}:
            raise click.UsageError("give IDs, or filters that find matches, not both")
        if self.ids and not decision:
            verdicts = ", ".join(f"--{name}" for name in _VERDICTS)
            raise click.UsageError(f"say what you decide: {verdicts}, --tag, --untag, --assign, --unassign or --note")
        if decision and not (self.ids or self.named):
            raise click.UsageError("say about which matches: IDs, - for standard input, or filters (--of-status new)")
        if self.whole and not decision:
            raise click.UsageError(
                "--story goes with a decision; in a walk-through, capital letters decide for a story"
            )


def asked_of(context: click.Context, given: Mapping[str, Any]) -> Asked:
    """What was given."""
    own = {one.name: given[one.name] for one in fields(Asked) if one.name in given}
    return Asked(**own, filters=given, named=filters_given(context))


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
        click.option(
            "--story", "whole", is_flag=True, help="Decide alike for all matches of its watchlist in its story."
        ),
        click.option("--anyway", is_flag=True, help="Also where others decided, or the match changed, meanwhile."),
        click.option(
            "--undo",
            metavar="[N]",
            type=click.IntRange(1, 1000),
            is_flag=False,
            flag_value=1,
            help="Take back your last decision, or the last N.",
        ),
        click.option("--yes", is_flag=True, help="Do not ask before deciding about all that the filters find."),
        text_option,
        match_filters(of="--of-", statuses=(Status.NEW,)),
        database_option,
    ]
    for option in reversed(options):
        function = option(function)
    return function
