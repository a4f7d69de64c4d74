"""Calling off: a case under a framework or dynamic market names it, and stays within it.

- A call-off that names no parent is not advertised, awarded or signed; nothing overrides that, and a report passes.
- What everybody may know of the parent is read when it is named: who stands in it, and its last day.
- An award to somebody else, or after the last day, is decided in spite of it by two.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import msgspec

from fairplace import procedure
from fairplace.counted import counted
from fairplace.decision import Decision, History
from fairplace.ledger.disclosure import sealed
from fairplace.procedure import Objections, listed, maybe_words, refuse, second_for
from fairplace.procurement.commands import NameParent
from fairplace.procurement.events import Imported, ParentNamed
from fairplace.procurement.footing import footing, still_open
from fairplace.procurement.state import Contract, State, calls_off, state_of
from fairplace.recorded import Recorded
from fairplace.terms import Day, Instant, LeafHash, Provider, Text, as_date, day, london_day


class Parent(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a parent. `begun`: it is concluded, as far as this register knows."""

    leaf: LeafHash | None = None
    reference: str | None = None
    until: Day | None = None
    name: Text | None = None
    members: tuple[Provider, ...] | None = None
    begun: bool = True


def name_parent(command: NameParent, history: History, at: Instant) -> Decision:
    state, objections = footing(command, history)
    still_open(state, objections)
    if not calls_off(state.planned):
        route = state.planned.route if state.planned is not None else "none"
        refuse("no-call-off", f"the case is bought by the route {route}; only a call-off has a parent: leave it out")
    if (command.parent is None) == (command.reference is None):
        refuse("parent", "give the parent's case in this register, or the reference under which it is known elsewhere")
    parent = _elsewhere(command) if command.parent is None else _here(command, history, objections)
    if state.awarded_at >= 0:
        objections.add("awarded-already", "the award is decided; the parent is named before it")
    today = day(london_day(procedure.happened_at(command, at)))
    if not parent.begun:
        objections.add(
            "parent-not-begun", "the parent has no contract on record yet; nothing can be called off from it"
        )
    if parent.until is not None and parent.until < today:
        objections.add("parent-over", f"the parent could be called off from until {parent.until}; it is {today}")
    stamp = procedure.step(command, history, at, objections)
    where = (
        f"the case {command.parent} of this register" if command.parent else f"known elsewhere as {parent.reference}"
    )
    known = "" if parent.members is None else f", with {counted(len(parent.members), 'provider')}"
    return Decision(
        event=ParentNamed(
            **stamp,
            parent=command.parent,
            parent_leaf=parent.leaf,
            reference=parent.reference,
            until=parent.until,
            name=sealed("standstill", parent.name),
            members=sealed("commercial", None if parent.members is None else list(parent.members)),
        ),
        statement=f"Name the parent of this call-off: {where}{known}.",
        second=second_for(stamp["override"]),
    )


def object_without_parent(state: State, objections: Objections) -> None:
    if calls_off(state.planned) and state.parent is None:
        objections.add(
            "no-parent",
            "a call-off names its framework or dynamic market (Act, ss. 34 and 45), and this one names none; name it first",
            final=True,
        )


def object_to_parent(state: State, providers: Collection[Provider], today: Day, objections: Objections) -> None:
    """Whoever is awarded a call-off stands in its parent, while that runs."""
    object_without_parent(state, objections)
    if state.parent is None or not calls_off(state.planned):
        return
    if state.parent.until is not None and state.parent.until < today:
        objections.add(
            "parent-over", f"the parent could be called off from until {state.parent.until}; it is {today}: buy anew"
        )
    members: list[Provider] | None = state.parent.members.get()
    strangers = [] if members is None else [one for one in providers if one.id not in {member.id for member in members}]
    if strangers:
        objections.add(
            "not-in-parent",
            f"{listed(sorted(one.id for one in strangers))} stood not in the parent when it was named; award to who stands"
            " in it, or name the parent anew if that has changed",
        )


def _elsewhere(command: NameParent) -> Parent:
    assert command.reference is not None
    if command.until is not None:
        procedure.a_day(command.until, "until")
    members = command.members
    return Parent(
        reference=procedure.no_name(command.reference, "the parent's reference"),
        until=command.until,
        name=maybe_words(command.name, "the parent's name"),
        members=None if members is None else tuple(procedure.provider(one) for one in members),
    )


def _here(command: NameParent, history: History, objections: Objections) -> Parent:
    """The parent as this register has it, as far as that is public. Parties that are not are not known here."""
    assert command.parent is not None
    procedure.a_case(command.parent, "the parent's case")
    if command.parent == history.case:
        refuse("parent", "a case came as its own parent; name the framework that it is called off from")
    if command.name is not None or command.until is not None or command.members is not None:
        refuse("parent", "of a case of this register the rest is read there; leave name, until and members out")
    past = History(case=command.parent, events=history.beside)
    if past.head is None:
        refuse("unknown-parent", f"there is no case {command.parent} in this register; give its reference elsewhere")
    notices = [event for _, event in past.of(Imported)]
    state = state_of(past)
    if state.planned is None and not notices:
        refuse("unknown-parent", f"the case {command.parent} is no procurement; name a framework")
    if state.planned is None:
        return _from_notices(past.head, notices)
    if state.planned.contract_kind != "framework":
        objections.add(
            "not-a-framework",
            f"the case {command.parent} is planned as {state.planned.contract_kind}, not as a framework; name the framework",
        )
    return Parent(
        leaf=past.head.leaf,
        reference=None if state.tender is None else state.tender.notice_reference,
        until=None if state.contract is None else _last_day(state.contract, state.planned.max_term_days),
        members=None if state.contract is None else state.contract.providers or None,
        begun=state.contract is not None,
    )


def _last_day(contract: Contract, term: int | None) -> Day | None:
    """The last day of the longest term, unless the contract ended before."""
    days = [] if contract.ended_on is None else [contract.ended_on]
    if term is not None and 0 < term <= 36_525:
        days.append(day(as_date(contract.entered_on) + timedelta(days=term - 1)))
    return min(days, default=None)


def _from_notices(head: Recorded, notices: list[Imported]) -> Parent:
    """A framework that was taken in from its notices: whoever they say was awarded stands in it."""
    awarded = {one.id: one for notice in notices for award in notice.awards.get(()) for one in award.suppliers}
    members = tuple(awarded[name] for name in sorted(awarded) if name)
    return Parent(leaf=head.leaf, reference=notices[-1].ocid, members=members or None)
