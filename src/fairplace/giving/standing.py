"""What a letter says of the standstill and of the time to go to court, as far as it is recorded.

- A notice of contract award begins the standstill (Procurement Act 2023, section 51); before it is published no day
  can be named.
- The 30 days of section 106 run from knowledge. When the summaries were sent, this is the latest day on which a bidder
  who read theirs that day can claim; the letter says that it is reckoned so.
"""

from __future__ import annotations

from datetime import timedelta

from fairplace.errors import Misconfigured
from fairplace.formats import date
from fairplace.giving.known import Known
from fairplace.giving.paper import Heading, Part, Words
from fairplace.procurement.standstill import is_mandatory, last_day, needs_award_notice
from fairplace.terms import as_date, day, london_day
from fairplace.working_days import period_days


def parts(known: Known, kind: str) -> list[Part]:
    """Nothing where no contract follows, or none that waits for an award notice."""
    if kind == "ended" or not needs_award_notice(known.state):
        return []
    return [Heading("Standstill"), Words(words(known))]


def words(known: Known) -> str:
    notice = known.notice("UK6")
    if notice is None:
        if is_mandatory(known.state):
            return (
                "The contract award notice is not published yet. From the day on which it is, the contract may not be"
                " signed for eight working days (Procurement Act 2023, section 51). The notice names the last of them."
            )
        return (
            "The contract award notice is not published yet. The law asks for no standstill here; where the notice offers"
            " one, it has at least eight working days (Procurement Act 2023, section 51(4) and (5))."
        )
    published = f"The contract award notice {notice.reference or ''}".strip() + f" was published on {date(notice.at)}."
    last = ends(known)
    if last is None:
        return f"{published} It gives no standstill, and none is required here."
    after = (as_date(last) + timedelta(days=1)).isoformat()
    return (
        f"{published} The standstill runs to the end of {date(last)}; the contract may be signed from {date(after)}."
        " A claim that is issued, and of which we are told, by the end of the standstill holds the contract back until"
        " a court decides (section 101)."
    )


def ends(known: Known) -> str | None:
    """The last day of the standstill; null where there is none, or it cannot be reckoned."""
    try:
        return last_day(known.state)
    except Misconfigured:  # beyond the bank holidays that are known
        notice = known.notice("UK6")
        return notice.standstill_ends if notice else None


def claim_limit(known: Known) -> str:
    if known.told_at is None:
        return ""
    last = day(period_days(london_day(known.told_at), 30))
    return (
        f" The summaries were sent on {date(known.told_at)}; reckoned from that day the last one is {date(last)}."
        " It can be earlier if you knew before."
    )
