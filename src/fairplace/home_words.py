"""The words for the codes of placements, as people read them: on pages, in letters, in what they sign, on papers.

- One place for all: pages take them from here, and so do papers (`words_of_homes.html`), which only add what they name
  otherwise. Codes of dated lists (SSDA903, reasons, grades) have their words in `referral/lists/`.
- Words stand in the middle of a sentence; whoever begins one with them makes the first letter large.
"""

from __future__ import annotations

from collections.abc import Mapping

TIER: Mapping[str, str] = {
    "IN_HOUSE": "our own homes",
    "T1": "tier 1",
    "T2": "tier 2",
    "T3": "tier 3",
    "OFF": "providers off the agreement",
}
AMONG: Mapping[str, str] = {
    "IN_HOUSE": "among our own homes",
    "T1": "in tier 1",
    "T2": "in tier 2",
    "T3": "in tier 3",
    "OFF": "off the agreement",
}
"""Where in a search somebody is asked."""
FAMILY: Mapping[str, str] = {
    "foster": "a foster home",
    "residential": "a children’s home",
    "supported": "supported accommodation",
}
CATEGORY: Mapping[str, str] = {"generalist": "a generalist’s to give", "specialist": "a specialist’s to give"}
URGENCY: Mapping[str, str] = {
    "planned": "planned",
    "within_7d": "within seven days",
    "same_day": "on the same day",
    "emergency": "an emergency",
}
MECHANISM: Mapping[str, str] = {
    "in_house": "our own home",
    "framework_call_off": "called off a framework",
    "mini_competition": "among those of a framework",
    "dynamic_market": "from a dynamic market",
    "block": "a place paid for in a block",
    "soft_block": "a place of a soft block",
    "spot_competed": "spot, with several asked",
    "spot_single": "spot, with one asked",
    "user_choice_direct": "by the child’s or family’s choice",
    "emergency_direct": "in an emergency",
    "statutory_direction": "as a court or law says",
}
"""How a home is bought."""
OWN_SEARCH: Mapping[str, str] = {
    "offer": "a home is offered",
    "no_vacancy": "there is no room",
    "none_suitable": "none suits",
}
ENDED: Mapping[str, str] = {"withdrawn": "no home is needed any more", "not_found": "none was found"}
EDITION: Mapping[str, str] = {
    "plain": "in plain words",
    "large_print": "in large print",
    "symbols": "with symbols",
    "braille": "in braille",
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
PAYER: Mapping[str, str] = {
    "care": "children’s social care",
    "send": "special needs",
    "health": "health",
    "other": "somebody else",
}
"""Who pays for a part of a fee."""
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
ROLE: Mapping[str, str] = {
    "social-worker": "a social worker",
    "nominated-officer": "the nominated officer",
    "director": "the director of children’s services",
    "budget-holder": "the budget holder",
}
BY_MEMBER: Mapping[str, Mapping[str, str]] = {
    "tier": TIER,
    "window_hours": TIER,
    "family": FAMILY,
    "category": CATEGORY,
    "urgency": URGENCY,
    "mechanism": MECHANISM,
    "boundary": BOUNDARY,
    "capacity": CAPACITY,
    "route": ROUTE,
    "ground": GROUND,
    "remedy": REMEDY,
    "format": EDITION,
    "payer": PAYER,
}
"""The lists of which a member of an event is: their words come before those of a code alone."""
VALUE: Mapping[str, str] = {
    **TIER,
    **FAMILY,
    **URGENCY,
    **MECHANISM,
    **BOUNDARY,
    **CAPACITY,
    **EMERGENCY,
    **EDITION,
    **CONTEST_KIND,
    **{code: words.lower() for code, words in FEE.items()},
    "social_worker": "social worker",
    "placements": "placements team",
    "chair": "chair",
    "in_person": "in person",
    "not_taken": "not asked",
    "too_young": "too young",
    "too_urgent": "too urgent",
    "changed_by_plan": "changed by plan",
    "top_score": "most points",
    "only_suitable": "the only suitable one",
    "child_view": "the child’s view",
    "lower_match_score": "a lower match",
    "no_vacancy": "no vacancy",
    "match_with_resident_children": "no match with the children who live there",
    "positive_choice": "a positive choice",
    "after_failed_fostering": "after fostering failed",
    "no_fostering_available": "no foster home was to be had",
    "BE_HEALTHY": "be healthy",
    "STAY_SAFE": "stay safe",
    "ENJOY_ACHIEVE": "enjoy and achieve",
    "POSITIVE_CONTRIBUTION": "make a positive contribution",
    "ECONOMIC_WELLBEING": "economic wellbeing",
    "child_safety_tonight": "the child’s safety tonight",
    "court_date": "a day in court",
    "placement_ends": "a placement ends",
    "clinical-staff": "clinical staff",
    "inspection-text": "words of an inspection",
    "model-of-care": "a model of care",
    "dynamic-market": "dynamic market",
    "soft-block": "soft block",
    "lower-of-cap-and-cpi": "the lower of the cap and consumer prices",
    "deprivation_of_liberty": "deprivation of liberty",
    "declined_on_match": "no home suited",
    "fee_not_agreed": "no fee was agreed",
    "late_referral": "the request came too late",
    "no_capacity": "nobody had room",
    "need_changed": "the need changed",
    "hours_changed": "the hours changed",
    "former_staff": "former staff",
    "senior_officer": "a senior officer",
    "grade_change": "a new grade",
    "monthly_report": "a monthly report",
    "lowest_fee": "the lowest fee",
    "safety_distance": "a safe distance",
    "no_registered_home": "no registered home was to be had",
    "registration_pending": "registration is under way",
    "none_suitable": "none suits",
    "not_found": "no home was found",
    "occupational_therapist": "an occupational therapist",
    "speech_therapist": "a speech therapist",
    "specialist_social_worker": "a specialist social worker",
    "one-home": "one home",
    "other_coded": "another reason",
    "private-equity": "private equity",
    "under_agreement": "under an agreement",
    "off_terms": "off the agreed terms",
}
"""A code by itself, wherever it stands."""
