"""Formal faults put right on equal terms: ET-09."""

from __future__ import annotations

from typing import Any

import pytest

from fairplace.bidding.events import (
    CorrectedBid,
    Correction,
    CorrectionsInvited,
    CorrectionsReceived,
    FaultyBid,
    FormalFaults,
)
from tests.policies.given import PLACES, Told, check, competition, fact, findings, gravest_of, outcome, s

INVITED = "2026-04-01T13:00:00.000Z"
UNTIL = "2026-04-02T13:00:00.000Z"
IN_TIME = "2026-04-02T09:00:00.000Z"
LATE = "2026-04-02T17:00:00.000Z"
RECORDED = "2026-04-02T18:00:00.000Z"


def wrong(*kinds: Any, invited: bool = True) -> FormalFaults:
    return FormalFaults(kinds=list(kinds or ("signature",)), invited=invited, note=None if invited else "Forgotten")


def invitation(until: str = UNTIL, at: str = INVITED, /, **faults: FormalFaults) -> Any:
    named = {name.removeprefix("p"): one for name, one in faults.items()}
    return fact(
        CorrectionsInvited, at, until=until, bids={place: FaultyBid(faults=s(named.get(place))) for place in PLACES}
    )


def came(at: str | None = IN_TIME, accepted: bool = True, changed_offer: bool = False) -> Correction:
    return Correction(came_at=at, accepted=accepted, changed_offer=changed_offer, reason=None if accepted else "Said")


NOTHING = came(at=None, accepted=False)


def answers(**corrections: Correction) -> Any:
    named = {name.removeprefix("p"): one for name, one in corrections.items()}
    bids = {place: CorrectedBid(correction=s(named.get(place))) for place in PLACES}
    return fact(CorrectionsReceived, RECORDED, bids=bids)


def corrected(*events: Any, **changes: Any) -> Told:
    return competition(after={"opened": list(events)}, **{"checked": {"at": "2026-04-03T09:00:00.000Z"}, **changes})


# One step of each: a fair one, an unfair one, one of which the record does not tell, and one in which it is not asked.


def test_the_same_chance_for_the_same_fault_is_met() -> None:
    case = corrected(invitation(p01=wrong(), p03=wrong()), answers(p01=came(), p03=NOTHING))
    finding = gravest_of("ET-09", case)
    assert (finding.outcome, finding.process_unequal) == ("met", "no")
    assert finding.text == "2 bids could be put right in form, all on the same terms"
    assert finding.evidence == (case.index(CorrectionsInvited), case.index(CorrectionsReceived))


def test_offered_to_one_and_not_to_another_with_the_same_kind_of_fault_is_not_met() -> None:
    case = corrected(invitation(p01=wrong(), p03=wrong(invited=False)), answers(p01=came()))
    finding = gravest_of("ET-09", case)
    assert (finding.outcome, finding.process_unequal, finding.outcome_likely_changed) == ("not-met", "yes", "unknown")
    assert finding.text == "a missing signature could be put right in the bid at 01 and not in the bid at 03"


def test_that_one_favoured_lost_all_the_same_stays_not_met() -> None:
    case = corrected(invitation(p02=wrong(), p03=wrong(invited=False)), answers(p02=came()))
    finding = gravest_of("ET-09", case)
    assert (finding.outcome, finding.outcome_likely_changed) == ("not-met", "no")


def test_a_late_correction_that_was_accepted_is_not_met() -> None:
    case = corrected(invitation(p01=wrong(), p03=wrong()), answers(p01=came(at=LATE), p03=NOTHING))
    finding = gravest_of("ET-09", case)
    assert (finding.outcome, finding.outcome_likely_changed) == ("not-met", "yes"), "the bid won"
    assert finding.text == f"a correction was accepted that came at {LATE}, after {UNTIL}: the bid at 01"


def test_what_came_and_is_not_on_the_record_cannot_be_told() -> None:
    finding = gravest_of("ET-09", corrected(invitation(p01=wrong(), p03=wrong()), answers(p01=came())))
    assert (finding.outcome, finding.process_unequal) == ("cannot-tell", "unknown")
    assert "the bid at 03" in finding.text


def test_what_the_view_withholds_cannot_be_told() -> None:
    case = corrected(invitation(p01=wrong(), p03=wrong(invited=False)), answers(p01=came()))
    [finding] = findings("ET-09", case.hidden())
    assert finding.outcome == "cannot-tell"
    assert "01" not in finding.text


def test_where_nothing_was_to_be_put_right_it_is_not_asked() -> None:
    assert outcome("ET-09", competition()) == "not-applicable"


def test_a_fault_of_another_kind_asks_for_nothing() -> None:
    faults = {"p01": wrong("signature"), "p03": wrong("certificate", invited=False)}
    assert outcome("ET-09", corrected(invitation(**faults), answers(p01=came()))) == "met"


def test_an_invitation_that_follows_for_the_other_until_the_same_moment_makes_up_for_it() -> None:
    later = invitation(p03=wrong())
    case = corrected(invitation(p01=wrong(), p03=wrong(invited=False)), later, answers(p01=came(), p03=NOTHING))
    assert outcome("ET-09", case) == "met"


def test_another_end_for_another_bidder_is_not_met() -> None:
    longer = invitation("2026-04-04T13:00:00.000Z", p03=wrong())
    case = corrected(invitation(p01=wrong()), longer, answers(p01=came(), p03=came()))
    finding = gravest_of("ET-09", case)
    assert (finding.outcome, finding.outcome_likely_changed) == ("not-met", "no"), "who had longer did not win"


def test_what_nobody_invited_and_what_improves_a_bid_is_not_accepted() -> None:
    uninvited = corrected(invitation(p01=wrong()), answers(p01=came(), p02=came()))
    assert (
        gravest_of("ET-09", uninvited).text
        == "a correction was accepted from a bidder whom nobody had invited: the bid at 02"
    )
    improved = corrected(invitation(p01=wrong()), answers(p01=came(changed_offer=True)))
    assert gravest_of("ET-09", improved).text == "a correction was accepted that changed what is offered: the bid at 01"
    assert outcome("ET-09", corrected(answers(p01=came()))) == "not-met", "a report may know of no invitation at all"


@pytest.mark.parametrize(
    ("events", "changes", "words"),
    [
        ((invitation(p01=wrong()), answers(p01=came(accepted=False))), {}, "came in time"),
        ((invitation("2026-04-01T18:00:00.000Z", p01=wrong()), answers(p01=came(at="2026-04-01T15:00:00.000Z"))), {}, "5 hours"),
        (
            (invitation(p01=wrong()), answers(p01=came())),
            {"checked": {"checks": {"01": check(status="disregarded", ground="incomplete", reason="Unsigned")}}},
            "though its correction was accepted",
        ),
        (
            (invitation(p01=wrong()), answers(p01=came())),
            {"checked": {"checks": {"03": check(status="disregarded", ground="incomplete", reason="Unsigned")}}},
            "says that it has no formal fault",
        ),
    ],
    ids=["turned down", "short", "put aside", "not named"],
)  # fmt: skip
def test_what_leaves_a_doubt_is_a_concern(events: tuple[Any, ...], changes: dict[str, Any], words: str) -> None:
    finding = gravest_of("ET-09", corrected(*events, **changes))
    assert finding.outcome == "concern"
    assert words in finding.text


def test_what_was_turned_down_because_it_changed_the_offer_or_was_late_is_met() -> None:
    for one in (came(accepted=False, changed_offer=True), came(at=LATE, accepted=False)):
        assert outcome("ET-09", corrected(invitation(p01=wrong()), answers(p01=one))) == "met"


def test_an_invitation_after_marks_were_agreed_is_a_concern() -> None:
    late = invitation("2026-04-10T12:00:00.000Z", "2026-04-09T10:00:00.000Z", p01=wrong())
    case = competition(after={"moderated": [late, answers(p01=came())]})
    assert "after marks were agreed" in gravest_of("ET-09", case).text


def test_while_the_time_runs_nothing_is_wrong() -> None:
    told = competition(until="opened", after={"opened": [invitation(p01=wrong())]})
    assert outcome("ET-09", told.case(as_of="2026-04-02T12:00:00.000Z")) == "met"
    assert outcome("ET-09", told.case(as_of="2026-04-02T14:00:00.000Z")) == "cannot-tell"
