"""A walk through matches as a pure machine: a state and a key → the next state, and what the shell is to do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.cli import keys
from monitor.cli.keys import latin
from monitor.model import Status
from monitor.text.tags import name_of, tag_of

if TYPE_CHECKING:
    from monitor.store.decisions import Change

VERDICTS = {"r": Status.RELEVANT, "i": Status.IRRELEVANT, "l": Status.LATER, "e": Status.ESCALATED}


class Ask(StrEnum):
    """What a person is typing."""

    NOTE = "note"
    TAGS = "tags (-tag takes one away)"
    ASSIGNEE = "assign to (empty: nobody)"


_ASKED = {"n": Ask.NOTE, "t": Ask.TAGS, "a": Ask.ASSIGNEE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """Record a change of the match at hand."""

    change: "Change"
    whole: bool = False
    """Also of the others that its line stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Undo a decision of this walk."""

    decision: int


class Do(StrEnum):
    """What else the shell can be asked for."""

    OPEN = "open"
    QUIT = "quit"


Effect = Decide | TakeBack | Do


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A decision of this walk."""

    place: int
    number: int
    verdict: str
    """ "": none of the four, a note or a tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Where a person is in their walk."""

    total: int
    place: int = 0
    """From 0."""
    made: tuple[Made, ...] = ()
    said: tuple[str, ...] = ()
    """What is said of the last key."""
    asking: Ask | None = None
    typed: str = ""
    doubt: Decide | None = None
    """What is recorded only if they say so again, having seen what changed."""
    helping: bool = False
    page: int = 0
    """Of the match's lines, from 0."""

    @property
    def verdicts(self) -> Mapping[int, str]:
        """What was decided at each place."""
        return {one.place: one.verdict for one in self.made if one.verdict}


Step = tuple[Walk, Effect | None]


def step(walk: Walk, key: str) -> Step:
    """What a key does."""
    if walk.asking:
        return _type(replace(walk, said=()), walk.asking, key)
    quiet = replace(walk, said=(), doubt=None, helping=False)
    if walk.doubt:
        if latin(key) in ("y", "Y"):
            return quiet, walk.doubt
        return replace(quiet, said=("nothing was written",)), None
    if walk.helping or key == keys.REDRAW:
        return quiet, None
    return _command(quiet, latin(key))


def _command(walk: Walk, key: str) -> Step:
    if key.lower() in VERDICTS:
        from monitor.store.decisions import Change

        return walk, Decide(change=Change(status=VERDICTS[key.lower()]), whole=key.isupper())
    if key in _ASKED:
        return replace(walk, asking=_ASKED[key], typed=""), None
    if key in ("o", "q", keys.END_OF_INPUT):
        return walk, Do.OPEN if key == "o" else Do.QUIT
    if key == "u":
        if not walk.made:
            return replace(
                walk, said=("nothing to undo in this walk; `monitor review --undo` takes back earlier ones",)
            ), None
        return walk, TakeBack(decision=walk.made[-1].number)
    return _move(walk, key), None


def _move(walk: Walk, key: str) -> Walk:
    match key:
        case "j" | keys.DOWN:
            last = walk.place == walk.total - 1
            return replace(walk, said=("this is the last one",)) if last else goto(walk, walk.place + 1)
        case "k" | keys.UP:
            return goto(walk, walk.place - 1) if walk.place else replace(walk, said=("this is the first one",))
        case " " | keys.PAGE_DOWN:
            return replace(walk, page=walk.page + 1)
        case "b" | keys.PAGE_UP:
            return replace(walk, page=max(0, walk.page - 1))
        case "?":
            return replace(walk, helping=True)
        case _:
            return replace(walk, said=("no such key; ? shows them",))


def goto(walk: Walk, place: int) -> Walk:
    """The walk at another place."""
    return replace(walk, place=place, page=0)


def _type(walk: Walk, asking: Ask, key: str) -> Step:
    match key:
        case keys.ENTER:
            return _typed(walk, asking)
        case keys.ESCAPE | keys.END_OF_INPUT:
            return replace(walk, asking=None, typed=""), None
        case keys.BACKSPACE:
            return replace(walk, typed=walk.typed[:-1]), None
        case keys.ERASE:
            return replace(walk, typed=""), None
        case keys.ERASE_WORD:
            return replace(walk, typed=" ".join(walk.typed.split()[:-1])), None
        case _ if len(key) == 1:
            return replace(walk, typed=walk.typed + key), None
        case _:
            return walk, None


def _typed(walk: Walk, asking: Ask) -> Step:
    try:
        change = _change(asking, walk.typed.strip())
    except ValueError as error:
        return replace(walk, said=(str(error),)), None
    done = replace(walk, asking=None, typed="")
    return (done, Decide(change=change)) if change else (done, None)


def _change(asking: Ask, typed: str) -> "Change | None":
    """What was typed means; None: nothing. Raises: ValueError, where it is no tag or no name."""
    from monitor.store.decisions import Change

    match asking:
        case Ask.NOTE:
            return Change(note=typed) if typed else None
        case Ask.ASSIGNEE:
            return Change(assignee=name_of(typed) if typed else "")
        case _:
            words = typed.replace(",", " ").split()
            added = tuple(tag_of(word) for word in words if not word.startswith("-"))
            return (
                Change(tags=added, untags=tuple(tag_of(word[1:]) for word in words if word.startswith("-")))
                if words
                else None
            )


def interrupted(walk: Walk) -> Step:
    """What Ctrl-C does: it ends what is being typed or asked, else the walk."""
    if walk.asking or walk.doubt or walk.helping:
        return replace(walk, asking=None, typed="", doubt=None, helping=False, said=("nothing was written",)), None
    return walk, Do.QUIT


def recorded(walk: Walk, done: Decide, number: int, said: str) -> Walk:
    """The walk after a decision: at the next place without a verdict, if one was given."""
    verdict = str(done.change.status or "")
    walk = replace(walk, made=(*walk.made, Made(place=walk.place, number=number, verdict=verdict)), said=(said,))
    if not verdict:
        return walk
    following = next((place for place in range(walk.place + 1, walk.total) if place not in walk.verdicts), None)
    if following is not None:
        return goto(walk, following)
    left = walk.total - len(walk.verdicts)
    end = f"{left} before it without a verdict (k goes back)" if left else "all are decided"
    return replace(walk, said=(said, f"That was the last one; {end}. q quits."))


def doubted(walk: Walk, wanted: Decide, changes: tuple[str, ...]) -> Walk:
    """The walk where the match was changed meanwhile: it is asked again."""
    question = "This changed meanwhile, and nothing was written. Record it all the same? y: yes, any other key: no"
    return replace(walk, doubt=wanted, said=(*changes, question))


def taken_back(walk: Walk) -> Walk:
    """The walk after its last decision was undone: back at its place."""
    last = walk.made[-1]
    return replace(goto(walk, last.place), made=walk.made[:-1], said=(f"{last.verdict or 'that'}: taken back",))
