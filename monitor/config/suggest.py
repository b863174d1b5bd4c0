"""The advice for a misspelt name."""

from collections.abc import Iterable


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """'did you mean "every"?' for "evry"; "" where nothing known is like it."""
    near = nearest(given, known)
    return f'did you mean "{near}"?' if near else ""


def nearest(given: str, known: Iterable[str]) -> str:
    """The known name that is most like the given one, whatever the case; "" where none is."""
    from difflib import get_close_matches  # takes 3 ms to import, and most configurations have no misspelt name

    by_folded = {name.casefold(): name for name in known}
    near = get_close_matches(given.casefold()[:100], by_folded, n=1)
    return by_folded[near[0]] if near else ""
