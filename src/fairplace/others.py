"""What other searches of the log came to, asked as of an entry: fees for like needs, how urgent referrals were, which home.

- Built once from the whole log, in log order and in one pass; whoever holds the authority's view makes the same again.
- A question names the entry before which it is asked, so that an answer of today can be given again in ten years.
- What is closed to the view counts for nothing here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from fairplace.market.events import Family
from fairplace.recorded import Recorded
from fairplace.referral.events import HomeChosen, NeedAssessed, OfferMade, OfferMadeLate, ReferralEnded, ReferralOpened
from fairplace.referral.values import Category, NeedProfile, Offer, Urgency
from fairplace.terms import CaseId, Pence, as_date, london_day

TYPES = (
    "referral.need-assessed/1",
    "referral.opened/1",
    "referral.offer-made/1",
    "referral.offer-made-late/1",
    "referral.home-chosen/1",
    "referral.ended/1",
)
"""What is read here."""

AT_ONCE: frozenset[Urgency] = frozenset({"emergency", "same_day"})


class Like(msgspec.Struct, frozen=True, kw_only=True):
    """A home that was chosen, and what for: `index` is the entry that says so."""

    index: int
    case: CaseId
    day: date
    authority: str
    provider: str | None
    agreement: str | None
    weekly_fee: Pence


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """A referral that was opened: how urgent, and how many days the need was known before."""

    index: int
    day: date
    urgency: Urgency
    known_days: int | None


class Others:
    """Every search of the log, by what is compared across them."""

    def __init__(self) -> None:
        self.upto = 0
        self._needs: dict[CaseId, dict[int, NeedProfile]] = defaultdict(dict)
        self._offered: dict[tuple[CaseId, str], Offer] = {}
        self._chosen: dict[CaseId, tuple[int, str]] = {}  # the newest choice of each: the entry, and the home
        self._fees: dict[tuple[Family, int, Category], list[Like]] = defaultdict(list)
        self._openings: dict[str, list[Opening]] = defaultdict(list)

    @classmethod
    def of(cls, records: Iterable[Recorded]) -> Others:
        found = cls()
        for recorded in records:
            found.add(recorded)
        return found

    def add(self, recorded: Recorded) -> None:
        """Take in one more entry, in log order; what is not compared is passed over."""
        event = recorded.event
        self.upto = max(self.upto, recorded.index + 1)
        match event:
            case NeedAssessed() if event.profile.is_open:
                self._needs[event.case][event.version] = event.profile.get()
            case ReferralOpened() if event.urgency.is_open:
                self._open(recorded.index, event)
            case OfferMade() | OfferMadeLate() if event.terms.is_open:
                self._offered[event.case, event.offer] = event.terms.get()
            case HomeChosen() if event.chosen.is_open:
                self._choose(recorded.index, event)
            case ReferralEnded():
                self._chosen.pop(event.case, None)  # nobody moves in
            case _:
                pass

    def _open(self, index: int, event: ReferralOpened) -> None:
        need = self._needs[event.case].get(event.need_version)
        if need is not None:
            day, known = london_day(event.happened_at), event.known_on.get(None)
            days = (day - as_date(known)).days if known else None
            opening = Opening(index=index, day=day, urgency=event.urgency.get(), known_days=days)
            self._openings[need.authority].append(opening)

    def _choose(self, index: int, event: HomeChosen) -> None:
        need, chosen = self._needs[event.case].get(event.need_version), event.chosen.get()
        offered = self._offered.get((event.case, chosen.offer))
        if offered is not None:
            self._chosen[event.case] = index, offered.setting
        if need is not None:
            like = Like(
                index=index,
                case=event.case,
                day=london_day(event.happened_at),
                authority=need.authority,
                provider=offered.provider if offered else None,
                agreement=event.agreement,
                weekly_fee=chosen.weekly_fee,
            )
            self._fees[need.family, need.level, need.category].append(like)

    def like(self, need: NeedProfile, *, at: int, since: date, but: CaseId) -> list[Like]:
        """The homes chosen for like needs before an entry and from a day on, the newest of each case, but one case's."""
        known = self._fees.get((need.family, need.level, need.category), [])
        before = known[: bisect_left(known, at, key=lambda one: one.index)]
        return list({one.case: one for one in before if one.day >= since and one.case != but}.values())

    def chose(self, setting: str, *, since: int, but: CaseId) -> int:
        """How many other searches have chosen this home after an entry, and no other since, and have not ended without one."""
        return sum(home == setting and index > since and case != but for case, (index, home) in self._chosen.items())

    def openings(self, authority: str, first: date, last: date, *, at: int) -> Iterator[Opening]:
        """The referrals of an authority that were opened from a day to another, as known before an entry."""
        return (one for one in self._openings.get(authority, ()) if one.index < at and first <= one.day <= last)
