"""What a provider answers: an offer with its fee in parts, a decline, a question; and what it says of its own homes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fairplace import home_words
from fairplace.formats import money
from fairplace.forms.fields import Fault, Field, Option, Sent, read_all
from fairplace.forms.lists import worded
from fairplace.forms.task import options
from fairplace.market.known import Home
from fairplace.referral import codes
from fairplace.terms import Day

Read = tuple[dict[str, Any], list[Fault]]

_CARE = ("care_staffing", "education", "therapy", "enhanced_hours", "matching_transition")
"""Parts of a fee that answer needs of this child; the others are for every child."""

_PAYERS = worded(home_words.PAYER)


def _coded(name: codes.ListName, on: Day) -> tuple[Option, ...]:
    return tuple(Option(one.code, one.label) for one in codes.codes_on(name, on))


def offer(homes: Sequence[Home]) -> list[Field]:
    return [
        Field(name="setting", label="Which of your homes", kind="choice", options=options(*((one.setting, one.setting) for one in homes))),
        Field(name="available_on", label="Free from", kind="day"),
        Field(name="weekly_fee", label="Fee a week", kind="money"),
        Field(name="agreed_rate", label="Is it on the terms of your agreement with us?", kind="yes"),
        *[Field(name=f"fee-{code}", label=label, kind="money", optional=True, group="What the fee is made of",
                hint="Taken off the others" if code == "discount" else "") for code, label in home_words.FEE.items()],
        Field(name="needs", label="Which needs the care, education and therapy answer", kind="line", optional=True, group="What the fee is made of",
              hint="Their numbers in the referral, for example n1, n3"),
        Field(name="payer", label="Who pays for education and therapy", kind="choice", optional=True, group="What the fee is made of", options=_PAYERS),
        Field(name="ratio_day", label="Adults to a child by day", kind="decimal", optional=True, group="The home", hint="1.5 for three adults with two children"),
        Field(name="ratio_night", label="Adults to a child by night", kind="decimal", optional=True, group="The home"),
        Field(name="words", label="What else we should know", kind="words", optional=True, group="The home", hint="Name no child, school or street"),
    ]  # fmt: skip


def read_offer(fields: Sequence[Field], sent: Sent, provider: str) -> Read:
    """The members of the command. A fee that its parts do not make is said at once, with the difference."""
    members, faults = read_all(fields, sent)
    fee = members.get("weekly_fee")
    found = in_terms(members, provider)
    made = sum(int(line["amount"]) for line in found["terms"]["lines"])
    if fee is not None and not faults and made != fee:
        gap = fee - made
        says = f"The parts come to {money(made)} and the fee is {money(fee)}: {money(abs(gap))} {'more' if gap < 0 else 'less'} than it. Correct either"
        faults.append(Fault("weekly_fee", says))
    return found, faults


def in_terms(members: dict[str, Any], provider: str) -> dict[str, Any]:
    """What was filled in, as the members of an offer have it: the fee in its lines."""
    needs = [one.strip() for one in str(members.pop("needs", "") or "").split(",") if one.strip()]
    payer = members.pop("payer", None) or "care"
    lines = []
    for code in home_words.FEE:
        amount = members.pop(f"fee-{code}", None)
        if amount:
            lines.append(
                {
                    "code": code,
                    "amount": -amount if code == "discount" else amount,
                    "payer": payer if code in ("education", "therapy") else "care",
                    "needs": needs if code in _CARE else [],
                }
            )
    words = members.pop("words", None)
    terms = {"ratio_day": None, "ratio_night": None, **members, "provider": provider, "lines": lines}
    return {"terms": terms, **({"words": words} if words else {})}


def decline(on: Day) -> list[Field]:
    return [
        Field(name="reason", label="Why not", kind="choice", options=_coded("decline_reason", on), hint="To decline can be right; it counts for nothing against you"),
        Field(name="had_vacancy", label="Do you have room?", kind="yes", optional=True),
        Field(name="words", label="In words", kind="words", optional=True, hint="What of the referral was missing, or what would have made it possible"),
    ]  # fmt: skip


def question() -> list[Field]:
    return [
        Field(name="words", label="Your question", kind="words",
              hint="The answer goes to everybody who was asked. Do not say who you are, and name no child"),
    ]  # fmt: skip


def withdraw(offers: Sequence[tuple[str, str]], on: Day) -> list[Field]:
    return [
        Field(name="offer", label="Which offer", kind="choice", options=options(*offers)),
        Field(name="reason", label="Why", kind="choice", options=_coded("withdraw_reason", on)),
    ]


def vacancy() -> list[Field]:
    return [
        Field(name="vacancy.places", label="How many places", kind="number"),
        Field(name="vacancy.from_on", label="From which day", kind="day"),
        Field(name="vacancy.available", label="Could a child come now?", kind="yes", hint="Is it available for matching?"),
        Field(name="vacancy.reason_not", label="Why not, if not", kind="choice", optional=True, options=tuple(
            Option(code, text[:1].upper() + text[1:]) for code, text in home_words.NO_ROOM.items())),
    ]  # fmt: skip


def read_vacancy(fields: Sequence[Field], sent: Sent) -> Read:
    members, faults = read_all(fields, sent)
    said = members.get("vacancy", {})
    if said.get("available") is False and not said.get("reason_not"):
        faults.append(Fault("vacancy.reason_not", "Choose why no child could come now"))
    if said.get("available") and said.get("reason_not"):
        faults.append(Fault("vacancy.reason_not", "Leave the reason open when a child could come now"))
    return {"vacancy": {"reason_not": None, **said}}, faults


def gone() -> list[Field]:
    return [
        Field(name="why", label="Why", kind="choice", options=options(("filled", "It is filled"), ("withdrawn", "We take it back"))),
    ]  # fmt: skip


DISPUTED: Mapping[str, str] = {
    "ages": "The ages that it is registered for",
    "sexes": "The sexes that it is registered for",
    "places": "How many places it has",
    "capability": "The level that it can give",
    "area": "The area in which it lies",
    "agreement": "Our tier in the agreement",
    "other": "Something else",
}


def dispute() -> list[Field]:
    return [
        Field(name="field", label="What is wrong on the list", kind="choice", options=tuple(Option(code, label) for code, label in DISPUTED.items())),
        Field(name="words", label="What is right, and what shows it", kind="words", hint="Whoever keeps the list answers by correcting it, or says why not"),
    ]  # fmt: skip
