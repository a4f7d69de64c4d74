"""Which tables are published about the homes that were chosen, in plain words.

- All tables have one grain, half-years, so that none can be subtracted from another (ADR 0022).
- Fees are among them only where the authority says how it tested the public interest (R11), and never without how well
  the homes match.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from fairplace.counting import findings
from fairplace.counting.answers import ANSWERS
from fairplace.counting.endings import ENDINGS, NIGHTS_TEXT, UNREGISTERED_WORDS
from fairplace.counting.introductions import INTRODUCTIONS
from fairplace.disclosure_control.plan import Plan, Table
from fairplace.errors import Malformed

UNDER = ("block", "soft-block", "framework-call-off", "dynamic-market", "mini-competition", "other-under-agreement")
OUTSIDE = (
    "spot-competed",
    "spot-single",
    "user-choice-direct",
    "emergency-direct",
    "statutory-direction",
    "other-outside",
    "off-terms",
)
OWN = "in-house"

_BOUGHT: Mapping[str, str] = {
    OWN: OWN,
    **dict.fromkeys(UNDER, "under-agreement"),
    **dict.fromkeys(OUTSIDE, "spot"),
}
_URGENT: Mapping[str, str] = {
    "avoidable": "emergency",
    "not-avoidable": "emergency",
    "unknown-since-when": "emergency",
    "within-7d": "not-emergency",
    "planned": "not-emergency",
}

_FAMILIES: Mapping[str, str] = {
    "foster": "foster",
    "supported": "supported",
    "positive-choice": "residential",
    "after-failed-fostering": "residential",
    "no-fostering-available": "residential",
    "reason-not-recorded": "residential",
}
_LEVELS = {
    "level-1": "1, mainstream",
    "level-2": "2, additional",
    "level-3": "3, high",
    "level-4": "4, exceptional",
}
_LATER = 2
"""Levels of need come out as late as fees, so that fees can stand within them."""

SPOT_2007 = ("London, 2007", 8500)
"""The dated line beside the spot share, in hundredths of a per cent: what the national contract of 2007 was made
against (E6)."""

DECISIONS = Plan(
    name="decisions",
    tables=(
        Table(
            name="spot",
            title="How homes were bought",
            text=(
                "Each decision for a home, by how it was bought. Spot: from an outside provider, and not called off from "
                "a concluded agreement on its terms. Shares are of homes from outside providers; the authority's own "
                "homes stand beside them."
            ),
            by="spot",
            labels=("spot", "under-agreement", OWN),
            words={"spot": "Spot", "under-agreement": "Under an agreement", OWN: "The authority's own"},
            measure="share",
            outside=(OWN,),
            grain="half-year",
        ),
        Table(
            name="mechanisms",
            title="By which mechanism",
            text=(
                "Each decision, by the mechanism that it names. A provider of an agreement that was paid off its agreed "
                "terms counts as spot, and has a line of its own. Shares are of homes from outside providers."
            ),
            by="mechanism",
            labels=tuple(_BOUGHT),
            words={
                OWN: "The authority's own",
                "off-terms": "Off the terms of an agreement",
                "other-under-agreement": "Another way, under an agreement",
                "other-outside": "Another way, outside any agreement",
            },
            measure="share",
            outside=(OWN,),
            within="spot",
            inside=_BOUGHT,
            grain="half-year",
        ),
        Table(
            name="connections",
            title="Connections that a child keeps",
            text=(
                "Of the school, family, friends and other connections listed before the search: which part the chosen "
                "home keeps, in per cent, for each way of buying."
            ),
            by="connections",
            labels=("spot", "under-agreement", OWN),
            words={"spot": "Spot", "under-agreement": "Under an agreement", OWN: "The authority's own"},
            measure="mean",
            of="connections-kept",
            unit="per cent kept",
            within="spot",
            inside={"spot": "spot", "under-agreement": "under-agreement", OWN: OWN},
            grain="half-year",
        ),
        Table(
            name="access",
            title="Were providers asked alike?",
            text=(
                "The gravest answer of three rules for each decision: were all suitable providers of a tier asked "
                "together (PL-01), with the same time (PL-02) and the same facts (PL-03)?"
            ),
            by="access",
            labels=("met", "concern", "not-met", "cannot-tell", "not-applicable"),
            words={
                "met": "Alike",
                "concern": "Nearly",
                "not-met": "Not alike",
                "cannot-tell": "The record does not tell",
                "not-applicable": "Nobody outside was asked",
            },
            measure="share",
            outside=("not-applicable",),
            grain="half-year",
        ),
        Table(
            name="answers",
            title="Time to the first answer",
            text=(
                "How long it took from the first request for a child to the first answer of any provider, an offer or "
                "a refusal."
            ),
            by="answer",
            labels=("within-4-hours", "within-a-day", "within-3-days", "later", "no-answer", "nobody-asked"),
            measure="share",
            outside=("nobody-asked",),
            grain="half-year",
        ),
        Table(
            name="localness",
            title="Local, and able to meet the need",
            text=(
                "Local: at most 20 miles from where the child comes from. Matched: the home's evidenced level is at "
                "least that of the need, and it failed no condition. One without the other is a loss."
            ),
            by="quadrant",
            labels=("local-matched", "local-mismatched", "distant-matched", "distant-mismatched"),
            words={
                "local-matched": "Local and matched",
                "local-mismatched": "Local, not matched",
                "distant-matched": "Distant, matched",
                "distant-mismatched": "Distant, not matched",
            },
            measure="share",
            grain="half-year",
        ),
        Table(
            name="emergencies",
            title="Emergencies",
            text="Each decision, by whether the search was opened as an emergency or for the same day.",
            by="emergency",
            labels=("emergency", "not-emergency"),
            words={"emergency": "Emergency or same day", "not-emergency": "With more time"},
            measure="share",
            grain="half-year",
        ),
        Table(
            name="urgency",
            title="Emergencies that could have been foreseen",
            text=(
                "An emergency is called avoidable where it was known for more than 14 days that a home would be needed."
            ),
            by="urgency",
            labels=tuple(_URGENT),
            words={
                "avoidable": "Emergency, avoidable",
                "not-avoidable": "Emergency, not avoidable",
                "unknown-since-when": "Emergency, not recorded since when known",
                "within-7d": "Within seven days",
                "planned": "Planned",
            },
            measure="share",
            within="emergencies",
            inside=_URGENT,
            grain="half-year",
        ),
        Table(
            name="reasons",
            title="Reasons given on time",
            text="Were all providers that offered and were not chosen told why within five working days?",
            by="reasons",
            labels=("on-time", "late-or-never", "nobody-to-tell"),
            measure="share",
            outside=("nobody-to-tell",),
            grain="half-year",
        ),
        Table(
            name="families",
            title="Kinds of home",
            text="Each decision, by the kind of home that was chosen.",
            by="family",
            labels=("foster", "residential", "supported"),
            words={"foster": "Foster home", "residential": "Children's home", "supported": "Supported accommodation"},
            measure="share",
            grain="half-year",
        ),
        Table(
            name="residential",
            title="Why a children's home",
            text=(
                "Was a children's home chosen because it is right for the child, after fostering had failed, or because "
                "no foster home was to be had?"
            ),
            by="residential",
            labels=tuple(_FAMILIES),
            words={
                "foster": "A foster home was chosen",
                "supported": "Supported accommodation was chosen",
                "positive-choice": "A children's home, as a positive choice",
                "after-failed-fostering": "A children's home, after fostering failed",
                "no-fostering-available": "A children's home, no foster home to be had",
                "reason-not-recorded": "A children's home, the reason not recorded",
            },
            measure="share",
            outside=("foster", "supported"),
            within="families",
            inside=_FAMILIES,
            grain="half-year",
        ),
        Table(
            name="categories",
            title="Generalist or specialist, and how long before a home was needed",
            text=(
                "What an assessor said before the search that the child needs; and the days from the opening of the "
                "search to the day on which a home was needed."
            ),
            by="category",
            labels=("generalist", "specialist"),
            measure="median",
            of="lead-days",
            unit="days",
            grain="half-year",
        ),
        Table(
            name="levels",
            title="Levels of need",
            text="The level of the need for which the home was chosen.",
            by="level",
            labels=tuple(_LEVELS),
            words=_LEVELS,
            measure="share",
            grain="half-year",
            wait=_LATER,
        ),
        Table(
            name="unregistered",
            title="Homes that must be registered and are not",
            text=(
                "Each decision, by whether it was recorded that the child was in a place that is not registered. A place in "
                "which a child was put without a decision is in the numbers about searches that found no home."
            ),
            by="unregistered",
            labels=("used", "not-used"),
            words=UNREGISTERED_WORDS,
            measure="share",
            grain="half-year",
        ),
        Table(
            name="unregistered-nights",
            title="How long children were in them",
            text=NIGHTS_TEXT,
            by="unregistered-nights",
            labels=("used", "not-used"),
            words=UNREGISTERED_WORDS,
            measure="mean",
            of="nights",
            nothing=("not-used",),
            unit="nights",
            within="unregistered",
            inside={"used": "used", "not-used": "not-used"},
            grain="half-year",
        ),
        *findings.TABLES,
        Table(
            name="first-time-right",
            title="Right the first time",
            text=(
                "Did the placement last 180 days, or end earlier as the care plan said? Not recorded where it has not "
                "begun, or where only the place changed and not the carer."
            ),
            by="first-time-right",
            labels=("yes", "no"),
            measure="share",
            grain="half-year",
            wait=3,
        ),
    ),
)

FEES = Table(
    name="fees",
    title="What homes cost, beside how well they match",
    text=(
        "The weekly fee at the decision, to the nearest £50, by the level of need; and the points that the chosen home "
        "earned for the match, of 100 for everything."
    ),
    by="fee-level",
    labels=tuple(_LEVELS),
    words=_LEVELS,
    measure="median",
    of="weekly-fee",
    unit="£ a week",
    pair="match",
    pair_words="the median points for the match",
    within="levels",
    inside={level: level for level in _LEVELS},
    money=True,
    round_to=50,
    decimals=0,
    grain="half-year",
)
"""Not in a plan by itself: it lacks the test of the public interest (R11)."""

PLANS: Mapping[str, Plan] = {one.name: one for one in (DECISIONS, ANSWERS, ENDINGS, INTRODUCTIONS)}
TITLES: Mapping[str, str] = {
    DECISIONS.name: "Homes that were chosen",
    ANSWERS.name: "What providers answered",
    ENDINGS.name: "Searches that found no home",
    INTRODUCTIONS.name: "Introductions of providers",
}
NOTHING: Mapping[str, str] = {
    DECISIONS.name: "no search in this register has come to a chosen home yet",
    ANSWERS.name: "no search in this register is over yet",
    ENDINGS.name: "no search in this register has ended without a home",
    INTRODUCTIONS.name: "no introduction is on record in this register",
}
"""Why there is nothing to count."""


def with_fees(plan: Plan, public_interest_test: str) -> Plan:
    """The plan of decisions with fees, and with the test in words."""
    if plan.name != DECISIONS.name:
        raise Malformed(f"fees belong to the plan {DECISIONS.name}, not to {plan.name}; leave the test out")
    fees = msgspec.structs.replace(FEES, public_interest_test=public_interest_test)
    return msgspec.structs.replace(plan, tables=(*plan.tables, fees))


def without(plan: Plan, names: Collection[str]) -> Plan:
    """The plan without these tables, nor those that stand within them."""
    known = [table.name for table in plan.tables]
    if stray := sorted(set(names) - set(known)):
        raise Malformed(f"there is no table {stray[0][:60]!r}; there is {', '.join(known)}")
    left = tuple(one for one in plan.tables if not {one.name, *plan.above(one)} & set(names))
    return msgspec.structs.replace(plan, tables=left)
