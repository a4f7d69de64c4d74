"""Who has opened which debrief by its link, in this browser: first an entry says that somebody looks, then they see.

They are forgotten after twelve hours and when the process ends, and the entry is then written anew.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time

from fairplace import vault
from fairplace.on_disk import Register
from fairplace.post.links import Link

MOST = 20_000
"""Openings that are remembered; older ones are asked for anew."""

LASTS = vault.SESSION.total_seconds()


class LinkSessions:
    """The debriefs that are open, by the browser's cookie."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._open: dict[tuple[bytes, str], tuple[float, Link]] = {}
        self._lock = threading.Lock()

    def is_open(self, cookie: str | None, link: Link) -> bool:
        """Has the browser with this cookie opened this debrief?"""
        if not cookie:
            return False
        with self._lock:
            found = self._open.get((_digest(cookie), link.id))
        return found is not None and time.monotonic() - found[0] < LASTS

    def open(self, cookie: str | None, link: Link) -> str:
        """Leave the entry, and remember; the cookie's secret. Raises what appending raises: then nothing is shown."""
        if self.is_open(cookie, link) and cookie:
            return cookie
        secret = cookie if cookie and self._knows(cookie) else secrets.token_urlsafe(32)
        vault.opened_by_link(
            self._register, link=link.id, provider=link.provider.id, case=link.case, session=vault.new_session()
        )
        with self._lock:
            self._open[_digest(secret), link.id] = time.monotonic(), link
            while len(self._open) > MOST:
                del self._open[next(iter(self._open))]
        return secret

    def beside(self, cookie: str | None, link: Link) -> list[Link]:
        """What the browser with this cookie has opened of the same provider, this link too: whether each is still good, the
        caller asks. A browser that has not opened this link gets nothing.
        """
        if cookie is None or not self.is_open(cookie, link):
            return []
        own, now = _digest(cookie), time.monotonic()
        with self._lock:
            return [
                one
                for (browser, _), (since, one) in self._open.items()
                if browser == own and now - since < LASTS and one.provider.id == link.provider.id
            ]

    def _knows(self, cookie: str) -> bool:
        """Was this cookie given out here? One that somebody planted is not taken up."""
        wanted = _digest(cookie)
        with self._lock:
            return any(known == wanted for known, _ in self._open)


def _digest(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).digest()
