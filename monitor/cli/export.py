"""`monitor export`: stored articles and matches, for other tools and other people."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.filters import moment_of
from monitor.cli.ids import watchlist_named
from monitor.cli.moments import EXPECTED
from monitor.cli.options import database_option, open_store, settings_of
from monitor.cli.whole_file import STDOUT
from monitor.model import Status, WatchlistId

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.store.match_query import MatchQuery
    from monitor.store.store import Transaction

_FOLDERLIKE = ("warc", "bundle")
"""What is no text, and not for standard output."""


@click.command("export")
@click.argument("given", metavar="[ID...|-]", nargs=-1)
@click.option(
    "--jsonl", metavar="FILE|-", help="Articles with their texts and matches, as `show --format json` has them."
)
@click.option("--csv", metavar="FILE|-", help="Matches as a spreadsheet opens them, in your time zone.")
@click.option("--digest", metavar="FILE|-", help="Matches as Markdown to read, by watchlist and day, stories folded.")
@click.option("--opml", metavar="FILE|-", help="Instead: the configured outlets with their feeds.")
@click.option("--warc", metavar="FILE", help="The pages as WARC 1.1; compressed where FILE ends in .gz.")
@click.option("--bundle", metavar="DIR", help="Pages, texts and metadata as plain files, with SHA256SUMS.")
@click.option("--bom", is_flag=True, help="With --csv: begin with a byte order mark, by which Excel knows UTF-8.")
@click.option("--watchlist", metavar="ID", help="All that this watchlist matches, instead of IDs.")
@click.option("--since", metavar="WHEN", help=f"With --watchlist: matched not before: {EXPECTED}.")
@click.option("--until", metavar="WHEN", help="With --watchlist: matched before; the same forms.")
@click.option(
    "--status", type=click.Choice([str(one) for one in Status]), help="With --watchlist: with this review status."
)
@database_option
def export_command(
    *,
    given: tuple[str, ...],
    bom: bool,
    watchlist: str | None,
    since: str | None,
    until: str | None,
    status: str | None,
    config: str | None,
    database: str | None,
    **formats: str | None,
) -> int:
    """Write the matches or articles with these IDs (- reads them from standard input, as `monitor review` does), or all
    that a watchlist matches, in one of these formats; - is standard output. A file or folder appears when it is whole,
    and nothing is overwritten.

    Exit code 1: there was nothing to write, or of some article no page is kept, which is said.
    """
    form, target = _demand_one(formats)
    filters = bool(since or until or status)
    _demand_fitting(form, target, bom=bom)
    if form == "opml":
        from monitor.cli.export_outlets import write_outlets

        if given or watchlist or filters or database:
            raise click.UsageError("--opml writes what is configured: IDs, filters and --database do not go with it")
        return write_outlets(target, config)
    _demand_selection(given, watchlist, filtered=filters)
    given = _with_those_read(given)
    settings = settings_of(config, database)
    query = _query(settings, watchlist, since, until, status) if watchlist else None
    with open_store(settings) as store, store.reading() as tx:
        if watchlist:
            watchlist_named(tx, watchlist)
        return _write(tx, form, target, given, query, settings=settings, bom=bom, config=config)


def _demand_one(formats: Mapping[str, str | None]) -> tuple[str, str]:
    """The format and where to write it. Raises: click.UsageError, where that is not said, or said twice."""
    named = {name: target for name, target in formats.items() if target}
    if len(named) != 1:
        raise click.UsageError(
            "say how to write it: --jsonl, --csv, --digest, --opml or --warc with a FILE, or --bundle DIR; one of them"
        )
    return next(iter(named.items()))


def _demand_fitting(form: str, target: str, *, bom: bool) -> None:
    """Raises: click.UsageError, where something is asked of a format that it cannot do."""
    if form in _FOLDERLIKE and target == STDOUT:
        raise click.UsageError("what is written appears whole or not at all: name a file or a folder, not -")
    if bom and form != "csv":
        raise click.UsageError("--bom goes with --csv")


def _demand_selection(given: Sequence[str], watchlist: str | None, *, filtered: bool) -> None:
    """Raises: click.UsageError, where it is not said what to write, or in two ways."""
    if bool(given) == bool(watchlist):
        raise click.UsageError("say what to write: IDs, or --watchlist ID")
    if filtered and not watchlist:
        raise click.UsageError("--since, --until and --status go with --watchlist")


def _with_those_read(given: tuple[str, ...]) -> tuple[str, ...]:
    """The ids, those of standard input in place of "-". Raises: click.UsageError, where a line is none."""
    if "-" not in given:
        return given
    from monitor.cli.given import as_text, given_bytes
    from monitor.cli.review_given import named

    lines = as_text(given_bytes("-"), "standard input").split("\n")
    return tuple(one.text for one in named(given, lines))


def _query(
    settings: "Settings", watchlist: str, since: str | None, until: str | None, status: str | None
) -> "MatchQuery":
    from monitor.store.match_query import MatchQuery

    return MatchQuery(
        watchlists=(WatchlistId(watchlist),),
        since=moment_of("--since", since, settings.timezone),
        until=moment_of("--until", until, settings.timezone),
        statuses=(Status(status),) if status else (),
        limit=None,
    )


def _write(
    tx: "Transaction",
    form: str,
    target: str,
    given: Sequence[str],
    query: "MatchQuery | None",
    *,
    settings: "Settings",
    bom: bool,
    config: str | None,
) -> int:
    """Write it; the exit code."""
    from monitor.cli import export_pages, export_texts
    from monitor.cli.dossier import dossier
    from monitor.cli.export_chosen import article_ids, chosen

    dossiers = (dossier(tx, article) for article in article_ids(tx, given, query))
    match form:
        case "warc":
            return export_pages.write_warc(Path(target), dossiers, settings)
        case "bundle":
            return export_pages.write_bundle(Path(target), dossiers)
        case "jsonl":
            return export_texts.write_jsonl(target, dossiers)
        case "csv":
            return export_texts.write_csv(target, tx, chosen(tx, given, query), settings, config, bom=bom)
        case _:
            return export_texts.write_digest(target, tx, chosen(tx, given, query), settings, config)
