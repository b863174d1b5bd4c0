"""`monitor rules lint`: advice about rules, from themselves and from what they have found so far."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.options import database_option, open_store
from monitor.cli.records import Record
from monitor.cli.terminal import isolate_within

if TYPE_CHECKING:
    from monitor.config.load import Config
    from monitor.rules.findings import Finding
    from monitor.rules.usage import TermUse, Usage

_SHOWN = 30
"""Terms in the table of what has hit most."""
COLUMNS = {"list": "list", "lang": "language", "hits": "hits", "matches": "matches", "term": "term"}


@click.command("lint")
@click.option("--stored", is_flag=True, help="Also what the terms have hit in the stored matches.")
@click.option("--ignore", metavar="KIND", multiple=True, help="Leave out findings of this kind, e.g. wide-near.")
@click.option("--strict", is_flag=True, help="Exit code 1 where there is a finding: for CI.")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@database_option
def lint_command(
    *, stored: bool, ignore: tuple[str, ...], strict: bool, output: str, config: str | None, database: str | None
) -> int:
    """Advise on terms that never hit or always do, homographs, idle and equal lists, wide NEARs, vetoes.

    A finding is advice, not a mistake, which `monitor check` tells: the exit code is 0 all the same, unless --strict.
    """
    from monitor.cli.rulebook import rules_of
    from monitor.rules.lint import lint
    from monitor.rules.usage import term_uses

    _demand_kinds(ignore)
    loaded = rules_of(config, database)
    usage = _usage(loaded) if stored else None
    found = [*lint(loaded.watchlists, loaded.lists, loaded.matcher), *(_stored(loaded, usage) if usage else ())]
    found = sorted((one for one in found if one.kind not in ignore), key=lambda one: one.problem)
    uses = term_uses(loaded.lists, usage) if usage else ()
    if output == "json":
        click.echo(json.dumps(_record(found, usage, uses), ensure_ascii=False, indent=2))
    else:
        _print(found, loaded)
        if usage:
            _print_uses(usage, uses)
    return EXIT_FAILED if strict and found else 0


def _demand_kinds(ignored: Sequence[str]) -> None:
    from monitor.config.suggest import did_you_mean
    from monitor.rules.findings import Kind

    for kind in ignored:
        if kind not in [str(known) for known in Kind]:
            hint = did_you_mean(kind, Kind) or "there are " + ", ".join(Kind)
            raise click.BadParameter(f'there is no kind "{kind}" ({hint})', param_hint="--ignore")


def _usage(loaded: "Config") -> "Usage":
    from monitor.rules.usage import usage_of
    from monitor.store import hits

    with open_store(loaded.settings) as store, store.reading() as tx:
        return usage_of(hits.of_all_matches(tx))


def _stored(loaded: "Config", usage: "Usage") -> tuple["Finding", ...]:
    from monitor.rules.lint import lists_in
    from monitor.rules.usage import lint_usage

    return lint_usage(loaded.watchlists, loaded.lists, lists_in(loaded.watchlists, loaded.lists), usage)


def _print(found: Sequence["Finding"], loaded: "Config") -> None:
    from monitor.cli.problems import excerpt
    from monitor.config.rules import with_lines

    for finding, problem in zip(found, with_lines([one.problem for one in found], loaded.files), strict=True):
        click.echo(f"{isolate_within(str(problem))} [{finding.kind}]")
        for line in excerpt(problem):
            click.echo(line)
    click.echo(f"{len(found)} finding{'s'[: len(found) != 1]} in {len(loaded.watchlists)} watchlists and their lists")


def _print_uses(usage: "Usage", uses: Sequence["TermUse"]) -> None:
    from monitor.cli.output import print_table

    hitting = sorted((use for use in uses if use.hits), key=lambda use: (-use.matches, -use.hits, use.placed.list_id))
    click.echo(f"\nIn {usage.matches.total()} stored matches {len(hitting)} of {len(uses)} listed terms have hit:")
    rows = [[str(_use_record(use)[key]) for key in COLUMNS.values()] for use in hitting[:_SHOWN]]
    print_table(rows, list(COLUMNS))
    if len(hitting) > _SHOWN:
        click.echo(f"and {len(hitting) - _SHOWN} more: --format json has all")


def _record(found: Sequence["Finding"], usage: "Usage | None", uses: Sequence["TermUse"]) -> Record:
    record: Record = {"findings": [{"kind": str(one.kind), **_place(one)} for one in found]}
    if usage:
        record |= {"matches": dict(usage.matches), "terms": [_use_record(use) for use in uses]}
    return record


def _place(finding: "Finding") -> Record:
    return {key: value for key, value in asdict(finding.problem).items() if key != "source"}


def _use_record(use: "TermUse") -> Record:
    placed = use.placed
    return {
        "list": placed.list_id,
        "language": placed.language,
        "term": placed.term,
        "hits": use.hits,
        "matches": use.matches,
    }
