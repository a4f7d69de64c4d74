"""A fair open competition from plan to contract, chapter by chapter. Twists and faults tell one chapter otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from fairplace.decision import Command
from fairplace.openness.commands import Assess, Release
from fairplace.people.commands import DeclareInterests
from fairplace.prepared import Appended
from fairplace.procurement.commands import (
    Agreed,
    AnswerQuestion,
    AskQuestion,
    AssessConflicts,
    Award,
    CheckBids,
    EnterContract,
    LodgeBid,
    Marked,
    Moderate,
    OpenBids,
    Plan,
    PublishNotice,
    PublishTender,
    SendSummaries,
    SentSummary,
    SignSheet,
)
from fairplace.procurement.events import BidCheck
from fairplace.synthesis import wording
from fairplace.synthesis.agenda import at, last_day, number_of, working_days
from fairplace.synthesis.chance import Chance
from fairplace.synthesis.council import Council
from fairplace.synthesis.entrants import Entrant, Marks, drawn, given, outcome
from fairplace.synthesis.officials import Official, Panel, panel
from fairplace.synthesis.outline import Outline
from fairplace.synthesis.providers import Firm
from fairplace.synthesis.themes import THEMES, reason, why_changed
from fairplace.terms import day, instant
from fairplace.working_days import pa_standstill_last

C = TypeVar("C", bound=Command)

WHOLE: list[Literal["criteria", "own-scores", "own-reasons", "totals", "winner-scores", "why-not"]] = [
    "criteria",
    "own-scores",
    "own-reasons",
    "totals",
    "winner-scores",
    "why-not",
]

NOTICE = 5
"""Working days from the plan to the tender notice."""


class Competition:
    """One procurement. Days are working days counted from its plan."""

    def __init__(self, council: Council, outline: Outline) -> None:
        self.council = council
        self.outline = outline
        self.service = outline.service
        self.chance = Chance("demo", council.seed, outline.slug)
        self.panel: Panel = panel(council.staff, outline.evaluators, self.chance)
        self.bids: list[Entrant] = drawn(outline, council.firms, self.chance)
        self.first_day = last_day() - outline.ago
        self.deadline_day = NOTICE + outline.bidding
        self.case = ""
        council.stories[outline.slug] = self
        self.sheets: dict[Official, dict[str, Marks]] = {}
        self.standstill_ends = working_days()[0]

    def tell(self) -> Iterator[datetime]:
        for chapter in (
            self.planned,
            self.invited,
            self.asked,
            self.received,
            self.came_late,
            self.opened,
            self.declared_again,
            self.checked,
            self.marked,
            self.agreed,
            self.awarded,
            self.informed,
            self.signed,
            self.detailed,
        ):
            yield from chapter()

    # How things are done

    def on(self, day_number: int, hour: int, minute: int | None = None) -> datetime:
        """A moment of the case's n-th working day; without a minute, some time within that hour."""
        return at(self.first_day + day_number, hour, self.chance.between(1, 40) if minute is None else minute)

    def do(self, kind: type[C], by: Official | Firm, /, **members: Any) -> Appended:
        """An act: it happens here and now."""
        return self.council.record(kind(id=self.council.command_id(), as_=by.key, case=self.case or None, **members))

    def report(
        self, kind: type[C], by: Official, what: str, /, *, minutes: int = 20, stated: bool = False, **members: Any
    ) -> Appended:
        """A report of what happened elsewhere so many minutes ago: exported from the portal, or stated by the officer."""
        happened = instant(self.council.clock() - timedelta(minutes=minutes))
        exhibit = None if stated else self.council.keep(f"Portal export, {what}\n{self.outline.title}\n{happened}\n")
        return self.do(
            kind,
            by,
            evidence="stated-by-officer" if stated else "portal-export",
            happened_at=happened,
            exhibit=exhibit,
            **members,
        )

    def overrule(self, kind: type[C], by: Official, second: Official, why: str, /, **members: Any) -> Appended:
        """An act that procedure stands against, done all the same: with a reason and a second signature."""
        return self.do(kind, by, override_reason=why, second=second.key, **members)

    def plant(self, rule: str, outcome: str = "not-met") -> None:
        """Say that what is done here breaks this rule."""
        self.council.plant(self.case, rule, outcome)

    # The chapters

    def planned(self) -> Iterator[datetime]:
        yield self.on(0, 10)
        self.case = self.plan()
        yield self.on(2, 14)
        self.do(
            AssessConflicts,
            self.panel.officer,
            conflicts=[self.chance.pick(wording.CONFLICTS)],
            steps=self.chance.some(wording.STEPS, 2),
        )

    @property
    def way(self) -> dict[str, Any]:
        """By which route it is bought."""
        return {"route": "open"}

    def plan(self) -> str:
        outline = self.outline
        done = self.do(
            Plan,
            self.panel.officer,
            regime=outline.regime,
            contract_kind="framework" if outline.framework else "services",
            **self.way,
            light_touch=self.service.light_touch,
            cpv=list(self.service.cpv),
            title=outline.title,
            need=outline.need,
            authority="Northbrook Council",
            estimated_value=outline.value,
            max_term_days=730 if outline.regime == "BELOW" else 1_460,
            lots_reason=self.chance.pick(wording.LOTS),
        )
        assert done.case is not None
        return done.case

    def invited(self) -> Iterator[datetime]:
        yield self.on(NOTICE - 1, 9)
        self.declare(self.panel.everybody)
        yield self.on(NOTICE, 11)
        self.publish_tender()
        self.release("notice")

    def declare(self, people: Sequence[Official]) -> None:
        for person in people:
            self.do(DeclareInterests, person, acting_as=person.role)

    def tender(self) -> dict[str, Any]:
        """What the tender notice says."""
        outline = self.outline
        deadline_day = self.first_day + self.deadline_day
        return {
            "criteria": outline.criteria,
            "scale": outline.scale,
            "price_formula": self.service.formula,
            "tie_break": "highest-quality",
            "winners": outline.winners,
            "deadline": instant(at(deadline_day, 12)),
            "questions_until": instant(at(deadline_day - 8, 17)),
            "late_policy": "reject",
            "conditions": list(self.service.conditions),
            "places": outline.places,
            "titles": outline.titles,
            "descriptors": outline.descriptors,
            "documents": [self.council.keep(wording.tender_pack(outline))],
            "policies": dict(self.council.policies),
            "notice_reference": self.reference(),
        }

    def publish_tender(self) -> None:
        self.do(PublishTender, self.panel.officer, **self.tender())

    def asked(self) -> Iterator[datetime]:
        for number, asked in enumerate(self.chance.some(self.service.asked, self.outline.questions), start=1):
            yield self.on(NOTICE + 2 * number, 10)
            asker = self.chance.pick(self.bids).firm
            self.do(AskQuestion, asker, words=asked.words, asked_by=asker.provider)
            yield self.on(NOTICE + 2 * number + 1, 15)
            self.do(AnswerQuestion, self.panel.officer, question=f"Q{number}", answer=asked.answer)
        if self.outline.questions:
            self.release("notice")

    def received(self) -> Iterator[datetime]:
        early = [self.when_lodged() for _ in self.bids]
        for (day_number, hour), bid in sorted(zip(early, self.bids, strict=True), key=lambda one: one[0]):
            yield self.on(day_number, hour)
            self.lodge(bid)

    def when_lodged(self) -> tuple[int, int]:
        """A day of the last five and an hour of it; on the very last, well before noon."""
        left = self.chance.between(0, 4)
        return self.deadline_day - left, self.chance.between(9, 16 if left else 10)

    def lodge(self, bid: Entrant, *, late: bool = False) -> Appended:
        done = self.do(
            LodgeBid,
            bid.firm,
            provider=bid.provider,
            price=bid.price,
            document=self.council.keep(wording.bid_text(self.outline, bid.provider.name, bid.price)),
        )
        assert ("late" in done.type) == late, f"{self.outline.slug}: a bid came at the wrong time"
        return done

    def came_late(self) -> Iterator[datetime]:
        """Nobody is late."""
        yield from ()

    def opened(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 1, 10)
        self.do(OpenBids, self.panel.officer, present=[self.panel.witness.key])

    def declared_again(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 1, 14)
        self.declare(self.panel.everybody)

    def checked(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 3, 11)
        self.do(CheckBids, self.panel.officer, bids=self.checks())

    def checks(self) -> dict[str, BidCheck]:
        return {bid.id: self.check() for bid in self.bids}

    def check(self, **changes: Any) -> BidCheck:
        """A bid that passes everything, but for the changes."""
        members: dict[str, Any] = {
            "status": "live",
            "conditions": dict.fromkeys(self.service.conditions, True),
            "exclusion": "clear",
            "debarment_checked_on": day(self.council.clock().date()),
            "heard_on": None,
            "ground": None,
            "reason": None,
        }
        return BidCheck(**{**members, **changes})

    @property
    def live(self) -> list[Entrant]:
        """The bids that are judged."""
        return self.bids

    def marked(self) -> Iterator[datetime]:
        for number, person in enumerate(self.panel.evaluators):
            yield self.on(self.deadline_day + 6 + number, 14)
            self.do(SignSheet, person, bids=self.sheet(person))

    def sheet(self, person: Official) -> dict[str, Marked]:
        """One evaluator's marks, with reasons of their own words."""
        self.sheets[person] = {bid.id: given(bid.marks, self.outline, self.chance) for bid in self.live}
        return {name: Marked(marks=marks, reasons=self.reasons(marks)) for name, marks in self.sheets[person].items()}

    def reasons(self, marks: Marks) -> dict[str, str]:
        highest = self.outline.scale.highest
        return {name: reason(THEMES[name], 100 * mark // highest, self.chance) for name, mark in marks.items()}

    def agreed(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 11, 10)
        self.do(Moderate, self.panel.moderator, bids=self.moderation(), present=self.present())

    def present(self) -> list[str]:
        return [person.key for person in self.panel.evaluators]

    def moderation(self) -> dict[str, Agreed]:
        """The agreed marks, with a reason wherever evaluators differed."""
        return {
            bid.id: Agreed(marks=bid.marks, reasons=self.reasons(bid.marks), changes=self.changes(bid))
            for bid in self.live
        }

    def changes(self, bid: Entrant) -> dict[str, str]:
        return {
            name: why_changed(THEMES[name], inputs, mark, self.chance)
            for name, mark in bid.marks.items()
            if set(inputs := self.inputs(bid, name)) != {mark}
        }

    def inputs(self, bid: Entrant, criterion: str) -> list[int]:
        return [marks[bid.id][criterion] for marks in self.sheets.values()]

    @property
    def winners(self) -> list[Entrant]:
        ranked = sorted(self.live, key=lambda bid: self.results[bid.id].rank)
        return ranked[: self.outline.winners]

    @property
    def results(self) -> dict[str, Any]:
        return outcome(self.outline, self.live)

    def awarded(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 15, 11)
        self.do(Award, self.panel.approver, **self.award())

    def award(self) -> dict[str, Any]:
        """What the award decision says."""
        return {
            "awards": {bid.id: self.worth(bid) for bid in self.winners},
            "reasons": wording.award_reasons(self.outline, self.winners, self.results, self.chance),
            "alternatives": self.chance.some(wording.ALTERNATIVES, 2),
            "delegation": "Scheme 4.2",
        }

    def worth(self, bid: Entrant) -> int:
        """The value of the contract, or of one provider's share of a framework, in pence."""
        return bid.price * self.outline.units // len(self.winners)

    def informed(self) -> Iterator[datetime]:
        yield self.on(self.deadline_day + 16, 9)
        self.summarise()
        if self.outline.regime == "PA23":
            yield self.on(self.deadline_day + 16, 14)
            self.publish_award()
        yield self.on(self.deadline_day + 16, 15, 45)
        self.release("award")

    def summarise(self) -> None:
        self.do(SendSummaries, self.panel.officer, bids={bid.id: SentSummary(contains=WHOLE) for bid in self.live})

    def publish_award(self) -> None:
        """The UK6, with a standstill of full length, also where the law asks for none."""
        self.standstill_ends = pa_standstill_last(self.council.clock().date())
        self.do(
            PublishNotice,
            self.panel.officer,
            notice="UK6",
            reference=self.reference(),
            standstill_ends=day(self.standstill_ends),
        )

    def signed(self) -> Iterator[datetime]:
        yield self.on(self.signing_day, 11)
        self.sign()
        self.release("contract")

    @property
    def signing_day(self) -> int:
        """The second working day after the standstill, or a week after the award where there is none."""
        if self.outline.regime != "PA23":
            return self.deadline_day + 20
        return number_of(self.standstill_ends) + 2 - self.first_day

    def sign(self) -> None:
        value = sum(self.worth(bid) for bid in self.winners)
        self.do(EnterContract, self.panel.approver, value=value, document=self.contract())

    def contract(self) -> Any:
        return self.council.keep(wording.contract_text(self.outline, [bid.provider.name for bid in self.winners]))

    def detailed(self) -> Iterator[datetime]:
        """The UK7, well within thirty days."""
        yield self.on(self.signing_day + self.chance.between(4, 12), 12)
        self.do(PublishNotice, self.panel.officer, notice="UK7", reference=self.reference())
        self.do(Assess, self.panel.officer)

    def release(self, occasion: str) -> None:
        self.do(Release, self.panel.officer, occasion=occasion)

    def reference(self) -> str:
        year = self.council.clock().year
        return f"{year}/D {self.chance.between(0, 999):03d}-{self.chance.between(100_000, 999_999)}"
