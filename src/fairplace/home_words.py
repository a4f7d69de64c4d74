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
REASON: Mapping[str, str] = {
    "top_score": "most points",
    "match": "the match",
    "sibling": "brothers and sisters",
    "school": "school",
    "safety_distance": "a safe distance",
    "child_view": "the child’s view",
    "only_suitable": "the only one that suits",
    "specialism": "what it can do",
    "lowest_fee": "the lowest fee",
    "in_house": "it is our own",
    "other": "something else",
}
"""Why a home was chosen, or not the nearest."""
VOICE: Mapping[str, str] = {"followed": "followed", "partly": "followed in part", "not": "not followed"}
"""What became of the child’s view."""
RESIDENTIAL: Mapping[str, str] = {
    "positive_choice": "it is what the child needs",
    "after_failed_fostering": "after fostering broke down",
    "no_fostering_available": "no foster home was free",
}
"""Why a children’s home."""
KEPT: Mapping[str, str] = {"kept": "kept", "lost": "lost", "changed_by_plan": "changed by the plan"}
HARD: Mapping[str, str] = {
    "registration": "registration for the child’s age and sex",
    "level": "evidence of the level needed",
    "grade": "no inadequate grade",
    "siblings": "room for brothers and sisters",
    "date": "free by the day needed",
}
"""What an offer must have at all."""
FRAME: Mapping[str, str] = {
    "BE_HEALTHY": "be healthy",
    "STAY_SAFE": "stay safe",
    "ENJOY_ACHIEVE": "enjoy and achieve",
    "POSITIVE_CONTRIBUTION": "make a positive contribution",
    "ECONOMIC_WELLBEING": "economic wellbeing",
}
FEE_BASIS: Mapping[str, str] = {
    "uplift": "the yearly rise",
    "need_changed": "the need has changed",
    "hours_changed": "the hours have changed",
    "correction": "it was wrong",
    "other": "something else",
}
ASSURANCE: Mapping[str, str] = {
    "visit": "a visit",
    "monthly_report": "the monthly report of an independent visitor",
    "grade_change": "another grade of an inspection",
    "complaint": "a complaint",
}
UNREGISTERED: Mapping[str, str] = {
    "no_registered_home": "no registered home was to be had",
    "registration_pending": "its registration is asked for",
    "emergency": "an emergency",
    "bespoke": "it was made for this child",
}
ABILITY: Mapping[str, str] = {
    "clinical-staff": "clinical staff",
    "model-of-care": "a model of care",
    "inspection-text": "the text of an inspection",
    "outcomes": "outcomes",
    "training": "training",
    "ratio": "many adults: alone it never raises a level",
}
SIZE: Mapping[str, str] = {"one-home": "one home", "small": "small", "medium": "medium", "large": "large"}
OWNER: Mapping[str, str] = {
    "authority": "an authority",
    "charity": "a charity",
    "founder": "its founder",
    "group": "a group",
    "private-equity": "private equity",
    "other": "something else",
}
UPLIFT: Mapping[str, str] = {
    "none": "they do not",
    "cpi": "by the consumer prices index",
    "lower-of-cap-and-cpi": "by the index, at most by a cap",
}
PRIORITY: Mapping[str, str] = {
    "child_safety_tonight": "a child must be safe tonight",
    "placement_ends": "a placement ends",
    "court_date": "a day in court",
}
ATTENDED: Mapping[str, str] = {
    "chair": "the chair",
    "social_worker": "the social worker",
    "placements": "the placements team",
    "health": "health",
    "education": "education",
    "budget": "whoever holds the budget",
    "advocate": "the child’s advocate",
}
CHILD_ASKED: Mapping[str, str] = {
    "in_person": "in person",
    "advocate": "by an advocate",
    "written": "in writing",
    "observed": "by watching, because they are too young to say",
    "not_taken": "they were not asked",
}
NOT_TAKEN: Mapping[str, str] = {
    "too_young": "too young",
    "too_urgent": "too urgent",
    "declined": "they did not want to say",
}
CAUSE: Mapping[str, str] = {
    "no_capacity": "no room anywhere",
    "declined_on_match": "declined for the match",
    "late_referral": "asked too late",
    "incomplete": "the referral said too little",
    "fee_not_agreed": "the fee was not agreed",
    "need_changed": "the need changed",
}
"""Why no home was found."""
INTRODUCER: Mapping[str, str] = {
    "nobody": "the provider itself",
    "member": "a member of the council",
    "minister": "a minister or a member of parliament",
    "senior_officer": "a senior officer",
    "former_staff": "somebody who worked here",
    "other": "somebody else",
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
    "why": REASON,
    "departs": REASON,
    "voice": VOICE,
    "residential": RESIDENTIAL,
    "hard": HARD,
    "failed": HARD,
    "basis": FEE_BASIS,
    "size_band": SIZE,
    "owner_type": OWNER,
    "attended": ATTENDED,
    "how": CHILD_ASKED,
    "reason_not": NOT_TAKEN,
    "cause": CAUSE,
    "introducer": INTRODUCER,
}
"""The lists of which a member of an event is: their words come before those of a code alone."""
_LISTS: tuple[Mapping[str, str], ...] = (
    RESIDENTIAL, KEPT, FRAME, ASSURANCE, UNREGISTERED, ABILITY, SIZE, OWNER, UPLIFT, PRIORITY, ATTENDED, CHILD_ASKED,
    NOT_TAKEN, CAUSE, FEE_BASIS, INTRODUCER, REASON,
)  # fmt: skip
_CODED: Mapping[str, str] = {
    code: words for known in _LISTS for code, words in known.items() if not code.isalpha() or code.isupper()
}
"""The codes of these lists that are no words of English themselves."""
VALUE: Mapping[str, str] = {
    **_CODED,
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
    "lower_match_score": "a lower match",
    "no_vacancy": "no vacancy",
    "match_with_resident_children": "no match with the children who live there",
    "dynamic-market": "dynamic market",
    "soft-block": "soft block",
    "deprivation_of_liberty": "deprivation of liberty",
    "none_suitable": "none suits",
    "not_found": "no home was found",
    "occupational_therapist": "an occupational therapist",
    "speech_therapist": "a speech therapist",
    "specialist_social_worker": "a specialist social worker",
    "other_coded": "another reason",
    "under_agreement": "under an agreement",
    "off_terms": "off the agreed terms",
}
"""A code by itself, wherever it stands."""
