"""The sections of the notices after the signature: of a change (UK10) and of the end (UK11) of a contract.

Procurement Regulations 2024, regulations 40 and 41.
"""

from __future__ import annotations

from fairplace.formats import date, points
from fairplace.giving import supplier_parts, wording
from fairplace.giving.fields import Field, Section, absent, field
from fairplace.giving.known import Known
from fairplace.giving.notice_parts import pounds
from fairplace.giving.supplier_parts import StatedBy


def changed(known: Known) -> Section:
    change = known.change
    if change is None:
        return Section("Contract change", (field("What is changed", None),))
    fields = [
        field("Kind of change", wording.CHANGE.get(change.kind, change.kind)),
        field("Ground of the modification", wording.CHANGE_GROUND.get(change.ground) if change.ground else None),
        field("Description and reason", change.reason),
        field("Date of the change", date(change.on)),
        field("Contract value before, VAT included, in pounds", pounds(change.before)),
        field("Contract value after, VAT included, in pounds", pounds(change.after)),
        field("Change of the value, per cent", _by(known)),
        field("Change of the longest term, in days", str(change.term_days)),
        absent("Contract dates after the change", "the first and the last day"),
        absent("Standstill", "whether a standstill of at least eight working days is offered (section 76)"),
    ]
    return Section("Contract change", tuple(fields))


def _by(known: Known) -> str | None:
    """The change of the value, in hundredths of a per cent, rounded half away from zero."""
    change = known.change
    if change is None or not change.before or change.after is None:
        return None
    size = (abs(change.after - change.before) * 20_000 + change.before) // (2 * change.before)
    return points(size if change.after >= change.before else -size)


def ended(known: Known) -> Section:
    over, signed = known.over, known.contract
    why = None if over is None else f"{wording.OVER[over.how]}: {wording.OVER_CAUSE[over.cause]}."
    fields = [
        field("Date signed", date(signed.on) if signed else None),
        field("Estimated value, VAT included, in pounds", pounds(known.value)),
        field("Contract value, VAT included, in pounds", pounds(known.state.contract.value if known.state.contract else None)),
        field("Date of termination", date(over.on) if over else None),
        field("Reason for termination", " ".join(one for one in (why, over.reason) if one) if over and why else None),
    ]  # fmt: skip
    return Section("Contract termination", (*fields, *(_breach() if over and over.cause == "breach" else ())))


def _breach() -> tuple[Field, ...]:
    """Procurement Regulations 2024, regulation 41(2)(h)."""
    return (
        absent(
            "The breach: which obligation, how, and for how long", "what was breached, its effects and its duration"
        ),
        absent("Damages or settlement", "whether damages were awarded or a settlement was made, and when"),
        absent("Section 71(5)", "a statement that section 71(5) applies because the supplier breached the contract"),
    )


def parties(known: Known, stated: StatedBy) -> Section:
    """With whom the contract is now."""
    contract = known.state.contract
    fields: list[Field] = []
    for number, one in enumerate(contract.providers if contract is not None else (), start=1):
        start = f"Supplier {number}: " if contract is not None and len(contract.providers) > 1 else "Supplier: "
        fields += supplier_parts.who(start, one, stated)
    return Section("Suppliers", tuple(fields) or (field("Supplier", None),))
