"""monitor.yaml and the environment become settings: what is left out has its default, the environment wins."""

import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from importlib.metadata import version
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import monitor
from monitor.config.operation import LOOPBACK, OFF, Listen, LogLevel, LogSettings
from monitor.config.settings import Settings, load_settings
from monitor.errors import ConfigError
from monitor.fetch.settings import FetchSettings
from monitor.model import Evidence
from monitor.workers.settings import WorkerSettings
from tests.config.valid import HOME

EVERYTHING = """\
database: postgresql://me@db.example/news
timezone: Asia/Gaza
contact: https://news.example/bot
poll: {every: 1h30m}
fetch:
  timeout: 1m
  per_host: 1
  delay: 500ms
  concurrent: 8
  feed_size: 2MB
  page_size: 1MiB
  allow_addresses: [192.168.1.0/24, "fd00::/8", 10.1.2.3]
workers: {count: 4, timeout: 5s, memory: 2GiB, recycle: 50}
evidence: all
retention: {unmatched: 30d}
listen: "[::1]:9200"
log: {level: warning, modules: {pipeline.poll: debug, fetch: error}}
"""


def settings(text: str = "", environment: Mapping[str, str] | None = None, home: Path = HOME) -> Settings:
    return load_settings({"monitor.yaml": text.encode()} if text else {}, environment or {}, home)


def problems(text: str = "", environment: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        settings(text, environment)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("text", ["", "# nothing set\n"])
def test_without_settings_everything_has_its_default(text: str) -> None:
    agent = f"media-monitor/{monitor.__version__}"
    assert settings(text) == Settings(
        database_url="sqlite:////srv/news/data/monitor.db",
        timezone=ZoneInfo("UTC"),
        contact="",
        poll_every=timedelta(minutes=15),
        fetch=FetchSettings(user_agent=agent),
        workers=WorkerSettings(),
    )


def test_everything_can_be_set() -> None:
    agent = f"media-monitor/{monitor.__version__} (+https://news.example/bot)"
    assert settings(EVERYTHING) == Settings(
        database_url="postgresql://me@db.example/news",
        timezone=ZoneInfo("Asia/Gaza"),
        contact="https://news.example/bot",
        poll_every=timedelta(minutes=90),
        fetch=FetchSettings(
            user_agent=agent,
            timeout=timedelta(minutes=1),
            per_host=1,
            delay=timedelta(milliseconds=500),
            concurrent=8,
            feed_size=2_000_000,
            page_size=2**20,
            allow_addresses=(ip_network("192.168.1.0/24"), ip_network("fd00::/8"), ip_network("10.1.2.3")),
        ),
        workers=WorkerSettings(count=4, timeout=timedelta(seconds=5), memory=2**31, recycle=50),
        evidence=Evidence.ALL,
        retention_unmatched=timedelta(days=30),
        listen=Listen(host="::1", port=9200),
        log=LogSettings(level=LogLevel.WARNING, modules={"pipeline.poll": LogLevel.DEBUG, "fetch": LogLevel.ERROR}),
    )


def test_the_user_agent_tells_the_installed_version_and_the_contact() -> None:
    assert monitor.__version__ == version("media-monitor")
    assert settings("contact: a@b.example").user_agent == f"media-monitor/{monitor.__version__} (+a@b.example)"


def test_the_environment_wins_over_the_file() -> None:
    environment = {
        "MONITOR_DATABASE_URL": "postgresql://other@db.example/news",
        "MONITOR_TIMEZONE": "Europe/Oslo",
        "MONITOR_CONTACT": "desk@news.example",
    }
    found = settings(EVERYTHING, environment)

    assert found.database_url == "postgresql://other@db.example/news"
    assert found.timezone == ZoneInfo("Europe/Oslo")
    assert found.contact == "desk@news.example"


def test_an_empty_variable_is_none() -> None:
    assert settings(EVERYTHING, {"MONITOR_TIMEZONE": ""}).timezone == ZoneInfo("Asia/Gaza")


def test_a_wrong_variable_is_a_problem_under_its_name() -> None:
    found = problems(
        "poll: {every: 0s}",
        {"MONITOR_TIMEZONE": "Gaza", "MONITOR_CONTACT": "me", "MONITOR_DATABASE_URL": "a\x00b"},
    )

    assert [problem.split(" (")[0] for problem in found] == [
        'MONITOR_CONTACT: expected an e-mail address or the URL of a page, got "me"',
        "MONITOR_DATABASE_URL: holds a character that no text needs",
        'MONITOR_TIMEZONE: expected a time zone such as Europe/Berlin or UTC, got "Gaza"',
        'monitor.yaml:1:15: every: expected a duration between 1s and 30d, such as 30s, 15m or 1h30m, got "0s"',
    ]


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("news.db", "sqlite:////srv/news/news.db"),
        ("/var/lib/news.db", "sqlite:////var/lib/news.db"),
        ("~/news.db", "sqlite:////home/ana/news.db"),
        ("sqlite:///data/news.db", "sqlite:////srv/news/data/news.db"),
        ("sqlite+pysqlite:////var/news.db", "sqlite:////var/news.db"),
        ("sqlite:///a%20b.db", "sqlite:////srv/news/a%20b.db"),
        ("a b?#%20.db", "sqlite:////srv/news/a%20b%3F%23%2520.db"),
        ("postgresql:///news", "postgresql:///news"),
        ("postgresql+psycopg://me:pw@db:5432/news?sslmode=require", None),
    ],
)
def test_a_database_is_a_path_or_a_url(given: str, url: str | None) -> None:
    assert settings("", {"MONITOR_DATABASE_URL": given, "HOME": "/home/ana"}).database_url == (url or given)


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("sqlite://", "an SQLite URL has three slashes: sqlite:///data/monitor.db"),
        ("sqlite:///:memory:", "the database is a file: several processes use it"),
        ("sqlite:///", "the database is a file: several processes use it"),
        ("sqlite:///news.db?timeout=5", "an SQLite URL takes no options here"),
        ("data/", "name the file, not only its folder"),
        ("postgres://me@db/news", "write postgresql://"),
        ("postgresql+psycopg2://me@db/news", "write postgresql://"),
        ("postgresql://me@db", "the name of the database is missing at its end"),
        ("postgresql://me:p/w@db/news", "write / ? # @ and : in the password as %2F %3F %23 %40 and %3A"),
        ("sqlit:///news.db", 'did you mean "sqlite"?'),
        ("mysql://me@db/news", "SQLite and PostgreSQL are supported"),
    ],
)
def test_a_database_that_cannot_be_used_gets_advice(given: str, hint: str) -> None:
    assert problems("", {"MONITOR_DATABASE_URL": given})[0].endswith(f"({hint})")


def test_a_password_is_in_no_message() -> None:
    url = f"postgresql://me:{'hunter2' * 20}/@db.example:port/"
    with pytest.raises(ConfigError) as caught:
        settings(f"database: {url}\ntimezone: nowhere\n", {"MONITOR_DATABASE_URL": url})

    assert "hunter2" not in repr([(str(problem), problem.source) for problem in caught.value.problems])
    assert "hunter2" not in repr(settings("", {"MONITOR_DATABASE_URL": "postgresql://me:hunter2@db/news"}))


@pytest.mark.parametrize("zone", ["Europe", "/etc/passwd", "../etc/passwd", "europe/oslo", "New York", "\ud800"])
def test_a_zone_that_is_none_is_a_problem(zone: str) -> None:
    assert len(problems("", {"MONITOR_TIMEZONE": zone})) == 1


def test_both_endings_of_the_file_are_read() -> None:
    assert load_settings({"monitor.yml": b"contact: a@b.example"}, {}, HOME).contact == "a@b.example"


def test_settings_are_read_without_the_rules_or_the_libraries_of_other_parts() -> None:
    heavy = [
        "pydantic",
        "lark",
        "sqlalchemy",
        "httpx",
        "monitor.rules",
        "monitor.urls",
        "difflib",
        "importlib.metadata",
    ]
    code = f"import sys, monitor.config.settings; print([name for name in {heavy} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)

    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("127.0.0.1:9108", LOOPBACK),
        ("0.0.0.0:80", Listen(host="0.0.0.0", port=80)),
        ("[::1]:9108", Listen(host="::1", port=9108)),
        ("off", OFF),
        ("Off", OFF),
    ],
)
def test_where_the_daemon_answers_can_be_set(text: str, listen: Listen) -> None:
    found = settings(f'listen: "{text}"').listen

    assert found == listen
    assert found is OFF or str(found) == text


@pytest.mark.parametrize("text", ["localhost:9108", "9108", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "::1:9108"])
def test_what_is_no_address_with_a_port_is_refused(text: str) -> None:
    (said,) = problems(f'listen: "{text}"')

    assert "listen: expected an address and a port such as 127.0.0.1:9108, or off" in said


@pytest.mark.parametrize(
    ("module", "advice"),
    [
        ("poll", 'did you mean "pipeline.poll"?'),
        ("pipelin.pol", 'did you mean "pipeline.poll"?'),
        ("../tests", ""),
        ("قائمة", ""),
    ],
)
def test_a_module_that_is_none_is_refused(module: str, advice: str) -> None:
    (said,) = problems(f'log: {{modules: {{"{module}": debug}}}}')

    assert "expected a module or package of the monitor such as pipeline or pipeline.poll" in said
    assert advice in said


def test_a_level_that_is_none_is_refused() -> None:
    assert "level: expected one of debug, info, warning, error" in problems("log: {level: verbose}")[0]
