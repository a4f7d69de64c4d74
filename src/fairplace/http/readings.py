"""Which case files somebody has opened in this session: first an entry says that they looked, then they see.

The request is signed on their device, like anything else; the entry stands for the session.
"""

from __future__ import annotations

import base64
import threading

import msgspec

from fairplace import vault
from fairplace.accounts.ceremonies import Ceremonies
from fairplace.ledger.note import join_note
from fairplace.on_disk import Register
from fairplace.terms import CaseId, KeyName

MOST = 20_000
"""Readings that are remembered; older ones are asked for anew."""


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """A request on its way to be signed."""

    text: bytes
    case: CaseId


class Readings:
    """The case files that are open. They are forgotten when the process ends, and are then asked for anew."""

    def __init__(self, register: Register, ceremonies: Ceremonies) -> None:
        self._register = register
        self._ceremonies = ceremonies
        self._open: dict[tuple[str, CaseId], None] = {}
        self._lock = threading.Lock()

    def is_open(self, session: str, case: CaseId) -> bool:
        """Has this session (by its token) opened the file of this case?"""
        with self._lock:
            return (session, case) in self._open

    def opened(self, session: str) -> list[CaseId]:
        """The cases whose files this session has opened."""
        with self._lock:
            return [case for one, case in self._open if one == session]

    def ask(self, reader: KeyName, case: CaseId) -> tuple[str, str]:
        """A secret for the answer, and what this key is to sign, in base64."""
        text = vault.request_text(self._register, reader, case, "procedure", vault.new_session())
        secret = self._ceremonies.ask("read", Asking(text=text, case=case))
        return secret, base64.b64encode(text).decode("ascii")

    def open(self, session: str, secret: str, line: str) -> CaseId:
        """Leave the entry, and remember. Raises what the vault raises: then nothing is shown."""
        asked = self._ceremonies.answered("read", secret, Asking)
        vault.opened_on(self._register, join_note(asked.text, [line + "\n"]).decode("utf-8", "replace"))
        with self._lock:
            self._open[session, asked.case] = None
            while len(self._open) > MOST:
                del self._open[next(iter(self._open))]
        return asked.case
