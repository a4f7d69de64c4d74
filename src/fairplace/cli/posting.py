"""Sending e-mail while a register is served."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import structlog

from fairplace import holder_notices
from fairplace.answer_notices import AnswerNotices
from fairplace.challenge_notices import ChallengeNotices
from fairplace.cli.beside import beside
from fairplace.on_disk import Register
from fairplace.provider_notices import ProviderNotices
from fairplace.workroom import Workroom

log = structlog.get_logger()

EVERY = 5.0
"""Seconds between two looks at the outbox."""


@contextlib.contextmanager
def kept_sending(register: Register, every: float = EVERY) -> Iterator[None]:
    """Send what is due in the background while the block runs. Raises Misconfigured when the password cannot be read."""
    room = Workroom(register)
    postman = room.postman()
    if postman is None:
        yield
        return
    of_tenders = (ChallengeNotices(register, room), AnswerNotices(register, room))
    news = (ProviderNotices(register, room),) if register.is_of_placements else of_tenders

    def send(stop: threading.Event) -> None:
        while not stop.wait(every):
            try:
                holder_notices.tell(register, room)
            except Exception:  # a notice that cannot be written keeps no other message back
                log.exception("a notice to a holder could not be written")  # and is tried again
            for notices in news:
                try:
                    notices.tell()
                except Exception:  # nor does one to a provider
                    log.exception("a notice to a provider could not be written")
            try:
                for one in postman.turn():
                    told = log.info if one.state == "sent" else log.warning
                    told("message", id=one.message, state=one.state, tries=one.tries, code=one.code)
            except Exception:  # whatever hinders one round, the next one comes
                log.exception("sending stopped")  # and is tried again
                stop.wait(30)

    with beside("post", send):
        yield
