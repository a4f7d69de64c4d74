"""One child's search as events, and the market in which it happens: for tests of what each may see of it."""

from __future__ import annotations

from typing import Any

import msgspec

from fairplace.event import Fact
from fairplace.ledger.disclosure import closed
from fairplace.market.known import Market
from fairplace.recorded import Recorded
from fairplace.referral import events as e
from fairplace.referral import values as v
from fairplace.searching import Search
from fairplace.tags import agg, party, seal
from fairplace.terms import Instant
from tests.market.test_known import agreement, home, provider
from tests.market.test_known import recorded as entry

CASE = "c" * 22
MORNING = "2026-01-05T09:00:00.000Z"
NOON = "2026-01-05T12:00:00.000Z"
CLOSING = "2026-01-06T09:00:00.000Z"
AFTER = "2026-01-06T10:00:00.000Z"

MARKET = (
    provider("own", "PR1", "SYN01"), provider("alder"), provider("birch"), provider("cedar"),
    home("own-1", "own"), home("alder-1", "alder"), home("birch-1", "birch", ages=(12, 17)), home("cedar-1", "cedar"),
    agreement(alder="T1", birch="T1", cedar="T2"),
)  # fmt: skip

CRITERIA = [
    v.SearchCriterion(id="match", kind="match", weight=5000),
    v.SearchCriterion(id="outcomes", kind="outcomes", weight=2000),
    v.SearchCriterion(id="near", kind="locality", weight=1500),
    v.SearchCriterion(id="price", kind="price", weight=1500),
]
FACTS: dict[str, bool | None] = {"person.age": True, "person.sex": True, "health.allergies": False, "risk.fire": None}
X, Y, Z = "0000000a", "0000000b", "0000000c"


class Past:
    """Events of one case in a log."""

    def __init__(self, start: int = len(MARKET)) -> None:
        self.start = start
        self.events: list[Recorded] = []

    def of(self, kind: type[Any]) -> list[tuple[Recorded, Any]]:
        return [(one, one.event) for one in self.events if isinstance(one.event, kind)]

    def last(self, kind: type[Any]) -> tuple[Recorded, Any] | None:
        found = self.of(kind)
        return found[-1] if found else None

    def add(self, kind: type[Fact], /, at: Instant = MORNING, **fields: Any) -> Past:
        """One more event. Whatever the type has of its own is given."""
        stamp = {"case": CASE, "happened_at": at, "evidence": "signed-by-party", "exhibit": seal(None)}
        if issubclass(kind, e.Step):
            stamp |= {"override": None, "override_reason": party(None)}
        known = {field.name for field in msgspec.structs.fields(kind)}
        if "seen" in known:
            stamp["seen"] = "leaf"
        made = kind(**{name: value for name, value in stamp.items() if name in known}, **fields)
        index = self.start + len(self.events)
        one = msgspec.structs.replace(entry(index, made), at=at, leaf=f"leaf {index}", case=CASE, stream=CASE)
        self.events.append(one)
        return self

    @property
    def search(self) -> Search:
        return Search(self)

    @property
    def dark(self) -> Past:
        """The same with everything closed."""
        found = Past(self.start)
        found.events = [msgspec.structs.replace(one, event=closed(one.event, frozenset())) for one in self.events]
        return found


def market() -> Market:
    return Market.of(entry(index, event) for index, event in enumerate(MARKET))


def assessed(version: int = 1, age_months: int = 9 * 12, facts: dict[str, bool | None] | None = None) -> Past:
    return Past().add(
        e.NeedAssessed,
        version=version,
        profile=agg(v.NeedProfile(authority="SYN01", family="residential", level=2, category="generalist", age_band="5-9")),
        child=seal(
            v.Child(pseudonym="p" * 22, sex="male", age_months=age_months, school_year=4, legal_status="C2", need_code="N1",
                    unaccompanied=False, disabled=False, deprived_of_liberty=False, sdq_band=None)
        ),
        lines=seal([v.NeedLine(id="n1", words="SECRET-OF-THE-CHILD", evidence=None, evidenced_on=None)]),
        connections=seal([]),
        clinical=seal(None),
        assessment=party(v.Assessment(assessor_class="social_worker", instrument=None, facts=facts or FACTS)),
    )  # fmt: skip


def opened(past: Past | None = None, urgency: str = "within_7d") -> Past:
    return (past or assessed()).add(
        e.ReferralOpened, need_version=1, urgency=agg(urgency), needed_by=party("2026-01-12"),
        known_on=party("2026-01-05"), area_excluded=seal([]),
    )  # fmt: skip


def declared(past: Past | None = None) -> Past:
    return (past or opened()).add(
        e.CriteriaDeclared, criteria=CRITERIA, hard=["registration"], window_hours={"T1": 24}, agreement="NW-RES",
        in_house_policy=None, price_cut_off=False, policies={},
    )  # fmt: skip


def searched(past: Past | None = None) -> Past:
    return (past or declared()).add(
        e.InHouseSearched, need_version=1, criteria=None, outcome=party("no_vacancy"), unsuitable=party({}),
        shown_at=party(MORNING),
    )  # fmt: skip


def asked(*who: str, past: Past | None = None, tier: str = "T1", deadline: Instant = CLOSING) -> Past:
    return (past or searched()).add(
        e.ReferralPublished, tier=tier, need_version=1, areas=party(None), document=party(None),
        recipients=party([v.Recipient(provider=one, sent_at=MORNING, deadline=deadline) for one in who or ("alder",)]),
    )  # fmt: skip


def terms(provider: str, fee: int, setting: str | None = None, **more: Any) -> v.Offer:
    lines = [v.FeeLine(code="accommodation", amount=fee, payer="care", needs=[])]
    given = {"available_on": "2026-01-10", "lines": lines, "agreed_rate": True, "ratio_day": None, "ratio_night": None}
    return v.Offer(provider=provider, setting=setting or f"{provider}-1", weekly_fee=fee, **{**given, **more})


def offer(past: Past, name: str, who: str, fee: int, at: Instant = NOON, **more: Any) -> Past:
    kind = e.OfferMadeLate if at > CLOSING else e.OfferMade
    return past.add(
        kind, at, offer=name, tier="T1", terms=party(terms(who, fee, **more)), words=party(f"WORDS-OF-{who}")
    )


def scored(past: Past, **points: dict[str, int]) -> Past:
    scores = {offer.removeprefix("o"): v.Scored(points=given, failed=[], keeps=[]) for offer, given in points.items()}
    return past.add(e.OffersScored, AFTER, need_version=1, criteria=None, scores=party(scores))


def judged() -> Past:
    """C6 of the paper: offer X of £4,000 and offer Y of £4,400, judged by four criteria."""
    past = offer(offer(asked("alder", "cedar"), X, "alder", 400_000), Y, "cedar", 440_000)
    return scored(
        past,
        o0000000a={"match": 3400, "outcomes": 1200, "near": 900},
        o0000000b={"match": 4400, "outcomes": 1500, "near": 1200},
    )


def chosen(
    past: Past | None = None,
    offer: str = Y,
    rejected: tuple[str, ...] = (X,),
    why: str = "Less experience of such a need",
    **more: Any,
) -> Past:
    told = v.Rejected(code="lower_score", criteria=["match"], words=why)
    given = {"mechanism": "framework_call_off", "need_version": 1, "fee_version": 1, **more}
    return (past or judged()).add(
        e.HomeChosen, AFTER, legal_basis="PA2023 Sch 5", regime="PA23", agreement="NW-RES", market_seen=8,
        chosen=party(v.Chosen(offer=offer, reasons=[], departures=[], weekly_fee=440_000)),
        rejected=party(dict.fromkeys(rejected, told)), kept=party(v.Kept(connections={}, voice=None, voice_reason=None)),
        residential=agg(None), **given,
    )  # fmt: skip


def approved(past: Past, *capacities: str, need: int = 1, fee: int = 1) -> Past:
    for one in capacities:
        past.add(e.Approved, AFTER, capacity=one, need_version=need, fee_version=fee, approved=True, reason=party(None))
    return past


def told(past: Past, *offers: str, comparison: bool = True) -> Past:
    given = [v.ReasonsGiven(offer=one, at=AFTER, code="lower_score", comparison=comparison) for one in offers]
    return past.add(e.ReasonsSent, AFTER, sent=party(given))
