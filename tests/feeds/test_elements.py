"""XML, told piece by piece."""

from collections.abc import Mapping

import pytest

from monitor.feeds.elements import Fault, Names, walk


class Told:
    def __init__(self) -> None:
        self.started: list[tuple[Names, dict[str, str], int]] = []
        self.ended: list[tuple[Names, str]] = []

    def start(self, names: Names, attributes: Mapping[str, str], line: int) -> None:
        self.started.append((names, dict(attributes), line))

    def end(self, names: Names, text: str) -> None:
        self.ended.append((names, text))


def test_elements_are_told_with_their_path_their_attributes_and_their_text() -> None:
    told = Told()
    assert walk(b"<a x:b='1'>one\n<n:c>two</n:c>three</a>", told) is None
    assert told.started == [(("a",), {"x:b": "1"}, 1), (("a", "c"), {}, 2)]
    assert told.ended == [(("a", "c"), "two"), (("a",), "one\nthree")]


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (b"<a>\n<b></a>", Fault(line=2, column=6, what="mismatched tag")),
        (b"<a>", Fault(line=1, column=4, what="no element found")),
        (b"<a>&nbsp;</a>", Fault(line=1, column=4, what="undefined entity")),
        (
            b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
            Fault(line=1, column=13, what="a DTD, which may make a document explode"),
        ),
        (b"<a>\n" * 101, Fault(line=101, column=4, what="elements nested more than 100 deep")),
    ],
)
def test_a_fault_has_its_place(document: bytes, fault: Fault) -> None:
    assert walk(document, Told()) == fault
