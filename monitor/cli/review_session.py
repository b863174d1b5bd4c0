"""A walk through matches on a terminal: shows, reads keys, records. What a key means is decided by `review_walk`."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from monitor import clock
from monitor.cli import EXIT_INTERRUPTED
from monitor.cli.audit import change_told, differences, review_line
from monitor.cli.output import number_of
from monitor.cli.records import short
from monitor.cli.review_card import Card
from monitor.cli.review_decide import count_of, deciding_now
from monitor.cli.review_open import open_match
from monitor.cli.review_screen import screen
from monitor.cli.review_walk import Decide, Do, Effect, TakeBack, Walk, doubted, interrupted, recorded, step, taken_back
from monitor.cli.terminal import isolate
from monitor.cli.terminal_session import GONE, INTERRUPT, RESIZED, TerminalSession
from monitor.errors import StoreError
from monitor.model import Manner, MatchId

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.model import StoryId
    from monitor.store.decisions import Decided
    from monitor.store.match_lines import Line
    from monitor.store.matches import MatchQuery
    from monitor.store.store import Store
    from monitor.store.undoing import Undone

T = TypeVar("T")

_PAUSE = 0.2
"""Seconds between two attempts."""
_AFTER_ALL = 25
"""Attempts to write what was decided when nobody is there any more: half a minute."""
_SHOWN = 5
"""Decisions of others that are shown at once."""
EXIT_GONE = 129
"""As a shell tells that a lost connection ended a command."""


class Session:
    """A walk over an open database, whose writers wait for others a second at a time."""

    def __init__(
        self, store: "Store", settings: "Settings", query: "MatchQuery", reviewer: str, lines: "tuple[Line, ...]"
    ) -> None:
        self._store, self._zone, self._query, self._reviewer = store, settings.timezone, query, reviewer
        self._ids = [(line.match.id, line.story_id) for line in lines]
        self._walk = Walk(total=len(lines))
        self._card: Card | None = None
        self._shown = 0

    def run(self, terminal: TerminalSession) -> int:
        """Show, read a key, do what it means, until somebody has enough; returns the exit code.

        Raises: StoreError, where the database cannot be used, and waiting does not help.
        """
        while True:
            card = self._card_now()
            self._draw(terminal, card)
            event = terminal.event()
            if event == GONE:
                return EXIT_GONE
            if event == RESIZED:
                continue
            self._walk, effect = interrupted(self._walk) if event == INTERRUPT else step(self._walk, event)
            if effect is Do.QUIT:
                return EXIT_INTERRUPTED if event == INTERRUPT else 0
            if effect:
                self._perform(terminal, card, effect)

    def summary(self) -> str:
        """What was decided, in one line."""
        counted = Counter(self._walk.verdicts.values())
        told = ", ".join(f"{number} {verdict}" for verdict, number in counted.items())
        left = self._walk.total - len(self._walk.verdicts)
        return f"{number_of(len(self._walk.made), 'decision')} by {isolate(self._reviewer)}" + (
            f": {told}; {left} of {self._walk.total:,} without a verdict" if told else ""
        )

    def _draw(self, terminal: TerminalSession, card: Card) -> None:
        look = terminal.look()
        terminal.draw(screen(self._walk, card, look, self._zone), look)

    def _say(self, *said: str) -> None:
        self._walk = replace(self._walk, said=said)

    def _card_now(self) -> Card:
        """The card of the present place, read anew after whatever may have changed it."""
        if self._card is None or self._shown != self._walk.place:
            key, story = self._ids[self._walk.place]
            self._card = self._read(key, story)
            self._shown = self._walk.place
        return self._card

    def _read(self, key: MatchId, story_id: "StoryId | None") -> Card:
        from monitor.store import decisions, matches, reviews, stories

        with self._store.reading() as tx:
            match = matches.get(tx, key)
            if match is None:
                raise StoreError(f"there is no match {key} any more", hint="begin anew: `monitor review`")
            seen = decisions.look(tx, ids := decisions.alike(tx, match.id, self._query))
            told = stories.at(tx, [story_id], clock.now()) if story_id else {}
            return Card(
                match=match,
                seen=tuple(seen[one] for one in ids),
                story=next(iter(told.values()), None),
                reviews=reviews.of(tx, match.id),
            )

    def _perform(self, terminal: TerminalSession, card: Card, effect: Effect) -> None:
        try:
            match effect:
                case Decide():
                    self._decide(terminal, card, effect)
                case TakeBack():
                    self._take_back(terminal, card, effect)
                case _:
                    with terminal.given_away():
                        self._say(*filter(None, [open_match(card.match, terminal.look(), self._zone)]))
        except StoreError as error:
            if not error.temporary:
                raise
            self._say(f"nothing was written: {error}")
        self._card = None

    def _decide(self, terminal: TerminalSession, card: Card, wanted: Decide) -> None:
        from monitor.store import decisions

        seen = card.seen if wanted.whole else card.seen[:1]
        deciding = deciding_now(self._reviewer, Manner.STORY if len(seen) > 1 else Manner.HAND)

        def write() -> "Decided":
            with self._store.writing() as tx:
                return decisions.decide(tx, wanted.change, seen, deciding)

        done = self._patiently(terminal, card, write)
        if done.conflicts:
            self._walk = doubted(self._walk, wanted, tuple(self._changes(card, done))[:_SHOWN])
            return
        told = f"{short(card.match.id)} {change_told(wanted.change)}"
        more = f", with {count_of(len(seen) - 1)} more" if len(seen) > 1 else ""
        rest = f"; {card.further} more of its story are as before" if card.further and not more else ""
        self._walk = recorded(self._walk, wanted, done.number, f"{told}{more}{rest}")

    def _changes(self, card: Card, done: "Decided") -> Iterator[str]:
        for one in done.conflicts:
            which = "" if one.now.match_id == card.seen[0].match_id else f"{short(one.now.match_id)}: "
            yield from (f"{which}{said}" for said in differences(one, self._zone))

    def _take_back(self, terminal: TerminalSession, card: Card, wanted: TakeBack) -> None:
        from monitor.store import undoing

        def write() -> "Undone":
            with self._store.writing() as tx:
                return undoing.undo(tx, wanted.decision, deciding_now(self._reviewer, Manner.UNDO))

        done = self._patiently(terminal, card, write)
        if done.since:
            said = [review_line(one, self._zone) for one in done.since[:_SHOWN]]
            self._say("not taken back, for since then was decided:", *said)
        else:
            self._walk = taken_back(self._walk)

    def _patiently(self, terminal: TerminalSession, card: Card, action: Callable[[], T]) -> T:
        """What the action gives, once the database lets it. Ctrl-C ends the waiting; where nobody is there any more, it
        goes on for a while.

        Raises: StoreError.
        """
        attempts = 0
        while True:
            try:
                return action()
            except StoreError as error:
                attempts += 1
                if not error.temporary or (terminal.is_gone and attempts > _AFTER_ALL):
                    raise
                before = self._walk
                self._say(f"{error}", "Waiting; Ctrl-C gives up this decision.")
                self._draw(terminal, card)
                self._walk = before
                if terminal.stopped(_PAUSE) and not terminal.is_gone:
                    raise
