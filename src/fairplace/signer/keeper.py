"""Signs heads with the keys of one folder, and remembers there what it signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from fairplace.begun import in_use
from fairplace.errors import Misconfigured, Refused
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import MlDsaSigner, Signer, join_note
from fairplace.ledger.signing import Ask, Signed, check
from fairplace.signer import seeds
from fairplace.signer.memory import Memory


class Keeper:
    """A `HeadSigner` for the log whose seeds and memory stand in `folder`."""

    def __init__(self, folder: Path, origin: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.origin = origin
        self._folder = folder
        self._clock = clock
        self._memory = Memory(folder, origin)
        in_use(folder)

    def _keys(self) -> dict[str, Signer | MlDsaSigner]:
        """Read anew each time: a key that is added signs from then on."""
        return {key.vkey.text: key for key in seeds.log_keys(self._folder, self.origin)}

    def last(self) -> Signed:
        with self._memory.held():
            return msgspec.structs.replace(self._memory.read(), vkeys=tuple(self._keys()))

    def sign(self, ask: Ask) -> bytes:
        if ask.origin != self.origin:
            raise Refused(f"a head of {ask.origin} came; this signer holds the keys of {self.origin}")
        keys = self._keys()
        mine = [keys[vkey] for vkey in ask.keys if vkey in keys]
        if not any(isinstance(key, Signer) for key in mine):
            raise Misconfigured(f"the keys {', '.join(ask.keys)} were asked for; this signer has {', '.join(keys)}")
        with self._memory.held():
            root_key = check(ask, self._memory.read())
            head = Checkpoint(ask.origin, ask.size, ask.root)
            seconds = int(self._clock().timestamp())
            # Ed25519 first, as a checkpoint has them (wire format, section 8).
            lines = [key.line(head.text) for key in mine if isinstance(key, Signer)]
            lines += [
                key.line(head.origin, head.size, head.root, seconds) for key in mine if isinstance(key, MlDsaSigner)
            ]
            note = join_note(head.text, lines)
            self._memory.write(Signed(size=ask.size, root=ask.root, note=note, root_key=root_key))
        return note
