"""A term that --term names: whether any rule has it. What is misspelt finds nothing, and looks like silence."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from monitor.store.store import Transaction


def demand_known_term(tx: "Transaction", folder: Path, term: str) -> None:
    """To be asked where nothing was found: a stored hit has the term or the list, else a rule in the folder.

    Raises: click.UsageError, with the nearest.
    """
    from monitor.config.files import read_files
    from monitor.config.suggest import did_you_mean
    from monitor.errors import ConfigError
    from monitor.store import match_counts
    from monitor.store.match_query import MatchQuery

    if match_counts.total(tx, MatchQuery(term=term, include_lost=True)):
        return
    try:
        files = read_files(folder)
    except ConfigError:
        return
    known = dict.fromkeys(_terms(files))
    said = term.encode(errors="surrogateescape")
    is_list = term.startswith("@")
    # A term may stand in a query alone.
    if term in known or (not is_list and any(said in content for content in files.values())):
        return
    alike = [one for one in known if one.startswith("@") is is_list]
    hint = did_you_mean(term, alike) or (f"there are {', '.join(alike)}" if is_list else "write it as its rule does")
    raise click.UsageError(f'no rule has the {"list" if is_list else "term"} "{term}" ({hint})')


def _terms(files: Mapping[str, bytes]) -> Iterator[str]:
    """The lists, as "@name", and the terms in them, as written."""
    from monitor.config.lists import read_lists
    from monitor.config.rules import LISTS
    from monitor.config.source import open_source

    for name, content in files.items():
        if name.startswith(LISTS):
            for given in read_lists(open_source(name, content)):
                yield f"@{given.value.id}"
                yield from (term for terms in given.value.terms.values() for term in terms)
