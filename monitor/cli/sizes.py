"""Sizes on a disk, as people read them."""

_UNITS = ("bytes", "KB", "MB", "GB")


def show_bytes(number: int) -> str:
    """A size in its largest sensible unit, of a thousand of the next: "512 bytes", "1.5 MB"."""
    shown, unit = float(number), 0
    while shown >= 999.5 and unit < len(_UNITS) - 1:
        shown, unit = shown / 1000, unit + 1
    return f"{number} bytes" if unit == 0 else f"{shown:,.1f} {_UNITS[unit]}"
