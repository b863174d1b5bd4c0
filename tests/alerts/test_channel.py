"""What tells that a channel leads elsewhere than before, and that it tells nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.alerts.channel import Apprise, Command, FeedFile, FeedFormat, Mail, Target, Webhook, place_of
from monitor.model import Secret

HOOK = Webhook(url=Secret("https://desk.example/a"), secret=Secret("one"))
MAIL = Mail(
    to=("a@b.example",), sender="m@b.example", server="smtp.b.example", port=587, user="m", password=Secret("1")
)
FILE = FeedFile(path=Path("/srv/alerts.xml"))


@pytest.mark.parametrize(
    ("target", "other"),
    [
        (HOOK, replace(HOOK, url=Secret("https://desk.example/b"))),
        (MAIL, replace(MAIL, to=("c@b.example",))),
        (MAIL, replace(MAIL, port=25)),
        (Apprise(url=Secret("ntfy://a")), Apprise(url=Secret("ntfy://b"))),
        (Apprise(url=HOOK.url), Webhook(url=HOOK.url)),
        (Command(arguments=("tell", "a")), Command(arguments=("tell", "b"))),
        (FILE, replace(FILE, format=FeedFormat.JSON)),
    ],
)
def test_what_leads_elsewhere_has_another_place(target: Target, other: Target) -> None:
    assert place_of(target) == place_of(replace(target))
    assert place_of(target) != place_of(other)


@pytest.mark.parametrize(
    ("target", "other"),
    [(HOOK, replace(HOOK, secret=Secret("two"))), (MAIL, replace(MAIL, password=Secret("2")))],
)
def test_nothing_that_can_be_guessed_by_it_is_in_it(target: Target, other: Target) -> None:
    assert place_of(target) == place_of(other)
