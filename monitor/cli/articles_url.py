"""`monitor articles url`: what becomes of an address, step by step, and which stored article it leads to."""

import json
from collections.abc import Mapping

import click

from monitor.cli.addresses import address_of
from monitor.cli.options import database_option, open_store, settings_of
from monitor.cli.records import Record, short
from monitor.cli.terminal import harmless, isolate
from monitor.model import Article


@click.command("url")
@click.argument("given", metavar="URL")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@database_option
def url_command(*, given: str, output: str, config: str | None, database: str | None) -> None:
    """Say what becomes of URL: its normal form and the rules behind it, what it is a variant of, and which article it
    leads to.

    Nothing is asked of the site: redirects and canonical links count as far as they were met when pages were read.
    """
    from monitor import urls
    from monitor.model import article_key
    from monitor.store import articles

    found_at = address_of(given)
    if found_at is None:
        raise click.UsageError(f"this is no http(s) address: {harmless(urls.redact(given))[:200]}")
    typed, address, normal, of = found_at.typed, found_at.target, found_at.normal, found_at.variant
    is_front = urls.is_front_page(normal)
    keys = found_at.keys()
    with open_store(settings_of(config, database)) as store, store.reading() as tx:
        at = articles.at(tx, list(keys), full=False)
    found = {where: at[key] for key, where in keys.items() if key in at}
    if output == "json":
        record: Record = {
            "given": urls.redact(given),
            "target": urls.redact(address),
            "normalised": normal,
            "changes": list(urls.changes(address)),
            "variant": list(of.kinds) if of else [],
            "originals": list(of.originals) if of else [],
            "id": None if is_front else article_key(normal),
            "articles": [
                {"address": where, "id": one.id, "url": one.url, "title": one.headline} for where, one in found.items()
            ],
        }
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
        return
    _line("given", harmless(urls.redact(given)))
    if "://" not in given:
        _line("read as", harmless(urls.redact(typed)))
    if address != typed:
        _line("leads to", harmless(urls.redact(address)), "by the address of the service that stands before it")
    _line("normalised", normal, *urls.changes(address) or ("nothing to change",))
    if of:
        _line("variant", f"{' and '.join(of.kinds)}, by its form", *(f"of {original}" for original in of.originals))
    for obstacle in _obstacles(normal):
        _line("but", obstacle)
    if not is_front:
        _line("article id", article_key(normal), "of the article that a feed makes with this address")
    _print_found(normal, found)


def _obstacles(normal: str) -> list[str]:
    """Why an article is not known by an address, where it is not."""
    from monitor import urls
    from monitor.articles.identity import is_wall

    front = "it is a front page: an entry that links to it is known by its guid and its title"
    wall = "it looks like a login, a consent page or a bot check: redirects to it give no article an address"
    return [front] * urls.is_front_page(normal) + [wall] * is_wall(normal)


def _print_found(normal: str, found: Mapping[str, Article]) -> None:
    if not found:
        _line("stored", "no article has this address")
    for where, article in found.items():
        by = "by this address" if where == normal else f"by {where}"
        _line("stored", f"{short(article.id)} {isolate(article.headline)}", f"{by}; its page: {harmless(article.url)}")


def _line(name: str, value: str, *reasons: str) -> None:
    click.echo(f"{name:<11}{value}")
    for reason in reasons:
        click.echo(f"{'':<11}· {harmless(reason)}")
