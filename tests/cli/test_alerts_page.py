"""docs/alerts.md, held to its word: its commands print what it says, its examples load, its signature is right."""

import json
import re
import shlex
import time
from dataclasses import fields
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from monitor.alerts.message import Item, Message, to_json
from monitor.alerts.render import text
from monitor.alerts.samples import samples
from monitor.alerts.signing import signature, signing_key
from monitor.alerts.webhook import body_of
from monitor.config.channels import CHANNELS
from monitor.config.load import Config, load
from monitor.model import Occasion, When
from tests.alerts.messages import a_message, an_item
from tests.cli.conftest import Run
from tests.cli.test_tutorial import agree, steps
from tests.config.valid import files

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "alerts.md"
TEXT = PAGE.read_text(encoding="utf-8")
SECRETS = {"HOOK_SECRET": "whsec_c2VjcmV0", "SMTP_PASSWORD": "hunter2", "CHAT_URL": "json://chat.example/"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def example(name: str) -> str:
    """The block of YAML whose first line names this file, without that line."""
    (found,) = [block for block in blocks("yaml") if block.startswith(f"# {name}\n")]
    return found.partition("\n")[2]


def loaded(channels: str) -> Config:
    return load({**files(), "monitor.yaml": channels.encode()}, environment=SECRETS, home=Path("/nowhere"))


def test_the_page_prints_what_it_says(monitor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    commands = []
    for command, lines in steps(PAGE):
        name, *arguments = shlex.split(command)
        said = monitor(*arguments)
        assert (name, said.code) == ("monitor", 0), said.err
        if lines:
            agree(lines, said.out.splitlines())
        commands.append(arguments[:2])
        if arguments[0] == "demo":
            for file in ("demo/config/monitor.yaml", "demo/config/watchlists/ceasefire-talks.yaml"):
                with Path(file).open("a", encoding="utf-8") as open_file:
                    open_file.write(f"\n{example(file)}")
    assert commands == [["demo", "--keep"], ["alerts", "test"], ["alerts", "preview"], ["alerts", "list"]]
    assert "a test of the channel desk" in Path("demo/alerts.xml").read_text(encoding="utf-8")
    assert monitor("check", "demo/config").code == 0


def test_every_kind_of_channel_and_of_alert_is_shown_with_all_of_its_keys() -> None:
    kinds = {type(one.target).__name__ for one in loaded(example("monitor.yaml")).channels}
    kinds |= {type(one.target).__name__ for one in loaded(example("demo/config/monitor.yaml")).channels}
    assert kinds == {"Webhook", "Mail", "Apprise", "Command", "FeedFile"}
    shown = example("monitor.yaml") + example("demo/config/monitor.yaml")
    of_channels = json.dumps(CHANNELS.schema())
    for key in (
        "to",
        "from",
        "server",
        "port",
        "tls",
        "user",
        "password",
        "url",
        "secret",
        "path",
        "format",
        "entries",
    ):
        assert f" {key}:" in shown
        assert f'"{key}"' in of_channels
    assert all(f"| `{when}`" in TEXT for when in When)
    assert all(f"`{occasion}`" in TEXT for occasion in Occasion)


def test_the_template_reads_as_it_looks() -> None:
    (channel,) = loaded(example("template")).channels
    made = text(a_message(Occasion.DIGEST, an_item(), left_out=2), channel.template)
    assert made.splitlines() == [
        "Talks in Cairo: 3 stories, 11:00–12:00",
        "1. Envoys meet in Cairo (The Gazette, English, 12:00)",
        "⟦Envoys⟧ met.",
        "https://gazette.example/news/1",
        "and 2 more stories",
    ]


@pytest.mark.parametrize("kind", [Message, Item])
def test_all_that_a_message_holds_is_told(kind: type) -> None:
    told = set(re.findall(r"`(\w+)`", TEXT))
    assert [one.name for one in fields(kind) if one.name not in told] == []


def test_messages_are_as_the_schema_says() -> None:
    schema = json.loads((DOCS / "message.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for message in samples():
        assert [error.message for error in validator.iter_errors(json.loads(to_json(message)))] == []
    assert schema["properties"].keys() == {one.name for one in fields(Message)}
    assert schema["properties"]["items"]["items"]["properties"].keys() == {one.name for one in fields(Item)}
    assert schema["properties"]["occasion"]["enum"] == [*Occasion]


@pytest.mark.parametrize(("tampered", "late", "is_ours"), [(False, 0, True), (True, 0, False), (False, 301, False)])
def test_a_webhooks_signature_is_checked_as_the_page_says(tampered: bool, late: int, is_ours: bool) -> None:
    message = a_message(Occasion.MATCH, an_item(title="مفاوضات"))
    body, moment = body_of(message), int(time.time()) - late
    headers = {"webhook-id": message.key, "webhook-timestamp": str(moment)}
    headers["webhook-signature"] = signature(signing_key(SECRETS["HOOK_SECRET"]), message.key, moment, body)
    given: dict[str, object] = {
        "secret": SECRETS["HOOK_SECRET"].removeprefix("whsec_"),
        "headers": headers,
        "body": body + b" " if tampered else body,
    }
    (code,) = blocks("python")
    assert len(list(filter(None, code.splitlines()))) == 5
    exec(code, given)
    assert given["is_ours"] is is_ours
