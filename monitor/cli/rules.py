"""`monitor rules`: rules proven, advised on, scored and explained."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.options import config_option
from monitor.cli.records import Record
from monitor.cli.rules_lint import lint_command
from monitor.cli.rules_score import labelled_command, score_command
from monitor.cli.terminal import isolate

if TYPE_CHECKING:
    from monitor.rules.lookup import Branch

_TEXT_OR_JSON = click.option(
    "--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True
)


@click.group("rules", context_settings={"help_option_names": ["-h", "--help"]})
def rules_command() -> None:
    """Prove, check and explain watchlists before they count."""


@rules_command.command("test")
@click.argument("watchlist", metavar="[WATCHLIST]", required=False)
@_TEXT_OR_JSON
@config_option
def test_command(*, watchlist: str | None, output: str, config: str | None) -> int:
    """Try every example of every watchlist (of WATCHLIST alone, if named), and say which clause failed.

    Exit code 0: all come out as they should; 1: some do not.
    """
    from monitor.cli.problems import print_problems
    from monitor.cli.rulebook import chosen, rules_of
    from monitor.rules.examples import check_examples

    matcher, watchlists = chosen(rules_of(config), watchlist, None)
    failed = check_examples(watchlists, matcher)
    examples = sum(len(one.should_match) + len(one.should_not_match) for one in watchlists)
    if output == "json":
        click.echo(json.dumps([asdict(problem) for problem in failed], ensure_ascii=False, indent=2))
    elif failed:
        print_problems(sorted(failed), f"in {examples} examples")
    else:
        click.echo(f"ok: {examples} examples of {len(watchlists)} watchlist{'s'[: len(watchlists) != 1]} hold")
    return EXIT_FAILED if failed else 0


for command in (lint_command, score_command, labelled_command):
    rules_command.add_command(command)


@rules_command.command("explain")
@click.argument("watchlist", metavar="[WATCHLIST]", required=False)
@click.option("--query", metavar="QUERY", help="Explain this query, with the configured lists.")
@_TEXT_OR_JSON
@config_option
def explain_command(*, watchlist: str | None, query: str | None, output: str, config: str | None) -> None:
    """Show a query as a tree, with its lists and the keys by which each term is looked up in a text.

    A key is a word without case, accents and vowel signs. "a + b": one after the other; "a | b": either; "=a": in these
    letters; "a*": the word may go on; "a (b)": where the text writes a hamza, it must be that of b.
    """
    from monitor.cli.rulebook import chosen, rules_of
    from monitor.rules.lookup import branch, tree_of

    if (watchlist is None) == (query is None):
        raise click.UsageError("name a watchlist, or give --query")
    loaded = rules_of(config)
    _, (one,) = chosen(loaded, watchlist, query)
    root = branch(tree_of(one.query), {terms.id: terms for terms in loaded.lists})
    if output == "json":
        click.echo(json.dumps(_record(root), ensure_ascii=False, indent=2))
    else:
        _print(root, 0, set())


def _print(shown: "Branch", depth: int, known: set[str]) -> None:
    """One line a node, one a term; the terms of a list only where it is first met."""
    from monitor.rules.lookup import phrase_keys

    indent = "  " * depth
    repeated = bool(shown.terms) and shown.query in known
    line = f"{indent}{isolate(shown.label)}" + ("  (see above)" if repeated else "")
    language = ""
    for looked_up in () if repeated else shown.terms:
        found = " → " + ", or ".join(isolate(phrase_keys(phrase)) for phrase in looked_up.phrases)
        if not looked_up.language:
            line += found
        else:
            head = f"{looked_up.language}:" if looked_up.language != language else ""
            line += f"\n{indent}  {head:<4}{isolate(looked_up.term)}{found}"
        language = looked_up.language
    click.echo(line)
    known.add(shown.query)
    for part in shown.parts:
        _print(part, depth + 1, known)


def _record(shown: "Branch") -> Record:
    return {
        "label": shown.label,
        "query": shown.query,
        "terms": [
            {
                "term": looked_up.term,
                "language": looked_up.language or None,
                "phrases": [
                    [
                        {
                            "keys": [key for key, _ in word.spellings],
                            "letters": [letters for _, letters in word.spellings if letters] or None,
                            "exact": word.exact,
                            "prefix": word.prefix,
                        }
                        for word in phrase
                    ]
                    for phrase in looked_up.phrases
                ],
            }
            for looked_up in shown.terms
        ],
        "parts": [_record(part) for part in shown.parts],
    }
