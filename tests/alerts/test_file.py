"""Files of alerts: read by feedparser, whole at every moment, and never in the place of something else."""

import asyncio
import fcntl
import json
import os
import re
import threading
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest

from monitor.alerts import file as alerts_file
from monitor.alerts.channel import Channel, FeedFile, FeedFormat
from monitor.alerts.message import Message
from monitor.alerts.send import Senders
from monitor.errors import DeliveryError, DeliveryKind
from monitor.model import ChannelId, DeliveryKey, Occasion
from monitor.outgoing.feed import OutgoingEntry, OutgoingFeed, entry_id
from monitor.outgoing.json_feed import json_feed
from monitor.outgoing.rss import rss
from tests.alerts.conftest import Clock, a_channel
from tests.alerts.messages import SAID, a_message, an_item, said
from tests.builders import NOON
from tests.outgoing.hostile import HOSTILE

FORMATS = [FeedFormat.RSS, FeedFormat.JSON]


def a_file(path: Path, form: FeedFormat = FeedFormat.RSS, **changes: object) -> Channel:
    return a_channel(FeedFile(**{"path": path, "format": form, **changes}))  # type: ignore[arg-type]


def a_story(number: int = 1, title: str = "Envoys meet in Cairo", **changes: object) -> Message:
    given = {"key": DeliveryKey(f"{number:032x}"), "made_at": NOON + timedelta(minutes=number)}
    return a_message(Occasion.STORY, an_item(title=title, **changes), **given)


async def failure(senders: Senders, channel: Channel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await senders.send(channel, a_story())
    assert caught.value.kind is DeliveryKind.TEMPORARY
    return caught.value


def read(path: Path, form: FeedFormat) -> list[dict[str, str]]:
    """(id, title, html) of each entry, as a reader sees them."""
    if form is FeedFormat.JSON:
        items = json.loads(path.read_bytes())["items"]
        return [{"id": one["id"], "title": one["title"], "html": one["content_html"]} for one in items]
    parsed = feedparser.parse(str(path), sanitize_html=False)
    assert not parsed.bozo
    return [{"id": one.id, "title": one.title, "html": one.summary} for one in parsed.entries]


def names(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


def test_feedparser_reads_a_file(tmp_path: Path) -> None:
    async def write() -> None:
        async with Senders() as senders:
            for number, language in enumerate(SAID):
                item = {"language": language, "quotes": (said(language),), "reason": "a new origin: AFP"}
                await senders.send(a_file(tmp_path / "f.xml"), a_story(number, SAID[language][0], **item))

    asyncio.run(write())
    parsed = feedparser.parse(str(tmp_path / "f.xml"))
    assert not parsed.bozo
    assert parsed.version == "rss20"
    assert parsed.feed.title == "Alerts: desk"
    assert [one.link for one in parsed.entries] == ["https://gazette.example/news/1"] * 5
    assert [one.language for one in parsed.entries] == list(reversed(SAID))
    for entry, (sentence, word) in zip(parsed.entries, reversed(SAID.values()), strict=True):
        assert sentence in entry.title
        assert f"<b>{word}</b>" in entry.summary
        assert "a new origin: AFP" in entry.summary
    assert [one.published_parsed.tm_min for one in parsed.entries] == [4, 3, 2, 1, 0]


@pytest.mark.parametrize("form", FORMATS)
async def test_the_last_messages_are_kept_the_newest_first(senders: Senders, tmp_path: Path, form: FeedFormat) -> None:
    for number in range(7):
        await senders.send(a_file(tmp_path / "f", form, entries=3), a_story(number))
    assert [one["id"] for one in read(tmp_path / "f", form)] == [
        entry_id(DeliveryKey(f"{number:032x}")) for number in (6, 5, 4)
    ]
    assert names(tmp_path) == ["f"]


@pytest.mark.parametrize("form", FORMATS)
async def test_a_message_that_comes_twice_is_one_entry(senders: Senders, tmp_path: Path, form: FeedFormat) -> None:
    for number in (1, 2, 1):
        await senders.send(a_file(tmp_path / "f", form), a_story(number))
    before = (tmp_path / "f").stat()
    await senders.send(a_file(tmp_path / "f", form), a_story(2))
    assert len(read(tmp_path / "f", form)) == 2
    assert (tmp_path / "f").stat().st_ino == before.st_ino, "not touched"


@pytest.mark.parametrize("form", FORMATS)
async def test_what_is_read_back_is_what_was_written(senders: Senders, tmp_path: Path, form: FeedFormat) -> None:
    digest = a_message(
        Occasion.DIGEST,
        *(an_item(title=text, url="", outlet="") for text in HOSTILE.values()),
        note="<b>note</b>",
        left_out=3,
    )
    await senders.send(a_file(tmp_path / "f", form), digest)
    (first,) = read(tmp_path / "f", form)
    assert "and 3 more" in first["html"]
    assert "&lt;b&gt;note&lt;/b&gt;" in first["html"]
    for number in range(3):
        await senders.send(a_file(tmp_path / "f", form), a_story(number))
    assert read(tmp_path / "f", form)[-1] == first


@pytest.mark.parametrize("form", FORMATS)
async def test_a_message_that_says_little_is_read_back_too(senders: Senders, tmp_path: Path, form: FeedFormat) -> None:
    await senders.send(a_file(tmp_path / "f", form), a_message(Occasion.TEST, watchlist="", watchlist_id=None))
    await senders.send(
        a_file(tmp_path / "f", form), a_story(1, "", outlet="", language="", url="", terms=(), quotes=())
    )
    await senders.send(a_file(tmp_path / "f", form), a_story(2))
    entries = read(tmp_path / "f", form)
    assert len(entries) == 3
    assert all(one["title"] for one in entries)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_nothing_hostile_is_alive_in_a_file(
    senders: Senders, tmp_path: Path, text: str, form: FeedFormat
) -> None:
    await senders.send(
        a_file(tmp_path / "f", form), a_story(1, text, outlet=text, reason=text, url=text, terms=(text,))
    )
    await senders.send(a_file(tmp_path / "f", form), a_story(2))
    html = read(tmp_path / "f", form)[1]["html"]
    assert "<script" not in html
    assert "<img" not in html
    assert all(link.startswith("http") for link in re.findall('href="([^"]*)"', html))
    raw = (tmp_path / "f").read_text()
    assert not set(raw) & {"\x1b", "\0", "\x07", "\x85", "\u202e", "\ufffe"}


# ── what is there already ────────────────────────────────────────────────────────────────────────────────────────────


def another_feed(form: FeedFormat) -> bytes:
    entry = OutgoingEntry(
        id="urn:uuid:1",
        url="",
        title="t",
        html="<p>",
        outlet="o",
        language="",
        authors=(),
        terms=(),
        published_at=NOON,
        updated_at=NOON,
    )
    feed = OutgoingFeed(name="rafah", title="t", description="Somebody else's", updated_at=NOON, entries=(entry,))
    return (rss if form is FeedFormat.RSS else json_feed)(feed).encode()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "content",
    [
        b"my notes",
        b"\0\xff",
        b"<rss>",
        b"<rss/>",
        b"{}",
        b"[]",
        b"1",
        b'{"description": "What the monitor tells on the channel desk", "items": [{}]}',
        b'{"description": "What the monitor tells on the channel desk", "items": [{"id": ""}]}',
        b'{"description": "What the monitor tells on the channel desk"}',
        b"<rss><channel><description>What the monitor tells on the channel desk</description><item/></channel></rss>",
        b"<rss><channel><description>What the monitor tells on the channel desk</description>"
        b"<item><pubDate>Mon, 10 Nov 2025 12:30:00 GMT</pubDate></item></channel></rss>",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    ],
)
async def test_what_is_no_file_of_ours_is_left_as_it_is(
    senders: Senders, tmp_path: Path, content: bytes, form: FeedFormat
) -> None:
    (tmp_path / "f").write_bytes(content)
    error = await failure(senders, a_file(tmp_path / "f", form))
    assert "is not overwritten: name another file, or move it away" in str(error)
    assert (tmp_path / "f").read_bytes() == content


@pytest.mark.parametrize("form", FORMATS)
async def test_another_feed_is_left_as_it_is(senders: Senders, tmp_path: Path, form: FeedFormat) -> None:
    (tmp_path / "f").write_bytes(another_feed(form))
    assert "something else" in str(await failure(senders, a_file(tmp_path / "f", form)))
    (tmp_path / "f").unlink()
    await senders.send(a_channel(a_file(tmp_path / "f", form).target, id=ChannelId("other")), a_story())
    before = (tmp_path / "f").read_bytes()
    assert "something else" in str(await failure(senders, a_file(tmp_path / "f", form)))
    assert (tmp_path / "f").read_bytes() == before


async def test_an_empty_file_is_filled(senders: Senders, tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    await senders.send(a_file(tmp_path / "f"), a_story())
    assert len(read(tmp_path / "f", FeedFormat.RSS)) == 1


async def test_a_file_that_is_far_too_large_is_not_read(
    senders: Senders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts_file, "_LARGEST", 100)
    (tmp_path / "f").write_bytes(b"a" * 101)
    assert "far too large" in str(await failure(senders, a_file(tmp_path / "f")))


async def test_what_cannot_be_written_is_said(senders: Senders, tmp_path: Path) -> None:
    assert "cannot be written (No such file or directory)" in str(await failure(senders, a_file(tmp_path / "no" / "f")))
    assert "cannot be written (embedded null byte)" in str(await failure(senders, a_file(tmp_path / "a\0b")))
    (tmp_path / "folder").mkdir()
    assert "cannot be written (Is a directory)" in str(await failure(senders, a_file(tmp_path / "folder")))


async def test_a_file_that_another_process_writes_is_waited_for_and_given_up_in_time(
    tmp_path: Path, clock: Clock
) -> None:
    """A network drive that hangs looks the same: the thread is left behind, and only one."""
    channel = a_file(tmp_path / "f")
    other = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    try:
        async with Senders(limit=timedelta(seconds=0.2), now=clock) as hurried:
            assert "took longer than 0.2 s" in str(await failure(hurried, channel))
            threads = threading.active_count()
            assert "still being written for the message before" in str(await failure(hurried, channel))
            assert threading.active_count() == threads
            os.close(other)
            other = -1
            (left,) = [one for one in threading.enumerate() if one.name == "file of alerts"]
            left.join(5)
            await hurried.send(channel, a_story(2))
    finally:
        if other >= 0:
            os.close(other)
    assert len(read(tmp_path / "f", FeedFormat.RSS)) == 2
