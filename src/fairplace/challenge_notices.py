"""Tells whoever challenged in a browser, by e-mail, that something came of it: an answer, a decision, a remedy
carried out, or that they let it go, which somebody of the authority may have said in their name.

- A message says of no ground and no outcome, and holds no link: whoever wants to know opens the page that they have.
"""

from __future__ import annotations

from collections.abc import Iterator

from fairplace import shelf
from fairplace.errors import Malformed
from fairplace.ledger import entry
from fairplace.ledger.entry import Entry
from fairplace.news import News
from fairplace.on_disk import Register
from fairplace.post.letter import letter
from fairplace.post.notes import Note
from fairplace.templating import environment
from fairplace.workroom import Workroom

STEPS = ("challenge.answered/1", "challenge.decided/1", "challenge.remedied/1", "challenge.withdrawn/1")
LODGED = "challenge.lodged/1"


class ChallengeNotices:
    """Of one register."""

    def __init__(self, register: Register, room: Workroom) -> None:
        self._register = register
        self._room = room
        self._pages = environment(shelf.root("web") / "templates")
        self._news = News(register, STEPS)

    def tell(self) -> int:
        """Queue a message for each step of which a challenger has not been told; how many."""
        return sum(self._of_step(index, case, step) for index, case, step in self._news.fresh())

    def _of_step(self, index: int, case: str, step: Entry) -> int:
        settings, lodged = self._register.settings, self._lodged(case, step.envelope.stream)
        queued = 0
        for place, at, note in lodged:
            whole = self._pages.get_template("mail/challenge.txt").render(
                authority=settings.authority, site=settings.site, number=place, at=at, provider=note.written.provider
            )
            try:
                queued += self._room.outbox.put_once(f"challenge-step-{index}", letter(note.written.to, whole), case)
            except Malformed:  # nobody could be written to
                continue
        return queued

    def _lodged(self, case: str, stream: str) -> Iterator[tuple[int, str, Note]]:
        """Where and when the challenge of this stream was lodged, and by whom, if it was in a browser."""
        for stored in self._register.store.case_entries(self._register.origin, case):
            envelope = entry.parsed(stored.raw).envelope
            if (envelope.type, envelope.stream) == (LODGED, stream):
                for note in self._room.notes.of_case(case):
                    if note.written.kind == "challenge" and note.written.place == stored.index:
                        yield stored.index, envelope.at, note
