"""The filters that listings of matches and articles share, and what they mean in this database and configuration."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, TypeVar, overload

import click
from click.core import ParameterSource

from monitor.cli.moments import EXPECTED, parse_moment
from monitor.model import Affiliation, TextSource
from monitor.text.language_tags import LANGUAGES, MISNAMED, meant

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.store.store import Transaction

Function = TypeVar("Function", bound=Callable[..., object])

MOST = 1_000_000
SORTS = ("newest", "oldest", "published", "outlet")
"""What comes first; ties go by time and id, so that pages (--offset) neither repeat nor leave out anything."""

_TAG = re.compile(r"([a-z]{2,3})(?:-[a-z0-9]{2,8})*", re.IGNORECASE)


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


def filter_option(*names: str, **how: Any) -> Callable[[Function], Function]:
    """An option that leaves some of what is listed, and is taken once."""
    how = {"callback": once, **how}
    return click.option(*names, multiple=True, **how)


def filter_options(function: Function, *, story: str = "--story") -> Function:
    """--since --until --lang --outlet --country --affiliation --feed --story --text-source; one by another name where
    `--story` means something else.
    """
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
        filter_option(
            story, "story", metavar="ID", help="Only what is in this story; also by the id of a match in it."
        ),
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
    """What `filter_options` ask, as `MatchQuery` and `ArticleQuery` call it.

    Raises: click.UsageError, where something is meant that does not exist; StoreError, where an id is none's.
    """
    from monitor.cli.ids import feed_named, story_named
    from monitor.cli.publishers import outlets_meant

    since, until = span_of(given["since"], given["until"], settings.timezone)
    asked: dict[str, Any] = {
        "since": since,
        "until": until,
        "languages": given["lang"],
        "feed": feed_named(tx, given["feed"]) if given["feed"] is not None else None,
        "text_source": TextSource(given["text_source"]) if given["text_source"] else None,
    }
    asked["outlets"] = outlets_meant(tx, settings, given)
    if given["story"] is not None:
        from monitor import clock

        asked["story"] = story_named(tx, given["story"], clock.now()).id
    return asked


def page_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """What `page_options` ask, likewise."""
    from monitor.store.articles import Order

    return {"order": Order(given["sort"]), "limit": given["limit"], "offset": given["offset"]}


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
