"""The child moves in: what kind of place it is by the list of that day, and whether it was approved before."""

from __future__ import annotations

from typing import Literal

from fairplace import home_words, procedure
from fairplace.decision import Decision, History
from fairplace.market.events import Family
from fairplace.market.homes import URN
from fairplace.market.known import Home
from fairplace.placement.agreeing import weighed
from fairplace.placement.commands import StartPlacement
from fairplace.placement.events import Began, PlacementStarted, StartedAs
from fairplace.procedure import Objections, listed, refuse, second_for
from fairplace.referral import codes, distance
from fairplace.referral.choosing import UNDER_AGREEMENT
from fairplace.referral.events import HomeChosen
from fairplace.referral.footing import footing
from fairplace.referral.state import Search
from fairplace.referral.values import BoundaryClass
from fairplace.tags import agg, party, seal
from fairplace.terms import Instant, day, london_day

Spot = Literal["spot", "off_terms", "under_agreement", "in_house"]

SIXTEEN = 16 * 12
UNREGULATED: frozenset[str] = frozenset({"H5", "K3", "P2"})
"""Types in which nobody under 16 may be placed (2010 Regulations, reg. 27A, from 9 September 2021)."""
UNDER_16_FROM = "2021-09-09"
SUPPORTED_FROM = "2023-10-28"
"""Supported accommodation must be registered from here on (Supported Accommodation (England) Regulations 2023)."""

_FAMILIES: tuple[tuple[str, Family], ...] = (
    ("U", "foster"),
    ("K3", "supported"),
    ("H5", "supported"),
    ("P2", "supported"),
)
_REGISTERED: frozenset[str] = frozenset({"K1", "K2", "R3", *(f"U{number}" for number in range(1, 7))})
"""Types that are lawful only with a registered home or service."""


def start(command: StartPlacement, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    if search.started is not None and search.left is None:
        refuse("started-already", "the child has moved in already; record the end first")
    procedure.a_day(command.started_on, "started_on")
    procedure.an_instant(command.moved_at, "moved_at")
    if command.moved_at > procedure.happened_at(command, at):
        refuse("future", f"a move at {command.moved_at} came; record it once the child has moved in")
    if day(london_day(command.moved_at)) != command.started_on:
        refuse(
            "days", f"a move at {command.moved_at} and a start on {command.started_on} came; give the day of the move"
        )
    on = command.started_on
    codes.check("new_episode", command.reason, on)
    _check_child(command, search)
    if command.urn is not None and not URN.fullmatch(command.urn):
        refuse("urn", f"the URN {command.urn[:40]!r} came; expected 7 digits, SC and 6 digits, or XXXXXXX")
    setting = _setting(command, search)
    home = search.market.home(setting, search.now)
    started = _coarse(command, search, home)
    _object_to_place(command, started, search, home, objections)
    _object_to_approvals(command, started, search, home, objections)
    stamp = weighed(command, history, at, objections)
    return Decision(
        event=PlacementStarted(
            **stamp,
            started=agg(started),
            began=seal(
                Began(
                    started_on=on,
                    age_months=command.age_months,
                    setting=setting,
                    urn=_urn(command, home),
                    reason=command.reason,
                    legal_status=command.legal_status,
                    need_code=command.need_code,
                )
            ),
            moved_at=party(command.moved_at),
        ),
        statement=f"Record that the child moved in on {on}: {codes.label('place', started.place_code)} ({started.place_code}),"
        f" {home_words.BOUNDARY[started.boundary]}.",
        stream=search.placement_stream,
        unless=frozenset({"placement.started/1", "referral.ended/1"}),
        second=second_for(stamp["override"]),
    )


def _check_child(command: StartPlacement, search: Search) -> None:
    if not 0 <= command.age_months < 18 * 12:
        refuse("age", f"an age of {command.age_months} months came; expected 0 to 215")
    codes.check("legal_status", command.legal_status, command.started_on)
    codes.check("need", command.need_code, command.started_on)
    child = search.need.child.get(None) if search.need else None
    if child is not None and command.age_months < child.age_months:
        refuse("age", f"an age of {command.age_months} months came, and the need says {child.age_months}; correct it")


def _setting(command: StartPlacement, search: Search) -> str:
    agreed = search.agreed.terms.get(None) if search.agreed else None
    chosen = search.chosen.terms if search.chosen else None
    found = command.setting or (agreed.setting if agreed else None) or (chosen.setting if chosen else None)
    if found is None:
        refuse("no-home", "it is not on record where the child moved in; give 'setting'")
    return procedure.code(found, "the home's id")


def _urn(command: StartPlacement, home: Home | None) -> str | None:
    return command.urn or (home.registration.urn if home is not None and home.registration is not None else None)


def _coarse(command: StartPlacement, search: Search, home: Home | None) -> StartedAs:
    """The facts that may be counted, from the decision and the list of homes, else as given."""
    profile = search.need.profile.get(None) if search.need else None
    registered = _urn(command, home) is not None
    used = None if registered else search.unregistered_on(command.started_on)
    if profile is None or (search.choice is None and used is None):
        refuse(
            "not-chosen",
            "no home is chosen in the case; record the decision first, as a report where it was late. Only a place that is"
            " not registered needs none, while its use is on record",
        )
    provider = search.market.provider(home.provider, search.now) if home else None
    place = command.place_code or (home.place_code if home else None)
    provider_class = command.provider_class or (provider.provider_class if provider else None)
    if place is None or provider_class is None:
        refuse("unknown-home", "the home is not on the list; give 'place_code' and 'provider_class'")
    codes.check("place", place, command.started_on)
    codes.check("place_provider", provider_class, command.started_on)
    offer = search.chosen.offer if search.chosen else ""
    return StartedAs(
        authority=profile.authority,
        family=home.family if home else _family(place),
        place_code=place,
        provider_class=provider_class,
        boundary=_boundary(command, search, home),
        over_20_miles=distance.over_twenty(search.distances.get(offer)),
        mechanism=search.choice.mechanism if search.choice else "spot_single",
        spot=_spot(search, search.choice, home, provider_class) if search.choice else "spot",
        registered=registered,
    )


def _family(place: str) -> Family:
    return next((family for prefix, family in _FAMILIES if place.startswith(prefix)), "residential")


def _boundary(command: StartPlacement, search: Search, home: Home | None) -> BoundaryClass:
    """By the area registered for the home; for foster carers, who live around their service, by where they were located."""
    known = search.side_of(home)
    if home is not None and home.family == "foster":
        chosen = search.chosen
        is_chosen = chosen is not None and chosen.terms is not None and chosen.terms.setting == home.setting
        located = search.boundaries.get(chosen.offer) if chosen is not None and is_chosen else None
        if located is not None and command.boundary not in (None, located):
            refuse(
                "boundary",
                f"{command.boundary} came, and the chosen carers were located as {located}; leave 'boundary' out, or measure"
                " the distance again",
            )
        known = located or command.boundary or known
    found = known or command.boundary
    if found is None:
        refuse("boundary", "the area of the home is not on record; say in 'boundary' where it lies")
    return found


def _spot(search: Search, choice: HomeChosen, home: Home | None, provider_class: str) -> Spot:
    """Spot: outside, and not under a call-off from an agreement that is in force. A member off its terms is shown apart."""
    if provider_class == "PR1":
        return "in_house"
    if choice.mechanism in UNDER_AGREEMENT:
        offered = search.chosen.terms if search.chosen else None
        return "under_agreement" if offered is None or offered.agreed_rate else "off_terms"
    declared = search.criteria.agreement if search.criteria else None
    found = search.market.agreement(declared, search.now) if declared else None
    return "off_terms" if found is not None and home is not None and home.provider in found[1].tiers else "spot"


def _object_to_place(
    command: StartPlacement, started: StartedAs, search: Search, home: Home | None, objections: Objections
) -> None:
    if started.place_code in UNREGULATED and command.age_months < SIXTEEN and command.started_on >= UNDER_16_FROM:
        objections.add(
            "under-16",
            f"nobody under 16 may be placed in {started.place_code} (2010 Regulations, reg. 27A); find another home",
        )
    must = started.place_code in _REGISTERED or (started.family == "supported" and command.started_on >= SUPPORTED_FROM)
    if must and not started.registered:
        objections.add(
            "unregistered", "the place must be registered and has no URN; find another, or record unregistered use"
        )
    agreed = search.agreed.terms.get(None) if search.agreed else None
    if search.agreed is None and search.unregistered_on(command.started_on) is None:
        objections.add("not-agreed", "no placement agreement is on record; agree it before the child moves in")
    elif agreed is not None and command.setting is not None and agreed.setting != command.setting:
        objections.add("other-home", f"{command.setting} came, and {agreed.setting} was agreed; agree it anew first")
    if home is not None and (home.room is None or not home.room.available):
        objections.add(
            "at-capacity", f"the home {home.setting} has no room on record; have it declared before the start"
        )


def _object_to_approvals(
    command: StartPlacement, started: StartedAs, search: Search, home: Home | None, objections: Objections
) -> None:
    """Out of the area a nominated officer approves first; at a distance the director, with the area consulted (reg. 11)."""
    choice = search.choice
    if started.boundary in ("DIST", "OUTSIDE_ENGLAND"):
        if not search.approved("director", since=choice):
            objections.add(
                "no-director",
                "a placement at a distance is approved by the director of children's services first (reg. 11(2)); ask them",
            )
        if not _is_consulted(search, home):
            area = home.area if home is not None and home.family != "foster" else "where the carers live"
            objections.add("not-consulted", f"the authority {area} is not consulted (reg. 11(2)(d)); do that first")
    elif started.boundary == "ADJ" and not search.approved("nominated_officer", "director", since=choice):
        objections.add(
            "no-nominated-officer",
            "a placement outside the area is approved by a nominated officer first (reg. 11(1)); ask one",
        )
    use = search.unregistered_on(command.started_on)
    if use is not None:
        if use.approved_by == "nobody":
            objections.add(
                "not-approved", "nobody approved the use of a place that is not registered; ask the director"
            )
        return
    missing = [capacity for capacity in ("practice", "budget") if not search.approved(capacity, since=choice)]
    if missing:
        objections.add(
            "not-approved", f"{listed(missing)} has not approved the decision; have it approved before the start"
        )


def _is_consulted(search: Search, home: Home | None) -> bool:
    """Was the authority of the area asked? Where foster carers live is on no list, so any that was asked counts."""
    if home is None or home.area is None:
        return True
    return bool(search.consulted) if home.family == "foster" else home.area in search.consulted
