"""The filters that listings of matches and articles share, and what they mean in this database and configuration."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, TypeVar, overload

import click
from click.core import ParameterSource

from monitor.cli.moments import EXPECTED, parse_moment
from monitor.model import Affiliation, TextSource
from monitor.text.language_tags import LANGUAGES, MISNAMED, meant
from monitor.text.tags import name_of, tag_of

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.store.store import Transaction

Function = TypeVar("Function", bound=Callable[..., object])
Bounds = tuple[tuple[str, float], ...]

MOST = 1_000_000
SORTS = ("newest", "oldest", "published", "outlet")
"""What comes first; ties go by time and id, so that pages (--offset) neither repeat nor leave out anything."""

_TAG = re.compile(r"([a-z]{2,3})(?:-[a-z0-9]{2,8})*", re.IGNORECASE)
_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_COMPARED = re.compile(rf"(>=|<=|>|<|=|≥|≤|)\s*({_NUMBER})")
_BETWEEN = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})")
_SIGNS = {"≥": (">=",), "≤": ("<=",), "=": (">=", "<="), "": (">=", "<=")}


def once(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> str | None:
    """The value of an option that is taken once, so that a second one is not taken instead of the first without a word;
    None where it is not given. Raises: click.BadParameter.
    """
    if len(given) > 1:
        raise click.BadParameter(f"expected one, got {' and '.join(given)}")
    return given[0] if given else None


def languages(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Language tags. Raises: click.BadParameter, with what was probably meant."""
    for value in given:
        found = _TAG.fullmatch(value)
        code = found[1].lower() if found else ""
        if not found or code in MISNAMED or (len(code) == 2 and code not in LANGUAGES):
            near = meant(value)
            hint = f' (did you mean "{near}"?)' if near else ""
            raise click.BadParameter(f'"{value}" is no language: expected a code such as ar, he or pt-BR{hint}')
    return given


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
    """A name as it is kept; "" for nobody's. Raises: click.BadParameter."""
    given = once(context, parameter, all_given)
    try:
        return name_of(given) if given else given
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def filter_option(*names: str, **how: Any) -> Callable[[Function], Function]:
    """An option that leaves some of what is listed, and is taken once."""
    how = {"callback": once, **how}
    return click.option(*names, multiple=True, **how)


def filter_options(function: Function) -> Function:
    """--since --until --lang --outlet --country --affiliation --feed --story --text-source."""
    options = (
        filter_option("--since", metavar="WHEN", help=f"Not older than: {EXPECTED}."),
        filter_option("--until", metavar="WHEN", help="Older than; the same forms."),
        click.option(
            "--lang", metavar="CODE", multiple=True, callback=languages, help="Only in this language, e.g. ar."
        ),
        click.option("--outlet", metavar="ID", multiple=True, help="Only of this outlet."),
        click.option("--country", metavar="CODE", multiple=True, help="Only of outlets of this country, e.g. EG."),
        click.option(
            "--affiliation",
            type=click.Choice([str(one) for one in Affiliation]),
            multiple=True,
            help="Only of outlets that answer to this.",
        ),
        filter_option("--feed", metavar="ID", help="Only what this feed has offered."),
        filter_option("--story", metavar="ID", help="Only what is in this story; also by the id of a match in it."),
        filter_option(
            "--text-source",
            type=click.Choice([str(source) for source in TextSource]),
            help="Only with a text from here.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def page_options(sorts: tuple[str, ...]) -> Callable[[Function], Function]:
    """--limit --offset --sort."""
    options = (
        click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="At most so many."),
        click.option("--offset", type=click.IntRange(0, MOST), default=0, help="Without the first so many."),
        click.option("--sort", type=click.Choice(sorts), default="newest", show_default=True, help="What comes first."),
    )

    def with_options(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return with_options


def shared_conditions(tx: "Transaction", settings: "Settings", given: Mapping[str, Any]) -> dict[str, Any]:
    """What `filter_options` and `page_options` ask, as `MatchQuery` and `ArticleQuery` call it.

    Raises: click.UsageError, where something is meant that does not exist; StoreError, where an id is none's.
    """
    from monitor.cli.ids import feed_named, story_named
    from monitor.cli.publishers import outlets_meant
    from monitor.store.articles import Order

    since, until = span_of(given["since"], given["until"], settings.timezone)
    asked: dict[str, Any] = {
        "since": since,
        "until": until,
        "languages": given["lang"],
        "feed": feed_named(tx, given["feed"]) if given["feed"] else None,
        "text_source": TextSource(given["text_source"]) if given["text_source"] else None,
        "order": Order(given["sort"]),
        "limit": given["limit"],
        "offset": given["offset"],
    }
    asked["outlets"] = outlets_meant(tx, settings, given)
    if given["story"]:
        from monitor import clock

        asked["story"] = story_named(tx, given["story"], clock.now()).id
    return asked


def span_of(since: str | None, until: str | None, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """The moments of --since and --until. Raises: click.UsageError, also where nothing is between them."""
    first, last = moment_of("--since", since, zone), moment_of("--until", until, zone)
    if first and last and first >= last:
        raise click.UsageError("--until is not after --since: nothing is between them")
    return first, last


def is_given(context: click.Context, name: str) -> bool:
    """Whether a person gave this option, its default or another value."""
    return context.get_parameter_source(name) is not ParameterSource.DEFAULT


def refuse_beside(context: click.Context, option: str, names: Mapping[str, str]) -> None:
    """Beside `option` some others would go unheard: by their names in Python, as they are typed.

    Raises: click.UsageError.
    """
    for name, typed in names.items():
        if is_given(context, name):
            raise click.UsageError(f"{typed} adds nothing to {option}: leave out one of them")


@overload
def moment_of(option: str, text: str, zone: tzinfo) -> datetime: ...
@overload
def moment_of(option: str, text: None, zone: tzinfo) -> None: ...
@overload
def moment_of(option: str, text: str | None, zone: tzinfo) -> datetime | None: ...
def moment_of(option: str, text: str | None, zone: tzinfo) -> datetime | None:
    """The moment an option names; None where it is not given. Raises: click.UsageError; also of a --since to come, for
    nothing has been since then.
    """
    from monitor import clock

    if text is None:
        return None
    now = clock.now()
    try:
        moment = parse_moment(text, now=now, zone=zone)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from error
    if option == "--since" and moment > now:
        raise click.BadParameter(f'"{text}" is in the future: expected {EXPECTED}', param_hint=option)
    return moment
