"""What a new configuration changes, whether it may come into force by itself, and what must wait for a restart.

Pure: two configurations → what differs. A file that was cut off, half-written or swapped is often still valid, with
rules missing; so what would shrink much is held until a person says that it is meant.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace

from monitor.config.agencies import AGENCIES
from monitor.config.feeds import FEEDS
from monitor.config.load import Config
from monitor.config.rules import LISTS, WATCHLISTS
from monitor.config.settings import Settings
from monitor.config.source import spellings
from monitor.errors import Problem
from monitor.model import TermList

FORCE = "if it is meant: `monitor reload --force`, or start with `monitor run --force`"
_AT_ONCE = ("feed_size", "page_size", "user_agent")
"""Settings of `fetch:` that are looked up for each request, or are told under another name."""
_NAMED = 5
"""How many ids are told before the others are only counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The ids that come, go, and stay with another content; each in its own order."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a new configuration does to the one in force."""

    feeds: Difference = Difference()
    agencies: Difference = Difference()
    lists: Difference = Difference()
    watchlists: Difference = Difference()
    channels: Difference = Difference()
    alerts: tuple[str, ...] = ()
    """Watchlists of which others are told than before."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """The versions of the new watchlists."""
    losses: tuple[Problem, ...] = ()
    """Why it may not come into force unless that is meant; nothing where it may."""

    def lines(self) -> tuple[str, ...]:
        """What changes, for a person."""
        kinds = {
            "feeds": self.feeds,
            "agencies": self.agencies,
            "lists": self.lists,
            "watchlists": self.watchlists,
            "channels": self.channels,
        }
        parts = ((kind, part.name, getattr(kinds[kind], part.name)) for kind in kinds for part in fields(Difference))
        told = [f"{kind} {part}: {listed(ids)}" for kind, part, ids in parts if ids]
        fresh = [one for one in (*self.watchlists.added, *self.watchlists.changed) if one in self.versions]
        alerts = [f"alerts changed: {listed(self.alerts)}"] if self.alerts else []
        return (*told, *alerts, *(f"watchlist {one}: version {self.versions[one]}" for one in fresh))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A configuration that does not come into force, and why."""

    hash: str
    """Of its files, as `Config.hash`; "" where they could not be read."""
    problems: tuple[Problem, ...]
    shrinks: bool = False
    """Nothing is wrong with it but what it would shrink: it comes into force if that is meant."""


def judge(in_force: Config, new: Config, *, forced: bool) -> Change | Refusal:
    """Whether a new configuration may follow the one in force; `forced`: whatever it shrinks."""
    change = compare(in_force, new)
    if change.losses and not forced:
        return Refusal(hash=new.hash, problems=change.losses, shrinks=True)
    return change


def compare(old: Config, new: Config) -> Change:
    """What differs between the configuration in force and a new one."""
    return Change(
        feeds=_difference({one.id: one for one in old.feeds}, {one.id: one for one in new.feeds}),
        agencies=_difference({one.id: one for one in old.agencies}, {one.id: one for one in new.agencies}),
        lists=_difference(_lists(old), _lists(new)),
        watchlists=_difference(_versions(old), _versions(new)),
        channels=_difference(_channels(old), _channels(new)),
        alerts=_alerts(old, new),
        versions=_versions(new),
        losses=tuple(sorted(_losses(old, new))),
    )


def needs_restart(started: Settings, new: Settings) -> tuple[str, ...]:
    """The settings that a daemon which was `started` with others cannot take up while it runs, as monitor.yaml calls
    them.
    """
    names = ["database"] if started.database_url != new.database_url else []
    names += ["contact"] if started.user_agent != new.user_agent else []
    return (
        *names,
        *_differing("fetch", started.fetch, new.fetch),
        *_differing("workers", started.workers, new.workers),
        *(["listen"] if started.listen != new.listen else []),
        *_differing("log", started.log, new.log),
    )


def listed(ids: Collection[str]) -> str:
    """The ids, the first few of them by name."""
    named = ", ".join(tuple(ids)[:_NAMED])
    return named if len(ids) <= _NAMED else f"{named} and {len(ids) - _NAMED} more"


def _differing(section: str, old: object, new: object) -> Iterator[str]:
    for one in fields(old):  # type: ignore[arg-type]
        if one.name not in _AT_ONCE and getattr(old, one.name) != getattr(new, one.name):
            yield f"{section}.{one.name}"


def _difference(old: Mapping[str, object], new: Mapping[str, object]) -> Difference:
    return Difference(
        added=tuple(one for one in new if one not in old),
        removed=tuple(one for one in old if one not in new),
        changed=tuple(one for one in new if one in old and new[one] != old[one]),
    )


def _versions(config: Config) -> dict[str, str]:
    return {str(one): version for one, version in config.matcher.versions.items()}


def _channels(config: Config) -> Mapping[str, object]:
    return {one.id: one for one in config.channels}


def _alerts(old: Config, new: Config) -> tuple[str, ...]:
    before = {one.id: one.alerts for one in old.watchlists}
    return tuple(one.id for one in new.watchlists if one.alerts != before.get(one.id, ()))


def _lists(config: Config) -> dict[str, TermList]:
    """The lists by name, without their places."""
    return {one.id: replace(one, file="", places={}) for one in config.lists}


def _losses(old: Config, new: Config) -> Iterator[Problem]:
    """Everything that would shrink by more than `_much`, and files that look as if they were not finished."""
    urls = {feed.url for feed in new.feeds}
    kept = {feed.id for feed in new.feeds} | {feed.id for feed in old.feeds if feed.url in urls}
    file = next(name for name in spellings(FEEDS) if name in new.files)
    yield from _vanished(file, "feeds", [feed.id for feed in old.feeds], kept)
    yield from _vanished(AGENCIES, "agencies", [one.id for one in old.agencies], {one.id for one in new.agencies})
    yield from _vanished(LISTS, "lists", [one.id for one in old.lists], {one.id for one in new.lists})
    yield from _vanished(
        WATCHLISTS, "watchlists", [one.id for one in old.watchlists], {one.id for one in new.watchlists}
    )
    sizes = {one.id: _terms(one) for one in old.lists}
    for one in new.lists:
        lost = sizes.get(one.id, 0) - _terms(one)
        if _much(lost, sizes.get(one.id, 0)):
            what = f"@{one.id} would lose {lost} of its {sizes[one.id]} terms"
            yield Problem(file=one.file, what=what, hint=FORCE)
    for name in old.files.keys() & new.files.keys():
        yield from _unfinished(name, old.files[name], new.files[name])


def _much(lost: int, of: int) -> bool:
    """More than one, and more than a quarter."""
    return lost > max(1, of / 4)


def _vanished(file: str, kind: str, old: Collection[str], kept: Collection[str]) -> Iterator[Problem]:
    gone = [one for one in old if one not in kept]
    if _much(len(gone), len(old)):
        yield Problem(file=file, what=f"{len(gone)} of {len(old)} {kind} would be gone: {listed(gone)}", hint=FORCE)


def _terms(one: TermList) -> int:
    return sum(map(len, one.terms.values()))


def _unfinished(file: str, old: bytes, new: bytes) -> Iterator[Problem]:
    """Whether a file looks as if its writing was not finished, or its end got lost.

    An editor ends a file with a whole line. So what is the beginning of the old file up to the middle of a line was cut
    off; what ends there though the old file did not, and is much shorter, is not written to its end. Of what was cut
    off between two lines only the size tells: a person may have deleted the last lines.
    """
    before, now = _lines(old), _lines(new)
    lost = len(before) - len(now)
    if before == now:
        return
    is_whole = new.endswith((b"\n", b"\r")) or old[len(new) : len(new) + 1] in (b"\n", b"\r")
    if old.startswith(new) and (not new or not is_whole or _much(lost, len(before))):
        what = f"looks cut off: it is the file in force without its last {max(1, lost)} of {len(before)} lines"
        yield Problem(file=file, what=what, hint=FORCE)
    elif old.endswith(b"\n") and not new.endswith(b"\n") and _much(lost, len(before)):
        what = f"looks half-written: {len(now)} lines where {len(before)} were, and its last line does not end"
        yield Problem(file=file, what=what, hint=FORCE)


def _lines(content: bytes) -> list[bytes]:
    """The lines that say something."""
    return [line for line in _stripped(content.splitlines()) if line and not line.startswith(b"#")]


def _stripped(lines: Iterable[bytes]) -> Iterator[bytes]:
    return (line.strip() for line in lines)
