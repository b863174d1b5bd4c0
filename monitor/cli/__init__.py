"""The command line: one module a command. What a person gets wrong is answered with one line and an exit code."""

import errno
import gc
import os
import sys
from importlib import import_module
from io import TextIOWrapper

import click

from monitor.cli.terminal import is_coloured
from monitor.errors import ConfigError, LockedError, MonitorError, StoreError

EXIT_FAILED = 1
"""The work was done, and something in it failed; or the answer is no."""
EXIT_USAGE = 2
"""The command, its arguments or the configuration are wrong."""
EXIT_STORE = 3
"""The database could not be opened, read or written."""
EXIT_LOCKED = 4
"""Another daemon works on this database."""
EXIT_INTERRUPTED = 130

_STDOUT = 1
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_GARBAGE = 50_000
"""New objects after which Python looks for garbage."""

COMMANDS = (
    "run",
    "check",
    "status",
    "reload",
    "doctor",
    "try",
    "rules",
    "poll",
    "feeds",
    "ledger",
    "matches",
    "search",
    "show",
    "why",
    "rematch",
    "stories",
    "review",
    "alerts",
    "stats",
    "export",
    "feed",
    "report",
    "articles",
    "retry",
    "prune",
    "demo",
    "init",
    "config",
    "db",
    "completion",
)
"""In the order in which a newcomer needs them; each is NAME_command in the module monitor.cli.NAME."""
_MODULES = {"try": "try_"}
"""Where NAME is a word of Python's own."""


class Commands(click.Group):
    """Imports a command's module when it is asked for: what is not used costs nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in reading order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(
            import_module(f"monitor.cli.{_MODULES.get(cmd_name, cmd_name)}"), f"{cmd_name}_command"
        )
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name. Raises: click.UsageError with the nearest name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            raise click.UsageError(
                f'there is no command "{args[0]}"' + (f' (did you mean "{near[0]}"?)' if near else ""), ctx
            ) from error


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="media-monitor", message="%(package)s %(version)s")
@click.pass_context
def monitor(context: click.Context) -> None:
    """Watches news feeds for the subjects in config/ and keeps what matches for review.

    Start with `monitor demo`, then `monitor run`, then `monitor matches`.
    """
    # None: as click sees fit, which takes no account of what a person wants.
    context.color = None if is_coloured() else False


def main() -> None:
    """The command `monitor`: runs, and exits with a code from docs/commands.md."""
    # Starting up makes much that stays and no garbage: looking for it every 700 objects costs a listing 20 ms.
    gc.set_threshold(_GARBAGE)
    open_what_is_closed()
    print_all(sys.stdout)
    sys.exit(execute(sys.argv[1:]))


def open_what_is_closed() -> None:
    """Let a standard stream that the caller has closed (`monitor matches >&-`) lead nowhere: Python has none in its
    place, and the next file that is opened, the database perhaps, would be written to as if it were that stream.
    """
    streams = {"stdin": "r", "stdout": "w", "stderr": "w"}
    if all(getattr(sys, name) for name in streams):
        return
    # The lowest numbers that are free: first those of closed streams.
    opened = [os.open(os.devnull, os.O_RDWR) for _ in streams]
    for number in (one for one in opened if one >= len(streams)):
        os.close(number)
    for number, (name, mode) in enumerate(streams.items()):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))


def print_all(stream: object) -> None:
    """Let a stream that cannot write a letter write its number instead, as standard error does: a terminal that is not
    UTF-8 gets Arabic, and a name that is not UTF-8 gets printed.
    """
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def execute(arguments: list[str]) -> int:
    """One command; returns its exit code. What was raised on purpose becomes one line on standard error."""
    try:
        code = monitor.main(arguments, prog_name="monitor", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # The reader of our output has gone (`monitor matches | head`): nothing to say, and nowhere to say it. click
        # tells it as SystemExit.
        _drop_output()
        return 0
    except OSError as error:
        # Only our own output has no name (`monitor matches > file` on a full disk); all else is a bug.
        if error.filename is not None or error.errno not in _FULL:
            raise
        _drop_output()
        click.echo(f"monitor: the output cannot be written ({error.strerror})", err=True)
        return EXIT_FAILED
    except MonitorError as error:
        return _explain(error)
    return code if isinstance(code, int) else 0


def _drop_output() -> None:
    """Let what is still to be written go nowhere: Python would try once more at its end, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)


def _explain(error: MonitorError) -> int:
    """Say what went wrong; returns the exit code for it."""
    match error:
        case ConfigError(problems=problems):
            from monitor.cli.problems import print_problems

            print_problems(problems)
            return EXIT_USAGE
        case LockedError():
            code = EXIT_LOCKED
        case StoreError():
            code = EXIT_STORE
        case _:
            code = EXIT_FAILED
    click.echo(f"monitor: {error}", err=True)
    return code
