"""Codes of the record in plain words, for papers that leave the house."""

from __future__ import annotations

from fairplace.formats import points, share
from fairplace.giving.known import Known
from fairplace.procurement.events import Criterion

NOT_IN_THE_RECORD = "not in the record: "
"""Begins whatever a paper needs and no event tells. Nothing is ever made up in its place."""

GROUND = {
    "condition": "a condition of participation was not met",
    "excluded": "the supplier is excluded (Procurement Act 2023, sections 26 to 28)",
    "abnormally-low": "its price was abnormally low (section 19(3)(c))",
    "late": "it came in after the deadline",
    "incomplete": "it was incomplete",
    "breach": "it broke a rule of the procedure (section 19(3)(d))",
}
ENDED = {
    "no-bids": "no bids were received",
    "no-suitable-bids": "no bid was suitable",
    "need-changed": "the need changed",
    "funding": "there is no funding for it",
    "procedure-flawed": "the procedure was flawed",
    "other": "for another reason",
}
CHANGE = {
    "modification": "The terms or the scope of the contract",
    "extension": "An option to extend is used",
    "price": "The price",
    "supplier": "The supplier",
}
DIRECT_GROUND = {
    "prototype": "Prototypes and development (Schedule 5, paragraphs 2 and 3)",
    "art": "Unique works of art or performances (Schedule 5, paragraph 4)",
    "exclusive-rights": "Exclusive rights (Schedule 5, paragraph 5)",
    "technical": "Absence of competition for technical reasons (Schedule 5, paragraph 6)",
    "additional": "Additional or partial replacement, not compatible otherwise (Schedule 5, paragraph 7)",
    "repeat": "Repeat of what was competed for (Schedule 5, paragraph 8)",
    "commodity": "Commodities (Schedule 5, paragraph 10)",
    "insolvency": "Advantageous terms on insolvency (Schedule 5, paragraph 11)",
    "urgency": "Extreme and unavoidable urgency (Schedule 5, paragraphs 13 and 14)",
    "user-choice": "User choice (Schedule 5, paragraphs 15 to 17)",
    "protect-life": "To protect life or public order (section 42)",
    "no-suitable-tender": "Switch after a competition without a suitable tender (section 43)",
}
CHANGE_GROUND = {
    "provided-for": "Provided for in the contract (Schedule 8, paragraph 1)",
    "urgency": "Urgency and the protection of life etc. (Schedule 8, paragraphs 2 and 3)",
    "unforeseeable": "Unforeseeable circumstances (Schedule 8, paragraph 4)",
    "known-risk": "Materialisation of a known risk (Schedule 8, paragraphs 5 to 7)",
    "additional": "Additional goods, services or works (Schedule 8, paragraph 8)",
    "restructuring": "Transfer on corporate restructuring (Schedule 8, paragraph 9)",
    "not-substantial": "Not a substantial modification (section 74(3))",
    "below-threshold": "Below-threshold modification (section 74(4))",
    "light-touch": "Light touch contract (section 74(2))",
}
OVER = {
    "discharge": "Discharge",
    "expiry": "Expiry",
    "termination": "Termination by a party",
    "rescission": "Rescission",
    "set-aside": "Set aside by court order",
}
OVER_CAUSE = {
    "performed": "the contract was performed",
    "term-over": "its term was over",
    "agreed": "both sides agreed",
    "need-ended": "the need ended",
    "breach": "a breach of contract",
    "insolvency": "insolvency",
    "improper-award-or-change": "awarded or modified in material breach of the Act (section 78(2)(a))",
    "supplier-excluded": "the supplier became an excluded or excludable supplier (section 78(2)(b))",
    "sub-contractor-excluded": "a sub-contractor became an excluded or excludable supplier (section 78(2)(c))",
    "court-order": "a court order",
    "other": "another reason",
}
ROUTE = {
    "open": "open procedure",
    "flexible": "competitive flexible procedure",
    "flexible_dm": "competitive flexible procedure, under a dynamic market",
    "framework_calloff": "call-off from a framework",
    "direct_s41": "direct award under section 41",
    "direct_s43": "direct award under section 43",
}
FORMULA = {
    "lowest-over-price": "The lowest price earns the whole weight. Another earns the weight times the lowest price, divided by its own.",
    "linear-to-double": "The lowest price earns the whole weight, and a price twice as high earns nothing; between them it falls in a straight line.",
}
TIE = {
    "highest-quality": "Of bids that come out level, the one with more points for quality ranks first.",
    "lowest-price": "Of bids that come out level, the one with the lower price ranks first.",
}


def missing(what: str) -> str:
    return NOT_IN_THE_RECORD + what


def scored_on(known: Known) -> list[Criterion]:
    """The criteria that earn points: those that are nobody's parent."""
    parents = {one.parent for one in known.criteria}
    return [one for one in known.criteria if one.id not in parents]


def full_name(known: Known, criterion: Criterion) -> str:
    """A criterion under the name of what it is part of."""
    by_id = {one.id: one for one in known.criteria}
    names, seen = [known.named(criterion.id)], {criterion.id}
    above = by_id.get(criterion.parent or "")
    while above is not None and above.id not in seen:
        names.append(known.named(above.id))
        seen.add(above.id)
        above = by_id.get(above.parent or "")
    return ": ".join(reversed(names))


def how_scored(known: Known, criterion: Criterion) -> str:
    """How one criterion is scored, and what scores there are."""
    if criterion.kind == "price":
        return f"By the price, from 0 to {points(criterion.weight)} points"
    scale = known.state.scale
    return f"Marks from {scale.lowest} to {scale.highest}" if scale else "By marks"


def weight(criterion: Criterion) -> str:
    return share(criterion.weight)
