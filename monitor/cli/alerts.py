"""`monitor alerts`: what channels were told, and are to be; tried, shown before, sent again."""

import click

from monitor.cli.alerts_list import list_command
from monitor.cli.alerts_preview import preview_command
from monitor.cli.alerts_retry import retry_command
from monitor.cli.alerts_send import test_command
from monitor.cli.alerts_show import show_command


@click.group("alerts", context_settings={"help_option_names": ["-h", "--help"]})
def alerts_command() -> None:
    """Look after the alerts: what each channel was told, whether it arrives, what comes next."""


for command in (list_command, show_command, test_command, retry_command, preview_command):
    alerts_command.add_command(command)
