"""What many commands take: where the configuration is, which database; and the answers to both."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.store.store import Store

Function = TypeVar("Function", bound=Callable[..., object])


def config_option(function: Function) -> Function:
    """The option --config."""
    return click.option(
        "--config",
        metavar="DIR",
        help="The configuration's folder.  [default: $MONITOR_CONFIG, else ./config]",
    )(function)


def database_option(function: Function) -> Function:
    """The options --config and --database."""
    with_database = click.option(
        "--database",
        metavar="PATH|URL",
        help="An SQLite file or a database URL.  [default: $MONITOR_DATABASE_URL, else monitor.yaml's]",
    )(function)
    return config_option(with_database)


def refuse_options(context: click.Context) -> None:
    """Of a group that lists when it is called alone: options before one of its commands would go unheard.

    Raises: click.UsageError.
    """
    if any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in context.params):
        raise click.UsageError(f"options go behind the command: {context.command_path} {context.invoked_subcommand} …")


def environment(database: str | None) -> dict[str, str]:
    """The environment, in which --database counts more than MONITOR_DATABASE_URL."""
    return {**os.environ, **({"MONITOR_DATABASE_URL": _from_here(database)} if database else {})}


def _from_here(database: str) -> str:
    """A path begins where the command is given, like every other on its line, and not at the configuration's home."""
    is_path = "://" not in database and not database.startswith("~/") and database != ":memory:"
    return os.path.join(os.getcwd(), database) if is_path else database  # noqa: PTH109, PTH118 - keeps a slash at the end


def folder_of(config: str | None) -> Path:
    """The configuration's folder."""
    from monitor.config.files import config_folder

    return config_folder(config, os.environ)


def settings_of(config: str | None, database: str | None) -> "Settings":
    """The settings alone: for commands that need no rules. Raises: ConfigError."""
    from monitor.config.files import read_settings_file
    from monitor.config.settings import load_settings

    folder = folder_of(config)
    return load_settings(read_settings_file(folder), environment(database), folder.parent)


def settings_as_far(config: str | None, database: str | None) -> "Settings":
    """The settings as far as they can be read: for commands that are needed when the configuration is broken.

    Raises: ConfigError, where it cannot be told which database is meant.
    """
    from monitor.config.files import read_settings_file
    from monitor.config.settings import database_named, read_settings

    folder = folder_of(config)
    files, variables = read_settings_file(folder), environment(database)
    database_named(files, variables, folder.parent)
    return read_settings(files, variables, folder.parent)[0]


def open_store(settings: "Settings", *, read_only: bool = True) -> "Store":
    """The database of these settings. Raises: StoreError."""
    from monitor.store.store import Store

    return Store.open(settings.database_url, read_only=read_only)
