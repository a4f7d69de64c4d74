"""What is done about the keys of an open register: rotated, reported stolen, recovered by two others.

- Nobody's key changes by one person's word: who signs first and second is the register's to judge, and that they are two
  people is judged here, by the holders' names that enrolment sealed.
- The waits are told by the `at` of entries; the store stamps none while the clock is behind what it holds.
"""

from __future__ import annotations

from typing import NamedTuple

from fairplace import enrolling
from fairplace.begun import sweep
from fairplace.errors import Refused
from fairplace.holders import names_of
from fairplace.ledger.entry import HEADER, Envelope, parsed, read_envelope
from fairplace.ledger.note import Signer, Vkey
from fairplace.ledger.register import KeyRegister, Recovery, Standing
from fairplace.on_disk import Register, seed_of, signed_by
from fairplace.people.roles import TABLE
from fairplace.prepared import Appended, Prepared
from fairplace.signer import seeds
from fairplace.sources import SYSTEM
from fairplace.terms import KeyName


class Stolen(NamedTuple):
    """What was recorded of a stolen key: the reports, and the register's own entries that it signed meanwhile."""

    reports: list[Appended]
    contested: list[int]
    of_register: list[int]


class Keeping:
    """Acts on the keys of one register."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def rotate(self, old: Signer, vkey: str, admin: Signer) -> Appended:
        """The key `vkey` takes the place of `old`, which signs first; `admin`, another person, signs second."""
        self.check_rotation(old, admin)
        return self._signed_by(self.prepare_rotation(vkey, old.vkey), old, admin)

    def prepare_rotation(self, vkey: str, old: Vkey, key: str | None = None) -> Prepared:
        """What the key `old` signs first, so that `vkey` takes its place; `key` is the idempotency key."""
        return self._prepare(
            "key.rotated/1",
            {"replaces": old.text, "vkey": Vkey.parse(vkey).text},
            old.name,
            f"Let a new key of {old.name}, {_kind(vkey)}, take the place of the old",
            key,
        )

    def check_rotation(self, old: Signer, admin: Signer) -> None:
        """May these two rotate the first one's key? Raises Refused when not."""
        known = self._keys().standing(old.vkey.name, old.vkey.key_id)
        if known is None or known.revoked is not None:
            raise Refused(
                f"the key {old.vkey.text} is not in use; a lost or stolen one is recovered by two others",
                code="key-revoked",
            )
        self.check_two_people(old.vkey.name, admin.vkey.name)

    def prepare_revocation(self, vkey: str, reason: str, by: KeyName, key: str | None = None) -> Prepared:
        """What one person signs so that a key signs nothing more: a head, or its holder. The reason is public."""
        named = Vkey.parse(vkey)
        enrolling.check_revocation(named, self._keys())
        return self._prepare(
            "key.revoked/1", {"reason": reason, "vkey": named.text}, by, f"Revoke the key {named.name}: {reason}", key
        )

    def renew_service(self, role: str, vkey: str, admin: Signer) -> None:
        """A service of the register's own goes on with a new key: by rotation, or anew when the old has ended."""
        old = self._register.service(role)
        standing = self._keys().standing(old.vkey.name, old.vkey.key_id)
        if standing is not None and standing.revoked is None:
            self.rotate(old, vkey, admin)
        else:
            settle_service(self._register, role)
            holder = f"{self._register.settings.authority}: {role}"
            self._register.enrol(vkey, role, holder=holder, provider=None, admin=admin)

    def stolen(self, vkey: Vkey, first: int, last: int | None, by: Signer) -> Stolen:
        """The key was stolen: what it signed on the entries `first` to `last` is contested.

        Null: to the newest, or to the last before the key ended; that it handed on its place is not in doubt.
        """
        size = self._register.reader.size
        end, ended = self._interval(vkey, first, last)
        reports = [self._contest(vkey, first, end, by)]
        # Whoever has the key may have signed between the question and the answer.
        since = reports[0].index - 1
        if last is None and ended is None and since >= size and self._signed(vkey, size, since + 1):
            reports.append(self._contest(vkey, size, since, by))
        contested = sorted(
            {index for one in reports for index in self._register.reader.contested(one.index, one.index + 1)}
        )
        register = self._keys().stream
        return Stolen(reports, contested, [i for i in contested if self._entry(i).stream == register])

    def prepare_stolen(self, vkey: Vkey, first: int, last: int | None, by: KeyName, key: str | None = None) -> Prepared:
        """What one person signs so that the signatures of a stolen key are contested: as `stolen`, by one report.

        What the key signs until the report stands is told by `left_open`, and takes another.
        """
        end, _ = self._interval(vkey, first, last)
        kind, body = "key.compromised/1", {"from": first, "until": end, "vkey": vkey.text}
        return self._prepare(kind, dict(body), by, _reported(vkey, first, end), key)

    def left_open(self, report: int) -> list[int]:
        """What the key signed behind the last entry of this report, up to the report, and that nothing contests.

        A report takes time to be read and signed, and whoever has the key goes on meanwhile.
        """
        event = self._entry(report)
        if event.type != "key.compromised/1":
            return []
        vkey, register = Vkey.parse(event.body["vkey"]), self._keys()
        return [
            stored.index
            for stored in self._register.store.entries(self._register.origin, event.body["until"] + 1, report)
            for lines in (parsed(stored.raw).lines,)
            if any(line[:2] == (vkey.name, vkey.key_id) for line in lines)
            and vkey.name not in register.contested(stored.index, lines)
        ]

    def _interval(self, vkey: Vkey, first: int, last: int | None) -> tuple[int, int | None]:
        """The last entry that is contested, and where the key ended. Raises Refused for what cannot be meant."""
        enrolling.check_revocation(vkey, self._keys())
        size = self._register.reader.size
        known = self._keys().standing(vkey.name, vkey.key_id)
        ended = known.revoked if known is not None else None
        end = last if last is not None else size - 1 if ended is None else ended - 1
        if not first <= end < size:
            raise Refused(
                f"entries {first} to {end} came; the key may have signed some of 0 to {size - 1}, the first before the last",
                code="interval",
            )
        return end, ended

    def start_recovery(self, vkey: str, first: Signer, second: Signer) -> Appended:
        """Two people say that whoever has this name lost their key; `vkey` is to take its place a day later."""
        self.check_recoverers(Vkey.parse(vkey).name, first.vkey.name, second.vkey.name)
        return self._signed_by(self.prepare_recovery(vkey, first.vkey.name), first, second)

    def prepare_recovery(self, vkey: str, by: KeyName, key: str | None = None) -> Prepared:
        """What the first of two signs so that a recovery begins."""
        new = Vkey.parse(vkey)
        return self._prepare(
            "key.recovery-started/1",
            {"replaces": self.newest(new.name).vkey.text, "vkey": new.text},
            by,
            f"Begin to replace the lost key of {new.name} by {_kind(vkey)}",
            key,
        )

    def stop_recovery(self, name: str, reason: str, by: Signer) -> Appended:
        return self._signed_by(self.prepare_stop(name, reason, by.vkey.name), by)

    def prepare_stop(self, name: str, reason: str, by: KeyName, key: str | None = None) -> Prepared:
        """What one person signs so that a recovery comes to nothing. The reason is public."""
        return self._prepare(
            "key.recovery-stopped/1",
            {"reason": reason, "start": self.under_way(name).start},
            by,
            f"Stop the recovery of the key of {name}",
            key,
        )

    def finish_recovery(self, name: str, first: Signer, second: Signer) -> Appended:
        """A day is over and nobody stopped it: the new key takes the place of the lost one."""
        self.check_recoverers(name, first.vkey.name, second.vkey.name)
        return self._signed_by(self.prepare_finish(name, first.vkey.name), first, second)

    def prepare_finish(self, name: str, by: KeyName, key: str | None = None) -> Prepared:
        """What the first of two signs so that a recovery comes to its end."""
        return self._prepare(
            "key.recovered/1",
            {"start": self.under_way(name).start},
            by,
            f"Let the new key of {name} take the place of the lost one",
            key,
        )

    # Looking up

    def newest(self, name: str) -> Standing:
        """The key of this name that came last. Raises Refused when there is none."""
        found = [one for one in self._keys().standings() if one.vkey.name == name]
        if not found:
            raise Refused(f"no key of {name[:200]} is registered; 'fairplace key list' shows who may sign", code="key")
        return found[-1]

    def under_way(self, name: str) -> Recovery:
        """The recovery of this name. Raises Refused when there is none."""
        for one in self._keys().recoveries():
            if one.vkey.name == name and one.over is None:
                return one
        raise Refused(
            f"no recovery of {name[:200]} is under way; 'fairplace key list' shows those that are", code="recovery"
        )

    # Within

    def _keys(self) -> KeyRegister:
        return self._register.reader.register()

    def _entry(self, index: int) -> Envelope:
        return self._register.reader.entry(index).envelope

    def _prepare(
        self, kind: str, body: dict[str, object], by: KeyName, statement: str, key: str | None = None
    ) -> Prepared:
        prepared = self._register.prepare_key_event(
            kind, body, by, statement=statement, key=key, second=TABLE[kind].second
        )
        self._rehearse(prepared)
        return prepared

    def _rehearse(self, prepared: Prepared) -> None:
        """Nobody signs what the key register would refuse: the second signature may be a journey away."""
        envelope = read_envelope(prepared.text[len(HEADER) : -1])
        after = self._keys().copy()
        if envelope.prev == after.head_leaf:  # else somebody wrote meanwhile, and it is prepared again
            after.apply(self._register.reader.size, "", envelope)

    def _signed_by(self, prepared: Prepared, *signers: Signer) -> Appended:
        return self._register.desk.append(prepared, signed_by(*signers)(prepared))

    def _contest(self, vkey: Vkey, first: int, last: int, by: Signer) -> Appended:
        return self._register.key_event(
            "key.compromised/1",
            {"from": first, "until": last, "vkey": vkey.text},
            by,
            statement=_reported(vkey, first, last),
        )

    def _signed(self, vkey: Vkey, start: int, stop: int) -> bool:
        ours = (vkey.name, vkey.key_id)
        return any(
            line[:2] == ours
            for stored in self._register.store.entries(self._register.origin, start, stop)
            for line in parsed(stored.raw).lines
        )

    def check_recoverers(self, name: KeyName, *recoverers: KeyName) -> None:
        """Raises Refused unless these are so many people, and none of them is the one who lost the key."""
        people = [*recoverers, name]
        for at, one in enumerate(people):
            for other in people[at + 1 :]:
                self.check_two_people(one, other)

    def check_two_people(self, one: KeyName, other: KeyName) -> None:
        """Raises Refused when the two names are one person's."""
        held = names_of(self._register.store, self._register.reader)
        if one == other:
            raise Refused(f"{one} came twice; this takes the signatures of two people", code="two-persons")
        if one in held and other in held and enrolling.folded(held[one]) == enrolling.folded(held[other]):
            raise Refused(
                f"{one} and {other} are keys of one person, {held[one]}; this takes the signatures of two people",
                code="two-persons",
            )


def _reported(vkey: Vkey, first: int, last: int) -> str:
    return f"Report the key {vkey.text} stolen: its signatures on entries {first} to {last} are contested"


def _kind(vkey: str) -> str:
    """A new key, as a statement says what it is."""
    passkey = Vkey.parse(vkey).passkey
    return f"a passkey that signs at {passkey.site}" if passkey else "one that a browser or a file keeps"


def next_service(register: Register, role: str) -> Signer:
    """The key that is to take the place of a service's; its seed is drawn the first time it is asked for."""
    name, secrets = f"{seed_of(role)}-next", register.folder / "secrets"
    if not (secrets / f"{name}.seed").exists():
        seeds.keep(secrets, name, SYSTEM.entropy(32))
    return Signer(f"{register.domain}/service/{role}", seeds.read(secrets, name))


def settle_service(register: Register, role: str) -> None:
    """From now on the service signs with its new key; the old seed is gone."""
    new, secrets = seed_of(role), register.folder / "secrets"
    if (secrets / f"{new}-next.seed").exists():
        sweep(secrets)
        (secrets / f"{new}-next.seed").replace(secrets / f"{new}.seed")
