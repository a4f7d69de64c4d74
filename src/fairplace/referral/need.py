"""What the child needs, and how the search begins: need, voice, opening, criteria, own homes, emergency."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import NoReturn

import msgspec

from fairplace import home_words, procedure
from fairplace.counted import every
from fairplace.decision import Decision, History
from fairplace.procedure import Objections, maybe_words, refuse, second_for, words
from fairplace.referral import codes
from fairplace.referral.commands import (
    AssessNeed,
    DeclareCriteria,
    DeclareEmergency,
    Needing,
    OpenReferral,
    RecordVoice,
    SearchInHouse,
)
from fairplace.referral.events import (
    CriteriaDeclared,
    EmergencyDeclared,
    InHouseSearched,
    NeedAssessed,
    OffersConsidered,
    ReferralOpened,
    VoiceRecorded,
)
from fairplace.referral.footing import MOST_HOURS, event_day, footing, goes_on, is_open, version
from fairplace.referral.state import Search
from fairplace.referral.values import AgeBand, Child, Clinical
from fairplace.tags import agg, party, seal
from fairplace.terms import Day, Instant, moment

PSEUDONYM = re.compile(r"[0-9a-f]{32}")
LEVELS = (1, 2, 3, 4)
WHOLE = 10_000
EMERGENCY = timedelta(hours=72)
TIERS = ("IN_HOUSE", "T1", "T2", "T3", "OFF")

_BANDS: tuple[tuple[int, AgeBand], ...] = ((5, "0-4"), (10, "5-9"), (16, "10-15"), (18, "16-17"))


def decide(command: Needing, history: History, *, at: Instant) -> Decision:
    match command:
        case AssessNeed():
            return _assess(command, history, at)
        case RecordVoice():
            return _voice(command, history, at)
        case OpenReferral():
            return _open(command, history, at)
        case DeclareCriteria():
            return _criteria(command, history, at)
        case SearchInHouse():
            return _in_house(command, history, at)
        case DeclareEmergency():
            return _emergency(command, history, at)


def band_of(age_months: int) -> AgeBand:
    """The age band of an age in whole months."""
    found = next((band for under, band in _BANDS if age_months < under * 12), None)
    if found is None or age_months < 0:
        _no_age(age_months)
    return found


def _no_age(age_months: int) -> NoReturn:
    refuse("age", f"an age of {age_months} months came; a home is sought for somebody below 18 years, 0 to 215 months")


def check_child(child: Child, on: Day) -> Child:
    """Codes of the day, an age below 18, and a pseudonym that is random."""
    if not PSEUDONYM.fullmatch(child.pseudonym):
        refuse(
            "pseudonym",
            "the pseudonym must be 32 hexadecimal digits drawn at random; never give an id of another system",
        )
    band_of(child.age_months)
    if child.school_year is not None and not 0 <= child.school_year <= 13:
        refuse("school-year", f"the school year {child.school_year} came; expected 0 (reception) to 13")
    codes.check("legal_status", child.legal_status, on)
    codes.check("need", child.need_code, on)
    return child


def _assess(command: AssessNeed, history: History, at: Instant) -> Decision:
    procedure.a_case(history.case, "the case's id")
    search = Search(history)
    objections = Objections(command)
    if history.events and search.need is None:
        refuse("case-exists", f"{history.case} is no search for a home; leave 'case' out to begin one")
    goes_on(search, objections)
    on = event_day(command, at)
    profile, child = command.profile, check_child(command.child, on)
    procedure.code(profile.authority, "the authority's code")
    if search.market.authority(profile.authority, search.now) is None:
        refuse("unknown-authority", f"the authority {profile.authority} is not registered; register it first")
    if profile.level not in LEVELS:
        refuse("level", f"the level {profile.level} came; expected 1 (mainstream) to 4 (exceptional)")
    if profile.age_band != band_of(child.age_months):
        refuse(
            "age-band",
            f"{child.age_months} months came with the band {profile.age_band}; {band_of(child.age_months)} fits",
        )
    before = search.need.child.get(None) if search.need else None
    if before is not None and before.pseudonym != child.pseudonym:
        refuse("another-child", "this case is of another pseudonym; begin a case of its own for each child")
    lines = [msgspec.structs.replace(line, words=words(line.words, "a need")) for line in command.lines]
    if not lines:
        refuse("no-lines", "the need says nothing; give at least one line")
    _unique([line.id for line in lines], "need line")
    _unique([one.id for one in command.connections], "connection")
    for line in lines:
        if (line.evidence is None) != (line.evidenced_on is None):
            refuse("evidence", f"the need {line.id} came with evidence or its day alone; give both, or neither")
        if line.evidenced_on is not None:
            procedure.a_day(line.evidenced_on, "evidenced_on")
    for name in command.assessment.facts:
        procedure.code(name, "a group of facts")
    clinical = None if command.clinical is None else _formulated(command.clinical)
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=NeedAssessed(
            **stamp,
            version=search.version + 1,
            profile=agg(profile),
            child=seal(child),
            lines=seal(lines),
            connections=seal(list(command.connections)),
            clinical=seal(clinical),
            assessment=party(command.assessment),
        ),
        statement=f"Record version {search.version + 1} of the need: level {profile.level}, {home_words.CATEGORY[profile.category]},"
        f" {home_words.FAMILY[profile.family]}.",
        second=second_for(stamp["override"]),
    )


def _formulated(clinical: Clinical) -> Clinical:
    return msgspec.structs.replace(
        clinical, formulation=procedure.code(clinical.formulation, "the formulation's reference")
    )


def _unique(names: list[str], what: str) -> None:
    for name in names:
        procedure.code(name, f"the id of a {what}", procedure.CRITERION)
    if len(set(names)) < len(names):
        refuse("twice", f"a {what} has the id of another; give each its own")


def _voice(command: RecordVoice, history: History, at: Instant) -> Decision:
    _search, objections = footing(command, history, overridable=False)
    objections.weigh()
    was_asked = command.how != "not_taken"
    if was_asked is (command.reason_not is not None) or was_asked is (command.heard is None):
        refuse("voice", "views that were taken say what was heard, views that were not say why not; give the one")
    return Decision(
        event=VoiceRecorded(
            **procedure.event(command, history, at),
            how=agg(command.how),
            reason_not=agg(command.reason_not),
            heard=seal(maybe_words(command.heard, "what the child said")),
        ),
        statement="Record what the child said." if was_asked else "Record why the child was not asked.",
    )


def _open(command: OpenReferral, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    goes_on(search, objections)
    if search.opened is not None:
        objections.add("opened-already", "the search is open already; amend it instead")
    needed, known = procedure.a_day(command.needed_by, "needed_by"), procedure.a_day(command.known_on, "known_on")
    if known > needed:
        refuse(
            "days", f"needed by {needed} and known on {known} came; it was known before it was needed, or on the day"
        )
    for area in command.area_excluded:
        procedure.code(area, "an area")
    need_version = version(search, command.need_version, objections)
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=ReferralOpened(
            **stamp,
            need_version=need_version,
            urgency=agg(command.urgency),
            needed_by=party(command.needed_by),
            known_on=party(command.known_on),
            area_excluded=seal(command.area_excluded),
        ),
        statement=f"Begin to look for a home, needed by {command.needed_by} ({home_words.URGENCY[command.urgency]}).",
        second=second_for(stamp["override"]),
    )


def _criteria(command: DeclareCriteria, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    goes_on(search, objections)
    is_open(search, objections)
    _unique([one.id for one in command.criteria], "criterion")
    total = sum(one.weight for one in command.criteria)
    if total != WHOLE or any(one.weight < 0 for one in command.criteria):
        refuse("weights", f"the weights add up to {total}, expected 10,000 (100 %), none below 0; correct them")
    if sum(one.kind == "price" for one in command.criteria) > 1:
        refuse("weights", "price counts twice; give it one criterion")
    for code in command.hard:
        procedure.code(code, "a condition", procedure.CRITERION)
    for tier, hours in command.window_hours.items():
        if tier not in TIERS or not 0 < hours <= MOST_HOURS:
            refuse(
                "window",
                f"{hours} hours for {tier[:20]!r} came; expected 1 to 1440 hours for one of {', '.join(TIERS)}",
            )
    for name, digest in command.policies.items():
        procedure.code(name, "a policy file's name")
        procedure.code(digest, "a policy file's hash", procedure.SHA256)
    _known_terms(command, search)
    if search.category == "specialist" and (command.price_cut_off or _is_ranked_by_price(command, search)):
        objections.add(
            "specialist-by-price",
            "a specialist need is not cut off by price; search without a price cut-off, and under no price-ranked agreement",
        )
    if search.history.last(OffersConsidered) is not None or search.scored is not None:
        objections.add("criteria-frozen", "offers were looked at already: the criteria stay as they were declared")
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=CriteriaDeclared(
            **stamp,
            criteria=command.criteria,
            hard=command.hard,
            window_hours=command.window_hours,
            agreement=command.agreement,
            in_house_policy=command.in_house_policy,
            price_cut_off=command.price_cut_off,
            policies=command.policies,
        ),
        statement=f"Declare {every(len(command.criteria), 'criterion', 'criteria')} by which offers will be judged.",
        second=second_for(stamp["override"]),
    )


def _known_terms(command: DeclareCriteria, search: Search) -> None:
    """The agreement and the policy that are named are on record."""
    if command.agreement is not None and search.market.agreement(command.agreement, search.now) is None:
        refuse("unknown-agreement", f"no agreement {command.agreement[:64]!r} is on record; record it, or name another")
    if command.in_house_policy is None:
        return
    profile = search.need.profile.get(None) if search.need else None
    found = search.market.in_house_policy(profile.authority, profile.family, search.now) if profile else None
    if found is None or found.policy != command.in_house_policy:
        refuse(
            "unknown-policy",
            f"no policy {command.in_house_policy[:64]!r} is declared for these homes; declare it first",
        )


def _is_ranked_by_price(command: DeclareCriteria, search: Search) -> bool:
    found = search.market.agreement(command.agreement, search.now) if command.agreement else None
    return found is not None and found[1].price_ranked


def _in_house(command: SearchInHouse, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    goes_on(search, objections)
    is_open(search, objections)
    procedure.an_instant(command.shown_at, "shown_at")
    if command.shown_at > procedure.happened_at(command, at):
        refuse("future", f"shown at {command.shown_at} came; it cannot be later than the search itself")
    on = event_day(command, at)
    for setting, reason in command.unsuitable.items():
        if search.market.home(setting, search.now) is None:
            refuse("unknown-home", f"no home {setting[:64]!r} is registered; register it, or name one that is")
        codes.check("unsuitable_reason", reason, on)
    if search.criteria is None:
        objections.add(
            "no-criteria", "no criteria are declared; own homes are searched by the same ones: declare them first"
        )
    need_version = version(search, command.need_version, objections)
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=InHouseSearched(
            **stamp,
            need_version=need_version,
            criteria=search.criteria_leaf,
            outcome=party(command.outcome),
            unsuitable=party(command.unsuitable),
            shown_at=party(command.shown_at),
        ),
        statement=f"Record the search of the authority's own homes: {home_words.OWN_SEARCH[command.outcome]}.",
        second=second_for(stamp["override"]),
    )


def _emergency(command: DeclareEmergency, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    goes_on(search, objections)
    procedure.an_instant(command.expires_at, "expires_at")
    begins = procedure.happened_at(command, at)
    if command.expires_at <= begins:
        refuse("emergency", f"an emergency from {begins} until {command.expires_at} came; it ends after it begins")
    if moment(command.expires_at) - moment(begins) > EMERGENCY:
        objections.add(
            "emergency-too-long",
            f"an emergency until {command.expires_at} came; it ends after at most 72 hours: give an earlier end",
        )
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=EmergencyDeclared(**stamp, expires_at=command.expires_at, reason=agg(command.reason)),
        statement=f"Declare an emergency until {command.expires_at}: the order changes, the rules stay.",
        second=second_for(stamp["override"]),
    )
