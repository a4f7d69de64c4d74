"""The sections that notices are made of, field by field, in the order in which the central platform shows them."""

from __future__ import annotations

import datetime as dt

from fairplace.errors import Misconfigured
from fairplace.formats import date, date_time, points
from fairplace.giving import standing, supplier_parts, wording
from fairplace.giving.fields import Field, Section, absent, field
from fairplace.giving.known import Known, Noticed
from fairplace.giving.supplier_parts import StatedBy
from fairplace.procurement.standstill import least_last_day
from fairplace.procurement.state import calls_off
from fairplace.terms import Pence, as_date, day
from fairplace.working_days import period_days

FIVE_MILLION: Pence = 500_000_000
"""Above it the award notice names the assessed bidders who lost, and the contract is published (sections 50, 53(3))."""


def pounds(pence: Pence | None) -> str | None:
    """An amount as the platform takes it: `1680000.00`."""
    return None if pence is None else f"{pence // 100}.{pence % 100:02d}"


def _yes(value: bool | None) -> str | None:
    return None if value is None else "Yes" if value else "No"


def scope(known: Known, *, estimated: bool) -> Section:
    planned = known.state.planned
    term = planned.max_term_days if planned else None
    value = [
        absent("Total value, VAT not included", "the value without VAT"),
        field("Total value (estimated), VAT included, in pounds", pounds(known.value)),
    ]
    return Section(
        "Scope",
        (
            absent("Reference", "your own reference"),
            field("Title", known.title),
            field("Description", known.need),
            *(value if estimated else []),
            absent("Contract dates", "the first and the last day", f"Longest term: {term} days" if term else ""),
            field("Main procurement category", planned.contract_kind.capitalize() if planned else None),
            field("CPV classifications", ", ".join(planned.cpv) if planned else None),
            absent("Contract locations", "the place of delivery (NUTS)"),
            *([field("Why there are no lots", known.lots_reason)] if estimated else []),
        ),
    )


def participation(known: Known) -> Section:
    tender = known.state.tender
    conditions = ", ".join(tender.conditions) if tender else None
    return Section(
        "Participation",
        (
            field("Conditions of participation", conditions, "Short codes; the words stand in the tender documents"),
            absent("Particular suitability", "whether it suits small and medium-sized enterprises or charities"),
        ),
    )


def submission(known: Known) -> Section:
    tender = known.state.tender
    questions = date_time(tender.questions_until) if tender and tender.questions_until else None
    deadline = date_time(known.state.deadline) if known.state.deadline else None
    return Section(
        "Submission",
        (
            field("Enquiry deadline", questions),
            field("Tender submission deadline", deadline, "London time"),
            absent("Submission address and any special instructions", "where bids are submitted"),
            absent("Languages that may be used", "the languages of bids"),
            absent("Award decision date (estimated)", "the expected day of the award"),
        ),
    )


def award_criteria(known: Known) -> Section:
    fields = [
        made
        for number, one in enumerate(wording.scored_on(known), start=1)
        for made in (
            field(f"Criterion {number}: name", wording.full_name(known, one)),
            field(f"Criterion {number}: type", one.kind.capitalize()),
            field(f"Criterion {number}: weighting, per cent", points(one.weight)),
        )
    ]
    state = known.state
    how = [wording.FORMULA[state.price_formula]] if state.price_formula else []
    how += [f"Marks run from {state.scale.lowest} to {state.scale.highest}."] if state.scale else []
    how += [wording.TIE[state.tender.tie_break]] if state.tender and state.tender.tie_break else []
    return Section("Award criteria", (*fields, field("How bids are assessed", " ".join(how))))


def other(known: Known, notice: Noticed | None) -> Section:
    return Section(
        "Other information",
        (
            absent("Description of risks to contract performance", "known risks (regulation 18)"),
            absent("Applicable trade agreements", "the trade agreements"),
            field("Conflicts assessment prepared or revised", _conflicts(known, notice)),
        ),
    )


def _conflicts(known: Known, notice: Noticed | None) -> str | None:
    if notice is not None:
        return _yes(notice.conflicts_confirmed)
    return "Yes" if known.conflicts is not None else None


def procedure(known: Known) -> Section:
    planned = known.state.planned
    route = wording.ROUTE[planned.route].capitalize() if planned else None
    regime = None if planned is None else "Light touch" if planned.light_touch else "No special regime"
    winners = known.state.tender.winners if known.state.tender else None
    framework = planned is not None and planned.contract_kind == "framework"
    return Section(
        "Procedure",
        (
            field("Procedure type", route),
            *([field("Framework or dynamic market", _parent(known))] if calls_off(planned) else []),
            field("Special regime", regime),
            *([field("Maximum number of suppliers", str(winners) if winners else None)] if framework else []),
        ),
    )


def _parent(known: Known) -> str | None:
    """Its reference and name, as far as the record has them."""
    parent = known.state.parent
    if parent is None:
        return None
    here = f"case {parent.parent} of this register" if parent.parent else None
    return ", ".join(one for one in (parent.reference, parent.name.get(), here) if one) or None


def direct(known: Known) -> Section:
    ground = known.state.ground
    return Section(
        "Direct award",
        (
            field("Ground", wording.DIRECT_GROUND[ground.ground]) if ground else absent("Ground", "the paragraph of Schedule 5, or section 43"),
            field("Direct award justification", ground.reason.get()) if ground else absent("Direct award justification", "why the ground applies"),
            field("Section", {"direct_s41": "41", "direct_s43": "43"}.get(known.state.planned.route) if known.state.planned else None),
        ),
    )  # fmt: skip


def documents(known: Known) -> Section:
    tender = known.state.tender
    found = tender.documents.get() if tender else None
    value = "\n".join(f"{one.media}, {one.bytes:,} bytes, SHA-256 {one.sha256}" for one in found or ()) or None
    return Section("Documents", (field("Associated tender documents", value),))


def suppliers(known: Known, stated: StatedBy) -> Section:
    fields: list[Field] = []
    for number, bid in enumerate(known.winners, start=1):
        start = f"Supplier {number}: " if len(known.winners) > 1 else "Supplier: "
        signed = known.contract.value if known.contract and len(known.winners) == 1 else None
        value = pounds(signed if signed is not None else known.state.awards.get(bid.place))
        fields += [
            *supplier_parts.who(start, bid.provider, stated),
            *supplier_parts.kind(start, bid.provider, stated),
            field(f"{start}contract value, VAT included, in pounds", value),
        ]
    return Section("Suppliers", tuple(fields) or (field("Supplier", None),))


def award_dates(known: Known, today: dt.date) -> Section:
    told = date(known.told_at) if known.told_at else None
    last = standing.ends(known)
    after = (as_date(last) + dt.timedelta(days=1)).isoformat() if last else None
    return Section(
        "Award",
        (
            field("Award decision date", date(known.award.at) if known.award else None),
            field("Date assessment summaries were sent", told),
            field("Standstill period: end date", date(last) if last else None, "" if last else _if_today(known, today)),
            field("Earliest date the contract will be signed", date(after) if after else None),
        ),
    )


def _if_today(known: Known, today: dt.date) -> str:
    if known.notice("UK6") is not None:
        return "None was given, and none is required here"
    try:
        last = least_last_day(known.state, day(today))
    except Misconfigured:
        return ""
    return f"At least eight working days: published on {date(day(today))}, it would end on {date(last)}" if last else ""


def tenders(known: Known, stated: StatedBy) -> Section:
    state = known.state
    live, won = state.live, {bid.provider.id for bid in known.winners}
    lost = [bid.provider for name, bid in live.items() if name not in won]
    total = sum(state.awards.values())
    competed = state.planned is not None and state.planned.route in ("open", "flexible", "flexible_dm")
    fields = [
        field("Tenders received", str(len(state.bids)) if state.opened else None),
        field("Tenders assessed in the final stage", str(len(state.results)) if state.results else None),
        field("Suppliers awarded", str(len(won)) if won else None),
        field("Suppliers unsuccessful", str(len(lost)) if won else None),
    ]
    if competed and total > FIVE_MILLION:
        names = "\n".join(f"{one.name} ({one.id})" for one in lost)
        fields.append(field("Unsuccessful suppliers, by name", names, "Because the value is above £5 million"))
    return Section("Information about tenders", (*fields, supplier_parts.small_ones([one.provider for one in state.bids.values()], stated)))  # fmt: skip


def contract(known: Known) -> Section:
    signed, planned = known.contract, known.state.planned
    light = planned is not None and planned.light_touch
    fields = [field("Date signed", date(signed.on) if signed else None)]
    if not light and signed is not None and (signed.value or 0) > FIVE_MILLION:
        fields.append(absent("Key performance indicators", "the indicators (section 52), or why there are none"))
    if signed is not None and (signed.value or 0) > FIVE_MILLION:
        last = day(period_days(as_date(signed.on), 180 if light else 90))
        fields.append(absent("Signed contract documents", "the copy to publish", f"Needed by {date(last)}"))
    return Section("Contract", tuple(fields))


def ended(known: Known) -> Section:
    found = known.ended
    ground = wording.ENDED.get(found.ground, found.ground).capitalize() if found else None
    reason = found.reason if found else None
    return Section(
        "Termination",
        (
            field("Decision date", date(found.at) if found else None),
            field("Reason the procurement was terminated", f"{ground}. {reason}" if reason else ground),
        ),
    )
