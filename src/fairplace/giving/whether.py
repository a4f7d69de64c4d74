"""Whether a case needs a notice, and when: by the law that applies, the route, and what was published already."""

from __future__ import annotations

from typing import Literal

import msgspec

from fairplace.formats import date
from fairplace.giving.known import Known
from fairplace.giving.wording import ROUTE
from fairplace.procurement.standstill import summaries_due
from fairplace.terms import as_date, day
from fairplace.working_days import period_days

ONE_PERSON = (
    " If the person concerned or their carer chose the supplier (Schedule 5, paragraphs 15 to 17), none is needed."
)


class Need(msgspec.Struct, frozen=True):
    """`now`: it can be filled in and published; `later`: it comes when something else has; `none`: none is needed."""

    state: Literal["now", "later", "none", "published"]
    sentence: str


REGIME = {
    "PSR": "the Provider Selection Regime, which has notices of its own",
    "PCR15": "the Public Contracts Regulations 2015, which has notices of its own",
    "BELOW": "the rules below the threshold",
    "EXEMPT": "no procurement law",
}


def need_of(known: Known, code: str) -> Need:
    planned = known.state.planned
    if (found := known.notice(code)) is not None:
        return Need("published", f"Published on {date(found.at)}{f' as {found.reference}' if found.reference else ''}.")
    if planned is None:
        return Need("later", "First plan the case.")
    if planned.regime == "BELOW":
        return _below(known, code)
    if planned.regime != "PA23":
        return Need("none", f"This case is under {REGIME[planned.regime]}.")
    direct = planned.route in ("direct_s41", "direct_s43")
    match code:
        case "UK4":
            return _tender(known)
        case "UK5" if not direct:
            return Need(
                "none", f"This is {_a(ROUTE[planned.route])}, not a direct award: it needs no transparency notice."
            )
        case "UK5":
            return Need(
                "now", f"Needed before the award is decided.{ONE_PERSON if planned.concerns_one_person else ''}"
            )
        case "UK6":
            return _award(known, direct=direct and planned.concerns_one_person)
        case "UK7":
            return _details(known, days=120 if planned.light_touch else 30)
        case _:
            return _termination(known)


def _below(known: Known, code: str) -> Need:
    """Procurement Act 2023, section 87."""
    match code:
        case "UK4" if known.tender_at is not None:
            return Need("published", f"Recorded as published on {date(known.tender_at)}.")
        case "UK4":
            return Need("now", "Below the threshold: needed before the contract is advertised, if it is.")
        case "UK7" if known.contract is None:
            return Need(
                "later", "Below the threshold: from £30,000, as soon as reasonably practicable after signature."
            )
        case "UK7":
            return Need("now", "Below the threshold: from £30,000, as soon as reasonably practicable.")
        case _:
            return Need("none", "Below the threshold none is needed.")


def _tender(known: Known) -> Need:
    planned = known.state.planned
    if planned is not None and planned.route not in ("open", "flexible", "flexible_dm"):
        return Need("none", f"{_a(ROUTE[planned.route]).capitalize()} needs no tender notice.")
    if known.tender_at is None:
        return Need("now", "Needed before anybody is invited to bid.")
    number = known.state.tender.notice_reference if known.state.tender else None
    return Need("published", f"Recorded as published on {date(known.tender_at)}{f' as {number}' if number else ''}.")


def _award(known: Known, *, direct: bool) -> Need:
    extra = ONE_PERSON if direct else ""
    if known.award is None:
        return Need("later", "Comes after the award is decided." if known.ended is None else "Nothing was awarded.")
    if summaries_due(known.state.planned) and known.told_at is None:
        return Need("later", "First send every assessed bidder its assessment summary (section 50(3)).")
    return Need("now", f"Needed before the contract is signed. It begins the standstill.{extra}")


def _details(known: Known, *, days: int) -> Need:
    if known.contract is None:
        return Need("later", f"Needed within {days} days, beginning with the day on which the contract is signed.")
    last = day(period_days(as_date(known.contract.on), days))
    return Need("now", f"Needed by {date(last)}: {days} days beginning with the day of signature.")


def _termination(known: Known) -> Need:
    if known.ended is None:
        return Need("none", "The procedure was not ended: none is needed.")
    if known.tender_at is None and known.notice("UK5") is None:
        return Need("none", "Neither a tender nor a transparency notice was published: none is needed.")
    return Need("now", "Needed as soon as reasonably practicable after the decision not to award.")


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
