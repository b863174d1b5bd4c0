"""Folders that other people verify."""

import subprocess
from pathlib import Path

import pytest

from monitor.evidence.bundle import Bundle, page_names
from monitor.evidence.exhibit import Exhibit
from tests.builders import a_page


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle of two articles, one with two pages, one with none."""
    bundle = Bundle(tmp_path)
    pages = (a_page(b"\xff before"), a_page(b"after"))
    bundle.add(Exhibit(name="1f", metadata={"title": "هدنة"}, text="هدنة\n", pages=pages))
    bundle.add(Exhibit(name="2f", metadata={}, text="", pages=()))
    bundle.close()
    return tmp_path


def test_it_holds_the_exact_bytes_and_a_manifest_that_verifies(folder: Path) -> None:
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == [
        "1f/metadata.json",
        "1f/page-2.html",
        "1f/page.html",
        "1f/text.txt",
        "2f/metadata.json",
        "2f/text.txt",
        "SHA256SUMS",
    ]
    assert (folder / "1f/page.html").read_bytes() == b"\xff before"
    assert (folder / "1f/page-2.html").read_bytes() == b"after"
    assert (folder / "1f/text.txt").read_text(encoding="utf-8") == "هدنة\n"
    assert (folder / "1f/metadata.json").read_text(encoding="utf-8") == '{\n  "title": "هدنة"\n}\n'
    done = verified(folder)
    assert (done.returncode, done.stdout.count(": OK\n"), done.stderr) == (0, 6, "")


def test_what_is_changed_afterwards_is_found(folder: Path) -> None:
    (folder / "1f/text.txt").write_text("war\n")
    done = verified(folder)
    assert done.returncode == 1
    assert "1f/text.txt: FAILED" in done.stdout


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("text/html; charset=utf-8", "page.html"),
        ("application/xhtml+xml", "page.html"),
        ("Application/PDF", "page.pdf"),
        ("x/unknown-to-all", "page.bin"),
        ("", "page.html"),
    ],
)
def test_a_page_is_named_after_what_it_is(content_type: str, name: str) -> None:
    headers = (("content-type", content_type),) if content_type else ()
    assert page_names((a_page(headers=headers),)) == (name,)
