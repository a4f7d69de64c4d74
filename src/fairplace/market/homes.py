"""A provider's homes: registered, changed, rated, shown to be able, with room or without."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from fairplace import procedure
from fairplace.counted import counted
from fairplace.decision import Actor, Decision, History
from fairplace.identifiers import OFSTED
from fairplace.market.commands import (
    ChangeSetting,
    DeclareFullCost,
    DeclareVacancy,
    DisputeEntry,
    EvidenceCapability,
    RateSetting,
    RegisterSetting,
    WithdrawVacancy,
)
from fairplace.market.events import (
    Ability,
    CapabilityEvidenced,
    EntryDisputed,
    FullCostDeclared,
    Level,
    ProviderRegistered,
    Registration,
    SettingChanged,
    SettingRated,
    SettingRegistered,
    VacancyDeclared,
    VacancyWithdrawn,
)
from fairplace.market.known import Home, Market
from fairplace.procedure import refuse, words
from fairplace.referral import codes
from fairplace.tags import agg, party, seal
from fairplace.terms import Instant, day, london_day

URN = re.compile(rf"{OFSTED}|X{{7}}")
"""As Ofsted gives it; XXXXXXX where another body inspects (SSDA903 guide)."""

MOST_PLACES = 10_000
LEVELS = (1, 2, 3, 4)

AnyHome = (
    RegisterSetting
    | ChangeSetting
    | RateSetting
    | EvidenceCapability
    | DeclareVacancy
    | WithdrawVacancy
    | DeclareFullCost
    | DisputeEntry
)


def decide(command: AnyHome, history: History, *, at: Instant, by: Actor) -> Decision:
    provider_of(history)
    match command:
        case RegisterSetting():
            return _register(command, history, at)
        case ChangeSetting():
            return _change(command, history, at)
        case RateSetting():
            return _rate(command, history, at)
        case EvidenceCapability():
            return _evidence(command, history, at)
        case DeclareVacancy():
            return _vacancy(command, history, at, by)
        case WithdrawVacancy():
            return _withdraw(command, history, at, by)
        case DeclareFullCost():
            return _cost(command, history, at)
        case DisputeEntry():
            return _dispute(command, history, at, by)


def provider_of(history: History) -> str:
    """The provider whose stream this is."""
    procedure.head_of(history)
    found = history.last(ProviderRegistered)
    if found is None:
        refuse("no-provider", "no provider is registered in this stream; give the stream of the provider as 'case'")
    return found[1].provider


def home_of(history: History, setting: str) -> Home:
    """The home, as the provider's own stream has it."""
    found = Market.of(history.events).home(setting, _after(history))
    if found is None:
        refuse(
            "unknown-home",
            f"no home {setting[:64]!r} is registered for this provider; register it, or name one that is",
        )
    return found


def level_of(claimed: Level, shown: Iterable[Ability]) -> Level:
    """The level that the evidence bears, at most the one claimed. More adults alone never raise it.

    2: one kind of evidence. 3: two kinds, clinical staff or a model of care among them. 4: three kinds, clinical staff
    among them.
    """
    kinds = {one.kind for one in shown} - {"ratio"}
    core = kinds & {"clinical-staff", "model-of-care"}
    borne = 1
    if kinds:
        borne = 2
    if len(kinds) >= 2 and core:
        borne = 3
    if len(kinds) >= 3 and "clinical-staff" in kinds:
        borne = 4
    return min(claimed, borne)


def _after(history: History) -> int:
    return history.events[-1].index + 1


def _registration(value: Registration) -> Registration:
    if not 0 <= value.age_from <= value.age_to <= 25:
        refuse("ages", f"ages from {value.age_from} to {value.age_to} came; expected whole years, from 0 to at most 25")
    if not value.sexes:
        refuse("sexes", "the registration is for nobody; give at least one sex in 'sexes'")
    if value.urn is not None and not URN.fullmatch(value.urn):
        refuse(
            "urn",
            f"the URN {value.urn[:40]!r} came; expected 7 digits, SC and 6 digits, or XXXXXXX where another body inspects",
        )
    return value


def _places(value: int, what: str = "places") -> int:
    if not 0 <= value <= MOST_PLACES:
        refuse("places", f"{value} {what} came; expected 0 to {MOST_PLACES}")
    return value


def _register(command: RegisterSetting, history: History, at: Instant) -> Decision:
    setting = procedure.no_name(command.setting, "the home's id")
    market = history.market or Market.of(history.events)
    if market.home(setting, market.upto) is not None:
        refuse("home-known", f"a home {setting} is registered already; change it, or give another id")
    on = day(london_day(procedure.happened_at(command, at)))
    codes.check("place", command.place_code, on)
    if not 1 <= command.buildings <= 100:
        refuse("buildings", f"{command.buildings} buildings came; a home has at least one")
    point = command.point
    if point is not None and not (0 <= point.easting < 700_000 and 0 <= point.northing < 1_300_000):
        refuse("point", f"the point {point.easting}, {point.northing} is not on the national grid; give metres")
    return Decision(
        event=SettingRegistered(
            **procedure.event(command, history, at),
            provider=provider_of(history),
            setting=setting,
            family=command.family,
            place_code=command.place_code,
            registration=party(_registration(command.registration)),
            places=agg(_places(command.places)),
            buildings=agg(command.buildings),
            area=agg(procedure.code(command.area, "the area")),
            point=seal(point),
        ),
        statement=f"Register the home {setting} with {counted(command.places, 'place')}.",
    )


_STATUS: dict[str, Literal["active", "suspended", "closed"]] = {
    "closure": "closed",
    "suspension": "suspended",
    "reopening": "active",
}


def _change(command: ChangeSetting, history: History, at: Instant) -> Decision:
    home = home_of(history, command.setting)
    registration = command.registration or home.registration
    places = home.places if command.places is None else command.places
    if registration is None or places is None:
        refuse("closed-value", "what the home is registered for cannot be read any more; give it anew")
    if home.status == "closed" and command.reason not in ("reopening", "correction"):
        refuse("home-closed", f"the home {home.setting} is closed; reopen it first")
    return Decision(
        event=SettingChanged(
            **procedure.event(command, history, at),
            setting=home.setting,
            status=_STATUS.get(command.reason, home.status),
            reason=command.reason,
            registration=party(_registration(registration)),
            places=agg(_places(places)),
        ),
        statement=f"Record a change of the home {home.setting} ({command.reason}).",
    )


def _rate(command: RateSetting, history: History, at: Instant) -> Decision:
    home = home_of(history, command.setting)
    rated = procedure.a_day(command.rated_on, "rated_on")
    if rated > london_day(at):
        refuse("future", f"the grade of {command.rated_on} is not given yet; record it when it is")
    return Decision(
        event=SettingRated(
            **procedure.event(command, history, at),
            setting=home.setting,
            rated_on=command.rated_on,
            grade=agg(codes.check("grade", command.grade, command.rated_on)),
        ),
        statement=f"Record the grade of the home {home.setting} of {command.rated_on}.",
    )


def _evidence(command: EvidenceCapability, history: History, at: Instant) -> Decision:
    home = home_of(history, command.setting)
    if command.claimed not in LEVELS:
        refuse("level", f"the level {command.claimed} came; expected 1 (mainstream) to 4 (exceptional)")
    for one in command.shown:
        words(one.detail, "what is shown")
        procedure.a_day(one.seen_on, "seen_on")
    borne = level_of(command.claimed, command.shown)
    return Decision(
        event=CapabilityEvidenced(
            **procedure.event(command, history, at),
            setting=home.setting,
            claimed=party(command.claimed),
            evidenced=party(borne),
            shown=party(list(command.shown)),
        ),
        statement=f"Record that the home {home.setting} claims level {command.claimed} and shows level {borne}.",
    )


def _vacancy(command: DeclareVacancy, history: History, at: Instant, by: Actor) -> Decision:
    home = home_of(history, command.setting)
    procedure.own(by, home.provider, report=command.is_report)
    vacancy = command.vacancy
    procedure.a_day(vacancy.from_on, "from_on")
    most = MOST_PLACES if home.places is None else home.places
    if not 1 <= vacancy.places <= most:
        refuse(
            "over-places",
            f"room for {vacancy.places} came, and {home.setting} is registered for {most}; declare at most these,"
            " or withdraw the vacancy when there is none",
        )
    if vacancy.available != (vacancy.reason_not is None):
        refuse(
            "reason-not", "room that can be filled now has no reason why not, and room that cannot has one; correct it"
        )
    if home.status != "active":
        refuse("home-closed", f"the home {home.setting} is {home.status}; it has no room to declare")
    return Decision(
        event=VacancyDeclared(**procedure.event(command, history, at), setting=home.setting, vacancy=party(vacancy)),
        statement=f"Declare room for {vacancy.places} in {home.setting} from {vacancy.from_on}.",
    )


def _withdraw(command: WithdrawVacancy, history: History, at: Instant, by: Actor) -> Decision:
    home = home_of(history, command.setting)
    procedure.own(by, home.provider, report=command.is_report)
    if home.room is None:
        refuse("no-vacancy", f"no room is declared for {home.setting}; there is nothing to withdraw")
    return Decision(
        event=VacancyWithdrawn(**procedure.event(command, history, at), setting=home.setting, why=command.why),
        statement=f"Record that the room in {home.setting} is gone ({command.why}).",
    )


def _cost(command: DeclareFullCost, history: History, at: Instant) -> Decision:
    home = home_of(history, command.setting)
    if not 1 <= command.nights_used <= command.nights_possible:
        refuse(
            "nights",
            f"{command.nights_used} nights used of {command.nights_possible} came; a home is used on 1 night at least,"
            " and on no more than there are",
        )
    if not 2000 <= command.year < 2200:
        refuse("year", f"the year {command.year} came; expected one such as 2026")
    return Decision(
        event=FullCostDeclared(
            **procedure.event(command, history, at),
            setting=home.setting,
            year=command.year,
            cost=party(procedure.pence(command.cost, "the cost")),
            nights_used=party(command.nights_used),
            nights_possible=party(command.nights_possible),
        ),
        statement=f"Declare what {home.setting} cost in {command.year}: {procedure.pounds(command.cost)}.",
    )


def _dispute(command: DisputeEntry, history: History, at: Instant, by: Actor) -> Decision:
    home = home_of(history, command.setting)
    procedure.own(by, home.provider, report=command.is_report)
    referral = None if command.referral is None else procedure.a_case(command.referral, "the referral")
    return Decision(
        event=EntryDisputed(
            **procedure.event(command, history, at),
            setting=home.setting,
            field=command.field,
            words=party(words(command.words, "what is wrong")),
            referral=party(referral),
        ),
        statement=f"Say that what is registered of {home.setting} is wrong ({command.field}).",
    )
