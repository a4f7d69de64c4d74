"""What can happen in the key register: the bodies of its events, with these members and no others."""

from typing import Annotated, Any

import msgspec

from fairplace.errors import Malformed

# `$` alone would let a line feed through.
Role = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z-]{0,63}$(?!\n)")]
EventType = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+/[1-9][0-9]*$(?!\n)")]


class Earlier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The log that this one continues, as far as it is trusted."""

    log: str
    root: str
    size: int


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


class LogKeyAdded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of the log itself: it signs checkpoints and never events."""

    vkey: str


class LogKeyRetired(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    vkey: str


class TreeHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long the log is, and the base64 root of its tree."""

    root: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{43}=$(?!\n)")]
    size: Annotated[int, msgspec.Meta(ge=1, lt=1 << 53)]


class LossDeclared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What had been signed of the log cannot be brought back; the log goes on from what was kept."""

    kept: TreeHead  # the entries before this one
    lost: TreeHead  # the largest tree that had been signed and is none of this log
    reason: str


RegisterEvent = LogOpened | KeyAdded | KeyLimited | KeyRevoked | LogKeyAdded | LogKeyRetired | LossDeclared

OPENED, KEY_ADDED, KEY_LIMITED, KEY_REVOKED, LOG_KEY_ADDED, LOG_KEY_RETIRED, LOSS_DECLARED = (
    "log.opened/1",
    "key.added/1",
    "key.limited/1",
    "key.revoked/1",
    "log-key.added/1",
    "log-key.retired/1",
    "log.loss-declared/1",
)
EVENTS: dict[str, type[RegisterEvent]] = {
    OPENED: LogOpened,
    KEY_ADDED: KeyAdded,
    KEY_LIMITED: KeyLimited,
    KEY_REVOKED: KeyRevoked,
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
