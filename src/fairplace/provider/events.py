"""What a provider states of itself, each statement in a stream of its own: the newest replaces those before, and all stand."""

from __future__ import annotations

from typing import Literal

from fairplace.event import Fact
from fairplace.identifiers import Identifier
from fairplace.ledger.disclosure import Sealed
from fairplace.terms import Day, Term, Text

PaperKind = Literal["registration", "accreditation", "insurance"]
Size = Literal["small", "medium", "large"]


class Paper(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A registration, an accreditation or an insurance: what it is, by whom, its number, and the last day of it."""

    kind: PaperKind
    what: Text
    by: Text
    number: Text | None
    until: Day | None  # null: it does not run out


class Facts(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a provider says of itself, its numbers as they were typed. Null is not stated, and never no."""

    name: Text
    company: Text | None
    ppon: Text | None
    charity: Text | None
    ofsted: Text | None  # of the provider itself; its homes have their own
    address: Text | None  # where a letter reaches it
    email: Text | None
    size: Size | None  # small, of less than 50 people; medium, of less than 250
    vcse: bool | None  # a voluntary, community or social enterprise?
    papers: list[Paper]


class FactsStated(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider stated its details, once for all its bids. It belongs to no case, and nothing in the open tells whose it is."""

    provider: Sealed[str]
    facts: Sealed[Facts]  # as the provider typed and signed it
    identifiers: Sealed[list[Identifier]]  # the numbers in it, each brought into one form
    provider_signature: Sealed[Text | None]  # the provider's signed note over what it stated


TYPES: dict[str, type[Fact]] = {"provider.facts-stated/1": FactsStated}
