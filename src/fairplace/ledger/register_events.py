"""What can happen in the key register: the bodies of its events, with these members and no others."""

from typing import Annotated, Any, Literal

import msgspec

from fairplace.errors import Malformed

# `$` alone would let a line feed through.
Role = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z-]{0,63}$(?!\n)")]
EventType = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+/[1-9][0-9]*$(?!\n)")]

EntryIndex = Annotated[int, msgspec.Meta(ge=0)]
Origin = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9._/-]{1,200}$(?!\n)")]
RootHash = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$(?!\n)")]


class Earlier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The log that this one continues, as far as it is trusted."""

    log: Origin
    root: RootHash
    size: Annotated[int, msgspec.Meta(ge=1)]


class LogOpened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The log begins; `root_key` signs this entry and has the role root."""

    root_key: str
    continues: Earlier | msgspec.UnsetType = msgspec.UNSET


class KeyAdded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key may sign from here on, in this role; each further role is one more event."""

    role: Role
    vkey: str


class KeyLimited(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key may no longer sign events of these types."""

    not_for: Annotated[list[EventType], msgspec.Meta(min_length=1)]
    vkey: str


class KeyRevoked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key may no longer sign; what it signed before stays good."""

    reason: str
    vkey: str


class KeyRotated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The new key `vkey` takes the place of the key `replaces`, which may no longer sign."""

    replaces: str
    vkey: str


class KeyCompromised(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """A key was reported stolen: its signatures on entries `from` to `until` are contested, and it may no longer sign."""

    from_: EntryIndex
    until: EntryIndex
    vkey: str


class RecoveryStarted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The holder of the key `replaces` lost it; a day later `vkey` may take its place. That it is public is the notice."""

    replaces: str
    vkey: str


class RecoveryStopped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The recovery that entry `start` began comes to nothing."""

    reason: str
    start: EntryIndex


class KeyRecovered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The recovery that entry `start` began comes to its end: the new key takes the place of the lost one."""

    start: EntryIndex


class LogKeyAdded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of the log itself: it signs checkpoints and never events."""

    vkey: str


class LogKeyRetired(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of the log goes out of use, thirty days after its successor came; at once when it was stolen."""

    vkey: str
    reason: Literal["compromised"] | msgspec.UnsetType = msgspec.UNSET


class TreeHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long the log is, and the base64 root of its tree."""

    root: RootHash
    size: Annotated[int, msgspec.Meta(ge=1, lt=1 << 53)]


class LossDeclared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What had been signed of the log cannot be brought back; the log goes on from what was kept."""

    kept: TreeHead  # the entries before this one
    lost: TreeHead  # the largest tree that had been signed and is none of this log
    reason: str


RegisterEvent = (
    LogOpened
    | KeyAdded
    | KeyLimited
    | KeyRevoked
    | KeyRotated
    | KeyCompromised
    | RecoveryStarted
    | RecoveryStopped
    | KeyRecovered
    | LogKeyAdded
    | LogKeyRetired
    | LossDeclared
)

OPENED, KEY_ADDED, KEY_LIMITED, KEY_REVOKED, LOG_KEY_ADDED, LOG_KEY_RETIRED, LOSS_DECLARED = (
    "log.opened/1",
    "key.added/1",
    "key.limited/1",
    "key.revoked/1",
    "log-key.added/1",
    "log-key.retired/1",
    "log.loss-declared/1",
)
KEY_ROTATED, KEY_COMPROMISED, RECOVERY_STARTED, RECOVERY_STOPPED, KEY_RECOVERED = (
    "key.rotated/1",
    "key.compromised/1",
    "key.recovery-started/1",
    "key.recovery-stopped/1",
    "key.recovered/1",
)
EVENTS: dict[str, type[RegisterEvent]] = {
    OPENED: LogOpened,
    KEY_ADDED: KeyAdded,
    KEY_LIMITED: KeyLimited,
    KEY_REVOKED: KeyRevoked,
    KEY_ROTATED: KeyRotated,
    KEY_COMPROMISED: KeyCompromised,
    RECOVERY_STARTED: RecoveryStarted,
    RECOVERY_STOPPED: RecoveryStopped,
    KEY_RECOVERED: KeyRecovered,
    LOG_KEY_ADDED: LogKeyAdded,
    LOG_KEY_RETIRED: LogKeyRetired,
    LOSS_DECLARED: LossDeclared,
}


def read(name: str, body: dict[str, Any]) -> RegisterEvent:
    """The register event of this type. Raises Malformed when its members are not those of the type."""
    kind: Any = EVENTS[name]
    try:
        event: RegisterEvent = msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise Malformed(f"this is no {name}: {error}") from error
    return event
