"""`channels:` of monitor.yaml → the channels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.alerts.channel import Channel, QuietHours, Tls
from monitor.config.shape import ByName, Given, JsonSchema, Keys, Named, mismatch
from monitor.config.source import Place, Source
from monitor.config.targets import (
    APPRISE,
    COMMAND,
    FILE,
    MAIL,
    WEBHOOK,
    AppriseGiven,
    CommandGiven,
    FileGiven,
    MailGiven,
    TargetGiven,
    Targets,
    WebhookGiven,
)
from monitor.config.values import HOURS, SLUG, ZONE, count
from monitor.config.yaml import Node, Text
from monitor.model import ChannelId

KINDS = ("webhook", "mail", "apprise", "command", "file")
"""Keys that say where a channel leads."""


class _Template:
    """A block of text."""

    def read(self, node: Node, source: Source, name: str) -> Given[str] | None:
        """The text with its place."""
        if not isinstance(node, Text) or not node.value.strip():
            mismatch(node, source, name, 'a text, as a block below "template: |"')
            return None
        return Given(node.value, node.place)

    def schema(self) -> JsonSchema:
        """A text."""
        return {"type": "string", "description": 'Expected: a text; of more than one line as a block, "template: |"'}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelGiven:
    """A channel as it stands in the file, as far as it can be read."""

    webhook: WebhookGiven | None = None
    mail: MailGiven | None = None
    apprise: AppriseGiven | None = None
    command: CommandGiven | None = None
    file: FileGiven | None = None
    quiet: tuple[time, time] | None = None
    timezone: ZoneInfo | None = None
    at_most: int | None = None
    template: Given[str] | None = None

    @property
    def targets(self) -> dict[str, TargetGiven]:
        """Where it leads, by the keys under which that is said: one, if nothing is wrong with it."""
        said = {kind: getattr(self, kind) for kind in KINDS}
        return {kind: one for kind, one in said.items() if one is not None}


Channels = tuple[Named[ChannelGiven], ...]


_BY_ID: ByName[ChannelGiven] = ByName(
    key=SLUG,
    item=Keys(
        build=ChannelGiven,
        keys={
            "webhook": WEBHOOK,
            "mail": MAIL,
            "apprise": APPRISE,
            "command": COMMAND,
            "file": FILE,
            "quiet": HOURS,
            "timezone": ZONE,
            "at_most": count(1, 1000),
            "template": _Template(),
        },
        about={
            "webhook": "a URL that takes messages (Standard Webhooks)",
            "mail": "e-mail",
            "apprise": 'one of the services that Apprise knows: `pip install "media-monitor[apprise]"`',
            "command": "a program and what it is given; it reads the message as JSON",
            "file": "a feed of the last messages, in a file",
            "quiet": "hours in which nothing is sent; what comes meanwhile is told together when they end",
            "timezone": "of `quiet`; without it that of the monitor",
            "at_most": "messages an hour; what is more is told together when it ends",
            "template": "how a message reads as plain text (docs/alerts.md)",
        },
    ),
    expected="channels by their id",
)


class _ChannelsShape:
    """Reads all of it, and shows no line of it: who misspells a key may have written the secret beside it."""

    def read(self, node: Node, source: Source, name: str) -> Channels | None:
        """The channels as far as they can be read."""
        return _BY_ID.read(node, replace(source, lines=()), name)

    def schema(self) -> JsonSchema:
        """That of the channels."""
        return _BY_ID.schema()


CHANNELS = _ChannelsShape()


def check_channels(given: Channels, source: Source) -> None:
    """Report what does not fit together, whatever the secrets are."""
    for one in given:
        kinds = one.value.targets
        if len(kinds) != 1:
            what = f"got {' and '.join(kinds)}" if kinds else "got none of them"
            source.report(
                one.place, f"{one.id}: expected one of {', '.join(KINDS)}, {what}", "give each its own channel"
            )
        mail = one.value.mail
        if mail and bool(mail.user) != bool(mail.password):
            absent = "password" if mail.user else "user"
            source.report(one.place, f'{one.id}: "user" and "password" belong together, {absent} is missing')
        if mail and mail.password and mail.tls is Tls.NONE:
            source.report(
                one.place, f"{one.id}: the password would go through the network in the clear", "tls: starttls"
            )
        if one.value.timezone and not one.value.quiet:
            source.report(one.place, f'{one.id}: "timezone" is that of "quiet", which is missing')
        if one.value.template:
            _check_template(one.id, one.value.template, source)


def _check_template(name: str, template: Given[str], source: Source) -> None:
    # Jinja2 takes a while to import, and hardly any channel has a template.
    from monitor.alerts.render import template_faults

    for fault in template_faults(template.value):
        line = template.place.line + max(fault.line - 1, 0)
        source.report(Place(line, 0), f"{name}: template: {fault.what}", "docs/alerts.md says what it can name")


def channels_of(
    given: Channels, source: Source, environment: Mapping[str, str], home: Path, zone: ZoneInfo
) -> tuple[tuple[Channel, ...], Sequence[str]]:
    """The channels, and the files that their secrets were read from; what cannot be had is reported.

    home: the folder that relative paths begin at; zone: of quiet hours that name none.
    """
    targets = Targets(source, environment, home)
    found = [_channel(one, targets, zone) for one in given]
    return tuple(one for one in found if one), tuple(targets.files)


def _channel(given: Named[ChannelGiven], targets: Targets, zone: ZoneInfo) -> Channel | None:
    """The channel; None where it cannot be used, which is reported."""
    said = given.value
    target = next((targets.target(one) for one in said.targets.values()), None)
    if target is None:
        return None
    return Channel(
        id=ChannelId(given.id),
        target=target,
        quiet=QuietHours(begin=said.quiet[0], end=said.quiet[1], zone=said.timezone or zone) if said.quiet else None,
        at_most=said.at_most,
        template=said.template.value if said.template else None,
    )
