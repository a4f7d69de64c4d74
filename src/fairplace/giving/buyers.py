"""Who buys, as notices, letters and decision texts name them: each as the record has it, whoever leads first."""

from __future__ import annotations

from fairplace.giving.fields import Field, Section, absent, field
from fairplace.giving.known import Known
from fairplace.procurement.events import Buyer

ROLE = {"leads": "leads the procedure", "buys": "buys jointly", "bought-for": "is bought for"}


def together(known: Known, authority: str) -> str:
    """Who buys, as a further line beside whoever writes; empty where that is this authority alone."""
    if len(known.buyers) > 1:
        return "\nBuying together: " + "; ".join(map(_one, known.buyers))
    if known.buyers:
        sole = known.buyers[0]
        return f"\nBuyer: {sole.name}" if sole.name != authority else ""
    return f"\nBuying together: {known.buyer}" if known.buyer and known.buyer != authority else ""


def _one(buyer: Buyer) -> str:
    return f"{buyer.name} ({buyer.id or 'no identifier is known'}), which {ROLE[buyer.role]}"


def blocks(authority: str, known: Known) -> tuple[Section, ...]:
    """A block of each buyer, as a notice has them; of this authority alone while nobody is named."""
    number = len(known.buyers)
    if number < 2:
        sole = known.buyers[0] if known.buyers else None
        named = sole.name if sole else authority
        whole = [field("Buying together", known.buyer)] if known.buyer and known.buyer != named and not sole else []
        return (
            Section("Contracting authority", (field("Name", named), *whole, *_rest("", sole.id if sole else None))),
        )
    return tuple(
        Section(
            f"Contracting authority {at} of {number}",
            (
                field(f"Authority {at}: name", one.name),
                field(f"Authority {at}: role", ROLE[one.role].capitalize()),
                *_rest(f"Authority {at}: ", one.id),
            ),
        )
        for at, one in enumerate(known.buyers, start=1)
    )


def _rest(start: str, found: str | None) -> tuple[Field, ...]:
    number = "the Public Procurement Organisation Number"
    return (
        Field(label=f"{start}Identifier", value=found, missing=number),
        absent(f"{start}Address", "the postal address"),
        absent(f"{start}Contact", "a name, an e-mail address and a telephone number"),
        absent(f"{start}Organisation type", "the kind of authority"),
    )
