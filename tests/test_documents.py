"""The documents and the commands they name agree."""

import re
import shlex
from pathlib import Path

import click
import pytest

from monitor.cli import COMMANDS, monitor
from tests import reference

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_COMMAND = re.compile(r"^(?:python3 dev\.py )?monitor (?P<said>[a-z].*)$")


def commands() -> list[tuple[str, str]]:
    """(page, command) for every line of a code block that runs the monitor."""
    found = []
    for page in PAGES:
        for block in re.findall(r"```(?:sh|console|bash)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            for line in block.splitlines():
                if match := _COMMAND.match(line.removeprefix("$ ")):
                    said = re.split(r"\s+#|\s+[>|]|\s+&&", match["said"])[0]
                    found.append((page.name, said))
    return found


def names_one(command: click.Command | None, arguments: list[str]) -> bool:
    """Whether the arguments go on with the name of a command of a group."""
    return isinstance(command, click.Group) and arguments[:1] in [[name] for name in command.commands]


@pytest.mark.parametrize(("page", "said"), commands())
def test_a_command_in_the_documents_is_one_that_the_monitor_takes(page: str, said: str) -> None:
    name, *arguments = shlex.split(said)
    command: click.Command | None = monitor
    while isinstance(command, click.Group):
        command = command.get_command(click.Context(command), name)
        if not names_one(command, arguments):
            break
        name, *arguments = arguments
    # A group may be a command, too: `monitor feeds` lists them.
    assert not isinstance(command, click.Group) or command.invoke_without_command, f"{page}: {said}"
    assert command is not None, f"{page}: {said}"
    # Of the whole, for a command keeps what its options are called where it was asked first.
    whole = monitor.make_context("monitor", [], resilient_parsing=True)
    command.make_context(name, [part for part in arguments if part != "..."], whole)


def test_the_documents_name_commands_at_all() -> None:
    assert len(commands()) >= 10


def test_the_page_of_commands_is_what_they_say_of_themselves() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.reference(), "`python3 dev.py docs` writes it anew"
    assert [name for name in COMMANDS if f"## monitor {name}\n" not in reference.reference()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_the_documents_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_image_rests_on_a_pinned_base_and_runs_as_nobody_in_particular() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    bases = {line.split()[1] for line in lines if line.startswith("FROM")}
    assert [base for base in bases if not re.fullmatch(r"python:3\.\d+\.\d+-slim-trixie", base)] == []
    assert "USER 10001" in lines
    assert any(line.startswith("HEALTHCHECK") for line in lines)
