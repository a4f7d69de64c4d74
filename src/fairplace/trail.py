"""One line of a trail: what the public may see of one entry, by allow-list.

- A member of an event is shown only when it is named here; a new event type shows nothing until it has its line.
- Of the actor only a role is shown, never the name of the key.
- A slot that is closed is named with its basis, so that a reader knows that something is withheld, where and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import get_args, get_origin

import msgspec

from fairplace.bidding import events as bidding
from fairplace.challenge import events as challenge
from fairplace.custody import events as custody
from fairplace.event import Fact
from fairplace.ledger.disclosure import Basis, Sealed
from fairplace.openness import events as openness
from fairplace.people import events as people
from fairplace.procurement import events as procurement
from fairplace.provider import events as provider
from fairplace.recorded import Recorded
from fairplace.terms import Evidence, Instant, LeafHash, Text
from fairplace.urgent import events as urgent

Shown = str | int | bool | list[str] | None


class TrailItem(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as a trail shows it. `words` are texts released, by slot; `withheld` the slots still closed.

    `contested`: the entry that reports a key stolen which signed this one; `reaffirmed`: the entry by which whoever the
    key belongs to stands by it.
    """

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
    contested: int | None = None
    reaffirmed: int | None = None


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
    procurement.BuyersNamed: (),
    procurement.ParentNamed: ("reference", "until"),
    procurement.GroundNamed: ("ground",),
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
    procurement.PricesOpened: (),
    bidding.CorrectionsInvited: ("until",),
    bidding.CorrectionsReceived: (),
    bidding.SecretsMarked: (),
    bidding.SecretsDecided: (),
    procurement.BidsChecked: (),
    bidding.AnonymityDecided: ("known_to",),
    bidding.NameSeen: ("how",),
    procurement.SheetSigned: ("criteria",),
    procurement.Moderated: (),
    procurement.Awarded: ("delegation",),
    procurement.SummariesSent: (),
    procurement.NoticePublished: ("notice", "reference", "standstill_ends", "conflicts_confirmed"),
    procurement.ClaimNotified: ("issued_on", "notified_on"),
    procurement.SuspensionEnded: ("how",),
    procurement.ContractEntered: ("entered_on",),
    procurement.ContractChanged: (
        "changed_on", "kind", "ground", "term_days", "scope_changed", "favours_supplier", "change_notice",
    ),
    procurement.ContractEnded: ("ended_on", "how", "cause"),
    procurement.EndedWithoutAward: ("ground",),
    procurement.AwardWithdrawn: (),
    procurement.Imported: ("ocid", "release", "released_at", "tags", "method", "status", "tender_closes"),
    people.InterestsDeclared: ("acting_as", "bidders_known"),
    people.InterestDecided: ("outcome",),
    people.Reaffirmed: (),
    challenge.Lodged: ("kind", "ground", "remedy", "about"),
    challenge.Acknowledged: (),
    challenge.Answered: (),
    challenge.Decided: ("outcome", "remedy"),
    challenge.Remedied: ("remedy",),
    challenge.TakenFurther: ("to", "taken_on"),
    challenge.Withdrawn: (),
    openness.Disclosed: ("occasion",),
    openness.Withdrawn: ("ground",),
    openness.Assessed: ("view", "occasion", "upto"),
    openness.FindingAnswered: ("rule", "run"),
    openness.Corrected: ("entry",),
    urgent.Bought: ("from_on", "attributable", "foreseeable"),
    urgent.Decided: ("outcome",),
    # Of no case, so in no trail.
    provider.FactsStated: (),
    custody.ValuesRead: (),
    custody.ValuesErased: (),
    custody.HoldPlaced: (),
    custody.HoldLifted: (),
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
    challenge.Remedied: ("words",),
    openness.FindingAnswered: ("words",),
    openness.Corrected: ("words", "reason"),
    urgent.Bought: ("need", "why"),
    urgent.Decided: ("reason",),
    openness.Withdrawn: ("reason",),
}
"""The sealed texts of each event that a trail shows once they are released."""

HANDLING = ("channel", "introduced_by", "priority", "priority_basis", "first_response_minutes", "interest_noted")
"""How an approach was handled, once that is released: a side lane shows in these facts, without who approached."""

_ROLES = (
    "officer", "approver", "monitoring", "moderator", "evaluator", "receiver", "assessor", "importer", "provider",
    "key-admin", "root",
    "social-worker", "budget-holder", "nominated-officer", "director",
)  # fmt: skip
_ROLE_OF: Mapping[type[Fact], str] = {
    procurement.SheetSigned: "evaluator",
    procurement.Moderated: "moderator",
    procurement.Awarded: "approver",
    openness.Assessed: "assessor",
    procurement.Imported: "importer",
}


def trail_item(recorded: Recorded) -> tuple[TrailItem, list[Withheld]]:
    """The line of this entry, and what is closed in it, places taken together, by slot."""
    event = recorded.event
    kind = type(event)
    reason = getattr(event, "override_reason", None)
    closed = sorted(_closed(event).items())
    item = TrailItem(
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
        facts=_facts(event),
        words={f"/{name}": text for name in WORDS.get(kind, ()) if (text := getattr(event, name).get()) is not None},
        withheld=[slot for (slot, _), _ in closed],
        contested=None if recorded.contested is None else recorded.contested.said,
        reaffirmed=None if recorded.contested is None else recorded.contested.reaffirmed,
    )
    return item, [
        Withheld(index=recorded.index, type=recorded.type, slot=slot, count=count, basis=basis)
        for (slot, basis), count in closed
    ]


def _facts(event: Fact) -> dict[str, Shown]:
    if isinstance(event, procurement.ContactRecorded):
        handling = event.handling.get()
        return {} if handling is None else {name: getattr(handling, name) for name in HANDLING}
    if isinstance(event, people.Reaffirmed):
        return {"entries": [str(index) for index in event.entries]}
    return {name: getattr(event, name) for name in FACTS.get(type(event), ())}


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


def _closed(event: Fact) -> dict[tuple[str, Basis], int]:
    """Closed slots with their basis. What the public body says to be empty is not withheld: acts rest on no document."""
    found: dict[tuple[str, Basis], int] = {}
    alone, by_place = _sealed(type(event))
    for name in alone:
        value = getattr(event, name)
        if value.is_open or (name == "exhibit" and event.is_act):
            continue
        if name != "override_reason" or getattr(event, "override", None) is not None:
            found[f"/{name}", value.basis] = 1
    for group, names in by_place:
        for bid in getattr(event, group).values():
            for name in names:
                value = getattr(bid, name)
                if not value.is_open:
                    slot = (f"/{group}/*/{name}", value.basis)
                    found[slot] = found.get(slot, 0) + 1
    return found


@cache
def _sealed(kind: type[msgspec.Struct]) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """The sealed members of a type of event, and those of its parts that stand by place."""
    members = [(field.name, field.type) for field in msgspec.structs.fields(kind)]
    alone = tuple(name for name, hint in members if get_origin(hint) is Sealed)
    parts = [(name, get_args(hint)[1]) for name, hint in members if get_origin(hint) is dict]
    return alone, tuple(
        (name, _sealed(part)[0]) for name, part in parts if isinstance(part, type) and issubclass(part, msgspec.Struct)
    )


def _role(kind: type[Fact], roles: frozenset[str]) -> str | None:
    """The role in which they acted: the one that the act asks for when they have it."""
    wanted = _ROLE_OF.get(kind)
    if wanted in roles:
        return wanted
    return next((role for role in _ROLES if role in roles), None)
