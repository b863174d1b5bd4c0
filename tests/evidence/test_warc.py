"""WARC files, read back by warcio's own reader and checker."""

import gzip
import json
from base64 import b32encode
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.cli import main as warcio

from monitor import __version__
from monitor.evidence.exhibit import Exhibit
from monitor.evidence.warc import WarcFile
from monitor.model import RawPage
from tests.builders import a_page

BODY = "<html><body>هدنة في غزة</body></html>".encode()
HEADERS = (
    ("date", "Mon, 10 Nov 2025 12:00:00 GMT"),
    ("content-type", "text/html; charset=utf-8"),
    ("content-encoding", "gzip"),
    ("transfer-encoding", "chunked"),
    ("content-length", "31"),
)


def write(path: Path, *pages: RawPage) -> None:
    with path.open("wb") as file:
        warc = WarcFile(file, name=path.name, operator="you@example.org")
        warc.add(Exhibit(name="1f", metadata={"title": "هدنة", "id": "1f"}, text="", pages=pages))


def records(path: Path) -> list[dict[str, Any]]:
    """What warcio's reader makes of it, bodies decoded as a browser would."""
    found = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            http = record.http_headers
            found.append(
                {
                    "type": record.rec_type,
                    "version": record.rec_headers.protocol,
                    "warc": dict(record.rec_headers.headers),
                    "status": http and (http.protocol, http.statusline),
                    "http": http and http.headers,
                    "body": record.content_stream().read(),
                }
            )
    return found


@pytest.mark.parametrize("name", ["news.warc", "news.warc.gz"])
def test_another_tool_reads_what_was_written(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / name
    moment = datetime(2025, 11, 10, 12, 0, 1, 250_000, tzinfo=UTC)
    write(path, a_page(BODY, headers=HEADERS, fetched_at=moment, final_url="https://gazette.example/amp/1"))
    info, response, metadata = records(path)
    assert {one["version"] for one in (info, response, metadata)} == {"WARC/1.1"}
    assert info["type"] == "warcinfo"
    assert f"software: media-monitor/{__version__}\r\n".encode() in info["body"]
    assert b"operator: you@example.org\r\n" in info["body"]

    assert (response["type"], response["body"]) == ("response", BODY)
    assert response["status"] == ("HTTP/1.1", "200 OK")
    assert response["http"] == [
        *HEADERS[:2],
        ("X-Archive-Orig-content-encoding", "gzip"),
        ("X-Archive-Orig-transfer-encoding", "chunked"),
        ("X-Archive-Orig-content-length", "31"),
        ("content-length", str(len(BODY))),
    ]
    assert response["warc"]["WARC-Target-URI"] == "https://gazette.example/amp/1"
    assert response["warc"]["WARC-Date"] == "2025-11-10T12:00:01.250000Z"
    digest = b32encode(sha1(BODY).digest()).decode()
    assert response["warc"]["WARC-Payload-Digest"] == f"sha1:{digest}"

    assert (metadata["type"], json.loads(metadata["body"])) == ("metadata", {"title": "هدنة", "id": "1f"})
    assert metadata["warc"]["Content-Type"] == "application/json"
    assert metadata["warc"]["WARC-Refers-To"] == response["warc"]["WARC-Record-ID"]
    assert metadata["warc"]["WARC-Target-URI"] == response["warc"]["WARC-Target-URI"]

    assert path.read_bytes().startswith(b"\x1f\x8b") is name.endswith(".gz")
    with pytest.raises(SystemExit) as ended:
        warcio(["check", "-v", str(path)])
    assert ended.value.code == 0
    assert "digest pass" in capsys.readouterr().out


def test_a_body_that_was_changed_afterwards_is_found(tmp_path: Path) -> None:
    path = tmp_path / "news.warc"
    write(path, a_page(BODY))
    path.write_bytes(path.read_bytes().replace(b"</body>", b"</BODY>"))
    with pytest.raises(Exception, match="digest"):
        records(path)


def test_every_page_of_an_article_is_a_record(tmp_path: Path) -> None:
    path = tmp_path / "news.warc.gz"
    write(path, a_page(b"before"), a_page(b"after"))
    found = [(one["type"], one["body"]) for one in records(path) if one["type"] == "response"]
    assert found == [("response", b"before"), ("response", b"after")]
    with gzip.open(path) as file:
        assert file.read().count(b"WARC/1.1\r\n") == 5


def test_odd_answers_are_written_so_that_they_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "news.warc"
    # As they come off the wire: a letter a byte.
    odd = (("x-author", "أحمد".encode().decode("latin-1")), ("x-empty", ""), ("content-type", "text/html"))
    write(path, a_page(b"\r\n\r\nWARC/1.1\r\n", status=299, headers=odd))
    response = records(path)[1]
    assert response["status"] == ("HTTP/1.1", "299")
    assert response["body"] == b"\r\n\r\nWARC/1.1\r\n"
    assert response["http"] == [
        ("x-author", "أحمد"),
        ("x-empty", ""),
        ("content-type", "text/html"),
        ("content-length", "14"),
    ]
