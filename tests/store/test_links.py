"""Stories of other languages are found by the names and figures of their members."""

from datetime import timedelta

from monitor.model import StoryId
from monitor.store import links, stories
from monitor.store.store import Store, Transaction
from tests.builders import NOON
from tests.store.test_stories import key, told

HOUSE = "House of Farouk Ramadan demolished near Nablus"
MANZIL = "هدم منزل فاروق رمضان قرب نابلس"
HAUS = "Haus von Faruk Ramadan bei Nablus gesprengt"


def arabic(tx: Transaction, name: str, title: str = MANZIL, **changes: object) -> StoryId:
    return told(tx, name, title, language="ar", **changes).story_id  # type: ignore[arg-type]


def linked(tx: Transaction, story: StoryId) -> tuple[links.Link, ...]:
    return links.links_of(tx, [story])[story]


def test_a_story_is_linked_to_those_that_tell_the_same_in_other_languages(store: Store) -> None:
    with store.writing() as tx:
        english = told(tx, "wire", HOUSE).story_id
        other = arabic(tx, "sawt")
        german = told(tx, "bote", HAUS, language="de").story_id
        told(tx, "sports", "Cup final ends in a draw", language="fr")
        found = {link.story_id: link for link in linked(tx, english)}
        assert found.keys() == {other, german}
        assert (found[other].article_id, found[other].like) == (key("wire"), key("sawt"))
        assert ("Nablus", "نابلس") in found[other].agreement.shared
        assert english in {link.story_id for link in linked(tx, other)}
        assert stories.at(tx, [other], NOON)[other].languages == ("ar",)


def test_the_best_of_several_reports_tells_why(store: Store) -> None:
    with store.writing() as tx:
        english = told(tx, "wire", HOUSE, "Farouk Ramadan was killed in Tubas and buried in Jenin").story_id
        told(tx, "paper", HOUSE, "Farouk Ramadan was killed in Tubas and buried in Jenin")
        arabic(tx, "sawt")
        arabic(tx, "nida", f"{MANZIL} اليوم")
        (link,) = linked(tx, english)
        assert link.agreement.overlap == max(one.agreement.overlap for one in linked(tx, english))


def test_marks_that_are_hashed_alike_are_told_apart(store: Store) -> None:
    with store.writing() as tx:
        # crc32 makes one hash of these two figures.
        english = told(tx, "wire", "House 889519461 and house 201424530 of Farouk Ramadan, Nablus").story_id
        other = arabic(tx, "sawt", f"{MANZIL} 889519461")
        assert [link.story_id for link in linked(tx, english)] == [other]


def test_stories_that_share_nothing_of_note_are_not_linked(store: Store) -> None:
    with store.writing() as tx:
        alone = told(tx, "wire", "the end of it").story_id
        assert linked(tx, alone) == ()
        english = told(tx, "paper", HOUSE).story_id
        arabic(tx, "sawt", "فاروق رمضان في نابلس", published_at=NOON + timedelta(days=5))
        assert linked(tx, english) == ()


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
        assert linked(tx, english) == ()


def test_a_name_that_many_hold_links_nothing(store: Store) -> None:
    with store.writing() as tx:
        for number in range(70):
            told(tx, f"paper{number}", f"Farouk Ramadan Nablus {number}qx{number}", f"{number}vx{number}.")
        english = told(tx, "wire", HOUSE).story_id
        arabic(tx, "sawt")
        assert linked(tx, english) == ()


def test_stories_of_different_times_are_asked_for_at_once(store: Store) -> None:
    with store.writing() as tx:
        asked, found = [], []
        for days in (0, 1, 30):
            at = NOON + timedelta(days=days)
            asked.append(told(tx, f"wire{days}", f"{HOUSE} {days}", first_seen_at=at, published_at=at).story_id)
            found.append(arabic(tx, f"sawt{days}", first_seen_at=at, published_at=at))
            told(tx, f"sports{days}", "Cup final ends in a draw", first_seen_at=at + timedelta(days=3))
        together = links.links_of(tx, asked)
        assert together == {story: linked(tx, story) for story in asked}
        assert found[2] in {link.story_id for link in together[asked[2]]}
        assert found[2] not in {link.story_id for link in together[asked[0]]}
