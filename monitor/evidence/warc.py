"""Exhibits → a WARC 1.1 file (ISO 28500), which web archives' tools open. The home of warcio.

Each page is a response record as far as we have it: its body is kept decompressed, its request is not kept. Beside it
stands a metadata record with what we know of the article.
"""

from http import HTTPStatus
from io import BytesIO
from typing import BinaryIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor import __version__
from monitor.evidence.exhibit import Exhibit
from monitor.model import RawPage

_AS_SENT = frozenset(["content-encoding", "content-length", "transfer-encoding"])
"""Headers that tell how the body was sent: it is kept without."""
_ORIGINAL = "X-Archive-Orig-"
"""Put before their names, as web archives do, so that nobody decodes what is decoded, and nothing is lost."""


class WarcFile:
    """A WARC file that is being written."""

    def __init__(self, file: BinaryIO, *, name: str, operator: str = "") -> None:
        """`name`: of the file; where it ends in .gz, each record is compressed. `operator`: whom to ask about it."""
        self._writer = WARCWriter(file, gzip=name.endswith(".gz"), warc_version="WARC/1.1")
        info = {
            "software": f"media-monitor/{__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "operator": operator,
            "description": "Pages of news articles. Bodies are decompressed; Set-Cookie and the like are left out.",
        }
        self._writer.write_record(self._writer.create_warcinfo_record(name, info))

    def add(self, exhibit: Exhibit) -> None:
        """Writes each page of an article, and beside it the article's metadata."""
        for page in exhibit.pages:
            headers = {"WARC-Date": page.fetched_at.isoformat().replace("+00:00", "Z")}
            response = self._writer.create_warc_record(
                page.final_url,
                "response",
                payload=BytesIO(page.body),
                length=len(page.body),
                http_headers=_http_headers(page),
                warc_headers_dict=headers,
            )
            self._writer.write_record(response)
            described = {"WARC-Refers-To": response.rec_headers.get_header("WARC-Record-ID")}
            document = exhibit.metadata_json()
            metadata = self._writer.create_warc_record(
                page.final_url,
                "metadata",
                payload=BytesIO(document),
                length=len(document),
                warc_content_type="application/json",
                warc_headers_dict=headers | described,
            )
            self._writer.write_record(metadata)


class _AsSent(StatusAndHeaders):  # type: ignore[misc]  # warcio has no types
    """Headers in the bytes that they were sent in."""

    def to_ascii_bytes(self, filter_func: object = None) -> bytes:
        """warcio would write what is not ASCII with percent signs."""
        block: str = self.to_str(filter_func)
        return f"{block}\r\n".encode("latin-1", "replace")


def _http_headers(page: RawPage) -> StatusAndHeaders:
    """The status line and the headers, so that they fit the body as it is kept."""
    headers = [(f"{_ORIGINAL}{name}" if name in _AS_SENT else name, value) for name, value in page.headers]
    headers.append(("content-length", str(len(page.body))))
    # Which version of HTTP it was, and how the server called the status, is not known any more.
    try:
        status = f"{page.status} {HTTPStatus(page.status).phrase}"
    except ValueError:
        status = f"{page.status} "
    return _AsSent(status, headers, protocol="HTTP/1.1")
