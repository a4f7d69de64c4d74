"""Contracts for one person: they are on the record, and never on a page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fairplace.procurement.commands import EnterContract, Plan
from fairplace.synthesis.competition import Competition
from fairplace.terms import day


class ForOnePerson(Competition):
    """A place is bought on the spot, without competition; the officer states it on the day after."""

    def plan(self) -> str:
        done = self.do(
            Plan,
            self.panel.officer,
            regime="PA23",
            contract_kind="services",
            route="direct_s41",
            light_touch=True,
            cpv=list(self.service.cpv),
            title=self.outline.title,
            need=self.outline.need,
            authority="Northbrook Council",
            value_estimable=False,
        )
        assert done.case is not None
        return done.case

    def tell(self) -> Iterator[datetime]:
        yield from self.planned()
        yield self.on(4, 11)
        self.report(
            EnterContract,
            self.panel.officer,
            "individual placement agreement",
            stated=True,
            minutes=60,
            value=self.bids[0].price * self.outline.units,
            providers=[self.bids[0].provider],
            entered_on=day(self.council.clock().date()),
        )
