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
    if code != "UK10" and (found := known.notice(code)) is not None:
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
        case "UK10":
            return _change(known, light_touch=planned.light_touch)
        case "UK11":
            return _end(known, user_choice=planned.route == "direct_s41" and planned.concerns_one_person)
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


def _change(known: Known, *, light_touch: bool) -> Need:
    """Procurement Act 2023, section 75. One notice answers for one change, so an earlier one does not do."""
    if light_touch:
        return Need("none", "A light touch contract is changed without a notice (section 75(6)).")
    change = known.change
    if change is None:
        return Need("later", "Comes when a change of the contract is decided, and before it is made.")
    when = date(change.on)
    if change.noticed:
        return Need("published", f"A notice was published before the change of {when}.")
    match change.change_notice:
        case "due":
            return Need("now", f"Needed before {when}, from which day on the contract is changed.")
        case "advised":
            return Need(
                "now",
                f"The Act can be read so that it is needed before {when}, when the contract is changed: publish it (section 75(2)).",
            )
        case "not-due":
            return Need("none", f"The change of {when} is small enough to need none (section 75(2)).")
        case _:
            return Need(
                "now", f"Whether the change of {when} needs one cannot be told from the record (section 75(2))."
            )


def _end(known: Known, *, user_choice: bool) -> Need:
    """Procurement Act 2023, section 80."""
    if known.over is None:
        return Need("later", "Needed within 30 days, beginning with the day on which the contract ends; expiry counts.")
    last = day(period_days(as_date(known.over.on), 30))
    return Need(
        "now",
        f"Needed by {date(last)}: 30 days beginning with the day on which the contract ended.{ONE_PERSON if user_choice else ''}",
    )


def _termination(known: Known) -> Need:
    if known.ended is None:
        return Need("none", "The procedure was not ended: none is needed.")
    if known.tender_at is None and known.notice("UK5") is None:
        return Need("none", "Neither a tender nor a transparency notice was published: none is needed.")
    return Need("now", "Needed as soon as reasonably practicable after the decision not to award.")


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
