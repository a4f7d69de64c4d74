"""A real register on disk with its people and their keys: for tests of everything that records, reads and serves.

    office = open_office(tmp_path / "register")      a new register, at a clock that the test moves
    office.tell(until="awarded")                     a fair open competition, recorded command by command
    office.do(Award(...), by=APPROVER)               one more command, signed by whom it needs

`open_office(folder, real_time=True)` follows the clock of the machine: for tests with other processes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import msgspec

from fairplace import keyring
from fairplace.decision import Actor, Command
from fairplace.founding import create
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.openness.commands import Release
from fairplace.people.commands import DeclareInterests
from fairplace.prepared import Appended
from fairplace.procurement.commands import AnswerQuestion, AskQuestion, OpenBids
from fairplace.recording import Recorder
from fairplace.sources import SYSTEM, Sources
from fairplace.terms import Instant, Provider, moment
from tests import story
from tests.founding import Clock, Left, founded
from tests.story import (
    APPROVER,
    DOMAIN,
    EVALUATORS,
    MODERATOR,
    MONITORING,
    OFFERS,
    OFFICER,
    PROVIDERS,
    START,
    Offer,
)

AUTHORITY = "Northbrook Council"
ORIGIN = f"log.{DOMAIN}/commissioning"
ROOT = f"{DOMAIN}/root"
STAFF = (OFFICER, *EVALUATORS, MODERATOR, APPROVER, MONITORING)


def key_of(provider: Provider) -> str:
    return f"{DOMAIN}/provider/{story.short(provider)}"


def person(provider: Provider) -> Actor:
    """A provider's own key."""
    return Actor(key=key_of(provider), roles=frozenset({"provider"}))


def seed_of(name: str) -> bytes:
    """Worthless, and the same in every run."""
    return random.Random(name).randbytes(32)


def signer(name: str) -> Signer:
    return Signer(name, seed_of(name))


class Office:
    """A register, and everybody's keys."""

    def __init__(self, folder: Path, register: Register, clock: Clock | None) -> None:
        self.folder = folder
        self.register = register
        self.clock = clock
        self.case = ""
        self.at: dict[str, int] = {}
        self._count = 0
        self.recorder = Recorder(register, signer)

    @classmethod
    def again(cls, folder: Path, register: Register, clock: Clock, left: Left) -> Self:
        """Of a copy of a register, where the office of the first was left."""
        office = cls(folder, register, clock)
        office.case, office._count, office.at = left.case, left.count, dict(left.at)
        return office

    def left(self) -> Left:
        return Left(self.case, self._count, dict(self.at))

    def enrol(self, name: str, *roles: str, provider: str | None = None) -> None:
        for role in roles:
            self.register.enrol(
                signer(name).vkey.text, role, holder=f"Holder of {name}", provider=provider, admin=signer(ROOT)
            )

    def named(self, command: Command, *, by: Actor = OFFICER, second: Actor | None = None) -> Command:
        """The command as somebody would send it: with an id of its own, an actor and the case."""
        self._count += 1
        return msgspec.structs.replace(
            command,
            id=f"command-{self._count}" if command.id == "test" else command.id,
            as_=by.key,
            case=self.case or command.case,
            second=second.key if second else command.second,
        )

    def do(self, command: Command, *, by: Actor = OFFICER, second: Actor | None = None) -> Appended:
        self.pass_by(minutes=1)
        done = self.recorder.record(self.named(command, by=by, second=second))
        self.case = self.case or done.case or ""
        self.at[done.type] = done.index
        return done

    def pass_by(self, **time: float) -> None:
        if self.clock is not None:
            self.clock.now += timedelta(**time)

    def wait_until(self, when: Instant) -> None:
        assert self.clock is not None
        self.clock.now = max(self.clock.now, moment(when))

    def tell(self, until: str, offers: Sequence[Offer] = OFFERS[:3]) -> Office:
        """A fair open competition up to the end of a chapter."""
        for chapter, steps in CHAPTERS.items():
            steps(self, offers)
            if chapter == until:
                return self
        raise KeyError(until)

    def set_up_a_framework(self, offers: Sequence[Offer] = OFFERS[:3]) -> str:
        """Short breaks, as a framework with the first to offer, signed and released; its case."""
        for chapter, steps in CHAPTERS.items():
            if chapter == "planned":
                self.do(story.plan(contract_kind="framework", max_term_days=1461, title="Short breaks, a framework"))
                self.do(story.conflicts())
            else:
                steps(self, offers)
        self.wait_until("2026-04-24T09:00:00.000Z")
        self.do(story.contract(offers[0]), by=APPROVER)
        self.do(Release(id="test", occasion="contract"))
        return self.case

    def close(self) -> None:
        self.register.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_office(
    folder: Path,
    *,
    real_time: bool = False,
    seed: int = 1,
    keys: bool = False,
    until: str | None = None,
    offers: Sequence[Offer] = OFFERS[:3],
    apart: bool = False,
) -> Office:
    """A new register in `folder`, told up to the end of a chapter.

    `keys` puts everybody's keys where the command line of a demo looks for them; one that is founded `apart` is neither a
    copy nor copied.
    """

    def found(folder: Path, clock: Clock | None, sources: Sources) -> Office:
        office = _found(folder, clock, sources)
        return office if until is None else office.tell(until, offers)

    if real_time:
        office = found(folder, None, SYSTEM)
    elif apart:
        office = found(folder, clock := Clock(START), Sources(clock, random.Random(seed).randbytes))
    else:
        office = founded(folder, Office, found, START, until, msgspec.json.encode(offers), seed=seed)
    if keys:
        for name in (ROOT, *(one.key for one in STAFF), *map(key_of, PROVIDERS)):
            keyring.keep_worthless(folder / "demo-keys", name, seed_of(name))
    return office


def _found(folder: Path, clock: Clock | None, sources: Sources) -> Office:
    register = create(
        folder, authority=AUTHORITY, origin=ORIGIN, root=signer(ROOT), sources=sources, worthless=clock is not None
    )
    office = Office(folder, register, clock)
    for one in STAFF:
        office.enrol(one.key, *sorted(one.roles))
    for provider in PROVIDERS:
        office.enrol(key_of(provider), "provider", provider=provider.id)
    return office


def as_json(command: Command, **changes: Any) -> dict[str, Any]:
    """The command as a line of a file has it."""
    value = {name: item for name, item in msgspec.to_builtins(command).items() if item is not None}
    return value | changes


# The whole way


def _planned(office: Office, offers: Sequence[Offer]) -> None:
    office.do(story.plan())
    office.do(story.conflicts())


def _published(office: Office, offers: Sequence[Offer]) -> None:
    office.do(DeclareInterests(id="test", acting_as="officer"))
    office.do(story.tender())
    office.do(Release(id="test", occasion="notice"))


def _asked(office: Office, offers: Sequence[Offer]) -> None:
    office.wait_until("2026-03-10T09:00:00.000Z")
    asker = offers[1].provider
    office.do(AskQuestion(id="test", words="Are waking nights costed apart?", asked_by=asker), by=person(asker))
    office.do(AnswerQuestion(id="test", question="Q1", answer="Yes, on the second sheet"))
    office.do(Release(id="test", occasion="notice"))


def _deposited(office: Office, offers: Sequence[Offer]) -> None:
    office.wait_until("2026-03-30T09:00:00.000Z")
    for offer in offers:
        office.do(story.bid(offer), by=person(offer.provider))


def _opened(office: Office, offers: Sequence[Offer]) -> None:
    office.wait_until("2026-04-02T09:00:00.000Z")
    office.do(OpenBids(id="test", present=[MONITORING.key]))


def _marked(office: Office, offers: Sequence[Offer]) -> None:
    for one in EVALUATORS[:2]:
        office.do(DeclareInterests(id="test", acting_as="evaluator"), by=one)
    office.do(DeclareInterests(id="test", acting_as="moderator"), by=MODERATOR)
    office.do(DeclareInterests(id="test", acting_as="approver"), by=APPROVER)
    office.do(DeclareInterests(id="test", acting_as="officer"))
    office.do(story.checks(offers))
    for one in EVALUATORS[:2]:
        office.do(story.sheet(offers), by=one)


def _moderated(office: Office, offers: Sequence[Offer]) -> None:
    office.wait_until("2026-04-07T09:00:00.000Z")
    office.do(story.agreed(offers, present=[one.key for one in EVALUATORS[:2]]), by=MODERATOR)


def _awarded(office: Office, offers: Sequence[Offer]) -> None:
    office.wait_until("2026-04-09T09:00:00.000Z")
    office.do(story.award(offers[0]), by=APPROVER)


def _released(office: Office, offers: Sequence[Offer]) -> None:
    office.wait_until("2026-04-13T09:00:00.000Z")
    office.do(story.summaries(offers))
    office.do(story.notice("UK6", standstill_ends=story.STANDSTILL_ENDS))
    office.do(Release(id="test", occasion="award"))


CHAPTERS: Mapping[str, Callable[[Office, Sequence[Offer]], None]] = {
    "planned": _planned,
    "published": _published,
    "asked": _asked,
    "deposited": _deposited,
    "opened": _opened,
    "marked": _marked,
    "moderated": _moderated,
    "awarded": _awarded,
    "released": _released,
}

CALL_OFF = {
    "route": "framework_calloff", "concerns_one_person": False, "title": "Short breaks in the north",
    "need": "Nine families in the north wait for short breaks.",
}  # fmt: skip
"""A plan that calls off from a framework."""
