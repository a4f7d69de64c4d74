"""The key register: who may sign what, judged by position in the log and never by a clock (wire format, section 5).

- One stream per log, begun by entry 0, which its root key signs. Who signs the later events is laid down per type: most
  take a head, a key with the role root or key-admin; no key takes the place of another by one person's word.
- A key may sign the entry at index i when it came at or before the register event that the entry's `keys` names, and no
  register event before i ended it or limited it from the entry's type, or limited it at all since `keys`.
- One public key has one name and one kind; a key that signs events is never a log key.
"""

from __future__ import annotations

from collections.abc import Iterable

from fairplace.errors import Malformed, Refused, Unproven
from fairplace.ledger import register_events as events
from fairplace.ledger.entry import Entry, Envelope
from fairplace.ledger.key_table import (
    KEY_ADMIN,
    ROOT,
    KeyRef,
    KeyTable,
    LogKey,
    Recovery,
    Standing,
    event_key,
    how,
    is_person,
    ref,
)
from fairplace.ledger.note import SignatureLine, Vkey, b64
from fairplace.ledger.register_events import OPENED, Earlier

__all__ = ["KEY_ADMIN", "ROOT", "TYPES", "KeyRef", "KeyRegister", "LogKey", "Recovery", "Standing"]

TYPES = frozenset(events.EVENTS)

_HEADS = frozenset((ROOT, KEY_ADMIN))


class KeyRegister:
    """The fold of the register's stream. Feed it every entry in order; only those of the register change it."""

    def __init__(self) -> None:
        self.stream = ""
        self.head_index = -1
        self.head_leaf = ""
        self.continues: Earlier | None = None
        self._n = 0
        self._index_of: dict[str, int] = {}
        self._losses: dict[int, events.LossDeclared] = {}
        self._table = KeyTable()

    @property
    def log(self) -> str:
        return self._table.log

    def copy(self) -> KeyRegister:
        """A register of its own, to try events on."""
        other = KeyRegister()
        other.__dict__ = self.__dict__ | {
            "_index_of": dict(self._index_of),
            "_losses": dict(self._losses),
            "_table": self._table.copy(),
        }
        return other

    # Looking up

    def standings(self) -> tuple[Standing, ...]:
        """Every key that signs events, in register order."""
        return tuple(self._table.keys.values())

    def standing(self, name: str, key_id: bytes) -> Standing | None:
        return self._table.keys.get((name, key_id))

    def log_keys(self, size: int | None = None) -> tuple[Vkey, ...]:
        """The log's own keys, added and not retired by the entries of a log of this size, in register order."""
        last = self.head_index if size is None else size - 1
        return tuple(
            key.vkey
            for key in self._table.log_keys.values()
            if key.added <= last and (key.retired is None or key.retired > last)
        )

    def log_key_history(self) -> tuple[LogKey, ...]:
        """Every log key there ever was, in register order: old checkpoints bear the lines of retired ones."""
        return tuple(self._table.log_keys.values())

    def all_log_keys(self) -> tuple[Vkey, ...]:
        return tuple(key.vkey for key in self.log_key_history())

    def recoveries(self) -> tuple[Recovery, ...]:
        """Every recovery that ever began, in register order; those under way have no `over`."""
        return tuple(self._table.recoveries.values())

    def losses(self) -> dict[int, events.LossDeclared]:
        """The losses that were declared, by the index of the entry that declares each."""
        return dict(self._losses)

    def roles_of(self, key_name: str, *, keys: str, index: int, key_id: bytes | None = None) -> frozenset[str]:
        """The roles of a name at an entry: of one of its keys, or of all that may still sign."""
        known = self._known(keys, index)
        return frozenset(
            role
            for named in self._table.refs.get(key_name, ())
            if key_id is None or named[1] == key_id
            for standing in (self._table.keys[named],)
            if standing.revoked is None or standing.revoked >= index
            for added, role in standing.roles
            if added <= known
        )

    def contested(self, index: int, lines: Iterable[SignatureLine], size: int | None = None) -> dict[str, int]:
        """Whose lines on entry `index` are contested at this size of the log: name to the entry that said so first."""
        found: dict[str, int] = {}
        for line in lines:
            standing = self._table.keys.get(line[:2])
            for one in standing.contested if standing is not None else ():
                if one.first <= index <= one.last and (size is None or one.said < size):
                    found[line.name] = min(one.said, found.get(line.name, one.said))
        return found

    def _known(self, keys: str, index: int) -> int:
        """The index of the register event that `keys` names."""
        known = self._index_of.get(keys)
        if known is None or known >= index:
            raise Unproven(f"entry {index} rests on the key register at {keys!r}, which is no earlier event of it")
        return known

    # Judging an entry

    def check_signers(self, entry: Entry, index: int) -> None:
        """May these keys sign this entry at this index, and did they? Raises Refused or Unproven when not."""
        for line, vkey in zip(entry.lines, self.signers(entry.envelope, entry.lines, index), strict=True):
            vkey.verify(entry.text, line.signature)

    def signers(self, envelope: Envelope, lines: tuple[SignatureLine, ...], index: int) -> list[Vkey]:
        """The keys behind the lines, when all may sign; the signatures themselves are not checked here."""
        if index == 0:
            return [self._opener(envelope, lines)]
        if envelope.log != self.log:
            raise Unproven(f"entry {index} was signed for the log {envelope.log}; this log is {self.log}")
        known = self._known(envelope.keys, index)
        vkeys = [self._signer(envelope.type, line, known, index) for line in lines]
        if envelope.type in TYPES:
            self._check_authority(envelope, lines, index)
        elif envelope.stream == self.stream:
            raise Refused(f"an event of type {envelope.type} came in the stream of the key register")
        return vkeys

    def _signer(self, kind: str, line: SignatureLine, known: int, index: int) -> Vkey:
        standing = self._table.keys.get(line[:2])
        if standing is None or standing.added >= index:
            raise Unproven(f"entry {index} has a signature by {line.name}+{line.key_id.hex()}, which is not registered")
        if standing.added > known:
            raise Unproven(
                f"entry {index} is signed by {line.name}, added at entry {standing.added};"
                f" its `keys` names the register at entry {known}"
            )
        if standing.revoked is not None and standing.revoked < index:
            raise Refused(f"the key of {line.name} {how(standing)} at entry {standing.revoked}", code="key-revoked")
        for at, types in standing.limits:
            if at < index and kind in types:
                raise Refused(f"the key of {line.name} may not sign {kind} since entry {at}", code="key-limited")
            if known < at < index:
                raise Refused(
                    f"the key of {line.name} was limited at entry {at}, after the register event at entry {known}"
                    f" that `keys` names; prepare entry {index} again",
                    code="key-limited",
                )
        return standing.vkey

    def _check_authority(self, envelope: Envelope, lines: tuple[SignatureLine, ...], index: int) -> None:
        """May these, who all may sign, make this change of the register?"""
        if envelope.type == OPENED:
            raise Refused(f"a second {OPENED} came at entry {index}; a log is opened once")
        if envelope.stream != self.stream:
            raise Refused(f"an event of type {envelope.type} came outside the stream of the key register")
        first = lines[0]
        match events.read(envelope.type, envelope.body):
            case events.KeyRotated(replaces=text):
                if _is_of(first, text) and len(lines) == 2 and lines[1].name != first.name:
                    self._check_head(lines[1], envelope, index)
                    return
                raise Refused(
                    f"{first.name} signs first of {len(lines)}; a key is rotated under two signatures, first its own, then"
                    " that of somebody else who is root or key-admin",
                    code="two-persons",
                )
            case events.RecoveryStarted(replaces=text):
                _check_recoverers(Vkey.parse(text).name, lines)
                return
            case events.KeyRecovered(start=start):
                _check_recoverers(self._recovery(start).vkey.name, lines)
                return
            case events.RecoveryStopped(start=start) if _is_of(first, self._recovery(start).replaces.text):
                return
            case events.KeyRevoked(vkey=text) if _is_of(first, text):
                return
            case events.KeyCompromised(vkey=text) if _is_of(first, text):
                raise Refused(
                    f"{first.name} reports its own key as stolen with that very key; revoke it, and have another report it",
                    code="two-persons",
                )
            case _:
                pass
        self._check_head(first, envelope, index)

    def _check_head(self, line: SignatureLine, envelope: Envelope, index: int) -> None:
        roles = self.roles_of(line.name, keys=envelope.keys, index=index, key_id=line.key_id)
        if not roles & _HEADS:
            raise Refused(f"{line.name} may not change the key register; only a key with role root or key-admin may")
        if envelope.type == events.LOSS_DECLARED and ROOT not in roles:
            raise Refused(f"{line.name} may not declare a loss; only a key with role root may")

    def _recovery(self, start: int) -> Recovery:
        found = self._table.recoveries.get(start)
        return found if found is not None else self._table.running(start)

    @staticmethod
    def _opener(envelope: Envelope, lines: tuple[SignatureLine, ...]) -> Vkey:
        if envelope.type != OPENED or envelope.keys or envelope.n != 1:
            raise Malformed(f"entry 0 has the type {envelope.type}; a log begins with {OPENED} and no `keys`")
        event = events.read(OPENED, envelope.body)
        assert isinstance(event, events.LogOpened)
        vkey = event_key(event.root_key, envelope.log)
        if [line[:2] for line in lines] != [ref(vkey)]:
            raise Unproven(f"entry 0 must be signed by its root key {vkey.name} alone")
        return vkey

    # Folding

    def apply(self, index: int, leaf: str | bytes, envelope: Envelope) -> None:
        """Take in the entry at this index. Raises Refused or Malformed, and changes nothing, when it does not fit."""
        if envelope.type not in TYPES:
            return
        leaf = b64(leaf) if isinstance(leaf, bytes) else leaf
        if self._n == 0:
            if envelope.type != OPENED or index != 0:
                raise Malformed(f"{envelope.type} came at entry {index}; a log begins with {OPENED} at entry 0")
        elif envelope.type == OPENED or envelope.stream != self.stream or envelope.log != self.log:
            raise Refused(f"{envelope.type} at entry {index} is no event of the key register of {self.log}")
        elif envelope.n != self._n + 1 or envelope.prev != self.head_leaf or index <= self.head_index:
            raise Refused(f"register event {envelope.n} at entry {index} does not follow event {self._n}")
        self._change(index, envelope)
        self._n, self.head_index, self.head_leaf = envelope.n, index, leaf
        self._index_of[leaf] = index

    def _change(self, index: int, envelope: Envelope) -> None:
        table, at = self._table, envelope.at
        match events.read(envelope.type, envelope.body):
            case events.LogOpened(root_key=text, continues=earlier):
                self._open(envelope, text, earlier if isinstance(earlier, Earlier) else None)
            case events.KeyAdded(role=role, vkey=text):
                table.add(index, text, role)
            case events.KeyLimited(not_for=types, vkey=text):
                table.limit(index, text, frozenset(types))
            case events.KeyRevoked(reason=reason, vkey=text):
                table.revoke(index, text, reason)
            case events.KeyRotated(replaces=replaces, vkey=text):
                table.rotate(index, text, replaces)
            case events.KeyCompromised(from_=first, until=last, vkey=text):
                table.contest(index, text, first, last)
            case events.RecoveryStarted(replaces=replaces, vkey=text):
                table.start_recovery(index, at, text, replaces)
            case events.RecoveryStopped(start=start):
                table.stop_recovery(index, start)
            case events.KeyRecovered(start=start):
                table.recover(index, at, start)
            case events.LogKeyAdded(vkey=text):
                table.add_log_key(index, at, text)
            case events.LogKeyRetired(vkey=text, reason=why):
                table.retire_log_key(index, at, text, stolen=why == "compromised")
            case events.LossDeclared() as loss:
                if loss.kept.size != index:
                    raise Refused(
                        f"a loss that keeps {loss.kept.size} entries is declared at entry {index};"
                        " it must come right behind what is kept"
                    )
                self._losses[index] = loss

    def _open(self, envelope: Envelope, root_key: str, earlier: Earlier | None) -> None:
        if earlier is not None and earlier.log == envelope.log:
            raise Malformed(
                f"{envelope.log} says that it continues itself; a log that continues another has a new origin"
            )
        vkey = event_key(root_key, envelope.log)
        self._table = KeyTable(log=envelope.log)
        self._table.add(0, vkey.text, ROOT)
        self.stream, self.continues = envelope.stream, earlier


def _is_of(line: SignatureLine, vkey: str) -> bool:
    """Is the line by this very key?"""
    return line[:2] == ref(Vkey.parse(vkey))


def _check_recoverers(name: str, lines: tuple[SignatureLine, ...]) -> None:
    """Two persons, and neither is the one who lost the key."""
    names = [line.name for line in lines]
    if len(names) != 2 or len({*names, name}) != 3 or not all(map(is_person, names)):
        raise Refused(
            f"a recovery of {name} came signed by {' and '.join(names)}; it takes two other persons of the authority",
            code="two-persons",
        )
