"""`auth:` of a feed: the header that is made of a secret which is elsewhere; what is wrong is said without it."""

from pathlib import Path

import pytest

from monitor.config.load import Config, load
from monitor.config.source import without_password
from monitor.errors import ConfigError
from monitor.model import Credentials, RobotsPolicy, Secret
from tests.config.valid import FEEDS, files

CANARY = "c4n4ry"


def with_auth(auth: str) -> dict[str, bytes]:
    """A configuration whose first feed has these credentials."""
    url = "        url: https://gazette.example/rss.xml\n"
    return files({"feeds.yaml": FEEDS.replace(url, f"{url}        auth: {auth}\n", 1)})


def loaded(auth: str, home: Path, **environment: str) -> Config:
    return load(with_auth(auth), environment=environment, home=home)


def problem(auth: str, home: Path, **environment: str) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(auth, home, **environment)
    (one,) = caught.value.problems
    assert CANARY not in repr(one)
    assert (one.file, one.line) == ("feeds.yaml", 10)
    assert one.column > len("        auth: {")
    return one.what


@pytest.mark.parametrize(
    ("auth", "secret", "header", "value"),
    [
        ("{bearer: env:S}", CANARY, "Authorization", f"Bearer {CANARY}"),
        ("{basic: env:S}", "user:pä:ss", "Authorization", "Basic dXNlcjpww6Q6c3M="),
        ("{header: X-Api-Key, value: env:S}", "a b", "X-Api-Key", "a b"),
        ("{value: 'env:S', header: Authorization}", "Token x", "Authorization", "Token x"),
        ("{bearer: file:s}", f"{CANARY}\n", "Authorization", f"Bearer {CANARY}"),
        ("{bearer: file:s}", f"{CANARY}\r\n", "Authorization", f"Bearer {CANARY}"),
        ("{bearer: 'file:my secrets/s'}", CANARY, "Authorization", f"Bearer {CANARY}"),
    ],
)
def test_the_header_that_lets_us_in(tmp_path: Path, auth: str, secret: str, header: str, value: str) -> None:
    (tmp_path / "my secrets").mkdir()
    for place in (tmp_path / "s", tmp_path / "my secrets" / "s"):
        place.write_text(secret, encoding="utf-8", newline="")
    config = loaded(auth, tmp_path, S=secret)
    first, *others = config.feeds
    assert first.credentials is not None
    assert (first.credentials.header, first.credentials.value.reveal()) == (header, value)
    assert [feed.credentials for feed in others] == [None, None]
    assert config.secret_files == ((first.credentials.file,) if "file" in auth else ())
    assert all(Path(file).read_text(encoding="utf-8").startswith(secret.strip()) for file in config.secret_files)


def test_a_path_may_be_absolute(tmp_path: Path) -> None:
    (tmp_path / "s").write_text(CANARY, encoding="utf-8")
    config = loaded(f"{{bearer: file:{tmp_path}/s}}", Path("/nowhere"))
    value = Secret(f"Bearer {CANARY}")
    url, file = "https://gazette.example/rss.xml", f"{tmp_path}/s"
    assert config.feeds[0].credentials == Credentials(url=url, header="Authorization", value=value, file=file)


def test_no_secret_is_in_what_the_database_keeps(tmp_path: Path) -> None:
    config = loaded("{bearer: env:S}", tmp_path, S=CANARY)
    assert CANARY.encode() not in b"".join(config.files.values())
    assert CANARY not in repr(config)


@pytest.mark.parametrize(
    ("secret", "what"),
    [
        ("", "is empty"),
        (f"{CANARY}\n{CANARY}", "holds a control character, or more than one line"),
        (f"{CANARY}\x00", "holds a control character, or more than one line"),
        (f"{CANARY}\x7f", "holds a control character, or more than one line"),
        (f"{CANARY} {CANARY}", "holds a blank or a letter that no token has"),
        (f"{CANARY}é", "holds a blank or a letter that no token has"),
        (CANARY * 1000, "holds more than 4,096 characters"),
    ],
)
def test_a_token_that_is_none_is_a_problem(tmp_path: Path, secret: str, what: str) -> None:
    (tmp_path / "s").write_text(secret, encoding="utf-8", newline="")
    assert problem("{bearer: env:S}", tmp_path, S=secret) == f"bearer: the variable S {what}"
    assert problem("{bearer: file:s}", tmp_path) == f"bearer: the file s {what}"


@pytest.mark.parametrize(
    ("auth", "secret", "what"),
    [
        ("{basic: env:S}", CANARY, "basic: the variable S holds no user:password"),
        ("{header: X-A, value: env:S}", f" {CANARY}", "value: the variable S begins or ends with a blank, or holds a"),
        ("{header: X-A, value: env:S}", f"{CANARY}é", "value: the variable S begins or ends with a blank, or holds a"),
        ("{bearer: env:T}", CANARY, "bearer: the variable T is not set"),
    ],
)
def test_what_is_wrong_with_a_variable_is_said(tmp_path: Path, auth: str, secret: str, what: str) -> None:
    assert problem(auth, tmp_path, S=secret).startswith(what)


def test_what_is_wrong_with_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin").write_bytes(b"\xe9")
    (tmp_path / "loop").symlink_to("loop")
    assert problem("{bearer: file:none}", tmp_path) == "bearer: the file none does not exist"
    assert problem("{bearer: file:folder}", tmp_path) == "bearer: the file folder is no file"
    assert problem("{bearer: file:latin}", tmp_path) == "bearer: the file latin is not UTF-8"
    assert problem("{bearer: file:s.yaml}", tmp_path).startswith("bearer: the file s.yaml has the ending of a conf")


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s").write_text(CANARY, encoding="utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert problem("{bearer: file:s}", tmp_path) == "bearer: the file s cannot be read: Permission denied"


def test_every_missing_secret_is_reported(tmp_path: Path) -> None:
    text = FEEDS.replace(".xml\n", ".xml\n        auth: {bearer: env:S}\n")
    with pytest.raises(ConfigError) as caught:
        load(files({"feeds.yaml": text}), environment={}, home=tmp_path)
    assert len(caught.value.problems) == 3


def test_who_polls_nothing_needs_no_secret(tmp_path: Path) -> None:
    config = load(with_auth("{bearer: env:S}"), environment={}, home=tmp_path, secrets=False)
    assert config.feeds[0].credentials is None


@pytest.mark.parametrize("said", [None, "obey", "ignore"])
def test_a_feed_may_ignore_robots_txt(tmp_path: Path, said: str | None) -> None:
    url = "        url: https://gazette.example/rss.xml\n"
    text = FEEDS.replace(url, f"{url}        robots: {said}\n") if said else FEEDS
    config = load(files({"feeds.yaml": text}), environment={}, home=tmp_path)
    assert [feed.robots for feed in config.feeds] == [
        RobotsPolicy(said or "obey"),
        RobotsPolicy.OBEY,
        RobotsPolicy.OBEY,
    ]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("auth: {bearer: c4n4ry}", "auth: {bearer: ******}"),
        ("auth: {bearrer: c4n4ry, x: 1}", "auth: {******** ******, ** *}"),
        ("auth: c4n4ry", "auth: ******"),
        ("  bearer: 'c4n4ry'", "  bearer: ********"),
        ("  basic: user:c4n4ry", "  basic: ***********"),
        ("  value: c4n4ry # mine", "  value: ****** * ****"),
        ("auth: {header: X-A, value: env:KEY}", "auth: {header: ***, value: env:KEY}"),
        ("  basic: 'file:secrets/gazette'", "  basic: 'file:secrets/gazette'"),
        ("author: c4n4ry", "author: c4n4ry"),
    ],
)
def test_the_line_of_a_problem_does_not_show_a_secret(line: str, shown: str) -> None:
    assert without_password(line) == shown


@pytest.mark.parametrize("text", ["auth: {bearer: c4n4ry", "auth: {bearer: c4n4ry: x}", "auth: {bearer: [c4n4ry}"])
def test_nor_does_a_file_that_is_no_yaml(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(text.removeprefix("auth: "), tmp_path)
    assert CANARY not in repr(caught.value.problems)
