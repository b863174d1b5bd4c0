"""Counts as bars in a terminal."""

from collections.abc import Iterator, Sequence

from monitor.cli.terminal import crop, width

_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL = "█"
_ASCII = "#"
_GAP = 2
_NARROWEST = 10
"""Columns of the longest bar, however narrow the terminal; likewise those of a label."""
_WIDEST = 60


def chart(counted: Sequence[tuple[str, int]], *, room: int, unicode: bool) -> Iterator[str]:
    """A line for each (label, number), labels and numbers aligned, in no more than `room` columns where these suffice.

    Labels are harmless already: right-to-left words in them isolated.
    """
    most = max((number for _, number in counted), default=0)
    digits = len(f"{most:,}")
    widest = max((width(label) for label, _ in counted), default=0)
    labels = min(widest, max(_NARROWEST, room - digits - 2 * _GAP - _NARROWEST))
    columns = min(_WIDEST, max(_NARROWEST, room - labels - digits - 2 * _GAP))
    for label, number in counted:
        shown = label if width(label) <= labels else crop(label, labels)
        line = f"{shown}{' ' * (labels - width(shown) + _GAP)}{number:>{digits},}"
        yield f"{line}{' ' * _GAP}{bar(number, most, columns, unicode=unicode)}".rstrip()


def bar(number: int, most: int, columns: int, *, unicode: bool) -> str:
    """A bar whose length says how much of `most` a number is; the least number has one, too."""
    if not number:
        return ""
    if not unicode:
        return _ASCII * max(1, round(number * columns / most))
    whole, eighths = divmod(max(1, round(number * columns * 8 / most)), 8)
    return _FULL * whole + _EIGHTHS[eighths].rstrip()
