"""How complete a referral is: for each group of facts, those at hand out of those that apply.

The groups are those that a referral usually has; providers ask for most of them, and decline where they miss them.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group of facts: its code, its words, and its facts by their codes."""

    code: str
    label: str
    facts: Mapping[str, str]


def _group(code: str, label: str, **facts: str) -> Group:
    return Group(code=code, label=label, facts=facts)


GROUPS: tuple[Group, ...] = (
    _group("person", "The child", age="Age", sex="Sex and gender", ethnicity="Ethnicity", religion="Religion",
           language="Language"),
    _group("law", "Law and category", status="Legal status", category="Category of need"),
    _group("why", "Why now", reason="Reason", urgency="Urgency"),
    _group("plan", "The care plan", aim="Aim", length="Expected length"),
    _group("family", "Family", siblings="Siblings", contact="Contact", carers="Who matters to the child"),
    _group("education", "Education", school="Kind of school and year", support="Special needs and their plan"),
    _group("health", "Health", physical="Physical health", mental="Mental health", harm="Self-harm",
           medication="Medication", allergies="Allergies"),
    _group("risk", "Behaviour and risk", exploitation="Exploitation", missing="Going missing",
           aggression="Aggression", fire="Fire", sexual="Sexual harm", substances="Drugs and alcohol",
           offending="Offending"),
    _group("self", "The child’s own", identity="Identity and culture", works="What works", view="The child’s view"),
    _group("home", "The home sought", staffing="Staffing", area="Area sought", excluded="Area excluded",
           others="Who must not live together"),
    _group("terms", "How it runs", date="Date needed", deadline="Closing time", criteria="Criteria and weights",
           funding="Who pays", tiers="Order of the tiers"),
)  # fmt: skip

ENOUGH = 80
"""Per cent from which a referral is good enough to answer (rule PL-06)."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One group as it stands: the facts at hand, of those that apply; and those that are missing, in words."""

    label: str
    present: int
    applicable: int
    missing: tuple[str, ...]


class Completeness(msgspec.Struct, frozen=True, kw_only=True):
    """A referral's completeness, by group and over all."""

    parts: tuple[Part, ...]

    @property
    def present(self) -> int:
        return sum(part.present for part in self.parts)

    @property
    def applicable(self) -> int:
        return sum(part.applicable for part in self.parts)

    @property
    def percent(self) -> int | None:
        """Whole per cent, rounded down: 79.9 is not yet 80. None when nothing applies."""
        return self.present * 100 // self.applicable if self.applicable else None

    @property
    def is_enough(self) -> bool:
        return self.percent is not None and self.percent >= ENOUGH


def completeness(facts: Mapping[str, bool | None]) -> Completeness:
    """Counted from `group.fact` to whether it is given; null where it does not apply. Unknown groups count too."""
    known = {group.code: group for group in GROUPS}
    codes = [*known, *sorted({name.partition(".")[0] for name in facts} - known.keys())]
    parts = []
    for code in codes:
        group = known.get(code)
        given = {name: value for name, value in facts.items() if name.partition(".")[0] == code}
        applies = {name: value for name, value in given.items() if value is not None}
        words = {} if group is None else group.facts
        parts.append(
            Part(
                label=group.label if group else code.replace("_", " ").capitalize(),
                present=sum(map(bool, applies.values())),
                applicable=len(applies),
                missing=tuple(
                    words.get(name.partition(".")[2], name.replace("_", " "))
                    for name, value in applies.items()
                    if not value
                ),
            )
        )
    return Completeness(parts=tuple(part for part in parts if part.applicable))
