"""Whom a register names as its witnesses: their keys, the policy that says so, and which of them signed a checkpoint.

- A witness with several keys counts once, by any of them.
- The policy is text of C2SP tlog-policy; that of the register itself is a suggestion to its readers, never their trust.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fairplace.errors import FairplaceError, Malformed, Misconfigured
from fairplace.ledger.note import COSIGNATURE, MLDSA44, SignatureLine, Vkey, mldsa_supported, parse_note, tree_head
from fairplace.settings import QUORUM_GROUP, Settings


class Witness(NamedTuple):
    name: str
    vkeys: tuple[Vkey, ...]
    url: str
    """Where it is asked; empty when it is not."""
    retired: bool

    def good(self, text: bytes, lines: Iterable[SignatureLine]) -> Iterator[SignatureLine]:
        """Those of the lines that are by this witness and fit the text of the checkpoint."""
        mine = {(key.name, key.key_id): key for key in self.vkeys if key.kind != MLDSA44 or mldsa_supported()}
        for line in lines:
            if (key := mine.get(line[:2])) is not None:
                with contextlib.suppress(FairplaceError):
                    key.verify(text, line.signature)
                    yield line


def known(settings: Settings) -> tuple[Witness, ...]:
    """The witnesses of a register's settings. Raises Misconfigured at what is no key of a witness."""
    found = []
    for one in settings.witness:
        try:
            keys = tuple(Vkey.parse(text) for text in one.vkeys)
        except Malformed as error:
            raise Misconfigured(
                f"the witness {one.name} in fairplace.toml: {error}; ask it for its key again"
            ) from error
        for key in keys:
            if key.kind not in (COSIGNATURE, MLDSA44) or key.name == settings.origin:
                raise Misconfigured(
                    f"the witness {one.name} in fairplace.toml has the key of {key.name}, kind {key.kind:#04x}; expected"
                    " a witness's own, of kind 0x04 or 0x06"
                )
        found.append(Witness(one.name, keys, one.url, one.retired))
    if len({key.public for one in found for key in one.vkeys}) < sum(len(one.vkeys) for one in found):
        raise Misconfigured("fairplace.toml gives one key to two witnesses; each has keys of its own")
    return tuple(found)


def policy(witnesses: Iterable[Witness], quorum: int) -> str:
    """What a register's policy says after the log's own keys (wire format, section 10)."""
    lines, counted = [], []
    for one in witnesses:
        names = [one.name, *(f"{one.name}/{number}" for number in range(2, len(one.vkeys) + 1))]
        for name, key in zip(names, one.vkeys, strict=True):
            lines.append(" ".join(filter(None, ("witness", name, key.text, one.url))))
        if len(names) > 1:
            lines.append(f"group {one.name}/any any {' '.join(names)}")
        if not one.retired:
            counted.append(one.name if len(names) == 1 else f"{one.name}/any")
    if quorum:
        lines += [f"group {QUORUM_GROUP} {quorum} {' '.join(counted)}", f"quorum {QUORUM_GROUP}"]
    else:
        lines.append("quorum none")
    return "".join(f"{line}\n" for line in lines)


class Cosigned(NamedTuple):
    """Which witnesses signed a checkpoint, by name, and how many must."""

    names: tuple[str, ...]
    asked: int
    """Witnesses that are not retired."""
    quorum: int

    @property
    def met(self) -> bool:
        """Is the quorum met? Without one, a single witness will do."""
        return len(self.names) >= self.needed

    @property
    def needed(self) -> int:
        return max(self.quorum, min(1, self.asked))

    @property
    def sentence(self) -> str:
        """How it stands, for a receipt and for whoever looks after the log."""
        if not self.asked:
            return "no other body signs the states of this log"
        who = f": {', '.join(self.names)}" if self.names else ""
        state = "cosigned" if self.met else "not yet cosigned"
        many = "witness" if self.needed == 1 else "witnesses"
        return f"{state}, by {len(self.names)} of the {self.needed} {many} that must sign{who}"


class LastMet(NamedTuple):
    """The newest checkpoint that enough witnesses signed, and when the last of them did (POSIX seconds)."""

    size: int
    seconds: int


def last_met(notes: Iterable[bytes], witnesses: Iterable[Witness], quorum: int) -> LastMet | None:
    """Of checkpoints, newest first, the first that has enough. None when none of them has."""
    witnesses = tuple(witnesses)
    for note in notes:
        if cosigned(note, witnesses, quorum).met:
            text, lines = parse_note(note)
            times = [int.from_bytes(line.signature[:8]) for one in witnesses for line in one.good(text, lines)]
            return LastMet(tree_head(text)[1], max(times, default=0))
    return None


def cosigned(note: bytes, witnesses: Iterable[Witness], quorum: int) -> Cosigned:
    """Who of these signed this checkpoint; each line is verified. What a retired witness signed does not count."""
    text, lines = parse_note(note)
    current = [one for one in witnesses if not one.retired]
    names = tuple(one.name for one in current if any(True for _ in one.good(text, lines)))
    return Cosigned(names, len(current), quorum)
