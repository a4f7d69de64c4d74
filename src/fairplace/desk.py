"""The one path in: prepare, sign, append.

- *Prepare* decides on the case's past, stamps the time and returns the exact bytes to be signed with a plain line
  that says what they mean. Nothing is written.
- *Sign* is for whoever holds the key; no officer's private key ever comes here.
- *Append* checks signatures, the provider's own inside among them, register and roles, and commits all or nothing. A lost race is a Conflict: prepare again.
- What a decision did not see it cannot follow: an event that came to its stream meanwhile voids it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from fairplace import catalogue
from fairplace.deciders import decide
from fairplace.decision import Actor, Command, Decision, History
from fairplace.errors import Conflict, Forbidden, Malformed, Refused, Unproven
from fairplace.holders import provider_of
from fairplace.ledger import disclosure, entry
from fairplace.ledger.disclosure import Opening
from fairplace.ledger.entry import Entry, Envelope
from fairplace.ledger.key_table import how
from fairplace.ledger.store import port
from fairplace.ledger.store.port import Store
from fairplace.people import roles
from fairplace.prepared import Appended, Prepared, Sign, check_signers, new_entry
from fairplace.reading import StoreReader
from fairplace.referral.commands import PublishReferral
from fairplace.signed_inside import check_inside
from fairplace.sources import Sources
from fairplace.terms import CaseId, Document, Instant, KeyName, check_dates, moment

__all__ = ["ATTEMPTS", "Appended", "Desk", "Prepared", "Sign", "digest_of"]

ATTEMPTS = 20
"""How often a lost race is prepared again before it is reported."""

_COUNTS_BIDS = frozenset({"procurement.bids-opened/1", "procurement.late-bids-decided/1"})
"""What is decided on all deposits of a case together."""


class Desk:
    """Prepares and appends for one log."""

    def __init__(
        self,
        store: Store,
        reader: StoreReader,
        sources: Sources,
        signing_window: timedelta,
        *,
        before_append: Callable[[], None] = lambda: None,
        look_through: Callable[[Document, History, Instant], None] = lambda _document, _history, _at: None,
        placements: bool = False,
    ) -> None:
        """`before_append` raises when nothing may be recorded at all. `placements`: what kind of log it is.

        `look_through` raises Refused for a document that may not go to those who are asked for a home.
        """
        self._store = store
        self._reader = reader
        self._sources = sources
        self._window = signing_window
        self._before_append = before_append
        self._look_through = look_through
        self._placements = placements

    # Prepare

    def prepare(self, command: Command, *, actor: KeyName | None = None) -> Prepared:
        """Decide on a command. `actor` is the receiver's key, when it signs for whoever lodges something.

        Raises Refused (procedure), Forbidden (role), Malformed (what came), Missing (no such case) or Unproven (the
        store was changed).
        """
        self._check_kind(command.gives, str(command.__struct_config__.tag))
        by = self.actor(actor or command.as_)
        for _ in range(ATTEMPTS):
            seen = self._reader.size
            history = self._history(command.case, seen, command.beside)
            at = self._store.now()
            if command.gives in _COUNTS_BIDS and history.events:
                self._check_deposits(history)
            decision = decide(command, history, at=at, by=by, chance=self._sources.entropy(32))
            if isinstance(command, PublishReferral) and command.document is not None:
                self._look_through(command.document, history, at)
            try:
                return self.prepare_decision(
                    decision, history, by=by, at=at, key=command.id, command=digest_of(command), seen=seen
                )
            except Conflict as conflict:
                lost = conflict
        raise lost

    def prepare_decision(
        self,
        decision: Decision,
        history: History,
        *,
        by: Actor,
        at: Instant,
        key: str,
        command: str,
        seen: int | None = None,
    ) -> Prepared:
        """The bytes of a decision that is already taken: a service's own event, or a command's.

        `seen` is the size of the log at which `history` was read: Conflict when its stream has grown since.
        """
        kind = catalogue.NAMES[type(decision.event)]
        self._check_kind(kind, kind)
        roles.require(by, kind, report=not decision.event.is_act)
        stream = self._stream(decision, history.case)
        last = max((recorded.index for recorded in history.events), default=-1)
        body, slots, openings = disclosure.split(decision.event, self._sources.entropy)
        check_dates([body, [opening.value for opening in openings]])
        return Prepared(
            key=key,
            command=command,
            type=kind,
            text=self._text(kind, stream, body, slots, by.key, at, seen),
            statement=decision.statement,
            actor=by.key,
            second=decision.second,
            case=history.case if decision.of_case else None,
            at=at,
            openings=tuple(openings),
            conditions=(port.Condition(case=history.case, types=decision.unless, after=last),)
            if decision.unless
            else (),
            not_before=decision.not_before,
            not_after=decision.not_after,
        )

    def prepare_register(
        self,
        kind: str,
        body: Mapping[str, Any],
        *,
        actor: KeyName,
        key: str,
        statement: str,
        slots: Mapping[str, disclosure.Slot] | None = None,
        openings: Sequence[Opening] = (),
        second: frozenset[str] = frozenset(),
    ) -> Prepared:
        """The bytes of a key-register event; somebody with one of the roles `second` signs it too, if any is given."""
        at = self._store.now()
        register = self._reader.register()
        stream = register.stream or self._sources.stream_id()
        return Prepared(
            key=key,
            command=hashlib.sha256(msgspec.json.encode([kind, body], order="sorted")).hexdigest(),
            type=kind,
            text=self._text(kind, stream, dict(body), dict(slots or {}), actor, at, None),
            statement=statement,
            actor=actor,
            second=second,
            case=None,
            at=at,
            openings=tuple(openings),
            conditions=(),
            not_before=None,
            not_after=None,
        )

    # Append

    def append(self, prepared: Prepared, lines: Sequence[str]) -> Appended:
        """Check what was signed, and commit it. Raises Conflict when somebody wrote first or a deadline passed."""
        return self.append_all([(prepared, lines)])[0]

    def append_all(self, signed: Sequence[tuple[Prepared, Sequence[str]]]) -> list[Appended]:
        """Append several, judged in order in one commit. Raises at the first that is refused; those before it stand."""
        self._before_append()
        entries = [self._checked(prepared, lines) for prepared, lines in signed]
        for _ in range(ATTEMPTS):
            register = self._reader.register()
            size = self._reader.size
            for (prepared, _lines), one in zip(signed, entries, strict=True):
                check_signers(prepared, one, register, size)
                check_inside(prepared, one.envelope, register, self._provider_of)
            results = self._store.append(
                self._reader.origin,
                [
                    self._submission(prepared, one, register.head_index)
                    for (prepared, _lines), one in zip(signed, entries, strict=True)
                ],
            )
            if not any(isinstance(result, port.Conflict) and result.kind == "keys" for result in results):
                return [
                    self._appended(prepared, one, result)
                    for (prepared, _lines), one, result in zip(signed, entries, results, strict=True)
                ]
        raise Conflict("the key register changed again and again while this was recorded; try again", kind="keys")

    def record(self, command: Command, sign: Sign, *, actor: KeyName | None = None) -> Appended:
        """Prepare, sign and append; a lost race is prepared again, a passed deadline too (it becomes the late type)."""
        if found := self.recorded(command):
            return found
        for _ in range(ATTEMPTS):
            prepared = self.prepare(command, actor=actor)
            try:
                return self.append(prepared, sign(prepared))
            except Conflict as conflict:
                if conflict.kind not in ("stream", "condition", "deadline"):
                    raise
                lost = conflict
        raise lost

    def recorded(self, command: Command) -> Appended | None:
        """Where the same command already stands. Raises Conflict when its id belongs to another command."""
        found = self._store.by_key(self._reader.origin, command.id)
        if found is None:
            return None
        # The store knows what the id was used for: shown the entry again, it writes nothing and says whether it is this.
        index = found.indexes[0]
        [stored] = self._store.entries(self._reader.origin, index, index + 1)
        one = entry.parsed(stored.raw)
        again = port.Submission(
            entries=(new_entry(one, stored.case, ()),), key=command.id, command=digest_of(command), register_head=-1
        )
        [answer] = self._store.append(self._reader.origin, [again])
        if isinstance(answer, port.Conflict):
            raise Conflict(answer.message, kind=answer.kind)
        return self._place(answer)

    def signs_for_themselves(self, command: Command) -> bool:
        """Does the asker sign, or the receiver for them? Raises Forbidden when their roles allow neither."""
        kind = command.gives
        by = self.actor(command.as_)
        if roles.may(by.roles, kind, report=command.is_report):
            return True
        if not roles.may_ask(by.roles, kind, report=command.is_report):
            roles.require(by, kind, report=command.is_report)
        return False

    def roles_of(self, key: KeyName) -> frozenset[str]:
        """The roles of a key as the register stands now."""
        register = self._reader.register()
        return register.roles_of(key, keys=register.head_leaf, index=register.head_index + 1)

    def actor(self, key: KeyName) -> Actor:
        """Who acts with this key. Raises Malformed for none, Forbidden when it may not act (any more)."""
        if not key:
            raise Malformed("the command does not say who acts; give 'as' with the name of a key")
        known = [one for one in self._reader.register().standings() if one.vkey.name == key]
        if not known:
            raise Forbidden(f"no key of {key[:200]} is registered; ask a key-admin to enrol it", code="key")
        if all(one.revoked is not None for one in known):
            raise Forbidden(
                f"the key of {key} {how(known[-1])} at entry {known[-1].revoked}; have it recovered, or enrol another",
                code="key-revoked",
            )
        roles_now = self.roles_of(key)
        return Actor(key=key, roles=roles_now, provider=self._provider_of(key) if "provider" in roles_now else None)

    # Within

    def _check_kind(self, gives: str, what: str) -> None:
        """A register is of one kind: what is published of the one is never published of the other."""
        if gives not in catalogue.OF_EITHER and (gives in catalogue.PLACEMENTS) is not self._placements:
            kind, other = ("placements", "procurement") if self._placements else ("procurement", "placements")
            raise Refused(
                f"{what} is for a register of {other}, and this is one of {kind}; record it there",
                code="kind",
            )

    def _provider_of(self, key_name: KeyName) -> str | None:
        return provider_of(self._store, self._reader, key_name)

    def _check_deposits(self, history: History) -> None:
        """Raises Unproven when the store may hide a bid: every deposit is where its own sealed text says."""
        for sentence in self._reader.misfiled(history.events[0].index):
            raise Unproven(sentence)

    def _history(self, case: CaseId | None, seen: int, other: CaseId | None) -> History:
        if case is None:
            return History(case=self._sources.stream_id(), events=(), market=self._reader.market())
        events = self._reader.case(case, upto=seen)
        if not events and _is_stream(case) and self._store.stream_head(self._reader.origin, case) is not None:
            raise Refused(f"{case} is the id of another stream, not of a case; give a fresh random one", code="case")
        # Whoever works on one case has asked to see nothing of another: what is public of that one has to do.
        beside = () if other is None else self._reader.case(other, "public", seen)
        return History(case=case, events=events, market=self._reader.market(), beside=beside)

    def _stream(self, decision: Decision, case: CaseId) -> str:
        match decision.stream:
            case "case":
                return case
            case "new":
                return self._sources.stream_id()
            case stream:
                return stream

    def _text(
        self,
        kind: str,
        stream: str,
        body: dict[str, Any],
        slots: dict[str, disclosure.Slot],
        actor: KeyName,
        at: Instant,
        seen: int | None,
    ) -> bytes:
        head = self._store.stream_head(self._reader.origin, stream)
        if head is not None and seen is not None and head.index >= seen:
            raise Conflict(f"entry {head.index} came to the stream {stream} while this was prepared; prepare it again")
        return entry.text(
            Envelope(
                actor=actor,
                at=at,
                body=body,
                id=self._sources.event_id(moment(at)),
                keys=self._reader.register().head_leaf,
                log=self._reader.origin,
                n=head.n + 1 if head else 1,
                prev=head.leaf if head else "",
                sealed=slots,
                stream=stream,
                type=kind,
            )
        )

    def _appended(self, prepared: Prepared, one: Entry, result: port.Result) -> Appended:
        match result:
            case port.Conflict():
                raise Conflict(result.message, kind=result.kind)
            case port.Duplicate():
                return self._place(result)
            case port.Committed():
                return Appended(
                    index=result.indexes[0],
                    leaf=result.leaves[0],
                    size=result.size,
                    case=prepared.case,
                    type=one.envelope.type,
                    statement=prepared.statement,
                )

    def _place(self, found: port.Duplicate | port.Committed) -> Appended:
        """Where a command stands that was recorded before."""
        index = found.indexes[0]
        [stored] = self._store.entries(self._reader.origin, index, index + 1)
        return Appended(
            index=index,
            leaf=found.leaves[0],
            size=found.size,
            case=stored.case,
            type=entry.parsed(stored.raw).envelope.type,
            duplicate=True,
        )

    def _checked(self, prepared: Prepared, lines: Sequence[str]) -> Entry:
        """The entry, once it is signed in time."""
        age = moment(self._store.now()) - moment(prepared.at)
        window = self._window if not prepared.second else max(self._window, timedelta(hours=24))
        if age > window:
            raise Refused(
                f"this was prepared {age} ago and must be signed within {window}; prepare it again", code="window"
            )
        return entry.parsed(entry.assemble(prepared.text, list(lines)))

    def _submission(self, prepared: Prepared, one: Entry, register_head: int) -> port.Submission:
        return port.Submission(
            entries=(new_entry(one, prepared.case, prepared.openings),),
            key=prepared.key,
            command=prepared.command,
            register_head=register_head,
            conditions=prepared.conditions,
            not_before=prepared.not_before,
            not_after=prepared.not_after,
        )


def digest_of(command: Command) -> str:
    """What makes a command the same command: SHA-256 over its members."""
    return hashlib.sha256(msgspec.json.encode(command, order="sorted")).hexdigest()


def _is_stream(case: CaseId) -> bool:
    try:
        return str(uuid.UUID(case)) == case
    except ValueError:
        return False
