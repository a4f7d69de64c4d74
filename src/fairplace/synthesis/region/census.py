"""What came of it all, counted from the entries of the register."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import msgspec

from fairplace.event import Fact
from fairplace.market import events as market
from fairplace.on_disk import Register
from fairplace.placement import events as lived
from fairplace.referral import events as sought
from fairplace.terms import as_date


class Lived(msgspec.Struct, kw_only=True):
    """One placement: what it was, how far, and what it cost a week in pounds."""

    case: str
    family: str
    level: int
    category: str
    spot: str
    mechanism: str
    registered: bool
    over_20_miles: bool | None
    started: date
    pounds: float
    ended: str | None = None
    planned: bool | None = None


class Census:
    """Hears every event, as it is written or as it is read back."""

    def __init__(self) -> None:
        self.entries = 0
        self.types: Counter[str] = Counter()
        self.need: dict[str, tuple[str, int, str, str]] = {}
        self.urgency: dict[str, str] = {}
        self.opened: dict[str, date] = {}
        self.placements: dict[str, Lived] = {}
        self.classes: dict[str, str] = {}
        self.homes: Counter[tuple[str, str]] = Counter()  # family and provider class
        self.not_placed: set[str] = set()
        self._pounds: dict[str, float] = {}

    @classmethod
    def of(cls, folder: Path) -> Census:
        """What the signed entries of a register tell whoever holds its keys; nothing of how it was made up is asked."""
        found = cls()
        with Register.open(folder) as register:
            for recorded in register.reader.recorded(0, register.reader.size):
                found.hear(recorded.event)
        return found

    def hear(self, event: Fact) -> None:
        self.entries += 1
        self.types[type(event).__name__] += 1
        match event:
            case market.ProviderRegistered():
                self.classes[event.provider] = event.provider_class
            case market.SettingRegistered():
                self.homes[event.family, self.classes[event.provider]] += 1
            case sought.NeedAssessed():
                profile = event.profile.get()
                self.need[event.case] = profile.family, profile.level, profile.category, profile.authority
            case sought.ReferralOpened():
                self.urgency[event.case] = event.urgency.get()
                self.opened[event.case] = as_date(event.happened_at[:10])
            case sought.ReferralEnded():
                self.not_placed.add(event.case)
            case lived.PlacementAgreed():
                self._pounds[event.case] = event.terms.get().weekly_fee / 100
            case lived.UnregisteredUseRecorded():
                self._pounds[event.case] = event.use.get().weekly_cost / 100
            case lived.PlacementStarted():
                self._start(event)
            case lived.PlacementEnded() if event.case in self.placements:
                found = self.placements[event.case]
                found.ended, found.planned = event.reason.get(), event.planned.get()
            case _:
                pass

    def _start(self, event: lived.PlacementStarted) -> None:
        family, level, category, _ = self.need[event.case]
        as_ = event.started.get()
        self.placements[event.case] = Lived(
            case=event.case,
            family=family,
            level=level,
            category=category,
            spot=as_.spot,
            mechanism=as_.mechanism,
            registered=as_.registered,
            over_20_miles=as_.over_20_miles,
            started=as_date(event.began.get().started_on),
            pounds=self._pounds.get(event.case, 0.0),
        )

    def peers(self, family: str, level: int, category: str, since: date) -> list[float]:
        """What like needs cost a week, in placements begun since a day."""
        return [
            one.pounds
            for one in self.placements.values()
            if (one.family, one.level, one.category) == (family, level, category)
            and one.started >= since
            and one.registered
        ]
