"""`channels:` of monitor.yaml and `alerts:` of watchlists: what they stand for, and what is wrong with them."""

from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts.channel import Apprise, Command, FeedFile, FeedFormat, Mail, QuietHours, Tls, Webhook
from monitor.config.change import compare
from monitor.config.load import Config, load
from monitor.config.schema import FileKind, schema_of
from monitor.errors import ConfigError
from monitor.model import ChannelId, Secret, Subscription, When
from tests.config.valid import HOME, WATCHLIST, files, problems

CANARY = "c4n4ry"
HOOK = "channels:\n  hook:\n    webhook: {url: 'https://desk.example/x'}\n"


def loaded(settings: str, alerts: str = "", home: Path = HOME, *, secrets: bool = True, **environment: str) -> Config:
    given = {"monitor.yaml": settings, "watchlists/rafah-tunnels.yaml": WATCHLIST + alerts}
    return load(files(given), environment=environment, home=home, secrets=secrets)


def wrong(settings: str, alerts: str = "", **environment: str) -> list[str]:
    found = problems({"monitor.yaml": settings, "watchlists/rafah-tunnels.yaml": WATCHLIST + alerts}, environment)
    assert CANARY not in "\n".join(found)
    return [one.partition(": ")[2] for one in found]


def channel(target: str, more: str = "") -> str:
    return f"channels:\n  desk:\n    {target}\n{more}"


# ── channels ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_webhook(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"https://desk.example/{CANARY}\n")
    config = loaded(channel("webhook: {url: file:url, secret: env:KEY}"), home=tmp_path, KEY="whsec_YQ")
    (found,) = config.channels
    assert found.id == "desk"
    assert found.target == Webhook(url=Secret(f"https://desk.example/{CANARY}"), secret=Secret("whsec_YQ"))
    assert (found.quiet, found.at_most, found.template) == (None, None, None)
    assert config.secret_files == (str(tmp_path / "url"),)
    assert CANARY not in repr(config.channels)


def test_a_plain_webhook() -> None:
    assert loaded(HOOK).channels[0].target == Webhook(url=Secret("https://desk.example/x"))


@pytest.mark.parametrize(
    ("said", "tls", "port"), [("", Tls.STARTTLS, 587), ("tls: tls", Tls.TLS, 465), ("port: 2525", Tls.STARTTLS, 2525)]
)
def test_mail(said: str, tls: Tls, port: int) -> None:
    keys = "to: [a@b.example, ב@ג.example], from: m@b.example, server: smtp.b.example, user: m, password: env:PW"
    found = loaded(channel(f"mail: {{{keys}{', ' if said else ''}{said}}}"), PW="pässwörd").channels[0].target
    assert found == Mail(
        to=("a@b.example", "ב@ג.example"),
        sender="m@b.example",
        server="smtp.b.example",
        port=port,
        tls=tls,
        user="m",
        password=Secret("pässwörd"),
    )


def test_mail_to_a_server_on_this_machine() -> None:
    found = loaded(channel("mail: {to: [a@b.example], from: a@b.example, server: '::1', tls: none}")).channels[0].target
    assert isinstance(found, Mail)
    assert (found.port, found.user, found.password) == (25, "", None)


@pytest.mark.parametrize("url", ["env:CHAT", "ntfy://desk.example/topic"])
def test_apprise(url: str) -> None:
    found = loaded(channel(f"apprise: {{url: '{url}'}}"), CHAT="ntfy://desk.example/topic").channels[0].target
    assert found == Apprise(url=Secret("ntfy://desk.example/topic"))


def test_a_command() -> None:
    assert loaded(channel("command: [tell, --all]")).channels[0].target == Command(arguments=("tell", "--all"))


def test_a_file() -> None:
    found = loaded(channel("file: {path: out/alerts.json, format: json, entries: 7}")).channels[0].target
    assert found == FeedFile(path=HOME / "out/alerts.json", format=FeedFormat.JSON, entries=7)


def test_hours_a_cap_and_a_template() -> None:
    more = "    quiet: 22:00 – 7:30\n    at_most: 20\n    template: |\n      {{ watchlist }}\n"
    (found,) = loaded(channel("command: [tell]", f"{more}timezone: Asia/Jerusalem\n")).channels
    assert found.quiet == QuietHours(begin=time(22), end=time(7, 30), zone=ZoneInfo("Asia/Jerusalem"))
    assert found.at_most == 20
    assert found.template == "{{ watchlist }}\n"
    (found,) = loaded(channel("command: [tell]", f"{more}    timezone: Asia/Gaza\n")).channels
    assert found.quiet is not None
    assert found.quiet.zone == ZoneInfo("Asia/Gaza")


def test_who_sends_nothing_needs_no_secrets() -> None:
    config = loaded(channel("webhook: {url: env:NOT_SET}"), "alerts: [{channel: desk}]\n", secrets=False)
    assert config.channels == ()
    assert config.watchlists[0].alerts[0].channel == "desk"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("{}", "desk: expected one of webhook, mail, apprise, command, file, got none of them"),
        ("webhook: {url: 'https://a.example'}\n    command: [tell]", "got webhook and command"),
        ("webhook: {}", 'webhook: "url" is missing'),
        (f"webhook: {{url: 'ftp://{CANARY}'}}", "url: expected an http(s) URL"),
        (f"webhook: {{url: 'https://a.example:{CANARY}'}}", "url: expected an http(s) URL"),
        (f"webhook: {{url: 'https://a.example/{CANARY} x'}}", "url: expected an http(s) URL"),
        (f"webhook: {{url: 'https://'}}\n    # {CANARY}", "url: expected an http(s) URL"),
        (f"webhook: {{url: 'https://a.example', secret: {CANARY}}}", "secret: expected env:NAME or file:PATH"),
        (f"webhook: {{url: 'https://a.example', sekret: {CANARY}}}", '"sekret": no such key (did you mean "secret"?)'),
        ("webhook: {url: env:NOT_SET}", "url: the variable NOT_SET is not set"),
        ("webhook: {url: env:NO_URL}", "url: the variable NO_URL holds no URL"),
        ("webhook: {url: 'https://a.example', secret: env:NOT_SET}", "secret: the variable NOT_SET is not set"),
        ("webhook: {url: 'https://a.example', secret: env:NO_KEY}", "what follows is not base64"),
        ("apprise: {url: env:NOT_SET}", "url: the variable NOT_SET is not set"),
        ("mail: {to: [a@b.example], from: a@b.example}", 'mail: "server" is missing'),
        ("mail: {to: [A <a@b.example>], from: a@b.example, server: s}", "to: expected an e-mail address"),
        ("mail: {to: [a@b.example], from: a@b.example, server: 's:25'}", "server: expected a host"),
        ("mail: {to: [a@b.example], from: a@b.example, server: s, user: m}", "password is missing"),
        ("mail: {to: [a@b.example], from: a@b.example, server: s, user: m, password: env:NOT_SET}", "is not set"),
        (
            "mail: {to: [a@b.example], from: a@b.example, server: s, user: m, password: env:PW, tls: none}",
            "in the clear",
        ),
        ("command: []", "command: the list is empty"),
        ("command: [tell]\n    quiet: 22:00", "quiet: expected hours of the day"),
        ("command: [tell]\n    quiet: 22:00-24:30", "hours from 0 to 23"),
        ("command: [tell]\n    quiet: 22:00-22:00", "it would be quiet for no time, or for ever"),
        ("command: [tell]\n    timezone: UTC", '"timezone" is that of "quiet", which is missing'),
        ("command: [tell]\n    template: []", "template: expected a text"),
        ("file: {}", 'file: "path" is missing'),
    ],
)
def test_what_is_wrong_with_a_channel(said: str, told: str) -> None:
    found = wrong(channel(said), NO_URL=CANARY, PW=CANARY, NO_KEY=f"whsec_{CANARY}!")
    assert any(told in one for one in found), found


# ── alerts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_told_of_a_watchlist() -> None:
    alerts = """\
alerts:
  - channel: hook
  - {channel: hook, when: digest, at: ["19:00", "07:30", "7:30"], timezone: Asia/Gaza, even_if_empty: true}
  - {channel: hook, when: spike}
"""
    (watchlist,) = loaded(HOOK, alerts).watchlists
    hook = ChannelId("hook")
    digest = Subscription(
        channel=hook, when=When.DIGEST, at=(time(7, 30), time(19)), zone=ZoneInfo("Asia/Gaza"), even_if_empty=True
    )
    utc = ZoneInfo("UTC")
    assert watchlist.alerts == (
        Subscription(channel=hook, when=When.STORY, zone=utc),
        digest,
        Subscription(channel=hook, when=When.SPIKE, zone=utc),
    )


def test_a_digest_is_by_the_monitors_clock_unless_it_says_otherwise() -> None:
    alerts = "alerts: [{channel: hook, when: digest, every: 2h}]\n"
    (watchlist,) = loaded(f"timezone: Europe/Istanbul\n{HOOK}", alerts).watchlists
    (found,) = watchlist.alerts
    assert (found.every, found.zone) == (timedelta(hours=2), ZoneInfo("Europe/Istanbul"))


def test_alerts_make_no_new_version_of_a_watchlist() -> None:
    with_alerts = loaded(HOOK, "alerts: [{channel: hook}]\n")
    assert with_alerts.matcher.versions == loaded(HOOK).matcher.versions


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("{channel: hok}", 'there is no channel hok (did you mean "hook"?)'),
        ("{channel: mail}", "there is no channel mail (monitor.yaml has hook)"),
        ("{when: match}", '"channel" is missing'),
        ("{channel: hook, when: sometimes}", "when: expected one of match, story, digest, spike, quiet"),
        ("{channel: hook, when: digest}", "a digest needs one of every and at"),
        ("{channel: hook, when: digest, every: 1h, at: ['7:30']}", "a digest needs one of every and at"),
        ("{channel: hook, when: digest, at: ['25:00']}", "at: expected a time of day"),
        ("{channel: hook, every: 1h}", '"every" is of a digest, and this is told when: story'),
        ("{channel: hook, when: digest, every: 1h, timezone: UTC}", '"timezone" is that of "at", which is missing'),
        ("{channel: hook}, {channel: hook, when: story}", "hook is told when: story already"),
    ],
)
def test_what_is_wrong_with_alerts(said: str, told: str) -> None:
    found = wrong(HOOK, f"alerts: [{said}]\n")
    assert any(told in one for one in found), found


def test_an_alert_where_there_are_no_channels() -> None:
    assert wrong("contact: a@b.example\n", "alerts: [{channel: hook}]\n")[0].endswith(
        "there is no channel hook (monitor.yaml has no channels)"
    )


def test_what_changes_is_told() -> None:
    old, new = loaded(HOOK), loaded(HOOK.replace("/x", "/y"), "alerts: [{channel: hook}]\n")
    assert compare(old, new).lines() == ("channels changed: hook", "alerts changed: rafah-tunnels")
    assert compare(loaded(""), old).lines() == ("channels added: hook",)


def test_a_secret_that_cannot_be_had_is_a_problem_of_the_configuration() -> None:
    with pytest.raises(ConfigError):
        loaded(channel("webhook: {url: env:NOT_SET}"))


def test_editors_know_channels_and_alerts() -> None:
    channels = schema_of(FileKind.MONITOR)["properties"]["channels"]["additionalProperties"]["properties"]
    assert {"webhook", "mail", "apprise", "command", "file", "quiet", "template"} <= channels.keys()
    assert schema_of(FileKind.WATCHLISTS)["properties"]["alerts"]["items"]["required"] == ["channel"]
