"""Addresses that a reader may click."""

from monitor import urls


def address(url: str) -> str:
    """An http(s) address as every format takes it: absolute, ASCII, its normal form; "" where it is none, so that no
    title leads to javascript: or a file.
    """
    try:
        return urls.normalise(url)
    except ValueError:
        return ""
