"""The words for the codes of a search, as the screens say them; a code without words is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping

TIER: Mapping[str, str] = {
    "IN_HOUSE": "our own homes",
    "T1": "tier 1",
    "T2": "tier 2",
    "T3": "tier 3",
    "OFF": "providers off the agreement",
}
FAMILY: Mapping[str, str] = {
    "foster": "a foster home",
    "residential": "a children’s home",
    "supported": "supported accommodation",
}
CRITERION: Mapping[str, str] = {
    "match": "Match with the need",
    "outcomes": "Outcomes",
    "locality": "Nearness",
    "price": "Price",
    "other": "Other",
}
FEE: Mapping[str, str] = {
    "accommodation": "Accommodation",
    "care_staffing": "Care and staffing",
    "education": "Education",
    "therapy": "Therapy",
    "allowances": "Allowances",
    "matching_transition": "Matching and moving in",
    "enhanced_hours": "Added hours",
    "management": "Management and overheads",
    "surplus": "Surplus",
    "discount": "Discount",
    "retainer": "Retainer",
}
BOUNDARY: Mapping[str, str] = {
    "IN": "in our area",
    "ADJ": "in an adjoining authority",
    "DIST": "at a distance: outside our area, and not adjoining",
    "OUTSIDE_ENGLAND": "outside England",
}
CAPACITY: Mapping[str, str] = {
    "practice": "practice",
    "budget": "budget",
    "nominated_officer": "nominated officer",
    "director": "director of children’s services",
    "head_of_service": "head of service",
}
NO_ROOM: Mapping[str, str] = {
    "staffing": "staffing does not allow it",
    "match": "no child would match those who live there",
    "notice": "a child is still there, on notice",
    "building": "the building is not ready",
}
EMERGENCY: Mapping[str, str] = {
    "breakdown": "a placement broke down",
    "police_protection": "police protection",
    "discharge": "discharge from hospital or custody",
    "remand": "remand",
    "out_of_hours": "out of hours",
    "other_coded": "another reason",
}
WHY_NOT: Mapping[str, str] = {
    "family": "it is another kind of home than was sought",
    "suspended": "it is suspended",
    "closed": "it is closed",
    "ages": "the ages that it is registered for",
    "sexes": "the sexes that it is registered for",
    "area": "the area in which it lies",
    "unknown": "what it is registered for is not on record",
    "other_tier": "you stand in another tier of the agreement, or in none",
    "no_home": "no home of yours is on the list",
    "not_registered": "you are not on the list",
}
"""Why somebody was not asked: the answer of `Market.why_not_asked`."""
ROUTE: Mapping[str, str] = {
    "framework": "a framework",
    "dynamic-market": "a dynamic market",
    "block": "a block",
    "soft-block": "a soft block",
}
GROUND: Mapping[str, str] = {
    "not-asked": "we should have been asked",
    "equal-treatment": "others knew more, or had more time",
    "criteria": "the criteria or their weights were not those declared",
    "time-limits": "there was too little time to answer",
    "scoring": "an offer was given the wrong points",
    "choice": "the home chosen does not have what was asked for",
    "reasons": "the reasons are missing, or do not explain the points",
    "conflict-of-interest": "somebody who judged has an interest in the outcome",
    "terms": "the terms of an agreement were not kept",
    "other": "something else",
}
"""On which ground a search is challenged, as the provider says it."""
REMEDY: Mapping[str, str] = {
    "explanation": "a full explanation",
    "be-asked": "to be asked in searches like this",
    "judge-again": "the offers judged again",
    "correct-list": "the list corrected",
    "apology": "an apology",
    "other": "something else",
}
OUTCOME: Mapping[str, str] = {
    "upheld": "it is right",
    "partly-upheld": "it is right in part",
    "not-upheld": "it is not right",
}
CONTEST_KIND: Mapping[str, str] = {
    "complaint": "a challenge to the authority",
    "letter-before-claim": "a letter before court action",
}
