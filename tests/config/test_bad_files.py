"""Every file in bad/ is named after its fault; the problems that must be reported stand in the .txt beside it."""

from pathlib import Path

import pytest

from tests.config.valid import files, problems_of

BAD = Path(__file__).with_name("bad")
PLACES = {
    "monitor": "monitor.yaml",
    "agencies": "agencies.yaml",
    "feeds": "feeds.yaml",
    "lists": "lists/places.yaml",
    "watchlists": "watchlists/rafah-tunnels.yaml",
}


def test_there_are_bad_files_of_every_kind() -> None:
    assert {path.name for path in BAD.iterdir()} == set(PLACES)


@pytest.mark.parametrize("path", sorted(BAD.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_bad_file_gets_the_problems_beside_it(path: Path) -> None:
    given = {**files(), PLACES[path.parent.name]: path.read_bytes()}

    assert "\n".join(problems_of(given)) + "\n" == path.with_suffix(".txt").read_text(encoding="utf-8")
