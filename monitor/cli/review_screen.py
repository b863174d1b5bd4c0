"""What a walk shows: position, match, what was said, keys. Pure: a state → the lines of a screen, and its last one."""

from datetime import tzinfo

from monitor.cli.records import short
from monitor.cli.review_card import Card, card_lines
from monitor.cli.review_walk import Walk
from monitor.cli.screen import Line, Look, Weight
from monitor.cli.terminal import isolate, width

_HELP = """\
r  relevant: it is about the subject        R I L E: the same for all that
i  irrelevant: it is not                    the line stands for in its story
l  later
e  escalated: somebody else decides
n  a note: why                              t  tags
a  assign it to somebody                    u  undo your last decision here
j  next (also: down)                        k  the one before (also: up)
o  open its address in $BROWSER; without one, its whole text in the pager
space  further down in the match            b  back up
q  quit (also: Ctrl-D, Ctrl-C)              ?  these keys

Every decision is written at once: nothing is lost when the connection is.
Keys are where a Latin keyboard has them, also on an Arabic or Hebrew one."""
_BARS = (
    "r relevant  i irrelevant  l later  e escalated  n note  t tag  a assign",
    "j next  k before  o open  u undo  space more  ? help  q quit",
)
_FEWEST = 3
"""Lines of a match, however small the screen."""


def screen(walk: Walk, card: Card, look: Look, zone: tzinfo) -> list[Line]:
    """As many lines as fit. Where something is typed, the last one is where it is typed, and goes on."""
    head = look.line(_position(walk, card, look), Weight.BOLD)
    said = [line for one in walk.said for line in look.lines(one)]
    bars = [look.line(bar, Weight.DIM) for bar in _BARS]
    foot = [*said, *([look.line(_typing(walk, look))] if walk.asking else bars)]
    room = max(look.rows - 1 - len(foot), _FEWEST)
    lines = [look.line(line) for line in _HELP.split("\n")] if walk.helping else card_lines(card, look, zone)
    shown = paged(lines, room, walk.page, look)
    return [head, *shown, *[look.line("")] * (room - len(shown)), *foot][-max(look.rows, 1) :]


def paged(lines: list[Line], room: int, page: int, look: Look) -> list[Line]:
    """The lines of a page, counted round; the last one says that there are more."""
    if len(lines) <= room:
        return lines
    step = max(room - 1, 1)
    pages = -(-len(lines) // step)
    start = page % pages * step
    more = f"── {page % pages + 1} of {pages} pages: space"
    return [*lines[start : start + step], look.line(more, Weight.DIM)]


def _position(walk: Walk, card: Card, look: Look) -> str:
    match = card.match
    left = f"{walk.place + 1} of {walk.total:,} · {match.found.watchlist_id} · score {match.found.score:g}"
    state = f"{left} · {match.status}" + (" · lost" if match.lost_at else "")
    right = f"{short(match.id)}  {len(walk.verdicts)} decided"
    gap = look.columns - width(state) - width(right)
    return f"{state}{' ' * gap}{right}" if gap > 1 else state


def _typing(walk: Walk, look: Look) -> str:
    """The end of what is typed, where it is longer than the line."""
    before = f"{walk.asking}: "
    room = max(look.columns - width(before) - 1, 1)
    typed = look.spelt(walk.typed)
    while width(typed) > room:
        typed = typed[1:]
    return before + isolate(typed)
