"""`monitor export`: stored articles with their pages as evidence, for other tools and other people."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.dossier import Dossier, dossier
from monitor.cli.filters import moment_of
from monitor.cli.ids import known, watchlist_named
from monitor.cli.moments import EXPECTED
from monitor.cli.options import database_option, open_store, settings_of
from monitor.cli.output import number_of
from monitor.cli.records import short
from monitor.model import ArticleId, Status, WatchlistId

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.evidence.exhibit import Exhibit
    from monitor.store.matches import MatchQuery
    from monitor.store.store import Transaction

_NAMED = 5
"""Articles that are named of those without a page."""


@click.command("export")
@click.argument("given", metavar="[ID]...", nargs=-1)
@click.option("--warc", metavar="FILE", help="The pages as WARC 1.1; compressed where FILE ends in .gz.")
@click.option("--bundle", metavar="DIR", help="Pages, texts and metadata as plain files, with SHA256SUMS.")
@click.option("--watchlist", metavar="ID", help="All articles that this watchlist matches, instead of IDs.")
@click.option("--since", metavar="WHEN", help=f"With --watchlist: matched not before: {EXPECTED}.")
@click.option("--until", metavar="WHEN", help="With --watchlist: matched before; the same forms.")
@click.option(
    "--status", type=click.Choice([str(one) for one in Status]), help="With --watchlist: with this review status."
)
@database_option
def export_command(
    *,
    given: tuple[str, ...],
    warc: str | None,
    bundle: str | None,
    watchlist: str | None,
    since: str | None,
    until: str | None,
    status: str | None,
    config: str | None,
    database: str | None,
) -> int:
    """Write articles with their pages as they were sent: those of the matches or articles with these IDs, or all that a
    watchlist matches. Overwrites nothing.

    Exit code 1: of some no page is kept, which is said.
    """
    from monitor.store.matches import MatchQuery

    _demand_one_of_each(given, watchlist, filtered=bool(since or until or status), warc=warc, bundle=bundle)
    settings = settings_of(config, database)
    query = None
    if watchlist:
        query = MatchQuery(
            watchlists=(WatchlistId(watchlist),),
            since=moment_of("--since", since, settings.timezone),
            until=moment_of("--until", until, settings.timezone),
            statuses=(Status(status),) if status else (),
            limit=None,
        )
    with open_store(settings) as store, store.reading() as tx:
        if watchlist:
            watchlist_named(tx, watchlist)
        wanted = _articles(tx, given, query)
        dossiers = (dossier(tx, article) for article in wanted)
        return _write_warc(Path(warc), dossiers, settings) if warc else _write_bundle(Path(bundle or ""), dossiers)


def _demand_one_of_each(
    given: Sequence[str], watchlist: str | None, *, filtered: bool, warc: str | None, bundle: str | None
) -> None:
    """Raises: click.UsageError, where it is not said what to write or how, or in two ways."""
    if bool(warc) == bool(bundle):
        raise click.UsageError("say how to write it: --warc FILE or --bundle DIR")
    if bool(given) == bool(watchlist):
        raise click.UsageError("say what to write: IDs, or --watchlist ID")
    if "-" in (warc, bundle):
        raise click.UsageError("what is written appears whole or not at all: name a file or a folder, not -")
    if filtered and not watchlist:
        raise click.UsageError("--since, --until and --status go with --watchlist")


def _articles(tx: "Transaction", given: Sequence[str], query: "MatchQuery | None") -> list[ArticleId]:
    """Those that are wanted, each once."""
    from monitor.store import matches

    if query is None:
        return list(dict.fromkeys(known(tx, one).article_id for one in given))
    return list(dict.fromkeys(match.article.id for match in matches.query(tx, query)))


def _write_warc(path: Path, dossiers: Iterator[Dossier], settings: "Settings") -> int:
    from monitor.evidence.warc import WarcFile

    tally = _Tally()
    with _new(path) as unfinished:
        with unfinished.open("wb") as file:
            warc = WarcFile(file, name=path.name, operator=settings.contact)
            for one in dossiers:
                tally.count(one)
                warc.add(_exhibit(one))
        if not tally.pages:
            unfinished.unlink()
    return tally.say(path, written=tally.pages)


def _write_bundle(path: Path, dossiers: Iterator[Dossier]) -> int:
    from monitor.evidence.bundle import Bundle

    tally = _Tally()
    with _new(path) as unfinished:
        unfinished.mkdir()
        bundle = Bundle(unfinished)
        for one in dossiers:
            tally.count(one)
            bundle.add(_exhibit(one))
        bundle.close()
        if not tally.articles:
            shutil.rmtree(unfinished)
    return tally.say(path, written=tally.articles)


def _exhibit(one: Dossier) -> "Exhibit":
    from monitor.evidence.exhibit import Exhibit

    parts = (one.article.title, one.article.summary, one.article.text)
    text = "\n\n".join(filter(None, parts)) + "\n"
    return Exhibit(name=one.article.id, metadata=one.record(), text=text, pages=one.pages)


class _Tally:
    """What was written, for a person."""

    def __init__(self) -> None:
        self.articles = 0
        self.pages = 0
        self._without: list[str] = []

    def count(self, one: Dossier) -> None:
        self.articles += 1
        self.pages += len(one.pages)
        if not one.pages:
            self._without.append(short(one.article.id))

    def say(self, path: Path, *, written: int) -> int:
        """Print it; the exit code."""
        if written:
            click.echo(f"{number_of(self.articles, 'article')}, {number_of(self.pages, 'page')} written to {path}.")
        else:
            click.echo("There is nothing to export: nothing was written.", err=True)
        if self._without:
            named = ", ".join([*self._without[:_NAMED], *(["…"] if len(self._without) > _NAMED else [])])
            hint = "`evidence:` in monitor.yaml says whose is kept, when it is read"
            click.echo(f"No page is kept of {number_of(len(self._without), 'article')}: {named} ({hint}).", err=True)
        return EXIT_FAILED if self._without or not written else 0


@contextmanager
def _new(path: Path) -> Iterator[Path]:
    """Where to write what becomes `path` in one step when it is whole, if it is there.

    Raises: click.UsageError, when something is at `path`, or it cannot be written.
    """
    try:
        _refuse_taken(path)
        with TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
            unfinished = Path(folder, path.name)
            yield unfinished
            if unfinished.exists():
                _refuse_taken(path)
                unfinished.replace(path)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written ({error.strerror})") from error


def _refuse_taken(path: Path) -> None:
    if path.is_dir() and not any(path.iterdir()):
        return
    if path.exists():
        raise click.UsageError(f"{path} exists already and is not overwritten: name another")
