"""lists/ and watchlists/ → the rules, compiled, and their examples tried."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from monitor.config.lists import read_lists
from monitor.config.source import NO_PLACE, Place, Source, open_source
from monitor.config.suggest import did_you_mean
from monitor.config.watchlists import read_watchlist
from monitor.errors import Problem
from monitor.model import TermList, Watchlist
from monitor.rules.compile import compile_rules
from monitor.rules.examples import check_examples
from monitor.rules.matcher import Matcher
from monitor.rules.syntax import QueryField

LISTS, WATCHLISTS = "lists/", "watchlists/"
"""The folders; every YAML file in them is read."""

_NAMED = re.compile(r"@(?:watchlist:)?[\w-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules as far as they can be read, and what is wrong with them; to be used only without problems."""

    lists: tuple[TermList, ...]
    watchlists: tuple[Watchlist, ...]
    matcher: Matcher
    problems: tuple[Problem, ...]
    failed: tuple[Problem, ...]
    """Examples of the watchlists that come out wrong: what was written means something else than was meant."""


def read_rules(
    files: Mapping[str, bytes],
    values: Mapping[QueryField, Iterable[str]] | None = None,
    *,
    channels: Collection[str] = (),
    zone: tzinfo = UTC,
) -> Rules:
    """All lists and watchlists among the files; `values` as `compile_rules` takes them, `channels` all that there are,
    `zone` that of times of day which name none.
    """
    list_sources = _open(files, LISTS)
    watchlist_sources = _open(files, WATCHLISTS)
    lists = _lists(list_sources)
    watchlists = _watchlists(watchlist_sources, channels, zone)
    matcher, compiled = compile_rules(watchlists, lists, values)
    sources = [*list_sources, *watchlist_sources]
    problems = [*(problem for source in sources for problem in source.problems), *compiled]
    if not watchlist_sources:
        hint = "add one, such as watchlists/rafah.yaml, with a title and a query"
        problems.append(Problem(file=WATCHLISTS, what="there is no watchlist", hint=hint))
    failed = check_examples(_examinable(watchlists, lists, {problem.file for problem in problems}), matcher)
    return Rules(
        lists=lists,
        watchlists=watchlists,
        matcher=matcher,
        problems=tuple(_with_line(problem, sources) for problem in problems),
        failed=tuple(_with_line(problem, sources) for problem in failed),
    )


def _open(files: Mapping[str, bytes], folder: str) -> list[Source]:
    return [open_source(name, files[name]) for name in sorted(files) if f"{name.rpartition('/')[0]}/" == folder]


def _lists(sources: Iterable[Source]) -> tuple[TermList, ...]:
    """Every list, under a name that no other has."""
    unique: dict[str, TermList] = {}
    places: dict[str, str] = {}
    for source in sources:
        for given in read_lists(source):
            name = given.value.id
            if name in unique:
                source.report(
                    given.place, f"@{name} is defined in {places[name]} already", "rename one, or join the two"
                )
            else:
                unique[name] = given.value
                places[name] = f"{source.file}:{given.place.line}"
    return tuple(unique.values())


def _watchlists(sources: Iterable[Source], channels: Collection[str], zone: tzinfo) -> tuple[Watchlist, ...]:
    """Every watchlist that has a query, under a name that no other has."""
    unique: dict[str, Watchlist] = {}
    for source in sources:
        watchlist = read_watchlist(source, zone)
        if watchlist:
            _check_channels(watchlist, source, channels)
        if watchlist and watchlist.id in unique:
            source.report(NO_PLACE, f"{unique[watchlist.id].file} is a watchlist of this name already", "rename one")
        elif watchlist:
            unique[watchlist.id] = watchlist
    return tuple(unique.values())


def _check_channels(watchlist: Watchlist, source: Source, channels: Collection[str]) -> None:
    """Report what would tell nobody, or the same person twice."""
    seen = set()
    for number, one in enumerate(watchlist.alerts):
        place = Place(*watchlist.places["alerts", number])
        if one.channel not in channels:
            known = f"monitor.yaml has {', '.join(channels)}" if channels else "monitor.yaml has no channels"
            hint = did_you_mean(one.channel, channels) or known
            source.report(place, f"there is no channel {one.channel}", hint)
        if (one.channel, one.when) in seen:
            source.report(place, f"{one.channel} is told when: {one.when} already", "take one of the two out")
        seen.add((one.channel, one.when))


def _examinable(watchlists: Sequence[Watchlist], lists: Sequence[TermList], faulty: set[str]) -> tuple[Watchlist, ...]:
    """The watchlists that are what their author meant: neither they nor a list they name stands in a faulty file.

    The examples of the others would fail for reasons that are reported already.
    """
    named = {f"@{one.id}": {f"@{name}" for name in one.includes} for one in lists}
    named |= {f"@watchlist:{one.id}": set(_NAMED.findall(one.query)) for one in watchlists}
    damaged = {f"@{one.id}" for one in lists if one.file in faulty}
    damaged |= {f"@watchlist:{one.id}" for one in watchlists if one.file in faulty}
    # Whoever names what is damaged is so, too, and whoever names that.
    while more := {name for name, others in named.items() if name not in damaged and not damaged.isdisjoint(others)}:
        damaged |= more
    return tuple(watchlist for watchlist in watchlists if f"@watchlist:{watchlist.id}" not in damaged)


def with_lines(problems: Iterable[Problem], files: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """The problems with the lines of the files that they are in."""
    sources = [*_open(files, LISTS), *_open(files, WATCHLISTS)]
    return tuple(_with_line(problem, sources) for problem in problems)


def _with_line(problem: Problem, sources: Sequence[Source]) -> Problem:
    """The problem with the line of the file that it is in: the rules know only the query."""
    lines = next((source.lines for source in sources if source.file == problem.file), ())
    return replace(problem, source=lines[problem.line - 1]) if 0 < problem.line <= len(lines) else problem
