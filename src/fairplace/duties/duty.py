"""One thing that has to be done in a case, as a list may show it, and the facts it is found in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cached_property
from typing import Literal

import msgspec

from fairplace.decision import History
from fairplace.formats import listed
from fairplace.people import roles
from fairplace.people.events import InterestsDeclared
from fairplace.policy import Case, Rule
from fairplace.procurement.state import State, state_of
from fairplace.terms import CaseId, Day, Instant, KeyName


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One line of somebody's work.

    `state`: `now` it can be done, it `waits` for something else, or it `runs`: a clock that nobody has to wind.
    `task` is its form in the file of the case, for a clock the one that comes when it has run out; empty: the file itself. `who` are the roles that may, `people` the keys
    whose it is, where the record says so. `due` is the last day, in London; `opens` the first on which it can be done.
    `blocked` says what it waits for, and `waits_for` by whom. No sealed value stands in any of it.
    """

    case: CaseId
    task: str
    title: str
    who: frozenset[str]
    people: frozenset[KeyName] = frozenset()
    state: Literal["now", "waits", "runs"] = "now"
    due: Day | None = None
    opens: Day | None = None
    says: str = ""
    rule: str | None = None
    blocked: str = ""
    waits_for: tuple[KeyName, ...] = ()
    first: bool = False  # only for those who have not acted in the case yet
    about: str = ""  # the rule that found what is to be answered, or the challenge

    @property
    def order(self) -> tuple[str, str]:
        """Overdue first, then by date; what has none comes last."""
        return (self.due or self.opens or "9999", self.case)

    def waits(self, names: Mapping[KeyName, str], own: AbstractSet[KeyName]) -> str:
        """What it waits for and by whom, in words. `names` are people by their keys, `own` the keys of whoever looks."""
        people = ["you" if key in own else names.get(key, "a colleague") for key in self.waits_for]
        return f"{self.blocked} {listed(people)}" if people else self.blocked

    def is_overdue(self, today: Day) -> bool:
        return self.state != "runs" and self.due is not None and self.due < today


class Past(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A case as everybody may know it, at a moment, with the rules that know its clocks."""

    history: History
    now: Instant
    today: date
    rules: Mapping[str, Rule]

    @property
    def case(self) -> CaseId:
        return self.history.case

    @cached_property
    def state(self) -> State:
        return state_of(self.history)

    @cached_property
    def acting(self) -> Mapping[str, AbstractSet[KeyName]]:
        """Who acts in the case in which role: by what they signed, and by what they declared; nobody who stays out."""
        found: dict[str, set[KeyName]] = {}
        for recorded in self.history.events:
            rule = roles.TABLE.get(recorded.type)
            taken = set(recorded.roles & rule.first) if rule is not None else set()
            if isinstance(recorded.event, InterestsDeclared):
                taken = {recorded.event.acting_as}
            for role in taken:
                found.setdefault(role, set()).add(recorded.actor)
        return {role: keys - self.out for role, keys in found.items()}

    @cached_property
    def out(self) -> frozenset[KeyName]:
        """Who must stay out."""
        return roles.recused(self.history)

    def in_role(self, *wanted: str) -> frozenset[KeyName]:
        """Who acts here in one of these roles; nobody yet: it is for whoever has one."""
        return frozenset(key for role in wanted for key in self.acting.get(role, ()))

    def due(self, code: str, entry: int, *, as_of: Instant | None = None) -> Day | None:
        """The day that a rule names for what rests on this entry, asked at that moment (that of the newest entry).

        The rule itself says it, so that a clock at the desk and a finding can never differ.
        """
        rule = self.rules.get(code)
        if rule is None:
            return None
        events = self.history.events
        asked = Case(id=self.case, as_of=as_of or events[-1].event.happened_at, view="public", events=events)
        return next((one.due_on for one in rule.findings(asked) if one.due_on and entry in one.evidence), None)

    def duty(self, task: str, title: str, who: Sequence[str], **more: object) -> Duty:
        """A duty of this case, of those who act here in one of these roles."""
        made = {"people": self.in_role(*who), **more}
        return Duty(case=self.case, task=task, title=title, who=frozenset(who), **made)  # type: ignore[arg-type]  # members of a duty, by name
