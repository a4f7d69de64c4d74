"""What can happen in a procurement and is fair all the same: each story tells one or two chapters in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from fairplace.challenge.commands import CarryOutRemedy
from fairplace.openness.commands import WithdrawValue
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.people.events import Interest
from fairplace.procurement.commands import (
    AnswerQuestion,
    ChangeCriteria,
    ChangeDeadline,
    CheckBids,
    DecideLateBids,
    EndWithoutAward,
    LateBid,
    Moderate,
    NotifyClaim,
    OpenBids,
    PublishNotice,
    SendSummaries,
    SentSummary,
    SignSheet,
    WithdrawAward,
    WithdrawBid,
)
from fairplace.procurement.events import BidCheck
from fairplace.synthesis.agenda import at
from fairplace.synthesis.challenging import (
    OVERLOOKED,
    PRICE,
    SCORING,
    UNANSWERED,
    UNFOUNDED,
    Grievance,
    challenged,
)
from fairplace.synthesis.competition import WHOLE, Competition
from fairplace.synthesis.council import Council
from fairplace.synthesis.entrants import Entrant, drawn
from fairplace.synthesis.officials import Official
from fairplace.synthesis.outline import Outline, criteria
from fairplace.terms import day, instant


class OnlyPlanned(Competition):
    """A need and a route are on record, and nothing has been published."""

    def tell(self) -> Iterator[datetime]:
        yield from self.planned()


class Challenged(Competition):
    """A bidder asks why within the standstill; the award stands."""

    grievances: tuple[Grievance, ...] = (SCORING,)

    def informed(self) -> Iterator[datetime]:
        yield from super().informed()
        losers = [bid for bid in self.live if bid not in self.winners]
        for loser, grievance in zip(losers, self.grievances, strict=False):
            self.council.agenda.add(challenged(self, loser, grievance))


class AskedTwice(Challenged):
    """Two bidders ask; one lets it go."""

    grievances = (PRICE, UNFOUNDED)


class AskedLately(Challenged):
    """The standstill runs, and a complaint waits for its answer."""

    grievances = (UNANSWERED,)


class OneTooLate(Competition):
    """A bid comes after the deadline and is turned away, as the notice says."""

    def __init__(self, council: Council, outline: Outline) -> None:
        super().__init__(council, outline)
        self.late = self.bids.pop()

    def came_late(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day, 12, 9)
        self.lodge(self.late, late=True)

    def declared_again(self) -> Iterator[datetime]:
        yield from super().declared_again()
        decision = LateBid(
            admitted=False,
            cause="bidder",
            reason="The portal's record shows the upload begun at 12:04; the portal worked throughout.",
        )
        self.do(DecideLateBids, self.panel.officer, bids={self.late.id: decision})


class PortalFailed(Competition):
    """The authority's own portal fails in the last hour: two bids are late for one cause, and both are admitted."""

    def __init__(self, council: Council, outline: Outline) -> None:
        super().__init__(council, outline)
        self.stuck = [self.bids.pop(1), self.bids.pop(1)]

    def tender(self) -> dict[str, Any]:
        return {**super().tender(), "late_policy": "discretion"}

    def came_late(self) -> Iterator[datetime]:
        for bid in self.stuck:
            yield self.on(self.deadline_day, 14)
            self.lodge(bid, late=True)
        self.bids += self.stuck

    def declared_again(self) -> Iterator[datetime]:
        yield from super().declared_again()
        decision = LateBid(
            admitted=True,
            cause="authority-system",
            reason="The portal refused uploads from 11:20 to 12:50, as its supplier confirms; both bids were complete before.",
        )
        self.do(
            DecideLateBids,
            self.panel.officer,
            second=self.panel.monitoring.key,
            bids={bid.id: decision for bid in self.stuck},
        )


class MovedForAll(Competition):
    """The deadline moves by three working days for everybody; one provider takes its bid back and lodges a better one."""

    def asked(self) -> Iterator[datetime]:
        yield from super().asked()
        yield self.on(self.deadline_day - 6, 11)
        self.deadline_day += 3
        self.do(
            ChangeDeadline,
            self.panel.officer,
            deadline=instant(at(self.first_day + self.deadline_day, 12)),
            reason="Annex D was replaced because a table of hours was wrong; everybody gets three working days more.",
        )

    def received(self) -> Iterator[datetime]:
        hasty = self.bids[-1]
        yield self.on(self.deadline_day - 6, 15)
        self.lodge(hasty._replace(price=hasty.price + 12_500))
        yield self.on(self.deadline_day - 5, 9)
        self.do(WithdrawBid, hasty.firm, provider=hasty.id)
        yield from super().received()


class WeightsClarified(Competition):
    """A weight is corrected three weeks before the deadline, published again and told to all, with more time."""

    def asked(self) -> Iterator[datetime]:
        yield from super().asked()
        yield self.on(self.deadline_day - 14, 11)
        weights = dict(self.service.weights)
        weights["price"] -= 500
        weights[self.outline.quality[0]] += 500
        self.service = self.service._replace(weights=weights)
        self.outline = self.outline._replace(service=self.service)
        self.bids = drawn(self.outline, [bid.firm for bid in self.bids], self.chance)
        self.do(
            ChangeCriteria,
            self.panel.officer,
            criteria=criteria(weights),
            scale=self.outline.scale,
            price_formula=self.service.formula,
            titles=self.outline.titles,
            descriptors=self.outline.descriptors,
            reason="The weights in the notice and in the pack differed by five points; those of the pack were meant.",
        )
        self.deadline_day += 5
        self.do(
            ChangeDeadline,
            self.panel.officer,
            deadline=instant(at(self.first_day + self.deadline_day, 12)),
            reason="Five working days more for everybody, because the weights were corrected.",
        )
        self.release("notice")


class Recused(Competition):
    """An evaluator finds a friend among the bidders, says so, and is replaced for all bids."""

    def declared_again(self) -> Iterator[datetime]:
        out, *others = self.panel.evaluators
        yield self.on(self.deadline_day + 1, 14)
        self.declare([person for person in self.panel.everybody if person != out])
        friend = Interest(
            kind="friend",
            provider=self.bids[1].provider,
            note="We have been close friends of its manager for ten years.",
        )
        self.do(DeclareInterests, out, acting_as="evaluator", interests=[friend])
        yield self.on(self.deadline_day + 2, 10)
        self.do(
            DecideInterest,
            self.panel.monitoring,
            person=out.key,
            outcome="recuse",
            reason="A close friendship with a bidder's manager cannot be set aside; another evaluator marks all bids.",
        )
        spare = self.chance.pick(
            [one for one in self.council.staff.with_role("evaluator") if one not in self.panel.evaluators]
        )
        self.panel = self.panel._replace(evaluators=(spare, *others))
        self.declare([spare])


class OneDisregarded(Competition):
    """One bidder lacks the insurance that was asked of all; it was asked about it first."""

    @property
    def live(self) -> list[Entrant]:
        return self.bids[:-1]

    def checks(self) -> dict[str, BidCheck]:
        out = self.check(
            status="disregarded",
            conditions={**dict.fromkeys(self.service.conditions, True), "insurance": False},
            ground="condition",
            heard_on=day(self.council.clock().date()),
            reason="The employer's liability cover ended in spring; asked twice, the bidder showed no renewal.",
        )
        return {**super().checks(), self.bids[-1].id: out}


class HeardAndKept(Competition):
    """A supplier with an earlier contract ended for breach is heard, and its explanation is accepted."""

    def checks(self) -> dict[str, BidCheck]:
        heard = self.check(
            exclusion="excludable",
            heard_on=day(self.council.clock().date()),
            reason="A contract elsewhere ended early three years ago. The supplier showed what it changed since; kept.",
        )
        return {**super().checks(), self.bids[-1].id: heard}


class TakenDown(Competition):
    """An answer gives away a figure of the present provider; it is taken down within the hour, and given anew."""

    def asked(self) -> Iterator[datetime]:
        yield from super().asked()
        yield self.on(NOTICE_AND_A_WEEK, 10)
        question = "Q1"
        done = self.do(
            AnswerQuestion,
            self.panel.officer,
            question=question,
            answer="The present provider charges £71.40 a session for eleven children at a time.",
        )
        self.release("notice")
        yield self.on(NOTICE_AND_A_WEEK, 11)
        self.do(
            WithdrawValue,
            self.panel.officer,
            entry=done.index,
            slots=["/answer"],
            ground="commercial",
            reason="The answer names the present provider's price, which is confidential.",
        )
        self.do(
            AnswerQuestion,
            self.panel.officer,
            question=question,
            answer="Present prices are confidential. Groups have up to eleven children, as section 2 of the pack says.",
        )
        self.release("notice")


NOTICE_AND_A_WEEK = 15


class NobodySuitable(Competition):
    """No bid reaches what is needed; the procurement ends without award and says so."""

    def awarded(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 15, 11)
        self.do(
            EndWithoutAward,
            self.panel.approver,
            ground="no-suitable-bids",
            reason="No bid could show a registered manager for the home before next year, without whom it may not open.",
        )
        self.release("ended")

    def informed(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 17, 10)
        self.do(PublishNotice, self.panel.officer, notice="UK12", reference=self.reference())

    def signed(self) -> Iterator[datetime]:
        yield from ()

    def detailed(self) -> Iterator[datetime]:
        yield from ()


class AwardTakenBack(Competition):
    """A challenge is upheld: the award is withdrawn, all bids are marked again, and another bid wins."""

    def informed(self) -> Iterator[datetime]:
        yield from super().informed()
        overlooked = self.bids[1]
        challenge = yield from challenged(self, overlooked, OVERLOOKED)
        yield self.on(self.deadline_day + 22, 11)
        self.do(
            WithdrawAward,
            self.panel.approver,
            reason="A challenge was upheld: an annex of one bid had not been read. All bids are marked again.",
        )
        self.read_again(overlooked)
        self.sheets.clear()
        self.deadline_day += 20
        yield from self.marked()
        yield from self.agreed()
        past = self.council.register.reader.case(self.case, "public")
        self.do(
            CarryOutRemedy,
            self.panel.officer,
            challenge=challenge,
            words="All bids were marked again, with every annex in hand.",
            entries=[one.index for one in past if one.type == "evaluation.moderated/1"][-1:],
        )
        yield from self.awarded()
        yield from super().informed()

    def read_again(self, overlooked: Entrant) -> None:
        """With its annex read, the bid earns a step more on each criterion until it comes first."""
        scale = self.outline.scale
        for name in self.outline.quality:
            if self.winners[0].id == overlooked.id:
                return
            better = {**overlooked.marks, name: min(scale.highest, overlooked.marks[name] + scale.step)}
            self.bids.remove(overlooked)
            overlooked = overlooked._replace(marks=better)
            self.bids.append(overlooked)


class OnThePortal(Competition):
    """The e-tendering portal did the work; the officer brings its exports, and they become the record."""

    def invited(self) -> Iterator[datetime]:
        yield self.on(4, 9)
        self.declare(self.deciders)
        yield self.on(5, 11)
        self.publish_tender()
        self.release("notice")

    @property
    def deciders(self) -> list[Official]:
        """Who acts here; the evaluators' declarations are on the portal."""
        return [person for person in self.panel.everybody if person not in self.panel.evaluators]

    def opened(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 1, 10)
        self.report(OpenBids, self.panel.officer, "opening", present=[self.panel.witness.key])

    def declared_again(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 1, 14)
        self.declare(self.deciders)

    def checked(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 3, 11)
        self.report(CheckBids, self.panel.officer, "checks of suppliers", bids=self.checks())

    def marked(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 8, 14)
        for number, person in enumerate(self.panel.evaluators, start=1):
            self.report(SignSheet, self.panel.officer, f"scores of evaluator {number}", bids=self.sheet(person))

    def agreed(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 11, 10)
        self.report(Moderate, self.panel.officer, "consensus scores", bids=self.moderation(), **self.consensus())

    def consensus(self) -> dict[str, Any]:
        """What else the portal's consensus says."""
        return {"present": [self.panel.moderator.key]}

    def summarise(self) -> None:
        self.report(
            SendSummaries,
            self.panel.officer,
            "messages sent",
            bids={bid.id: SentSummary(contains=WHOLE) for bid in self.live},
        )


class ClaimedAgainst(Competition):
    """A claim is issued and notified within the standstill; the contract waits for the court."""

    def signed(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 20, 11)
        today = day(self.council.clock().date())
        self.do(NotifyClaim, self.panel.monitoring, issued_on=today, notified_on=today, claimant=self.bids[-1].provider)

    def detailed(self) -> Iterator[datetime]:
        yield from ()
