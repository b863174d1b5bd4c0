"""Which matches a person means: the same filters, in the same words, for whatever lists, decides about, writes or
publishes matches; `matches_meant` makes of them what is asked.
"""

import math
import re
from collections.abc import Callable
from typing import TypeVar

import click

from monitor.cli.filters import filter_option, filter_options, is_given, once
from monitor.model import Status
from monitor.text.tags import name_of, tag_of

Function = TypeVar("Function", bound=Callable[..., object])
Bounds = tuple[tuple[str, float], ...]

FILTERS = (
    "text", "watchlist", "status", "reviewer", "tag", "assignee", "score", "term", "since", "until", "lang", "outlet",
    "country", "affiliation", "feed", "story", "text_source", "lost",
)  # fmt: skip
"""By their names in Python; a command calls all of them so."""
ANY = "any"
_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_COMPARED = re.compile(rf"(>=|<=|>|<|=|≥|≤|)\s*({_NUMBER})")
_BETWEEN = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})")
_SIGNS = {"≥": (">=",), "≤": ("<=",), "=": (">=", "<="), "": (">=", "<=")}


def bounds(context: click.Context, parameter: click.Parameter, all_given: tuple[str, ...]) -> Bounds:
    """What a score is to be: pairs of a sign and a number, all of which hold. Raises: click.BadParameter."""
    given = once(context, parameter, all_given)
    if given is None:
        return ()
    said = given.strip()
    if found := _BETWEEN.fullmatch(said):
        least, most = float(found[1]), float(found[2])
        if least <= most < math.inf:
            return ((">=", least), ("<=", most))
        raise click.BadParameter(f'"{given}" holds no score: expected the lower one first, as in 2..5')
    found = _COMPARED.fullmatch(said)
    if not found or math.isinf(number := float(found[2])):
        raise click.BadParameter(f'"{given}" is no score: expected a number (3), a bound (">=3", "<2.5") or 2..5')
    return tuple((sign, number) for sign in _SIGNS.get(found[1], (found[1],)))


def tag(context: click.Context, parameter: click.Parameter, all_given: tuple[str, ...]) -> str | None:
    """A tag as it is kept. Raises: click.BadParameter."""
    given = once(context, parameter, all_given)
    try:
        return None if given is None else tag_of(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def assignee(context: click.Context, parameter: click.Parameter, all_given: tuple[str, ...]) -> str | None:
    """A name as it is kept; "": nobody's. Raises: click.BadParameter."""
    given = once(context, parameter, all_given)
    try:
        return given and name_of(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def term(context: click.Context, parameter: click.Parameter, all_given: tuple[str, ...]) -> str | None:
    """A term, or a list. Raises: click.BadParameter."""
    given = once(context, parameter, all_given)
    if given is not None and not given.strip("@ "):
        raise click.BadParameter("expected a term as its rule has it, or a list: @tunnels")
    return given


def text_argument(function: Function) -> Function:
    """TEXT, for a command that takes no other words."""

    def joined(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> str | None:
        return " ".join(given) if given else None

    return click.argument("text", metavar="[TEXT]...", nargs=-1, callback=joined)(function)


def text_option(function: Function) -> Function:
    """The same for a command that does."""
    told = "Only of articles that this query finds: what `monitor matches` takes as TEXT."
    return filter_option("--query", "text", metavar="QUERY", help=told)(function)


def match_filters(*, of: str = "--", statuses: tuple[Status, ...] = ()) -> Callable[[Function], Function]:
    """--watchlist --status --reviewer --tag --assignee --score --term, those of `filter_options`, --lost.

    `of`: begins the names of --status, --tag and --story where a command has these words for what it does;
    `statuses`: those that are meant where none is given.
    """
    options = (
        click.option("--watchlist", metavar="ID", multiple=True, help="Only of this watchlist."),
        click.option(
            f"{of}status",
            "status",
            type=click.Choice([*map(str, Status), ANY]),
            multiple=True,
            default=tuple(map(str, statuses)),
            show_default=bool(statuses),
            help="Only with this review status.",
        ),
        filter_option("--reviewer", metavar="NAME", help="Only those that this person decided on last."),
        filter_option(f"{of}tag", "tag", metavar="TAG", callback=tag, help="Only with this tag."),
        filter_option(
            "--assignee",
            metavar="NAME",
            callback=assignee,
            help='Only those that this person is to look after; "": nobody is.',
        ),
        filter_option("--score", metavar="RANGE", callback=bounds, help='Only of this score: 3, ">=3", "<2.5", 2..5.'),
        filter_option(
            "--term",
            metavar="TERM",
            callback=term,
            help="Only with a hit of this term, as its rule has it, or of a list: @name.",
        ),
        lambda function: filter_options(function, story=f"{of}story"),
        click.option("--lost", is_flag=True, help="Also those that match no more, by a better text or an edited rule."),
    )

    def with_options(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return with_options


def filters_given(context: click.Context) -> frozenset[str]:
    """Those of the filters that a person gave."""
    return frozenset(name for name in FILTERS if is_given(context, name))
