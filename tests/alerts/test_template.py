"""Templates of users: what they can say, that they end, and what is told of a wrong one."""

import pytest

from monitor.alerts.render import template_faults, text
from monitor.alerts.template import LONGEST_SOURCE, LONGEST_TEXT, TemplateFault
from monitor.model import Occasion
from tests.alerts.messages import a_message, an_item, said
from tests.builders import NOON
from tests.outgoing.hostile import HOSTILE


def only(source: str) -> str:
    """What the only fault of a template says, with its line."""
    (fault,) = template_faults(source)
    return f"{fault.line}: {fault.what}"


def test_a_template_says_what_it_likes_of_a_message() -> None:
    source = """{{ subject | upper }}
{% for item in items %}
* {{ item.title }} ({{ item.outlet }}, {{ item.language | language }}), {{ item.score }}{{ item.published_at }}
  {{ item.published_at | moment("%d.%m.") }} {{ item.terms | join(", ") }}
  {% for one in item.quotes %}{% for piece in one.pieces if piece.is_hit %}<{{ piece.text }}>{% endfor %}{% endfor %}

{% endfor %}
{{ items | length | plural("story", "stories") }}{{ since | moment }}{% if left_out %}!{% endif %}
"""
    assert template_faults(source) == ()
    assert text(a_message(Occasion.MATCH, an_item(published_at=None), since=None), source) == (
        "TALKS IN CAIRO: ENVOYS MEET IN CAIRO\n"
        "* Envoys meet in Cairo (The Gazette, English), 4.5\n"
        "   envoy*\n"
        "<Envoys>\n"
        "1 story"
    )
    assert "10.11. envoy*" in text(a_message(Occasion.MATCH, an_item()), source)


def test_a_chat_that_reads_markup_gets_it_escaped() -> None:
    source = """{{ items[0].title | replace("&", "&amp;") | replace("<", "&lt;") }}"""
    assert text(a_message(Occasion.MATCH, an_item(title="a<b & c")), source) == "a&lt;b &amp; c"


def test_what_strangers_wrote_is_no_template_and_turns_nothing_round() -> None:
    source = "{% for item in items %}{{ item.title }}|{% endfor %}"
    made = text(a_message(Occasion.DIGEST, *(an_item(title=title) for title in HOSTILE.values())), source)
    assert "{{ 7 * 7 }}" in made
    assert "\u202e" not in made
    assert "\x1b" not in made
    assert f"\u2068{HOSTILE['arabic']}\u2069|" in made


def test_names_in_a_row_are_isolated_one_by_one() -> None:
    outlets = ("صوت المدينة", "The Gazette", "קול העיר")
    made = text(a_message(Occasion.MATCH, an_item(outlets=outlets)), '{{ items[0].outlets | join(", ") }}')
    assert made == "\u2068صوت المدينة\u2069, The Gazette, \u2068קול העיר\u2069"
    quotes = (said("ar"),)
    assert "⟦نفق⟧" in text(a_message(Occasion.MATCH, an_item(quotes=quotes)), "{{ items[0].quotes[0].marked }}")


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("a\n{{ subjct }}", '2: there is no "subjct" (did you mean "subject"?)'),
        ("{{ zzz }}", '1: there is no "zzz" (there are key, channel, '),
        ("{% for one in items %}\n{{ one.titel }}{% endfor %}", '2: there is no "titel" (did you mean "title"?)'),
        ("{{ note.zzz }}", '1: there is no "zzz"'),
        ("{{ items[0].title }}", '1: there is no "0"'),
        ("{{ note | shout }}", "1: No filter named 'shout'."),
        ("{{ note | replace }}", "1: "),
        ("\n{% for %}", "2: Expected an expression"),
        ("{{ 'a' + 1 }}", "1: "),
        ("{{ watchlist.__class__ }}", "1: access to attribute '__class__' of 'str' object is unsafe."),
        ("{{ (" + "(" * 3000, "0: too much in it stands within something else"),
        ("{% if note %}" * 200 + "{% endif %}" * 200, "0: too much in it stands within something else"),
        ("x" * (LONGEST_SOURCE + 1), "0: it is longer than 10,000 characters"),
    ],
)
def test_a_wrong_template_is_told_with_its_line(source: str, advice: str) -> None:
    assert only(source).startswith(advice)


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("{% set a = note %}", "1: {% set %} is not for templates of messages"),
        ("{% set a %}{% endset %}", "1: {% set %} is not for templates of messages"),
        ("{% macro a() %}{% endmacro %}", "1: {% macro %} is not for templates of messages"),
        ("{{ range(10) }}", "1: a call is not for templates of messages"),
        ("{{ note.center(1000000000) }}", "1: a call is not for templates of messages"),
        ("{{ note * 1000000000 }}", "1: * is not for templates of messages"),
        ("{{ 9 ** 9 ** 9 }}", "1: ** is not for templates of messages"),
        ("{{ '%1000000000d' % 1 }}", "1: % is not for templates of messages"),
        ("{% include 'a' %}", "1: include is not for templates of messages"),
        ("{% for a in 'abc' %}{% endfor %}", "1: a loop goes over what a message holds"),
        ("{% for a in [1, 2] %}{% endfor %}", "1: a loop goes over what a message holds"),
        ("{% for a in items recursive %}{% endfor %}", "1: a loop goes over what a message holds"),
        ("{% for a in items %}" * 4 + "{% endfor %}" * 4, "1: more than 3 loops stand in one another"),
        ("{{ items | join(note) }}", '1: what is given to the filter "join" must be written out'),
        ("{{ note | default(value=note) }}", '1: what is given to the filter "default" must be written out'),
    ],
)
def test_what_can_run_on_or_grow_is_refused(source: str, advice: str) -> None:
    assert only(source).startswith(advice)


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in items %}{% for b in items %}{{ a.title }}{% endfor %}{% endfor %}",
        "{{ items | join('" + "x" * 5000 + "') }}",
        "{{ items[0].title | replace('x', '" + "x" * 5000 + "') }}",
    ],
)
def test_what_it_makes_is_bounded(source: str) -> None:
    message = a_message(Occasion.DIGEST, *(an_item(title="x" * 300) for _ in range(50)))
    made = text(message, source)
    assert len(made) < LONGEST_TEXT
    assert "could not be used" in made
    assert f"makes more than {LONGEST_TEXT:,} characters" in made


def test_ours_is_sent_where_a_template_fails_and_says_so() -> None:
    made = text(a_message(Occasion.MATCH, an_item()), "\n{{ items[7].title }}")
    assert "\n\nThe template of this channel could not be used (line 2: there is no" in made
    assert "`monitor check` says more" in made
    assert "⟦Envoys⟧ met." in made
    assert "could not be used" not in text(a_message(Occasion.MATCH, an_item()))
    assert "could not be used (it is longer than" in text(a_message(), "x" * (LONGEST_SOURCE + 1))


def test_all_that_is_wrong_is_told_once() -> None:
    source = "{{ note * 2 }}\n{{ note * 2 }}{{ note * 2 }}\n{% for a in items %}{{ a() }}{% endfor %}"
    assert [fault.line for fault in template_faults(source)] == [1, 2, 3]
    assert TemplateFault(line=1, what="* is not for templates of messages") in template_faults(source)


def test_moments_are_shown_in_their_own_zone() -> None:
    assert text(a_message(made_at=NOON), "{{ made_at }}, {{ left_out }}") == "2025-11-10 12:00, 0"
