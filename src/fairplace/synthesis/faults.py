"""Unfairness on purpose: each story is a fair one in which somebody does one thing wrong.

What is planted follows the text of the law alone: the rules that judge it are not read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from fairplace.openness.commands import Assess
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.people.events import Interest
from fairplace.procurement.commands import (
    Agreed,
    AnswerQuestion,
    AskQuestion,
    AssessConflicts,
    Award,
    ChangeCriteria,
    ChangeDeadline,
    CheckBids,
    DecideLateBids,
    EnterContract,
    LateBid,
    Marked,
    NotifyClaim,
    PublishNotice,
    PublishTender,
    RecordContact,
    SendSummaries,
    SentSummary,
    SignSheet,
)
from fairplace.procurement.events import BidCheck, Handling, Receipt, Result
from fairplace.synthesis import wording
from fairplace.synthesis.agenda import at, number_of, working_days
from fairplace.synthesis.challenging import LANE, LATE_SUMMARY
from fairplace.synthesis.competition import WHOLE, Competition
from fairplace.synthesis.council import Council
from fairplace.synthesis.entrants import Entrant
from fairplace.synthesis.officials import Official
from fairplace.synthesis.outline import Outline, criteria
from fairplace.synthesis.themes import THEMES, reason
from fairplace.synthesis.twists import Challenged, OnThePortal
from fairplace.terms import day, instant
from fairplace.working_days import working_days_after


class ToldOneOnly(Competition):
    """One bidder learns by telephone what would have helped all (Act, s. 12(2))."""

    def asked(self) -> Iterator[datetime]:
        yield from super().asked()
        yield self.on(18, 10)
        friend = self.chance.pick(self.bids)
        asked = "Will waking nights be paid apart from the weekly price?"
        question = f"Q{self.outline.questions + 1}"
        self.do(AskQuestion, friend.firm, words=asked, asked_by=friend.provider, question=question)
        yield self.on(18, 16)
        told = instant(self.council.clock() - timedelta(minutes=30))
        self.report(
            AnswerQuestion,
            self.panel.officer,
            "telephone call",
            minutes=30,
            stated=True,
            question=question,
            answer="Told by telephone: yes, waking nights are paid apart, at the rate of the present contract.",
            audience="one",
            recipients=[Receipt(provider=friend.provider, at=told)],
        )
        self.plant("ET-01")


class WaitedForOne(Competition):
    """One bidder alone is given two days more, and bids in them (Act, s. 54(2))."""

    def received(self) -> Iterator[datetime]:
        favoured = self.bids[0]
        self.bids.remove(favoured)
        yield from super().received()
        yield self.on(self.deadline_day, 11, 20)
        self.overrule(
            ChangeDeadline,
            self.panel.officer,
            self.panel.approver,
            "The bidder is our present provider and its director telephoned the head of service.",
            deadline=instant(at(self.first_day + self.deadline_day + 2, 12)),
            reason="The bidder's finance officer is away; it may bid for two days more.",
            audience="one",
            recipients=[favoured.provider],
        )
        self.plant("ET-02")
        yield self.on(self.deadline_day + 1, 15)
        self.lodge(favoured)
        self.bids.insert(0, favoured)
        self.deadline_day += 2


class LetInLate(Competition):
    """The notice says that late bids are rejected; one is taken in all the same (Act, ss. 12, 19(3)(d))."""

    def __init__(self, council: Council, outline: Outline) -> None:
        super().__init__(council, outline)
        self.late = self.bids.pop(0)

    def came_late(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day, 12, 20)
        self.lodge(self.late, late=True)

    def declared_again(self) -> Iterator[datetime]:
        yield from super().declared_again()
        decision = LateBid(
            admitted=True, cause="bidder", reason="Only twenty minutes late, and it is a provider that we know well."
        )
        self.overrule(
            DecideLateBids,
            self.panel.officer,
            self.panel.approver,
            "A good bid should not be lost over twenty minutes.",
            bids={self.late.id: decision},
        )
        self.bids.append(self.late)
        self.plant("ET-03")


class SideLane(Challenged):
    """A provider is put first because a member introduced it (Act, s. 12(2); the VIP lane judgment of 2022)."""

    grievances = (LANE,)

    def asked(self) -> Iterator[datetime]:
        yield from super().asked()
        yield self.on(16, 10)
        for provider, introduced, priority, minutes in (
            (self.bids[0].provider, True, True, 35),
            (self.bids[1].provider, False, False, 3_150),
        ):
            self.do(
                RecordContact,
                self.panel.officer,
                handling=Handling(
                    channel="email",
                    introduced_by="member" if introduced else "nobody",
                    priority=priority,
                    priority_basis=None,
                    first_response_minutes=minutes,
                    interest_noted=False,
                ),
                provider=provider,
                note="Seen by the head of service on the same day, as a member had asked for."
                if introduced
                else "Asked for the same talk; put on the list for next week.",
            )
        self.plant("ET-04")


class HiddenCriterion(OnThePortal):
    """The panel also marks local reputation, of which no bidder was told (Act, ss. 19(2), 21(5), 23)."""

    def marked(self) -> Iterator[datetime]:
        yield from super().marked()
        hidden = "local-reputation"
        highest = self.outline.scale.highest
        marks = {bid.id: highest if place == 1 else highest // 2 for place, bid in enumerate(self.live)}
        self.report(
            SignSheet,
            self.panel.officer,
            "further scores of evaluator 1",
            criteria=[hidden],
            bids={
                name: Marked(
                    marks={hidden: mark},
                    reasons={
                        hidden: "Schools and social workers speak of this provider"
                        + (" with warmth, and the panel knows its homes from many visits over the years."
                           if mark == highest
                           else " rarely, and nobody on the panel could remember a visit to one of its homes.")
                    },
                )
                for name, mark in marks.items()
            },
        )  # fmt: skip
        self.plant("ET-06")
        self.plant("ET-07")


class WeightsMoved(Competition):
    """After the bids are opened, price is made to weigh more (Act, ss. 23, 24, 31)."""

    def checked(self) -> Iterator[datetime]:
        yield from super().checked()
        yield self.on(self.deadline_day + 4, 15)
        weights = dict(self.service.weights)
        weights["price"] += 2000
        weights[self.outline.quality[0]] -= 2000
        self.service = self.service._replace(weights=weights)
        self.outline = self.outline._replace(service=self.service)
        self.overrule(
            ChangeCriteria,
            self.panel.officer,
            self.panel.approver,
            "The budget was cut in the week of the opening, and price has to count for more.",
            criteria=criteria(weights),
            scale=self.outline.scale,
            price_formula=self.service.formula,
            titles=self.outline.titles,
            descriptors=self.outline.descriptors,
            reason="Price is to weigh twenty points more, because the budget for the year was cut.",
            republished=False,
            notified="some",
        )
        self.plant("ET-07")
        self.plant("ET-08")


class WrongTotals(OnThePortal):
    """The portal's totals do not follow from the prices, and so another bid wins (Act, s. 19(1)-(2))."""

    def consensus(self) -> dict[str, Any]:
        true = super().results
        first, second = sorted(true, key=lambda name: true[name].rank)[:2]
        less = true[first].total - true[second].total + 140
        told = {**true, first: _with_less(true[first], "price", less)}
        totals = sorted((result.total for result in told.values()), reverse=True)
        self.told = {
            name: msgspec.structs.replace(result, rank=1 + totals.index(result.total)) for name, result in told.items()
        }
        return {**super().consensus(), "results": self.told}

    @property
    def results(self) -> dict[str, Any]:
        return self.told

    def agreed(self) -> Iterator[datetime]:
        yield from super().agreed()
        self.plant("ET-12")

    def awarded(self) -> Iterator[datetime]:
        yield from super().awarded()
        self.plant("AD-01")


def _with_less(result: Result, criterion: str, less: int) -> Result:
    points = {**result.points, criterion: result.points[criterion] - less}
    return msgspec.structs.replace(result, points=points, total=sum(points.values()))


class NotLookedUp(Competition):
    """One bidder is judged though nobody looked it up in the debarment list (Act, ss. 26-28)."""

    def checks(self) -> dict[str, BidCheck]:
        self.plant("ET-14")
        return {**super().checks(), self.bids[0].id: self.check(debarment_checked_on=None)}


class NotHeard(Competition):
    """A supplier is shut out over a press report, without being heard (Act, s. 26(3))."""

    @property
    def live(self) -> list[Entrant]:
        return self.bids[1:]

    def checked(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 3, 11)
        out = self.check(
            status="disregarded",
            exclusion="excludable",
            ground="excluded",
            reason="A newspaper wrote that a home of this group was closed at once after an inspection.",
        )
        self.overrule(
            CheckBids,
            self.panel.officer,
            self.panel.monitoring,
            "Hearing the supplier would take two weeks and the places are needed now.",
            bids={**self.checks(), self.bids[0].id: out},
        )
        self.plant("ET-14")


class ToldApart(Challenged):
    """The losers' assessment summaries go out on the day after the winner's (Act, s. 50(3); Regulations 2024, reg. 31(4))."""

    grievances = (LATE_SUMMARY,)

    def summarise(self) -> None:
        evening = instant(at(self.first_day + self.deadline_day + 15, 16, 30))
        morning = instant(self.council.clock() - timedelta(minutes=10))
        winners = {bid.id for bid in self.winners}
        self.report(
            SendSummaries,
            self.panel.officer,
            "letters",
            stated=True,
            minutes=10,
            bids={
                bid.id: SentSummary(contains=WHOLE, sent_at=evening if bid.id in winners else morning)
                for bid in self.live
            },
        )
        self.plant("RR-01")


class UnexplainedMarks(OnThePortal):
    """The marks that were agreed lie two steps from what evaluators gave, and nothing says why (Act, s. 98)."""

    def sheet(self, person: Official) -> dict[str, Marked]:
        sheet = super().sheet(person)
        if person != self.panel.evaluators[0]:
            return sheet
        # One evaluator saw the winner's first criterion two steps lower, or higher where there is no room below.
        scale, name, best = self.outline.scale, self.outline.quality[0], self.bids[0]
        mark = best.marks[name] - 2 * scale.step
        mark = mark if mark >= scale.lowest else best.marks[name] + 2 * scale.step
        self.sheets[person][best.id][name] = mark
        told = sheet[best.id]
        return {
            **sheet,
            best.id: Marked(
                marks={**told.marks, name: mark},
                reasons={**told.reasons, name: reason(THEMES[name], 100 * mark // scale.highest, self.chance)},
            ),
        }

    def moderation(self) -> dict[str, Agreed]:
        self.plant("RR-03")
        return {name: msgspec.structs.replace(agreed, changes={}) for name, agreed in super().moderation().items()}


class MarksWithoutReasons(OnThePortal):
    """One evaluator gave marks and wrote nothing (Act, s. 98)."""

    def sheet(self, person: Official) -> dict[str, Marked]:
        sheet = super().sheet(person)
        if person != self.panel.evaluators[-1]:
            return sheet
        self.plant("RR-04")
        return {name: Marked(marks=told.marks, reasons={}) for name, told in sheet.items()}


class SecondBest(Competition):
    """The bid of the second rank wins, as the safer one (Act, s. 19(1)-(2))."""

    @property
    def winners(self) -> list[Entrant]:
        return sorted(self.live, key=lambda bid: self.results[bid.id].rank)[1:2]

    def awarded(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 15, 11)
        award = {
            **self.award(),
            "reasons": ["The provider is known to us and a change would unsettle the team; it is the safer choice."],
        }
        self.overrule(
            Award,
            self.panel.approver,
            self.panel.monitoring,
            "Continuity with the present provider outweighs a small difference in points.",
            **award,
        )
        self.plant("AD-01")


class SignedTooSoon(Competition):
    """The contract is signed in the eight working days in which the law forbids it (Act, s. 51)."""

    def signed(self) -> Iterator[datetime]:
        yield self.on(number_of(self.standstill_ends) - 2 - self.first_day, 11)
        self.overrule(
            EnterContract,
            self.panel.approver,
            self.panel.monitoring,
            "The routes begin on Monday and drivers have to be engaged this week.",
            value=self.worth(self.winners[0]),
            document=self.contract(),
        )
        self.plant("AD-02")
        self.release("contract")


class FiveDays(Competition):
    """A standstill is offered that the law does not demand, and it is cut to five days (Act, s. 51(5))."""

    def publish_award(self) -> None:
        today = self.council.clock().date()
        self.standstill_ends = working_days_after(today, 4)
        self.overrule(
            PublishNotice,
            self.panel.officer,
            self.panel.approver,
            "Eight working days are for contracts that are not light touch, and the service must begin.",
            notice="UK6",
            reference=self.reference(),
            standstill_ends=day(self.standstill_ends),
        )
        self.plant("AD-03")


class SignedUnannounced(Competition):
    """The contract is signed, and the award is published a week later (Act, s. 50(1))."""

    def informed(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 16, 9)
        self.summarise()
        yield self.on(self.deadline_day + 16, 15, 45)
        self.release("award")
        self.standstill_ends = working_days()[self.first_day + self.deadline_day + 18]

    def sign(self) -> None:
        value = self.worth(self.winners[0])
        self.report(
            EnterContract, self.panel.officer, "signed in the office", stated=True, minutes=15, value=value,
            document=self.contract(),
        )  # fmt: skip
        self.plant("TR-04")
        self.plant("AD-03", "concern")  # what came too late could offer no standstill

    def detailed(self) -> Iterator[datetime]:
        yield self.on(self.signing_day + 5, 12)
        self.report(
            PublishNotice, self.panel.officer, "notice on the central platform", notice="UK6",
            reference=self.reference(),
        )  # fmt: skip
        yield from super().detailed()


class DetailsTooLate(Competition):
    """The details of the contract are published seven weeks after the signature, not within thirty days (Act, s. 53)."""

    def detailed(self) -> Iterator[datetime]:
        yield self.on(self.signing_day + 34, 12)
        self.do(PublishNotice, self.panel.officer, notice="UK7", reference=self.reference())
        self.plant("TR-05")
        self.do(Assess, self.panel.officer)


class SignedInSpite(Competition):
    """A claim suspends the award, and the contract is signed in spite of it (Act, s. 101)."""

    def signed(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 20, 11)
        today = day(self.council.clock().date())
        self.do(NotifyClaim, self.panel.monitoring, issued_on=today, notified_on=today, claimant=self.bids[-1].provider)
        yield self.on(self.signing_day, 11)
        self.overrule(
            EnterContract,
            self.panel.approver,
            self.panel.monitoring,
            "The claim is weak in our view and the term begins.",
            value=self.worth(self.winners[0]),
            document=self.contract(),
        )
        self.plant("RM-02")
        self.plant("AD-04")
        self.release("contract")


class NeverDeclared(Competition):
    """The approver decides without ever having declared interests (Act, s. 81)."""

    def declare(self, people: Any) -> None:
        super().declare([person for person in people if person != self.panel.approver])

    def awarded(self) -> Iterator[datetime]:
        yield from super().awarded()
        self.plant("CI-01")


class RecusedInName(Competition):
    """An evaluator is recused for a family tie, and sits in the moderation all the same (Act, s. 82)."""

    def declared_again(self) -> Iterator[datetime]:
        kin, *others = self.panel.evaluators
        yield self.on(self.deadline_day + 1, 14)
        self.declare([person for person in self.panel.everybody if person != kin])
        family = Interest(kind="family", provider=self.bids[0].provider, note="A brother is one of its team leaders.")
        self.do(DeclareInterests, kin, acting_as="evaluator", interests=[family])
        yield self.on(self.deadline_day + 2, 10)
        self.do(
            DecideInterest,
            self.panel.monitoring,
            person=kin.key,
            outcome="recuse",
            reason="A brother works for a bidder and would gain from the contract; the evaluator stays out.",
        )
        self.kin = kin
        self.panel = self.panel._replace(evaluators=tuple(others))

    def present(self) -> list[str]:
        return [self.kin.key, *super().present()]

    def agreed(self) -> Iterator[datetime]:
        yield from super().agreed()
        self.plant("CI-02")


class AssessedAfterwards(Competition):
    """The conflicts assessment is written only when the notice is out (Act, s. 83)."""

    def planned(self) -> Iterator[datetime]:
        yield self.on(0, 10)
        self.case = self.plan()

    def publish_tender(self) -> None:
        self.overrule(
            PublishTender,
            self.panel.officer,
            self.panel.approver,
            "The notice has to go out before the holidays; the assessment follows.",
            **self.tender(),
        )
        self.plant("CI-03")

    def asked(self) -> Iterator[datetime]:
        yield self.on(6, 15)
        self.do(
            AssessConflicts,
            self.panel.officer,
            conflicts=[self.chance.pick(wording.CONFLICTS)],
            steps=self.chance.some(wording.STEPS, 2),
        )
        yield from super().asked()


class SaidToBeSmall(Competition):
    """A contract above the threshold is bought under the lighter rules for small ones (Act, ss. 3-4)."""

    def plan(self) -> str:
        case = super().plan()
        self.case = case
        self.plant("SC-01")
        return case
