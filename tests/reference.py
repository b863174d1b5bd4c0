"""docs/cli.md, made from the commands: python3 dev.py docs. A test holds the page to them."""

from collections.abc import Iterator
from pathlib import Path

import click

from monitor.cli import monitor

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
_WIDTH = 100
_HEAD = """\
# The commands

What `monitor COMMAND --help` says, of all of them: made by `python3 dev.py docs`, so it is the same. How they go
together, and what they print for programs, says [commands.md](commands.md).
"""


def reference() -> str:
    """The page."""
    return "\n".join([_HEAD, *_parts(monitor, None, "monitor")])


def _parts(command: click.Command, parent: click.Context | None, name: str) -> Iterator[str]:
    context = command.make_context(name, [], parent, resilient_parsing=True, terminal_width=_WIDTH)
    names = command.list_commands(context) if isinstance(command, click.Group) else []
    level = "##" if parent is None or parent.parent is None else "###"
    yield f"{level} {context.command_path}\n\n```\n{command.get_help(context)}\n```\n"
    for each in names:
        below = command.get_command(context, each) if isinstance(command, click.Group) else None
        if below is not None and not below.hidden:
            yield from _parts(below, context, each)


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
