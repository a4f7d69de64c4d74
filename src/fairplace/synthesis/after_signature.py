"""What comes after a contract: it is changed and ends, and others are called off from a framework."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from fairplace.openness.commands import Assess
from fairplace.procurement.commands import ChangeContract, EndContract, NameParent, PublishNotice
from fairplace.synthesis.agenda import working_days
from fairplace.synthesis.competition import Competition
from fairplace.synthesis.council import Council
from fairplace.synthesis.entrants import drawn
from fairplace.synthesis.outline import Outline
from fairplace.synthesis.twists import OnThePortal, TakenDown
from fairplace.terms import Provider, day


class ThenChanged(OnThePortal):
    """A year on, the contract's price follows wages as its clause says; the notice comes before the change."""

    CHANGED = 240

    def tell(self) -> Iterator[datetime]:
        yield from super().tell()
        yield self.on(self.CHANGED, 11)
        [winner] = self.winners
        self.do(
            ChangeContract,
            self.panel.approver,
            changed_on=day(working_days()[self.first_day + self.CHANGED + 15]),
            kind="price",
            ground="provided-for",
            value_after=self.worth(winner) * 112 // 100,
            reason="Clause 14 ties the price of support to the index of wages, which rose more than was foreseen.",
        )
        yield self.on(self.CHANGED + 2, 12)
        self.do(PublishNotice, self.panel.officer, notice="UK10", reference=self.reference())
        self.release("contract")
        self.do(Assess, self.panel.officer)


class ThenEnded(TakenDown):
    """The provider gives up; the contract ends by agreement, and the notice of it comes ten days late."""

    ENDED = 90

    def tell(self) -> Iterator[datetime]:
        yield from super().tell()
        yield self.on(self.ENDED, 11)
        self.do(
            EndContract,
            self.panel.officer,
            ended_on=day(self.council.clock().date()),
            how="discharge",
            cause="agreed",
            reason="The provider could not find nurses for the nights. Both sides agreed to end it; families were told first.",
        )
        yield self.on(self.ENDED + 28, 12)
        self.do(PublishNotice, self.panel.officer, notice="UK11", reference=self.reference())
        self.plant("TR-08")
        self.release("contract")
        self.do(Assess, self.panel.officer)


class CalledOff(Competition):
    """A competition among those who stand in the framework for homes."""

    PARENT = "homes-framework"

    def __init__(self, council: Council, outline: Outline) -> None:
        super().__init__(council, outline)
        self.parent = council.stories.get(self.PARENT)
        if self.parent is not None:
            self.bids = drawn(outline, [bid.firm for bid in self.parent.winners], self.chance)

    @property
    def way(self) -> dict[str, Any]:
        """Four block places: that one child is called off for is what the register takes for granted."""
        return {"route": "framework_calloff", "concerns_one_person": False}

    def plan(self) -> str:
        self.case = super().plan()
        if self.parent is not None:
            self.do(NameParent, self.panel.officer, parent=self.parent.case)
        else:
            self.do(
                NameParent,
                self.panel.officer,
                reference="ocds-h6vhtk-0d3f01",
                name="Framework for places in children's homes",
                until="2029-03-31",
                members=self.members,
            )
        return self.case

    @property
    def members(self) -> list[Provider]:
        return sorted((bid.provider for bid in self.bids), key=lambda one: one.id)
