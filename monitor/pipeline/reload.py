"""RELOAD: look at the configuration's files → load them → decide → put them in force, in one transaction.

What is wrong, or would shrink what is watched, is refused, and said once; what was in force stays.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from monitor.config.change import Change, Refusal, judge, needs_restart
from monitor.config.files import Look, look, read_files
from monitor.config.load import Config, files_hash, load
from monitor.errors import ConfigError
from monitor.pipeline.tools import Tools
from monitor.store import configurations, daemon, polls, reloads, rule_versions
from monitor.store.reloads import Answer
from monitor.store.store import Transaction

LOOK = timedelta(seconds=1)
"""Between two looks at files that nobody touches: they cost an idle daemon more than all else."""
LOOK_AGAIN = timedelta(milliseconds=250)
"""Between two looks at files that have changed. Those that are the same at two looks are read."""

log = logging.getLogger(__name__)


class Reloading:
    """Keeps the configuration of the tools that of the files, as far as they may come into force.

    `refusal`: why the files were refused when the tools were made, if they were.
    """

    def __init__(
        self, tools: Tools, folder: Path, environment: Mapping[str, str], refusal: Refusal | None = None
    ) -> None:
        self._tools = tools
        self._folder = folder
        self._environment = environment
        self._started_with = tools.config.settings
        self._refusal = refusal
        self._last: Look | None = None
        self._settled: Look | None = None
        self._demanded = False
        self._stopping = False
        self._looking = asyncio.Lock()

    def demand(self) -> None:
        """Let the next look read the files, changed or not."""
        self._demanded = True

    @property
    def is_demanded(self) -> bool:
        """Whether that look is still to come."""
        return self._demanded

    async def stop(self) -> None:
        """Finish the look that is under way, and look no more."""
        self._stopping = True
        async with self._looking:
            pass

    async def look(self) -> bool:
        """See whether the files have changed, or somebody asks, and act on it; whether to look again soon, because
        they must first be the same at two looks. Raises: StoreError.
        """
        async with self._looking:
            return not self._stopping and await self._look()

    async def _look(self) -> bool:
        asked = await self._tools.database.read(reloads.waiting)
        before, self._last = self._last, await asyncio.to_thread(self._signs)
        changed = self._last != self._settled
        if not (changed or asked or self._demanded):
            return False
        if self._last != before:
            return True
        just_loaded = not (self._settled or asked or self._demanded)
        found = await asyncio.to_thread(self._load, just_loaded=just_loaded)
        if await asyncio.to_thread(self._signs) != self._last:
            return True  # written to meanwhile: what was read may be half of each
        await self._settle(found, asked)
        self._settled, self._demanded = self._last, False
        return False

    def _signs(self) -> Look:
        """What tells that the files have changed, or those that secrets were read from."""
        return look(self._folder, self._tools.config.secret_files)

    def _load(self, *, just_loaded: bool) -> Config | Refusal:
        """What the files hold: the configuration in force where they, and the secrets, are the same.

        just_loaded: it is the first look of all, and whoever made the tools has read the files before.
        """
        try:
            files = read_files(self._folder)
        except ConfigError as error:
            return Refusal(hash="", problems=error.problems)
        content, known = files_hash(files), self._tools.config
        if just_loaded and known.hash == content:
            return known
        if just_loaded and self._refusal and self._refusal.hash == content:
            return self._refusal
        try:
            found = load(files, environment=self._environment, home=self._folder.parent)
        except ConfigError as error:
            return Refusal(hash=content, problems=error.problems)
        same = (known.hash, known.feeds, known.channels) == (content, found.feeds, found.channels)
        return known if same else found

    async def _settle(self, found: Config | Refusal, asked: Mapping[int, bool]) -> None:
        if found is self._tools.config:
            await self._keep(asked)
            return
        if isinstance(found, Refusal):
            await self._refuse(found, asked)
            return
        decided = judge(self._tools.config, found, forced=any(asked.values()))
        if isinstance(decided, Refusal):
            await self._refuse(decided, asked)
        else:
            await self._accept(found, decided, asked)

    async def _keep(self, asked: Mapping[int, bool]) -> None:
        """The files are those in force."""
        now = self._tools.clock()
        answer = Answer(accepted=True, said=(in_force(self._tools.config), "nothing has changed"))

        def save(tx: Transaction) -> None:
            daemon.set_refused(tx, (), now)
            reloads.answer(tx, asked, answer, now)

        if self._refusal or asked:
            await self._tools.database.write(save)
        if self._refusal or asked or self._demanded:
            log.info("%s; the files are the same", in_force(self._tools.config))
        self._refusal = None

    async def _refuse(self, refusal: Refusal, asked: Mapping[int, bool]) -> None:
        now = self._tools.clock()
        is_news = refusal != self._refusal
        answer = Answer(accepted=False, said=(f"still {in_force(self._tools.config)}",), problems=refusal.problems)

        def save(tx: Transaction) -> None:
            if is_news:
                daemon.set_refused(tx, refusal.problems, now)
            reloads.answer(tx, asked, answer, now)

        await self._tools.database.write(save)
        self._refusal = refusal
        if is_news or self._demanded:
            for problem in refusal.problems:
                log.error("%s", problem)
            log.error("the changed configuration is refused; still %s", in_force(self._tools.config))

    async def _accept(self, new: Config, change: Change, asked: Mapping[int, bool]) -> None:
        old = self._tools.config
        waiting = needs_restart(self._started_with, new.settings)
        said = (in_force(new), *change.lines(), *(f"{name}: taken up at the next start" for name in waiting))

        def save(tx: Transaction) -> None:
            now = self._tools.clock()  # here, and not before: saves that came first were made with the old one
            put_in_force(tx, new, now, before=old)
            daemon.set_in_force(tx, new.hash, waiting, now)
            reloads.answer(tx, asked, Answer(accepted=True, said=said), now)

        await self._tools.database.change(save, lambda: self._tools.use(new))
        self._refusal = None
        log.info("%s", "; ".join(said))


def put_in_force(tx: Transaction, config: Config, now: datetime, *, before: Config | None = None) -> None:
    """Make the database's what a configuration says: the schedule, the files, the versions of the rules.

    `before`: the one that was in force until now, where feeds need not keep to its intervals.
    """
    polls.sync(tx, config.feeds, now)
    intervals = {feed.id: (feed.every, feed.slowest) for feed in before.feeds} if before else {}
    sooner = (each for each in config.feeds if each.id in intervals)
    polls.hasten(tx, [each for each in sooner if _is_sooner((each.every, each.slowest), intervals[each.id])], now)
    put_rules_in_force(tx, config, now)


def put_rules_in_force(tx: Transaction, config: Config, now: datetime) -> None:
    """The same for its rules alone: its files, and the versions of its watchlists."""
    configurations.save(tx, config.hash, config.files, now)
    rule_versions.save(tx, config.watchlists, config.matcher.versions, config.hash, now)


def _is_sooner(intervals: tuple[timedelta, ...], before: tuple[timedelta, ...]) -> bool:
    return any(now < then for now, then in zip(intervals, before, strict=True))


def in_force(config: Config) -> str:
    """Which configuration it is and what it holds, for a person."""
    counts = f"{len(config.feeds)} feeds, {len(config.lists)} lists, {len(config.watchlists)} watchlists"
    return f"in force: configuration {configurations.shown(config.hash)} with {counts}"
