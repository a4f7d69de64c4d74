"""How a story is told of one child's search: who acts, in which stream, and how a case is first put on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from fairplace.event import Aside, Event
from fairplace.referral import events as e
from fairplace.referral.values import Assessment, Clinical, Connection, NeedLine, NeedProfile
from fairplace.synthesis.region import made_up
from fairplace.synthesis.region.book import Written
from fairplace.synthesis.region.days import day_of
from fairplace.synthesis.region.demand import Need
from fairplace.synthesis.region.draws import Draws
from fairplace.synthesis.region.world import World
from fairplace.terms import day

FACTS = (
    "identity", "legal", "reason", "care_plan", "family", "education", "health", "emotional", "behaviour", "risk",
    "offending", "culture", "what_works", "child_view", "staffing", "area", "not_placed_with", "needed_by", "funding",
)  # fmt: skip
"""The groups of facts of a referral (section 2.2)."""


class Telling:
    """One case: its people and its own chance."""

    def __init__(self, world: World, need: Need, case: str) -> None:
        self.world = world
        self.need = need
        self.case = case
        self.chance = Draws("story", world.preset.name, world.seed, need.number)
        self.people = {role: self.chance.pick(keys) for role, keys in world.staff[need.authority].items()}
        count = 3 + self.chance.below(3)
        self.lines = [
            NeedLine(
                id=f"n{number}",
                words=world.words(words),
                evidence=self.chance.pick(("assessment", "school", "health", "carer", "court")),
                evidenced_on=day(need.opens - timedelta(days=self.chance.between(6, 120))),
            )
            for number, words in enumerate(self.chance.some(made_up.NEEDS, count), start=1)
        ]
        self.connections = self._connections()

    def _connections(self) -> list[Connection]:
        kinds = ["family"]
        if self.chance.often(0.4):
            kinds.append("sibling")
        if self.need.child.age_months >= 60:
            kinds.append("school")
        kinds += self.chance.some(("faith", "peers", "health", "activity"), self.chance.below(3))
        return [Connection(id=f"{kind}-1", kind=kind) for kind in kinds]  # type: ignore[arg-type]  # a word of the list

    @property
    def line_ids(self) -> list[str]:
        return [line.id for line in self.lines]

    @property
    def connection_ids(self) -> list[str]:
        return [one.id for one in self.connections]

    def do(self, kind: type[Event], by: str, /, **values: Any) -> Written:
        """Somebody acts in the case: a role of the authority, or a key. What providers and homes do has its own stream."""
        world = self.world
        key = self.people.get(by, by)
        stream = None
        if issubclass(kind, Aside):
            stream = values.pop("stream", None) or world.book.stream()
            values["seen"] = world.book.end(self.case)
        return world.act(kind, key, case=self.case, stream=stream, **values)

    def days_until(self, moment: datetime, days: int) -> bool:
        return moment - self.world.clock() <= timedelta(days=days)

    def assessed(self) -> Iterator[datetime]:
        """The social worker says what the child needs, and what the child said, before anybody looks."""
        yield self.first_moment()
        need, chance, words = self.need, self.chance, self.world.words
        specialist = need.category == "specialist"
        self.do(
            e.NeedAssessed,
            "social-worker",
            version=1,
            profile=NeedProfile(
                authority=need.authority,
                family=need.family,
                level=need.level,
                category=need.category,
                age_band=need.age_band,
            ),
            child=need.child,
            lines=self.lines,
            connections=self.connections,
            clinical=Clinical(
                formulation=f"SYN-CF-{chance.bytes(4).hex()}",
                lead=chance.pick(("psychologist", "psychiatrist", "camhs")),
            )
            if specialist
            else None,
            assessment=Assessment(
                assessor_class=chance.pick(("specialist_social_worker", "psychologist", "camhs"))
                if specialist
                else "social_worker",
                instrument="BERRI" if chance.often(0.5) else None,
                facts=self._facts(),
            ),
        )
        young = need.child.age_months < 48
        self.do(
            e.VoiceRecorded,
            "social-worker",
            how="observed" if young else chance.pick(("in_person", "in_person", "advocate", "written")),
            reason_not=None,
            heard=words("Plays calmly near a familiar adult." if young else chance.pick(made_up.HEARD)),
        )

    def first_moment(self) -> datetime:
        return self.world.clock()

    def _facts(self) -> dict[str, bool | None]:
        """At least nine groups of ten are given."""
        facts: dict[str, bool | None] = dict.fromkeys(FACTS, True)
        facts["offending"] = None if self.need.child.age_months < 120 else True
        facts["not_placed_with"] = None if self.chance.often(0.5) else True
        for name in self.chance.some(FACTS, self.chance.below(2)):
            facts[name] = False if facts[name] else None
        return facts

    def today(self) -> str:
        return day(day_of(self.world.clock()))
