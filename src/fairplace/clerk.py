"""Carry out a command to its end: record it, and have the rules speak at the set points; or only rehearse it.

- The rules speak after an award is released, at the end of a standstill, when a case ends, and when somebody asks.
- Until the award is released, or the case ended, they speak on the public view alone.
- What was recorded stands, whatever comes of the assessment; asked again with the same id, it is made up for once.
- A rehearsal writes nothing and needs no key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import get_args

import msgspec

from fairplace import assess, catalogue, erasing, holding
from fairplace.assess import Asked, ToFix
from fairplace.assessing import Occasion, assess_case
from fairplace.challenge.commands import LodgeChallenge
from fairplace.decision import Command, History
from fairplace.drafting.acts import ChangeKey, Enrol, Erase, LiftHold, Wanted
from fairplace.errors import Forbidden, Malformed
from fairplace.keeping import Keeping
from fairplace.ledger import entry
from fairplace.ledger.note import Signer, Vkey, parse_line
from fairplace.on_disk import Register
from fairplace.openness.commands import Assess, Release
from fairplace.openness.release import still_sealed
from fairplace.people.roles import TABLE
from fairplace.policy import Case
from fairplace.prepared import Appended, Prepared
from fairplace.procurement.commands import AskQuestion, ChangeContract, EndContract, EndWithoutAward, EnterContract
from fairplace.reading import View
from fairplace.recorded import Recorded
from fairplace.recording import Recorder, ask_signed_in, lodge_by_link
from fairplace.terms import CaseId

VIEWS: tuple[View, ...] = get_args(View)

MAY_ASK = TABLE["value.disclosed/1"].first | TABLE["procurement.awarded/1"].first
"""Who may have a case assessed: those who open the record, and those who decide."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Where the command stands, and the assessments that followed it."""

    recorded: Appended
    assessed: tuple[Appended, ...] = ()


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """What would be signed, and what the rules say against it."""

    type: str
    statement: str
    actor: str
    second: tuple[str, ...]
    fixes: tuple[ToFix, ...]


class Clerk:
    """Carries out commands in one register; `signer` finds a person's key by its name."""

    def __init__(self, register: Register, signer: Callable[[str], Signer]) -> None:
        self._register = register
        self._signer = signer
        self._recorder = Recorder(register, signer)

    def carry_out(self, command: Command) -> Done:
        if isinstance(command, Assess):
            return self._on_request(command)
        done = self._recorder.record(command)
        occasion = _occasion(command)
        if occasion is None or done.case is None:
            return Done(recorded=done)
        return Done(recorded=done, assessed=self._assess(done.case, occasion, command))

    def take_in_by_link(self, challenge: LodgeChallenge) -> Appended:
        """Take in a challenge from whoever holds a link that was e-mailed to a bidder."""
        return lodge_by_link(self._register, challenge)

    def take_in_signed_in(self, question: AskQuestion) -> Appended:
        """Take in a question of a provider's person whose session says who they are."""
        return ask_signed_in(self._register, question)

    def prepare(self, wanted: Wanted) -> Prepared:
        """What somebody is to sign with a key that is not here."""
        if isinstance(wanted, Enrol):
            return self._register.prepare_enrolment(
                wanted.vkey, wanted.role, holder=wanted.holder, provider=wanted.provider, by=wanted.as_, key=wanted.id
            )
        if isinstance(wanted, ChangeKey):
            return self._prepare_change(wanted)
        if isinstance(wanted, Erase):
            return erasing.prepare(
                self._register, wanted.subjects, wanted.basis, wanted.reason, by=wanted.as_, key=wanted.id
            )
        if isinstance(wanted, LiftHold):
            return holding.prepare_lifting(self._register, wanted.hold, wanted.reason, by=wanted.as_, key=wanted.id)
        return self._recorder.prepare(wanted)

    def _prepare_change(self, wanted: ChangeKey) -> Prepared:
        keeping = Keeping(self._register)
        match wanted.what:
            case "rotate":
                return keeping.prepare_rotation(wanted.vkey or "", keeping.newest(wanted.name).vkey, wanted.id)
            case "revoke":
                return keeping.prepare_revocation(wanted.vkey or "", wanted.reason, wanted.as_, wanted.id)
            case "report-stolen":
                vkey = Vkey.parse(wanted.vkey or "")
                return keeping.prepare_stolen(vkey, wanted.first, wanted.last, wanted.as_, wanted.id)
            case "start-recovery":
                keeping.check_recoverers(wanted.name, wanted.as_)
                return keeping.prepare_recovery(wanted.vkey or "", wanted.as_, wanted.id)
            case "finish-recovery":
                keeping.check_recoverers(wanted.name, wanted.as_)
                return keeping.prepare_finish(wanted.name, wanted.as_, wanted.id)
            case "stop-recovery":
                return keeping.prepare_stop(wanted.name, wanted.reason, wanted.as_, wanted.id)

    def left_open(self, report: int) -> list[int]:
        """What a stolen key signed behind the entries of its report, and that nothing contests."""
        return Keeping(self._register).left_open(report)

    def append(self, wanted: Wanted, prepared: Prepared, lines: Sequence[str]) -> int:
        """Append what was signed elsewhere, and have the rules speak as after any other command; its place."""
        if isinstance(wanted, ChangeKey) and len(lines) > 1:
            people = [parse_line(line.removesuffix("\n")).name for line in lines]
            Keeping(self._register).check_recoverers(wanted.name, *(one for one in people if one != wanted.name))
        if isinstance(wanted, Erase):
            return erasing.append_signed(self._register, wanted.subjects, wanted.basis, prepared, lines).index
        done = self._register.desk.append(prepared, lines)
        if isinstance(wanted, Enrol | ChangeKey | LiftHold):
            return done.index
        occasion = _occasion(wanted)
        if occasion is not None and done.case is not None:
            self._assess(done.case, occasion, wanted)
        return done.index

    def rehearse(self, command: Command) -> Rehearsed:
        """What the desk and the rules say of the command as the record stands now."""
        if isinstance(command, Assess):
            raise Malformed("an assessment is no draft; run 'fairplace check' to see what the rules say")
        prepared = self._recorder.prepare(command)
        return Rehearsed(
            type=prepared.type,
            statement=prepared.statement,
            actor=prepared.actor,
            second=tuple(sorted(prepared.second)),
            fixes=self.preflight(prepared),
        )

    def preflight(self, prepared: Prepared, events: tuple[Recorded, ...] | None = None) -> tuple[ToFix, ...]:
        """What the rules say against it; nothing is recorded. Of an event of the key register they say nothing.

        `events` is the past of the case as somebody may see it (all that the authority knows).
        """
        envelope = entry.read_envelope(prepared.text[len(entry.HEADER) : -1])
        if envelope.type not in catalogue.TYPES:
            return ()
        openings = {opening.slot: opening.value for opening in prepared.openings}
        case = prepared.case or envelope.stream
        known = self._register.reader.case(case) if events is None else events
        market, others = self._register.reader.market(), self._register.reader.others()
        past = Case(id=case, as_of=prepared.at, view="authority", events=known, market=market, others=others)
        draft = assess.drafted(
            past,
            catalogue.read(envelope.type, envelope.body, envelope.sealed, openings),
            by=self._register.desk.actor(prepared.actor),
            stream=envelope.stream,
        )
        return assess.preflight(past, draft, self.rules)

    @cached_property
    def rules(self) -> tuple[Asked, ...]:
        """Every rule of this register, in the order of the codes."""
        return assess.rules(self._register.policies)

    def _on_request(self, command: Assess) -> Done:
        if command.case is None:
            raise Malformed("the command does not say which case; give 'case'")
        asker = self._register.desk.actor(command.as_)
        if not asker.roles & MAY_ASK:
            raise Forbidden(
                f"{command.as_} acts as {', '.join(sorted(asker.roles))}; an assessment is for"
                f" {' or '.join(sorted(MAY_ASK))} to ask for",
                code="role",
            )
        self._signer(command.as_)  # only who holds the key may speak with its name
        first, *others = self._assess(command.case, "request", command)
        return Done(recorded=first, assessed=tuple(others))

    def _assess(self, case: CaseId, occasion: Occasion, command: Command) -> tuple[Appended, ...]:
        return tuple(
            assess_case(self._register, case, view, occasion, self.rules, key=_key(command, view))
            for view in self._views(case)
        )

    def _views(self, case: CaseId) -> tuple[View, ...]:
        """What may be judged in the open now: the authority's own view not before the award is released."""
        sealed = still_sealed(History(case=case, events=self._register.reader.case(case)))
        return VIEWS if sealed is None else ("public",)


def _occasion(command: Command) -> Occasion | None:
    match command:
        case Release(occasion="award"):
            return "award"
        case Release(occasion="standstill-end") | EnterContract():
            return "standstill-end"
        case Release(occasion="contract" | "ended") | EndWithoutAward() | ChangeContract() | EndContract():
            return "publication"
        case _:
            return None


def _key(command: Command, view: View) -> str:
    """The idempotency key of an assessment: longer than any command's id, so that none can take it."""
    digest = hashlib.sha256(command.id.encode("utf-8")).hexdigest()
    return f"case.assessed/1, {view} view, after the command whose id has the digest {digest}"
