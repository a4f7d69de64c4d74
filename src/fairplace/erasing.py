"""Ordering an erasure: who must sign, and what stands in the way.

- Two persons sign, and neither is the one whose values go.
- Nothing goes that is held, that is public, or that a running procedure needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import cast, get_args

import msgspec

from fairplace import affairs, catalogue, erasures
from fairplace.affairs import in_words
from fairplace.chosen import Chosen, choose
from fairplace.contest.known import contests
from fairplace.custody import made
from fairplace.custody.events import ErasureBasis
from fairplace.decision import History
from fairplace.desk import ATTEMPTS, Appended, Prepared
from fairplace.errors import Conflict, Malformed, Refused
from fairplace.holding import holds
from fairplace.ledger.note import Signer, parse_line
from fairplace.ledger.store.port import Condition
from fairplace.ledger.store.sqlite import Kept
from fairplace.on_disk import Register
from fairplace.openness.events import Ground
from fairplace.people.sight import stages_of
from fairplace.placement.events import PlacementEnded
from fairplace.procurement.events import ContractEntered, EndedWithoutAward, Imported
from fairplace.procurement.state import state_of
from fairplace.referral.events import ReferralEnded
from fairplace.terms import CaseId, KeyName, Text

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


def erase(
    register: Register, names: Sequence[str], basis: ErasureBasis, reason: Text, signers: Sequence[Signer]
) -> list[Appended]:
    """Erase what is named: the entries that order it, signed by two persons, and then the keys, records and files.

    Raises Refused when something stands in the way; then nothing is ordered. What is ordered is carried out, now or when
    the register is next opened.
    """
    words, people = _asked(basis, reason), [one.vkey.name for one in signers]
    ordering = _Ordering(register, names, basis, words)
    return [ordering.order(part.subjects, people, signers) for part in list(_parts(_chosen(register, names)))]


def prepare(register: Register, names: Sequence[str], basis: str, reason: Text, *, by: KeyName, key: str) -> Prepared:
    """The entry that orders it, for two who sign on two machines: of what needs several entries, the first."""
    ordering = _Ordering(register, names, cast("ErasureBasis", basis), _asked(basis, reason))
    return ordering.prepare(next(_parts(_chosen(register, names))).subjects, [by], key=key)


class _Ordering(msgspec.Struct, frozen=True):
    """What is to be erased, on which basis and why."""

    register: Register
    names: Sequence[str]
    basis: ErasureBasis
    reason: Text

    def order(self, subjects: frozenset[str], people: Sequence[KeyName], signers: Sequence[Signer]) -> Appended:
        """Order it and carry it out; judged again when something came meanwhile."""
        for _ in range(ATTEMPTS):
            try:
                prepared = self.prepare(subjects, people)
                appended = self.register.desk.append(prepared, affairs.signed(prepared, signers))
            except Conflict as conflict:
                if conflict.kind not in ("stream", "condition"):
                    raise
                lost = conflict
            else:
                _carry_out(self.register)
                return appended
        raise lost

    def prepare(self, subjects: frozenset[str], people: Sequence[KeyName], key: str = "") -> Prepared:
        """The entry, once nothing stands in the way as the record is now.

        Nothing may come to one of its cases until it is appended: a challenge that somebody lodges would go unheard, what
        is disclosed would stay public, and a value that nobody named would go with the others.
        """
        register, seen = self.register, self.register.reader.size
        part = Chosen(subjects, tuple(register.store.kept(register.origin, sorted(subjects))))
        _check(register, self.names, self.basis, part, people)
        event = partial(
            made.erased,
            basis=self.basis,
            subjects=sorted(subjects),
            digests=[one.digest for one in part.kept],
            reason=self.reason,
        )
        statement = f"Erase {len(part.kept)} sealed values of {', '.join(self.names)} for ever ({self.basis})"
        prepared = affairs.prepare(register, event, statement, by=people[0], key=key, seen=seen)
        conditions = (
            Condition(case=case, types=frozenset(catalogue.TYPES), after=seen - 1) for case in _cases(register, part)
        )
        return msgspec.structs.replace(prepared, conditions=tuple(conditions))


def append_signed(
    register: Register, names: Sequence[str], basis: str, prepared: Prepared, lines: Sequence[str]
) -> Appended:
    """Order what two signed, and carry it out.

    Raises Refused when something came into its way meanwhile, and Conflict when something else is kept of it by now.
    """
    said = {one.slot: one.value for one in prepared.openings}
    if register.store.by_key(register.origin, prepared.key) is None:
        part = next(_parts(_chosen(register, names)))
        if (sorted(part.subjects), sorted(one.digest for one in part.kept)) != (said["/subjects"], said["/digests"]):
            raise Conflict("what is kept of it changed while this waited; prepare it again", kind="condition")
        people = [parse_line(line.removesuffix("\n")).name for line in lines]
        _check(register, names, cast("ErasureBasis", basis), part, people)
    appended = register.desk.append(prepared, lines)
    _carry_out(register)
    return appended


def _asked(basis: str, reason: Text) -> Text:
    """The reason in words. Raises Malformed for none, and for a basis that is none."""
    words = in_words(reason)
    if basis not in get_args(ErasureBasis):
        raise Malformed(f"the basis {basis[:40]!r} came; expected one of {', '.join(get_args(ErasureBasis))}")
    return words


def _chosen(register: Register, names: Sequence[str]) -> Chosen:
    chosen = choose(register, names)
    if not chosen.kept:
        raise Refused(f"nothing is kept of {', '.join(names)[:200]}; it was erased already", code="nothing-kept")
    return chosen


def _carry_out(register: Register) -> None:
    """By what the log says, and nobody else: what was ordered is done."""
    erasures.finish(register.store, register.documents, register.origin)


def _check(
    register: Register, names: Sequence[str], basis: ErasureBasis, part: Chosen, people: Sequence[KeyName]
) -> None:
    """Raises Refused when something stands in the way; `people` are the keys that sign."""
    _check_persons(names, people)
    _check_holds(register, part)
    check_closed(register, part, basis)
    if basis not in URGENT:
        _check_over(register, names, part)


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


def _check_persons(names: Sequence[str], people: Sequence[KeyName]) -> None:
    for name in people:
        if f"person:{name}" in names:
            raise Refused(f"{name} would sign the erasure of what is their own; others must", code="own")


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


OVER = ContractEntered | EndedWithoutAward | Imported | PlacementEnded | ReferralEnded
"""What ends a procedure: a market's own entries never end, and go by a court's order or as an error."""


def _check_over(register: Register, names: Sequence[str], part: Chosen) -> None:
    """Is the procedure over that needs these values, and are the keys revoked whose holders are named?"""
    standings = register.reader.register().standings()
    for name in names:
        key = name.removeprefix("person:")
        if name != key and any(one.vkey.name == key and one.revoked is None for one in standings):
            raise Refused(f"the key {key} may still sign; revoke it first, then erase whose it is", code="still-needed")
    _check_checked(register, part)
    for case in _cases(register, part):
        events = register.reader.case(case)
        if not any(isinstance(one.event, OVER) for one in events):
            raise Refused(
                f"the case {case} is not over; what a running procedure needs goes only by a court's order or to put an"
                " error right",
                code="still-needed",
            )
        if any(one.is_open for one in contests(History(case=case, events=events))):
            raise Refused(
                f"a provider asked why or challenged in the case {case}, and is still owed an answer or a remedy; settle"
                " that first, then erase",
                code="still-needed",
            )


def _check_checked(register: Register, part: Chosen) -> None:
    """Are a provider's details needed where its bid is opened, or a direct award names it, and the procedure goes on?

    A bid that is not opened keeps nothing: a refusal would tell that there is one.
    """
    gone = {one.index for one in part.kept}
    of = {name for name, places in register.reader.statements().of.items() if gone & set(places)}
    for case in register.reader.cases() if of else ():
        past = History(case=case, events=register.reader.case(case))
        if any(isinstance(one.event, OVER) for one in past.events) or "bidders" not in stages_of(
            past, register.store.now()
        ):
            continue
        if bidders := of & state_of(past).bids.keys():
            raise Refused(
                f"the case {case} is not over, and {min(bidders)} is checked in it against these details; they go"
                " only by a court's order or to put an error right",
                code="still-needed",
            )


def _cases(register: Register, part: Chosen) -> list[CaseId]:
    """The cases of what is kept."""
    found = {
        stored.case
        for index in {one.index for one in part.kept}
        for stored in register.store.entries(register.origin, index, index + 1)
        if stored.case is not None
    }
    return sorted(found)
