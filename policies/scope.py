"""Which law a procurement falls under, and whether its value was estimated honestly: Procurement Act 2023, ss. 3-4, Sch. 3."""

from collections.abc import Iterator
from datetime import date

from fairplace.policy import Case, Finding, rule
from fairplace.procurement.events import Imported, Planned
from fairplace.terms import Pence, as_date, day

ACT_BEGAN = date(2025, 2, 24)  # transitional provisions: SI 2024/716
THRESHOLDS_KNOWN_TO = date(2027, 12, 31)  # the next change is expected on 1 January 2028

# Pence, VAT included; from each day on. Sub-central authorities: SI 2025/1200 and, before it, Schedule 1 as commenced.
THRESHOLDS: tuple[tuple[date, dict[str, Pence]], ...] = (
    (
        date(2025, 2, 24),
        {
            "light-touch": 663_540_00,
            "light-touch-concession": 5_372_609_00,
            "goods-services": 214_904_00,
            "works-concessions": 5_372_609_00,
        },
    ),
    (
        date(2026, 1, 1),
        {
            "light-touch": 663_540_00,
            "light-touch-concession": 5_372_609_00,
            "goods-services": 207_720_00,
            "works-concessions": 5_193_000_00,
        },
    ),
)

NEAR_PERCENT = 90  # configured: from which share of the threshold a value is said to be just below it


@rule(
    code="SC-01",
    name="regime-resolved",
    source="Procurement Act 2023 ss. 3, 11, Sch. 2; SI 2024/716; Provider Selection Regime Regulations 2023 reg. 3",
    severity="high",
)
def regime_resolved(case: Case) -> Iterator[Finding]:
    """Is it on record which one law the procurement falls under, and do its facts bear that out?"""
    plans = case.of(Planned)
    evidence = tuple(recorded.index for recorded, _ in plans)
    if not plans:
        notices = tuple(recorded.index for recorded, _ in case.of(Imported))
        text = "which law applies is not on the record" + (": it was taken in from elsewhere" if notices else "")
        yield Finding(outcome="cannot-tell", text=text, evidence=notices)
        return
    if len(claimed := {plan.regime for _, plan in plans}) > 1:
        text = f"two laws are claimed: {', '.join(sorted(claimed))}"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
        return
    plan = plans[-1][1]
    began = as_date(plan.commenced_on)
    if plan.regime in ("PA23", "BELOW") and began < ACT_BEGAN:
        text = f"begun on {began}, before the Act on {ACT_BEGAN}: the Public Contracts Regulations 2015 apply"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
    elif plan.regime in ("PA23", "BELOW") and plan.route == "framework_calloff":
        text = "a call-off follows the law of its framework; when that was procured is not on the record"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
    elif plan.regime == "PCR15" and began >= ACT_BEGAN:
        yield from _old_law(plan, began, evidence)
    elif plan.regime == "PCR15":
        text = f"begun on {began}, before the Act on {ACT_BEGAN}"
        yield Finding(outcome="met", text=text, evidence=evidence)
    elif plan.regime == "PSR":
        text = "how the value parts between health and other services is not on the record"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
    elif plan.regime == "EXEMPT":
        yield from _exempt(plan, evidence)
    else:
        yield _by_value(plan, began, evidence)


def _old_law(plan: Planned, began: date, evidence: tuple[int, ...]) -> Iterator[Finding]:
    if plan.route == "framework_calloff":
        text = "a call-off follows the law of its framework; when that was procured is not on the record"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
    else:
        text = f"begun on {began}, under the Act since {ACT_BEGAN}, and claimed under the Regulations of 2015"
        yield Finding(outcome="not-met", text=text, evidence=evidence)


def _exempt(plan: Planned, evidence: tuple[int, ...]) -> Iterator[Finding]:
    if not plan.exhibit.is_open:
        text = "whether a document stands beside the claimed exemption is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
    elif plan.exhibit.get() is None:
        text = "an exemption is claimed and no evidence of its conditions is on the record"
        yield Finding(outcome="concern", text=text, evidence=evidence)
    else:
        text = "an exemption is claimed with a document; a person must read whether it meets the conditions"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)


def _by_value(plan: Planned, began: date, evidence: tuple[int, ...]) -> Finding:
    if began > THRESHOLDS_KNOWN_TO:
        return Finding(outcome="cannot-tell", text=f"thresholds are known to {THRESHOLDS_KNOWN_TO}", evidence=evidence)
    threshold = _threshold(plan, began)
    if not plan.value_estimable:
        text = (
            f"a value that cannot be estimated counts as above the threshold (Sch. 3 para. 5); claimed: {plan.regime}"
        )
        return Finding(outcome="met" if plan.regime == "PA23" else "not-met", text=text, evidence=evidence)
    if not plan.estimated_value.is_open:
        return Finding(outcome="cannot-tell", text="the estimated value is withheld in this view", evidence=evidence)
    value: Pence | None = plan.estimated_value.get()
    if value is None:
        return Finding(outcome="cannot-tell", text="the estimated value is not on the record", evidence=evidence)
    # Never the estimate itself: on the authority's facts it may not be public yet.
    side = "below" if value < threshold else "not below"
    compared = f"the estimate is {side} the threshold of {_pounds(threshold)} on {day(began)}"
    if value >= threshold and plan.regime == "BELOW":
        return Finding(outcome="not-met", text=f"{compared}: claimed to be below it", evidence=evidence)
    if value < threshold and plan.regime == "PA23":
        return Finding(outcome="concern", text=f"{compared}: the stricter law is claimed", evidence=evidence)
    return Finding(outcome="met", text=f"{compared}: {plan.regime}", evidence=evidence)


@rule(
    code="SC-03", name="value-honest", source="Procurement Act 2023 s. 4(3), Sch. 3 paras 1, 2, 4, 5", severity="high"
)
def value_honest(case: Case) -> Iterator[Finding]:
    """Is the estimate the most that may be paid, and was the need not split to stay below a threshold?"""
    found = case.last(Planned)
    if found is None:
        yield Finding(outcome="cannot-tell", text="no estimate of the value is on the record")
        return
    recorded, plan = found
    evidence = (recorded.index,)
    if plan.regime not in ("PA23", "BELOW"):
        yield Finding(outcome="not-applicable", text=f"the Act's estimate is not asked of {plan.regime}")
        return
    if not plan.value_estimable:
        if plan.regime == "BELOW":
            text = "a value that cannot be estimated was recorded as below the threshold (Sch. 3 para. 5)"
            yield Finding(outcome="not-met", text=text, evidence=evidence)
        else:
            text = "the value cannot be estimated and counts as above the threshold"
            yield Finding(outcome="met", text=text, evidence=evidence)
        return
    if not plan.estimated_value.is_open:
        yield Finding(outcome="cannot-tell", text="the estimated value is withheld in this view", evidence=evidence)
        return
    value: Pence | None = plan.estimated_value.get()
    began = as_date(plan.commenced_on)
    if value is None or not ACT_BEGAN <= began <= THRESHOLDS_KNOWN_TO:
        text = "the estimated value, or a threshold for its day, is not on the record"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        return
    threshold = _threshold(plan, began)
    if plan.regime == "BELOW" and plan.related:
        yield _split(plan, evidence)
    if plan.regime == "BELOW" and plan.max_term_days is None and plan.contract_kind in ("services", "framework"):
        text = "recorded as below the threshold with no longest term: an unknown length counts as above it"
        yield Finding(outcome="concern", text=text, evidence=evidence)
    if 100 * value >= NEAR_PERCENT * threshold and value < threshold:
        text = f"the estimate is just below the threshold of {_pounds(threshold)} ({NEAR_PERCENT} %, configured)"
        yield Finding(outcome="concern", text=text, evidence=evidence)
    elif plan.regime == "PA23" or not plan.related:
        yield Finding(outcome="met", text="the most that may be paid is on the record", evidence=evidence)


def _split(plan: Planned, evidence: tuple[int, ...]) -> Finding:
    if not plan.split_reason.is_open:
        text = "there are related contracts; why they are apart is withheld in this view"
        return Finding(outcome="cannot-tell", text=text, evidence=evidence)
    if not (plan.split_reason.get() or "").strip():
        text = "there are related contracts, whose values stand in other cases, and no reason why they are apart"
        return Finding(outcome="cannot-tell", text=text, evidence=evidence)
    text = "related contracts are apart for a stated reason, which a person must weigh"
    return Finding(outcome="met", text=text, evidence=evidence)


def _threshold(plan: Planned, began: date) -> Pence:
    """The threshold on the day that the procurement began."""
    amounts = next(amounts for since, amounts in reversed(THRESHOLDS) if since <= began)
    if plan.light_touch:
        return amounts["light-touch-concession" if plan.contract_kind == "concession" else "light-touch"]
    return amounts["works-concessions" if plan.contract_kind in ("works", "concession") else "goods-services"]


def _pounds(value: Pence) -> str:
    pounds, pence = divmod(value, 100)
    return f"£{pounds:,}.{pence:02d}" if pence else f"£{pounds:,}"
