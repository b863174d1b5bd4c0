"""Credit lines are told from mentions on real items that were judged by reading: floors, so nothing slips."""

from collections import Counter
from functools import cached_property

import pytest

from monitor.config.files import read_files
from monitor.config.load import load
from monitor.config.shipped import shipped_folder
from monitor.stories.credits import Credits
from tests.config.valid import HOME
from tests.quality.credits import Credited, load_credited
from tests.quality.extraction import CORPORA

pytestmark = pytest.mark.skipif(not (CORPORA / "texts").exists(), reason="needs ../shared/corpora")

FLOORS = (0.985, 0.98)
"""Precision, recall. Measured: .994, .989."""


class Judged:
    """The items, and what we say of them."""

    @cached_property
    def items(self) -> list[Credited]:
        return load_credited(CORPORA)

    @cached_property
    def said(self) -> dict[str, str]:
        agencies = load(read_files(shipped_folder()), environment={}, home=HOME, secrets=False, proven=False).agencies
        table = Credits(agencies)
        return {one.id: table.of(one.authors, one.text, headline=one.headline) for one in self.items}


@pytest.fixture(scope="module")
def judged() -> Judged:
    return Judged()


def test_there_are_enough_items_of_both_kinds(judged: Judged) -> None:
    credited = Counter(bool(one.agency) for one in judged.items)

    assert min(credited.values()) >= 100
    assert len({one.agency for one in judged.items}) >= 12


def test_credits_are_told_from_mentions(judged: Judged) -> None:
    right = sum(bool(one.agency) and judged.said[one.id] == one.agency for one in judged.items)
    precision = right / sum(bool(said) for said in judged.said.values())
    recall = right / sum(bool(one.agency) for one in judged.items)

    assert (precision >= FLOORS[0], recall >= FLOORS[1]) == (True, True), (precision, recall)
