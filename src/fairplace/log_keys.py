"""The log's own keys: new ones beside the old, and the old out of use a month later.

- What was broken off is finished by doing it again: seeds first, then the register, then settings and published files.
- A seed is destroyed only when a checkpoint stands that was signed without it.
"""

from __future__ import annotations

from typing import NamedTuple

from fairplace import settings
from fairplace.errors import Misconfigured, Refused
from fairplace.ledger.key_table import LOG_KEY_OVERLAP, LogKey
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.signer.folder import add_keys, forget, is_half, next_suffix
from fairplace.sources import SYSTEM
from fairplace.terms import Instant, instant, moment


class Retired(NamedTuple):
    """The keys that went out of use, and those of them whose seeds were here and are destroyed."""

    vkeys: list[str]
    destroyed: list[str]


def add(register: Register, root: Signer) -> list[str]:
    """New keys of the log, which sign from now on beside the old. Returns them as vkeys."""
    old, own = _old(register), not register.settings.signer
    is_begun = own and not old and is_half(register.folder / "secrets")
    new = [] if is_begun else _made(register)
    if not new:
        if old and _agree(register):
            raise Refused(
                f"new keys stand beside {', '.join(key.vkey.text for key in old)} already; those can be retired from"
                f" {due(register)} on: 'fairplace key retire-log {register.folder}'",
                code="rotation",
            )
        new = _draw(register) if not old else []
    for vkey in new:
        register.key_event("log-key.added/1", {"vkey": vkey}, root, statement="Name a new key of the log")
    _settle(register)
    return new


def retire(register: Register, root: Signer, *, stolen: bool) -> Retired:
    """Take the old keys of the log out of use, thirty days after the new ones came; at once when one was stolen."""
    old = _old(register)
    if not old:
        raise Refused(
            f"the log has no older keys to retire; make new ones with 'fairplace key rotate-log {register.folder}'",
            code="rotation",
        )
    body: dict[str, object] = {"reason": "compromised"} if stolen else {}
    for key in old:
        register.key_event(
            "log-key.retired/1", body | {"vkey": key.vkey.text}, root, statement="Take a key of the log out of use"
        )
    _settle(register)
    over = [key.vkey.text for key in register.reader.register().log_key_history() if key.retired is not None]
    here = [] if register.settings.signer else forget(register.folder / "secrets", register.origin, over)
    return Retired([key.vkey.text for key in old], here)


def due(register: Register) -> Instant | None:
    """From when on the old keys may be retired; null when there are none."""
    old = {key.vkey.text for key in _old(register)}
    came = [key.at for key in _in_use(register) if key.vkey.text not in old]
    return instant(max(map(moment, came)) + LOG_KEY_OVERLAP) if old else None


def _in_use(register: Register) -> list[LogKey]:
    return [key for key in register.reader.register().log_key_history() if key.retired is None]


def _old(register: Register) -> list[LogKey]:
    """Those in use after which another of their kind came."""
    keys = _in_use(register)
    return [key for key in keys if any(one.vkey.kind == key.vkey.kind and one.added > key.added for one in keys)]


def _made(register: Register) -> list[str]:
    """The keys that whoever signs for the log has, and the register does not know yet."""
    known = {key.vkey.text for key in register.reader.register().log_key_history()}
    return [vkey for vkey in register.signer.last().vkeys if vkey not in known]


def _draw(register: Register) -> list[str]:
    if where := register.settings.signer:
        raise Misconfigured(
            f"the log's keys are with the signer at {where}: run 'fairplace signer add-keys STATE' there, then this again"
        )
    secrets = register.folder / "secrets"
    add_keys(secrets, SYSTEM.entropy, next_suffix(secrets))
    return _made(register)


def _agree(register: Register) -> bool:
    """Do the settings name the keys that the register has?"""
    return register.settings.log[0].vkeys == [key.vkey.text for key in _in_use(register)]


def _settle(register: Register) -> None:
    """Have settings and published files say what the register says."""
    settings.set_vkeys(register.folder, [key.vkey.text for key in _in_use(register)])
    register.publisher.publish()
