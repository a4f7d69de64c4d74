"""Each rule about keys, once: the register that writes and the checker that shares no code with it judge alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fairplace.errors import FairplaceError
from fairplace.ledger import entry
from fairplace.ledger.register import KeyRegister
from fairplace_verify import Falsehood, verify_register
from tests.verifier.writer import (
    EVALUATOR,
    LOG,
    LOG_PQ,
    NEW_LOG,
    OFFICER,
    ORIGIN,
    RECEIVER,
    ROOT,
    Signer,
    Writer,
    planned,
)

ADMIN = Signer("council.example/officer/ad01", 20)
PROVIDER = Signer("council.example/provider/77aa", 21)
NEW, OTHER, NEW_ROOT, NEW_ADMIN = (
    Signer(name, seed) for seed, name in enumerate((OFFICER.name, OFFICER.name, ROOT.name, ADMIN.name), 22)
)
NEW_RECEIVER = Signer(RECEIVER.name, 26)
NEW_LOG_PQ = Signer(ORIGIN, 27, kind=6)
FIRST = 8
"""Entries 0 to 7 open the log, name its keys and let six act."""

DAY, TOO_SOON = "2026-11-23T04:00:08.000Z", "2026-11-23T04:00:07.999Z"
"""A day after entry 8, and a millisecond less."""
MONTH, MONTH_TOO_SOON = "2026-12-22T04:00:08.000Z", "2026-12-22T04:00:07.999Z"


class Log(Writer):
    """A log with what can be done to its keys."""

    def at(self, kind: str, body: dict[str, Any], *signers: Signer, at: str = "", **more: Any) -> int:
        bend = (lambda event: event.update(at=at)) if at else None
        first, *others = signers or (ROOT,)
        return self.register(kind, body, by=first, also=others, bend=bend, **more)

    def rotate(self, old: Signer, new: Signer, *signers: Signer) -> int:
        return self.at("key.rotated/1", {"replaces": old.vkey, "vkey": new.vkey}, *(signers or (old, ADMIN)))

    def revoke(self, key: Signer, reason: str = "lost", by: Signer = ROOT) -> int:
        return self.at("key.revoked/1", {"reason": reason, "vkey": key.vkey}, by)

    def contest(self, key: Signer, first: Any, last: Any, by: Signer = ROOT) -> int:
        return self.at("key.compromised/1", {"from": first, "until": last, "vkey": key.vkey}, by)

    def start(self, old: Signer, new: Signer, *signers: Signer, at: str = "") -> int:
        body = {"replaces": old.vkey, "vkey": new.vkey}
        return self.at("key.recovery-started/1", body, *(signers or (EVALUATOR, ADMIN)), at=at)

    def recover(self, start: Any, *signers: Signer, at: str = DAY) -> int:
        return self.at("key.recovered/1", {"start": start}, *(signers or (EVALUATOR, ROOT)), at=at)

    def stop(self, start: Any, by: Signer = ROOT) -> int:
        return self.at("key.recovery-stopped/1", {"reason": "found again", "start": start}, by)

    def enrol(self, key: Signer, role: str, by: Signer = ROOT) -> int:
        return self.at("key.added/1", {"role": role, "vkey": key.vkey}, by)

    def limit(self, key: Signer, *types: str) -> int:
        return self.at("key.limited/1", {"not_for": list(types), "vkey": key.vkey}, ROOT)

    def log_key(self, key: Signer, at: str = "") -> int:
        return self.at("log-key.added/1", {"vkey": key.vkey}, at=at)

    def retire(self, key: Signer, at: str = "", **reason: Any) -> int:
        return self.at("log-key.retired/1", {"vkey": key.vkey} | reason, at=at)

    def plan(self, by: Signer) -> int:
        return planned(self, by=by)


def begun() -> Log:
    log = Log([LOG, LOG_PQ])
    log.begin()
    log.enrol(ADMIN, "key-admin")
    log.enrol(PROVIDER, "provider")
    assert len(log.entries) == FIRST
    return log


Story = Callable[[Log], object]
GOOD = ("", "")

CASES: dict[str, tuple[Story, str, str]] = {
    # Rotation
    "the holder and another head let a new key take the place of the old": (
        lambda log: (log.rotate(OFFICER, NEW), log.plan(NEW)), *GOOD,
    ),
    "what was prepared before a rotation is prepared again": (
        lambda log: (log.rotate(OFFICER, NEW), log.plan(OFFICER)), "was replaced", "was replaced by entry 8",
    ),
    "a new key has the roles of the old": (
        lambda log: (log.rotate(ADMIN, NEW_ADMIN, ADMIN, ROOT), log.revoke(OFFICER, by=NEW_ADMIN)), *GOOD,
    ),
    "a new key has the limits of the old": (
        lambda log: (log.limit(OFFICER, "procurement.planned/1"), log.rotate(OFFICER, NEW), log.plan(NEW)),
        "may not sign procurement.planned/1", "may not sign procurement.planned/1 since entry 9",
    ),
    "a new key has no more roles than the old": (
        lambda log: (log.rotate(OFFICER, NEW), log.revoke(EVALUATOR, by=NEW)), "only a key with role root", "without the role",
    ),
    "nobody rotates a key alone": (lambda log: log.rotate(OFFICER, NEW, OFFICER), "two signatures", "without a second"),
    "no head rotates a key without its holder": (
        lambda log: log.rotate(OFFICER, NEW, ADMIN, ROOT), "two signatures", "expected the key that signs first",
    ),
    "no head rotates a key alone": (lambda log: log.rotate(OFFICER, NEW, ADMIN), "two signatures", "signs first"),
    "whoever has no role over keys does not admit a new one": (
        lambda log: log.rotate(OFFICER, NEW, OFFICER, EVALUATOR), "only a key with role root", "without a second signature",
    ),
    "a head does not admit its own new key": (
        lambda log: log.rotate(ROOT, NEW_ROOT, ROOT), "two signatures", "without a second signature",
    ),
    "a third signature under a rotation is refused": (
        lambda log: log.rotate(OFFICER, NEW, OFFICER, ADMIN, ROOT), "two signatures", "without a second signature",
    ),
    "a key is not rotated to itself": (lambda log: log.rotate(OFFICER, OFFICER), "was in use before", "was in use before"),
    "a new key has the name of the old": (
        lambda log: log.rotate(OFFICER, Signer("council.example/officer/beef", 30)), "name of the old", "as the old",
    ),
    "the public key of somebody else does not come by rotation": (
        lambda log: log.rotate(OFFICER, Signer(OFFICER.name, 3)), "one name and one use", "already in use as",
    ),
    "a revoked key is not rotated": (
        lambda log: (log.revoke(OFFICER), log.rotate(OFFICER, NEW)), "was revoked at entry 8", "was revoked by entry 8",
    ),
    "a key is rotated once": (
        lambda log: (log.rotate(OFFICER, NEW), log.rotate(OFFICER, OTHER)), "was replaced", "was replaced by entry 8",
    ),
    "a key that nobody knows is not rotated": (lambda log: log.rotate(NEW, OTHER), "not registered", "not in the key register"),
    "a key's place is taken again and again": (
        lambda log: (log.rotate(OFFICER, NEW), log.rotate(NEW, OTHER), log.plan(OTHER)), *GOOD,
    ),
    # Names
    "a person's name is not given to a second key by enrolment": (
        lambda log: log.enrol(NEW, "officer"), "takes its place by rotation or recovery", "a further one comes",
    ),
    "nor when the first was revoked": (
        lambda log: (log.revoke(OFFICER), log.enrol(NEW, "officer")), "rotation or recovery", "a further one comes",
    ),
    "a service is given a new key once the old has ended": (
        lambda log: (log.revoke(RECEIVER), log.enrol(NEW_RECEIVER, "receiver")), *GOOD,
    ),
    "a service has one key at a time": (
        lambda log: log.enrol(NEW_RECEIVER, "receiver"), "has a key in use already", "has a key in use already",
    ),
    # Revocation
    "everybody revokes their own key": (lambda log: log.revoke(OFFICER, by=OFFICER), *GOOD),
    "nobody but a head revokes another's": (
        lambda log: log.revoke(OFFICER, by=EVALUATOR), "only a key with role root", "without the role root or key-admin",
    ),
    "a key is revoked once": (
        lambda log: (log.revoke(OFFICER), log.revoke(OFFICER)), "was revoked before", "not a key in use now",
    ),
    "a key that was revoked by its holder signs nothing": (
        lambda log: (log.revoke(OFFICER, by=OFFICER), log.plan(OFFICER)), "was revoked at entry 8", "was revoked by entry 8",
    ),
    # A stolen key
    "a stolen key signs nothing more": (
        lambda log: (log.contest(OFFICER, 0, 7), log.plan(OFFICER)), "was reported stolen", "was reported stolen by entry 8",
    ),
    "the theft of a key that has ended is reported too": (
        lambda log: (log.rotate(OFFICER, NEW), log.contest(OFFICER, 3, 7), log.plan(NEW)), *GOOD,
    ),
    "it is reported again for other entries": (
        lambda log: (log.contest(OFFICER, 3, 5), log.contest(OFFICER, 6, 8, by=ADMIN)), *GOOD,
    ),
    "only a head reports a key": (
        lambda log: log.contest(OFFICER, 0, 7, by=EVALUATOR), "only a key with role root", "without the role",
    ),
    "no head reports its own key with that very key": (
        lambda log: log.contest(ADMIN, 0, 7, by=ADMIN), "with that very key", "with that very key",
    ),
    "the last contested entry is not before the first": (
        lambda log: log.contest(OFFICER, 5, 4), "the first comes before the last", "expected some below 8",
    ),
    "no entry is contested that is not there": (
        lambda log: log.contest(OFFICER, 5, 8), "before the entry that says so", "expected some below 8",
    ),
    "an index is a whole number from 0": (
        lambda log: log.contest(OFFICER, -1, 5), "this is no key.compromised/1", "expected some below 8",
    ),
    "a key that nobody knows is not reported": (
        lambda log: log.contest(NEW, 0, 7), "is not registered", "not a key in use now",
    ),
    # Recovery
    "two others recover a lost key a day later": (
        lambda log: (log.start(OFFICER, NEW), log.recover(8), log.plan(NEW)), *GOOD,
    ),
    "the lost key signs until then": (lambda log: (log.start(OFFICER, NEW), log.plan(OFFICER)), *GOOD),
    "and nothing after": (
        lambda log: (log.start(OFFICER, NEW), log.recover(8), log.plan(OFFICER)), "was replaced", "was replaced by entry 9",
    ),
    "the new key signs nothing before": (
        lambda log: (log.start(OFFICER, NEW), log.plan(NEW)), "not registered", "not in the key register",
    ),
    "a key that was revoked as lost is recovered": (
        lambda log: (log.start(OFFICER, NEW), log.revoke(OFFICER, "stolen"), log.recover(8), log.plan(NEW)), *GOOD,
    ),
    "a key that was reported stolen is recovered": (
        lambda log: (log.contest(OFFICER, 2, 3), log.start(OFFICER, NEW, at=DAY), log.recover(9, at="2026-11-24T04:00:08.000Z")),
        *GOOD,
    ),
    "the root's key is recovered as everybody's": (
        lambda log: (
            log.start(ROOT, NEW_ROOT, EVALUATOR, OFFICER), log.recover(8, EVALUATOR, OFFICER), log.revoke(ADMIN, by=NEW_ROOT),
        ), *GOOD,
    ),
    "a recovery does not end too soon": (
        lambda log: (log.start(OFFICER, NEW), log.recover(8, at=TOO_SOON)), "24 hours later at the earliest", "at least 24 hours",
    ),
    "nor when the clock was set back": (
        lambda log: (log.start(OFFICER, NEW), log.recover(8, at="2025-11-22T04:00:08.000Z")), "24 hours later", "at least 24 hours",
    ),
    "one person does not start a recovery alone": (
        lambda log: log.start(OFFICER, NEW, ADMIN), "two other persons", "expected two other persons",
    ),
    "nor end it": (
        lambda log: (log.start(OFFICER, NEW), log.recover(8, ADMIN)), "two other persons", "expected two other persons",
    ),
    "nobody recovers their own key": (
        lambda log: log.start(OFFICER, NEW, OFFICER, ADMIN), "two other persons", "expected two other persons",
    ),
    "the register's own services recover nobody's key": (
        lambda log: log.start(OFFICER, NEW, ADMIN, RECEIVER), "two other persons", "expected two other persons",
    ),
    "a provider recovers nobody's key": (
        lambda log: log.start(OFFICER, NEW, ADMIN, PROVIDER), "two other persons", "expected two other persons",
    ),
    "three are not two": (
        lambda log: log.start(OFFICER, NEW, ADMIN, EVALUATOR, ROOT), "two other persons", "expected two other persons",
    ),
    "a second recovery of one name waits for the first": (
        lambda log: (log.start(OFFICER, NEW), log.start(OFFICER, OTHER)), "under way since entry 8", "is under way",
    ),
    "two names are recovered at once": (
        lambda log: (log.start(OFFICER, NEW), log.start(ADMIN, NEW_ADMIN, EVALUATOR, ROOT)), *GOOD,
    ),
    "the holder's old key stops a recovery": (
        lambda log: (log.start(OFFICER, NEW), log.stop(8, OFFICER), log.plan(OFFICER)), *GOOD,
    ),
    "a head stops a recovery": (lambda log: (log.start(OFFICER, NEW), log.stop(8, ADMIN)), *GOOD),
    "nobody else stops it": (
        lambda log: (log.start(OFFICER, NEW), log.stop(8, EVALUATOR)), "only a key with role root", "without the role",
    ),
    "whoever found a lost key that was revoked does not stop its recovery": (
        lambda log: (log.revoke(OFFICER), log.start(OFFICER, NEW), log.stop(9, OFFICER)), "was revoked", "was revoked by entry 8",
    ),
    "a recovery that was stopped has no end": (
        lambda log: (log.start(OFFICER, NEW), log.stop(8), log.recover(8)), "was over at entry 9", "stopped by entry 9",
    ),
    "a recovery ends once": (
        lambda log: (log.start(OFFICER, NEW), log.recover(8), log.recover(8)), "was over at entry 9", "ended by entry 9",
    ),
    "a recovery that came to its end is not stopped": (
        lambda log: (log.start(OFFICER, NEW), log.recover(8), log.stop(8)), "was over at entry 9", "ended by entry 9",
    ),
    "after a stop the same recovery may begin again": (
        lambda log: (log.start(OFFICER, NEW), log.stop(8), log.start(OFFICER, NEW)), *GOOD,
    ),
    "a recovery that nobody started has no end": (
        lambda log: log.recover(5), "began no recovery", "no recovery under way",
    ),
    "a recovery beyond the log has no end": (lambda log: log.recover(99), "began no recovery", "no recovery under way"),
    "the start is an index": (lambda log: log.recover("8"), "this is no key.recovered/1", "no recovery under way"),
    "a key with a successor is not recovered": (
        lambda log: (log.rotate(OFFICER, NEW), log.start(OFFICER, OTHER)), "has a successor", "has a successor",
    ),
    "a key that is rotated while it is being recovered is not recovered": (
        lambda log: (log.start(OFFICER, NEW), log.rotate(OFFICER, OTHER), log.recover(8)), "has a successor", "has a successor",
    ),
    "a key of somebody who left is not recovered": (
        lambda log: (log.revoke(OFFICER, "left"), log.start(OFFICER, NEW)), "not as lost or stolen", "not as lost or stolen",
    ),
    "nor when they leave while it is being recovered": (
        lambda log: (log.start(OFFICER, NEW), log.revoke(OFFICER, "left"), log.recover(8)),
        "not as lost or stolen", "not as lost or stolen",
    ),
    "a key that nobody knows is not recovered": (lambda log: log.start(NEW, OTHER), "not registered", "no key of the register"),
    "the new key of a recovery has the name of the lost one": (
        lambda log: log.start(OFFICER, Signer("council.example/officer/beef", 30)), "name of the old", "as the old",
    ),
    "nobody else gets the key of a recovery that has begun": (
        lambda log: (log.start(OFFICER, NEW), log.enrol(Signer("council.example/officer/beef", 22), "officer")),
        "one name and one use", "already in use as",
    ),
    # Keys of the log
    "a key of the log retires thirty days after its successor came": (
        lambda log: (log.log_key(NEW_LOG), log.retire(LOG, at=MONTH)), *GOOD,
    ),
    "and not a moment before": (
        lambda log: (log.log_key(NEW_LOG), log.retire(LOG, at=MONTH_TOO_SOON)), "for 30 days", "at least 30 days",
    ),
    "a stolen key of the log retires at once": (
        lambda log: (log.log_key(NEW_LOG), log.retire(LOG, reason="compromised")), *GOOD,
    ),
    "for no other reason": (
        lambda log: (log.log_key(NEW_LOG), log.retire(LOG, reason="tired")), "this is no log-key.retired/1", "expected compromised",
    ),
    "the last key of its kind stays": (lambda log: log.retire(LOG, reason="compromised"), "the only one of its kind", "no other of its"),
    "another kind is no successor": (
        lambda log: (log.log_key(NEW_LOG_PQ), log.retire(LOG, at=MONTH)), "the only one of its kind", "no other of its type",
    ),
    "a successor that retired is none": (
        lambda log: (log.log_key(NEW_LOG), log.retire(NEW_LOG, reason="compromised"), log.retire(LOG, at=MONTH)),
        "the only one of its kind", "no other of its type",
    ),
    "only a head changes the keys of the log": (
        lambda log: log.at("log-key.added/1", {"vkey": NEW_LOG.vkey}, OFFICER), "only a key with role root", "without the role",
    ),
}  # fmt: skip


def engine(log: Log) -> tuple[int, str]:
    """The entry at which the register stops, and what it says."""
    register = KeyRegister()
    for index, raw in enumerate(log.entries):
        one = entry.parse(raw)
        try:
            register.check_signers(one, index)
            register.apply(index, one.leaf, one.envelope)
        except FairplaceError as error:
            return index, str(error)
    for index, raw in enumerate(log.entries):  # and once more, by the register that knows the whole log
        register.check_signers(entry.parse(raw), index)
    return len(log.entries), ""


def checker(log: Log) -> tuple[int, str]:
    signers = [signer for signer in (LOG, NEW_LOG, LOG_PQ) if signer in log.active]
    false: Falsehood | None = verify_register(log.publish(signers=signers).files(), [LOG.vkey, NEW_LOG.vkey]).false
    if false is None:
        return len(log.entries), ""
    return (-1 if false.entry is None else false.entry), str(false)


@pytest.mark.parametrize("sentence", CASES)
def test_register_and_checker_judge_alike(sentence: str) -> None:
    story, refusal, falsehood = CASES[sentence]
    log = begun()
    story(log)
    end = len(log.entries) if not refusal else len(log.entries) - 1
    for judge, says in ((engine, refusal), (checker, falsehood)):
        stopped, said = judge(log)
        assert (stopped, says in said if says else said) == (end, True if says else ""), said


def test_every_type_of_register_event_is_judged_in_the_table() -> None:
    log = begun()
    for story, *_ in CASES.values():
        story(log)
    kinds = {event["type"] for event in log.events if event["stream"] == log.events[0]["stream"]}
    assert kinds >= {"key.rotated/1", "key.compromised/1", "key.recovery-started/1", "key.recovery-stopped/1"}
    assert kinds >= {"key.recovered/1", "key.revoked/1", "log-key.added/1", "log-key.retired/1"}
