"""Stories of other languages are found by the names and figures of their members."""

from datetime import timedelta

from monitor.store import links, stories
from monitor.store.store import Store, Transaction
from monitor.stories.story import StoryId
from tests.builders import NOON
from tests.store.test_stories import key, told

HOUSE = "House of Farouk Ramadan demolished near Nablus"
MANZIL = "هدم منزل فاروق رمضان قرب نابلس"
HAUS = "Haus von Faruk Ramadan bei Nablus gesprengt"


def arabic(tx: Transaction, name: str, title: str = MANZIL, **changes: object) -> StoryId:
    return told(tx, name, title, language="ar", **changes).story_id  # type: ignore[arg-type]


def test_a_story_is_linked_to_those_that_tell_the_same_in_other_languages(store: Store) -> None:
    with store.writing() as tx:
        english = told(tx, "wire", HOUSE).story_id
        other = arabic(tx, "sawt")
        german = told(tx, "bote", HAUS, language="de").story_id
        told(tx, "sports", "Cup final ends in a draw", language="fr")
        found = {link.story_id: link for link in links.links_of(tx, english)}
        assert found.keys() == {other, german}
        assert (found[other].article_id, found[other].like) == (key("wire"), key("sawt"))
        assert ("Nablus", "نابلس") in found[other].agreement.shared
        assert english in {link.story_id for link in links.links_of(tx, other)}
        assert stories.at(tx, [other], NOON)[other].languages == ("ar",)


def test_the_best_of_several_reports_tells_why(store: Store) -> None:
    with store.writing() as tx:
        english = told(tx, "wire", HOUSE, "Farouk Ramadan was killed in Tubas and buried in Jenin").story_id
        told(tx, "paper", HOUSE, "Farouk Ramadan was killed in Tubas and buried in Jenin")
        arabic(tx, "sawt")
        arabic(tx, "nida", f"{MANZIL} اليوم")
        (link,) = links.links_of(tx, english)
        assert link.agreement.overlap == max(one.agreement.overlap for one in links.links_of(tx, english))


def test_marks_that_are_hashed_alike_are_told_apart(store: Store) -> None:
    with store.writing() as tx:
        # crc32 makes one hash of these two figures.
        english = told(tx, "wire", "House 889519461 and house 201424530 of Farouk Ramadan, Nablus").story_id
        other = arabic(tx, "sawt", f"{MANZIL} 889519461")
        assert [link.story_id for link in links.links_of(tx, english)] == [other]


def test_stories_that_share_nothing_of_note_are_not_linked(store: Store) -> None:
    with store.writing() as tx:
        alone = told(tx, "wire", "the end of it").story_id
        assert links.links_of(tx, alone) == ()
        english = told(tx, "paper", HOUSE).story_id
        arabic(tx, "sawt", "فاروق رمضان في نابلس", published_at=NOON + timedelta(days=5))
        assert links.links_of(tx, english) == ()


def test_a_few_names_among_many_do_not_link(store: Store) -> None:
    with store.writing() as tx:
        english = told(
            tx,
            "wire",
            "Kushner, Witkoff, Mladenov, Blair, Erdogan, Sisi, Abbas: Farouk Ramadan, Nablus",
            "Merkel Sarkozy Zapatero Berlusconi",
        ).story_id
        arabic(
            tx,
            "sawt",
            "فاروق رمضان نابلس طوباس قلقيلية سلفيت طولكرم جنين بيرزيت ترمسعيا",
            text="سنجل سلواد دورا السموع",
        )
        assert links.links_of(tx, english) == ()


def test_a_name_that_many_hold_links_nothing(store: Store) -> None:
    with store.writing() as tx:
        for number in range(70):
            told(tx, f"paper{number}", f"Farouk Ramadan Nablus {number}qx{number}", f"{number}vx{number}.")
        english = told(tx, "wire", HOUSE).story_id
        arabic(tx, "sawt")
        assert links.links_of(tx, english) == ()
