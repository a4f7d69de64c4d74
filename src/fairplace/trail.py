"""One line of a trail: what the public may see of one entry, by allow-list.

- A member of an event is shown only when it is named here; a new event type shows nothing until it has its line.
- Of the actor only a role is shown, never the name of the key.
- A slot that is closed is named with its basis, so that a reader knows that something is withheld, where and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from fairplace.challenge import events as challenge
from fairplace.event import Fact
from fairplace.ledger.disclosure import Basis, Sealed
from fairplace.openness import events as openness
from fairplace.people import events as people
from fairplace.procurement import events as procurement
from fairplace.recorded import Recorded
from fairplace.terms import Evidence, Instant, LeafHash, Text

Shown = str | int | bool | list[str] | None


class TrailItem(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as a trail shows it. `words` are texts released, by slot; `withheld` the slots still closed."""

    index: int
    leaf: LeafHash
    type: str
    at: Instant
    happened_at: Instant
    role: str | None
    signers: int
    evidence: Evidence
    has_exhibit: bool
    override: str | None
    override_reason: Text | None
    facts: dict[str, Shown]
    words: dict[str, Text]
    withheld: list[str]


class Withheld(msgspec.Struct, frozen=True, kw_only=True):
    """A value not shown: where, how many places it covers, and on what basis.

    `withdrawn`: it was public once and was taken down, on this `ground`.
    """

    index: int
    type: str
    slot: str
    count: int
    basis: Basis
    withdrawn: bool = False
    ground: openness.Ground | None = None


FACTS: Mapping[type[Fact], tuple[str, ...]] = {
    procurement.Planned: (
        "regime", "commenced_on", "contract_kind", "route", "light_touch", "cpv", "value_estimable", "max_term_days",
    ),
    procurement.ConflictsAssessed: (),
    procurement.TenderPublished: (
        "notice_reference", "winners", "deadline", "questions_until", "late_policy", "price_formula", "tie_break",
        "conditions", "conflicts_confirmed",
    ),
    procurement.CriteriaChanged: ("republished", "notified", "price_formula"),
    procurement.DeadlineChanged: ("deadline", "audience", "resubmission_allowed"),
    procurement.QuestionAsked: ("question",),
    procurement.QuestionAnswered: ("question", "audience", "material", "confidential_reason"),
    procurement.ContactRecorded: (),
    procurement.DepositReceived: (),
    procurement.DepositReceivedLate: (),
    procurement.DepositWithdrawn: (),
    procurement.BidsOpened: (),
    procurement.LateBidsDecided: (),
    procurement.BidsChecked: (),
    procurement.SheetSigned: ("criteria",),
    procurement.Moderated: (),
    procurement.Awarded: ("delegation",),
    procurement.SummariesSent: (),
    procurement.NoticePublished: ("notice", "reference", "standstill_ends", "conflicts_confirmed"),
    procurement.ClaimNotified: ("issued_on", "notified_on"),
    procurement.SuspensionEnded: ("how",),
    procurement.ContractEntered: ("entered_on",),
    procurement.EndedWithoutAward: ("ground",),
    procurement.AwardWithdrawn: (),
    procurement.Imported: ("ocid", "release", "released_at", "tags", "method", "status", "tender_closes"),
    people.InterestsDeclared: ("acting_as", "bidders_known"),
    people.InterestDecided: ("outcome",),
    challenge.Lodged: ("kind", "ground", "remedy", "about"),
    challenge.Acknowledged: (),
    challenge.Answered: (),
    challenge.Decided: ("outcome", "remedy"),
    challenge.Withdrawn: (),
    openness.Disclosed: ("occasion",),
    openness.Withdrawn: ("ground",),
    openness.Assessed: ("view", "occasion", "upto"),
}  # fmt: skip
"""The public members of each event that a reader of a trail wants."""

WORDS: Mapping[type[Fact], tuple[str, ...]] = {
    procurement.Planned: ("need", "lots_reason", "split_reason"),
    procurement.CriteriaChanged: ("reason",),
    procurement.DeadlineChanged: ("reason",),
    procurement.QuestionAsked: ("words",),
    procurement.QuestionAnswered: ("words", "answer"),
    procurement.EndedWithoutAward: ("reason",),
    procurement.AwardWithdrawn: ("reason",),
    challenge.Lodged: ("words",),
    challenge.Answered: ("answer",),
    challenge.Decided: ("reason",),
    openness.Withdrawn: ("reason",),
}
"""The sealed texts of each event that a trail shows once they are released."""

_ROLES = (
    "officer", "approver", "monitoring", "moderator", "evaluator", "receiver", "assessor", "importer", "provider",
    "key-admin", "root",
)  # fmt: skip
_ROLE_OF: Mapping[type[Fact], str] = {
    procurement.SheetSigned: "evaluator",
    procurement.Moderated: "moderator",
    procurement.Awarded: "approver",
    openness.Assessed: "assessor",
    procurement.Imported: "importer",
}


def trail_item(recorded: Recorded) -> TrailItem:
    """The line of this entry."""
    event = recorded.event
    kind = type(event)
    reason = getattr(event, "override_reason", None)
    return TrailItem(
        index=recorded.index,
        leaf=recorded.leaf,
        type=recorded.type,
        at=recorded.at,
        happened_at=event.happened_at,
        role=_role(kind, recorded.roles),
        signers=len(recorded.signers),
        evidence=event.evidence,
        has_exhibit=event.exhibit.get() is not None,
        override=getattr(event, "override", None),
        override_reason=None if reason is None else reason.get(),
        facts={name: getattr(event, name) for name in FACTS.get(kind, ())},
        words={f"/{name}": text for name in WORDS.get(kind, ()) if (text := getattr(event, name).get()) is not None},
        withheld=[slot for slot, _ in sorted(_closed(event))],
    )


def withheld(recorded: Recorded) -> list[Withheld]:
    """What is closed in this entry, places taken together, by slot."""
    return [
        Withheld(index=recorded.index, type=recorded.type, slot=slot, count=count, basis=basis)
        for (slot, basis), count in sorted(_closed(recorded.event).items())
    ]


def taken_down(rows: list[Withheld], act: openness.Withdrawn) -> list[Withheld]:
    """The rows, with those marked that this take-down closed."""
    ground = {(part.entry, collapsed(slot)): act.ground for part in act.openings for slot in part.slots}
    return [
        msgspec.structs.replace(row, withdrawn=True, ground=ground[row.index, row.slot])
        if (row.index, row.slot) in ground
        else row
        for row in rows
    ]


def collapsed(slot: str) -> str:
    """The slot with its place taken out: `/bids/03/marks` is one of `/bids/*/marks`."""
    parts = slot.split("/")
    return "/".join([*parts[:2], "*", *parts[3:]]) if len(parts) == 4 else slot


def _closed(event: Fact) -> Counter[tuple[str, Basis]]:
    """Closed slots with their basis. What the public body says to be empty is not withheld: acts rest on no document."""
    found: Counter[tuple[str, Basis]] = Counter()
    for slot, basis in _slots(event, ""):
        if (slot == "/exhibit" and event.is_act) or (
            slot == "/override_reason" and getattr(event, "override", None) is None
        ):
            continue
        found[slot, basis] += 1
    return found


def _slots(value: Any, path: str) -> Iterator[tuple[str, Basis]]:
    if isinstance(value, Sealed):
        if not value.is_open:
            yield path, value.basis
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _slots(getattr(value, name), f"{path}/{name}")
    elif isinstance(value, dict):
        for item in value.values():
            if isinstance(item, msgspec.Struct):
                yield from _slots(item, f"{path}/*")


def _role(kind: type[Fact], roles: frozenset[str]) -> str | None:
    """The role in which they acted: the one that the act asks for when they have it."""
    wanted = _ROLE_OF.get(kind)
    if wanted in roles:
        return wanted
    return next((role for role in _ROLES if role in roles), None)
