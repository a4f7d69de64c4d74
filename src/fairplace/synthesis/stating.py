"""What the made-up providers state of themselves, once, before most of the bids: most do, and some let something run out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fairplace.provider.commands import StateFacts
from fairplace.provider.events import Facts, Paper
from fairplace.synthesis.agenda import at
from fairplace.synthesis.chance import Chance
from fairplace.synthesis.council import Council
from fairplace.synthesis.providers import Firm

_INSPECTED = {"homes": "Provider of children’s homes", "fostering": "Independent fostering agency", "supported": "Provider of supported accommodation"}  # fmt: skip
EACH_DAY = 12


def stated(council: Council) -> Iterator[datetime]:
    """A dozen a day in the first week after they were enrolled; every sixth states nothing."""
    chance = Chance("demo", council.seed, "details")
    for number, firm in enumerate(council.firms):
        if number % EACH_DAY == 0:
            yield at(3 + number // EACH_DAY, 15)
        if number % 6 != 5:
            council.record(
                StateFacts(
                    id=council.command_id(), as_=firm.key, provider=firm.provider.id, facts=_facts(firm, number, chance)
                )
            )


def _facts(firm: Firm, number: int, chance: Chance) -> Facts:
    """Numbers that are nobody's; insurances of which every fourth ran out before the demo's last day, the first among them."""
    until = "2026-09-30" if number % 4 == 0 else "2027-03-31"
    papers = [Paper(kind="insurance", what="Public liability, £10 million", by="Harrowgate Mutual", number=f"HM-{number:04d}", until=until)]  # fmt: skip
    if what := _INSPECTED.get(firm.trade):
        urn = f"{9_000_000 + chance.below(900_000)}"
        papers.insert(0, Paper(kind="registration", what=what, by="Ofsted", number=urn, until=None))
    return Facts(
        name=firm.provider.name,
        company=firm.provider.id.removeprefix("GB-COH-"),
        ppon=f"PZZZ-{number:04d}-ZZZZ",
        charity=None,
        ofsted=None,
        address=f"{1 + chance.below(80)} Station Road, Northbrook",
        email=f"bids{number}@provider.example",
        size=chance.pick(("small", "small", "medium", "large")),
        vcse=firm.provider.name.endswith("CIC"),
        papers=papers,
    )
