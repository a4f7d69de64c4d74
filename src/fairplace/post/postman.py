"""Hands messages to the authority's mail server (SMTP, RFC 5321): one connection for each, over TLS.

- What the server says is kept with the message; what is logged names neither address nor link.
- A refused address is given up at once; whatever else goes wrong is tried again later.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import aiosmtplib
import msgspec

from fairplace.post.letter import on_the_wire
from fairplace.post.outbox import Outbox, State, Taken
from fairplace.settings import MailSettings
from fairplace.sources import Sources
from fairplace.terms import instant

PATIENCE = 30.0
"""Seconds that the mail server has for each answer."""

MOST_AT_ONCE = 50
"""Messages of one turn."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one try: fit for an operator's log. `code` is what the server answered (RFC 5321), 0 for nothing."""

    message: str
    state: State
    tries: int
    code: int


class Postman:
    """Sends what is due. `password` is that of `user` in the settings."""

    def __init__(
        self, outbox: Outbox, chosen: MailSettings, password: str, *, authority: str, sources: Sources
    ) -> None:
        self._outbox = outbox
        self._chosen = chosen
        self._password = password
        self._authority = authority
        self._sources = sources

    def turn(self) -> list[Outcome]:
        """Try everything that is due, once."""
        found: list[Outcome] = []
        while len(found) < MOST_AT_ONCE and self._outbox.is_due() and (taken := self._outbox.take()) is not None:
            found.append(self._one(taken))
        return found

    def _one(self, taken: Taken) -> Outcome:
        message = taken.message
        try:
            asyncio.run(self._send(taken))
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as error:
            code = _code(error)
            state = self._outbox.hindered(message, _said(error), for_good=500 <= code < 600)
            return Outcome(message=message.id, state=state, tries=message.tries, code=code)
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            state = self._outbox.hindered(message, _said(error))
            return Outcome(message=message.id, state=state, tries=message.tries, code=_code(error))
        self._outbox.sent(message)
        return Outcome(message=message.id, state="sent", tries=message.tries, code=250)

    async def _send(self, taken: Taken) -> None:
        chosen, message = self._chosen, taken.message
        wire = on_the_wire(
            message.letter,
            taken.link,
            sender=chosen.sender,
            authority=self._authority,
            id_=message.id,
            at=instant(self._sources.clock()),
        )
        await aiosmtplib.send(
            wire,
            hostname=chosen.host,
            port=chosen.port,
            username=chosen.user or None,
            password=self._password if chosen.user else None,
            use_tls=chosen.security == "tls",
            start_tls=chosen.security == "starttls",
            timeout=PATIENCE,
        )


def _code(error: BaseException) -> int:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return max((one.code for one in error.recipients), default=0)
    code: Any = getattr(error, "code", 0)
    return code if isinstance(code, int) else 0


def _said(error: BaseException) -> str:
    """What the server said, on one line, for whoever reads the correspondence."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    said = str(getattr(error, "message", "") or error) or type(error).__name__
    code = _code(error)
    return " ".join(f"{code or ''} {said}".split())[:300]
