"""The key register: who may sign what, judged by position in the log and never by a clock (wire format, section 5).

- One stream per log, begun by entry 0, which its root key signs; later events are signed by a root or key-admin key.
- A key may sign the entry at index i when it was added at or before the register event that the entry's `keys` names,
  and no register event before i revoked it or limited it from the entry's type, or limited it at all since `keys`.
- One public key has one name and one kind; a key that signs events is never a log key.
"""

import msgspec

from fairplace.errors import Malformed, Refused, Unproven
from fairplace.ledger import register_events
from fairplace.ledger.entry import Entry, Envelope
from fairplace.ledger.note import COSIGNATURE, ED25519, SignatureLine, Vkey, b64
from fairplace.ledger.register_events import (
    EVENTS,
    LOSS_DECLARED,
    OPENED,
    KeyAdded,
    KeyLimited,
    KeyRevoked,
    LogKeyAdded,
    LogKeyRetired,
    LogOpened,
    LossDeclared,
)

TYPES = frozenset(EVENTS)

ROOT, KEY_ADMIN = "root", "key-admin"
_AUTHORITIES = frozenset((ROOT, KEY_ADMIN))

KeyRef = tuple[str, bytes]
"""The name and key id of a signature line: together they name one key."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the register says of one key that signs events; every fact with the index at which it was said."""

    vkey: Vkey
    roles: tuple[tuple[int, str], ...]
    limits: tuple[tuple[int, frozenset[str]], ...] = ()
    revoked: int | None = None

    @property
    def added(self) -> int:
        return self.roles[0][0]


class LogKey(msgspec.Struct, frozen=True, kw_only=True):
    vkey: Vkey
    added: int
    retired: int | None = None


class KeyRegister:
    """The fold of the register's stream. Feed it every entry in order; only those of the register change it."""

    def __init__(self) -> None:
        self.log = ""
        self.stream = ""
        self.head_index = -1
        self.head_leaf = ""
        self._n = 0
        self._index_of: dict[str, int] = {}
        self._keys: dict[KeyRef, Standing] = {}
        self._refs: dict[str, tuple[KeyRef, ...]] = {}
        self._log_keys: dict[KeyRef, LogKey] = {}
        self._owners: dict[bytes, Vkey] = {}
        self._losses: dict[int, LossDeclared] = {}

    def copy(self) -> "KeyRegister":
        """A register of its own, to try events on."""
        other = KeyRegister()
        other.__dict__ = {name: dict(v) if isinstance(v, dict) else v for name, v in self.__dict__.items()}
        return other

    # Looking up

    def standings(self) -> tuple[Standing, ...]:
        """Every key that signs events, in register order."""
        return tuple(self._keys.values())

    def standing(self, name: str, key_id: bytes) -> Standing | None:
        return self._keys.get((name, key_id))

    def log_keys(self, size: int | None = None) -> tuple[Vkey, ...]:
        """The log's own keys, added and not retired by the entries of a log of this size, in register order."""
        last = self.head_index if size is None else size - 1
        return tuple(
            key.vkey
            for key in self._log_keys.values()
            if key.added <= last and (key.retired is None or key.retired > last)
        )

    def all_log_keys(self) -> tuple[Vkey, ...]:
        """Every log key there ever was: old checkpoints bear the lines of retired ones."""
        return tuple(key.vkey for key in self._log_keys.values())

    def losses(self) -> dict[int, LossDeclared]:
        """The losses that were declared, by the index of the entry that declares each."""
        return dict(self._losses)

    def roles_of(self, key_name: str, *, keys: str, index: int, key_id: bytes | None = None) -> frozenset[str]:
        """The roles of a name at an entry: of one of its keys, or of all that may still sign."""
        known = self._known(keys, index)
        return frozenset(
            role
            for ref in self._refs.get(key_name, ())
            if key_id is None or ref[1] == key_id
            for standing in (self._keys[ref],)
            if standing.revoked is None or standing.revoked >= index
            for added, role in standing.roles
            if added <= known
        )

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
            self._check_authority(envelope, lines[0], index)
        elif envelope.stream == self.stream:
            raise Refused(f"an event of type {envelope.type} came in the stream of the key register")
        return vkeys

    def _signer(self, kind: str, line: SignatureLine, known: int, index: int) -> Vkey:
        standing = self._keys.get(line[:2])
        if standing is None or standing.added >= index:
            raise Unproven(f"entry {index} has a signature by {line.name}+{line.key_id.hex()}, which is not registered")
        if standing.added > known:
            raise Unproven(
                f"entry {index} is signed by {line.name}, added at entry {standing.added};"
                f" its `keys` names the register at entry {known}"
            )
        if standing.revoked is not None and standing.revoked < index:
            raise Refused(f"the key of {line.name} was revoked at entry {standing.revoked}", code="key-revoked")
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

    def _check_authority(self, envelope: Envelope, line: SignatureLine, index: int) -> None:
        if envelope.type == OPENED:
            raise Refused(f"a second {OPENED} came at entry {index}; a log is opened once")
        if envelope.stream != self.stream:
            raise Refused(f"an event of type {envelope.type} came outside the stream of the key register")
        roles = self.roles_of(line.name, keys=envelope.keys, index=index, key_id=line.key_id)
        if not roles & _AUTHORITIES:
            raise Refused(f"{line.name} may not change the key register; only a key with role root or key-admin may")
        if envelope.type == LOSS_DECLARED and ROOT not in roles:
            raise Refused(f"{line.name} may not declare a loss; only a key with role root may")

    @staticmethod
    def _opener(envelope: Envelope, lines: tuple[SignatureLine, ...]) -> Vkey:
        if envelope.type != OPENED or envelope.keys or envelope.n != 1:
            raise Malformed(f"entry 0 has the type {envelope.type}; a log begins with {OPENED} and no `keys`")
        event = register_events.read(OPENED, envelope.body)
        assert isinstance(event, LogOpened)
        vkey = _event_key(event.root_key, envelope.log)
        if [line[:2] for line in lines] != [(vkey.name, vkey.key_id)]:
            raise Unproven(f"entry 0 must be signed by its root key {vkey.name} alone")
        return vkey

    # Folding

    def apply(self, index: int, leaf: str | bytes, envelope: Envelope) -> None:
        """Take in the entry at this index. Raises Refused or Malformed, and changes nothing, when it does not fit."""
        if envelope.type not in TYPES:
            return
        leaf = b64(leaf) if isinstance(leaf, bytes) else leaf
        self._check_follows(index, envelope)
        match register_events.read(envelope.type, envelope.body):
            case LogOpened(root_key=text):
                vkey = _event_key(text, envelope.log)
                self._claim(vkey)
                self.log, self.stream = envelope.log, envelope.stream
                self._add(vkey, index, ROOT)
            case KeyAdded(role=role, vkey=text):
                vkey = _event_key(text, self.log)
                self._claim(vkey)
                self._add(vkey, index, role)
            case KeyLimited(not_for=types, vkey=text):
                standing = self._live(Vkey.parse(text))
                self._put(msgspec.structs.replace(standing, limits=(*standing.limits, (index, frozenset(types)))))
            case KeyRevoked(vkey=text):
                self._put(msgspec.structs.replace(self._live(Vkey.parse(text)), revoked=index))
            case LogKeyAdded(vkey=text):
                vkey = self._log_vkey(text)
                if _ref(vkey) in self._log_keys:
                    raise Refused(f"the log key {vkey.text} was added before")
                self._claim(vkey)
                self._log_keys[_ref(vkey)] = LogKey(vkey=vkey, added=index)
            case LogKeyRetired(vkey=text):
                vkey = self._log_vkey(text)
                known = self._log_keys.get(_ref(vkey))
                if known is None or known.retired is not None:
                    raise Refused(f"the log key {vkey.text} is not in use: it cannot be retired")
                self._log_keys[_ref(vkey)] = msgspec.structs.replace(known, retired=index)
            case LossDeclared() as loss:
                if loss.kept.size != index:
                    raise Refused(
                        f"a loss that keeps {loss.kept.size} entries is declared at entry {index};"
                        " it must come right behind what is kept"
                    )
                self._losses[index] = loss
        self._n, self.head_index, self.head_leaf = envelope.n, index, leaf
        self._index_of[leaf] = index

    def _check_follows(self, index: int, envelope: Envelope) -> None:
        if self._n == 0:
            if envelope.type != OPENED or index != 0:
                raise Malformed(f"{envelope.type} came at entry {index}; a log begins with {OPENED} at entry 0")
        elif envelope.type == OPENED or envelope.stream != self.stream or envelope.log != self.log:
            raise Refused(f"{envelope.type} at entry {index} is no event of the key register of {self.log}")
        elif envelope.n != self._n + 1 or envelope.prev != self.head_leaf or index <= self.head_index:
            raise Refused(f"register event {envelope.n} at entry {index} does not follow event {self._n}")

    def _claim(self, vkey: Vkey) -> None:
        """One public key, one name, one kind, one use: no actor has the log's name."""
        owner = self._owners.get(vkey.public)
        if owner is not None and owner != vkey:
            raise Refused(
                f"the public key of {vkey.text} is registered as {owner.text}; a key has one name and one use"
            )
        ref = _ref(vkey)
        taken = self._keys.get(ref) or self._log_keys.get(ref)
        if taken is not None and taken.vkey != vkey:
            raise Refused(f"another key of {vkey.name} has the key id {vkey.key_id.hex()}; make a new key")
        self._owners[vkey.public] = vkey

    def _add(self, vkey: Vkey, index: int, role: str) -> None:
        ref = _ref(vkey)
        standing = self._keys.get(ref)
        if standing is None:
            self._refs[vkey.name] = (*self._refs.get(vkey.name, ()), ref)
            self._keys[ref] = Standing(vkey=vkey, roles=((index, role),))
        elif standing.revoked is not None:
            raise Refused(f"the key of {vkey.name} was revoked at entry {standing.revoked}; add a new key")
        else:
            self._put(msgspec.structs.replace(standing, roles=(*standing.roles, (index, role))))

    def _live(self, vkey: Vkey) -> Standing:
        standing = self._keys.get(_ref(vkey))
        if standing is None or standing.vkey != vkey:
            raise Refused(f"the key {vkey.text} is not registered")
        if standing.revoked is not None:
            raise Refused(f"the key of {vkey.name} was revoked before, at entry {standing.revoked}")
        return standing

    def _put(self, standing: Standing) -> None:
        self._keys[_ref(standing.vkey)] = standing

    def _log_vkey(self, text: str) -> Vkey:
        vkey = Vkey.parse(text)
        if vkey.name != self.log or vkey.kind == COSIGNATURE:
            raise Refused(
                f"{vkey.name} of kind {vkey.kind:#04x} came as a log key; it must be {self.log}, 0x01 or 0x06"
            )
        return vkey


def _ref(vkey: Vkey) -> KeyRef:
    return vkey.name, vkey.key_id


def _event_key(text: str, log: str) -> Vkey:
    vkey = Vkey.parse(text)
    if vkey.kind != ED25519 or vkey.name == log:
        raise Refused(
            f"{vkey.name} of kind {vkey.kind:#04x} came to sign events; that takes 0x01 and a name of its own"
        )
    return vkey
