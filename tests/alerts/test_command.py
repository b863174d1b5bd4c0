"""Commands: real programs, what they read, what their end means, and that nothing of them outlives the deadline."""

import asyncio
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerts.channel import Channel, Command
from monitor.alerts.message import Message, from_json
from monitor.alerts.send import Senders
from monitor.errors import DeliveryError, DeliveryKind
from monitor.model import Occasion
from tests.alerts.conftest import Clock, a_channel
from tests.alerts.messages import SAID, a_message, an_item

CANARY = "canary-of-the-environment"


def a_command(*arguments: str) -> Channel:
    return a_channel(Command(arguments=arguments))


def a_script(script: str, *arguments: str) -> Channel:
    return a_command("/bin/sh", "-c", script, "script", *arguments)


def a_story() -> Message:
    return a_message(Occasion.STORY, *(an_item(title=sentence) for sentence, _ in SAID.values()))


async def failure(senders: Senders, channel: Channel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await senders.send(channel, a_story())
    return caught.value


async def test_a_program_reads_the_message(senders: Senders, tmp_path: Path) -> None:
    await senders.send(a_script('cat > "$1"', str(tmp_path / "read")), a_story())
    assert from_json((tmp_path / "read").read_text()) == a_story()


async def test_no_shell_reads_its_arguments(senders: Senders, tmp_path: Path) -> None:
    arguments = ("$HOME", "`id`", "a; b", "*", "رفح", "")
    await senders.send(
        a_script('path=$1; shift; printf "%s\\n" "$@" > "$path"', str(tmp_path / "it"), *arguments), a_story()
    )
    assert (tmp_path / "it").read_text().splitlines() == list(arguments)


async def test_its_environment_names_the_delivery_and_holds_nothing_of_ours(
    senders: Senders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", CANARY)
    monkeypatch.setenv("MONITOR_DATABASE", CANARY)
    monkeypatch.setenv("LC_TIME", "ar_EG.UTF-8")
    await senders.send(a_script('env > "$1"', str(tmp_path / "env")), a_story())
    seen = dict(line.partition("=")[::2] for line in (tmp_path / "env").read_text().splitlines())
    assert CANARY not in seen.values()
    assert (seen["PATH"], seen["LC_TIME"]) == (os.environ["PATH"], "ar_EG.UTF-8")
    ours = {name: value for name, value in seen.items() if name.startswith("MONITOR_")}
    assert ours == {
        "MONITOR_DELIVERY_KEY": a_story().key,
        "MONITOR_CHANNEL": "desk",
        "MONITOR_OCCASION": "story",
        "MONITOR_WATCHLIST": "talks",
    }


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        ("exit 75", DeliveryKind.TEMPORARY, "/bin/sh ended with 75"),
        ("exit 1", DeliveryKind.TEMPORARY, "ended with 1"),
        ("exit 65", DeliveryKind.REFUSED, "ended with 65"),
        ("kill -9 $$", DeliveryKind.TEMPORARY, "was killed by signal 9"),
        ("echo first >&2; echo 'the last' >&2; echo >&2; exit 1", DeliveryKind.TEMPORARY, "ended with 1: the last"),
        ("printf 'a\\033[31m\\0b' >&2; exit 65", DeliveryKind.REFUSED, "ended with 65: a[31mb"),
        ("printf '\\377' >&2; exit 1", DeliveryKind.TEMPORARY, "ended with 1: \N{REPLACEMENT CHARACTER}"),
        ("yes long | tr -d '\\n' | head -c 5000000 >&2; exit 1", DeliveryKind.TEMPORARY, "longlong"),
        ("head -c 5000000 /dev/zero; exit 1", DeliveryKind.TEMPORARY, "ended with 1"),
    ],
)
async def test_what_its_end_means(senders: Senders, script: str, kind: DeliveryKind, words: str) -> None:
    error = await failure(senders, a_script(script))
    assert words in str(error)
    assert (error.kind, error.channel) == (kind, "desk")
    assert len(str(error)) < 400


@pytest.mark.parametrize("script", ["exit 0", "exec <&-; exit 0", "echo warning >&2", "sleep 30 & exit 0"])
async def test_a_program_that_ends_well_has_taken_it(senders: Senders, script: str) -> None:
    """Whether it read or not, and whatever it leaves behind: the message is larger than a pipe holds."""
    long = a_message(Occasion.DIGEST, *(an_item(title="x" * 10_000) for _ in range(50)))
    await senders.send(a_script(script), long)


async def test_a_child_that_holds_its_pipe_does_not_keep_us_waiting(senders: Senders) -> None:
    started = time.monotonic()
    assert "ended with 3: words" in str(await failure(senders, a_script("sleep 30 & echo words >&2; exit 3")))
    assert time.monotonic() - started < 3


async def test_at_the_deadline_it_ends_with_all_its_children(tmp_path: Path, clock: Clock) -> None:
    numbers = tmp_path / "numbers"
    script = 'trap "" TERM INT; (trap "" TERM; echo $$ >> "$1"; exec sleep 60) & echo $! >> "$1"; sleep 60'
    async with Senders(limit=timedelta(seconds=0.5), now=clock) as hurried:
        error = await failure(hurried, a_script(script, str(numbers)))
    assert "took longer than 0.5 s" in str(error)
    assert error.kind is DeliveryKind.TEMPORARY
    pids = [int(line) for line in numbers.read_text().split()]
    assert len(pids) == 2
    await eventually(lambda: all(map(is_over, pids)))


async def test_when_cancelled_it_ends_too(senders: Senders, tmp_path: Path) -> None:
    number = tmp_path / "number"
    sending = asyncio.create_task(senders.send(a_script('echo $$ > "$1"; exec sleep 60', str(number)), a_story()))
    await eventually(lambda: number.exists() and number.read_text().strip() != "")
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await eventually(lambda: is_over(int(number.read_text())))


def is_over(pid: int) -> bool:
    """Whether the process has ended; a child of a dead parent may wait as a zombie for who takes it in."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def eventually(holds: Callable[[], bool]) -> None:
    """Waits until it does, for five seconds at most."""

    def wait() -> bool:
        until = time.monotonic() + 5
        while not (held := holds()) and time.monotonic() < until:
            time.sleep(0.01)
        return held

    assert await asyncio.to_thread(wait)


async def test_a_program_that_cannot_be_started(senders: Senders, tmp_path: Path) -> None:
    folder, plain = tmp_path / "folder", tmp_path / "plain"
    folder.mkdir()
    plain.write_text("no program")
    for arguments, words in [
        (("no-such-program",), "no-such-program cannot be started: No such file or directory"),
        ((str(folder),), "Permission denied"),
        ((str(plain),), "Permission denied"),
        (("/bin/sh", "nul\0inside"), "cannot be started: embedded null byte"),
    ]:
        error = await failure(senders, a_command(*arguments))
        assert words in str(error)
        assert error.kind is DeliveryKind.TEMPORARY


async def test_no_handle_is_left_behind(senders: Senders) -> None:
    await senders.send(a_script("exit 0"), a_story())
    before = handles()
    await senders.send(a_script("exit 0"), a_story())
    for script in ("exit 1", "sleep 9 & exit 2", "echo a >&2; exit 65"):
        await failure(senders, a_script(script))
    await failure(senders, a_command("no-such-program"))
    assert handles() <= before


def handles() -> int:
    return len([*Path("/proc/self/fd").iterdir()])
