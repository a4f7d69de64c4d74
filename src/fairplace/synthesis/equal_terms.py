"""Bids that are marked without names, put right on equal terms, hold trade secrets, or are sealed to two openers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fairplace.bidding.commands import Came, DecideAnonymity, Faulty, InviteCorrections, MarkSecrets, RecordCorrections
from fairplace.bidding.events import SecretMark
from fairplace.decision import History
from fairplace.prepared import Appended
from fairplace.procurement.commands import LodgeBid, Marked
from fairplace.procurement.state import state_of
from fairplace.sealing.container import MEDIA
from fairplace.synthesis import sealed_bids, wording
from fairplace.synthesis.agenda import at
from fairplace.synthesis.competition import Competition
from fairplace.synthesis.entrants import Entrant
from fairplace.synthesis.officials import Official
from fairplace.terms import instant


class Unnamed(Competition):
    """Whoever marks sees letters. Two bids lack a form, and both may put it right; two mark trade secrets."""

    def invited(self) -> Iterator[datetime]:
        yield from super().invited()
        self.do(
            DecideAnonymity,
            self.panel.officer,
            arrangements="The officer takes names, places and pictures out of the answers before the panel gets them.",
        )

    def opened(self) -> Iterator[datetime]:
        yield from super().opened()
        first, second, *_ = self.bids
        yield self.on(self.deadline_day + 1, 12)
        self.do(
            MarkSecrets,
            self.panel.officer,
            bids={
                first.id: [
                    SecretMark(part="Training of carers, pages 22 to 27", reason="Our own course, which others would copy."),
                    SecretMark(part="Price", reason="It shows what we pay carers."),
                ],
                second.id: [SecretMark(part="Rota of the night line", reason="Competitors could take it over as it is.")],
            },
        )  # fmt: skip

    def declared_again(self) -> Iterator[datetime]:
        yield from super().declared_again()
        faulty = self.bids[-2:]
        until = at(self.first_day + self.deadline_day + 3, 9)
        self.do(
            InviteCorrections,
            self.panel.officer,
            bids={
                bid.id: Faulty(kinds=["form"], note="The form on connected persons is not with the bid.")
                for bid in faulty
            },
            until=instant(until),
        )
        yield self.on(self.deadline_day + 3, 10, 5)
        came = instant(at(self.first_day + self.deadline_day + 2, 15, 20))
        self.do(
            RecordCorrections, self.panel.officer, bids={bid.id: Came(came_at=came, accepted=True) for bid in faulty}
        )

    def sheet(self, person: Official) -> dict[str, Marked]:
        """By place, which is all that whoever marks knows of a bid."""
        past = self.council.register.reader.case(self.case)
        places = {name: bid.place for name, bid in state_of(History(case=self.case, events=past)).bids.items()}
        return {places[name]: marked for name, marked in super().sheet(person).items()}


class SealedToOpeners(Competition):
    """Each bid is sealed, with its price inside, to the openers: any two of them open it, and nobody alone."""

    def lodge(self, bid: Entrant, *, late: bool = False) -> Appended:
        sealed = sealed_bids.seal(
            wording.bid_text(self.outline, bid.provider.name, bid.price).encode("utf-8"),
            f"{bid.id}.txt",
            bid.price,
            case=self.case,
            deadline=instant(at(self.first_day + self.deadline_day, 12)),
            openers=self.council.openers,
            chance=self.chance,
        )
        return self.do(
            LodgeBid, bid.firm, provider=bid.provider, document=self.council.register.documents.put(sealed, MEDIA)
        )
