"""Whatever servers do, in whatever order: the laws of the schedule hold."""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from monitor.feeds.schedule import DAY, FOLLOWED, LONGEST_RETRY_AFTER
from monitor.model import FeedState
from monitor.pipeline.network import Phase
from tests.pipeline.scripted import Answers, Newsroom
from tests.sizes import cases

NAMES = ("alpha", "beta", "gamma", "delta")
SUCCESSES = frozenset((Answers.FEED, Answers.SAME_ETAG, Answers.NO_VALIDATORS, Answers.LYING_304, Answers.MOVED))
MINUTE = timedelta(minutes=1)


class Polling(RuleBasedStateMachine):
    """Four feeds of four hosts, over virtual days."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.room = Newsroom(Path(self.folder.name), NAMES)
        self.before: dict[str, FeedState] = self.room.states()
        for server in self.room.servers.values():
            server.publish(4)

    def teardown(self) -> None:
        if hasattr(self, "room"):
            self.room.store.close()
            self.folder.cleanup()

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
        self.before = self.room.states()
        asyncio.run(self.room.poll())
        for name, server in self.room.servers.items():
            # A poll, one more to see whether the network works, and the redirect that each may meet.
            assert len(server.asked) - asked[name] <= 4, "nobody is asked over and over"

    @invariant()
    def nothing_that_was_offered_is_lost(self) -> None:
        for name, keys in self.room.stored().items():
            assert keys == self.room.servers[name].offered

    @invariant()
    def no_feed_is_ever_given_up(self) -> None:
        for state in self.room.states().values():
            assert state.next_poll_at <= self.room.now + max(DAY, LONGEST_RETRY_AFTER)

    @invariant()
    def what_is_due_was_polled_unless_there_is_no_network(self) -> None:
        for name, state in self.room.states().items():
            waits = state.next_poll_at > self.room.now or self.room.network.phase is not Phase.UP
            assert waits or state == self.before[name]

    @invariant()
    def failures_are_those_of_the_feed(self) -> None:
        for name, state in self.room.states().items():
            if state.failures > self.before[name].failures:
                assert self.room.online or self.room.network.phase is not Phase.DOWN
                assert self.room.servers[name].answers not in SUCCESSES or not self.room.online

    @invariant()
    def intervals_keep_within_their_bounds(self) -> None:
        for state in self.room.states().values():
            assert state.interval is None or 5 * MINUTE <= state.interval <= 30 * MINUTE

    @invariant()
    def conditions_are_sent_to_whom_they_came_from_and_no_longer_than_a_day(self) -> None:
        for server in self.room.servers.values():
            whole_at = None
            for moment, request in server.asked:
                if "if-none-match" in request.headers:
                    assert whole_at is not None
                    assert moment - whole_at < DAY
                elif request.url.path == "/moved.xml" or server.answers is not Answers.MOVED:
                    whole_at = moment

    @invariant()
    def a_moved_feed_is_asked_where_it_is(self) -> None:
        for name, state in self.room.states().items():
            assert state.moved_to in ("", f"https://{name}.example/moved.xml")
            assert state.moved_times < FOLLOWED or state.moved_to


TestPolling = Polling.TestCase
TestPolling.settings = settings(
    max_examples=cases(500), stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
