"""The keys of a log, as its register has them: what each event changes, or why it cannot.

- A name has one key in use. The next key of a person's name takes the place of the one before; only a service, whose
  keys the register itself holds, is given a new one by enrolment.
- What has ended never comes back. What a key signed stays, contested or not.
- Two waits are told by the `at` that was signed: a day for a recovery, thirty days for a key of the log.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from fairplace.errors import Refused
from fairplace.ledger.note import ED25519, MLDSA44, SIGNS_EVENTS, Vkey

ROOT, KEY_ADMIN = "root", "key-admin"

RECOVERY_WAIT = timedelta(hours=24)
LOG_KEY_OVERLAP = timedelta(days=30)

KeyRef = tuple[str, bytes]
"""The name and key id of a signature line: together they name one key."""

Ended = Literal["", "revoked", "lost", "compromised", "replaced"]
"""How a key ended. After `lost` (revoked as lost or stolen) and `compromised` its holder may recover it."""


class Contested(msgspec.Struct, frozen=True):
    """Signatures on the entries `first` to `last` are contested, since the entry `said`."""

    said: int
    first: int
    last: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the register says of one key that signs events; every fact with the index at which it was said.

    `revoked`: since when it may sign nothing, however it ended.
    """

    vkey: Vkey
    roles: tuple[tuple[int, str], ...]
    limits: tuple[tuple[int, frozenset[str]], ...] = ()
    revoked: int | None = None
    ended: Ended = ""
    replaces: Vkey | None = None
    contested: tuple[Contested, ...] = ()

    @property
    def added(self) -> int:
        return self.roles[0][0]


class LogKey(msgspec.Struct, frozen=True, kw_only=True):
    vkey: Vkey
    added: int
    at: str = ""
    retired: int | None = None


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """A lost key and the one that is to take its place. `over`: the index at which it was stopped or came to its end."""

    start: int
    at: str
    replaces: Vkey
    vkey: Vkey
    over: int | None = None


class KeyTable(msgspec.Struct, kw_only=True):
    """All keys. Each method that changes it raises Refused, and changes nothing, when the change does not fit."""

    log: str = ""
    keys: dict[KeyRef, Standing] = {}
    refs: dict[str, tuple[KeyRef, ...]] = {}
    log_keys: dict[KeyRef, LogKey] = {}
    owners: dict[bytes, Vkey] = {}
    recoveries: dict[int, Recovery] = {}

    def copy(self) -> KeyTable:
        """A table of its own; what stands in it never changes, only which of it does."""
        return KeyTable(
            log=self.log,
            keys=dict(self.keys),
            refs=dict(self.refs),
            log_keys=dict(self.log_keys),
            owners=dict(self.owners),
            recoveries=dict(self.recoveries),
        )

    def newest(self, name: str) -> Standing | None:
        """The key of this name that came last."""
        found = self.refs.get(name)
        return self.keys[found[-1]] if found else None

    def under_way(self, name: str) -> Recovery | None:
        """The recovery of this name that neither was stopped nor came to its end."""
        return next((one for one in self.recoveries.values() if one.over is None and one.vkey.name == name), None)

    # Keys that sign events

    def add(self, index: int, text: str, role: str) -> None:
        vkey = event_key(text, self.log)
        standing = self.keys.get(ref(vkey))
        if standing is None or standing.vkey != vkey:
            self._check_free(vkey)
            self._check_enrolment(vkey)
            self._bring(Standing(vkey=vkey, roles=((index, role),)))
        elif standing.revoked is not None:
            raise Refused(f"the key of {vkey.name} {how(standing)} at entry {standing.revoked}; add a new key")
        else:
            self._put(msgspec.structs.replace(standing, roles=(*standing.roles, (index, role))))

    def _check_enrolment(self, vkey: Vkey) -> None:
        newest = self.newest(vkey.name)
        if newest is None:
            return
        if not is_service(vkey.name):
            raise Refused(
                f"{vkey.name} has the key {newest.vkey.text} already; a person's next key takes its place by rotation or"
                " recovery",
                code="name-taken",
            )
        if newest.revoked is None:
            raise Refused(f"{vkey.name} has a key in use already, {newest.vkey.text}; revoke it first", code="in-use")

    def limit(self, index: int, text: str, types: frozenset[str]) -> None:
        standing = self.live(Vkey.parse(text))
        self._put(msgspec.structs.replace(standing, limits=(*standing.limits, (index, types))))

    def revoke(self, index: int, text: str, reason: str) -> None:
        how: Ended = "lost" if reason in ("lost", "stolen") else "revoked"
        self._put(msgspec.structs.replace(self.live(Vkey.parse(text)), revoked=index, ended=how))

    def rotate(self, index: int, text: str, replaces: str) -> None:
        old = self.live(Vkey.parse(replaces))
        self._succeed(index, old, self._successor(text, old))

    def contest(self, index: int, text: str, first: int, last: int) -> None:
        standing = self.known(Vkey.parse(text))
        if not first <= last < index:
            raise Refused(
                f"signatures on entries {first} to {last} came as contested at entry {index}; the first comes before the"
                " last, and both before the entry that says so",
                code="interval",
            )
        contested = (*standing.contested, Contested(index, first, last))
        standing = msgspec.structs.replace(standing, contested=contested)
        if standing.revoked is None:
            standing = msgspec.structs.replace(standing, revoked=index, ended="compromised")
        self._put(standing)

    # Recovery

    def start_recovery(self, index: int, at: str, text: str, replaces: str) -> None:
        lost = self.known(Vkey.parse(replaces))
        self._check_lost(lost)
        if running := self.under_way(lost.vkey.name):
            raise Refused(
                f"a recovery of {lost.vkey.name} is under way since entry {running.start}; stop it before another begins",
                code="recovery",
            )
        vkey = self._successor(text, lost)
        self.owners[vkey.bare] = vkey
        self.recoveries[index] = Recovery(start=index, at=at, replaces=lost.vkey, vkey=vkey)

    def stop_recovery(self, index: int, start: int) -> None:
        self.recoveries[start] = msgspec.structs.replace(self.running(start), over=index)

    def recover(self, index: int, at: str, start: int) -> None:
        recovery = self.running(start)
        lost = self.known(recovery.replaces)
        self._check_lost(lost)
        if (due := moment(recovery.at) + RECOVERY_WAIT) > moment(at):
            raise Refused(
                f"the recovery of {lost.vkey.name} began at {recovery.at}; it ends 24 hours later at the earliest, at"
                f" {due:%Y-%m-%dT%H:%M:%SZ}, and {at} came",
                code="too-soon",
            )
        self._succeed(index, lost, recovery.vkey)
        self.recoveries[start] = msgspec.structs.replace(recovery, over=index)

    def running(self, start: int) -> Recovery:
        recovery = self.recoveries.get(start)
        if recovery is None:
            raise Refused(
                f"entry {start} began no recovery; 'key list' shows those that are under way", code="recovery"
            )
        if recovery.over is not None:
            raise Refused(f"the recovery that entry {start} began was over at entry {recovery.over}", code="recovery")
        return recovery

    def _check_lost(self, lost: Standing) -> None:
        newest = self.newest(lost.vkey.name)
        if newest is not None and newest.vkey != lost.vkey:
            raise Refused(f"the key {lost.vkey.text} has a successor, {newest.vkey.text}; recover that one")
        if lost.ended not in ("", "lost", "compromised"):
            raise Refused(
                f"the key of {lost.vkey.name} was revoked at entry {lost.revoked}, and not as lost or stolen;"
                " it cannot be recovered",
                code="key-revoked",
            )

    def _successor(self, text: str, old: Standing) -> Vkey:
        vkey = event_key(text, self.log)
        if vkey.name != old.vkey.name:
            raise Refused(
                f"the new key is named {vkey.name}; it must have the name of the old, {old.vkey.name}", code="key-name"
            )
        if vkey == old.vkey or ref(vkey) in self.keys:
            raise Refused(f"the key {vkey.text} was in use before; make a new key", code="same-key")
        self._check_free(vkey)
        return vkey

    def _succeed(self, index: int, old: Standing, vkey: Vkey) -> None:
        """The new key has the roles and limits of the old, which ends here if it did not before."""
        if old.revoked is None:
            self._put(msgspec.structs.replace(old, revoked=index, ended="replaced"))
        roles = tuple((index, role) for role in dict.fromkeys(role for _, role in old.roles))
        limits = tuple((index, types) for _, types in old.limits)
        self._bring(Standing(vkey=vkey, roles=roles, limits=limits, replaces=old.vkey))

    # Keys of the log

    def add_log_key(self, index: int, at: str, text: str) -> None:
        vkey = self._log_vkey(text)
        if ref(vkey) in self.log_keys:
            raise Refused(f"the log key {vkey.text} was added before")
        self._check_free(vkey)
        self.owners[vkey.bare] = vkey
        self.log_keys[ref(vkey)] = LogKey(vkey=vkey, added=index, at=at)

    def retire_log_key(self, index: int, at: str, text: str, *, stolen: bool) -> None:
        vkey = self._log_vkey(text)
        known = self.log_keys.get(ref(vkey))
        if known is None or known.vkey != vkey or known.retired is not None:
            raise Refused(f"the log key {vkey.text} is not in use: it cannot be retired")
        others = [
            one for one in self.log_keys.values() if one.retired is None and one is not known and one.vkey.kind == vkey.kind
        ]  # fmt: skip
        if not others:
            raise Refused(
                f"the log key {vkey.text} is the only one of its kind in use; add another first", code="last-key"
            )
        due = min(moment(one.at) for one in others) + LOG_KEY_OVERLAP
        if not stolen and due > moment(at):
            raise Refused(
                f"the log key {vkey.text} signs beside its successor for 30 days, until {due:%Y-%m-%dT%H:%M:%SZ}; {at} came",
                code="too-soon",
            )
        self.log_keys[ref(vkey)] = msgspec.structs.replace(known, retired=index)

    def _log_vkey(self, text: str) -> Vkey:
        vkey = Vkey.parse(text)
        if vkey.name != self.log or vkey.kind not in (ED25519, MLDSA44):
            raise Refused(
                f"{vkey.name} of kind {vkey.kind:#04x} came as a log key; it must be {self.log}, 0x01 or 0x06"
            )
        return vkey

    # Within

    def known(self, vkey: Vkey) -> Standing:
        standing = self.keys.get(ref(vkey))
        if standing is None or standing.vkey != vkey:
            raise Refused(f"the key {vkey.text} is not registered", code="key")
        return standing

    def live(self, vkey: Vkey) -> Standing:
        standing = self.known(vkey)
        if standing.revoked is not None:
            raise Refused(
                f"the key of {vkey.name} {how(standing)} before, at entry {standing.revoked}", code="key-revoked"
            )
        return standing

    def _check_free(self, vkey: Vkey) -> None:
        """One public key, one name, one kind, one use: no actor has the log's name."""
        owner = self.owners.get(vkey.bare)
        if owner is not None and owner != vkey:
            raise Refused(
                f"the public key of {vkey.text} is registered as {owner.text}; a key has one name and one use"
            )
        taken = self.keys.get(ref(vkey)) or self.log_keys.get(ref(vkey))
        if taken is not None and taken.vkey != vkey:
            raise Refused(f"another key of {vkey.name} has the key id {vkey.key_id.hex()}; make a new key")

    def _bring(self, standing: Standing) -> None:
        vkey = standing.vkey
        self.owners[vkey.bare] = vkey
        self.refs[vkey.name] = (*self.refs.get(vkey.name, ()), ref(vkey))
        self._put(standing)

    def _put(self, standing: Standing) -> None:
        self.keys[ref(standing.vkey)] = standing


def ref(vkey: Vkey) -> KeyRef:
    return vkey.name, vkey.key_id


def event_key(text: str, log: str) -> Vkey:
    """A key that may sign events. Raises Refused when it is of another kind, or has the log's name."""
    vkey = Vkey.parse(text)
    if vkey.kind not in SIGNS_EVENTS or vkey.name == log:
        raise Refused(
            f"{vkey.name} of kind {vkey.kind:#04x} came to sign events; that takes 0x01 or 0xff, and a name of its own"
        )
    return vkey


def is_person(name: str) -> bool:
    """Does a key of this name speak for somebody of the authority, and not for a provider or a service?"""
    return name.split("/")[-2:-1] == ["officer"] or name.rsplit("/", maxsplit=1)[-1] == "root"


def is_service(name: str) -> bool:
    return name.split("/")[-2:-1] == ["service"]


def moment(at: str) -> datetime:
    return datetime.fromisoformat(at)


def how(standing: Standing) -> str:
    """How a key ended, as a sentence about it goes on."""
    return {"compromised": "was reported stolen", "replaced": "was replaced"}.get(standing.ended, "was revoked")
