"""What can happen when something is bought at once: it is bought, and somebody else says whether that was right."""

from __future__ import annotations

from typing import Literal

from fairplace.event import Event, Fact
from fairplace.ledger.disclosure import Sealed
from fairplace.terms import Day, Pence, Provider, Text


class Bought(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something was bought at once, without asking others; the first entry of a case of its own.

    Whether that was lawful depends on facts that whoever buys at night may not know: null is not said, never no.
    """

    from_on: Day
    concerns_one_person: bool
    attributable: bool | None  # was the urgency the authority's own doing? (Act, Sch. 5 para. 13)
    foreseeable: bool | None
    need: Sealed[Text]
    provider: Sealed[Provider]
    price: Sealed[Pence]
    why: Sealed[Text]  # why it could not wait


class Decided(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who did not buy approved the purchase, or refused it. Refused, it still happened, and stands."""

    outcome: Literal["approved", "refused"]
    reason: Sealed[Text]


TYPES: dict[str, type[Fact]] = {"urgent.bought/1": Bought, "urgent.decided/1": Decided}
