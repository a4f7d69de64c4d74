"""A release of numbers, from the log to the log: counted, attacked, signed by two persons, kept whole, taken back.

- Nothing is published that the disclosure control refuses; its own sentence says what to hold.
- The entry names the digest of the published bytes; the bytes are kept among the documents.
- What was counted is kept too, as coarse rows: totals of later releases must agree with what is out, also after an
  erasure.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from fairplace import assess, policy
from fairplace.affairs import append
from fairplace.counting import answers, endings, introductions, plans, rows
from fairplace.counting.events import RELEASED, WITHDRAWN, PlacementsReleased, ReleaseWithdrawn
from fairplace.counting.naming import Hidden
from fairplace.desk import Appended
from fairplace.disclosure_control import releasing, writing
from fairplace.disclosure_control.facts import Fact
from fairplace.disclosure_control.periods import last_closed, last_day
from fairplace.disclosure_control.plan import Plan
from fairplace.disclosure_control.released import RULES, Release, Tombstone
from fairplace.errors import Malformed, Missing, Refused
from fairplace.guarding.marks import find
from fairplace.ledger import entry
from fairplace.ledger.disclosure import sealed
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.tags import party
from fairplace.terms import ACT, CaseId, Day, Document, Instant, as_date, day, london_day, text

Track = Callable[[Sequence[CaseId]], Iterable[CaseId]]
"""Shows how far a reading of all cases has come."""

MEDIA = "application/json"
NEED = "/profile"
"""The slot of a need whose disclosure names the rows of its search."""


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """One release as it stands in the log. `again`: an earlier entry bears the same number; both are out."""

    index: int
    at: Instant
    number: int
    plan: str
    until: Day
    rules: str
    document: Document
    rows: Document | None
    withdrawn: Tombstone | None = None
    withdrawn_by: int | None = None  # the entry that says so
    again: bool = False

    @property
    def name(self) -> str:
        return f"{self.plan}-{self.number}-entry-{self.index}" if self.again else f"{self.plan}-{self.number}"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A release that withstood every attack and is not signed yet."""

    release: Release
    facts: tuple[Fact, ...]
    cutoffs: tuple[Day, ...]

    @property
    def document(self) -> bytes:
        return writing.as_json(self.release)


def stream_of(log: str) -> str:
    """The one stream of releases of a log: derived from the log's name."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"fairplace/releases/v1\n{log}\n".encode()).digest()[:16], version=4))


def issued(register: Register, plan: str | None = None) -> list[Issued]:
    """All releases, oldest first, those that were withdrawn too; of one plan, or of all.

    Where two entries bear one number, both stand here, and a withdrawal of that number takes back both.
    """
    found: list[Issued] = []
    stored = list(register.store.of_types(register.origin, (RELEASED, WITHDRAWN)))
    held = register.store.openings(register.origin, [one.index for one in stored])
    for stored_at in stored:
        envelope = entry.parsed(stored_at.raw).envelope
        body: dict[str, Any] = dict(envelope.body)
        key = (str(body["plan"]), int(body["number"]))
        same = [at for at, one in enumerate(found) if (one.plan, one.number) == key]
        if envelope.type == RELEASED:
            opening = held.get(stored_at.index, {}).get("/rows")
            found.append(
                Issued(
                    index=stored_at.index,
                    at=envelope.at,
                    number=key[1],
                    plan=key[0],
                    until=body["until"],
                    rules=body["rules"],
                    document=msgspec.convert(body["document"], Document),
                    rows=msgspec.convert(opening.value, Document) if opening else None,
                    again=bool(same),
                )
            )
        for at in same if envelope.type == WITHDRAWN else ():
            if found[at].withdrawn is None:
                stone = Tombstone(day=day(london_day(envelope.at)), why=str(body["why"]))
                found[at] = msgspec.structs.replace(found[at], withdrawn=stone, withdrawn_by=stored_at.index)
    return [one for one in found if plan in (None, one.plan)]


def release_of(register: Register, one: Issued) -> Release:
    """The release as it was published, with its tombstone when it was withdrawn. Raises Missing, Unproven, Malformed."""
    read = writing.from_json(register.documents.get(one.document.sha256))
    return msgspec.structs.replace(read, withdrawn=one.withdrawn)


def due(today: Day) -> Day:
    """The last day of the newest quarter that is over on a day."""
    return day(last_day(last_closed(today)))


def draft(
    register: Register,
    plan: str,
    until: Day | None = None,
    *,
    public_interest_test: str | None = None,
    without: Collection[str] = (),
    replaces: int | None = None,
    track: Track = iter,
) -> Draft:
    """Count everything that was decided until a day, and attack the numbers. Nothing is recorded.

    `public_interest_test` says why fees may be published (R11); without it there are none. `without` names tables that
    are left out this time. `replaces` is the number of a withdrawn release whose periods are counted anew, as the
    register knows them now; its last day counts. Raises Refused when nothing is due yet, or when a child could be found in what is.
    """
    chosen = _plan(register, plan)
    if public_interest_test is not None:
        chosen = plans.with_fees(chosen, _for_everybody(public_interest_test, "a test of the public interest"))
    chosen = plans.without(chosen, without)
    now = register.store.now()
    known = issued(register, plan)
    earlier = [release_of(register, one) for one in known]
    if replaces is not None:
        replaces, until = _withdrawn(earlier, replaces, until)
    until = _until(until, day(london_day(now)))
    facts = list(COUNTS[plan](register, now, track))
    cutoffs = [*(one.until for one in earlier if one.replaces is None and one.until < until), until]
    facts = rows.as_before(facts, cutoffs, _counted(register, known, earlier, until))
    if not facts:
        raise Refused(f"{plans.NOTHING[plan]}; there is nothing to count", code="hold")
    market = register.reader.market()
    assert market is not None
    made = releasing.release(
        chosen,
        rows.areas(market, facts),
        facts,
        until=until,
        earlier=earlier,
        replaces=replaces,
    )
    return Draft(release=made, facts=tuple(facts), cutoffs=tuple(cutoffs))


def _counted(register: Register, known: Sequence[Issued], earlier: Sequence[Release], until: Day) -> list[Fact]:
    """What the releases before a day counted; of a period that was counted anew, what was counted then."""
    found: dict[str, tuple[Fact, Day]] = {}
    dropped: dict[str, int] = {}
    for one, release in sorted(
        zip(known, earlier, strict=True), key=lambda pair: (pair[0].until, pair[1].replaces or 0, pair[0].number)
    ):
        if one.until >= until:
            break
        if one.rows is None:
            raise Missing(f"what release {one.number} counted is not kept any more; restore it from a backup of keys")
        if release.replaces is not None:
            for name in [name for name, (_, first) in found.items() if first == one.until]:
                del found[name]
                dropped[name] = one.number
        for row in rows.read(register.documents.get(one.rows.sha256)):
            # A release that was made before the new count still holds what that one left out.
            if row.id not in found and one.number >= dropped.get(row.id, 0):
                found[row.id] = row, one.until
    return [row for row, _ in found.values()]


def _withdrawn(known: Sequence[Release], number: int, until: Day | None) -> tuple[int, Day]:
    """The release whose place is taken, and its last day; for one that took another's place itself, that other.

    Raises Missing, Refused and Malformed.
    """
    one = next((each for each in known if each.number == number), None)
    if one is None:
        raise Missing(f"there is no release {number} of this plan; give the number of one that was withdrawn")
    if one.withdrawn is None:
        raise Refused(f"release {number} stands; withdraw it before another takes its place", code="withdrawn")
    if until not in (None, one.until):
        raise Malformed(f"release {number} counted until {one.until}, and {until} came; leave the day out")
    return one.replaces or number, one.until


def count(register: Register, now: Instant, track: Track = iter) -> Iterable[Fact]:
    """A row for each home that was chosen."""
    asked = tuple(one for one in assess.rules(register.policies) if one.rule.code in rows.ASKED)
    for past, hidden in _named(register, now, track):
        if past.search.choice is None:
            continue
        outcomes = assess.assess(past, asked).outcomes
        if (row := rows.row(past.id, past.search, past.market, outcomes, hidden, as_of=now)) is not None:
            yield row


def count_answers(register: Register, now: Instant, track: Track = iter) -> Iterable[Fact]:
    """A row for each provider that was asked, in each search that is over."""
    for past, hidden in _named(register, now, track):
        yield from answers.answers(past.id, past.search, hidden)


def count_endings(register: Register, now: Instant, track: Track = iter) -> Iterable[Fact]:
    """A row for each search that ended without a home."""
    for past, hidden in _named(register, now, track):
        if (row := endings.row(past.id, past.search, hidden, as_of=now)) is not None:
            yield row


def count_introductions(register: Register, now: Instant, track: Track = iter) -> Iterable[Fact]:
    """A row for each time that somebody spoke for a provider outside a search."""
    for past, hidden in _named(register, now, track):
        yield from introductions.introductions(past.id, past.search, hidden)


COUNTS: Mapping[str, Callable[[Register, Instant, Track], Iterable[Fact]]] = {
    plans.DECISIONS.name: count,
    answers.ANSWERS.name: count_answers,
    endings.ENDINGS.name: count_endings,
    introductions.INTRODUCTIONS.name: count_introductions,
}


def sign(register: Register, made: Draft, signers: Sequence[Signer]) -> Appended:
    """Put a release into the log, signed by two persons, and keep it whole. It is public from then on."""
    release = made.release
    _is_next(register, release)
    document = register.documents.put(made.document, MEDIA)
    counted = register.documents.put(rows.kept(made.facts, made.cutoffs), MEDIA)
    return append(
        register,
        partial(_released, register, release=release, document=document, counted=counted),
        f"Publish release {release.number} of {release.plan}, until {release.until}; SHA-256 {document.sha256}",
        signers,
        stream=stream_of(register.origin),
    )


def withdraw(register: Register, plan: str, number: int, why: str, signer: Signer) -> Appended:
    """Take a release back. Its numbers are no longer shown; that it was there, and why it went, is."""
    _plan(register, plan)
    words = _for_everybody(why, "a reason for the withdrawal")
    return append(
        register,
        partial(_taken_back, register, plan=plan, number=number, why=words),
        f"Withdraw release {number} of {plan}",
        [signer],
        stream=stream_of(register.origin),
    )


def _is_next(register: Register, release: Release) -> None:
    if release.number != len(issued(register, release.plan)) + 1:
        raise Refused(f"release {release.number} of {release.plan} was signed meanwhile; make it again", code="hold")


def _taken_back(register: Register, at: Instant, *, plan: str, number: int, why: str) -> ReleaseWithdrawn:
    """Asked on each attempt to append: somebody else may have taken it back meanwhile."""
    found = [one for one in issued(register, plan) if one.number == number]
    if not found:
        raise Missing(f"there is no release {number} of {plan}; give the number of one that was published")
    if (stone := found[-1].withdrawn) is not None:
        raise Refused(f"release {number} was withdrawn on {stone.day} already", code="withdrawn")
    return ReleaseWithdrawn(
        happened_at=at, evidence=ACT, exhibit=sealed("personal", None), number=number, plan=plan, why=why
    )


def _released(
    register: Register, at: Instant, *, release: Release, document: Document, counted: Document
) -> PlacementsReleased:
    """Asked on each attempt to append: a number that somebody else took meanwhile is not given twice."""
    _is_next(register, release)
    return PlacementsReleased(
        happened_at=at,
        evidence=ACT,
        exhibit=sealed("personal", None),
        number=release.number,
        plan=release.plan,
        until=release.until,
        rules=RULES,
        document=document,
        rows=party(counted),
    )


def _for_everybody(words: str, what: str) -> str:
    """Words that stand in public for ever. Raises Malformed for none, Refused for what tells who a child is."""
    words = text(words)
    if not words:
        raise Malformed(f"{what} is needed, in words: it is published")
    if mark := next(iter(find(words, ())), None):
        raise Refused(f"{mark.sentence}; {what} is public for ever: leave it out", code=f"never-{mark.kind}")
    return words


def _past(register: Register, case: CaseId, now: Instant) -> policy.Case:
    reader = register.reader
    return policy.Case(
        id=case,
        as_of=now,
        view="authority",
        events=reader.case(case),
        market=reader.market(),
        others=reader.others(),
    )


def _named(register: Register, now: Instant, track: Track) -> Iterable[tuple[policy.Case, Hidden]]:
    """Every search that can be opened, with what its rows are named by."""
    names = _Names(register)
    for case in track(register.reader.cases()):
        past = _past(register, case, now)
        if (hidden := names.of(past)) is not None:
            yield past, hidden


class _Names:
    """What the rows of each search are named by, over one reading of all cases in the order in which they began.

    It is taken from the disclosures of the first need of a search: random, under the key of the case, and gone with it.
    """

    def __init__(self, register: Register) -> None:
        self._register = register
        self._children: dict[str, str] = {}

    def of(self, past: policy.Case) -> Hidden | None:
        """Null where there is no need on record, or it cannot be opened any more: no row can be made of it either."""
        if not past.search.needs:
            return None
        recorded, need = past.search.needs[0]
        opening = self._register.reader.openings(recorded.index).get(NEED)
        if opening is None:
            return None
        child = need.child.get(None)
        first = self._children.setdefault(child.pseudonym, opening.text) if child else ""
        return Hidden(case=opening.text, child=first)


def _plan(register: Register, name: str) -> Plan:
    if not register.is_of_placements:
        raise Refused("numbers about placements come from a register of placements, and this is one of procurement")
    if name not in plans.PLANS:
        raise Missing(f"there is no plan {name[:60]!r}; there is {', '.join(plans.PLANS)}")
    return plans.PLANS[name]


def _until(until: Day | None, today: Day) -> Day:
    if until is None:
        return due(today)
    if day(as_date(until)) != until:
        raise Malformed(f"the day {until[:40]!r} came; expected one as {due(today)}")
    if until >= today:
        raise Refused(f"{until} is not over yet; numbers come out for quarters that are, at the latest {due(today)}")
    return until
