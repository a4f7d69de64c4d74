"""What is found in the words of a document that goes to others, and how it is said."""

from __future__ import annotations

from fairplace.filing.passages import Passage, Words
from fairplace.guarding.papers import look
from tests.guarding.test_marks import pupil_number

ON = "2026-03-02"


def words(*said: str, unread: tuple[str, ...] = ()) -> Words:
    return Words(passages=tuple(Passage(place=f"page {n}", words=one) for n, one in enumerate(said, 1)), unread=unread)


def test_each_kind_of_identifier_is_named_with_its_place_and_what_to_do() -> None:
    for said, kind in {
        "NHS number 943 476 5919": "is an NHS number",
        f"UPN {pupil_number('801200001001')}": "is a unique pupil number",
        "near AB1 2BD": "looks like a postcode",
        "her birthday is 3 May 2012": "date of birth",
        "03/05/2012 | girl": "may be a date of birth",
        "write to gran@example.org": "is an e-mail address",
        "call 01632 960123": "looks like a telephone number",
        "lives at 12 Elm Road": "looks like where somebody lives",
        "as Ash House said": "is a name of this case",
    }.items():
        looked = look(words("nothing here", said), ["Ash House"], ON)
        assert looked.found, said
        assert looked.found[0].startswith("page 2: “"), looked
        assert kind in looked.found[0], looked
        assert looked.found[0].endswith(")"), "what to do instead"
        assert "put it in again; then it can be sent" in looked.refusal


def test_a_document_without_any_of_it_may_go_and_what_was_not_read_is_handed_on() -> None:
    looked = look(words("A child of 160 months.", "Panel on 3 February 2026.", unread=("page 3",)), ["Ash House"], ON)
    assert looked.found == ()
    assert looked.refusal == ""
    assert looked.unread == ("page 3",)


def test_the_same_thing_is_said_once_and_very_many_are_counted() -> None:
    many = [f"{n:02d}/05/2012" for n in range(1, 29)]
    looked = look(words(*many, *many), [], ON)
    assert len(looked.found) == 9
    assert looked.found[-1] == "and 20 more like these"
