"""`monitor completion`: the script that makes a shell complete our commands."""

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion_command(*, shell: str) -> None:
    """Print the completion script for a shell.

    bash: add `eval "$(monitor completion bash)"` to ~/.bashrc; zsh likewise; fish: `monitor completion fish | source`.
    """
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    from monitor.cli import monitor

    completion = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}[shell]
    click.echo(completion(monitor, {}, "monitor", "_MONITOR_COMPLETE").source())
