"""What somebody names when sealed values are to be kept, or erased.

case:<case>            everything sealed of a case
bid:<case>:<provider>  what a provider lodged there, and how it was judged
person:<key name>      whose a key is, and what it declared
entry:<index>          whom or what one entry is about: a question, an approach, a challenge
details:<provider>     what a provider stated of itself, in every statement
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fairplace.decision import History
from fairplace.errors import Malformed, Missing, Refused
from fairplace.ledger import entry
from fairplace.ledger.store.sqlite import Kept
from fairplace.on_disk import Register
from fairplace.people.sight import of_bidder, places_of
from fairplace.procurement.events import DepositReceived, DepositReceivedLate
from fairplace.subjects import AUTHORITY, subject_of
from fairplace.terms import CaseId, KeyName


class Chosen(NamedTuple):
    """What names come to: the subjects, and the values that are kept of them."""

    subjects: frozenset[str]
    kept: tuple[Kept, ...]


def choose(register: Register, names: Sequence[str]) -> Chosen:
    """The subjects of these names and what is kept of them. Raises Malformed or Missing for a name that is none."""
    if not names:
        raise Malformed("nothing is named; name what is meant, as case:…, bid:…, person:…, entry:… or details:…")
    subjects = frozenset(subject for name in names for subject in _subjects(register, name))
    return Chosen(subjects, tuple(register.store.kept(register.origin, sorted(subjects))))


def _subjects(register: Register, name: str) -> set[str]:
    kind, _, rest = name.partition(":")
    match kind:
        case "case":
            found = _of_case(register, rest)
        case "bid":
            found = _of_bid(register, *_two(name, rest))
        case "person":
            found = _of_person(register, rest)
        case "entry":
            found = _of_entry(register, rest)
        case "details":
            found = _of_details(register, rest)
        case _:
            raise Malformed(
                f"{name[:100]!r} names nothing; expected case:<case>, bid:<case>:<provider>, person:<key name>,"
                " entry:<index> or details:<provider>"
            )
    found.discard(AUTHORITY)
    return found


def _two(name: str, rest: str) -> tuple[str, str]:
    case, _, provider = rest.partition(":")
    if not provider:
        raise Malformed(f"{name[:100]!r} names no bid; expected bid:<case>:<provider's id>")
    return case, provider


def _of_case(register: Register, case: CaseId) -> set[str]:
    stored = register.store.case_entries(register.origin, case)
    if not stored:
        raise Missing(f"there is no case {case[:60]}; name one that the register has")
    found = set()
    for one in stored:
        envelope = entry.parsed(one.raw).envelope
        found |= {subject_of(envelope.type, envelope.id, envelope.stream, case, slot) for slot in envelope.sealed}
    return found


def _of_bid(register: Register, case: CaseId, provider: str) -> set[str]:
    history = History(case=case, events=register.reader.case(case))
    if not history.events:
        raise Missing(f"there is no case {case[:60]}; name one that the register has")
    own = of_bidder(history, provider)
    lodged = [
        one
        for one in history.events
        if one.index in own and isinstance(one.event, DepositReceived | DepositReceivedLate)
    ]
    if not lodged:
        raise Missing(f"no bid of {provider[:100]} is kept in the case {case}; it may be erased already")
    found = set()
    for one in history.events:
        if one.index in own and one.type.startswith("deposit."):
            envelope = register.reader.entry(one.index).envelope
            found.add(subject_of(one.type, envelope.id, one.stream, case, "/exhibit"))
    return found | {f"place/{case}/{place}" for place in places_of(history, {one.leaf for one in lodged})}


def _of_person(register: Register, name: KeyName) -> set[str]:
    found = set()
    for stored in register.store.of_types(
        register.origin, ("key.added/1", "interest.declared/1", "interest.decided/1")
    ):
        envelope = entry.parsed(stored.raw).envelope
        body = envelope.body
        if envelope.type == "key.added/1":
            slots = ["/holder"] if str(body["vkey"]).startswith(f"{name}+") else []
        elif envelope.type == "interest.declared/1":
            slots = ["/interests"] if envelope.actor == name else []
        else:
            slots = ["/reason"] if body.get("person") == name else []
        found |= {subject_of(envelope.type, envelope.id, envelope.stream, stored.case, slot) for slot in slots}
    if not found:
        raise Missing(f"no key is called {name[:200]!r}; 'fairplace key list' shows the names of keys")
    return found


def _of_details(register: Register, provider: str) -> set[str]:
    places = register.reader.statements().upto(provider)
    if not places:
        raise Missing(f"no details of {provider[:100]!r} are kept; it stated none, or they are erased already")
    return {subject for index in places for subject in _of_entry(register, str(index))}


def _of_entry(register: Register, number: str) -> set[str]:
    if not number.isascii() or not number.isdigit() or len(number) > 15:
        raise Malformed(f"{number[:40]!r} is no number of an entry; give one from 0 upwards")
    envelope = register.reader.entry(int(number)).envelope
    [stored] = register.store.entries(register.origin, int(number), int(number) + 1)
    found = {subject_of(envelope.type, envelope.id, envelope.stream, stored.case, slot) for slot in envelope.sealed}
    own = {subject for subject in found if subject.startswith(("entry/", "stream/"))}
    if not own:
        raise Refused(
            f"entry {number} seals nothing that is about somebody alone; name the case or the bid", code="nothing-own"
        )
    return own
