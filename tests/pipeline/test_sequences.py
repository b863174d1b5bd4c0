"""Whatever servers do, in whatever order: the laws of the schedule hold."""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from monitor.feeds.schedule import DAY, FOLLOWED, LONGEST_RETRY_AFTER
from monitor.model import FeedState
from monitor.pipeline.network import Phase
from tests.pipeline.scripted import Answers, Asked, Newsroom, Server
from tests.sizes import cases

NAMES = ("alpha", "beta", "gamma", "delta")
SUCCESSES = frozenset(
    (Answers.FEED, Answers.SAME_ETAG, Answers.NO_VALIDATORS, Answers.LYING_304, Answers.MOVED, Answers.PATIENT)
)
MINUTE = timedelta(minutes=1)


@cache
def newsroom() -> Newsroom:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    return Newsroom(folder, NAMES)


class Polling(RuleBasedStateMachine):
    """Four feeds of four hosts, over virtual days."""

    @initialize()
    def begin(self) -> None:
        self.room = newsroom()
        self.room.begin_again()
        self.settled = self.room.states()
        for server in self.room.servers.values():
            server.publish(4)

    @rule(name=st.sampled_from(NAMES), answers=st.sampled_from(Answers))
    def a_server_changes_its_mind(self, name: str, answers: Answers) -> None:
        self.room.servers[name].answers = answers

    @rule(name=st.sampled_from(NAMES), number=st.integers(1, 8))
    def news_is_published(self, name: str, number: int) -> None:
        self.room.servers[name].publish(number)

    @precondition(lambda self: self.room.online)
    @rule()
    def the_network_goes(self) -> None:
        self.room.online = False

    @precondition(lambda self: not self.room.online)
    @rule()
    def the_network_comes_back(self) -> None:
        self.room.online = True

    @rule(minutes=st.sampled_from((1, 6, 31, 61, 6 * 60, 25 * 60)))
    def time_passes(self, minutes: int) -> None:
        self.room.now += minutes * MINUTE
        asked = {name: len(server.asked) for name, server in self.room.servers.items()}
        before = self.room.states()
        asyncio.run(self.room.poll())
        after = self.room.states()
        assert {name: frozenset(keys) for name, keys in self.room.stored().items() if keys} == {
            name: frozenset(server.offered) for name, server in self.room.servers.items() if server.offered
        }, "what was offered is stored, and nothing else"
        for name, server in self.room.servers.items():
            self._look_at(server, before[name], after[name], server.asked[asked[name] :])
        if self.room.online:
            self.settled = after
            answering = [server for server in self.room.servers.values() if server.answers is not Answers.TIMEOUT]
            assert self.room.network.phase is Phase.UP or not answering or minutes == 0, "one that answers is found"

    def _look_at(self, server: Server, before: FeedState, after: FeedState, asked: Sequence[Asked]) -> None:
        now, up = self.room.now, self.room.network.phase is Phase.UP
        # A poll, perhaps one more to see whether the network works, and the redirect that each may meet.
        assert len(asked) <= 4, "nobody is asked over and over"
        assert after.next_poll_at <= now + max(DAY, LONGEST_RETRY_AFTER), "no feed is ever given up"
        assert after.next_poll_at > now or not up, "what is due is polled, where there is a network"
        assert after.interval is None or 5 * MINUTE <= after.interval <= 30 * MINUTE
        if after.failures > before.failures:
            assert up, "without a network nothing is booked to feeds"
            # Where few are due when it goes, that shows with the next ones: then what was booked is taken back.
            assert server.answers not in SUCCESSES or not self.room.online
        if not up and not self.room.online:
            assert after.failures <= self.settled[server.name].failures
        if asked and server.answers in SUCCESSES:
            assert (after.failures, after.failure, after.last_error) == (0, None, "")
        assert after.moved_to in ("", f"https://{server.name}.example/moved.xml")
        assert after.moved_times < FOLLOWED or after.moved_to
        for _, request in asked:
            if "if-none-match" in request.headers:
                assert before.whole_at is not None
                assert now - before.whole_at < DAY, "once a day it is asked for whole"
                assert not before.distrusted_at
                assert request.headers["if-none-match"] == before.validators.etag


TestPolling = pytest.mark.nightly(Polling.TestCase)
TestPolling.settings = settings(
    max_examples=cases(500, in_ci=150), stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
)
