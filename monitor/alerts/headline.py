"""What a message is about, in a line: watchlist, what, how many."""

from datetime import datetime
from typing import assert_never

from monitor.alerts.message import Message
from monitor.model import Occasion
from monitor.outgoing.pages import plural
from monitor.text.harmless import harmless, isolate

LONGEST = 120
"""Characters of a subject, marks that nobody sees aside."""
_LONGEST_NAME = 45
"""Of these, of a watchlist's title."""
_LEAST_SAID = 20
NAMELESS = "Media monitor"
"""What stands for the watchlist where a message is of none."""
UNTITLED = "(no title)"


def subject(message: Message) -> str:
    """One line of harmless text: of a mail, a feed's entry, a chat. What runs right to left is isolated."""
    name = isolate(cropped(_line(message.watchlist) or NAMELESS, _LONGEST_NAME))
    said = what(message)
    room = LONGEST - len(name) - 2
    about = _about(message)
    if not about:
        return f"{name}: {isolate(cropped(said, room))}"
    said = cropped(said, max(_LEAST_SAID, room - _LEAST_SAID - 3))
    lead = f"{isolate(said)} – " if said else ""
    return f"{name}: {lead}{isolate(cropped(about, room - len(lead)))}"


def what(message: Message) -> str:
    """What there is to tell: "a new story", "12 stories, 08:00–09:00"; "" of a match as such: its title says it."""
    number = plural(len(message.items) + message.left_out, "story", "stories")
    match message.occasion:
        case Occasion.MATCH | Occasion.STORY | Occasion.CHANGE:
            return _why(message)
        case Occasion.DIGEST:
            return f"{number if message.items else 'no stories'}{_within(message)}"
        case Occasion.REST:
            return f"{number} kept back{_within(message)}"
        case Occasion.SPIKE:
            return "unusually many stories"
        case Occasion.QUIET:
            return "unusually quiet"
        case Occasion.TEST:
            return f"a test of the channel {_line(message.channel)}"
        case _:
            assert_never(message.occasion)


def cropped(text: str, most: int) -> str:
    """The text in at most so many characters, with … where it is cut: behind a word, where one ends soon before."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    word = cut.rpartition(" ")[0]
    return f"{(word if len(word) > len(cut) * 2 // 3 else cut).rstrip()}…"


_WITHOUT_REASON = {Occasion.MATCH: "", Occasion.STORY: "a new story", Occasion.CHANGE: "a changed article"}


def _why(message: Message) -> str:
    if not message.items:
        return "what was found is not stored any more"
    reasons = dict.fromkeys(_line(item.reason) for item in message.items)
    return "; ".join(filter(None, reasons)) or _WITHOUT_REASON[message.occasion]


def _about(message: Message) -> str:
    """What stands behind what there is to tell: the title of the only item, else the note."""
    if message.occasion in _WITHOUT_REASON:
        return next((_line(item.title) or UNTITLED for item in message.items), "")
    return _line(message.note)


def _within(message: Message) -> str:
    """ ", 08:00–09:00"; with the day where there are two."""
    if not (message.since and message.until):
        return ""
    form = "%H:%M" if message.since.date() == message.until.date() else "%Y-%m-%d %H:%M"
    return f", {_at(message.since, form)}–{_at(message.until, form)}"


def _at(moment: datetime, form: str) -> str:
    return moment.strftime(form)


def _line(text: str) -> str:
    return " ".join(harmless(text).split())
