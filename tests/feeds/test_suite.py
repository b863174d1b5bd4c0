"""feedparser's own 2,107 tests: each file is read as its expectation says, differs on purpose, or is refused."""

from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import pytest

from monitor.errors import ParseError
from tests.builders import NOON
from tests.feeds.documents import read
from tests.feeds.expectations import Claim, differences, expectation_of
from tests.feeds.test_corpora import FEEDS

SUITE = FEEDS / "feedparser-suite"
pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not SUITE.exists(), reason="needs the feeds of ../shared/corpora/feeds"),
]
ADDRESS = "http://127.0.0.1:8097/tests/feed.xml"
"""Where feedparser's tests are served."""
LATER = NOON.replace(year=2100)

ON_PURPOSE = {
    "*_crazy.xml": "markup in which comments and scripts hide each other: every parser of HTML sees another text",
    "wellformed/sanitize/xml_malicious_comment.xml": "a comment that never ends hides the rest, as in browsers",
    "wellformed/sanitize/item_content_encoded_script_nested_cdata.xml": "what is left of a CDATA section is no text",
    "wellformed/atom10/entry_content_base64*.xml": "what is declared to be no text is none, whatever it holds",
    "wellformed/lang/entry_content_xml_lang_inherit_[34].xml": "an entry has one language, its title's",
    "wellformed/lang/entry_summary_xml_lang_inherit_[34].xml": "likewise",
    "wellformed/lang/entry_content_xml_lang_blank_3.xml": "two items that say the same are one entry",
    "wellformed/lang/http_content_language.xml": "the language that a server names is not the feed's",
    "wellformed/lang/http_content_language_entry_title_inherit*.xml": "likewise",
    "wellformed/base/http_entry_id_base_*.xml": "a key does not change with the address that a feed is fetched from",
    "entities/[lr]ang.xml": "HTML 5 gave these names to other characters than HTML 4",
    "encoding/bozo_linenoise.xml": "bytes that mean nothing in any charset",
}
"""Where we differ, and why."""
FOLDERS = ["encoding", "entities", "illformed", "json", "wellformed/[!s]*", "wellformed/s*"]


def _files(folder: str) -> list[Path]:
    files = [path for path in SUITE.rglob("*") if path.suffix in (".xml", ".json")]
    return sorted(path for path in files if fnmatch(str(path.relative_to(SUITE)), f"{folder}/*"))


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_says_what_its_expectation_says(folder: str) -> None:
    counts: Counter[str] = Counter()
    wrong, stale = {}, []
    for path in _files(folder):
        name = str(path.relative_to(SUITE))
        body = path.read_bytes()
        expected = expectation_of(body)
        url = expected.headers.get("content-location", ADDRESS)
        try:
            feed = read(body, content_type=expected.headers.get("content-type", ""), url=url, now=LATER)
        except ParseError as error:
            counts["refused"] += 1
            if any(claim.path[0] == "entries" for claim in expected.claims):
                wrong[name] = [str(error)]
            continue
        checked, differing = differences(feed, expected.claims, url)
        is_meant = checked > 0 and any(fnmatch(name, pattern) for pattern in ON_PURPOSE)
        counts["differing on purpose" if is_meant else "checked" if checked else "nothing to check"] += 1
        if differing and not is_meant:
            wrong[name] = differing
        if is_meant and not differing:
            stale.append(name)
    print(f"feedparser's {folder}: " + ", ".join(f"{number:,} {what}" for what, number in sorted(counts.items())))
    assert wrong == {}
    assert stale == []
    assert counts.total() > 0


def test_all_files_are_in_a_folder_that_is_read() -> None:
    read_in_parts = [path for folder in FOLDERS for path in _files(folder)]
    assert len(read_in_parts) == len(set(read_in_parts)) == len([*SUITE.rglob("*.xml"), *SUITE.rglob("*.json")])


@pytest.mark.parametrize(
    ("comment", "claims"),
    [
        ("not bozo and entries[0]['title'] == 'a' 'b'", (Claim(("entries", 0, "title"), "ab"),)),
        ("entries[0].link == u'a' + 'b'", (Claim(("entries", 0, "link"), "ab"),)),
        ("len(entries) == 2", (Claim(("entries", "len"), 2),)),
        ("not entries[0].has_key('link')", (Claim(("entries", 0, "link"), None),)),
        ("feed['title'] == 'a' or feed['title'] == 'b'", ()),
        ("__import__('os').system('false') == 0", ()),
        ("entries[0]['x'] == open('/etc/hostname')", ()),
        ("entries[0]['x'] == 'a' + open('b')", ()),
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-32-be"])
def test_expectations_are_read_and_never_run(comment: str, claims: tuple[Claim, ...], charset: str) -> None:
    text = f'<?xml version="1.0"?>\n<!--\nHeader:   Content-type: text/xml\nExpect:  {comment}\n-->\n<rss/>'
    expected = expectation_of(text.encode(charset))
    assert (expected.claims, expected.headers) == (claims, {"content-type": "text/xml"})


def test_an_expectation_that_does_not_hold_is_told() -> None:
    feed = read("<rss><channel><title>A</title><item><title>B</title></item></channel></rss>")
    claims = (
        Claim(("feed", "title"), "A"),
        Claim(("entries", 0, "title"), "C"),
        Claim(("entries", 1, "title"), "B"),
        Claim(("bozo",), 1),
    )
    checked, wrong = differences(feed, claims, ADDRESS)
    assert (checked, wrong) == (3, ["entries.0.title == 'C'", "entries.1.title == 'B'"])
