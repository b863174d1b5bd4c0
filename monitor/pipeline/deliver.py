"""The stage DELIVER: what came up for a channel → is it news, is it the hour → its message → the channel.

A channel is told in the order in which things came up, one after the other; while it does not take them, all that is
for it waits, and nothing else does. What is decided is saved with the message before it is sent: whatever happens then,
the same message is sent again under the same key, until the channel has taken it.
"""

import asyncio
import logging
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from random import random

from monitor.alerts.channel import Channel
from monitor.alerts.hours import backoff, hour_of, quiet_until
from monitor.alerts.message import Message, from_json, to_json
from monitor.errors import DeliveryError, DeliveryKind
from monitor.model import Match, MatchId, Occasion, Status, StoryId
from monitor.outgoing.pages import language_name
from monitor.pipeline.message import make
from monitor.pipeline.stage import Stage
from monitor.pipeline.tools import Tools
from monitor.store import channels, deliveries, matches, memberships, tellings
from monitor.store.channels import ChannelState
from monitor.store.deliveries import Delivery, Due
from monitor.store.store import Transaction
from monitor.stories.telling import Judged, judge, voices

AT_ONCE = 20
"""Messages that are made in one transaction, then sent: so many are sent again after a crash at most."""
TRIES = 3
"""Of a message that the channel refuses."""
PATIENCE, _DAY = timedelta(days=7), timedelta(days=1)
"""After which a message that no attempt got through is given up."""
_SINGLE = frozenset([Occasion.MATCH, Occasion.STORY, Occasion.CHANGE])
"""What may be gathered, where there is too much of it or it is the wrong hour."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a channel is told now."""

    channel: Channel
    messages: tuple[tuple[Delivery, Message], ...]


def deliver_stage(tools: Tools) -> Stage[Batch]:
    """The stage over all channels that anything is due for."""
    return Stage(
        "deliver",
        take=lambda limit, busy: take(tools, limit, busy),
        work=lambda batch: deliver(batch, tools),
        key=lambda batch: batch.channel.id,
        width=max(8, len(tools.config.channels)),
        look_again=timedelta(milliseconds=250),
    )


async def take(tools: Tools, limit: int, busy: frozenset[Hashable]) -> tuple[Batch, ...]:
    """What channels are told now, decided and counted as tried. Raises: StoreError."""
    await tools.senders.keep({channel.id for channel in tools.config.channels})
    free = [channel for channel in tools.config.channels if channel.id not in busy]
    if not free:
        return ()
    now = tools.clock()
    wanted = await tools.database.read(lambda tx: _wanted(tx, free, now))
    batches = [await tools.database.write(lambda tx, one=one: prepare(tx, one, tools)) for one in wanted[:limit]]  # type: ignore[misc]
    return tuple(batch for batch in batches if batch)


def _wanted(tx: Transaction, free: Sequence[Channel], now: datetime) -> list[Channel]:
    """Those of the channels that something is due for, and that may be sent to."""
    states = channels.all_of(tx)
    return [one for one in free if is_open(states.get(one.id), one, now) and deliveries.is_due(tx, one.id, now)]


def is_open(state: ChannelState | None, channel: Channel, now: datetime) -> bool:
    """May anything be sent to a channel? One that leads elsewhere than before begins anew."""
    if state is None or state.target != target_of(channel):
        return True
    return state.stopped_at is None and (state.next_at is None or state.next_at <= now)


def target_of(channel: Channel) -> str:
    """What tells whether a channel leads elsewhere than before."""
    target = channel.target
    said = [type(target).__name__]
    for name in target.__dataclass_fields__:
        value = getattr(target, name)
        said.append(value.reveal() if hasattr(value, "reveal") else str(value))
    return sha256("\n".join(said).encode()).hexdigest()[:16]


def prepare(tx: Transaction, channel: Channel, tools: Tools) -> Batch | None:
    """Decide what of that which is due is sent, make the messages, and count the attempts; None: nothing is sent."""
    now = tools.clock()
    state = _state_of(tx, channel)
    if not is_open(state, channel, now):
        return None
    ready: list[tuple[Delivery, Message]] = []
    for due in deliveries.due(tx, channel.id, now, AT_ONCE):
        decided = _decide(tx, due, channel, state, tools, now)
        if decided is None:
            continue
        if due.occasion in _SINGLE and not due.message:
            state = replace(state, hour_at=hour_of(now)[0], in_hour=_in_hour(state, now) + 1)
        message = from_json(due.message) if due.message else make(tx, due, decided, tools.config, now)
        deliveries.take(tx, due.number, to_json(message), decided, now)
        ready.append((due, message))
    channels.save(tx, state)
    return Batch(channel=channel, messages=tuple(ready)) if ready else None


def _state_of(tx: Transaction, channel: Channel) -> ChannelState:
    target = target_of(channel)
    known = channels.all_of(tx).get(channel.id)
    if known is None or known.target != target:
        return ChannelState(id=channel.id, target=target)
    return known


def _in_hour(state: ChannelState, now: datetime) -> int:
    return state.in_hour if state.hour_at == hour_of(now)[0] else 0


def _decide(
    tx: Transaction, due: Delivery, channel: Channel, state: ChannelState, tools: Tools, now: datetime
) -> str | None:
    """Why it is sent, for a person; None: it is not sent now, and that is saved."""
    ends = quiet_until(channel.quiet, now) if channel.quiet else None
    if due.message or due.occasion not in _SINGLE:
        if ends and due.occasion is not Occasion.TEST:
            deliveries.put_off(tx, due.number, ends)
            return None
        return due.note
    reason = _news(tx, due, tools, now)
    if reason is None:
        return None
    if ends:
        _gather(tx, due, reason, (now, ends), now)
        return None
    if channel.at_most is not None and _in_hour(state, now) >= channel.at_most:
        _gather(tx, due, reason, (now, hour_of(now)[1]), now)
        return None
    return reason


def _gather(tx: Transaction, due: Delivery, reason: str, window: tuple[datetime, datetime], now: datetime) -> None:
    """Have it told with others, at the window's end."""
    since, until = window
    while deliveries.is_settled(tx, (rest := _rest(due, since, until)).key):
        until = hour_of(until)[1]  # it was sent already, if the clock was set back
    deliveries.add(tx, [rest], now)
    deliveries.fold(tx, due.number, reason, now, into=rest.key)


def _rest(due: Delivery, since: datetime, until: datetime) -> Due:
    return Due(
        channel=due.channel,
        watchlist_id=due.watchlist_id,
        occasion=Occasion.REST,
        subject=until.isoformat(),
        since=since,
        until=until,
        due_at=until,
    )


def _news(tx: Transaction, due: Delivery, tools: Tools, now: datetime) -> str | None:
    """Why it is news, "" where that needs no word; None: it is none, and is folded."""
    match = matches.get(tx, due.match_id)
    if no := _no_news(tx, due, match):
        deliveries.fold(tx, due.number, no, now)
        return None
    if due.occasion is Occasion.CHANGE:
        return f"a change of the article {due.note} the match"
    place = memberships.membership(tx, due.article_id) if due.occasion is Occasion.STORY else None
    if place is None:
        return ""
    judged = _judged(tx, due, place.story_id, tools, now)
    if not judged.is_news:
        deliveries.fold(tx, due.number, judged.reason, now)
        return None
    tellings.tell(tx, due.channel, due.watchlist_id, place.story_id, judged.telling)
    return judged.reason


def _no_news(tx: Transaction, due: Delivery, match: Match | None) -> str:
    """Why a match is not worth a word any more; "" where it is."""
    if match is None:
        return "there is no such match any more"
    if match.lost_at and due.occasion is not Occasion.CHANGE:
        return "the match was lost before it was told"
    if match.status is Status.IRRELEVANT:
        return "somebody found it irrelevant before it was told"
    if match.id != due.match_id and _is_known(tx, due, match.id):
        return "its article and another one turned out to be one, which is told"
    return ""


def _is_known(tx: Transaction, due: Delivery, match_id: MatchId) -> bool:
    """Is a match that this one has become told by a delivery of its own?"""
    other = Due(
        channel=due.channel, watchlist_id=due.watchlist_id, occasion=due.occasion, subject=match_id, due_at=None
    )
    return bool(deliveries.at(tx, [other.key]))


def _judged(tx: Transaction, due: Delivery, story_id: StoryId, tools: Tools, now: datetime) -> Judged:
    tellers = tellings.tellers(tx, story_id)
    outlets = {article: tools.outlets.name(outlet) for article, outlet in tellers.outlets.items()}
    names = {language: language_name(language) for language in tellers.languages}
    before = tellings.told(tx, due.channel, due.watchlist_id, story_id)
    agencies = {agency.id: agency.name for agency in tools.config.agencies}
    return judge(before, voices(tellers.told, agencies, outlets), tellers.languages, names, now)


async def deliver(batch: Batch, tools: Tools) -> None:
    """Send the messages in their order; at the first that is not taken for now, the others wait. Raises: StoreError."""
    saves: list[asyncio.Task[None]] = []
    try:
        for due, message in batch.messages:
            if not await _send(batch.channel, due, message, tools, saves):
                break
    finally:
        await asyncio.gather(*saves)


async def _send(
    channel: Channel,
    due: Delivery,
    message: Message,
    tools: Tools,
    saves: list[asyncio.Task[None]],
) -> bool:
    """Whether the channel takes more."""
    try:
        await tools.senders.send(channel, message)
    except DeliveryError as error:
        failure = error
        await asyncio.gather(*saves)
        return await tools.database.write(lambda tx: save_failure(tx, channel, due, failure, tools.clock()))
    # Not waited for: order is kept by sending one after the other, and saves go together.
    saves.append(asyncio.ensure_future(tools.database.save(lambda tx: save_sent(tx, channel, due, tools.clock()))))
    return True


async def give_up_old(tools: Tools) -> None:
    """Give up what has waited too long, whatever became of its channel. Raises: StoreError."""
    now = tools.clock()
    number = await tools.database.write(lambda tx: deliveries.give_up_before(tx, now - PATIENCE - _DAY, now))
    if number:
        log.error("%d deliveries are given up: no channel took them within %d days", number, PATIENCE.days)


def save_sent(tx: Transaction, channel: Channel, due: Delivery, now: datetime) -> None:
    """A channel took a message."""
    deliveries.sent(tx, due.number, now)
    state = _state_of(tx, channel)
    if state.failures:
        log.info("channel %s takes messages again", channel.id)
    channels.save(tx, replace(state, failures=0, next_at=None, error="", stopped_at=None, sent_at=now))


def save_failure(tx: Transaction, channel: Channel, due: Delivery, error: DeliveryError, now: datetime) -> bool:
    """A channel did not take a message; whether it may take others now."""
    state, said = _state_of(tx, channel), str(error)
    waited = now - max(due.made_at, due.until or due.made_at)
    if error.kind is DeliveryKind.REFUSED:
        # Counted when it was taken: `due` is as it was before.
        if due.attempts + 1 >= TRIES:
            deliveries.give_up(tx, due.number, said, now)
            log.error("channel %s refuses delivery %s, which is given up: %s", channel.id, due.key[:8], said)
        else:
            deliveries.put_off(tx, due.number, now + timedelta(minutes=1), said)
        return True
    if error.kind is DeliveryKind.GONE:
        channels.save(tx, replace(state, failures=state.failures + 1, failed_at=now, error=said, stopped_at=now))
        deliveries.failed(tx, due.number, said)
        log.error("channel %s is stopped, nothing is sent to it any more: %s", channel.id, said)
        return False
    if waited >= PATIENCE:
        deliveries.give_up(tx, due.number, said, now)
        log.error("channel %s: delivery %s is given up after %d days: %s", channel.id, due.key[:8], waited.days, said)
    else:
        deliveries.failed(tx, due.number, said)
    failures = state.failures + 1
    wait = max(backoff(failures, random()), error.retry_after or timedelta())  # noqa: S311 - it only spreads attempts
    channels.save(tx, replace(state, failures=failures, failed_at=now, error=said, next_at=now + wait))
    log.warning("channel %s: %s; tried again in %d s", channel.id, said, wait.total_seconds())
    return False
