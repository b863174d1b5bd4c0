"""`monitor export`: stored articles and matches, for other tools and other people."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.match_filters import filters_given, match_filters, text_option
from monitor.cli.matches_meant import demand_known, matches_meant, search_of, with_search
from monitor.cli.options import database_option, open_store, settings_of
from monitor.cli.whole_file import STDOUT

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.store.match_query import MatchQuery
    from monitor.store.store import Transaction

_FORMS = ("jsonl", "csv", "digest", "opml", "warc", "bundle")
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
@text_option
@match_filters()
@database_option
@click.pass_context
def export_command(context: click.Context, /, **given: Any) -> int:
    """Write the matches or articles with these IDs (- reads them from standard input, as `monitor review` does), or
    else all matches that the filters find, in one of these formats; - is standard output. The filters are those of
    `monitor matches`. A file or folder appears when it is whole, and nothing is overwritten.

    Exit code 1: there was nothing to write, or of some article no page is kept, which is said.
    """
    form, target = _demand_one({name: given[name] for name in _FORMS})
    filtered = bool(filters_given(context))
    _demand_fitting(form, target, bom=given["bom"])
    if form == "opml":
        from monitor.cli.export_outlets import write_outlets

        if given["given"] or filtered or given["database"]:
            raise click.UsageError("--opml writes what is configured: IDs, filters and --database do not go with it")
        return write_outlets(target, given["config"])
    if bool(given["given"]) == filtered:
        raise click.UsageError("say what to write: IDs, or filters such as --watchlist ID")
    ids = _with_those_read(given["given"])
    settings = settings_of(given["config"], given["database"])
    search = search_of(given)
    with open_store(settings) as store, store.reading() as tx:
        query = with_search(tx, search, matches_meant(tx, settings, given, limit=None)) if filtered else None
        return _write(tx, form, target, ids, query, settings, given)


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


def _with_those_read(given: tuple[str, ...]) -> tuple[str, ...]:
    """The ids, those of standard input in place of "-". Raises: click.UsageError, where a line is none."""
    if "-" not in given:
        return given
    from monitor.cli.given import as_text, given_bytes
    from monitor.cli.review_given import named

    lines = as_text(given_bytes("-"), "standard input").split("\n")
    return tuple(one.text for one in named(given, lines))


def _write(
    tx: "Transaction",
    form: str,
    target: str,
    ids: Sequence[str],
    query: "MatchQuery | None",
    settings: "Settings",
    given: Mapping[str, Any],
) -> int:
    """Write it; the exit code."""
    from monitor.cli import export_pages, export_texts
    from monitor.cli.dossier import dossier
    from monitor.cli.export_chosen import article_ids, chosen

    asked = (tx, ids, query, partial(demand_known, tx, given))
    dossiers = (dossier(tx, article) for article in article_ids(*asked))
    placed, config = chosen(*asked), given["config"]
    match form:
        case "warc":
            return export_pages.write_warc(Path(target), dossiers, settings)
        case "bundle":
            return export_pages.write_bundle(Path(target), dossiers)
        case "jsonl":
            return export_texts.write_jsonl(target, dossiers)
        case "csv":
            return export_texts.write_csv(target, tx, placed, settings, config, bom=given["bom"])
        case _:
            return export_texts.write_digest(target, tx, placed, settings, config)
