"""What whoever keeps the list of homes fills in: authorities, providers, homes, and the agreements with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from fairplace import home_words
from fairplace.forms import answering
from fairplace.forms.fields import Fault, Field, Option, Sent, read_all
from fairplace.forms.lists import worded
from fairplace.forms.task import options
from fairplace.market.events import AgreementConcluded, Tier
from fairplace.market.known import Home, Market
from fairplace.referral import codes
from fairplace.terms import Day

Read = tuple[dict[str, Any], list[Fault]]

FAMILIES = options(
    ("foster", "Foster homes"), ("residential", "Children’s homes"), ("supported", "Supported accommodation")
)
SEXES = options(("female", "Female"), ("male", "Male"), ("other", "Other"))
LEVELS = options(("1", "1: mainstream"), ("2", "2: additional"), ("3", "3: high"), ("4", "4: exceptional"))
TIERS: tuple[Tier, ...] = ("T1", "T2", "T3")
ABILITIES = worded(home_words.ABILITY)
ROWS = 4
"""Pieces of evidence of one form."""

_RATE = re.compile(r"(\S{1,64})\s+(£?[0-9][0-9,]*(?:\.[0-9]{2})?)")


def _coded(name: codes.ListName, on: Day) -> tuple[Option, ...]:
    return tuple(Option(one.code, f"{one.code} {one.label}") for one in codes.codes_on(name, on))


def _authorities(market: Market) -> tuple[Option, ...]:
    return options(*((one.authority, one.name) for one in market.authorities(market.upto)))


# An authority


def authority(market: Market) -> list[Field]:
    return [
        Field(name="authority", label="Its code", kind="line", public=True, hint="As the list of areas has it, for example E08000035"),
        Field(name="name", label="Its name", kind="line", public=True),
        Field(name="region", label="Region", kind="line", public=True),
        Field(name="sub_region", label="Sub-region", kind="line", public=True),
        Field(name="adjoining", label="Which authorities adjoin it", kind="lines", public=True, optional=True, hint="By their codes, one a line, whether listed here or not"),
        Field(name="under_100_looked_after", label="Does it look after fewer than 100 children?", kind="yes", public=True, hint="Then its numbers are rounded"),
    ]  # fmt: skip


def read_authority(fields: Sequence[Field], sent: Sent) -> Read:
    members, faults = read_all(fields, sent)
    return {"adjoining": [], **members}, faults


def policy() -> list[Field]:
    return [
        Field(name="policy", label="The policy’s name", kind="line", public=True, hint="For example IHP-1"),
        Field(name="family", label="For what kind of home", kind="choice", public=True, options=FAMILIES),
        Field(name="head_start_hours", label="How many hours own homes are asked before others", kind="number", public=True),
        Field(name="from_on", label="From which day", kind="day", public=True),
        Field(name="reason", label="Why", kind="words", hint="No law says that own homes come first: say what does"),
    ]  # fmt: skip


# A provider and its homes


def provider(market: Market, on: Day) -> list[Field]:
    return [
        Field(name="provider", label="Its id", kind="line", public=True, hint="Of the companies’ register, for example GB-COH-01234567"),
        Field(name="name", label="Its name", kind="line"),
        Field(name="provider_class", label="What it is", kind="choice", public=True, options=_coded("place_provider", on)),
        Field(name="authority", label="Whose own service it is, if it is one", kind="choice", optional=True, public=True, options=_authorities(market)),
        Field(name="company", label="The company’s number", kind="line", optional=True, public=True),
        Field(name="size_band", label="How large it is", kind="choice", public=True, options=worded(home_words.SIZE)),
    ]  # fmt: skip


def ownership() -> list[Field]:
    return [
        Field(name="owner", label="Who owns it in the end", kind="line", public=True, hint="By an id, for example of the companies’ register; a person by a number of your own, never by name"),
        Field(name="owner_type", label="What the owner is", kind="choice", public=True, options=worded(home_words.OWNER)),
        Field(name="from_on", label="Since which day", kind="day", public=True),
    ]  # fmt: skip


def _registration(*, optional: bool = False) -> list[Field]:
    group = "What it is registered for"
    return [
        Field(name="registration.urn", label="Its number at the inspectorate", kind="line", optional=True, group=group, hint="7 digits, or SC and 6 digits"),
        Field(name="registration.age_from", label="From what age, in years", kind="number", optional=optional, group=group),
        Field(name="registration.age_to", label="To what age", kind="number", optional=optional, group=group),
        Field(name="registration.sexes", label="For whom", kind="several", optional=optional, group=group, options=SEXES),
    ]  # fmt: skip


def setting(market: Market, on: Day) -> list[Field]:
    return [
        Field(name="setting", label="The home’s id", kind="line", public=True, hint="No street and nobody’s name: an id of your own with a number, for example home-17"),
        Field(name="family", label="What kind of home", kind="choice", public=True, options=FAMILIES),
        Field(name="place_code", label="What kind of placement", kind="choice", public=True, options=_coded("place", on)),
        Field(name="places", label="How many places", kind="number"),
        Field(name="buildings", label="How many buildings", kind="number", optional=True),
        *_registration(),
        Field(name="area", label="In whose area it lies", kind="choice", group="Where it lies",
              options=(*_authorities(market), Option("OUTSIDE_ENGLAND", "Outside England"))),
        Field(name="point.easting", label="Easting", kind="number", optional=True, group="Where it lies", hint="Metres on the national grid; with the northing, or neither. Sealed: for distances alone"),
        Field(name="point.northing", label="Northing", kind="number", optional=True, group="Where it lies"),
    ]  # fmt: skip


def read_setting(fields: Sequence[Field], sent: Sent) -> Read:
    members, faults = read_all(fields, sent)
    point = members.get("point")
    if point is not None and len(point) < 2:
        faults.append(Fault("point.easting", "Write the easting with the northing, or neither"))
    if "registration" in members:
        members["registration"].setdefault("urn", None)
    return members, faults


def _which(homes: Sequence[Home]) -> Field:
    return Field(name="setting", label="Which home", kind="choice", public=True, options=options(*((one.setting, one.setting) for one in homes)))  # fmt: skip


def change(homes: Sequence[Home]) -> list[Field]:
    return [
        _which(homes),
        Field(name="reason", label="What has changed", kind="choice", public=True, options=options(
            ("registration", "What it is registered for"), ("places", "How many places it has"), ("correction", "Nothing: the list was wrong"),
            ("suspension", "It is suspended"), ("closure", "It has closed"), ("reopening", "It is open again"))),
        Field(name="places", label="How many places", kind="number", optional=True, hint="What is left empty stays as it was"),
        *_registration(optional=True),
    ]  # fmt: skip


def read_change(fields: Sequence[Field], sent: Sent) -> Read:
    """A registration is replaced whole: what of it stays is in the form already."""
    members, faults = read_all(fields, sent)
    given = members.get("registration")
    if given is not None:
        missing = [name for name in ("age_from", "age_to", "sexes") if name not in given]
        if missing and set(given) == {"urn"}:
            faults.append(
                Fault(f"registration.{missing[0]}", "Write the ages and for whom, too: a registration is one thing")
            )
        elif missing:
            faults.append(Fault(f"registration.{missing[0]}", "Fill in all of the registration, or nothing of it"))
        given.setdefault("urn", None)
    return members, faults


def as_registered(home: Home) -> dict[str, list[str]]:
    """What the list says of a home now."""
    found = {"setting": [home.setting], "places": [str(home.places)] if home.places is not None else []}
    if home.registration is None:
        return found
    known = home.registration
    return found | {
        "registration.urn": [known.urn or ""],
        "registration.age_from": [str(known.age_from)],
        "registration.age_to": [str(known.age_to)],
        "registration.sexes": list(known.sexes),
    }


def rating(homes: Sequence[Home], on: Day) -> list[Field]:
    return [
        _which(homes),
        Field(
            name="grade",
            label="The grade",
            kind="choice",
            options=tuple(Option(one.code, one.label) for one in codes.codes_on("grade", on)),
        ),
        Field(name="rated_on", label="Inspected on", kind="day", public=True),
    ]


def capability(homes: Sequence[Home]) -> list[Field]:
    found = [_which(homes), Field(name="claimed", label="What level does it claim?", kind="choice", options=LEVELS)]
    for row in range(ROWS):
        group = f"Evidence {row + 1}"
        found += [
            Field(
                name=f"a{row}-kind", label="What shows it", kind="choice", row=f"a{row}", group=group, options=ABILITIES
            ),
            Field(name=f"a{row}-detail", label="What you saw", kind="line", row=f"a{row}", group=group),
            Field(name=f"a{row}-on", label="On which day", kind="day", row=f"a{row}", group=group),
        ]
    return found


def read_capability(fields: Sequence[Field], sent: Sent) -> Read:
    members, faults = read_all(fields, sent)
    shown = []
    for row in range(ROWS):
        kind, detail, on = (members.pop(f"a{row}-{part}", None) for part in ("kind", "detail", "on"))
        if kind and detail and on:
            shown.append({"kind": kind, "detail": detail, "seen_on": on})
    claimed = members.get("claimed")
    return {**members, "claimed": int(claimed) if claimed else 0, "shown": shown}, faults


def vacancy(homes: Sequence[Home]) -> list[Field]:
    return [_which(homes), *answering.vacancy()]


def read_vacancy(fields: Sequence[Field], sent: Sent) -> Read:
    members, faults = answering.read_vacancy(fields, sent)
    return {**members, "setting": next(iter(sent.get("setting", ())), "")}, faults


def gone(homes: Sequence[Home]) -> list[Field]:
    return [_which([one for one in homes if one.room is not None]), *answering.gone()]


def cost(homes: Sequence[Home]) -> list[Field]:
    return [
        _which(homes),
        Field(name="year", label="Which year", kind="number", public=True, hint="The year in which the financial year begins"),
        Field(name="cost", label="What it cost in full, overheads included", kind="money"),
        Field(name="nights_used", label="Nights for which a child was there", kind="number"),
        Field(name="nights_possible", label="Nights that there could have been", kind="number", hint="Places times nights"),
    ]  # fmt: skip


# An agreement


def agreement(market: Market) -> list[Field]:
    providers = sorted(
        (one for one in market.providers(market.upto) if one.authority is None),
        key=lambda one: one.name or one.provider,
    )
    named = options(*((one.provider, one.name or one.provider) for one in providers))
    return [
        Field(name="agreement", label="Its name", kind="line", public=True, hint="For example FW-RES-24"),
        Field(name="route", label="What it is", kind="choice", public=True, options=options(
            ("framework", "A framework"), ("dynamic-market", "A dynamic market"), ("block", "A block: places are paid for"), ("soft-block", "A soft block"))),
        Field(name="regime", label="The law of the purchase", kind="choice", public=True, options=options(
            ("PA23", "Procurement Act 2023"), ("PCR15", "Public Contracts Regulations 2015"), ("BELOW", "Below its threshold"), ("EXEMPT", "Exempt"))),
        Field(name="concluded_on", label="Concluded on", kind="day", public=True, group="When"),
        Field(name="starts_on", label="From", kind="day", public=True, group="When"),
        Field(name="ends_on", label="Until", kind="day", public=True, group="When"),
        Field(name="authorities", label="Who may call off", kind="several", public=True, group="For whom", options=_authorities(market)),
        Field(name="families", label="For what kind of home", kind="several", public=True, group="For whom", options=FAMILIES),
        *[Field(name=f"tier-{tier}", label=f"Who stands in {home_words.TIER[tier]}", kind="several", optional=True, public=True, group="Who is in it", options=named) for tier in TIERS],
        *[Field(name=f"hours-{tier}", label=f"Hours to answer in {home_words.TIER[tier]}", kind="number", optional=True, public=True, group="Who is in it") for tier in TIERS],
        Field(name="price_ranked", label="Does the price alone decide who falls out?", kind="yes", public=True, group="Money"),
        Field(name="uplift.kind", label="How fees rise each year", kind="choice", public=True, group="Money", options=worded(home_words.UPLIFT)),
        Field(name="uplift.cap", label="The cap, in per cent", kind="decimal", optional=True, public=True, group="Money"),
        Field(name="rates", label="Agreed fees a week", kind="lines", optional=True, group="Money", hint="One a line: the home’s id and the fee, as home-01 4,700"),
        Field(name="committed", label="Places paid for, in a block", kind="lines", optional=True, public=True, group="Money", hint="One a line: the home’s id and how many, as home-01 2"),
    ]  # fmt: skip


def read_agreement(fields: Sequence[Field], sent: Sent) -> Read:
    members, faults = read_all(fields, sent)
    tiers: dict[str, str] = {}
    for tier in TIERS:
        for one in members.pop(f"tier-{tier}", []):
            if one in tiers:
                faults.append(Fault(f"tier-{tier}", f"{one} stands in two tiers; take it out of one"))
            tiers[one] = tier
    hours = {tier: value for tier in TIERS if (value := members.pop(f"hours-{tier}", None)) is not None}
    rates, wrong = _pairs(members.pop("rates", []), "rates", "Write the home’s id and the fee, as home-01 4,700", money=True)  # fmt: skip
    committed, more = _pairs(members.pop("committed", []), "committed", "Write the home’s id and how many places, as home-01 2", money=False)  # fmt: skip
    uplift = {"cap": None, **members.get("uplift", {})}
    found = {**members, "tiers": tiers, "window_hours": hours, "rates": rates, "committed": committed, "uplift": uplift}
    return found, [*faults, *wrong, *more]


def _pairs(lines: Sequence[str], name: str, says: str, *, money: bool) -> tuple[dict[str, int], list[Fault]]:
    found: dict[str, int] = {}
    for line in lines:
        matched = _RATE.fullmatch(line.strip())
        pounds, _, pence = matched[2].lstrip("£").replace(",", "").partition(".") if matched else ("", "", "")
        if matched is None or len(pounds) > 9 or (pence and not money) or matched[1] in found:
            return {}, [Fault(name, f"{says}; this line cannot be read: {line[:60]}")]
        found[matched[1]] = int(pounds) * 100 + int(pence or 0) if money else int(pounds)
    return found, []


def occupancy(one: AgreementConcluded) -> list[Field]:
    return [
        Field(name="setting", label="Which home", kind="choice", public=True,
              options=options(*((name, name, f"{paid} paid for") for name, paid in one.committed.items()))),
        Field(name="night", label="Which night", kind="day", public=True),
        Field(name="occupied", label="How many of its places were filled", kind="number"),
    ]  # fmt: skip


def uplift(one: AgreementConcluded, market: Market) -> list[Field]:
    found = [
        Field(name="from_on", label="From which day", kind="day", public=True),
        Field(name="cpi", label="The consumer prices index, in per cent", kind="decimal", public=True),
    ]
    for row, name in enumerate(one.tiers):
        known = market.provider(name, market.upto)
        group = known.name if known and known.name else name
        found += [
            Field(name=f"p{row}-asked", label="What it asked for, in per cent", kind="decimal", optional=True, group=group),
            Field(name=f"p{row}-given", label="What it gets, in per cent", kind="decimal", optional=True, group=group, hint="Empty: nothing is decided for it now"),
            Field(name=f"p{row}-hardship_evidenced", label="Did it show hardship?", kind="yes", optional=True, group=group),
        ]  # fmt: skip
    return found


def read_uplift(one: AgreementConcluded, fields: Sequence[Field], sent: Sent) -> Read:
    members, faults = read_all(fields, sent)
    given = {}
    for row, name in enumerate(one.tiers):
        parts = {part: members.pop(f"p{row}-{part}", None) for part in ("asked", "given", "hardship_evidenced")}
        if parts["given"] is not None:
            given[name] = {**parts, "hardship_evidenced": bool(parts["hardship_evidenced"])}
    if not given and not faults:
        faults.append(Fault("p0-given", "Write what at least one of them gets; 0 is an answer"))
    return {**members, "given": given}, faults
