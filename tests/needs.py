"""What one child needs and what is offered: one builder for each noun of a search for a home (`tests/searches.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from fairplace.market.events import Point
from fairplace.placement.events import Outcome
from fairplace.referral.commands import (
    AssessNeed,
    DeclareCriteria,
    DeclineReferral,
    MakeOffer,
    OpenReferral,
    RecordVoice,
    SearchInHouse,
)
from fairplace.referral.values import (
    Assessment,
    Child,
    Clinical,
    Connection,
    FeeLine,
    Kept,
    NeedLine,
    NeedProfile,
    Offer,
    Reason,
    Recipient,
    SearchCriterion,
    Told,
)
from fairplace.terms import Instant, Pence
from tests.homes import AUTHORITY, FRAMEWORK, OWN, POLICY, Seller, made

PSEUDONYM = "5f0c1e2d3b4a59687766554433221100"
CHILD_AT = Point(easting=400_000, northing=300_000)
"""Where the child of the story comes from: for reckoning distances in tests, and in no event."""


def profile(**changes: Any) -> NeedProfile:
    return made(
        NeedProfile,
        changes,
        authority=AUTHORITY,
        family="residential",
        level=3,
        category="generalist",
        age_band="10-15",
    )


def child(**changes: Any) -> Child:
    return made(
        Child,
        changes,
        pseudonym=PSEUDONYM,
        sex="female",
        age_months=160,
        school_year=8,
        legal_status="C2",
        need_code="N1",
        unaccompanied=False,
        disabled=False,
        deprived_of_liberty=False,
        sdq_band="borderline",
    )


NEEDS = ("n1", "n2", "n3")
CONNECTIONS = ("c1", "c2", "c3")


def need(**changes: Any) -> AssessNeed:
    return made(
        AssessNeed,
        changes,
        profile=profile(),
        child=child(),
        lines=[
            NeedLine(id="n1", words="Adults who stay calm at night", evidence="carer", evidenced_on="2026-01-12"),
            NeedLine(id="n2", words="Help to stay in the same school", evidence="school", evidenced_on="2026-02-03"),
            NeedLine(id="n3", words="Therapy once a week", evidence="health", evidenced_on="2026-02-10"),
        ],
        connections=[
            Connection(id="c1", kind="school"),
            Connection(id="c2", kind="sibling"),
            Connection(id="c3", kind="peers"),
        ],
        assessment=Assessment(
            assessor_class="social_worker",
            instrument="valuing-care-2",
            facts={"identity": True, "family": True, "education": True, "health": True, "view": True, "risk": None},
        ),
    )


def clinical() -> Clinical:
    return Clinical(formulation="CF-2026-014", lead="psychologist")


def voice(**changes: Any) -> RecordVoice:
    return made(RecordVoice, changes, how="in_person", heard="Wants to stay at the same school")


def opening(**changes: Any) -> OpenReferral:
    return made(OpenReferral, changes, urgency="within_7d", needed_by="2026-03-09", known_on="2026-03-01")


CRITERIA = [
    SearchCriterion(id="match", kind="match", weight=5000),
    SearchCriterion(id="outcomes", kind="outcomes", weight=2000),
    SearchCriterion(id="locality", kind="locality", weight=1500),
    SearchCriterion(id="price", kind="price", weight=1500),
]


def criteria(**changes: Any) -> DeclareCriteria:
    return made(
        DeclareCriteria,
        changes,
        criteria=CRITERIA,
        hard=["registered"],
        window_hours={"IN_HOUSE": 4, "T1": 24, "T2": 24, "OFF": 24},
        agreement=FRAMEWORK,
        in_house_policy=POLICY,
    )


def in_house_search(at: Instant, **changes: Any) -> SearchInHouse:
    return made(
        SearchInHouse,
        changes,
        outcome="none_suitable",
        unsuitable={OWN.setting: "need_above_capability"},
        shown_at=at,
    )


def asked(sellers: Sequence[Seller], sent_at: Instant, deadline: Instant) -> list[Recipient]:
    return [Recipient(provider=one.provider, sent_at=sent_at, deadline=deadline) for one in sellers]


def told(sellers: Sequence[Seller], at: Instant) -> list[Told]:
    return [Told(provider=one.provider, at=at) for one in sellers]


def lines(fee: Pence) -> list[FeeLine]:
    """A composed fee: the accommodation takes what the other lines leave."""
    parts: list[tuple[Any, int, Any, list[str]]] = [
        ("care_staffing", fee * 50 // 100, "care", ["n1"]),
        ("education", fee * 10 // 100, "send", ["n2"]),
        ("therapy", fee * 8 // 100, "health", ["n3"]),
        ("management", fee * 5 // 100, "care", []),
    ]
    rest = fee - sum(amount for _, amount, _, _ in parts)
    return [
        FeeLine(code="accommodation", amount=rest, payer="care", needs=["n1"]),
        *(FeeLine(code=code, amount=amount, payer=payer, needs=answers) for code, amount, payer, answers in parts),
    ]


def terms(seller: Seller, **changes: Any) -> Offer:
    fee = changes.pop("weekly_fee", seller.fee)
    return made(
        Offer,
        changes,
        provider=seller.provider,
        setting=seller.setting,
        available_on="2026-03-06",
        weekly_fee=fee,
        lines=lines(fee),
        agreed_rate=seller.tier is not None,
        ratio_day=100,
        ratio_night=50,
    )


def offer(seller: Seller, **changes: Any) -> MakeOffer:
    return made(MakeOffer, changes, terms=terms(seller), words="The home has a place that fits the plan")


def decline(seller: Seller, **changes: Any) -> DeclineReferral:
    return made(
        DeclineReferral, changes, provider=seller.provider, reason="match_with_resident_children", had_vacancy=True
    )


def kept(**changes: Any) -> Kept:
    return made(
        Kept,
        changes,
        connections={"c1": "kept", "c2": "kept", "c3": "changed_by_plan"},
        voice="followed",
        voice_reason=None,
    )


def because(code: str = "top_score", words: str = "It has most points on every criterion but price") -> Reason:
    return msgspec.convert({"code": code, "words": words}, Reason)


def outcome(number: int = 1, **changes: Any) -> Outcome:
    frames = ("STAY_SAFE", "ENJOY_ACHIEVE", "BE_HEALTHY")
    return made(
        Outcome,
        changes,
        id=f"o{number}",
        frame=frames[(number - 1) % 3],
        tool="BERRI",
        baseline="Three nights a week without sleep",
        target="One night a week at most",
        due_on="2026-09-01",
    )
