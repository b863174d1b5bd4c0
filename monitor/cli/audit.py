"""Decisions about matches, in words: what one changed, who made it, what a reviewer did not know of."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING

from monitor.cli.moments import show_moment
from monitor.cli.terminal import isolate
from monitor.model import Manner, Match, Review, Status

if TYPE_CHECKING:
    from monitor.store.decisions import Change, Conflict

_HOW = {Manner.STORY: "with its story", Manner.BULK: "in bulk", Manner.UNDO: "taken back"}


def told(review: Review) -> str:
    """What a decision was: "relevant (was later), +war, for Ana, with its story"."""
    tags = [f"+{isolate(tag)}" for tag in review.tags if tag not in review.tags_before]
    tags += [f"-{isolate(tag)}" for tag in review.tags_before if tag not in review.tags]
    who = [f"for {isolate(review.assignee) or 'nobody'}"] if review.assignee != review.assignee_before else []
    how = [_HOW[review.manner]] if review.manner in _HOW else []
    return ", ".join([*_status(review, alone=not (tags or who)), *tags, *who, *how])


def _status(review: Review, *, alone: bool) -> list[str]:
    if review.status is not review.before:
        return [f"{review.status} (was {review.before})" if review.before is not Status.NEW else str(review.status)]
    if review.note and review.status is Status.NEW:
        return ["noted"] if alone else []
    return [str(review.status)] if alone else []


def kept_told(match: Match) -> str:
    """What people keep with a match: "#war, assigned to Ana"; "" where that is nothing."""
    tags = " ".join(f"#{isolate(tag)}" for tag in match.tags)
    return ", ".join(filter(None, [tags, f"assigned to {isolate(match.assignee)}" if match.assignee else ""]))


def review_line(review: Review, zone: tzinfo) -> str:
    """Who decided what, when and why."""
    why = f": {isolate(review.note)}" if review.note else ""
    return f"{show_moment(review.reviewed_at, zone)} {isolate(review.reviewer)}: {told(review)}{why}"


def change_told(change: "Change") -> str:
    """What is decided: "marked relevant, tagged war, assigned to Ana"."""
    parts = {
        f"marked {change.status}": change.status,
        f"tagged {', '.join(map(isolate, change.tags))}": change.tags,
        f"untagged {', '.join(map(isolate, change.untags))}": change.untags,
        f"assigned to {isolate(change.assignee or '') or 'nobody'}": change.assignee is not None,
    }
    return ", ".join(part for part, holds in parts.items() if holds) or "noted"


def differences(conflict: "Conflict", zone: tzinfo) -> Iterator[str]:
    """What a reviewer did not know of a match."""
    yield from (review_line(review, zone) for review in conflict.since)
    seen, now = conflict.seen, conflict.now
    if seen.status is not now.status and not conflict.since:
        yield f"it is {now.status}, and was {seen.status}"
    if seen.match_id != now.match_id:
        yield "its article turned out to be the same as another: they are one match now"
    if seen.version != now.version:
        yield "its rules were edited"
    if seen.score != now.score:
        yield f"its score is {now.score:g}, and was {seen.score:g}"
    if seen.lost is not now.lost:
        yield "it matches no more" if now.lost else "it matches again"
    if seen.text_source is not now.text_source:
        yield f"its text is from the {now.text_source}, and was from the {seen.text_source}"
    if seen.revision != now.revision:
        yield "its article was revised"
