"""Ordering an erasure, and holding values against it: what somebody names, who must sign, and what stands in the way.

    case:<case>            everything sealed of a case
    bid:<case>:<provider>  what a provider lodged there, and how it was judged
    person:<key name>      whose a key is, and what it declared
    entry:<index>          whom or what one entry is about: a question, an approach, a challenge

- Two persons sign, and neither is the one whose values go.
- Nothing goes that is held, that is public, or that a running procedure needs.
- Holds and erasures share one stream: a hold that comes meanwhile voids an erasure that did not see it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, get_args

import msgspec

from fairplace import erasures
from fairplace.custody import made
from fairplace.custody.events import LIFTED, PLACED, Affair, ErasureBasis, HoldReason
from fairplace.decision import Decision, History
from fairplace.desk import ATTEMPTS, Appended, Prepared
from fairplace.erasures import Ordered
from fairplace.errors import Conflict, Malformed, Missing, Refused
from fairplace.ledger import entry
from fairplace.ledger.note import Signer
from fairplace.ledger.store.sqlite import Kept
from fairplace.on_disk import Register, signed_by
from fairplace.openness.events import Ground
from fairplace.people.roles import TABLE
from fairplace.people.sight import of_bidder, places_of
from fairplace.procurement.events import (
    ContractEntered,
    DepositReceived,
    DepositReceivedLate,
    EndedWithoutAward,
    Imported,
)
from fairplace.subjects import AUTHORITY, subject_of
from fairplace.terms import CaseId, Instant, KeyName, Text, text

MOST = 700
"""Values in one entry of an erasure: the list of their digests is a sealed value, and a text has at most 49,152 bytes."""

URGENT: frozenset[ErasureBasis] = frozenset(("court-order", "error"))
"""Grounds that do not wait for the end of a procedure."""

_GROUNDS: Mapping[ErasureBasis, Ground] = {
    "retention-ended": "personal",
    "erasure-request": "personal",
    "court-order": "court-order",
    "error": "error",
}


class Chosen(NamedTuple):
    """What names come to: the subjects, and the values that are kept of them."""

    subjects: frozenset[str]
    kept: tuple[Kept, ...]


class Hold(msgspec.Struct, frozen=True):
    """A hold that is in effect."""

    index: int
    leaf: str
    reason: str
    names: tuple[str, ...]


def stream_of(log: str) -> str:
    """The one stream of holds and erasures of a log: derived from the log's name and from nobody's."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"fairplace/custody/v1\n{log}\n".encode()).digest()[:16], version=4))


# What is named


def choose(register: Register, names: Sequence[str]) -> Chosen:
    """The subjects of these names and what is kept of them. Raises Malformed or Missing for a name that is none."""
    if not names:
        raise Malformed("nothing is named; name what is meant, as case:…, bid:…, person:… or entry:…")
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
        case _:
            raise Malformed(
                f"{name[:100]!r} names nothing; expected case:<case>, bid:<case>:<provider>, person:<key name> or"
                " entry:<index>"
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


# Holds


def holds(register: Register) -> list[Hold]:
    """The holds in effect, in log order."""
    found: dict[str, Hold] = {}
    log = register.origin
    stored = list(register.store.of_types(log, (PLACED, LIFTED)))
    held = register.store.openings(log, [one.index for one in stored])
    for one in stored:
        read = entry.parsed(one.raw)
        body = read.envelope.body
        if read.envelope.type == PLACED:
            names = tuple(held.get(one.index, {})["/subjects"].value)
            found[read.leaf_text] = Hold(one.index, read.leaf_text, str(body["reason"]), names)
        else:
            found.pop(str(body["hold"]), None)
    return list(found.values())


def place_hold(register: Register, names: Sequence[str], reason: HoldReason, signer: Signer) -> Appended:
    """From now on nothing of what is named is erased. One person may do this."""
    choose(register, names)
    return _append(
        register,
        lambda at: made.placed(at, reason=reason, subjects=names),
        f"Keep {', '.join(names)} from being erased ({reason})",
        [signer],
    )


def lift_hold(register: Register, index: int, reason: Text, signers: Sequence[Signer]) -> Appended:
    """What a hold kept may be erased again. Two persons sign."""
    words = _words(reason)
    hold = next((one for one in holds(register) if one.index == index), None)
    if hold is None:
        raise Missing(f"no hold that is in effect stands at entry {index}; 'fairplace hold list' shows them")
    return _append(
        register,
        lambda at: made.lifted(at, hold=hold.leaf, reason=words),
        f"Lift the hold at entry {index}",
        signers,
    )


# Erasure


def erase(
    register: Register, names: Sequence[str], basis: ErasureBasis, reason: Text, signers: Sequence[Signer]
) -> list[Appended]:
    """Erase what is named: the entries that order it, signed by two persons, and then the keys, records and files.

    Raises Refused when something stands in the way; then nothing is ordered. What is ordered is carried out, now or when
    the register is next opened.
    """
    words = _words(reason)
    if basis not in get_args(ErasureBasis):
        raise Malformed(f"the basis {basis[:40]!r} came; expected one of {', '.join(get_args(ErasureBasis))}")
    done = []
    chosen = choose(register, names)
    if not chosen.kept:
        raise Refused(f"nothing is kept of {', '.join(names)[:200]}; it was erased already", code="nothing-kept")
    for part in _parts(chosen):
        appended = _append(
            register,
            partial(_erased, register, names, basis, words, part, signers),
            f"Erase {len(part.kept)} sealed values of {', '.join(names)} for ever ({basis})",
            signers,
        )
        what = Ordered(appended.index, tuple(sorted(part.subjects)), frozenset(one.digest for one in part.kept))
        erasures.carry_out(register.store, register.documents, register.origin, what)
        done.append(appended)
    return done


def _erased(
    register: Register,
    names: Sequence[str],
    basis: ErasureBasis,
    reason: Text,
    part: Chosen,
    signers: Sequence[Signer],
    at: Instant,
) -> Affair:
    """The event, once nothing stands in the way as the record is now."""
    _check_persons(names, signers)
    _check_holds(register, part)
    check_closed(register, part, basis)
    if basis not in URGENT:
        _check_over(register, names, part)
    return made.erased(
        at, basis=basis, subjects=sorted(part.subjects), digests=[one.digest for one in part.kept], reason=reason
    )


def _parts(chosen: Chosen) -> Iterator[Chosen]:
    """What fits one entry each; the values of one subject stay together."""
    by_subject: dict[str, list[Kept]] = {}
    for one in chosen.kept:
        by_subject.setdefault(one.subject, []).append(one)
    subjects: list[str] = []
    kept: list[Kept] = []
    for subject, values in by_subject.items():
        if kept and len(kept) + len(values) > MOST:
            yield Chosen(frozenset(subjects), tuple(kept))
            subjects, kept = [], []
        subjects.append(subject)
        kept += values
    yield Chosen(frozenset(subjects), tuple(kept))


def _check_persons(names: Sequence[str], signers: Sequence[Signer]) -> None:
    for signer in signers:
        if f"person:{signer.vkey.name}" in names:
            raise Refused(f"{signer.vkey.name} would sign the erasure of what is their own; others must", code="own")


def _check_holds(register: Register, part: Chosen) -> None:
    for hold in holds(register):
        if part.subjects & choose(register, hold.names).subjects:
            raise Refused(
                f"the hold at entry {hold.index} ({hold.reason}) keeps this from being erased; it is for two persons to"
                " lift it with 'fairplace hold lift' once it has served",
                code="hold",
            )


def check_closed(register: Register, part: Chosen, basis: ErasureBasis) -> None:
    """Raises Public when some of it is public: it is taken down first."""
    disclosed = register.reader.disclosed()
    public: dict[int, list[str]] = {}
    for one in part.kept:
        if one.slot in disclosed.get(one.index, ()):
            public.setdefault(one.index, []).append(one.slot)
    if public:
        raise Public(register, public, _GROUNDS[basis])


class Public(Refused):
    """Some of what is to be erased is public; `lines` are the commands that take it down."""

    def __init__(self, register: Register, public: Mapping[int, Sequence[str]], ground: Ground) -> None:
        count = sum(len(slots) for slots in public.values())
        first = min(public)
        super().__init__(
            f"{count} of these values are public, such as {public[first][0]} of entry {first}; take them down first,"
            " with the commands on the standard output, and erase again",
            code="public",
        )
        self.lines = [
            {
                "id": f"take-down-{index}-{register.reader.size}",
                "do": "withdraw-value",
                "case": next(iter(register.store.entries(register.origin, index, index + 1))).case,
                "entry": index,
                "slots": sorted(slots),
                "ground": ground,
                "reason": "Taken down before it is erased.",
            }
            for index, slots in sorted(public.items())
        ]


def _check_over(register: Register, names: Sequence[str], part: Chosen) -> None:
    """Is the procedure over that needs these values, and are the keys revoked whose holders are named?"""
    standings = register.reader.register().standings()
    for name in names:
        key = name.removeprefix("person:")
        if name != key and any(one.vkey.name == key and one.revoked is None for one in standings):
            raise Refused(f"the key {key} may still sign; revoke it first, then erase whose it is", code="still-needed")
    cases = {
        stored.case
        for index in {one.index for one in part.kept}
        for stored in register.store.entries(register.origin, index, index + 1)
        if stored.case is not None
    }
    for case in sorted(cases):
        events = register.reader.case(case)
        if not any(isinstance(one.event, ContractEntered | EndedWithoutAward | Imported) for one in events):
            raise Refused(
                f"the case {case} is not over; what a running procedure needs goes only by a court's order or to put an"
                " error right",
                code="still-needed",
            )


def _words(reason: Text) -> Text:
    if not (words := text(reason)):
        raise Malformed("an erasure needs its reason in words; give --reason")
    return words


# The entry


def _append(
    register: Register, event: Callable[[Instant], Affair], statement: str, signers: Sequence[Signer]
) -> Appended:
    """Prepare, have signed and append one event of the stream of holds and erasures; again when another came first."""
    by = register.desk.actor(signers[0].vkey.name)
    stream = stream_of(register.origin)
    for _ in range(ATTEMPTS):
        seen, at = register.reader.size, register.store.now()
        made_of = event(at)
        key = register.sources.event_id()
        try:
            prepared = register.desk.prepare_decision(
                Decision(event=made_of, statement=statement, stream=stream, second=_second(made_of)),
                History(case=stream, events=()),
                by=by,
                at=at,
                key=key,
                command=key,
                seen=seen,
            )
            prepared = msgspec.structs.replace(prepared, case=None)
            return register.desk.append(prepared, signed_by(*_needed(prepared, signers))(prepared))
        except Conflict as conflict:
            if conflict.kind != "stream":
                raise
            lost = conflict
    raise lost


def _second(event: Affair) -> frozenset[str]:
    from fairplace import catalogue

    return TABLE[catalogue.NAMES[type(event)]].second


def _needed(prepared: Prepared, signers: Sequence[Signer]) -> Sequence[Signer]:
    if prepared.second and len(signers) < 2:
        raise Refused(
            f"this needs a second signature by another person who is {' or '.join(sorted(prepared.second))}; name them"
            " with --second",
            code="second-signature",
        )
    if prepared.second and signers[0].vkey.name == signers[1].vkey.name:
        raise Refused(
            f"{signers[0].vkey.name} came twice; the second signature is another person's", code="second-signature"
        )
    return signers if prepared.second else signers[:1]
