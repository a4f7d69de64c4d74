"""What a young person is told: the same seven facts in each edition, in short words, and nothing of money or of others."""

import inspect
import re
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from jinja2 import Environment

from fairplace import shelf
from fairplace.decision import History
from fairplace.ledger.disclosure import closed
from fairplace.referral.events import HomeChosen, VoiceRecorded
from fairplace.referral.values import Reason
from fairplace.tags import agg, party, seal
from fairplace.templating import environment
from fairplace.young_person import facts as young_person
from fairplace.young_person.braille import cells
from fairplace.young_person.editions import SUFFIX, Format, edition
from fairplace.young_person.facts import TITLES, facts
from tests.homes import SELLERS
from tests.searches import Homes, a_search, fostered


@pytest.fixture(scope="module")
def story() -> Homes:
    return a_search()


@pytest.fixture(scope="module")
def pages() -> Environment:
    return environment(shelf.root("web") / "templates")


def words(made: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", made.decode(), flags=re.DOTALL))


def test_there_are_seven_facts_and_each_says_something(story: Homes) -> None:
    found = facts(story.history)
    assert [one.key for one in found] == list(TITLES)
    assert len(found) == 7
    assert all(one.sentences for one in found)
    said = " ".join(sentence for one in found for sentence in one.sentences)
    for expected in ("a children's home", "two places", "Two said yes", "You moved in on 6 March 2026", "advocate"):
        assert expected in said, said


def test_e16_sentences_are_short(story: Homes) -> None:
    """E16: on average at most twelve words."""
    sentences = [sentence for one in facts(story.history) for sentence in one.sentences]
    lengths = [len(sentence.split()) for sentence in sentences]
    assert sum(lengths) / len(lengths) <= 12
    assert max(lengths) <= 16
    assert all(re.fullmatch(r"[^.]+\.", sentence) for sentence in sentences), sentences


@pytest.mark.parametrize("form", SUFFIX)
def test_e16_every_edition_carries_the_same_facts_and_no_fee_and_no_other_provider(
    form: Format, story: Homes, pages: Environment
) -> None:
    found = facts(story.history)
    made = edition(form, found, pages, authority="Northbrook Council")
    text = " ".join(made.decode().split()) if form == "braille" else words(made)
    for fact in found:
        for sentence in (fact.title, *fact.sentences):
            wanted = " ".join(cells(sentence).split()) if form == "braille" else sentence
            assert wanted.replace("'", "&#39;") in text or wanted in text, (form, sentence)
    winner = story.search.chosen
    assert winner is not None
    assert winner.terms is not None
    for seller in SELLERS:
        if seller.provider != winner.terms.provider:
            name = cells(seller.name) if form == "braille" else seller.name
            assert name not in text
    assert "£" not in made.decode()
    assert str(winner.terms.weekly_fee // 100) not in made.decode()
    if form == "symbols":
        assert made.count(b"<svg") == 7
    if form == "large_print":
        assert b"24pt" in made


def chosen_for(story: Homes, code: Any) -> History:
    """The same decision, for this reason alone."""

    def because(event: HomeChosen) -> HomeChosen:
        why = [Reason(code=code, words="It stays here")]
        return msgspec.structs.replace(event, chosen=party(msgspec.structs.replace(event.chosen.get(), reasons=why)))

    events = [
        msgspec.structs.replace(one, event=because(one.event)) if isinstance(one.event, HomeChosen) else one
        for one in story.history.events
    ]
    return msgspec.structs.replace(story.history, events=tuple(events))


MONEY = re.compile(
    r"(?i)[£$€]|\b(cost|costs|fee|fees|pay|pays|paid|price|prices|money|cheap\w*|dear\w*|budget|spend|afford\w*|free)\b"
)


@pytest.mark.parametrize("code", get_args(get_type_hints(Reason)["code"]))
def test_no_reason_is_told_by_money_or_by_what_others_could_not_do(code: Any, story: Homes) -> None:
    found = {one.key: one.sentences for one in facts(chosen_for(story, code))}
    assert found["why"]
    for sentence in (one for told in found.values() for one in told):
        assert not MONEY.search(sentence), sentence
        assert not re.search(r"(?i)\bno other place\b|\byou did not tell\b|\byou failed\b", sentence), sentence


def test_nothing_is_said_of_money_whatever_the_record_says() -> None:
    """Every sentence that the module can say, not only those of one story."""
    said = re.findall(r'"([^"\n]+)"', inspect.getsource(young_person).split('"""', 2)[2])
    told = [words for words in said if words.endswith(".")]
    assert len(told) > 40
    for words in told:
        assert not MONEY.search(words), words


def test_nothing_that_anybody_wrote_is_copied(story: Homes, pages: Environment) -> None:
    """The child's own words, reasons and notes are free text: they stay where they are."""
    written = re.compile(r"Came behind|keeps the school|would like|first keeps")
    assert not written.search(words(edition("plain", facts(story.history), pages, authority="A")))


def test_a_name_that_is_hostile_is_a_name(story: Homes, pages: Environment) -> None:
    made = edition("plain", facts(story.history), pages, authority="<script>alert(1)</script>")
    assert b"<script>" not in made


def test_what_is_closed_or_was_not_recorded_is_said_to_be_not_known(story: Homes) -> None:
    past = story.history
    dark = [
        msgspec.structs.replace(
            one,
            event=one.event if one.type == "referral.home-chosen/1" else closed(one.event, frozenset()),
        )
        for one in past.events
    ]
    said = " ".join(
        sentence for one in facts(History(case=past.case, events=tuple(dark))) for sentence in one.sentences
    )
    assert "We do not have a list of who we asked" in said
    assert "Ask us what stays the same" in said


def test_a_family_is_spoken_of_as_people() -> None:
    found = facts(fostered(until="chosen").history)
    said = found[3].sentences
    assert "You will live in a foster family." in said
    assert "They work with Ash Fostering." in said
    assert any(one.startswith("They live ") for one in said)
    assert not any("looks after it" in one for one in said)


@pytest.mark.parametrize(
    ("voice", "told"), [("followed", "The home we chose fits that."), ("not", "We will tell you why.")]
)
def test_a_small_child_is_not_told_that_it_said_what_it_never_said(story: Homes, voice: str, told: str) -> None:
    watched = [
        msgspec.structs.replace(one, event=msgspec.structs.replace(one.event, how=agg("observed")))
        if isinstance(one.event, VoiceRecorded)
        else msgspec.structs.replace(
            one,
            event=msgspec.structs.replace(
                one.event, kept=party(msgspec.structs.replace(one.event.kept.get(), voice=voice))
            ),
        )
        if isinstance(one.event, HomeChosen)
        else one
        for one in story.history.events
    ]
    said = " ".join(facts(msgspec.structs.replace(story.history, events=tuple(watched)))[2].sentences)
    assert said.startswith("We watched what makes you happy.")
    assert told in said
    assert "You told us" not in said


def test_a_child_who_was_not_asked_is_told_why(story: Homes) -> None:
    quiet = [
        msgspec.structs.replace(
            one,
            event=msgspec.structs.replace(
                one.event, how=agg("not_taken"), reason_not=agg("too_urgent"), heard=seal(None)
            ),
        )
        if isinstance(one.event, VoiceRecorded)
        else one
        for one in story.history.events
    ]
    found = facts(msgspec.structs.replace(story.history, events=tuple(quiet)))
    assert "It all went very fast. We will ask you now." in " ".join(found[2].sentences)


def test_before_a_home_is_chosen_there_is_nothing_to_tell() -> None:
    with pytest.raises(LookupError, match="no home was chosen"):
        facts(a_search(until="judged").history)
