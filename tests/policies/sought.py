"""The search for one child's home told event by event, past the deciders: anything may be wrong in it.

    case = search()                                              a fair search: two offers, the better one chosen
    case = search(chosen={"chosen": choice("b")})                one step told otherwise
    case = search(skip=("voice",), after={"scored": [fact(...)]})
    case = search(offers={**OFFERS, "b": offer("birch", tenths=40)})
    case.hidden()                                                the same with every sealed value closed, and no market

The market and the other searches of the log stand before the case, at lower indexes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from fairplace import assess, catalogue, shelf
from fairplace.event import Fact
from fairplace.market import events as m
from fairplace.market.known import Market
from fairplace.others import Others
from fairplace.placement import events as p
from fairplace.policy import Case, Finding, Outcome, gravest
from fairplace.recorded import Recorded
from fairplace.referral import events as r
from fairplace.referral import values as v
from tests.policies.given import CASE, OFFICER, Told, leaf_of
from tests.policies.given import fact as given_fact

RULES = {one.rule.code: one.rule for one in assess.rules(shelf.policies(kind="placements"))}

IDS = {name: f"{n:08x}" for n, name in enumerate("abcdefghij", 0xA0)}
"""Offers by a letter."""
DAY = "2026-03-02"
HEAD, DIRECTOR, NOMINATED = (f"nb.example/{role}/x" for role in ("approver", "director", "nominated-officer"))


def fact(kind: type[Fact], at: str, /, **values: Any) -> Any:
    """An event; `at` is `09:30` on the first day, `03 09:30` on that day of March, or a whole moment."""
    return given_fact(kind, moment(at), **values)


def moment(at: str) -> str:
    if len(at) == 24:
        return at
    day, _, clock = at.rpartition(" ")
    return f"2026-03-{day or '02'}T{clock}:00.000Z"


# The market


def provider(name: str, kind: str = "PR4", authority: str | None = None) -> Fact:
    return given_fact(
        m.ProviderRegistered, "2025-01-01T09:00:00.000Z", provider=name, provider_class=kind, authority=authority,
        company=None, size_band="small", name=name.title(),
    )  # fmt: skip


def home(of: str, **changes: Any) -> Fact:
    fields: dict[str, Any] = {
        "provider": of,
        "setting": f"{of}-1",
        "family": "residential",
        "place_code": "K2",
        "registration": m.Registration(urn="9000001", age_from=10, age_to=17, sexes=["female", "male"]),
        "places": 4,
        "buildings": 1,
        "area": "SYN01",
        "point": None,
    }
    return given_fact(m.SettingRegistered, "2025-01-01T09:00:00.000Z", **{**fields, **changes})


def shows(of: str, level: int, *kinds: str, claimed: int | None = None) -> Fact:
    shown = [m.Ability(kind=kind, detail="seen", seen_on="2025-01-01") for kind in kinds or ("clinical-staff",)]  # type: ignore[arg-type]
    return given_fact(
        m.CapabilityEvidenced, "2025-01-01T09:00:00.000Z", setting=f"{of}-1", claimed=claimed or level, evidenced=level,
        shown=shown,
    )  # fmt: skip


def agreement(name: str = "NW-RES", **changes: Any) -> Fact:
    fields: dict[str, Any] = {
        "agreement": name,
        "route": "framework",
        "regime": "PA23",
        "authorities": ["SYN01"],
        "concluded_on": "2025-03-01",
        "starts_on": "2025-04-01",
        "ends_on": "2029-03-31",
        "families": ["residential"],
        "tiers": {"alder": "T1", "birch": "T1", "cedar": "T1", "elm": "T2"},
        "window_hours": {"T1": 24, "T2": 24},
        "price_ranked": False,
        "uplift": m.UpliftRule(kind="lower-of-cap-and-cpi", cap=150),
        "committed": {},
        "rates": {"alder-1": 485_000, "birch-1": 440_000, "cedar-1": 460_000, "elm-1": 450_000},
    }
    return given_fact(m.AgreementConcluded, "2025-03-01T09:00:00.000Z", **{**fields, **changes})


def authority(name: str = "SYN01", region: str = "North") -> Fact:
    return given_fact(
        m.AuthorityRegistered, "2025-01-01T09:00:00.000Z", authority=name, name=name, region=region, sub_region=region,
        adjoining=[], under_100_looked_after=False,
    )  # fmt: skip


class Stood(Market):
    """A market with what it was told of."""

    told: tuple[Fact, ...] = ()


def market(*more: Fact, **levels: int) -> Stood:
    """The authority's own home (level 1) and four providers with one home each, all of level 3 unless said."""
    names = ("alder", "birch", "cedar", "elm")
    events = (
        authority(),
        provider("own", "PR1", "SYN01"),
        home("own"),
        shows("own", levels.get("own", 1)),
        *(provider(name) for name in names),
        *(home(name) for name in names),
        *(shows(name, levels.get(name, 3)) for name in names),
        agreement(),
        *more,
    )
    return stood(events)


def stood(events: Sequence[Fact]) -> Stood:
    found = Stood()
    found.told = tuple(events)
    for index, event in enumerate(events):
        found.add(recorded(index, event))
    return found


def recorded(index: int, event: Any, *, by: str = OFFICER, signers: Sequence[str] = ()) -> Recorded:
    return Recorded(
        index=index,
        leaf=leaf_of(index),
        at=event.happened_at,
        actor=by,
        signers=(by, *signers),
        roles=frozenset({by.rsplit("/", 2)[1], by.rsplit("/", 1)[1]}),
        type=catalogue.NAMES[type(event)],
        stream=event.case,
        n=1,
        case=event.case,
        event=event,
    )


# Other searches


def others(*fees: int, level: int = 3, day: str = "2026-01-15", urgencies: Mapping[str, Sequence[str]] = {}, known: int = 0) -> Others:  # fmt: skip
    """So many homes that were chosen for like needs; and referrals by the day on which they were opened."""
    events: list[Any] = []
    for n, fee in enumerate(fees):
        other = f"00000000-0000-4000-8000-{n:012d}"
        at = f"{day}T10:00:00.000Z"
        events += [
            msgspec.structs.replace(need(profile=profile(level=level)), case=other),
            msgspec.structs.replace(chosen("a", weekly_fee=fee), case=other, happened_at=at),
        ]
    for opened_on, found in urgencies.items():
        for n, urgency in enumerate(found):
            other = f"{opened_on}-{n}"
            known_on = "2025-01-01" if n < known else opened_on
            events += [
                msgspec.structs.replace(need(), case=other),
                given_fact(
                    r.ReferralOpened, f"{opened_on}T10:00:00.000Z", case=other, need_version=1, urgency=urgency,
                    needed_by=opened_on, known_on=known_on, area_excluded=[],
                ),
            ]  # fmt: skip
    return Others.of(recorded(200 + n, event) for n, event in enumerate(events))


@cache
def usual_market() -> Stood:
    """What every fair search stands before; nobody adds to it."""
    return market()


@cache
def usual_others() -> Others:
    return others(*(470_000 + 1_000 * n for n in range(24)))


# One builder for each step of a fair search


def profile(**changes: Any) -> v.NeedProfile:
    found = v.NeedProfile(authority="SYN01", family="residential", level=3, category="specialist", age_band="10-15")
    return msgspec.structs.replace(found, **changes)


def child(**changes: Any) -> v.Child:
    found = v.Child(
        pseudonym="c0ffee", sex="female", age_months=14 * 12, school_year=9, legal_status="C2", need_code="N1",
        unaccompanied=False, disabled=False, deprived_of_liberty=False, sdq_band=None,
    )  # fmt: skip
    return msgspec.structs.replace(found, **changes)


SIBLING, SCHOOL = v.Connection(id="k1", kind="sibling"), v.Connection(id="k2", kind="school")
FACTS: dict[str, bool | None] = {f"group_{n}": True for n in range(10)}


def assessment(**changes: Any) -> v.Assessment:
    found = v.Assessment(assessor_class="psychologist", instrument="BERRI", facts=FACTS)
    return msgspec.structs.replace(found, **changes)


def need(at: str = "01 09:00", **changes: Any) -> r.NeedAssessed:
    fields: dict[str, Any] = {
        "version": 1,
        "profile": profile(),
        "child": child(),
        "lines": [v.NeedLine(id=f"n{n}", words="Calm", evidence="school", evidenced_on="2026-02-01") for n in (1, 2)],
        "connections": [SIBLING, SCHOOL],
        "clinical": v.Clinical(formulation="F-1", lead="psychologist"),
        "assessment": assessment(),
    }
    return fact(r.NeedAssessed, at, **{**fields, **changes})  # type: ignore[no-any-return]


def criterion(name: str, kind: Any, weight: int) -> v.SearchCriterion:
    return v.SearchCriterion(id=name, kind=kind, weight=weight)


CRITERIA = [
    criterion("match", "match", 5000),
    criterion("outcomes", "outcomes", 2000),
    criterion("locality", "locality", 1500),
    criterion("price", "price", 1500),
]


def declared(at: str = "09:05", **changes: Any) -> r.CriteriaDeclared:
    fields: dict[str, Any] = {
        "criteria": CRITERIA,
        "hard": ["sole_placement"],
        "window_hours": {"T1": 24, "T2": 24},
        "agreement": "NW-RES",
        "in_house_policy": None,
        "price_cut_off": False,
        "policies": {},
    }
    return fact(r.CriteriaDeclared, at, **{**fields, **changes})  # type: ignore[no-any-return]


def asked(*names: str, at: str = "09:30", until: str = "03 17:00", late: Mapping[str, str] = {}, **other: str) -> list[v.Recipient]:  # fmt: skip
    """Who was asked: `other` says for one of them when it was sent, `late` until when it may answer."""
    return [
        v.Recipient(provider=name, sent_at=moment(other.get(name, at)), deadline=moment(late.get(name, until)))
        for name in names
    ]


def published(at: str = "09:30", **changes: Any) -> r.ReferralPublished:
    fields: dict[str, Any] = {
        "tier": "T1",
        "need_version": 1,
        "areas": None,
        "recipients": asked("alder", "birch", "cedar"),
        "document": None,
    }
    return fact(r.ReferralPublished, at, **{**fields, **changes})  # type: ignore[no-any-return]


def told(*names: str, at: str = "14:00", **other: str) -> list[v.Told]:
    return [v.Told(provider=name, at=moment(other.get(name, at))) for name in names]


LINES = [("accommodation", 115_000), ("care_staffing", 248_000), ("education", 62_000), ("matching_transition", 38_000), ("management", 22_000)]  # fmt: skip


def lines(*parts: tuple[str, int], needs: Sequence[str] = ("n1",)) -> list[v.FeeLine]:
    return [v.FeeLine(code=code, amount=amount, payer="care", needs=list(needs)) for code, amount in parts or LINES]  # type: ignore[arg-type]


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """One offer as told: what was offered, and what became of it."""

    terms: v.Offer
    at: str
    tenths: int
    boundary: str
    points: dict[str, int] | None
    failed: list[str]
    keeps: list[str]
    late: bool
    waited: str
    priority: str | None


def offer(of: str, *, fee: int = 485_000, **changes: Any) -> Offered:
    parts = lines() if fee == 485_000 else lines(("accommodation", fee - 100_000), ("care_staffing", 100_000))
    terms = {
        "provider": of, "setting": f"{of}-1", "available_on": "2026-03-09", "weekly_fee": fee, "lines": parts,
        "agreed_rate": True, "ratio_day": 100, "ratio_night": 50,
    } | {name: changes.pop(name) for name in ("setting", "lines", "agreed_rate", "ratio_day", "available_on") if name in changes}  # fmt: skip
    fields: dict[str, Any] = {
        "at": "12:00",
        "tenths": 180,
        "boundary": "IN",
        "points": {"match": 4400, "outcomes": 1500, "locality": 1200, "price": 1364},
        "failed": [],
        "keeps": ["k1", "k2"],
        "late": False,
        "waited": "03 08:00",
        "priority": None,
    }
    return Offered(terms=v.Offer(**terms), **{**fields, **changes})


LESS = {"match": 3400, "outcomes": 1200, "locality": 900, "price": 1500}
OFFERS = {
    "a": offer("alder"),
    "b": offer("birch", fee=440_000, at="13:00", tenths=620, points=LESS, keeps=[], waited="03 09:00"),
}


def reason(code: str) -> v.Reason:
    return v.Reason(code=code, words="Because")  # type: ignore[arg-type]


def choice(name: str = "a", *departures: str, fee: int = 485_000, reasons: Sequence[str] = ("top_score",)) -> v.Chosen:
    return v.Chosen(
        offer=IDS[name],
        reasons=[reason(code) for code in reasons],
        departures=[reason(code) for code in departures],
        weekly_fee=fee,
    )


def kept(**changes: Any) -> v.Kept:
    found = v.Kept(connections={"k1": "kept", "k2": "kept"}, voice="followed", voice_reason=None)
    return msgspec.structs.replace(found, **changes)


def chosen(name: str = "a", at: str = "04 11:00", *, weekly_fee: int = 485_000, **changes: Any) -> r.HomeChosen:
    fields: dict[str, Any] = {
        "mechanism": "framework_call_off",
        "legal_basis": "PA23-s45",
        "regime": "PA23",
        "agreement": "NW-RES",
        "need_version": 1,
        "fee_version": 1,
        "market_seen": 40,
        "chosen": choice(name, fee=weekly_fee),
        "rejected": {IDS["b"]: v.Rejected(code="lower_match_score", criteria=["match"], words="Less")},
        "kept": kept(),
        "residential": "positive_choice",
    }
    return fact(r.HomeChosen, at, **{**fields, **changes})  # type: ignore[no-any-return]


def approved(capacity: Any, at: str = "04 11:10", **changes: Any) -> r.Approved:
    fields: dict[str, Any] = {"need_version": 1, "fee_version": 1, "approved": True, "reason": None}
    return fact(r.Approved, at, capacity=capacity, **{**fields, **changes})  # type: ignore[no-any-return]


def reasons_for(*names: str, at: str = "06 10:00", comparison: bool = True) -> list[v.ReasonsGiven]:
    return [
        v.ReasonsGiven(offer=IDS[name], at=moment(at), code="lower_match_score", comparison=comparison)
        for name in names
    ]


def started_as(**changes: Any) -> p.StartedAs:
    found = p.StartedAs(
        authority="SYN01", family="residential", place_code="K2", provider_class="PR4", boundary="IN",
        over_20_miles=False, mechanism="framework_call_off", spot="under_agreement", registered=True,
    )  # fmt: skip
    return msgspec.structs.replace(found, **changes)


def began(**changes: Any) -> p.Began:
    found = p.Began(
        started_on="2026-03-09", age_months=14 * 12, setting="alder-1", urn="9000001", reason="S", legal_status="C2",
        need_code="N1",
    )  # fmt: skip
    return msgspec.structs.replace(found, **changes)


def started(at: str = "09 15:00", **changes: Any) -> p.PlacementStarted:
    fields: dict[str, Any] = {
        "started": started_as(),
        "began": began(),
        "moved_at": moment(at),
        "override": None,
        "override_reason": None,
    }
    return fact(p.PlacementStarted, at, **{**fields, **changes})  # type: ignore[no-any-return]


def agreed(fee: int = 485_000, at: str = "06 12:00", **changes: Any) -> p.PlacementAgreed:
    terms = p.Agreed(
        provider="alder", setting="alder-1", weekly_fee=fee, lines=lines() if fee == 485_000 else lines(("accommodation", fee - 100), ("management", 100)),
        starts_on="2026-03-09", notice_days=28, deviations=[], unlinked={},
    )  # fmt: skip
    fields: dict[str, Any] = {
        "standard": "NCERCC-2025",
        "fee_version": 1,
        "frames": ["STAY_SAFE"],
        "terms": terms,
        "outcomes": [],
        "document": None,
        "override": None,
        "override_reason": None,
    }
    return fact(p.PlacementAgreed, at, **{**fields, **changes})  # type: ignore[no-any-return]


class Sought(Told):
    """The entries of a search, with what stands before it in the log."""

    as_of = "2026-04-10T12:00:00.000Z"
    market: Market | None = None
    others: Others | None = None

    def tell(self, event: Any, *, by: str = OFFICER, signers: Sequence[str] = (), **_: Any) -> Recorded:
        one = recorded(1000 + len(self) * 3, event, by=by, signers=signers)  # other cases stand in between
        self.append(one)
        return one

    def case(self, view: Any = "authority", as_of: str | None = None) -> Case:
        return Case(
            id=CASE, as_of=as_of or self.as_of, view=view, events=tuple(self), market=self.market, others=self.others
        )

    def hidden(self) -> Case:
        return msgspec.structs.replace(super().hidden(), as_of=self.as_of)


STEPS = (
    "need", "voice", "opened", "criteria", "in_house", "t1", "contact", "offers", "considered", "located", "scored",
    "chosen", "practice", "budget", "reasons", "agreed", "started",
)  # fmt: skip


def search(
    *,
    market_: Market | None = None,
    others_: Others | None = None,
    offers: Mapping[str, Offered] = OFFERS,
    skip: Sequence[str] = (),
    until: str | None = None,
    after: Mapping[str, Sequence[Any]] = {},
    as_of: str | None = None,
    **changes: Mapping[str, Any],
) -> Sought:
    """A fair search, but for what is said. `after` tells more events after a step, `until` is the last step told."""
    case = Sought()
    case.market = usual_market() if market_ is None else market_
    case.others = usual_others() if others_ is None else others_
    case.as_of = as_of or case.as_of
    for step in STEPS:
        if step not in skip:
            for event, by, signers in _step(case, step, offers, dict(changes.get(step, {}))):
                case.tell(event, by=by, signers=signers)
        for more in after.get(step, ()):
            event, by = more if isinstance(more, tuple) else (more, OFFICER)
            case.tell(event, by=by)
        if step == until:
            break
    return case


def _step(case: Sought, step: str, offers: Mapping[str, Offered], changes: dict[str, Any]) -> Any:
    by, signers = changes.pop("by", OFFICER), changes.pop("signers", ())
    pinned = [one.leaf for one in case if isinstance(one.event, r.CriteriaDeclared)][-1:] or [None]
    match step:
        case "need":
            made: Any = need(**changes)
        case "voice":
            made = fact(r.VoiceRecorded, "01 10:00", **{"how": "in_person", "reason_not": None, "heard": "Near Sam", **changes})  # fmt: skip
        case "opened":
            fields = {"need_version": 1, "urgency": "planned", "needed_by": "2026-03-09", "known_on": "2026-03-01", "area_excluded": []}  # fmt: skip
            made = fact(r.ReferralOpened, "09:00", **{**fields, **changes})
        case "criteria":
            made = declared(**changes)
        case "in_house":
            fields = {"need_version": 1, "criteria": pinned[0], "outcome": "none_suitable", "unsuitable": {}, "shown_at": moment("09:10")}  # fmt: skip
            made = fact(r.InHouseSearched, "09:10", **{**fields, **changes})
        case "t1":
            made = published(**changes)
        case "contact":
            made = fact(r.ContactRecorded, "10:00", **{"introducer": "nobody", "channel": "portal", "provider": "alder", "note": "None", **changes})  # fmt: skip
        case "offers":
            for name, one in offers.items():
                kind = r.OfferMadeLate if one.late else r.OfferMade
                tier = changes.get("tier", "T1")
                yield fact(kind, one.at, offer=IDS[name], tier=tier, terms=one.terms, words=None), by, signers
            return
        case "considered":
            looked = {IDS[n]: v.Considered(at=moment(o.waited), priority=o.priority) for n, o in offers.items()}  # type: ignore[arg-type]
            made = fact(r.OffersConsidered, "03 18:00", **{"offers": looked, **changes})
        case "located":
            where = {IDS[name]: one.boundary for name, one in offers.items()}
            far = {IDS[name]: v.Located(tenths=one.tenths) for name, one in offers.items()}
            made = fact(r.OffersLocated, "04 09:00", **{"boundary": where, "distance": far, **changes})
        case "scored":
            scores = {
                IDS[name]: v.Scored(points=one.points, failed=one.failed, keeps=one.keeps)
                for name, one in offers.items()
                if one.points is not None
            }
            made = fact(r.OffersScored, "04 10:00", **{"need_version": 1, "criteria": pinned[0], "scores": scores, **changes})  # fmt: skip
        case "chosen":
            made = chosen(**changes)
        case "practice" | "budget":
            made = approved(step, **changes)
            by = HEAD if by == OFFICER else by
        case "reasons":
            made = fact(r.ReasonsSent, "06 10:00", **{"sent": reasons_for("b"), **changes})
        case "agreed":
            made = agreed(**changes)
        case _:
            made = started(**changes)
    yield made, by, signers


def findings(code: str, case: Sought | Case) -> tuple[Finding, ...]:
    return tuple(RULES[code].findings(case.case() if isinstance(case, Sought) else case))


def outcome(code: str, case: Sought | Case) -> Outcome:
    return gravest(finding.outcome for finding in findings(code, case))


def worst(code: str, case: Sought | Case) -> Finding:
    """The first finding with the gravest outcome."""
    found = findings(code, case)
    gravity = gravest(finding.outcome for finding in found)
    return next(finding for finding in found if finding.outcome == gravity)
