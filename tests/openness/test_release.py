import json
from typing import Any

import msgspec
import pytest

from fairplace import catalogue
from fairplace.challenge.commands import AcknowledgeChallenge, AnswerChallenge, LodgeChallenge
from fairplace.errors import Forbidden, Missing, Refused
from fairplace.openness.commands import Release, WithdrawValue
from fairplace.openness.events import Disclosed, Occasion, Slots, Withdrawn
from fairplace.openness.release import RELEASES, in_effect, releasable
from fairplace.procurement.commands import (
    AnswerQuestion,
    EndWithoutAward,
    EnterContract,
    WithdrawAward,
)
from fairplace.procurement.events import Receipt
from fairplace.procurement.state import state_of
from tests.story import (
    ALDER,
    APPROVER,
    BIRCH,
    CEDAR,
    EXHIBIT,
    IMPORTER,
    MONITORING,
    OFFERS,
    OFFICER,
    RECEIVER,
    Story,
    award,
    contract_change,
    contract_end,
    notice,
    open_competition,
    summaries,
)


def release(occasion: Occasion, only: list[Slots] | None = None) -> Release:
    return Release(id="test", occasion=occasion, only=only)


def taking_down(entry: int, *slots: str, reason: str = "A child is named") -> WithdrawValue:
    return WithdrawValue(id="test", entry=entry, slots=list(slots), ground="child", reason=reason)


def opened(story: Story, occasion: Occasion) -> dict[str, list[str]]:
    """What a release opens now, by type of entry; entries of one type together."""
    event = story.do(release(occasion)).event
    assert isinstance(event, Disclosed)
    by_index = {one.index: one.type for one in story.events}
    found: dict[str, list[str]] = {}
    for one in event.openings:
        found.setdefault(by_index[one.entry], []).extend(one.slots)
    return found


def entry_of(story: Story, name: str) -> int:
    return next(one.index for one in reversed(story.events) if one.type == name)


def test_the_allow_list_names_types_that_exist() -> None:
    for grants in RELEASES.values():
        for grant in grants:
            assert grant.type in catalogue.TYPES


def test_every_slot_of_the_allow_list_exists() -> None:
    story = open_competition(until="released", bids=5)
    reached = {
        (next(one.type for one in story.events if one.index == index), slot)
        for occasion in ("notice", "award", "contract")
        for index, slots in releasable(story.history, occasion).items()
        for slot in slots
    }
    for grant in (*RELEASES["award"], *RELEASES["contract"]):
        if grant.which != "overridden" and not grant.provided and grant.type not in absent():
            for slot in grant.slots:
                start = slot.split("*")[0].split("{")[0]
                assert any(name == grant.type and path.startswith(start) for name, path in reached), (grant.type, slot)


def absent() -> set[str]:
    """Types that the plain story has no entry of."""
    return {
        "procurement.criteria-changed/1",
        "procurement.prices-opened/1",
        "procurement.secrets-marked/1",
        "procurement.secrets-decided/1",
        "deposit.withdrawn/1",
        "procurement.contact-recorded/1",
        "procurement.contract-changed/1",
        "procurement.contract-ended/1",
        "procurement.buyers-named/1",
        "procurement.ground-named/1",
        "procurement.parent-named/1",
    }


def test_before_the_award_only_the_words_of_the_invitation_can_be_released() -> None:
    story = open_competition(until="moderated")
    allowed = {slot for slots in releasable(story.history, "notice").values() for slot in slots}
    assert allowed == {
        "/title",
        "/need",
        "/authority",
        "/estimated_value",
        "/titles",
        "/descriptors",
        "/documents",
        "/words",
        "/answer",
    }


@pytest.mark.parametrize(
    ("occasion", "until"),
    [
        ("notice", "planned"),
        ("opening", "deposited"),
        ("award", "moderated"),
        ("award", "awarded"),
        ("standstill-end", "moderated"),
        ("contract", "noticed"),
        ("ended", "contracted"),
        ("challenge", "contracted"),
        ("import", "contracted"),
    ],
)
def test_an_occasion_that_has_not_come_releases_nothing(occasion: Occasion, until: str) -> None:
    refused = open_competition(until=until).refusal(release(occasion))
    assert (refused.code, refused.overridable) == ("too-early", False)


def test_the_award_is_not_public_before_the_bidders_have_their_summaries() -> None:
    assert "summaries" in str(open_competition(until="awarded").refusal(release("award")))
    below = open_competition(until="awarded", planned={"regime": "BELOW"})
    below.do(release("award"))


def test_the_release_of_the_award_opens_just_what_the_list_says() -> None:
    story = open_competition(until="summarised", bids=3)
    places = [f"{n:02d}" for n in range(1, 17)]
    winner = state_of(story.history).bids[ALDER.id].place  # not the cheapest: its points would tell the lowest price
    found = opened(story, "award")
    assert found["deposit.received/1"].count("/case") == 3
    assert found["deposit.received/1"].count("/seen") == 3
    assert found["deposit.received/1"].count("/provider") == 1
    assert found["deposit.received/1"].count("/price") == 1
    assert found["procurement.bids-opened/1"] == sorted(["/rests_on", *(f"/bids/{p}/deposit" for p in places)])
    assert sorted(found["evaluation.sheet-signed/1"]) == sorted(2 * [f"/bids/{p}/marks" for p in places])
    assert found["evaluation.moderated/1"] == sorted([*(f"/bids/{p}/marks" for p in places), f"/bids/{winner}/reasons"])
    assert found["procurement.awarded/1"] == sorted(
        ["/alternatives", "/reasons", *(f"/bids/{p}/award" for p in places)]
    )
    assert found.keys() == {
        "deposit.received/1",
        "procurement.bids-opened/1",
        "evaluation.sheet-signed/1",
        "evaluation.moderated/1",
        "procurement.awarded/1",
    }


def test_openings_are_in_order_and_name_only_earlier_entries() -> None:
    story = open_competition(until="released", index=100)
    for recorded, event in story.history.of(Disclosed):
        entries = [one.entry for one in event.openings]
        assert entries == sorted(set(entries))
        assert all(100 <= entry < recorded.index for entry in entries)
        assert all(one.slots == sorted(set(one.slots)) for one in event.openings)


NEVER = (
    "/interests",
    "/challenger",
    "/challenger_signature",
    "/asked_by",
    "/recipients",
    "/raw",
    "/exhibit",
    "/document",
    "/provider_signature",
    "/conflicts",
    "/steps",
    "/late",
    "/decisions",
    "/claimant",
    "/note",
)


def test_some_slots_are_closed_for_ever() -> None:
    patterns = {(grant.type, slot) for grants in RELEASES.values() for grant in grants for slot in grant.slots}
    assert not [slot for _, slot in patterns if slot.split("/")[-1] in {name[1:] for name in NEVER}]
    parts = {(name, slot.split("/")[-1]) for name, slot in patterns if slot.startswith("/bids/")}
    assert not [part for _, part in parts if part in ("check", "summary", "changes")]
    assert ("evaluation.sheet-signed/1", "reasons") not in parts
    assert [slot for name, slot in patterns if name == "evaluation.moderated/1" and slot.endswith("/reasons")] == [
        "/bids/{winner}/reasons"
    ]
    assert not [slot for name, slot in patterns if name == "challenge.lodged/1"]


def test_what_is_public_is_not_released_twice() -> None:
    story = open_competition(until="released")
    assert story.refusal(release("award")).code == "nothing-to-release"
    assert story.refusal(release("standstill-end")).code == "nothing-to-release"


def test_a_second_notice_release_opens_only_what_is_new() -> None:
    story = open_competition(until="asked")
    story.do(AnswerQuestion(id="test", question="Q1", answer="And on the third"))
    assert opened(story, "notice") == {"procurement.question-answered/1": ["/answer", "/words"]}


def test_an_answer_to_one_bidder_stays_closed() -> None:
    story = open_competition(until="asked")
    alone = AnswerQuestion(
        id="test",
        question="Q1",
        answer="Only for you",
        audience="one",
        confidential_reason="own-solution",
        recipients=[Receipt(provider=BIRCH, at="2026-03-10T10:00:00.000Z")],
    )
    index = story.do(alone).index
    assert index not in releasable(story.history, "notice")


def test_a_case_that_concerns_one_person_is_never_released() -> None:
    story = open_competition(until="planned", planned={"concerns_one_person": True})
    for occasion in RELEASES:
        refused = story.refusal(release(occasion))
        assert refused.code == "one-person"
        assert releasable(story.history, occasion) == {}


def test_a_withdrawn_award_is_never_released_and_its_winner_stays_a_place() -> None:
    story = open_competition(until="summarised")
    story.do(WithdrawAward(id="test", reason="Misread"), by=APPROVER)
    assert story.refusal(release("award")).code == "too-early"
    first = entry_of(story, "procurement.awarded/1")
    story.do(award(OFFERS[1], override_reason="The first was misread"), by=APPROVER)
    assert story.refusal(release("award")).code == "too-early"
    story.do(summaries(OFFERS[:3]))
    story.do(release("award"))
    public = in_effect(story.history)[0]
    assert first not in public
    shown = msgspec.json.encode(story.public()).decode()
    assert ALDER.name not in shown.replace(f"Agreed for {ALDER.name}", "")
    assert BIRCH.name in shown


def test_an_override_is_published_with_its_reason() -> None:
    story = open_competition(until="noticed")
    early = EnterContract(id="test", value=520_000, override_reason="Children would be without a home")
    index = story.do(early, by=APPROVER).index
    found = opened(story, "contract")
    assert found["procurement.contract-entered/1"] == ["/override_reason", "/providers", "/value"]
    assert "/override_reason" in in_effect(story.history)[0][index]


def test_an_ending_without_award_is_explained() -> None:
    story = open_competition(until="moderated")
    story.do(EndWithoutAward(id="test", ground="funding", reason="The grant was cut"), by=APPROVER)
    assert opened(story, "ended") == {"procurement.ended-without-award/1": ["/reason"]}
    assert story.refusal(release("award")).code == "too-early"


def test_the_answer_to_a_challenge_may_be_public_and_the_challenge_not() -> None:
    story = open_competition(until="noticed")
    lodged = LodgeChallenge(
        id="test", kind="complaint", ground="scoring", remedy="re-score", words="Cedar says", challenger=CEDAR
    )
    stream = story.do(lodged, by=RECEIVER).stream
    assert story.refusal(release("challenge")).code == "too-early"
    story.do(AcknowledgeChallenge(id="test", challenge=stream))
    story.do(AnswerChallenge(id="test", challenge=stream, answer="The marks stand"))
    assert opened(story, "challenge") == {"challenge.answered/1": ["/answer"]}


def test_a_release_on_request_names_slots_of_occasions_that_have_come() -> None:
    story = open_competition(until="moderated")
    planned = story.events[0].index
    assert story.refusal(release("request")).code == "only"
    sheet = entry_of(story, "evaluation.sheet-signed/1")
    marks = [Slots(entry=sheet, slots=["/bids/01/marks"])]
    assert story.refusal(release("request", marks)).code == "not-allowed"
    assert story.refusal(release("request", [Slots(entry=planned, slots=["/title"])])).code == "nothing-to-release"
    later = open_competition(until="summarised")
    later.do(release("request", marks))
    assert in_effect(later.history)[0][sheet] == {"/bids/01/marks"}


def test_a_release_may_be_narrowed_and_never_widened() -> None:
    story = open_competition(until="summarised")
    index = entry_of(story, "procurement.awarded/1")
    story.do(release("award", [Slots(entry=index, slots=["/reasons"])]))
    assert in_effect(story.history)[0][index] == {"/reasons"}
    deposit = [Slots(entry=entry_of(story, "deposit.received/1"), slots=["/document"])]
    assert story.refusal(release("award", deposit)).code == "not-allowed"
    assert story.refusal(release("award", [Slots(entry=10**6, slots=["/title"])])).code == "not-allowed"


def test_what_was_published_is_taken_down_and_comes_back_only_by_name() -> None:
    story = open_competition(until="released")
    index = entry_of(story, "procurement.awarded/1")
    event = story.do(taking_down(index, "/reasons")).event
    assert isinstance(event, Withdrawn)
    assert event.openings == [Slots(entry=index, slots=["/reasons"])]
    assert event.reason.basis == "personal"
    assert "strongest" not in msgspec.json.encode(story.public()).decode()
    assert story.refusal(release("award")).code == "nothing-to-release"
    story.do(release("award", [Slots(entry=index, slots=["/reasons"])]))
    assert "strongest" in msgspec.json.encode(story.public()).decode()


def test_only_what_is_public_is_taken_down() -> None:
    story = open_competition(until="summarised")
    index = entry_of(story, "procurement.awarded/1")
    for command in (taking_down(index, "/reasons"), taking_down(index), taking_down(index, "/nothing")):
        assert story.refusal(command).code == "not-public"
    assert story.refusal(taking_down(10**6, "/title")).code == "unknown-entry"
    assert story.refusal(taking_down(story.events[0].index, "/title", reason=" ")).code == "empty-text"


def test_a_take_down_is_quick_and_not_for_everybody() -> None:
    story = open_competition(until="asked")
    decision = story.decide(taking_down(story.events[0].index, "/title"), by=MONITORING)
    assert decision.second == frozenset()
    with pytest.raises(Forbidden):
        story.decide(taking_down(story.events[0].index, "/title"), by=APPROVER)


def test_releases_and_take_downs_are_never_reported() -> None:
    story = open_competition(until="summarised")
    told: dict[str, Any] = {"evidence": "portal-export", "exhibit": EXHIBIT, "happened_at": story.last.at}
    for command in (release("award"), taking_down(story.events[0].index, "/title")):
        with pytest.raises(Refused, match="own act"):
            story.decide(msgspec.structs.replace(command, **told), by=OFFICER)


def test_a_release_belongs_to_a_case_that_exists() -> None:
    with pytest.raises(Missing):
        Story().decide(release("notice"))


def test_a_release_says_in_its_body_only_which_slots_are_opened() -> None:
    story = open_competition(until="summarised")
    event = story.do(release("award")).event
    shown = json.dumps(msgspec.to_builtins(event))
    for secret in (ALDER.name, BIRCH.name, "520000", "strongest"):
        assert secret not in shown


def test_a_notice_after_the_contract_changes_nothing_in_the_list() -> None:
    story = open_competition(until="released")
    story.do(notice("UK9"))
    assert story.refusal(release("contract")).code == "nothing-to-release"


def test_a_change_and_the_end_of_a_contract_are_released_with_it_but_not_the_document() -> None:
    story = open_competition(until="released")
    changed = story.do(contract_change(value_after=560_000, document=EXHIBIT), by=APPROVER)
    ended = story.do(contract_end(), by=APPROVER)
    found = releasable(story.history, "contract")
    assert {index: found[index] for index in (changed.index, ended.index)} == {
        changed.index: {"/providers", "/value_before", "/value_after", "/reason"},
        ended.index: {"/reason"},
    }
    story.do(release("contract"))
    assert story.refusal(release("contract")).code == "nothing-to-release"


def test_nothing_of_a_deposit_is_public_without_the_case_that_it_belongs_to() -> None:
    """The verifier could not tell whose it is, and would call the register false."""
    story = open_competition(until="contracted")
    deposit = next(one.index for one in story.events if one.type == "deposit.received/1")
    alone = release("award", [Slots(entry=deposit, slots=["/seen"])])
    assert story.refusal(alone).code == "case-closed"
    story.do(release("award", [Slots(entry=deposit, slots=["/case", "/seen"])]))
    assert story.refusal(taking_down(deposit, "/case")).code == "case-closed"
    story.do(taking_down(deposit, "/case", "/seen"))
    event = story.do(release("award")).event
    assert isinstance(event, Disclosed)
    assert deposit not in {one.entry for one in event.openings}
    story.do(release("award", [Slots(entry=deposit, slots=["/case"])]))
    story.do(release("award", [Slots(entry=deposit, slots=["/seen"])]))
    story.do(taking_down(deposit, "/seen"))
    story.do(taking_down(deposit, "/case"))


def test_the_importer_s_key_opens_and_closes_nothing_that_people_recorded() -> None:
    """It lies on the server: whoever has the server has it."""
    story = open_competition(until="published")
    entry = entry_of(story, "procurement.planned/1")
    for command in (taking_down(entry, "/title"), release("request", [Slots(entry=entry, slots=["/title"])])):
        if isinstance(command, Release):
            story.do(taking_down(entry, "/title"))
        with pytest.raises(Forbidden, match="imported notices only"):
            story.decide(command, by=IMPORTER)
    story.do(command)
